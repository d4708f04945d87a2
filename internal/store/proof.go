package store

import (
	"time"

	"github.com/twinseal/twinseal/internal/store/engine"
)

var (
	spendProof = &engine.Statement{
		SQL: `INSERT INTO proofs (thumbprint, nonce, ends_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
		Batch: `WITH v AS (SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[]) WITH ORDINALITY AS v (thumbprint, nonce, ends_at, ord)),
			spent AS (INSERT INTO proofs (thumbprint, nonce, ends_at) SELECT thumbprint, nonce, ends_at FROM v
				ON CONFLICT DO NOTHING RETURNING thumbprint, nonce)
			SELECT v.ord FROM v JOIN spent USING (thumbprint, nonce)`,
		Key: 2,
	}

	purgeProofs = &engine.Statement{SQL: `DELETE FROM proofs WHERE (thumbprint, nonce) IN
		(SELECT thumbprint, nonce FROM proofs WHERE ends_at < ? ORDER BY ends_at LIMIT ? /*skip locked*/)`}
)

func (w *writeRecords) SpendProof(thumbprint, nonce string, until time.Time) (bool, error) {
	return w.execOne(spendProof, thumbprint, nonce, micros(until))
}

func (w *writeRecords) SpendLastProof(thumbprint, nonce string, until time.Time) (bool, error) {
	return w.last(spendProof, thumbprint, nonce, micros(until))
}

func (w *writeRecords) PurgeProofs(now time.Time, limit int) (int, error) {
	return w.purge(purgeProofs, now, limit)
}
