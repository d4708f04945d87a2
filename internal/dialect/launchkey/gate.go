package launchkey

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"
)

// gate lets as many operations with private keys run at once as there are processors. One takes most of a
// millisecond that nothing interrupts, and the scheduler serves in turn: with dozens ready to compute, whoever
// only has to pass on what the database answered would wait behind all of them, several times for each request,
// and the processors would then stand idle while everybody waits for the database.
type gate struct {
	places chan struct{}
	queued atomic.Int32 // who waits for a place or has one
}

func newGate() *gate { return &gate{places: make(chan struct{}, runtime.GOMAXPROCS(0))} }

// pass runs the operation when it is its turn, or not at all if the caller has gone.
func (g *gate) pass(ctx context.Context, operation func() error) error {
	g.queued.Add(1)
	defer g.queued.Add(-1)
	select {
	case g.places <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-g.places }()
	runtime.Gosched() // those who became ready meanwhile go first, since they take microseconds
	return operation()
}

// A request that has to queue for its arithmetic anyway may as well wait for others to remember their tokens with
// it: each transaction costs a tenth of a millisecond, and while it waits the processors are busy with the others.
const (
	crowd         = 4 // queued for each processor: everybody waits for several of those milliseconds
	crowdPatience = 5 * time.Millisecond
)

// patience is how long a request loses nothing by waiting for others.
func (g *gate) patience() time.Duration {
	if int(g.queued.Load()) < crowd*cap(g.places) {
		return 0
	}
	return crowdPatience
}
