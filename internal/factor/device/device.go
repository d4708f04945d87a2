// Package device is the factor of a device that signs its answers with a P-256 key of its own. What is
// signed, and how, is package receipt's; here a key is enrolled and a signed statement is compared with
// the one that was expected.
package device

import (
	"encoding/json"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/receipt"
)

// maxKey bounds a key before it is read: a P-256 one takes 130 bytes.
const maxKey = 1024

// Factor enrols keys and checks statements.
type Factor struct{}

// New gives the factor.
func New() Factor { return Factor{} }

// Enrol takes the public key of o.Key: on the curve, without a private part or any other member. Data is the
// key in its canonical form (RFC 8785). There is no secret.
func (Factor) Enrol(o mfa.EnrolOptions) (mfa.Enrolled, error) {
	if len(o.Key) > maxKey {
		return mfa.Enrolled{}, badKey(nil)
	}
	key, err := receipt.ParseJWK(o.Key)
	if err != nil {
		return mfa.Enrolled{}, badKey(err)
	}
	canonical, err := json.Marshal(key)
	if err != nil {
		return mfa.Enrolled{}, badKey(err)
	}
	return mfa.Enrolled{Credential: mfa.Credential{Data: canonical}, Thumbprint: key.Thumbprint()}, nil
}

func badKey(cause error) error {
	return &mfa.Error{Code: mfa.Invalid, Field: "key", Message: "the key must be a public P-256 JWK with kty, crv, x and y alone", Cause: cause}
}

// Check opens p.Statement with the device's key, strictly, and compares what was signed with p.Expect, the
// canonical statement, byte for byte.
func (Factor) Check(c mfa.Credential, p mfa.Proof, _ time.Time) (mfa.Finding, bool, error) {
	key, err := receipt.ParseJWK(c.Data)
	if err != nil {
		return mfa.Finding{}, false, &mfa.Error{Code: mfa.Internal, Message: "a stored device key cannot be read", Cause: err}
	}
	return mfa.Finding{}, receipt.VerifyStatement(p.Statement, key, p.Expect) == nil, nil
}
