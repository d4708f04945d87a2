package demo

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/twinseal/twinseal/client/authy"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

type waitingPage struct {
	Person  session
	T       transfer
	Left    time.Duration
	Trouble string
	Sandbox bool
}

var errNoTransfer = &mfa.Error{Code: mfa.NotFound, Message: "this transfer is not one of yours, or was forgotten"}

func asked(r *endpoint.Request) authy.ApprovalID {
	return authy.ApprovalID(r.URL.Query().Get("id"))
}

func resultOf(id authy.ApprovalID) string {
	return "/demo/displaytransaction?id=" + url.QueryEscape(string(id))
}

// waiting holds the person's place. Without script the page loads itself again
// every few seconds; with script it asks /demo/status.
func (d *Demo) waiting(ctx context.Context, r *endpoint.Request, s session) (endpoint.Response, error) {
	t, ok := s.transfer(asked(r))
	if !ok {
		return endpoint.Response{}, errNoTransfer
	}
	now, err := d.look(ctx, s, t)
	if err == nil && now.Status != authy.Pending {
		return endpoint.Redirect(resultOf(t.ID)), nil
	}
	page := waitingPage{Person: s, T: t, Left: d.left(t), Sandbox: d.options.Sandbox}
	if err != nil {
		_, wrong := d.explain(ctx, err)
		page.Trouble = wrong[""]
	}
	return d.site.Page(http.StatusOK, "waiting", page)
}

// look asks for the state of a transfer and remembers a final one.
func (d *Demo) look(ctx context.Context, s session, t transfer) (transfer, error) {
	if t.Status != authy.Pending {
		return t, nil
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	approval, err := d.options.Client.ApprovalStatus(ctx, t.ID)
	if err != nil {
		return t, err
	}
	if t.Status = approval.Status; t.Status != authy.Pending {
		d.sessions.keep(s.key, t)
	}
	return t, nil
}

// left is the time that remains by the bank's clock.
func (d *Demo) left(t transfer) time.Duration {
	return max(0, t.ExpiresAt.Sub(d.options.Now()))
}

func (d *Demo) display(ctx context.Context, r *endpoint.Request, s session) (endpoint.Response, error) {
	t, ok := s.transfer(asked(r))
	if !ok {
		return endpoint.Response{}, errNoTransfer
	}
	t, err := d.look(ctx, s, t)
	if err != nil || t.Status == authy.Pending {
		return endpoint.Redirect("/demo/waiting?id=" + url.QueryEscape(string(t.ID))), nil //nolint:nilerr // the waiting page asks again
	}
	return d.site.Page(http.StatusOK, "result", waitingPage{Person: s, T: t, Sandbox: d.options.Sandbox})
}

// progress is what the waiting page's script reads.
type progress struct {
	Status authy.ApprovalStatus `json:"status,omitempty"`
	Left   int                  `json:"seconds_left"`
	Next   string               `json:"next,omitempty"`
	Error  string               `json:"error,omitempty"`
}

func (d *Demo) status(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
	s, ok := d.session(r)
	t, found := s.transfer(asked(r))
	if !ok || !found {
		return endpoint.JSON(http.StatusNotFound, progress{Error: "This transfer was forgotten. Begin again.", Next: "/demo"})
	}
	now, err := d.look(ctx, s, t)
	if err != nil {
		status, wrong := d.explain(ctx, err)
		return endpoint.JSON(status, progress{Error: wrong[""]})
	}
	out := progress{Status: now.Status, Left: int(d.left(t) / time.Second)}
	if now.Status != authy.Pending {
		out.Next = resultOf(t.ID)
	}
	return endpoint.JSON(http.StatusOK, out)
}

// device tells the transfer page's script whether a phone is linked by now.
func (d *Demo) device(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
	s, ok := d.session(r)
	linked := false
	var err error
	if ok {
		linked, err = d.linked(ctx, s)
	}
	if err != nil {
		endpoint.Record(ctx).Set("authy", err.Error())
	}
	return endpoint.JSON(http.StatusOK, struct {
		Linked bool `json:"linked"`
	}{linked})
}
