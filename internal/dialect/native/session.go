package native

import (
	"context"
	"net/http"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

func (d *Dialect) sessions(ctx context.Context, _ *endpoint.Request, c *mfa.DeviceCaller, _ []byte) (endpoint.Response, error) {
	open, err := d.logins.For(ctx, c)
	if err != nil {
		return endpoint.Response{}, err
	}
	out := api.SessionList{Sessions: make([]api.Session, 0, len(open))}
	for _, s := range open {
		application := api.Named{ID: string(s.Application.ID), Name: s.Application.Name}
		out.Sessions = append(out.Sessions, api.Session{ID: string(s.ID), Application: application, StartedAt: stamp(s.StartedAt)})
	}
	return endpoint.JSON(0, out)
}

func (d *Dialect) endSession(ctx context.Context, r *endpoint.Request, c *mfa.DeviceCaller, _ []byte) (endpoint.Response, error) {
	err := d.logins.EndFor(ctx, c, mfa.SessionID(r.PathValue("id")))
	return endpoint.Response{Status: http.StatusNoContent}, missing(api.CodeSessionUnknown, err)
}
