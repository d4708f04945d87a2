package store

import (
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

var (
	tallies = &engine.Statement{SQL: `SELECT application_id, month, name, total FROM tallies WHERE application_id = ? AND month >= ? ORDER BY month, name`}

	addTally = &engine.Statement{SQL: `INSERT INTO tallies (application_id, month, name, total) VALUES (?, ?, ?, ?)
		ON CONFLICT (application_id, month, name) DO UPDATE SET total = tallies.total + excluded.total`}

	keepTally = &engine.Statement{SQL: `INSERT INTO tallies (application_id, month, name, total) VALUES (?, ?, ?, ?)
		ON CONFLICT (application_id, month, name) DO NOTHING`}
)

var tallyNoun = noun[mfa.Tally]{
	name: "tally",
	scan: func(row engine.Row, t *mfa.Tally) error {
		var month int64
		err := row.Scan((*string)(&t.ApplicationID), &month, &t.Name, &t.Count)
		t.Month = moment(month)
		return err
	},
}

func (r *records) Tallies(application mfa.ApplicationID, since time.Time) ([]mfa.Tally, error) {
	return many(r, tallyNoun, tallies, string(application), micros(since))
}

// AddTally adds to the count of the month that holds the given time.
func (w *writeRecords) AddTally(t mfa.Tally) error { return w.tally(addTally, t) }

// KeepTally is AddTally where the month has no such count, and nothing otherwise.
func (w *writeRecords) KeepTally(t mfa.Tally) error { return w.tally(keepTally, t) }

func (w *writeRecords) tally(st *engine.Statement, t mfa.Tally) error {
	month := time.Date(t.Month.UTC().Year(), t.Month.UTC().Month(), 1, 0, 0, 0, 0, time.UTC)
	_, err := w.exec(st, string(t.ApplicationID), micros(month), t.Name, t.Count)
	return err
}
