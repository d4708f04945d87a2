package receipt

import (
	"crypto"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"time"
)

// proofType is the typ of a request proof's header, by RFC 9449.
const proofType = "dpop+jwt"

const (
	// MaxProof bounds a proof: a header with a key, five claims, and a path
	// with its query.
	MaxProof = 4 << 10
	// ProofWindow is how far a proof's clock may be from the server's, in
	// either direction. A server remembers proofs for twice as long.
	ProofWindow = 120 * time.Second
	// minJTI is 96 bits in base64url, maxJTI keeps the replay memory small.
	minJTI = 16
	maxJTI = 64
	// jtiBytes is what NewProof draws.
	jtiBytes = 16
)

// ErrProofTime is a proof made by a clock too far from the server's.
var ErrProofTime = errors.New("proof: iat is not within two minutes of the server's time")

// Proof is a verified request proof. Whether it is fresh, was seen before and
// whose key made it is for the caller to decide.
type Proof struct {
	Thumbprint string // of Key, RFC 7638
	Key        JWK
	JTI        string
	IssuedAt   time.Time
}

type proofHeader struct {
	Algorithm string `json:"alg"`
	Key       JWK    `json:"jwk"`
	Type      string `json:"typ"`
}

type proofClaims struct {
	BodyHash string `json:"bh"`
	IssuedAt int64  `json:"iat"`
	JTI      string `json:"jti"`
	Method   string `json:"htm"`
	Target   string `json:"htu"`
}

// NewProof signs one request: its method, its target (path and query below
// the server's base URL, as sent), its body (nil for none) and the moment.
func NewProof(signer crypto.Signer, method, target string, body []byte, at time.Time) (string, error) {
	key, err := NewJWK(signer.Public())
	if err != nil {
		return "", err
	}
	random := make([]byte, jtiBytes)
	if _, err := rand.Read(random); err != nil {
		return "", fmt.Errorf("proof: %w", err)
	}
	payload, err := canonical(proofClaims{
		BodyHash: hash(body),
		IssuedAt: at.Unix(),
		JTI:      base64.RawURLEncoding.EncodeToString(random),
		Method:   method,
		Target:   target,
	})
	if err != nil {
		return "", fmt.Errorf("proof: %w", err)
	}
	return signCompact(signer, proofHeader{Algorithm: algorithm, Key: key, Type: proofType}, payload)
}

// ParseProof verifies the proof of one request as it arrived. The caller then
// checks the time, the repetition of JTI and the owner of the key.
func ParseProof(proof, method, target string, body []byte) (*Proof, error) {
	parts, err := split(proof, MaxProof)
	if err != nil {
		return nil, fmt.Errorf("proof: %w", err)
	}
	var h proofHeader
	if err := decodeStrict(parts.header, &h); err != nil {
		return nil, fmt.Errorf("proof: header: %w", err)
	}
	if h.Algorithm != algorithm || h.Type != proofType {
		return nil, fmt.Errorf("proof: header: alg must be %s and typ %s", algorithm, proofType)
	}
	public, err := h.Key.PublicKey()
	if err != nil {
		return nil, fmt.Errorf("proof: header: %w", err)
	}
	if err := parts.verify(public); err != nil {
		return nil, fmt.Errorf("proof: %w", err)
	}
	var c proofClaims
	if err := decodeStrict(parts.payload, &c); err != nil {
		return nil, fmt.Errorf("proof: claims: %w", err)
	}
	if err := c.check(method, target, body); err != nil {
		return nil, fmt.Errorf("proof: %w", err)
	}
	return &Proof{
		Thumbprint: h.Key.Thumbprint(),
		Key:        h.Key,
		JTI:        c.JTI,
		IssuedAt:   time.Unix(c.IssuedAt, 0).UTC(),
	}, nil
}

// CheckTime refuses a proof that is too old or from the future, by
// [ErrProofTime].
func (p *Proof) CheckTime(now time.Time) error {
	if d := now.Sub(p.IssuedAt); d > ProofWindow || d < -ProofWindow {
		return ErrProofTime
	}
	return nil
}

func (c proofClaims) check(method, target string, body []byte) error {
	switch {
	case c.Method != method:
		return errors.New("htm is another method")
	case c.Target != target:
		return errors.New("htu is another path or query")
	case c.BodyHash != hash(body):
		return errors.New("bh is not the hash of the body")
	case len(c.JTI) < minJTI || len(c.JTI) > maxJTI:
		return fmt.Errorf("jti must be %d to %d characters", minJTI, maxJTI)
	}
	return nil
}
