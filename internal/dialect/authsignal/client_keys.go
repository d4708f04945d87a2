package authsignal

import (
	"context"
	"net/http"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// publicKeys are those by which anybody verifies tokens that the server signed: of sessions, and of actions where the
// tenant wants it. All tenants share them; the path names one because clients were given it so.
func (d *Dialect) publicKeys(ctx context.Context, c *call) (endpoint.Response, error) {
	if _, err := d.tenantNamed(ctx, c.values[0]); mfa.IsCode(err, mfa.Unauthenticated) {
		return endpoint.Response{}, refuse(failMissing, "There is no such tenant.")
	} else if err != nil {
		return endpoint.Response{}, err
	}
	set, err := d.keySet(ctx)
	if err != nil {
		return endpoint.Response{}, err
	}
	resp, err := ok(set)
	resp.Header = http.Header{"Cache-Control": {"public, max-age=300"}} // a new key signs when it is known everywhere
	return resp, err
}

// noProfile answers the browser SDK's advanced profiling, which loads a script: one that does nothing, so that pages do
// not fail over it.
func (*Dialect) noProfile(context.Context, *call) (endpoint.Response, error) {
	return endpoint.Bytes(http.StatusOK, "text/javascript; charset=utf-8", nil), nil
}
