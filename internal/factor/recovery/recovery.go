// Package recovery is the factor of codes kept on paper. Each is twelve decimal digits, because digits go
// through the token field of every front door, and counts once.
//
// What is kept are keyed hashes with a salt of the set's own. Forty bits do not stand long against somebody
// who has the hashes, so it is the store's seal that guards them at rest; the hashes see to it that nobody
// who works with an opened row sees a usable code.
package recovery

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

const (
	codeDigits = 12
	groupSize  = 4 // digits are shown in groups: people copy four without a slip
	// maxCodes is what fits on a page; more is no recovery but a password list.
	maxCodes = 50
	saltSize = 16
	hashSize = sha256.Size
)

// Factor makes sets of codes and burns one at a time.
type Factor struct{}

// New gives the factor.
func New() Factor { return Factor{} }

// Enrol makes o.Count different codes. They are in Enrolled.Codes, this once.
func (Factor) Enrol(o mfa.EnrolOptions) (mfa.Enrolled, error) {
	if o.Count < 1 || o.Count > maxCodes {
		return mfa.Enrolled{}, &mfa.Error{Code: mfa.Invalid, Field: "count", Message: fmt.Sprintf("there can be 1 to %d recovery codes", maxCodes)}
	}
	secret := make([]byte, saltSize, saltSize+o.Count*hashSize)
	if _, err := io.ReadFull(o.Random, secret); err != nil {
		return mfa.Enrolled{}, notMade(err)
	}
	salt := secret[:saltSize:saltSize]
	var codes []string
	for len(codes) < o.Count {
		code, err := draw(o.Random)
		if err != nil {
			return mfa.Enrolled{}, notMade(err)
		}
		shown := group(code)
		if slices.Contains(codes, shown) {
			continue
		}
		codes = append(codes, shown)
		secret = append(secret, digest(salt, code)...)
	}
	data, err := json.Marshal(struct {
		Count int `json:"count"`
	}{o.Count})
	return mfa.Enrolled{Credential: mfa.Credential{Data: data, Secret: mfa.NewSecret(secret)}, Codes: codes}, err
}

func notMade(err error) error {
	return &mfa.Error{Code: mfa.Internal, Message: "recovery codes could not be made", Cause: err}
}

// Left is how many codes are left.
func (Factor) Left(c mfa.Credential) (int, error) {
	secret := c.Secret.Reveal()
	if len(secret) < saltSize || (len(secret)-saltSize)%hashSize != 0 {
		return 0, &mfa.Error{Code: mfa.Internal, Message: "stored recovery codes cannot be read"}
	}
	return (len(secret) - saltSize) / hashSize, nil
}

// Check looks at every code that is left. The finding of a right one holds the set without it.
func (f Factor) Check(c mfa.Credential, p mfa.Proof, _ time.Time) (mfa.Finding, bool, error) {
	if _, err := f.Left(c); err != nil {
		return mfa.Finding{}, false, err
	}
	secret := c.Secret.Reveal()
	code, ok := normal(p.Token)
	if !ok {
		return mfa.Finding{}, false, nil
	}
	salt, hashes := secret[:saltSize], secret[saltSize:]
	wanted, at := digest(salt, code), -1
	for i := 0; i < len(hashes); i += hashSize {
		at = subtle.ConstantTimeSelect(subtle.ConstantTimeCompare(hashes[i:i+hashSize], wanted), i, at)
	}
	if at < 0 {
		return mfa.Finding{}, false, nil
	}
	rest := mfa.NewSecret(slices.Concat(salt, hashes[:at], hashes[at+hashSize:]))
	return mfa.Finding{Secret: &rest, Remaining: len(hashes)/hashSize - 1}, true, nil
}

func digest(salt []byte, code string) []byte {
	h := hmac.New(sha256.New, salt)
	h.Write([]byte(code))
	return h.Sum(nil)
}

// normal drops what people write between the groups.
func normal(token string) (string, bool) {
	if len(token) > 2*codeDigits {
		return "", false
	}
	code := strings.NewReplacer("-", "", " ", "").Replace(token)
	if len(code) != codeDigits || strings.Trim(code, "0123456789") != "" {
		return "", false
	}
	return code, true
}

func group(code string) string {
	var groups []string
	for part := range slices.Chunk([]byte(code), groupSize) {
		groups = append(groups, string(part))
	}
	return strings.Join(groups, "-")
}

// draw makes one code of equally likely digits: byte values that would favour some are drawn again.
func draw(random io.Reader) (string, error) {
	const unbiased = 250
	code := make([]byte, 0, codeDigits)
	var one [1]byte
	for len(code) < codeDigits {
		if _, err := io.ReadFull(random, one[:]); err != nil {
			return "", err
		}
		if one[0] < unbiased {
			code = append(code, '0'+one[0]%10)
		}
	}
	return string(code), nil
}
