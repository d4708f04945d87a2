package harness

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 6238 names it, and every authenticator app speaks it
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"
)

// Period is the length of a step of the codes that Code makes.
const Period = 30 * time.Second

// Seed is a secret and the parameters of its codes: SHA-1 always.
type Seed struct {
	Secret string // base 32
	Digits int
	Period time.Duration
}

// Code is what an authenticator app shows for a seed at a time with the usual parameters: six digits, thirty
// seconds.
func Code(t testing.TB, secret string, at time.Time) string {
	t.Helper()
	return Seed{Secret: secret, Digits: 6, Period: Period}.Code(t, at)
}

// Code is what an authenticator app shows at a time. It is written from RFC 6238 and shares nothing with the
// server.
func (s Seed) Code(t testing.TB, at time.Time) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.TrimRight(s.Secret, "="))
	if err != nil {
		t.Fatalf("the seed is not base 32: %v", err)
	}
	var step [8]byte
	binary.BigEndian.PutUint64(step[:], uint64(at.Unix()/int64(s.Period/time.Second)))
	mac := hmac.New(sha1.New, key)
	mac.Write(step[:])
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0x0f
	value := binary.BigEndian.Uint32(sum[offset:]) & 0x7fffffff
	text := fmt.Sprintf("%010d", value)
	return text[len(text)-s.Digits:]
}
