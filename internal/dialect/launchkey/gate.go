package launchkey

import (
	"context"
	"runtime"
)

// gate lets as many operations with private keys run at once as there are processors. One takes most of a
// millisecond that nothing interrupts, and the scheduler serves in turn: with dozens ready to compute, whoever
// only has to pass on what the database answered would wait behind all of them, several times for each request,
// and the processors would then stand idle while everybody waits for the database.
type gate chan struct{}

func newGate() gate { return make(gate, runtime.GOMAXPROCS(0)) }

// pass runs the operation when it is its turn, or not at all if the caller has gone.
func (g gate) pass(ctx context.Context, operation func() error) error {
	select {
	case g <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-g }()
	runtime.Gosched() // those who became ready meanwhile go first, since they take microseconds
	return operation()
}
