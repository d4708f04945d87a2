// Package publickey is the factor of a key that an application brought along for a user: whoever holds its private
// half signs a JSON Web Token with the nonce that was issued. Keys are P-256, tokens ES256, nothing else.
package publickey

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/twinseal/twinseal/internal/mfa"
)

const (
	// maxKey bounds a key before it is read: as PEM a P-256 one takes 180 bytes.
	maxKey = 2048
	// maxToken leaves room for claims of the holder's own.
	maxToken = 8 << 10
	// leeway is by how much clocks may differ where a token says when it counts.
	leeway = time.Minute
)

// Factor enrols keys and checks tokens.
type Factor struct{}

// New gives the factor.
func New() Factor { return Factor{} }

// kept is the public part. There is no secret.
type kept struct {
	Algorithm string `json:"algorithm"`
	PublicKey []byte `json:"public_key"` // DER of the SubjectPublicKeyInfo
}

// Enrol reads o.PublicKey: PEM, or the DER within it in base64 of either alphabet. Equal keys have equal Data,
// however they were written.
func (Factor) Enrol(o mfa.EnrolOptions) (mfa.Enrolled, error) {
	key, err := parse(o.PublicKey)
	if err != nil {
		return mfa.Enrolled{}, &mfa.Error{Code: mfa.Invalid, Field: "publickey", Message: "the key must be a public P-256 key, as PEM or as base64 of its DER", Cause: err}
	}
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return mfa.Enrolled{}, &mfa.Error{Code: mfa.Internal, Message: "a public key could not be written", Cause: err}
	}
	data, err := json.Marshal(kept{string(jose.ES256), der})
	return mfa.Enrolled{Credential: mfa.Credential{Data: data}}, err
}

func parse(text string) (*ecdsa.PublicKey, error) {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > maxKey {
		return nil, errors.New("nothing, or too much")
	}
	block, rest := pem.Decode([]byte(text))
	if block != nil && block.Type == "PUBLIC KEY" && len(rest) == 0 {
		return parseDER(block.Bytes)
	}
	plain := strings.NewReplacer("\n", "", "\r", "", "-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	der, err := base64.RawStdEncoding.Strict().DecodeString(plain)
	if err != nil {
		return nil, err
	}
	return parseDER(der)
}

func parseDER(der []byte) (*ecdsa.PublicKey, error) {
	public, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, err
	}
	key, ok := public.(*ecdsa.PublicKey)
	if !ok || key.Curve != elliptic.P256() {
		return nil, errors.New("not on P-256")
	}
	return key, nil
}

// Check verifies the token p.Statement and compares the nonce in it with p.Expect. A token that says when it
// begins or ends to count is taken by its word.
func (Factor) Check(c mfa.Credential, p mfa.Proof, now time.Time) (mfa.Finding, bool, error) {
	var k kept
	err := json.Unmarshal(c.Data, &k)
	var key *ecdsa.PublicKey
	if err == nil {
		key, err = parseDER(k.PublicKey)
	}
	if err != nil || k.Algorithm != string(jose.ES256) {
		return mfa.Finding{}, false, &mfa.Error{Code: mfa.Internal, Message: "a stored public key cannot be read", Cause: err}
	}
	said, ok := open(p.Statement, key)
	return mfa.Finding{}, ok && said.fits(string(p.Expect), now), nil
}

// claims are what counts of a token. Vendors never wrote down under which name the nonce goes, so either is taken.
type claims struct {
	ServerNonce string   `json:"server_nonce"`
	Nonce       string   `json:"nonce"`
	NotBefore   *float64 `json:"nbf"`
	Expiry      *float64 `json:"exp"`
}

func open(token string, key *ecdsa.PublicKey) (claims, bool) {
	var said claims
	if len(token) > maxToken {
		return said, false
	}
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return said, false
	}
	payload, err := signed.Verify(key)
	return said, err == nil && json.Unmarshal(payload, &said) == nil
}

func (c claims) fits(nonce string, now time.Time) bool {
	said := c.ServerNonce
	if said == "" {
		said = c.Nonce
	}
	if c.NotBefore != nil && float64(now.Add(leeway).Unix()) < *c.NotBefore {
		return false
	}
	if c.Expiry != nil && float64(now.Add(-leeway).Unix()) >= *c.Expiry {
		return false
	}
	return nonce != "" && subtle.ConstantTimeCompare([]byte(said), []byte(nonce)) == 1
}
