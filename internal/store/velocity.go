package store

import (
	"encoding/base64"
	"slices"
	"time"

	"github.com/twinseal/twinseal/internal/bucket"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

// Counts are packed, so adding to them reads them first: under locks of their names, and of their rows where they have
// some. A row that two processes begin in the same moment is a Conflict of one of them. An action's counts are read and
// changed together; a name that is empty stands for none.
var (
	lockVelocities = &engine.Statement{
		SQL: `SELECT digest, counts, day FROM velocities WHERE digest IN (?, ?, ?, ?) /*lock*/`,
		Batch: `SELECT v.ord, c.digest, c.counts, c.day
			FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS v (one, two, three, four, ord)
			CROSS JOIN LATERAL (VALUES (v.one), (v.two), (v.three), (v.four)) AS k (digest)
			JOIN velocities c ON c.digest = k.digest ORDER BY c.digest FOR NO KEY UPDATE OF c`,
		Key: 1, Keys: mfa.MaxVelocityKeys, Lock: true,
	}

	addVelocity = &engine.Statement{
		SQL:   `INSERT INTO velocities (digest, counts, day) VALUES (?, ?, ?)`,
		Batch: `INSERT INTO velocities (digest, counts, day) SELECT * FROM unnest($1::text[], $2::bytea[], $3::bigint[])`,
		Key:   1,
	}

	// The day is left alone where it is the same, because databases touch the index of what is set.
	updateVelocities = &engine.Statement{
		SQL: `UPDATE velocities SET counts = CASE digest WHEN ?1 THEN ?5 WHEN ?2 THEN ?6 WHEN ?3 THEN ?7 WHEN ?4 THEN ?8 ELSE counts END
			WHERE digest IN (?1, ?2, ?3, ?4)`,
		Batch: `UPDATE velocities c SET counts = k.counts
			FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::bytea[], $7::bytea[], $8::bytea[])
				WITH ORDINALITY AS v (one, two, three, four, first, second, third, fourth, ord)
			CROSS JOIN LATERAL (VALUES (v.one, v.first), (v.two, v.second), (v.three, v.third), (v.four, v.fourth)) AS k (digest, counts)
			WHERE c.digest = k.digest RETURNING v.ord`,
		Key: 1, Keys: mfa.MaxVelocityKeys,
	}

	renewVelocity = &engine.Statement{SQL: `UPDATE velocities SET counts = ?2, day = ?3 WHERE digest = ?1`, Key: 1}

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

// velocities are the counts of one action, by the place of their keys.
type velocities struct {
	digests [mfa.MaxVelocityKeys]string
	packed  [mfa.MaxVelocityKeys][]byte // nil where there is no row
	days    [mfa.MaxVelocityKeys]int64
}

func (w *writeRecords) CountActions(application mfa.ApplicationID, keys []mfa.VelocityKey, at time.Time) ([]mfa.Velocity, error) {
	if len(keys) > mfa.MaxVelocityKeys {
		return nil, &mfa.Error{Code: mfa.Internal, Message: "an action is counted by too many keys"}
	}
	var v velocities
	for i, key := range keys {
		v.digests[i] = w.velocityDigest(application, key)
	}
	if err := w.query(lockVelocities, v.scan, v.digests[0], v.digests[1], v.digests[2], v.digests[3]); err != nil {
		return nil, err
	}
	out := make([]mfa.Velocity, len(keys))
	for i := range keys {
		counts, err := bucket.ParseSpans(v.packed[i])
		if err != nil {
			return nil, damaged("a count of actions", err)
		}
		counts = counts.Add(at)
		out[i] = velocityOf(counts, at)
		if err := w.keep(&v, i, counts, dayOf(at)); err != nil {
			return nil, err
		}
	}
	return out, w.update(&v)
}

func (v *velocities) scan(row engine.Row) error {
	var digest string
	var packed []byte
	var day int64
	err := row.Scan(&digest, &packed, &day)
	if i := slices.Index(v.digests[:], digest); i >= 0 {
		v.packed[i], v.days[i] = octets(packed), day
	}
	return err
}

// keep writes a count that is new, or the first of its day. Others wait to be written together.
func (w *writeRecords) keep(v *velocities, i int, counts bucket.Spans, day int64) error {
	packed := counts.Append(make([]byte, 0, len(v.packed[i])+8))
	digest := v.digests[i]
	switch {
	case v.packed[i] == nil:
		v.digests[i] = ""
		return w.later(addVelocity, digest, packed, day)
	case v.days[i] != day:
		v.digests[i] = ""
		return w.later(renewVelocity, digest, packed, day)
	}
	v.packed[i] = packed
	return nil
}

// update writes the counts that are left.
func (w *writeRecords) update(v *velocities) error {
	if v.digests == [mfa.MaxVelocityKeys]string{} {
		return nil
	}
	d, p := &v.digests, &v.packed
	return w.later(updateVelocities, d[0], d[1], d[2], d[3], octets(p[0]), octets(p[1]), octets(p[2]), octets(p[3]))
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
