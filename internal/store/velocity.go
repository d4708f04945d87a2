package store

import (
	"encoding/base64"
	"time"

	"github.com/twinseal/twinseal/internal/bucket"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

// Counts are packed, so adding to one reads it first: under a lock of its name, and of its row where it has one. A row
// that two processes begin in the same moment is a Conflict of one of them.
var (
	lockVelocity = &engine.Statement{
		SQL: `SELECT counts FROM velocities WHERE digest = ? /*lock*/`,
		Batch: `SELECT v.ord, c.counts FROM unnest($1::text[]) WITH ORDINALITY AS v (digest, ord)
			JOIN velocities c ON c.digest = v.digest ORDER BY v.ord FOR NO KEY UPDATE OF c`,
		Key: 1, Lock: true,
	}

	addVelocity = &engine.Statement{
		SQL:   `INSERT INTO velocities (digest, counts, day) VALUES (?, ?, ?)`,
		Batch: `INSERT INTO velocities (digest, counts, day) SELECT * FROM unnest($1::text[], $2::bytea[], $3::bigint[])`,
		Key:   1,
	}

	updateVelocity = &engine.Statement{
		SQL: `UPDATE velocities SET counts = ?2, day = ?3 WHERE digest = ?1`,
		Batch: `UPDATE velocities c SET counts = v.counts, day = v.day
			FROM unnest($1::text[], $2::bytea[], $3::bigint[]) WITH ORDINALITY AS v (digest, counts, day, ord)
			WHERE c.digest = v.digest RETURNING v.ord`,
		Key: 1,
	}

	purgeVelocity = &engine.Statement{SQL: `DELETE FROM velocities WHERE digest IN
		(SELECT digest FROM velocities WHERE day < ? ORDER BY day LIMIT ? /*skip locked*/)`}
)

// velocityDigest is half of a keyed digest: enough that no two of a server's subjects meet.
func (r *records) velocityDigest(application mfa.ApplicationID, key mfa.VelocityKey) string {
	sum := r.store.ring.Digest("velocity:"+string(application)+":"+string(key.Kind), []byte(key.Value))
	return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
}

// dayOf is the day of a time. A row is aged by it, so that its place in the index changes once a day and not with
// every count.
func dayOf(t time.Time) int64 { return t.Unix() / (24 * 3600) }

func (w *writeRecords) CountAction(application mfa.ApplicationID, key mfa.VelocityKey, at time.Time) (mfa.Velocity, error) {
	digest := w.velocityDigest(application, key)
	var packed []byte
	change := addVelocity
	err := w.query(lockVelocity, func(row engine.Row) error {
		change = updateVelocity
		return row.Scan(&packed)
	}, digest)
	if err != nil {
		return mfa.Velocity{}, err
	}
	counts, err := bucket.ParseSpans(packed)
	if err != nil {
		return mfa.Velocity{}, damaged("a count of actions", err)
	}
	counts = counts.Add(at)
	return velocityOf(counts, at), w.later(change, digest, counts.Append(make([]byte, 0, len(packed)+4)), dayOf(at))
}

func velocityOf(counts bucket.Spans, at time.Time) mfa.Velocity {
	var out mfa.Velocity
	var spans [mfa.VelocitySpans]time.Duration
	for i, w := range mfa.VelocityWindows() {
		spans[i] = w.Span
	}
	counts.Within(at, spans[:], out[:])
	return out
}

func (w *writeRecords) PurgeVelocity(before time.Time, limit int) (int, error) {
	n, err := w.exec(purgeVelocity, dayOf(before), limit)
	return int(n), err
}
