package recovery_test

import (
	"bytes"
	"crypto/rand"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/factor/factortest"
	"github.com/twinseal/twinseal/internal/factor/recovery"
	"github.com/twinseal/twinseal/internal/mfa"
)

func TestFactor(t *testing.T) {
	t.Parallel()
	factortest.Run(t, factortest.Subject{
		Factor:  recovery.New(),
		Options: mfa.EnrolOptions{Count: 10},
		Refused: map[string]mfa.EnrolOptions{"none": {}, "negative": {Count: -1}, "too many": {Count: 51}},
		Right:   func(_ *testing.T, e mfa.Enrolled, _ time.Time) mfa.Proof { return mfa.Proof{Token: e.Codes[3]} },
		Wrong: func(_ *testing.T, e mfa.Enrolled, _ time.Time) mfa.Proof {
			return mfa.Proof{Token: e.Codes[0][:14-5] + "-" + e.Codes[1][:4]}
		},
		Broken: map[string]mfa.Credential{
			"empty": {}, "cut": {Secret: mfa.NewSecret(make([]byte, 47))}, "no salt": {Secret: mfa.NewSecret(make([]byte, 15))},
		},
		Burns: true,
		Draws: true,
	})
}

func enrol(t *testing.T, count int) mfa.Enrolled {
	t.Helper()
	e, err := recovery.New().Enrol(mfa.EnrolOptions{Random: rand.Reader, Count: count})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestCodesAreTwelveDigitsInGroupsAndKeptAsHashes(t *testing.T) {
	t.Parallel()
	e := enrol(t, 50)
	seen := map[string]bool{}
	for _, code := range e.Codes {
		if !regexp.MustCompile(`^\d{4}-\d{4}-\d{4}$`).MatchString(code) || seen[code] {
			t.Errorf("code %q", code)
		}
		seen[code] = true
		if bytes.Contains(e.Secret.Reveal(), []byte(strings.ReplaceAll(code, "-", ""))) {
			t.Error("a code is kept in the clear")
		}
	}
	if len(seen) != 50 {
		t.Errorf("%d codes", len(seen))
	}
}

func TestEveryCodeCountsOnceInAnyOrderAndSpelling(t *testing.T) {
	t.Parallel()
	e := enrol(t, 3)
	c := e.Credential
	spell := []func(string) string{
		func(s string) string { return s },
		func(s string) string { return strings.ReplaceAll(s, "-", "") },
		func(s string) string { return " " + strings.ReplaceAll(s, "-", " ") + " " },
	}
	for i, at := range []int{1, 2, 0} {
		finding, ok, err := recovery.New().Check(c, mfa.Proof{Token: spell[i](e.Codes[at])}, factortest.Now)
		if err != nil || !ok || finding.Remaining != 2-i {
			t.Fatalf("code %d: got %+v, %v, %v", at, finding, ok, err)
		}
		c.Secret = *finding.Secret
		if _, ok, _ := recovery.New().Check(c, mfa.Proof{Token: e.Codes[at]}, factortest.Now); ok {
			t.Errorf("code %d counted twice", at)
		}
	}
	if _, ok, err := recovery.New().Check(c, mfa.Proof{Token: e.Codes[0]}, factortest.Now); ok || err != nil {
		t.Errorf("an empty set: %v, %v", ok, err)
	}
}

func TestCheckLeavesTheCredentialAsItWas(t *testing.T) {
	t.Parallel()
	e := enrol(t, 3)
	before := bytes.Clone(e.Secret.Reveal())
	if _, ok, err := recovery.New().Check(e.Credential, mfa.Proof{Token: e.Codes[0]}, factortest.Now); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if !bytes.Equal(before, e.Secret.Reveal()) {
		t.Error("the secret that was checked has changed")
	}
}

func FuzzCheck(f *testing.F) {
	f.Add("1234-5678-9012")
	f.Add("1234 5678 9012")
	f.Add("------------")
	e, err := recovery.New().Enrol(mfa.EnrolOptions{Random: rand.Reader, Count: 2})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, token string) {
		plain := strings.NewReplacer("-", "", " ", "").Replace(token)
		_, ok, err := recovery.New().Check(e.Credential, mfa.Proof{Token: token}, factortest.Now)
		if err != nil || ok != (plain == strings.ReplaceAll(e.Codes[0], "-", "") || plain == strings.ReplaceAll(e.Codes[1], "-", "")) {
			t.Fatalf("%q: %v, %v", token, ok, err)
		}
	})
}
