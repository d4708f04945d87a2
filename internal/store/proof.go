package store

import (
	"time"

	"github.com/twinseal/twinseal/internal/store/engine"
)

var (
	spendProof = &engine.Statement{
		SQL: `INSERT INTO proofs (thumbprint, nonce, ends_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
		Batch: `INSERT INTO proofs (thumbprint, nonce, ends_at) SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
			ON CONFLICT DO NOTHING`,
		Key: 2,
	}

	purgeProofs = &engine.Statement{SQL: `DELETE FROM proofs WHERE (thumbprint, nonce) IN
		(SELECT thumbprint, nonce FROM proofs WHERE ends_at < ? ORDER BY ends_at LIMIT ? /*skip locked*/)`}
)

func (w *writeRecords) SpendProof(thumbprint, nonce string, until time.Time) (bool, error) {
	return w.execOne(spendProof, thumbprint, nonce, micros(until))
}

func (w *writeRecords) PurgeProofs(now time.Time, limit int) (int, error) {
	return w.purge(purgeProofs, now, limit)
}
