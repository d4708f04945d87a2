package crash

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client"
	"github.com/twinseal/twinseal/client/authy"
	"github.com/twinseal/twinseal/e2e/harness"
	"github.com/twinseal/twinseal/receipt"
)

// How often to kill, and how long the server may live before: long enough to be busy, never the same.
const (
	kills     = 10
	soakKills = 100
	shortest  = 30  // milliseconds
	longest   = 300 // milliseconds
)

// TestKillsLoseNothing kills the server under load, again and again.
func TestKillsLoseNothing(t *testing.T) {
	t.Parallel()
	harness.Each(t, func(t *testing.T, engine harness.Engine) {
		w := newWorld(t, engine)
		rounds := kills
		if harness.Soak() {
			rounds = soakKills
		}
		var sendings, askings int
		for i := range rounds {
			ctx, cancel := context.WithCancel(t.Context())
			all := w.load(ctx, t)
			<-time.After(time.Duration(shortest+below(longest-shortest)) * time.Millisecond)
			w.Kill()
			cancel()
			all.Wait()
			w.Start()
			last := w.next()
			sendings, askings = sendings+len(last.sendings), askings+len(last.askings)
			w.holds(t, last)
			w.next() // the looks themselves are no load
			if t.Failed() {
				t.FailNow()
			}
			if (i+1)%kills == 0 {
				t.Logf("after %d kills: %d checks of tokens, %d accepted; %d people made, most of them sent a code; %d approvals", i+1, w.checks, len(w.accepted), sendings, askings)
			}
		}
		w.Stop()
		w.inspect(t)
	})
}

// holds compares what the server acknowledged before it died with what it knows now.
func (w *world) holds(t *testing.T, last round) {
	t.Helper()
	together(slices.Collect(maps.Keys(last.uses)), func(u use) { w.holdsUse(t, u) })
	together(last.askings, func(a *asking) { w.holdsAsking(t, a) })
	// A message that was on its way when the server died is not tried again before its lease is over.
	w.Advance(t, overLease)
	defer w.ResetClock(t)
	w.nudge(t)
	for _, s := range last.sendings {
		w.holdsSending(t, s)
	}
}

// together looks at all items, several at a time.
func together[T any](items []T, look func(T)) {
	var all sync.WaitGroup
	for h := range hands {
		all.Go(func() {
			for i := h; i < len(items); i += hands {
				look(items[i])
			}
		})
	}
	all.Wait()
}

// overLease is longer than a dead server's claim on a message holds.
const overLease = 2 * time.Minute

// nudge gives the outbox something to do, so that it looks at the new time now and not at its next round.
func (w *world) nudge(t *testing.T) {
	t.Helper()
	p := w.NewPerson()
	id, err := w.client.CreateUser(t.Context(), authy.NewUser{Email: p.Email, Phone: authy.Phone{CountryCode: 1, Number: p.Number}})
	if err == nil {
		_, err = w.client.SendSMS(t.Context(), id, authy.CodeOptions{})
	}
	if err != nil {
		t.Errorf("after the crash: %v", err)
	}
}

// holdsUse tries a token again: the ledger complains when it counts and had counted before.
func (w *world) holdsUse(t *testing.T, u use) {
	t.Helper()
	if w.try(t.Context(), t, u) == unknown {
		t.Errorf("the server does not answer about a token of user %d", u.user)
	}
}

// holdsSending: the person exists, and the code that was acknowledged arrives and counts once.
func (w *world) holdsSending(t *testing.T, s *sending) {
	t.Helper()
	if _, err := w.client.UserStatus(t.Context(), s.id); err != nil {
		t.Errorf("user %d was made and is gone: %v", s.id, err)
	}
	if !s.sent {
		return
	}
	code := harness.Until(t, "a code that was acknowledged", func() (string, bool) {
		code := w.inbox(t.Context(), "+1"+s.phone.Number)
		return code, code != ""
	})
	first := w.try(t.Context(), t, use{s.id, code})
	if !s.checked && first != accepted {
		t.Errorf("the code of user %d was sent and does not count", s.id)
	}
	if w.try(t.Context(), t, use{s.id, code}) == accepted {
		t.Errorf("the code of user %d counts again", s.id)
	}
}

// holdsAsking: the request exists; an acknowledged answer stands with the receipt that was given out; one that
// nobody heard of has either happened whole or can be given now.
func (w *world) holdsAsking(t *testing.T, a *asking) {
	t.Helper()
	got, err := w.client.ApprovalStatus(t.Context(), a.id)
	if err != nil {
		t.Errorf("request %s was made and is gone: %v", a.id, err)
		return
	}
	if a.receipt != nil && got.Status != authy.Approved {
		t.Errorf("request %s was approved and is %s", a.id, got.Status)
	}
	if !a.answered && got.Status != authy.Pending {
		t.Errorf("nobody answered request %s, and it is %s", a.id, got.Status)
	}
	if got.Status == authy.Pending {
		w.answerNow(t, a)
	}
	document, err := a.device.Receipt(t.Context(), string(a.id))
	if err != nil {
		t.Errorf("request %s has no receipt: %v", a.id, err)
		return
	}
	if a.receipt != nil && !bytes.Equal(document, a.receipt) {
		t.Errorf("request %s has another receipt than was given out", a.id)
	}
	if _, err := receipt.Verify(document, receipt.Options{ServerKey: a.device.Account().ServerKey()}); err != nil {
		t.Errorf("the receipt of request %s: %v", a.id, err)
	}
}

func (w *world) answerNow(t *testing.T, a *asking) {
	t.Helper()
	question, err := a.device.Challenge(t.Context(), string(a.id))
	if err == nil {
		_, err = a.device.Answer(t.Context(), question, client.Approve())
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("request %s cannot be answered after the crash: %v", a.id, err)
	}
}

var digits = regexp.MustCompile(`\b[0-9]{7}\b`)

// inbox looks for the code of one person once; "" when there is none, or no server.
func (w *world) inbox(ctx context.Context, phone string) string {
	answer, err := w.TrySend(ctx, harness.Request{Path: "/sandbox/messages?to=" + url.QueryEscape(phone)})
	if err != nil {
		return ""
	}
	var messages []harness.Message
	if json.Unmarshal(answer.Body, &messages) != nil || len(messages) == 0 {
		return ""
	}
	return digits.FindString(messages[0].Text)
}
