package store

import (
	"cmp"
	"encoding/json"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

const (
	// ownAuthenticatorColumns leave out whose it is, which the hot path knows.
	ownAuthenticatorColumns = `a.id, a.application_id, a.parent_id, a.kind, a.state, a.name, a.number, a.platform, a.thumbprint, a.data,
		a.sealed_secret, a.counter, a.version, a.registered_by, a.created_at, a.last_used_at`

	authenticatorColumns = ownAuthenticatorColumns + `, a.user_id, a.directory_id`

	selectAuthenticator = `SELECT ` + authenticatorColumns + ` FROM authenticators a `
)

var (
	authenticatorByID = &engine.Statement{
		SQL: selectAuthenticator + `WHERE a.id = ?`,
		Batch: `SELECT v.ord, ` + authenticatorColumns + ` FROM unnest($1::text[]) WITH ORDINALITY AS v (id, ord)
			JOIN authenticators a ON a.id = v.id`,
	}

	authenticatorsOf = &engine.Statement{SQL: selectAuthenticator + `WHERE a.user_id = ? ORDER BY a.created_at, a.id`}

	authenticatorByThumbprint = &engine.Statement{
		SQL: selectAuthenticator + `WHERE a.thumbprint = ? AND a.thumbprint <> '' AND a.kind = ?`,
		Batch: `SELECT v.ord, ` + authenticatorColumns + ` FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS v (thumbprint, kind, ord)
			JOIN authenticators a ON a.thumbprint = v.thumbprint AND a.thumbprint <> '' AND a.kind = v.kind`,
	}

	addAuthenticator = &engine.Statement{SQL: `INSERT INTO authenticators
		(id, user_id, directory_id, application_id, parent_id, kind, state, name, number, platform, thumbprint, data, sealed_secret, counter,
		version, generation, registered_by, created_at, last_used_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?) ON CONFLICT DO NOTHING`}

	advanceCounter = &engine.Statement{
		SQL: `UPDATE authenticators SET counter = ?3, last_used_at = ?4 WHERE id = ?1 AND version = ?2 AND counter < ?3`,
		Batch: `UPDATE authenticators a SET counter = v.step, last_used_at = v.at
			FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) WITH ORDINALITY AS v (id, version, step, at, ord)
			WHERE a.id = v.id AND a.version = v.version AND a.counter < v.step RETURNING v.ord`,
		Key: 1,
	}

	usePasskey = &engine.Statement{
		SQL: `UPDATE authenticators SET counter = ?4, last_used_at = ?6, data = CASE WHEN ?5 = '' THEN data ELSE ?5 END
			WHERE id = ?1 AND version = ?2 AND counter = ?3 AND state = 'active'`,
		Batch: `UPDATE authenticators a SET counter = v.new, last_used_at = v.at, data = CASE WHEN v.data = '' THEN a.data ELSE v.data END
			FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[])
			WITH ORDINALITY AS v (id, version, old, new, data, at, ord)
			WHERE a.id = v.id AND a.version = v.version AND a.counter = v.old AND a.state || '' = 'active' RETURNING v.ord`,
		Key: 1,
	}

	// The counter never goes back, because the caller may have read it before a
	// proof counted, and that proof must not count again.
	updateAuthenticator = &engine.Statement{SQL: `UPDATE authenticators SET name = ?3, state = ?4, data = ?5, sealed_secret = ?6,
		counter = CASE WHEN counter < ?7 THEN ?7 ELSE counter END, last_used_at = ?8, version = version + 1
		WHERE id = ?1 AND version = ?2`, Key: 1}

	removeAuthenticator = &engine.Statement{SQL: `DELETE FROM authenticators WHERE user_id = ?1 AND (id = ?2 OR parent_id = ?2)`, Key: 2}
)

// authenticatorRow is an authenticator as it is stored.
type authenticatorRow struct {
	mfa.Authenticator
	data          string
	sealed        []byte
	created, used int64
}

func (a *authenticatorRow) ownDest() []any {
	return []any{
		(*string)(&a.ID), (*string)(&a.ApplicationID), (*string)(&a.ParentID), (*string)(&a.Kind), (*string)(&a.State), &a.Name, &a.Number,
		&a.Platform, &a.Thumbprint, &a.data, &a.sealed, &a.Counter, &a.Version, &a.RegisteredBy, &a.created, &a.used,
	}
}

func (a *authenticatorRow) dest() []any {
	return append(a.ownDest(), (*string)(&a.UserID), (*string)(&a.DirectoryID))
}

func (a *authenticatorRow) value() mfa.Authenticator {
	a.Data, a.Secret, a.CreatedAt, a.LastUsedAt = raw(a.data), mfa.NewSecret(a.sealed), moment(a.created), moment(a.used)
	return a.Authenticator
}

func openAuthenticator(r *records, a *mfa.Authenticator) error {
	return r.unseal("authenticators", "sealed_secret", string(a.ID), &a.Secret)
}

var authenticatorNoun = noun[mfa.Authenticator]{
	name: "authenticator",
	scan: func(row engine.Row, out *mfa.Authenticator) error {
		var a authenticatorRow
		err := row.Scan(a.dest()...)
		*out = a.value()
		return err
	},
	open: openAuthenticator,
}

// byAge orders the oldest first.
func byAge(a, b mfa.Authenticator) int {
	return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
}

func (r *records) Authenticator(id mfa.AuthenticatorID) (mfa.Authenticator, error) {
	return one(r, authenticatorNoun, authenticatorByID, string(id))
}

func (r *records) AuthenticatorsOf(user mfa.UserID) ([]mfa.Authenticator, error) {
	return many(r, authenticatorNoun, authenticatorsOf, string(user))
}

func (r *records) AuthenticatorByThumbprint(kind mfa.Kind, thumbprint string) (mfa.Authenticator, error) {
	return one(r, authenticatorNoun, authenticatorByThumbprint, thumbprint, string(kind))
}

// AddAuthenticator also refuses an id that is taken.
func (w *writeRecords) AddAuthenticator(a mfa.Authenticator) (mfa.Authenticator, error) {
	var err error
	if a.Number, err = w.next(authenticatorNumbers); err != nil {
		return mfa.Authenticator{}, err
	}
	done, err := w.execOne(addAuthenticator, string(a.ID), string(a.UserID), string(a.DirectoryID), string(a.ApplicationID), string(a.ParentID),
		string(a.Kind), string(a.State), a.Name, a.Number, a.Platform, a.Thumbprint, string(a.Data),
		w.sealed("authenticators", "sealed_secret", string(a.ID), a.Secret), a.Counter, a.Version, a.RegisteredBy,
		micros(a.CreatedAt), micros(a.LastUsedAt))
	if err != nil {
		return mfa.Authenticator{}, err
	}
	if !done {
		return mfa.Authenticator{}, w.authenticatorTaken(a)
	}
	return a, w.regenerate(a.UserID)
}

func (w *writeRecords) authenticatorTaken(a mfa.Authenticator) error {
	_, err := w.AuthenticatorByThumbprint(a.Kind, a.Thumbprint)
	switch {
	case err == nil:
		return taken("thumbprint")
	case mfa.IsCode(err, mfa.NotFound):
		return taken("id")
	}
	return err
}

// regenerate notes that the set has changed.
func (w *writeRecords) regenerate(user mfa.UserID) error {
	if err := w.later(changeGeneration, string(user)); err != nil {
		return err
	}
	return w.later(stampGeneration, string(user))
}

func (w *writeRecords) AdvanceCounter(id mfa.AuthenticatorID, version, step int64, at time.Time) (bool, error) {
	return w.execOne(advanceCounter, string(id), version, step, micros(at))
}

// UsePasskey does not raise the version: what it changes is what a use changes.
func (w *writeRecords) UsePasskey(id mfa.AuthenticatorID, version, from, to int64, data json.RawMessage, at time.Time) (bool, error) {
	return w.execOne(usePasskey, string(id), version, from, to, string(data), micros(at))
}

func (w *writeRecords) NoteUse(a mfa.Authenticator) error {
	return w.later(usePasskey, string(a.ID), a.Version, a.Counter, a.Counter, string(a.Data), micros(a.LastUsedAt))
}

// UpdateAuthenticator replaces what it says but for the counter, which it only raises.
func (w *writeRecords) UpdateAuthenticator(a mfa.Authenticator) (bool, error) {
	done, err := w.execOne(updateAuthenticator, string(a.ID), a.Version, a.Name, string(a.State), string(a.Data),
		w.sealed("authenticators", "sealed_secret", string(a.ID), a.Secret), a.Counter, micros(a.LastUsedAt))
	if err != nil || !done {
		return false, err
	}
	return true, w.regenerate(a.UserID)
}

func (w *writeRecords) RemoveAuthenticator(id mfa.AuthenticatorID) error {
	a, err := w.Authenticator(id)
	if err != nil {
		return err
	}
	if err := w.change(authenticatorNoun.name, removeAuthenticator, string(a.UserID), string(id)); err != nil {
		return err
	}
	return w.regenerate(a.UserID)
}
