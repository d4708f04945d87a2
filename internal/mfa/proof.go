package mfa

import "time"

// ProofWriter remembers the nonces of request proofs while they could be replayed.
type ProofWriter interface {
	// SpendProof reports false if the key's nonce was spent before. It may be forgotten after until.
	SpendProof(thumbprint, nonce string, until time.Time) (bool, error)
	PurgeProofs(now time.Time, limit int) (int, error)
}
