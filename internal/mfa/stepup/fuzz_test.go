package stepup

import (
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

// What strangers bring is refused or read, and never more than was written.
func FuzzTrustTokens(f *testing.F) {
	f.Add("series.1.code", int64(3))
	f.Add("..", int64(0))
	f.Fuzz(func(t *testing.T, text string, generation int64) {
		if series, n, ok := readTrust(mfa.SecretText(text)); ok && (series == "" || n <= 0) {
			t.Errorf("%q is read as %q, %d", text, series, n)
		}
		made := mfa.Trust{Series: "series", Secret: mfa.SecretText(text), Generation: max(generation, 1)}
		series, n, ok := readTrust(trustToken(made))
		if !ok || series != made.Series || n != made.Generation {
			t.Errorf("a token of ours is read as %q, %d, %v", series, n, ok)
		}
	})
}

func FuzzClientDataAndIds(f *testing.F) {
	f.Add([]byte(`{"challenge":"AAAA"}`), "1700000000.nonce")
	f.Add([]byte(`{`), "x")
	f.Fuzz(func(t *testing.T, clientData []byte, id string) {
		if challenge, err := challengeOf(clientData); err == nil && len(challenge) == 0 {
			t.Error("nothing was signed")
		}
		_, _ = endOf(id)
	})
}

func FuzzAddresses(f *testing.F) {
	for _, text := range []string{"+64 27 000 0001", "ann@example.com", "0270000001", ""} {
		f.Add(text)
	}
	c := &mfa.Caller{}
	f.Fuzz(func(t *testing.T, text string) {
		for _, m := range []mfa.Method{mfa.MethodSMS, mfa.MethodEmailOTP} {
			once, err := parseAddress(c, m, text)
			if err != nil {
				continue
			}
			if again, err := parseAddress(c, m, once); err != nil || again != once || !people.SameAddress(text, once) {
				t.Errorf("%q is %q and that %q, %v", text, once, again, err)
			}
		}
	})
}
