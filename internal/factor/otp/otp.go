// Package otp is the factor of codes that are sent: a few random decimal digits. That a code counts once,
// for its purpose and within its time is the service's business.
package otp

import (
	"crypto/subtle"
	"fmt"
	"io"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Four digits are the fewest that five tries do not guess too often; more than ten nobody types.
const (
	minDigits = 4
	maxDigits = 10
)

// Factor makes and compares codes.
type Factor struct{}

// New gives the factor.
func New() Factor { return Factor{} }

// Enrol makes a code of o.Digits digits; the code itself is the secret.
func (Factor) Enrol(o mfa.EnrolOptions) (mfa.Enrolled, error) {
	if o.Digits < minDigits || o.Digits > maxDigits {
		return mfa.Enrolled{}, &mfa.Error{
			Code: mfa.Invalid, Field: "digits", Message: fmt.Sprintf("a code has %d to %d digits", minDigits, maxDigits),
		}
	}
	code, err := draw(o.Random, o.Digits)
	if err != nil {
		return mfa.Enrolled{}, err
	}
	return mfa.Enrolled{Credential: mfa.Credential{Secret: mfa.NewSecret(code)}}, nil
}

// Check compares in constant time. A credential without a code matches nothing.
func (Factor) Check(c mfa.Credential, p mfa.Proof, _ time.Time) (mfa.Finding, bool, error) {
	right := subtle.ConstantTimeCompare(c.Secret.Reveal(), []byte(p.Token)) == 1
	return mfa.Finding{}, right && !c.Secret.Empty(), nil
}

// unbiased is the number of byte values that spread evenly over ten digits; the others are drawn again.
const unbiased = 250

// draw makes n decimal digits, each equally likely.
func draw(random io.Reader, n int) ([]byte, error) {
	digits := make([]byte, 0, n)
	var batch [16]byte
	for len(digits) < n {
		if _, err := io.ReadFull(random, batch[:]); err != nil {
			return nil, &mfa.Error{Code: mfa.Internal, Message: "a code could not be made", Cause: err}
		}
		for _, b := range batch {
			if b < unbiased && len(digits) < n {
				digits = append(digits, '0'+b%10)
			}
		}
	}
	return digits, nil
}
