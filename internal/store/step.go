package store

import (
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

// spendStep is advanceCounter and appendEvent in one statement, which only
// PostgreSQL has.
var spendStep = &engine.Statement{
	SQL: `WITH burned AS (UPDATE authenticators SET counter = ?3, last_used_at = ?4 WHERE id = ?1 AND version = ?2 AND counter < ?3 RETURNING 1)
		INSERT INTO events (` + eventColumns + `)
		SELECT ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?4::bigint FROM burned`,
	Batch: `WITH v AS (SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[],
			$9::text[], $10::text[], $11::text[], $12::text[], $13::text[]) WITH ORDINALITY
			AS v (seed, version, step, at, id, type, organization_id, directory_id, application_id, user_id, challenge_id, source, data, ord)),
		burned AS (UPDATE authenticators a SET counter = v.step, last_used_at = v.at FROM v
			WHERE a.id = v.seed AND a.version = v.version AND a.counter < v.step RETURNING v.*),
		noted AS (INSERT INTO events (` + eventColumns + `) SELECT ` + eventColumns + ` FROM burned)
		SELECT ord FROM burned`,
	Key: 1,
}

// SpendStep gives the seed the event's time as its last use.
func (w *writeRecords) SpendStep(id mfa.AuthenticatorID, version, step int64, e mfa.Event) (bool, error) {
	if err := w.noteSkew(e.ID, e.At); err != nil {
		return false, err
	}
	if w.store.engine.Flavour() == engine.SQLite {
		won, err := w.AdvanceCounter(id, version, step, e.At)
		if err != nil || !won {
			return false, err
		}
		return true, w.AppendEvent(e)
	}
	return w.last(spendStep, string(id), version, step, micros(e.At), string(e.ID), string(e.Type), string(e.OrganizationID), string(e.DirectoryID),
		string(e.ApplicationID), string(e.UserID), string(e.ChallengeID), e.Source, string(e.Data))
}
