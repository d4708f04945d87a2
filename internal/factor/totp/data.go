package totp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Seeds below 80 bits can be guessed from a few codes that were seen; the apps people migrate from made 80
// bits at least. Above the block of the widest hash a seed only gets hashed.
const (
	minSeed = 10
	maxSeed = 128
)

func invalid(field, message string) error {
	return &mfa.Error{Code: mfa.Invalid, Field: field, Message: message}
}

// complete fills what was left open and refuses what the standard does not know.
func complete(d mfa.TOTPData) (mfa.TOTPData, error) {
	d.Algorithm = strings.ReplaceAll(strings.ToUpper(d.Algorithm), "-", "")
	if d.Algorithm == "" {
		d.Algorithm = algorithmSHA1
	}
	if d.Digits == 0 {
		d.Digits = defaultDigits
	}
	if d.Period == 0 {
		d.Period = defaultPeriod
	}
	if seedBytes(d.Algorithm) == 0 {
		return d, invalid("algorithm", "the algorithm must be SHA1, SHA256 or SHA512")
	}
	if d.Digits < minDigits || d.Digits > maxDigits {
		return d, invalid("digits", fmt.Sprintf("digits must be %d to %d", minDigits, maxDigits))
	}
	if d.Period < 1 || d.Period > maxPeriod {
		return d, invalid("period", fmt.Sprintf("the period must be 1 to %d seconds", maxPeriod))
	}
	return d, nil
}

// seedBytes is the size of a seed we make, as long as the hash's output, or 0 for an unknown algorithm.
func seedBytes(algorithm string) int {
	switch algorithm {
	case algorithmSHA1:
		return 20
	case algorithmSHA256:
		return 32
	case algorithmSHA512:
		return 64
	}
	return 0
}

func checkSeed(seed mfa.Secret) error {
	if n := len(seed.Reveal()); n < minSeed || n > maxSeed {
		return invalid("secret", fmt.Sprintf("the seed must have %d to %d bytes (%d to %d base32 characters)", minSeed, maxSeed, minSeed*8/5, (maxSeed*8+4)/5))
	}
	return nil
}

func marshalData(d mfa.TOTPData) (json.RawMessage, error) {
	raw, err := json.Marshal(d)
	if err != nil {
		return nil, &mfa.Error{Code: mfa.Internal, Message: "a seed could not be written", Cause: err}
	}
	return raw, nil
}

// parameters are the part of [mfa.TOTPData] that a check needs.
type parameters struct {
	algorithm string
	digits    int
	period    int64
}

// parseData reads what marshalData wrote without decoding the whole, and any other JSON the long way.
func parseData(raw json.RawMessage) (parameters, error) {
	if p, ok := scanData(raw); ok {
		return p, nil
	}
	var d mfa.TOTPData
	err := json.Unmarshal(raw, &d)
	if err == nil {
		d, err = complete(d)
	}
	if err != nil {
		return parameters{}, &mfa.Error{Code: mfa.Internal, Message: "a stored seed cannot be read", Cause: err}
	}
	return parameters{d.Algorithm, d.Digits, int64(d.Period)}, nil
}

// scanData reads {"algorithm":"…","digits":n,"period":n followed by the end or by a further member.
func scanData(raw []byte) (parameters, bool) {
	rest, ok := bytes.CutPrefix(raw, []byte(`{"algorithm":"`))
	if !ok {
		return parameters{}, false
	}
	var p parameters
	if p.algorithm, rest, ok = scanAlgorithm(rest); !ok {
		return p, false
	}
	var period int
	if p.digits, rest, ok = scanNumber(rest, `","digits":`); !ok || p.digits < minDigits || p.digits > maxDigits {
		return p, false
	}
	if period, rest, ok = scanNumber(rest, `,"period":`); !ok || period < 1 || period > maxPeriod {
		return p, false
	}
	p.period = int64(period)
	return p, string(rest) == "}" || bytes.HasPrefix(rest, []byte(`,"issuer":`)) || bytes.HasPrefix(rest, []byte(`,"label":`))
}

func scanAlgorithm(text []byte) (string, []byte, bool) {
	for _, name := range []string{algorithmSHA1, algorithmSHA256, algorithmSHA512} {
		if rest, ok := bytes.CutPrefix(text, []byte(name)); ok {
			return name, rest, true
		}
	}
	return "", text, false
}

func scanNumber(text []byte, after string) (int, []byte, bool) {
	rest, ok := bytes.CutPrefix(text, []byte(after))
	end := 0
	for end < len(rest) && end < 5 && rest[end] >= '0' && rest[end] <= '9' {
		end++
	}
	n, err := strconv.Atoi(string(rest[:end]))
	return n, rest[end:], ok && err == nil
}
