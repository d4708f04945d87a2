package launchkey

import (
	"context"
	"errors"

	"github.com/twinseal/twinseal/client/internal/poll"
)

// WaitAuthorization polls until the user has answered and returns the answer;
// look at its Authorized. A request that nobody answers ends as
// ErrRequestTimedOut. The pause between polls grows. Network failures,
// unavailability and rate limits are tolerated a few times in a row; the error
// is then the last of them. When ctx ends first, the error is ctx's.
func (c *ServiceClient) WaitAuthorization(ctx context.Context, id AuthorizationID) (*AuthorizationResponse, error) {
	return poll.Until(ctx, c.on.issuer.polling, poll.Question[*AuthorizationResponse]{
		Ask: func(ctx context.Context) (*AuthorizationResponse, bool, error) {
			response, err := c.AuthorizationResponse(ctx, id)
			if errors.Is(err, ErrPending) {
				return nil, false, nil
			}
			return response, true, err
		},
		Passing: []error{ErrUnavailable, ErrRateLimited},
	})
}
