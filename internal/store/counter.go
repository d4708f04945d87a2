package store

import (
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

// Numbers that people see start above lastReserved: they look like numbers from
// the first one on, and small ones stay free for tests and documents.
const lastReserved = 1000

// Counters of the whole server. Each directory has one for its users besides.
const (
	applicationNumbers   = "application"
	authenticatorNumbers = "authenticator"
	eventSkew            = "event skew"
)

var (
	// A group takes all its numbers at once: every change of the row within one
	// transaction leaves a version that all later ones have to step over.
	nextNumber = &engine.Statement{
		SQL: `INSERT INTO counters (name, value) VALUES (?1, ?2)
			ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value`,
		Batch: `WITH v AS (SELECT * FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS v (name, first, ord)),
			wanted AS (SELECT name, min(first) AS first, count(*) AS n FROM v GROUP BY name),
			given AS (INSERT INTO counters (name, value) SELECT name, first + n - 1 FROM wanted ORDER BY name
				ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value - (SELECT min(v.first) - 1 FROM v)
				RETURNING name, value)
			SELECT v.ord, given.value - wanted.n + row_number() OVER (PARTITION BY v.name ORDER BY v.ord)
			FROM v JOIN wanted USING (name) JOIN given USING (name)`,
	}

	raiseCounter = &engine.Statement{SQL: `INSERT INTO counters (name, value) VALUES (?1, ?2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE counters.value < excluded.value`}

	counterValue = &engine.Statement{SQL: `SELECT value FROM counters WHERE name = ?`}
)

// next hands out the counter's next number. Others that ask for one wait until
// this Write ends, so that a number is lost only together with its Write.
func (w *writeRecords) next(counter string) (int64, error) {
	n, found, err := w.number(nextNumber, counter, int64(lastReserved+1))
	if err == nil && !found {
		err = &mfa.Error{Code: mfa.Internal, Message: "the counter " + counter + " gave no number"}
	}
	return n, err
}

// reserve makes next skip n and everything below it.
func (w *writeRecords) reserve(counter string, n int64) error {
	return w.raise(counter, max(n, lastReserved))
}

func (w *writeRecords) raise(counter string, to int64) error {
	_, err := w.exec(raiseCounter, counter, to)
	return err
}
