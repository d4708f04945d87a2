package store

import (
	"slices"
	"sync"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

const (
	profileColumns = `user_id, directory_id, sealed_profile, created_at, updated_at`

	selectProfiles = `SELECT ` + profileColumns + ` FROM profiles `

	// A user with its profile, one device and its authenticators, where it has them: a row for each of the last.
	trackedColumns = userColumns + `, p.sealed_profile, COALESCE(p.created_at, 0), COALESCE(p.updated_at, 0),
		COALESCE(k.device_id, ''), COALESCE(k.user_agent, ''), COALESCE(k.created_at, 0), COALESCE(k.authenticated_at, 0),
		COALESCE(k.invalidated_at, 0), COALESCE(k.remembered_until, 0), COALESCE(k.last_method, ''),
		COALESCE(a.id, ''), COALESCE(a.application_id, ''), COALESCE(a.parent_id, ''), COALESCE(a.kind, ''), COALESCE(a.state, ''),
		COALESCE(a.data, ''), COALESCE(a.created_at, 0)`

	joinTracked = `LEFT JOIN authenticators a ON a.user_id = u.id LEFT JOIN profiles p ON p.user_id = u.id `

	countDevices = `(SELECT count(*) FROM known_devices o WHERE o.user_id = u.id AND o.application_id = `
	countedOnes  = ` AND o.authenticated_at > 0 AND o.invalidated_at = 0)`
)

var (
	profileByUser = &engine.Statement{SQL: selectProfiles + `WHERE user_id = ?`}

	profilesByEmail = &engine.Statement{SQL: selectProfiles + `WHERE email_digest = ? AND length(email_digest) > 0 AND user_id > ?
		ORDER BY user_id LIMIT ?`}
	profilesByPhone = &engine.Statement{SQL: selectProfiles + `WHERE phone_digest = ? AND length(phone_digest) > 0 AND user_id > ?
		ORDER BY user_id LIMIT ?`}
	profilesByUsername = &engine.Statement{SQL: selectProfiles + `WHERE username_digest = ? AND length(username_digest) > 0 AND user_id > ?
		ORDER BY user_id LIMIT ?`}

	trackedUser = &engine.Statement{
		SQL: `SELECT ` + trackedColumns + `, ` + countDevices + `?1` + countedOnes + ` FROM users u
			` + joinTracked + `LEFT JOIN known_devices k ON k.user_id = u.id AND k.application_id = ?1 AND k.device_id = ?4
			WHERE u.directory_id = ?2 AND u.alias = ?3 AND u.alias <> ''`,
		Batch: `SELECT v.ord, ` + trackedColumns + `, ` + countDevices + `v.application_id` + countedOnes + `
			FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS v (application_id, directory_id, alias, device_id, ord)
			JOIN users u ON u.directory_id = v.directory_id AND u.alias = v.alias AND u.alias <> ''
			` + joinTracked + `LEFT JOIN known_devices k ON k.user_id = u.id AND k.application_id = v.application_id
				AND k.device_id = v.device_id`,
	}

	putProfile = &engine.Statement{SQL: `INSERT INTO profiles
		(user_id, directory_id, sealed_profile, email_digest, phone_digest, username_digest, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (user_id) DO UPDATE SET sealed_profile = excluded.sealed_profile,
			email_digest = excluded.email_digest, phone_digest = excluded.phone_digest, username_digest = excluded.username_digest,
			updated_at = excluded.updated_at`}
)

// profileRow is a profile as it is stored.
type profileRow struct {
	mfa.Profile
	sealed mfa.Secret
}

var profileNoun = noun[profileRow]{
	name: "profile",
	scan: func(row engine.Row, p *profileRow) error {
		var sealed []byte
		var times [2]int64
		err := row.Scan((*string)(&p.UserID), (*string)(&p.DirectoryID), &sealed, &times[0], &times[1])
		p.sealed, p.CreatedAt, p.UpdatedAt = mfa.NewSecret(sealed), moment(times[0]), moment(times[1])
		return err
	},
	open: func(r *records, p *profileRow) error { return r.openProfile(&p.Profile, &p.sealed) },
}

func (r *records) openProfile(p *mfa.Profile, sealed *mfa.Secret) error {
	if err := r.unseal("profiles", "sealed_profile", string(p.UserID), sealed); err != nil {
		return err
	}
	return decode("a profile", string(sealed.Reveal()), p)
}

// trackedRow is one row of trackedUser: the user again and again, with one authenticator each time.
type trackedRow struct {
	user   userRow
	device mfa.KnownDevice
	count  int64
	sealed []byte
	times  [6]int64 // two of the profile, four of the device
	held   mfa.Authenticator
	data   string
	since  int64
	dest   []any
}

// trackedRows keeps rows between requests: their destinations are built once, and most texts are the same for the next
// authenticator.
var trackedRows = sync.Pool{New: func() any { return newTrackedRow() }}

func newTrackedRow() *trackedRow {
	t := &trackedRow{}
	d, a := &t.device, &t.held
	t.dest = append(t.user.dest(), &t.sealed, &t.times[0], &t.times[1], &d.DeviceID, &d.UserAgent, &t.times[2], &t.times[3], &t.times[4],
		&t.times[5], (*string)(&d.LastMethod), (*string)(&a.ID), (*string)(&a.ApplicationID), (*string)(&a.ParentID), (*string)(&a.Kind),
		(*string)(&a.State), &t.data, &t.since, &t.count)
	return t
}

func (r *records) TrackedUser(application mfa.ApplicationID, directory mfa.DirectoryID, alias, device string) (mfa.Tracked, error) {
	row := trackedRows.Get().(*trackedRow) //nolint:forcetypeassert,errcheck // the pool holds nothing else
	defer trackedRows.Put(row)
	found := false
	var held []mfa.Authenticator
	err := r.query(trackedUser, func(in engine.Row) error {
		found = true
		err := in.Scan(row.dest...)
		if row.held.ID != "" {
			a := row.held
			a.Data, a.CreatedAt = raw(row.data), moment(row.since)
			held = append(held, a)
		}
		return err
	}, string(application), string(directory), alias, device)
	if err == nil && !found {
		err = mfa.Missing(userNoun.name)
	}
	if err != nil {
		return mfa.Tracked{}, err
	}
	return r.tracked(row, held, application)
}

// tracked finishes what trackedUser found.
func (r *records) tracked(row *trackedRow, held []mfa.Authenticator, application mfa.ApplicationID) (mfa.Tracked, error) {
	u, err := row.user.value()
	if err != nil {
		return mfa.Tracked{}, err
	}
	t := mfa.Tracked{User: u, Device: row.device, Devices: row.count, Held: held}
	d, times := &t.Device, &row.times
	d.ApplicationID, d.UserID, d.DirectoryID = application, u.ID, u.DirectoryID
	d.CreatedAt, d.AuthenticatedAt, d.InvalidatedAt, d.RememberedUntil = moment(times[2]), moment(times[3]), moment(times[4]), moment(times[5])
	t.Profile.UserID, t.Profile.DirectoryID = u.ID, u.DirectoryID
	t.Profile.CreatedAt, t.Profile.UpdatedAt = moment(times[0]), moment(times[1])
	for i := range held {
		held[i].UserID, held[i].DirectoryID = u.ID, u.DirectoryID
	}
	slices.SortFunc(held, byAge) // here, because the databases would sort even the single one that there mostly is
	sealed := mfa.NewSecret(row.sealed)
	return t, r.openProfile(&t.Profile, &sealed)
}

func (r *records) Profile(user mfa.UserID) (mfa.Profile, error) {
	p, err := one(r, profileNoun, profileByUser, string(user))
	return p.Profile, err
}

// profileDigest is what a profile is found by; nothing is found by nothing.
func (r *records) profileDigest(directory mfa.DirectoryID, field mfa.ProfileField, value string) []byte {
	if value == "" {
		return []byte{}
	}
	return r.store.ring.Digest("profile:"+string(field)+":"+string(directory), []byte(value))
}

func (r *records) ProfilesBy(directory mfa.DirectoryID, field mfa.ProfileField, value string, after mfa.UserID, limit int) ([]mfa.Profile, error) {
	st := profilesByEmail
	switch field {
	case mfa.ProfilePhone:
		st = profilesByPhone
	case mfa.ProfileUsername:
		st = profilesByUsername
	}
	rows, err := many(r, profileNoun, st, r.profileDigest(directory, field, value), string(after), limit)
	var out []mfa.Profile
	for i := range rows {
		out = append(out, rows[i].Profile)
	}
	return out, err
}

func (w *writeRecords) PutProfile(p mfa.Profile) error {
	text, err := encode("a profile", p)
	if err != nil {
		return err
	}
	_, err = w.exec(putProfile, string(p.UserID), string(p.DirectoryID),
		w.sealed("profiles", "sealed_profile", string(p.UserID), mfa.SecretText(text)), w.profileDigest(p.DirectoryID, mfa.ProfileEmail, p.Email),
		w.profileDigest(p.DirectoryID, mfa.ProfilePhone, p.Phone), w.profileDigest(p.DirectoryID, mfa.ProfileUsername, p.Username),
		micros(p.CreatedAt), micros(p.UpdatedAt))
	return err
}
