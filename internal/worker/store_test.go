package worker_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/worker"
)

// ledger is a sender and the metrics of workers: it fails the first try of every message and says when so
// many tries were recorded.
type ledger struct {
	mu      sync.Mutex
	sent    map[string]int
	seen    map[string]bool
	outcome chan worker.Outcome
	swept   chan string
}

func newLedger() *ledger {
	return &ledger{sent: map[string]int{}, seen: map[string]bool{}, outcome: make(chan worker.Outcome, 1000), swept: make(chan string, 1000)}
}

func (l *ledger) Send(_ context.Context, m mfa.Message) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.seen[m.Text] {
		l.seen[m.Text] = true
		return "", errors.New("busy")
	}
	l.sent[m.Text]++
	return "taken", nil
}

func (l *ledger) Delivery(_ mfa.DeliveryKind, _ string, outcome worker.Outcome, _ time.Duration) {
	l.outcome <- outcome
}

func (l *ledger) Swept(job string, rows int) {
	if rows > 0 {
		l.swept <- job
	}
}

func (l *ledger) await(t *testing.T, n int, want worker.Outcome) {
	t.Helper()
	for range n {
		if got := <-l.outcome; got != want {
			t.Errorf("a try ended %s, want %s", got, want)
		}
	}
}

func queueMessages(t *testing.T, w *mfatest.World, n int) {
	t.Helper()
	err := w.Store.Write(t.Context(), func(r mfa.WriteRecords) error {
		for range n {
			d := message(t, mfa.Message{Channel: mfa.ChannelSMS, To: "+14155552671", Text: uuid.NewString()})
			d.ID, d.State = mfa.DeliveryID(uuid.NewString()), mfa.DeliveryPending
			d.ApplicationID, d.DueAt, d.CreatedAt = w.Caller.Application.ID, w.Clock.Now(), w.Clock.Now()
			if _, err := r.AddDelivery(d, d.CreatedAt); err != nil {
				return err
			}
		}
		r.Announce(mfa.TopicDeliveries)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTwoWorkersOnOneStoreSendEverythingOnce(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		const messages = 150
		l := newLedger()
		for range 2 {
			stop := running(t, &worker.Worker{Store: w.Store, Clock: w.Clock, Waker: w.Waker, Sender: l, Metrics: l, Challenges: w.Service})
			defer stop()
		}
		queueMessages(t, w, messages)
		l.await(t, messages, worker.OutcomeRetry)
		w.Clock.Advance(time.Minute)
		w.Waker.Announce(mfa.TopicDeliveries)
		l.await(t, messages, worker.OutcomeSent)
		for text, times := range l.sent {
			if times != 1 {
				t.Errorf("%s was sent %d times", text, times)
			}
		}
		if len(l.sent) != messages {
			t.Errorf("%d messages were sent", len(l.sent))
		}
	})
}

func TestAChallengeThatRanOutIsExpiredAndItsWaitersWoken(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		l := newLedger()
		person := w.Register("4155552671")
		person.Link()
		challenge := person.Ask("pay?")
		woken, stopWaiting := w.Waker.Subscribe(mfa.TopicChallenge(challenge.ID))
		defer stopWaiting()
		stop := running(t, &worker.Worker{Store: w.Store, Clock: w.Clock, Waker: w.Waker, Sender: l, Metrics: l, Challenges: w.Service})
		defer stop()
		w.Clock.Advance(25 * time.Hour)
		w.Waker.Announce(mfa.TopicDeliveries)
		<-woken
		if events := person.Events(mfa.EventChallengeExpired); len(events) != 1 {
			t.Errorf("%d events", len(events))
		}
	})
}
