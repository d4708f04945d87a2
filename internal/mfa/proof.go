package mfa

import (
	"context"
	"time"
)

// ProofWriter remembers the nonces of request proofs while they could be replayed.
type ProofWriter interface {
	// SpendProof reports false if the key's nonce was spent before. It may be forgotten after until.
	SpendProof(thumbprint, nonce string, until time.Time) (bool, error)
	// SpendLastProof is SpendProof as the last change of its Write, which makes no statement after it and
	// fails only if it reports false.
	SpendLastProof(thumbprint, nonce string, until time.Time) (bool, error)
	PurgeProofs(now time.Time, limit int) (int, error)
}

// SpendNonce lets a nonce count once in its scope, until the time: a second use is Replayed. A scope holds a colon,
// which keeps it apart from the thumbprints of devices.
func (s *Service) SpendNonce(ctx context.Context, scope, nonce string, until time.Time) error {
	return s.SpendNonceTogether(ctx, 0, scope, nonce, until)
}

// SpendNonceTogether is SpendNonce for a caller who would wait, as long as patience, for others to spend theirs in
// the same transaction.
func (s *Service) SpendNonceTogether(ctx context.Context, patience time.Duration, scope, nonce string, until time.Time) error {
	return s.store.WriteTogether(ctx, patience, func(w WriteRecords) error {
		return spent(w.SpendLastProof(scope, nonce, until))
	})
}

// spent refuses what was spent before.
func spent(fresh bool, err error) error {
	if err == nil && !fresh {
		err = refuse(Replayed, "", "this request was made before")
	}
	return err
}
