package authy

import (
	"context"
	"errors"
	"time"

	"github.com/twinseal/twinseal/client/internal/poll"
)

// WaitApproval polls until the request is approved, denied or expired, and
// returns its last state; check the Status. The pause between polls grows, and
// is as long as the server asks for when it is too busy. Network failures,
// unavailability and rate limits are tolerated a few times in a row; the error
// is then the last of them. When ctx ends first, the error is ctx's.
//
// A request that never expires is waited for until ctx ends.
func (c *Client) WaitApproval(ctx context.Context, id ApprovalID) (*Approval, error) {
	return poll.Until(ctx, c.polling, poll.Question[*Approval]{
		Ask: func(ctx context.Context) (*Approval, bool, error) {
			approval, err := c.ApprovalStatus(ctx, id)
			return approval, err == nil && approval.Status != Pending, err
		},
		Passing: []error{ErrUnavailable, ErrRateLimited},
		Asked:   asked,
	})
}

// asked is the pause a refusal asks for.
func asked(err error) time.Duration {
	if refusal, ok := errors.AsType[*Error](err); ok {
		return refusal.RetryAfter
	}
	return 0
}
