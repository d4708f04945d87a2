// Package totp is the factor of time-based one-time passwords: RFC 6238 over RFC 4226, with SHA-1, SHA-256
// or SHA-512, six to eight digits and any period up to an hour. It also reads and writes what people and
// apps exchange about such seeds: base32 text and otpauth addresses.
package totp

import (
	"crypto/subtle"
	"io"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// The standard allows six digits at least; beyond eight the truncated hash is not uniform any more.
const (
	minDigits     = 6
	maxDigits     = 8
	defaultDigits = 6
)

// Periods beyond an hour would keep a seen code usable for as long.
const (
	maxPeriod     = 3600
	defaultPeriod = 30
)

// MaxWindow bounds the drift in steps: each one more is one more code that is right.
const MaxWindow = 10

// Factor checks codes with a fixed allowance for clocks that differ.
type Factor struct{ window int64 }

// New accepts codes of up to window steps before and after the present one, at most [MaxWindow].
func New(window int) *Factor {
	return &Factor{window: int64(min(max(window, 0), MaxWindow))}
}

// Enrol makes a seed, or takes the one that is brought along.
func (f *Factor) Enrol(o mfa.EnrolOptions) (mfa.Enrolled, error) {
	data, err := complete(o.TOTP)
	if err != nil {
		return mfa.Enrolled{}, err
	}
	seed := o.Seed
	if seed.Empty() {
		seed, err = newSeed(o.Random, seedBytes(data.Algorithm))
	} else {
		err = checkSeed(seed)
	}
	if err != nil {
		return mfa.Enrolled{}, err
	}
	raw, err := marshalData(data)
	return mfa.Enrolled{Credential: mfa.Credential{Data: raw, Secret: seed}}, err
}

func newSeed(random io.Reader, size int) (mfa.Secret, error) {
	seed := make([]byte, size)
	if _, err := io.ReadFull(random, seed); err != nil {
		return mfa.Secret{}, &mfa.Error{Code: mfa.Internal, Message: "a seed could not be made", Cause: err}
	}
	return mfa.NewSecret(seed), nil
}

// Check compares the token with the code of every step in the window, all of them and in constant time. The
// newest step that matches is the finding; one that is not newer than the counter is a replay.
func (f *Factor) Check(c mfa.Credential, p mfa.Proof, now time.Time) (mfa.Finding, bool, error) {
	data, err := parseData(c.Data)
	if err != nil {
		return mfa.Finding{}, false, err
	}
	if len(p.Token) != data.digits || c.Secret.Empty() {
		return mfa.Finding{}, false, nil
	}
	var given [maxDigits]byte
	copy(given[:], p.Token)
	matched, found := f.newest(c.Secret, data, given[:data.digits], now.Unix()/data.period)
	if !found {
		return mfa.Finding{}, false, nil
	}
	return mfa.Finding{Step: matched, Replayed: matched <= c.Counter}, true, nil
}

func (f *Factor) newest(secret mfa.Secret, data parameters, given []byte, present int64) (step int64, found bool) {
	mac := newMAC(data.algorithm, secret)
	var code [maxDigits]byte
	for s := max(present-f.window, 0); s <= present+f.window; s++ {
		mac.code(uint64(s), code[:data.digits])
		if subtle.ConstantTimeCompare(code[:data.digits], given) == 1 {
			step, found = s, true
		}
	}
	return step, found
}

// Code is the code of a moment: what an authenticator app shows.
func Code(secret mfa.Secret, data mfa.TOTPData, at time.Time) (string, error) {
	data, err := complete(data)
	if err != nil {
		return "", err
	}
	if secret.Empty() {
		return "", invalid("secret", "the seed is empty")
	}
	var code [maxDigits]byte
	newMAC(data.Algorithm, secret).code(uint64(max(at.Unix(), 0)/int64(data.Period)), code[:data.Digits])
	return string(code[:data.Digits]), nil
}
