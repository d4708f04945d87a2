package authy

import (
	"errors"
	"net/netip"
	"strconv"
	"testing"

	"github.com/twinseal/twinseal/client/authy"
)

// guessing is stopped where it comes from, and does not lock the owner out.
func (w *world) guessing(t *testing.T) {
	c := w.goClient(t, w.bank)
	p := w.NewPerson()
	id := authy.UserID(mustCreate(t, goSDK{c}, p))
	if _, err := c.SendSMS(t.Context(), id, authy.CodeOptions{}); err != nil {
		t.Fatal(err)
	}
	code := w.Code(t, p.Phone, 1).Code()
	stranger := authy.VerifyOptions{UserIP: netip.MustParseAddr("203.0.113.66")}
	owner := authy.VerifyOptions{UserIP: netip.MustParseAddr("198.51.100.7")}
	const most = 50 // far above the limit, far below what finds a code
	guesses := 0
	for guesses < most {
		_, err := c.VerifyToken(t.Context(), id, wrong(code), stranger)
		if errors.Is(err, authy.ErrRateLimited) {
			break
		}
		if !errors.Is(err, authy.ErrInvalidToken) {
			t.Fatalf("guess %d: %v", guesses, err)
		}
		guesses++
	}
	if guesses == most {
		t.Errorf("%d guesses are not too many", guesses)
	}
	if _, err := c.VerifyToken(t.Context(), id, code, stranger); !errors.Is(err, authy.ErrRateLimited) {
		t.Errorf("after %d guesses the right code gives %v", guesses, err)
	}
	if _, err := c.VerifyToken(t.Context(), id, code, owner); err != nil {
		t.Errorf("the owner is locked out: %v", err)
	}
	goSDK{c}.verify(t, int64(id), wrong(code), true).want(t, "the owner's error from elsewhere", "60020")
}

// repeated requests are what clients send that heard nothing for a second: only one message goes out.
func (w *world) repeated(t *testing.T) {
	c := goSDK{w.goClient(t, w.bank)}
	p, witness := w.NewPerson(), w.NewPerson()
	id, other := mustCreate(t, c, p), mustCreate(t, c, witness)
	for range 3 {
		c.sms(t, id, true).good(t, "sms")
	}
	c.sms(t, other, true).good(t, "sms to the witness")
	w.Code(t, witness.Phone, 1) // which went out after the others
	if all := w.Codes(t, p.Phone); len(all) != 1 {
		t.Errorf("three equal requests within a second sent %d messages", len(all))
	}
	c.verify(t, id, w.Code(t, p.Phone, 1).Code(), true).good(t, "the one code")
	w.tooMany(t, c)
}

// tooMany messages to one person are refused, and a refusal sends nothing.
func (w *world) tooMany(t *testing.T, c goSDK) {
	t.Helper()
	p := w.NewPerson()
	id := mustCreate(t, c, p)
	var err error
	for i := 0; i < 20 && err == nil; i++ { // each for another action, so that none is a repetition
		_, err = c.SendSMS(t.Context(), authy.UserID(id), authy.CodeOptions{Action: strconv.Itoa(i)})
	}
	fromError(err).want(t, "a flood of codes", "60003")
}
