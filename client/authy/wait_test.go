package authy_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twinseal/twinseal/client/authy"
)

// polled is a server that gives its answers one after another and notes when it
// was asked. The last answer stays.
type polled struct {
	answers []func() (*http.Response, error)
	start   time.Time
	asked   []time.Duration
}

func (p *polled) RoundTrip(*http.Request) (*http.Response, error) {
	if p.start.IsZero() {
		p.start = time.Now()
	}
	next := p.answers[min(len(p.asked), len(p.answers)-1)]
	p.asked = append(p.asked, time.Since(p.start))
	return next()
}

func says(status int, body string) func() (*http.Response, error) {
	return func() (*http.Response, error) { return response(status, body), nil }
}

func (p *polled) wait(ctx context.Context, t *testing.T) (*authy.Approval, error) {
	t.Helper()
	return over(t, p.RoundTrip).WaitApproval(ctx, approvalID)
}

func TestWaitPollsMoreAndMoreSlowly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pending := says(200, approval("pending", "null"))
		server := &polled{answers: []func() (*http.Response, error){pending, pending, pending, pending, pending, pending, pending, says(200, approval("approved", "null"))}}
		got, err := server.wait(t.Context(), t)
		if err != nil || got.Status != authy.Approved {
			t.Fatalf("%+v, %v", got, err)
		}
		want := []time.Duration{0, 1000, 2500, 4750, 8125, 13125, 18125, 23125}
		for i := range want {
			want[i] *= time.Millisecond
		}
		if !slices.Equal(server.asked, want) {
			t.Errorf("asked at %v, want %v", server.asked, want)
		}
	})
}

func TestWaitReturnsEveryFinalState(t *testing.T) {
	t.Parallel()
	for _, status := range []authy.ApprovalStatus{authy.Approved, authy.Denied, authy.Expired} {
		server := &polled{answers: []func() (*http.Response, error){says(200, approval(string(status), "null"))}}
		if got, err := server.wait(t.Context(), t); err != nil || got.Status != status {
			t.Errorf("%s: %+v, %v", status, got, err)
		}
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		server := &polled{answers: []func() (*http.Response, error){says(200, approval("pending", "null"))}}
		if got, err := server.wait(ctx, t); !errors.Is(err, context.DeadlineExceeded) || got != nil {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestWaitToleratesPassingFailures(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &polled{answers: []func() (*http.Response, error){
			says(502, "<html>"),
			func() (*http.Response, error) { return nil, io.ErrUnexpectedEOF },
			says(500, `{"message":"m","success":false,"errors":{},"error_code":"60000"}`),
			says(200, approval("pending", "null")),
			says(503, ""), says(503, ""), says(503, ""), says(503, ""), says(503, ""),
			says(200, approval("denied", "null")),
		}}
		if got, err := server.wait(t.Context(), t); err != nil || got.Status != authy.Denied {
			t.Errorf("%+v, %v after %v", got, err, server.asked)
		}
	})
}

func TestWaitGivesUp(t *testing.T) {
	t.Parallel()
	lasting := says(503, "")
	cases := []struct {
		name  string
		first []func() (*http.Response, error)
		polls int
		want  error
	}{
		{"when a failure lasts", []func() (*http.Response, error){lasting}, 6, authy.ErrUnavailable},
		{"when the request is unknown", []func() (*http.Response, error){says(404, `{"message":"m","success":false,"errors":{},"error_code":"60049"}`)}, 1, authy.ErrNotFound},
		{"when the key is wrong", []func() (*http.Response, error){says(401, `{"message":"m","success":false,"errors":{},"error_code":"60001"}`)}, 1, authy.ErrInvalidKey},
		{"when the account is suspended", []func() (*http.Response, error){says(503, `{"message":"m","success":false,"errors":{},"error_code":"60060"}`)}, 1, authy.ErrSuspended},
		{"when the answer makes no sense", []func() (*http.Response, error){says(200, approval("perhaps", "null"))}, 1, authy.ErrUnexpectedAnswer},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := &polled{answers: c.first}
				if got, err := server.wait(t.Context(), t); !errors.Is(err, c.want) || got != nil || len(server.asked) != c.polls {
					t.Errorf("%+v, %v after %d polls", got, err, len(server.asked))
				}
			})
		})
	}
}

func TestWaitPausesAsLongAsItIsAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		busy := func() (*http.Response, error) {
			r := response(429, `{"message":"m","success":false,"errors":{},"error_code":"60003"}`)
			r.Header.Set("Retry-After", "30")
			return r, nil
		}
		server := &polled{answers: []func() (*http.Response, error){busy, says(200, approval("approved", "null"))}}
		if _, err := server.wait(t.Context(), t); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(server.asked, []time.Duration{0, 30 * time.Second}) {
			t.Errorf("asked at %v", server.asked)
		}
	})
}
