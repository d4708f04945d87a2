package launchkey_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
)

// fast polls without a pause that a test would notice.
func fast() launchkey.Option { return launchkey.WithPolling(time.Microsecond, time.Microsecond) }

// inTurn answers with one reply after the other, and goes on with the last.
func inTurn(replies ...reply) (func(asked) reply, *int) {
	sent := 0
	return func(asked) reply {
		r := replies[min(sent, len(replies)-1)]
		sent++
		return r
	}, &sent
}

func TestWaitingEndsWithTheAnswer(t *testing.T) {
	t.Parallel()
	pending, failing := reply{status: 204}, reply{status: 503}
	answer, sent := inTurn(pending, failing, failing, pending, reply{body: response(t, approved(), issuerKey(), nil)})
	got, err := newPlatform(t, answer).service(fast()).WaitAuthorization(t.Context(), requestID)
	if err != nil || !got.Authorized || *sent != 5 {
		t.Errorf("%+v after %d polls, %v", got, *sent, err)
	}
}

func TestWaitingEndsWhenThereWillBeNoAnswer(t *testing.T) {
	t.Parallel()
	pending := reply{status: 204}
	for name, c := range map[string]struct {
		last  reply
		want  error
		polls int
	}{
		"expired":            {reply{status: 408}, launchkey.ErrRequestTimedOut, 2},
		"canceled":           {reply{status: 409, body: `{"error_code":"SVC-007"}`}, launchkey.ErrAuthorizationRequestCanceled, 2},
		"not allowed":        {reply{status: 401}, launchkey.ErrUnauthorized, 2},
		"not proved":         {reply{status: 204, noToken: true}, launchkey.ErrUnverified, 2},
		"failing for long":   {reply{status: 503}, launchkey.ErrUnavailable, 7},
		"too often for long": {reply{status: 429}, launchkey.ErrRateLimited, 7},
	} {
		answer, sent := inTurn(pending, c.last)
		got, err := newPlatform(t, answer).service(fast()).WaitAuthorization(t.Context(), requestID)
		if !errors.Is(err, c.want) || got != nil || *sent != c.polls {
			t.Errorf("%s: %+v after %d polls, %v", name, got, *sent, err)
		}
	}
}

func TestWaitingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	p := newPlatform(t, func(asked) reply {
		cancel()
		return reply{status: 204}
	})
	if _, err := p.service(launchkey.WithPolling(time.Hour, time.Hour)).WaitAuthorization(ctx, requestID); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

type timeout struct{}

func (timeout) Error() string   { return "no route" }
func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }

func TestWaitingToleratesANetworkThatFailsForAWhile(t *testing.T) {
	t.Parallel()
	p := newPlatform(t, func(asked) reply { return reply{status: 408} })
	failed := 0
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		if strings.HasPrefix(r.URL.Path, "/service/") && failed < 3 {
			failed++
			return nil, timeout{}
		}
		return http.DefaultTransport.RoundTrip(r)
	})
	_, err := p.service(fast(), launchkey.WithHTTPClient(&http.Client{Transport: transport})).WaitAuthorization(t.Context(), requestID)
	if !errors.Is(err, launchkey.ErrRequestTimedOut) || failed != 3 {
		t.Errorf("%v after %d failures", err, failed)
	}
}
