package store

import (
	"encoding/json"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

const selectEnrollment = `SELECT id, kind, state, organization_id, directory_id, application_id, user_id, phone_country, phone, custom_id,
	authenticator_id, sealed_secret, data, attempts, created_at, expires_at FROM enrollments `

var (
	enrollmentByID = &engine.Statement{SQL: selectEnrollment + `WHERE id = ?`}

	enrollmentByDigest = &engine.Statement{SQL: selectEnrollment + `WHERE kind = ? AND digest = ?`}

	enrollmentByCustomID = &engine.Statement{SQL: selectEnrollment + `WHERE application_id = ? AND custom_id = ? AND custom_id <> ''
		ORDER BY created_at DESC, id DESC LIMIT 1`}

	pendingEnrollments = &engine.Statement{SQL: selectEnrollment + `WHERE user_id = ? AND user_id <> '' AND kind = ? AND state = 'pending'
		AND expires_at > ? ORDER BY created_at, id`}

	removeEnrollment = &engine.Statement{SQL: `DELETE FROM enrollments WHERE id = ?`}

	addEnrollment = &engine.Statement{SQL: `INSERT INTO enrollments
		(id, kind, state, organization_id, directory_id, application_id, user_id, phone_country, phone, custom_id, authenticator_id, digest,
		sealed_secret, data, attempts, created_at, expires_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`}

	completeEnrollment = &engine.Statement{SQL: `UPDATE enrollments SET state = 'completed', user_id = ?, authenticator_id = ?
		WHERE id = ? AND state = 'pending'`, Key: 3}

	changeEnrollment = &engine.Statement{SQL: `UPDATE enrollments SET state = ?3, data = ?4 WHERE id = ?1 AND state = 'pending' AND data = ?2`, Key: 1}

	countEnrollmentAttempt = &engine.Statement{SQL: `UPDATE enrollments SET attempts = attempts + 1 WHERE id = ? RETURNING attempts`, Key: 1}

	purgeEnrollments = &engine.Statement{SQL: `DELETE FROM enrollments WHERE id IN
		(SELECT id FROM enrollments WHERE expires_at < ? ORDER BY expires_at LIMIT ? /*skip locked*/)`}
)

var enrollmentNoun = noun[mfa.Enrollment]{
	name: "enrollment",
	scan: func(row engine.Row, e *mfa.Enrollment) error {
		var phone, data string
		var country int
		var sealed []byte
		var times [2]int64
		err := row.Scan((*string)(&e.ID), (*string)(&e.Kind), (*string)(&e.State), (*string)(&e.OrganizationID), (*string)(&e.DirectoryID),
			(*string)(&e.ApplicationID), (*string)(&e.UserID), &country, &phone, &e.CustomID, (*string)(&e.AuthenticatorID), &sealed,
			&data, &e.Attempts, &times[0], &times[1])
		e.Phone, e.Secret, e.CreatedAt, e.ExpiresAt = phoneOf(country, phone), mfa.NewSecret(sealed), moment(times[0]), moment(times[1])
		if data != "" {
			e.Data = json.RawMessage(data)
		}
		return err
	},
	open: func(r *records, e *mfa.Enrollment) error {
		return r.unseal("enrollments", "sealed_secret", string(e.ID), &e.Secret)
	},
}

// enrollmentDigest is what an enrollment is found by, nil for kinds whose secret
// is a sent code: those are few digits, compared and never looked up.
func (r *records) enrollmentDigest(kind mfa.EnrollmentKind, secret mfa.Secret) []byte {
	if secret.Empty() || kind != mfa.EnrollByCode && kind != mfa.EnrollTOTP && kind != mfa.EnrollByJoin {
		return nil
	}
	return r.store.ring.Digest("enrollment:"+string(kind), secret.Reveal())
}

func (r *records) Enrollment(id mfa.EnrollmentID) (mfa.Enrollment, error) {
	return one(r, enrollmentNoun, enrollmentByID, string(id))
}

// EnrollmentBySecret finds linking codes, joins and pictures, the kinds that are
// known by their secret alone.
func (r *records) EnrollmentBySecret(kind mfa.EnrollmentKind, secret mfa.Secret) (mfa.Enrollment, error) {
	digest := r.enrollmentDigest(kind, secret)
	if digest == nil {
		return mfa.Enrollment{}, mfa.Missing(enrollmentNoun.name)
	}
	return one(r, enrollmentNoun, enrollmentByDigest, string(kind), digest)
}

func (r *records) EnrollmentByCustomID(application mfa.ApplicationID, customID string) (mfa.Enrollment, error) {
	return one(r, enrollmentNoun, enrollmentByCustomID, string(application), customID)
}

func (r *records) PendingEnrollments(user mfa.UserID, kind mfa.EnrollmentKind, now time.Time) ([]mfa.Enrollment, error) {
	return many(r, enrollmentNoun, pendingEnrollments, string(user), string(kind), micros(now))
}

func (w *writeRecords) RemoveEnrollment(id mfa.EnrollmentID) error {
	return w.change(enrollmentNoun.name, removeEnrollment, string(id))
}

// AddEnrollment answers Conflict of the secret if a linking code or picture name
// was drawn before; drawing another helps.
func (w *writeRecords) AddEnrollment(e mfa.Enrollment) error {
	return w.insert("secret", addEnrollment, string(e.ID), string(e.Kind), string(e.State), string(e.OrganizationID), string(e.DirectoryID),
		string(e.ApplicationID), string(e.UserID), e.Phone.CountryCode, e.Phone.E164(), e.CustomID, string(e.AuthenticatorID),
		w.enrollmentDigest(e.Kind, e.Secret), w.sealed("enrollments", "sealed_secret", string(e.ID), e.Secret), string(e.Data), e.Attempts,
		micros(e.CreatedAt), micros(e.ExpiresAt))
}

func (w *writeRecords) CompleteEnrollment(id mfa.EnrollmentID, user mfa.UserID, authenticator mfa.AuthenticatorID) (bool, error) {
	return w.execOne(completeEnrollment, string(user), string(authenticator), string(id))
}

func (w *writeRecords) ChangeEnrollment(e mfa.Enrollment, from json.RawMessage) (bool, error) {
	return w.execOne(changeEnrollment, string(e.ID), string(from), string(e.State), string(e.Data))
}

func (w *writeRecords) CountEnrollmentAttempt(id mfa.EnrollmentID) (int, error) {
	n, found, err := w.number(countEnrollmentAttempt, string(id))
	if err == nil && !found {
		err = mfa.Missing(enrollmentNoun.name)
	}
	return int(n), err
}

func (w *writeRecords) PurgeEnrollments(before time.Time, limit int) (int, error) {
	return w.purge(purgeEnrollments, before, limit)
}
