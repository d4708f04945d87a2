package store

import (
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

const ceremonyColumns = `id, kind, organization_id, directory_id, application_id, user_id, username, display_name, challenge, data, created_at, expires_at`

var (
	ceremonyByID = &engine.Statement{SQL: `SELECT ` + ceremonyColumns + ` FROM ceremonies WHERE id = ?`}

	ceremonyByChallenge = &engine.Statement{SQL: `SELECT ` + ceremonyColumns + ` FROM ceremonies WHERE challenge = ?`}

	addCeremony = &engine.Statement{SQL: `INSERT INTO ceremonies (` + ceremonyColumns + `)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`}

	takeCeremony = &engine.Statement{SQL: `DELETE FROM ceremonies WHERE id = ? AND expires_at > ?`}

	purgeCeremonies = &engine.Statement{SQL: `DELETE FROM ceremonies WHERE id IN
		(SELECT id FROM ceremonies WHERE expires_at < ? ORDER BY expires_at LIMIT ? /*skip locked*/)`}
)

var ceremonyNoun = noun[mfa.Ceremony]{
	name: "ceremony",
	scan: func(row engine.Row, c *mfa.Ceremony) error {
		var data string
		var times [2]int64
		err := row.Scan((*string)(&c.ID), (*string)(&c.Kind), (*string)(&c.OrganizationID), (*string)(&c.DirectoryID), (*string)(&c.ApplicationID),
			(*string)(&c.UserID), &c.Username, &c.DisplayName, &c.Challenge, &data, &times[0], &times[1])
		c.Data, c.CreatedAt, c.ExpiresAt = raw(data), moment(times[0]), moment(times[1])
		return err
	},
}

func (r *records) Ceremony(id mfa.CeremonyID) (mfa.Ceremony, error) {
	return one(r, ceremonyNoun, ceremonyByID, string(id))
}

func (r *records) CeremonyByChallenge(challenge []byte) (mfa.Ceremony, error) {
	return one(r, ceremonyNoun, ceremonyByChallenge, octets(challenge))
}

// AddCeremony also refuses a challenge that was drawn before, which randomness does not.
func (w *writeRecords) AddCeremony(c mfa.Ceremony) error {
	return w.insert("challenge", addCeremony, string(c.ID), string(c.Kind), string(c.OrganizationID), string(c.DirectoryID), string(c.ApplicationID),
		string(c.UserID), c.Username, c.DisplayName, octets(c.Challenge), string(c.Data), micros(c.CreatedAt), micros(c.ExpiresAt))
}

func (w *writeRecords) TakeCeremony(id mfa.CeremonyID, now time.Time) (bool, error) {
	return w.execOne(takeCeremony, string(id), micros(now))
}

func (w *writeRecords) PurgeCeremonies(before time.Time, limit int) (int, error) {
	return w.purge(purgeCeremonies, before, limit)
}
