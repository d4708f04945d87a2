package authy

import (
	"context"
	"errors"
	"io"
	"net"
	"time"
)

// polling is the pace of [Client.WaitApproval].
type polling struct{ first, longest time.Duration }

// next lengthens a pause by half.
func (p polling) next(pause time.Duration) time.Duration {
	return min(pause+pause/2, p.longest)
}

// maxFailures is how many polls in a row may fail for a passing reason; with the
// longest pause between them that is half a minute of trouble.
const maxFailures = 6

// WaitApproval polls until the request is approved, denied or expired, and
// returns its last state; check the Status. The pause between polls grows, and
// is as long as the server asks for when it is too busy. Network failures,
// unavailability and rate limits are tolerated a few times in a row; the error
// is then the last of them. When ctx ends first, the error is ctx's.
//
// A request that never expires is waited for until ctx ends.
func (c *Client) WaitApproval(ctx context.Context, id ApprovalID) (*Approval, error) {
	pause, failures := c.polling.first, 0
	for {
		approval, err := c.ApprovalStatus(ctx, id)
		switch {
		case err == nil && approval.Status != Pending:
			return approval, nil
		case err == nil:
			failures = 0
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case !passing(err):
			return nil, err
		default:
			if failures++; failures == maxFailures {
				return nil, err
			}
			pause = c.polling.longest
		}
		if err := sleep(ctx, max(pause, asked(err))); err != nil {
			return nil, err
		}
		pause = c.polling.next(pause)
	}
}

// passing tells failures that may be gone at the next poll.
func passing(err error) bool {
	var network net.Error
	return errors.Is(err, ErrUnavailable) || errors.Is(err, ErrRateLimited) || errors.As(err, &network) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// asked is the pause a refusal asks for.
func asked(err error) time.Duration {
	if refusal, ok := errors.AsType[*Error](err); ok {
		return refusal.RetryAfter
	}
	return 0
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
