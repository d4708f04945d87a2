package loginid

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twinseal/twinseal/client/internal/poll"
)

// longestWait bounds one request that waits. Servers answer after 170 seconds at
// the latest, so a slower answer is a lost one.
const longestWait = 3 * time.Minute

// WaitCode waits until a code of the purpose [TemporaryAuthentication] is
// authorized, on another device, and returns who is signed in by it. That uses
// the code up. It asks again when the server has held the request for as long as
// it does, and tolerates a few failures in a row; a code that has meanwhile
// expired ends as [ErrCodeExpired] or [ErrInvalidCode]. When ctx ends first, the
// error is ctx's.
func (l *LoginID) WaitCode(ctx context.Context, username string, code TypedCode, finish Finish) (*SignedIn, error) {
	return poll.Until(ctx, l.polling, poll.Question[*SignedIn]{
		Ask: func(ctx context.Context) (*SignedIn, bool, error) {
			result, err := l.askCode(ctx, username, code, finish, false)
			if errors.Is(err, ErrWaitTimedOut) || errors.Is(err, ErrPending) {
				return nil, false, nil
			}
			return result, true, err
		},
		Passing: []error{ErrUnavailable, ErrRateLimited},
		Asked: func(err error) time.Duration {
			if refused, ok := errors.AsType[*Error](err); ok {
				return refused.RetryAfter
			}
			return 0
		},
	})
}

// CheckCode is one look, which does not wait: a code that nobody has authorized
// yet is [ErrPending].
func (l *LoginID) CheckCode(ctx context.Context, username string, code TypedCode, finish Finish) (*SignedIn, error) {
	return l.askCode(ctx, username, code, finish, true)
}

func (l *LoginID) askCode(ctx context.Context, username string, code TypedCode, finish Finish, look bool) (*SignedIn, error) {
	const op = "wait for a code"
	if err := code.check(); err != nil {
		return nil, err
	}
	if err := checkUsername(username); err != nil {
		return nil, err
	}
	c := call{op: op, path: "/authenticate/code/wait", scope: ScopeTemporary, user: ByName(username), body: map[string]any{
		"client_id": l.clientID, "username": username, "authentication_code": code, "no_jwt": finish.NoToken, "no_wait": look,
	}}
	if !look {
		c.within = longestWait
	}
	var wire wireSignedIn
	if err := l.do(ctx, c, &wire); err != nil {
		return nil, err
	}
	if !wire.Authenticated {
		return nil, fmt.Errorf("loginid: %s: %w", op, ErrPending)
	}
	return l.read(ctx, op, ByName(username), finish, wire)
}
