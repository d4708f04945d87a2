package native

import (
	"context"
	"net/http"
	"time"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/joins"
)

// joinAgain is how soon the new device asks again, in seconds.
const joinAgain = "2"

// linkByCode links by a code of a person or an application, or claims a join of another device.
func (d *Dialect) linkByCode(ctx context.Context, code string, device mfa.NewDevice) (endpoint.Response, error) {
	out, isJoin, err := d.joins.Claim(ctx, code, device)
	switch {
	case err != nil:
		return endpoint.Response{}, err
	case !isJoin:
		return d.linked(d.service.LinkByCode(ctx, code, device))
	case !out.Waiting:
		return d.linked(out.Linked, nil)
	}
	response, err := endpoint.JSON(http.StatusAccepted, api.LinkPending{Join: api.JoinClaim{
		ID: string(out.Join.ID), Number: out.Number, ExpiresAt: stamp(out.Join.ExpiresAt),
	}})
	response.Header = http.Header{"Retry-After": {joinAgain}}
	return response, err
}

func (d *Dialect) startJoin(ctx context.Context, r *endpoint.Request, c *mfa.DeviceCaller, body []byte) (endpoint.Response, error) {
	var in api.JoinRequest
	if err := decode(r, body, &in); err != nil {
		return endpoint.Response{}, err
	}
	code, err := d.joins.Start(ctx, c, joins.Purpose(in.Purpose))
	if err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(http.StatusCreated, api.JoinStarted{
		ID: string(code.Enrollment), Code: code.Code, URI: code.URI, ExpiresAt: stamp(code.ExpiresAt),
	})
}

func wireJoin(j joins.Join) (endpoint.Response, error) {
	out := api.Join{ID: string(j.ID), Purpose: string(j.Purpose), State: string(j.State), ExpiresAt: stamp(j.ExpiresAt), Choices: j.Choices}
	if j.State == joins.Claimed {
		out.Device = &api.JoinsDevice{Name: j.Name, Platform: j.Platform}
	}
	return endpoint.JSON(0, out)
}

// join answers once the state is another than the one that the request names, or when the wait is over.
func (d *Dialect) join(ctx context.Context, r *endpoint.Request, c *mfa.DeviceCaller, _ []byte) (endpoint.Response, error) {
	query := r.URL.Query()
	wait, err := number(query.Get("wait"), 0, api.MaxWaitSeconds)
	if err != nil {
		return endpoint.Response{}, err
	}
	id, known := mfa.EnrollmentID(r.PathValue("id")), joins.State(query.Get("state"))
	if known == "" {
		known = joins.Open
	}
	changed, stop := d.service.Subscribe(joins.Topic(id)) // before the first look, so that nothing falls between
	found, err := d.joins.Look(ctx, c, id)
	if err != nil || wait == 0 || found.State != known {
		stop()
		if err != nil {
			return endpoint.Response{}, missing(api.CodeJoinUnknown, err)
		}
		return wireJoin(found)
	}
	end, leave := d.held.Enter(c.Device.ID, maxHeld)
	return endpoint.Response{Wait: &endpoint.Wait{
		Wake: changed, End: end, For: time.Duration(wait) * time.Second,
		Close: func() { leave(); stop() },
		Next: func(ctx context.Context, why endpoint.Why) (endpoint.Response, bool, error) {
			found, err := d.joins.Look(ctx, c, id)
			if err != nil || why != endpoint.Over && found.State == known {
				return endpoint.Response{}, err != nil, missing(api.CodeJoinUnknown, err)
			}
			out, err := wireJoin(found)
			return out, true, err
		},
	}}, nil
}

func (d *Dialect) answerJoin(ctx context.Context, r *endpoint.Request, c *mfa.DeviceCaller, body []byte) (endpoint.Response, error) {
	var in api.JoinAnswer
	if err := decode(r, body, &in); err != nil {
		return endpoint.Response{}, err
	}
	answered, err := d.joins.Answer(ctx, c, mfa.EnrollmentID(r.PathValue("id")), in.Approve, in.Number)
	if err != nil {
		return endpoint.Response{}, missing(api.CodeJoinUnknown, err)
	}
	return wireJoin(answered)
}

func (d *Dialect) withdrawJoin(ctx context.Context, r *endpoint.Request, c *mfa.DeviceCaller, _ []byte) (endpoint.Response, error) {
	err := d.joins.Withdraw(ctx, c, mfa.EnrollmentID(r.PathValue("id")))
	return endpoint.Response{Status: http.StatusNoContent}, missing(api.CodeJoinUnknown, err)
}
