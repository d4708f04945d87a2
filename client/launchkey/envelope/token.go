package envelope

import (
	"crypto/rsa"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"
)

const (
	// Scheme precedes the token of a request in its Authorization header.
	Scheme = "IOV-JWT"
	// Header holds the token of an answer or a webhook, without a scheme.
	Header = "X-Iov-Jwt"
)

// MaxToken bounds a token in bytes: a few claims and a signature of the largest
// key take a quarter of it.
const MaxToken = 8 << 10

// tokenAlgorithms are those of the protocol: RSA alone, so that no public key can
// be taken for a secret.
var tokenAlgorithms = []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512}

// ErrToken says that a text is not a token of this protocol.
var ErrToken = errors.New("the token is not one of this protocol")

// Token is a signed token that nobody has vouched for yet.
type Token struct {
	KeyID string // as the token says; may be empty
	jws   *jose.JSONWebSignature
}

// ParseToken takes a token apart and proves nothing. What it refuses is an
// [ErrToken].
func ParseToken(text string) (*Token, error) {
	if len(text) > MaxToken {
		return nil, fmt.Errorf("%w: it is too long", ErrToken)
	}
	jws, err := jose.ParseSignedCompact(text, tokenAlgorithms)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrToken, err)
	}
	header := jws.Signatures[0].Protected
	if err := plain(header, "crit", "b64"); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrToken, err)
	}
	return &Token{KeyID: header.KeyID, jws: jws}, nil
}

// plain refuses headers that change what the rest means.
func plain(header jose.Header, odd ...jose.HeaderKey) error {
	for _, name := range odd {
		if _, ok := header.ExtraHeaders[name]; ok {
			return fmt.Errorf("the header has %s", name)
		}
	}
	return nil
}

// Claimed is the payload as it came, for finding the key to verify it with.
func (t *Token) Claimed() []byte { return t.jws.UnsafePayloadWithoutVerification() }

// Verify gives the payload if the key signed it.
func (t *Token) Verify(key *rsa.PublicKey) ([]byte, error) { return t.jws.Verify(key) }

// Signer makes tokens with one key. It may be used by several goroutines at a
// time.
type Signer struct{ signer jose.Signer }

// NewSigner prepares a private key, which should be precomputed, under its name.
func NewSigner(id string, key *rsa.PrivateKey) (*Signer, error) {
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: id}},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return nil, fmt.Errorf("prepare a key: %w", err)
	}
	return &Signer{signer}, nil
}

// Sign makes the token of a payload, which is JSON.
func (s *Signer) Sign(payload []byte) (string, error) {
	jws, err := s.signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	return jws.CompactSerialize()
}
