package store

import (
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

const (
	codeColumns = `id, purpose, application_id, user_id, phone_country, phone, channel, action, sealed_secret, attempts, used_at, sent_at,
		created_at, expires_at`

	selectCode = `SELECT ` + codeColumns + ` FROM codes `
)

var (
	codeByID = &engine.Statement{SQL: selectCode + `WHERE id = ?`}

	openCodes = &engine.Statement{SQL: selectCode + `WHERE user_id = ? AND user_id <> '' AND application_id = ? AND used_at = 0 AND expires_at > ?
		ORDER BY created_at DESC, id DESC LIMIT 20`}

	phoneCode = &engine.Statement{SQL: selectCode + `WHERE application_id = ? AND phone = ? AND purpose = 'verification'
		ORDER BY created_at DESC, id DESC LIMIT 1`}

	addCode = &engine.Statement{SQL: `INSERT INTO codes (` + codeColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`}

	// The condition is the whole race: of many users of a code one finds it unused.
	// The sum keeps PostgreSQL from finding codes by their age instead of their id.
	useCode = &engine.Statement{
		SQL: `UPDATE codes SET used_at = ?2 WHERE id = ?1 AND used_at = 0 AND expires_at > ?2`,
		Batch: `UPDATE codes c SET used_at = v.at FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS v (id, at, ord)
			WHERE c.id = v.id AND c.used_at = 0 AND c.expires_at + 0 > v.at RETURNING v.ord`,
		Key: 1,
	}

	resendCode = &engine.Statement{SQL: `UPDATE codes SET sent_at = ?2 WHERE id = ?1`, Key: 1}

	countCodeAttempt = &engine.Statement{SQL: `UPDATE codes SET attempts = attempts + 1 WHERE id = ? RETURNING attempts`, Key: 1}

	purgeCodes = &engine.Statement{SQL: `DELETE FROM codes WHERE id IN
		(SELECT id FROM codes WHERE expires_at < ? ORDER BY expires_at LIMIT ? /*skip locked*/)`}
)

var codeNoun = noun[mfa.SentCode]{
	name: "code",
	scan: func(row engine.Row, c *mfa.SentCode) error {
		var phone string
		var country int
		var sealed []byte
		var times [4]int64
		err := row.Scan((*string)(&c.ID), (*string)(&c.Purpose), (*string)(&c.ApplicationID), (*string)(&c.UserID), &country, &phone,
			(*string)(&c.Channel), &c.Action, &sealed, &c.Attempts, &times[0], &times[1], &times[2], &times[3])
		c.Phone, c.Secret = phoneOf(country, phone), mfa.NewSecret(sealed)
		c.UsedAt, c.SentAt, c.CreatedAt, c.ExpiresAt = moment(times[0]), moment(times[1]), moment(times[2]), moment(times[3])
		return err
	},
	open: func(r *records, c *mfa.SentCode) error {
		return r.unseal("codes", "sealed_secret", string(c.ID), &c.Secret)
	},
}

func (r *records) Code(id mfa.CodeID) (mfa.SentCode, error) {
	return one(r, codeNoun, codeByID, string(id))
}

func (r *records) OpenCodes(user mfa.UserID, application mfa.ApplicationID, now time.Time) ([]mfa.SentCode, error) {
	return many(r, codeNoun, openCodes, string(user), string(application), micros(now))
}

func (r *records) PhoneCode(application mfa.ApplicationID, phone mfa.Phone) (mfa.SentCode, error) {
	return one(r, codeNoun, phoneCode, string(application), phone.E164())
}

func (w *writeRecords) AddCode(c mfa.SentCode) error {
	return w.insert("id", addCode, string(c.ID), string(c.Purpose), string(c.ApplicationID), string(c.UserID), c.Phone.CountryCode, c.Phone.E164(),
		string(c.Channel), c.Action, w.sealed("codes", "sealed_secret", string(c.ID), c.Secret), c.Attempts, micros(c.UsedAt), micros(c.SentAt),
		micros(c.CreatedAt), micros(c.ExpiresAt))
}

func (w *writeRecords) UseCode(id mfa.CodeID, at time.Time) (bool, error) {
	return w.execOne(useCode, string(id), micros(at))
}

func (w *writeRecords) ResendCode(id mfa.CodeID, at time.Time) error {
	return w.change(codeNoun.name, resendCode, string(id), micros(at))
}

func (w *writeRecords) CountCodeAttempt(id mfa.CodeID) (int, error) {
	n, found, err := w.number(countCodeAttempt, string(id))
	if err == nil && !found {
		err = mfa.Missing(codeNoun.name)
	}
	return int(n), err
}

func (w *writeRecords) PurgeCodes(before time.Time, limit int) (int, error) {
	return w.purge(purgeCodes, before, limit)
}
