package otp_test

import (
	"bytes"
	"crypto/rand"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/factor/factortest"
	"github.com/twinseal/twinseal/internal/factor/otp"
	"github.com/twinseal/twinseal/internal/mfa"
)

func TestFactor(t *testing.T) {
	t.Parallel()
	factortest.Run(t, factortest.Subject{
		Factor:  otp.New(),
		Options: mfa.EnrolOptions{Digits: 10},
		Refused: map[string]mfa.EnrolOptions{"none": {}, "few": {Digits: 3}, "many": {Digits: 11}},
		Right: func(_ *testing.T, e mfa.Enrolled, _ time.Time) mfa.Proof {
			return mfa.Proof{Token: string(e.Secret.Reveal())}
		},
		Wrong: func(_ *testing.T, e mfa.Enrolled, _ time.Time) mfa.Proof {
			code := bytes.Clone(e.Secret.Reveal())
			code[len(code)-1] = '0' + (code[len(code)-1]-'0'+1)%10
			return mfa.Proof{Token: string(code)}
		},
		Draws: true,
	})
}

func TestACodeHasTheDigitsAskedFor(t *testing.T) {
	t.Parallel()
	for digits := 4; digits <= 10; digits++ {
		e, err := otp.New().Enrol(mfa.EnrolOptions{Random: rand.Reader, Digits: digits})
		if err != nil || len(e.Secret.Reveal()) != digits || len(bytes.Trim(e.Secret.Reveal(), "0123456789")) != 0 {
			t.Errorf("%d digits: got %d, %v", digits, len(e.Secret.Reveal()), err)
		}
	}
}

// The byte values from 250 on would make 0 to 5 more likely than 6 to 9.
func TestNoDigitIsMoreLikely(t *testing.T) {
	t.Parallel()
	var every [256]byte
	for i := range every {
		every[i] = byte(255 - i)
	}
	random := bytes.NewReader(bytes.Repeat(every[:], 1000))
	counts := map[byte]int{}
	for range 1000 {
		e, err := otp.New().Enrol(mfa.EnrolOptions{Random: random, Digits: 10})
		if err != nil {
			t.Fatal(err)
		}
		for _, digit := range e.Secret.Reveal() {
			counts[digit]++
		}
	}
	first, err := otp.New().Enrol(mfa.EnrolOptions{Random: bytes.NewReader(every[:16]), Digits: 10})
	if err != nil || string(first.Secret.Reveal()) != "9876543210" {
		t.Errorf("the values 255 to 240 gave %s, %v", first.Secret.Reveal(), err)
	}
	for digit := byte('0'); digit <= '9'; digit++ {
		if counts[digit] < 900 || counts[digit] > 1100 {
			t.Errorf("digit %c came %d times of 10000", digit, counts[digit])
		}
	}
}

func TestACredentialWithoutCodeMatchesNothing(t *testing.T) {
	t.Parallel()
	if _, ok, err := otp.New().Check(mfa.Credential{}, mfa.Proof{}, factortest.Now); ok || err != nil {
		t.Errorf("got %v, %v", ok, err)
	}
}
