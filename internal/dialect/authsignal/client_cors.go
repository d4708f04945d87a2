package authsignal

import (
	"context"
	"net/http"

	"github.com/twinseal/twinseal/internal/endpoint"
)

// preflight answers a browser that asks what its page may do with the client's API.
func (d *Dialect) preflight(_ context.Context, r *endpoint.Request) endpoint.Response {
	resp := endpoint.Response{Status: http.StatusNoContent}
	d.share(r, &resp)
	return resp
}

// share lets the page that asked read an answer of the client's API.
func (d *Dialect) share(r *endpoint.Request, resp *endpoint.Response) {
	origin := r.Header.Get("Origin")
	if len(origin) > endpoint.MaxOrigin || origin != "" && !d.service.OriginKnown(r.Context(), origin) {
		origin = ""
	}
	endpoint.ShareWith(origin, resp)
}
