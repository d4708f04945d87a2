// Package appkey is the factor of a key that the application's own app holds in its phone's hardware: P-256, whose
// signatures are ECDSA with SHA-256 in ASN.1. What is signed is the service's business, and so is that it counts once.
package appkey

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

const (
	// keyBytes is the length of a SubjectPublicKeyInfo of P-256 with an uncompressed point.
	keyBytes = 91
	// maxSignature is the longest one in ASN.1: two numbers of 33 bytes and their heads.
	maxSignature = 72
)

// Factor enrols keys and checks signatures.
type Factor struct{}

// New gives the factor.
func New() Factor { return Factor{} }

// Enrol reads o.PublicKey: the DER of a SubjectPublicKeyInfo in standard base64. There is no secret.
func (Factor) Enrol(o mfa.EnrolOptions) (mfa.Enrolled, error) {
	if _, err := parse(o.PublicKey); err != nil {
		return mfa.Enrolled{}, &mfa.Error{Code: mfa.Invalid, Field: "publicKey", Message: "the key must be a public P-256 key: DER of a SubjectPublicKeyInfo", Cause: err}
	}
	data, err := json.Marshal(mfa.AppKeyData{PublicKey: o.PublicKey})
	return mfa.Enrolled{Credential: mfa.Credential{Data: data}}, err
}

// Check verifies p.Statement, which is the signature's bytes, over p.Expect.
func (Factor) Check(c mfa.Credential, p mfa.Proof, _ time.Time) (mfa.Finding, bool, error) {
	var data mfa.AppKeyData
	err := json.Unmarshal(c.Data, &data)
	var key *ecdsa.PublicKey
	if err == nil {
		key, err = parse(data.PublicKey)
	}
	if err != nil {
		return mfa.Finding{}, false, &mfa.Error{Code: mfa.Internal, Message: "a stored key of an app cannot be read", Cause: err}
	}
	if len(p.Statement) > maxSignature || len(p.Expect) == 0 {
		return mfa.Finding{}, false, nil
	}
	sum := sha256.Sum256(p.Expect)
	return mfa.Finding{}, ecdsa.VerifyASN1(key, sum[:], []byte(p.Statement)), nil
}

var errNoKey = errors.New("not a public key on P-256")

func parse(text string) (*ecdsa.PublicKey, error) {
	if len(text) > base64.StdEncoding.EncodedLen(keyBytes) {
		return nil, errNoKey
	}
	der, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(der) != keyBytes {
		return nil, errNoKey
	}
	public, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, err
	}
	key, ok := public.(*ecdsa.PublicKey)
	if !ok || key.Curve != elliptic.P256() {
		return nil, errNoKey
	}
	return key, nil
}
