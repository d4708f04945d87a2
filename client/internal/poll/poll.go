// Package poll waits for a person's answer by asking a server again and again, in
// the way that all ports of vendors' SDKs wait: ever slower, and through a few
// failures that pass by themselves.
package poll

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"time"
)

// Pace is how long to pause: First after the first question, then half as long
// again each time, up to Longest.
type Pace struct{ First, Longest time.Duration }

// maxFailures is how many questions in a row may fail for a passing reason; with
// the longest pause between them that is half a minute of trouble.
const maxFailures = 6

// Question is what is asked.
type Question[T any] struct {
	// Ask is done when the person has answered.
	Ask func(context.Context) (answer T, done bool, err error)
	// Passing are the refusals that may be gone the next time, beside failures
	// of the network.
	Passing []error
	// Asked is the pause that a failure asks for; nil where none does.
	Asked func(error) time.Duration
}

// Until asks until it is done. A failure that does not pass ends it, and so does
// the last of too many that might; when ctx ends first, the error is ctx's.
func Until[T any](ctx context.Context, pace Pace, q Question[T]) (T, error) {
	var none T
	pause, failures := pace.First, 0
	for {
		answer, done, err := q.Ask(ctx)
		switch {
		case err == nil && done:
			return answer, nil
		case err == nil:
			failures = 0
		case ctx.Err() != nil:
			return none, ctx.Err()
		case !q.passes(err):
			return none, err
		default:
			if failures++; failures == maxFailures {
				return none, err
			}
			pause = pace.Longest
		}
		if err := sleep(ctx, max(pause, q.asked(err))); err != nil {
			return none, err
		}
		pause = min(pause+pause/2, pace.Longest)
	}
}

func (q Question[T]) passes(err error) bool {
	_, network := errors.AsType[net.Error](err)
	return network || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		slices.ContainsFunc(q.Passing, func(kind error) bool { return errors.Is(err, kind) })
}

func (q Question[T]) asked(err error) time.Duration {
	if err == nil || q.Asked == nil {
		return 0
	}
	return q.Asked(err)
}

func sleep(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
