// Package password is the factor of something a person remembers. What is kept is an argon2id hash (RFC 9106) that
// says by itself how it was made, so that stronger settings can follow: the next right password is hashed anew, and
// the finding holds the new hash.
package password

import (
	"bytes"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"github.com/twinseal/twinseal/internal/mfa"
)

const (
	// Fewer bytes are guessed from a list; more are no better, and each costs the hash.
	minLength = 8
	maxLength = 128
	// minDifferent keeps out what is long by repetition alone.
	minDifferent = 4

	saltSize = 16
	hashSize = 32
)

// cost is what a hash takes of whoever computes it.
type cost struct {
	Memory  uint32 // KiB
	Passes  uint32
	Threads uint8
}

// present is what new hashes cost: 19 MiB and two passes, some 20 ms of one core. More memory would harden a stolen
// table and let fewer people sign in at once on a small machine; there, limits on guesses do the work.
var present = cost{Memory: 19 << 10, Passes: 2, Threads: 1}

// limit bounds what a stored hash may ask for, in case somebody writes to the table.
var limit = cost{Memory: 1 << 20, Passes: 16, Threads: 16}

// Factor hashes passwords and compares.
type Factor struct {
	cost cost
	// gate lets as many hashes run as there are processors: more at once are no faster, and each takes its memory.
	gate chan struct{}
}

// New gives the factor.
func New() *Factor { return newFactor(present) }

func newFactor(c cost) *Factor {
	return &Factor{cost: c, gate: make(chan struct{}, runtime.GOMAXPROCS(0))}
}

// Enrol hashes o.Password. One that is too short, too long or all the same is weak.
func (f *Factor) Enrol(o mfa.EnrolOptions) (mfa.Enrolled, error) {
	typed, ok := normal(o.Password.Reveal())
	if !ok {
		message := fmt.Sprintf("the password must have %d to %d bytes, and %d different characters", minLength, maxLength, minDifferent)
		return mfa.Enrolled{}, &mfa.Error{Code: mfa.Invalid, Reason: mfa.ReasonPasswordWeak, Field: "password", Message: message}
	}
	salt := make([]byte, saltSize)
	if _, err := io.ReadFull(o.Random, salt); err != nil {
		return mfa.Enrolled{}, &mfa.Error{Code: mfa.Internal, Message: "a password could not be hashed", Cause: err}
	}
	data, err := json.Marshal(struct {
		Algorithm string `json:"algorithm"`
	}{"argon2id"})
	kept := hash{f.cost, salt, f.compute(f.cost, typed, salt)}
	return mfa.Enrolled{Credential: mfa.Credential{Data: data, Secret: kept.secret()}}, err
}

// normal gives the bytes that are hashed: keyboards write the same letters in different ways. It says no to what
// could not have been enrolled, so that checking it costs nothing.
func normal(typed []byte) ([]byte, bool) {
	if len(typed) > maxLength || !utf8.Valid(typed) {
		return nil, false
	}
	composed := norm.NFC.Bytes(typed)
	different := map[rune]bool{}
	for _, r := range string(composed) {
		different[r] = true
	}
	return composed, len(composed) >= minLength && len(composed) <= maxLength && len(different) >= minDifferent
}

// Check hashes p.Token as the kept hash was made and compares in constant time.
func (f *Factor) Check(c mfa.Credential, p mfa.Proof, _ time.Time) (mfa.Finding, bool, error) {
	kept, err := parse(c.Secret.Reveal())
	if err != nil {
		return mfa.Finding{}, false, &mfa.Error{Code: mfa.Internal, Message: "a stored password cannot be read", Cause: err}
	}
	typed, ok := normal([]byte(p.Token))
	if !ok || subtle.ConstantTimeCompare(kept.sum, f.compute(kept.cost, typed, kept.salt)) != 1 {
		return mfa.Finding{}, false, nil
	}
	if kept.cost == f.cost {
		return mfa.Finding{}, true, nil
	}
	anew := hash{f.cost, kept.salt, f.compute(f.cost, typed, kept.salt)}.secret()
	return mfa.Finding{Secret: &anew}, true, nil
}

func (f *Factor) compute(c cost, typed, salt []byte) []byte {
	f.gate <- struct{}{}
	defer func() { <-f.gate }()
	return argon2.IDKey(typed, salt, c.Passes, c.Memory, c.Threads, hashSize)
}

// hash is what is kept.
type hash struct {
	cost      cost
	salt, sum []byte
}

const prefix = "$argon2id$v=19$m=%d,t=%d,p=%d"

// secret writes the form that other programs use for such hashes too.
func (h hash) secret() mfa.Secret {
	b64 := base64.RawStdEncoding
	text := fmt.Appendf(nil, prefix+"$%s$%s", h.cost.Memory, h.cost.Passes, h.cost.Threads, b64.EncodeToString(h.salt), b64.EncodeToString(h.sum))
	return mfa.NewSecret(text)
}

// errHash says nothing of what could not be read.
var errHash = errors.New("no argon2id hash")

func parse(secret []byte) (hash, error) {
	var h hash
	parts := bytes.Split(secret, []byte("$"))
	if len(parts) != 6 {
		return h, errHash
	}
	head := string(bytes.Join(parts[:4], []byte("$")))
	if _, err := fmt.Sscanf(head, prefix, &h.cost.Memory, &h.cost.Passes, &h.cost.Threads); err != nil || head != fmt.Sprintf(prefix, h.cost.Memory, h.cost.Passes, h.cost.Threads) {
		return h, errHash
	}
	var err error
	if h.salt, err = base64.RawStdEncoding.DecodeString(string(parts[4])); err != nil || len(h.salt) != saltSize {
		return h, errHash
	}
	if h.sum, err = base64.RawStdEncoding.DecodeString(string(parts[5])); err != nil || len(h.sum) != hashSize || !h.cost.sane() {
		return h, errHash
	}
	return h, nil
}

func (c cost) sane() bool {
	return c.Memory > 0 && c.Memory <= limit.Memory && c.Passes > 0 && c.Passes <= limit.Passes && c.Threads > 0 && c.Threads <= limit.Threads
}
