package store

import (
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

// The arithmetic is that of package bucket: a window opens with its first hit, hits
// beyond the burst count as one, and a window that ends too late, because a clock
// was set back or the limit shortened, is drawn in.
var (
	// An upsert of many rows cannot see what each call brought beside its row, so
	// the batch updates first and inserts what was missing. A row that somebody
	// else inserts in between has just begun its window.
	takeLimit = &engine.Statement{
		SQL: `INSERT INTO limits (key, name, hits, ends_at) VALUES (?1, ?2, 1, ?4)
			ON CONFLICT (key, name) DO UPDATE SET
				hits = CASE WHEN limits.ends_at <= ?3 THEN 1 WHEN limits.hits > ?5 THEN limits.hits ELSE limits.hits + 1 END,
				ends_at = CASE WHEN limits.ends_at <= ?3 OR limits.ends_at > ?4 THEN ?4 ELSE limits.ends_at END
			RETURNING hits, ends_at`,
		Batch: `WITH v AS (SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[])
				WITH ORDINALITY AS v (key, name, now, ends, burst, ord)),
			old AS (UPDATE limits l SET
					hits = CASE WHEN l.ends_at <= v.now THEN 1 WHEN l.hits > v.burst THEN l.hits ELSE l.hits + 1 END,
					ends_at = CASE WHEN l.ends_at <= v.now OR l.ends_at > v.ends THEN v.ends ELSE l.ends_at END
				FROM v WHERE l.key = v.key AND l.name = v.name RETURNING v.ord, l.hits, l.ends_at),
			new AS (INSERT INTO limits (key, name, hits, ends_at)
				SELECT v.key, v.name, 1, v.ends FROM v WHERE v.ord NOT IN (SELECT old.ord FROM old)
				ON CONFLICT (key, name) DO UPDATE SET hits = limits.hits + 1 RETURNING key, name, hits, ends_at)
			SELECT ord, hits, ends_at FROM old UNION ALL SELECT v.ord, new.hits, new.ends_at FROM new JOIN v USING (key, name)`,
		Key: 1, Lock: true,
	}

	readLimit = &engine.Statement{SQL: `SELECT hits, ends_at FROM limits WHERE key = ? AND name = ?`}

	purgeLimits = &engine.Statement{SQL: `DELETE FROM limits WHERE (key, name) IN
		(SELECT key, name FROM limits WHERE ends_at < ? ORDER BY ends_at LIMIT ? /*skip locked*/)`}
)

func (w *writeRecords) TakeLimit(l mfa.Limit, key string, now time.Time) (allowed bool, until time.Time, err error) {
	hits, ends, err := w.limit(takeLimit, key, l.Name, micros(now), micros(now.Add(l.Per)), max(l.Burst, 0))
	return hits <= l.Burst, moment(ends), err
}

func (r *records) LimitReached(l mfa.Limit, key string, now time.Time) (reached bool, until time.Time, err error) {
	hits, ends, err := r.limit(readLimit, key, l.Name)
	if err != nil {
		return false, time.Time{}, err
	}
	end := micros(now.Add(l.Per))
	if ends <= micros(now) {
		return l.Burst <= 0, moment(end), nil
	}
	return hits >= l.Burst, moment(min(ends, end)), nil
}

func (r *records) limit(st *engine.Statement, args ...any) (hits int, ends int64, err error) {
	err = r.query(st, func(row engine.Row) error { return row.Scan(&hits, &ends) }, args...)
	return hits, ends, err
}

func (w *writeRecords) PurgeLimits(now time.Time, limit int) (int, error) {
	return w.purge(purgeLimits, now, limit)
}
