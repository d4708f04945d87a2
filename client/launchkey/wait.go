package launchkey

import (
	"context"
	"errors"
	"io"
	"net"
	"time"
)

// polling is the pace of [ServiceClient.WaitAuthorization].
type polling struct{ first, longest time.Duration }

// next lengthens a pause by half.
func (p polling) next(pause time.Duration) time.Duration { return min(pause+pause/2, p.longest) }

// maxFailures is how many polls in a row may fail for a passing reason; with the
// longest pause between them that is half a minute of trouble.
const maxFailures = 6

// WaitAuthorization polls until the user has answered and returns the answer;
// look at its Authorized. A request that nobody answers ends as
// ErrRequestTimedOut. The pause between polls grows. Network failures,
// unavailability and rate limits are tolerated a few times in a row; the error
// is then the last of them. When ctx ends first, the error is ctx's.
func (c *ServiceClient) WaitAuthorization(ctx context.Context, id AuthorizationID) (*AuthorizationResponse, error) {
	polling := c.on.issuer.polling
	pause, failures := polling.first, 0
	for {
		response, err := c.AuthorizationResponse(ctx, id)
		switch {
		case err == nil:
			return response, nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case errors.Is(err, ErrPending):
			failures = 0
		case !passing(err):
			return nil, err
		default:
			if failures++; failures == maxFailures {
				return nil, err
			}
			pause = polling.longest
		}
		if err := sleep(ctx, pause); err != nil {
			return nil, err
		}
		pause = polling.next(pause)
	}
}

// passing tells failures that may be gone at the next poll.
func passing(err error) bool {
	_, network := errors.AsType[net.Error](err)
	return errors.Is(err, ErrUnavailable) || errors.Is(err, ErrRateLimited) || network ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
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
