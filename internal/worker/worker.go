package worker

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Expirer writes the expiry of up to limit challenges that ran out and returns how many there were.
type Expirer interface {
	ExpireDue(ctx context.Context, limit int) (int, error)
}

// Outcome is how one try ended.
type Outcome string

const (
	OutcomeSent     Outcome = "sent"
	OutcomeUnwanted Outcome = "unwanted" // nobody wants the callback any more
	OutcomeRetry    Outcome = "retry"
	OutcomeDeferred Outcome = "deferred" // not tried because its address is busy
	OutcomeFailed   Outcome = "failed"   // given up
)

// Metrics is told what the worker does. By is the channel of a message or the dialect of a callback.
type Metrics interface {
	// Delivery is called once per try, after its record was written.
	Delivery(kind mfa.DeliveryKind, by string, outcome Outcome, took time.Duration)
	// Swept is called after every round of a periodic job, with the rows it changed or deleted.
	Swept(job string, rows int)
}

// Worker needs Store, Clock, Waker and Sender; the others may be left out.
type Worker struct {
	Store      mfa.Store
	Clock      mfa.Clock
	Waker      mfa.Waker
	Sender     mfa.Sender
	Callbacks  map[string]mfa.Callback // by dialect
	Challenges Expirer
	HTTP       *http.Client // for callbacks; nil means [NewClient]
	Retention  Retention    // zero fields mean those of [DefaultRetention]
	Metrics    Metrics
	Log        *slog.Logger
}

const (
	// hands bounds the deliveries in work at once; most of them wait for somebody's server.
	hands = 256
	// claimBatch bounds one claim, so that several workers share a burst.
	claimBatch = 64
	// lease is how long a claim keeps others away: longer than the longest try with its waits and its record.
	lease = 90 * time.Second
	// tryTimeout bounds rendering and sending, each. Whoever needs longer to take a message has a problem.
	tryTimeout = 15 * time.Second
	// poll is how often the worker looks by itself, in case a wake-up was lost or a process died.
	poll = 15 * time.Second
	// breather keeps a store in trouble, or one whose clock disagrees, from being asked in a loop.
	breather = 100 * time.Millisecond
	// stopGrace is what tries in flight get when the worker stops; after it they are cut and tried again later.
	stopGrace = 5 * time.Second
	// recordTimeout bounds the write of an outcome, also while stopping.
	recordTimeout = 10 * time.Second
)

// Run works until the context ends and returns when everything it started has ended.
func (w *Worker) Run(ctx context.Context) error {
	trying, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	r := &run{
		Worker: w, trying: trying, hands: make(chan struct{}, hands), hosts: newHosts(),
		client: w.client(), nudge: make(chan struct{}, 1),
	}
	var loops sync.WaitGroup
	loops.Go(func() { r.deliver(ctx) })
	loops.Go(func() { r.sweep(ctx) })
	loops.Wait()
	grace := time.AfterFunc(stopGrace, cut)
	defer grace.Stop()
	r.tries.Wait()
	return ctx.Err()
}

// run is the state of one Run.
type run struct {
	*Worker
	trying context.Context //nolint:containedctx // outlives the loop's context by the grace of tries in flight
	hands  chan struct{}
	hosts  *hosts
	client *http.Client
	nudge  chan struct{} // a delivery got a new time
	tries  sync.WaitGroup
}

func (w *Worker) log() *slog.Logger {
	if w.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return w.Log
}

// pause waits for a hint, a while or the end, whichever comes first.
func pause(ctx context.Context, d time.Duration, hints ...<-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	var first, second <-chan struct{}
	if len(hints) > 0 {
		first = hints[0]
	}
	if len(hints) > 1 {
		second = hints[1]
	}
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-first:
	case <-second:
	}
}
