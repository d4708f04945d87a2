package worker_test

import (
	"context"
	"errors"
	"maps"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twinseal/twinseal/internal/worker"
)

// expirer expires so many at once, and fails the first time.
type expirer struct {
	mu          sync.Mutex
	left, calls int
}

func (e *expirer) remaining() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.left
}

func (e *expirer) ExpireDue(_ context.Context, limit int) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.calls++
	if e.calls == 1 {
		return 0, errors.New("not yet")
	}
	n := min(e.left, limit)
	e.left -= n
	return n, nil
}

func TestWhatHasOutlivedItsPurposeGoesInBatches(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox()
		for _, name := range []string{
			"proofs", "limits", "codes", "enrollments", "deliveries", "inbox", "challenges", "ceremonies", "handoffs", "transactions", "confirmed",
			"prompts", "actions", "velocity", "known_devices", "grants",
		} {
			o.left[name] = 1700
		}
		o.left["proofs"] = 30_000 // more than one run takes
		want := maps.Clone(o.left)
		e := &expirer{left: 1200}
		w := newWorker(o, nil)
		w.Challenges = e
		stop := running(t, w)
		synctest.Wait()
		if got := o.taken(); got["codes"] != 1700 || got["proofs"] != 20_000 || e.remaining() != 1200 {
			t.Errorf("at once: %v, %d challenges left", got, e.remaining())
		}
		time.Sleep(3 * time.Second)
		if left := e.remaining(); left != 0 {
			t.Errorf("%d challenges left after three seconds", left)
		}
		if got := o.taken(); got["proofs"] != 30_000 {
			t.Errorf("%d proofs after three seconds: more come than are purged", got["proofs"])
		}
		time.Sleep(2 * time.Minute)
		stop()
		if got := o.taken(); !maps.Equal(got, want) {
			t.Errorf("swept %v", got)
		}
	})
}

func TestRetentionCanBeSetInParts(t *testing.T) {
	t.Parallel()
	if d := worker.DefaultRetention(); d.Confirmed < 2*365*24*time.Hour {
		t.Errorf("confirmed transactions are kept for %v", d.Confirmed)
	}
	if d := worker.DefaultRetention(); d.Challenges < 365*24*time.Hour {
		t.Errorf("receipts are kept for %v", d.Challenges)
	}
}
