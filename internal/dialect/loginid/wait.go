package loginid

import (
	"context"
	"net/http"
	"time"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/handoffs"
)

// Bounds of waiting for a code.
const (
	maxWait = 170 * time.Second // the clients give up after three minutes, or never
	// maxHeld bounds the requests that wait for one code. An honest one has one, and for a while those that broke
	// off without a word.
	maxHeld = 8
)

type waitRequest struct {
	base
	userRef

	Code   broughtCode `json:"authentication_code"`
	NoJWT  bool        `json:"no_jwt"`
	NoWait bool        `json:"no_wait"`
}

// waiting is somebody who waits for a code to be authorized, without the request that it came with.
type waiting struct {
	d      *Dialect
	view   clientView
	origin string
	code   handoffs.Presented
	id     mfa.HandoffID
	noJWT  bool
}

// waitForCode signs a user in by a code: at once when it counts already, else as soon as it does.
func (d *Dialect) waitForCode(ctx context.Context, c *call, in *waitRequest) (endpoint.Response, error) {
	f, err := in.Code.read()
	if err != nil {
		return endpoint.Response{}, err
	}
	u, err := d.user(ctx, c, in.userRef)
	if err != nil {
		return endpoint.Response{}, err
	}
	w := &waiting{d: d, view: c.view(), origin: c.origin, noJWT: in.NoJWT, code: handoffs.Presented{
		Caller: c.client, User: mfa.UserRef{ID: u.ID}, Form: f, Purpose: mfa.HandoffSignIn, Code: in.Code.Code, Source: c.person(),
	}}
	found, err := d.handoffs.Look(ctx, w.code)
	switch {
	case err != nil:
		return endpoint.Response{}, err
	case found.Authorized():
		return w.use(ctx)
	case in.NoWait:
		return endpoint.JSON(http.StatusOK, w.view.answer(u))
	}
	w.id = found.ID
	return w.hold(ctx, found.ExpiresAt)
}

// hold waits for the code, which it looks at again once it hears of changes, so that none falls between.
func (w *waiting) hold(ctx context.Context, end time.Time) (endpoint.Response, error) {
	changed, stop := w.d.service.Subscribe(mfa.TopicHandoff(w.id))
	if resp, done, err := w.look(ctx, endpoint.Woken); done || err != nil {
		stop()
		return resp, err
	}
	most := maxWait
	if !end.IsZero() {
		most = min(most, end.Sub(w.d.service.Now()))
	}
	over, leave := w.d.held.Enter(w.id, maxHeld)
	return endpoint.Response{Wait: &endpoint.Wait{
		Wake: changed, End: over, For: most, Watched: true,
		Close: func() { leave(); stop() },
		Next:  w.next,
	}}, nil
}

// next is asked without the request, so it words its refusals by itself.
func (w *waiting) next(ctx context.Context, why endpoint.Why) (endpoint.Response, bool, error) {
	resp, done, err := w.look(ctx, why)
	if err != nil {
		return endpoint.Response{}, true, &failed{refusalOf(opCode, err), w.origin}
	}
	if done {
		endpoint.ShareWith(w.origin, &resp)
	}
	return resp, done, nil
}

var errWaited = refuse(failTimeout, "the code has not been authorized in time; call again while it lives")

// look signs the user in if the code counts by now, or says that the wait is over.
func (w *waiting) look(ctx context.Context, why endpoint.Why) (endpoint.Response, bool, error) {
	found, err := w.d.handoffs.Again(ctx, w.id)
	switch {
	case mfa.IsCode(err, mfa.Expired), err == nil && !found.Authorized() && why == endpoint.Over:
		return endpoint.Response{}, true, errWaited
	case err != nil:
		return endpoint.Response{}, true, err
	case !found.Authorized():
		return endpoint.Response{}, false, nil
	}
	resp, err := w.use(ctx)
	return resp, true, err
}

// use burns the code.
func (w *waiting) use(ctx context.Context) (endpoint.Response, error) {
	by, err := w.d.handoffs.Consume(ctx, w.code)
	if err != nil {
		return endpoint.Response{}, err
	}
	return w.d.authenticated(ctx, w.view, proved{user: by.User, session: by.SessionID, action: actionTemporary, at: by.At}, w.noJWT, nil)
}
