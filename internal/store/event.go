package store

import (
	"math"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

const (
	eventColumns = `id, type, organization_id, directory_id, application_id, user_id, challenge_id, source, data, at`

	// The bounds of ids come first: they are what keeps a list from reading the whole log.
	selectEvents = `SELECT ` + eventColumns + ` FROM events WHERE id > ?1 AND id < ?2 AND at >= ?3 AND at < ?4
		AND (?5 = '' OR application_id = ?5) AND (?6 = '' OR user_id = ?6) AND (?7 = '' OR replace(?7, ',' || type || ',', '') <> ?7) `
)

var (
	appendEvent = &engine.Statement{
		SQL: `INSERT INTO events (` + eventColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		Batch: `INSERT INTO events (` + eventColumns + `)
			SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bigint[])`,
	}

	listEvents = &engine.Statement{SQL: selectEvents + `ORDER BY id LIMIT ?8`}

	listChallengeEvents = &engine.Statement{SQL: selectEvents + `AND challenge_id = ?9 AND challenge_id <> '' ORDER BY id LIMIT ?8`}

	countEvents = &engine.Statement{SQL: `SELECT type, count(*) FROM events WHERE id > ?1 AND id < ?2 AND at >= ?3 AND at < ?4
		AND application_id = ?5 GROUP BY type`}
)

var eventNoun = noun[mfa.Event]{
	name: "event",
	scan: func(row engine.Row, e *mfa.Event) error {
		var data string
		var at int64
		err := row.Scan((*string)(&e.ID), (*string)(&e.Type), (*string)(&e.OrganizationID), (*string)(&e.DirectoryID), (*string)(&e.ApplicationID),
			(*string)(&e.UserID), (*string)(&e.ChallengeID), &e.Source, &data, &at)
		e.Data, e.At = raw(data), moment(at)
		return err
	},
}

// Limits of one list of events.
const (
	eventsDefault = 100
	eventsMost    = 1000 // some hundred kilobytes: larger lists are read page by page
)

func (r *records) Events(f mfa.EventFilter) ([]mfa.Event, error) {
	after, before, err := r.idRange(f.From, f.To)
	if err != nil {
		return nil, err
	}
	limit := f.Limit
	if limit <= 0 {
		limit = eventsDefault
	}
	args := []any{
		max(after, string(f.After)), before, micros(f.From), until(f.To), string(f.ApplicationID), string(f.UserID), between(f.Types),
		min(limit, eventsMost),
	}
	if f.ChallengeID != "" {
		return many(r, eventNoun, listChallengeEvents, append(args, string(f.ChallengeID))...)
	}
	return many(r, eventNoun, listEvents, args...)
}

// until is an exclusive end, the far future for none.
func until(t time.Time) int64 {
	if t.IsZero() {
		return math.MaxInt64
	}
	return micros(t)
}

func (r *records) CountEvents(application mfa.ApplicationID, from, to time.Time) (map[mfa.EventType]int64, error) {
	after, before, err := r.idRange(from, to)
	if err != nil {
		return nil, err
	}
	counts := make(map[mfa.EventType]int64)
	err = r.query(countEvents, func(row engine.Row) error {
		var kind string
		var n int64
		err := row.Scan(&kind, &n)
		counts[mfa.EventType(kind)] = n
		return err
	}, after, before, micros(from), until(to), string(application))
	return counts, err
}

// AppendEvent refuses an id that is taken as a Conflict.
func (w *writeRecords) AppendEvent(e mfa.Event) error {
	if err := w.noteSkew(e.ID, e.At); err != nil {
		return err
	}
	return w.later(appendEvent, string(e.ID), string(e.Type), string(e.OrganizationID), string(e.DirectoryID), string(e.ApplicationID),
		string(e.UserID), string(e.ChallengeID), e.Source, string(e.Data), micros(e.At))
}
