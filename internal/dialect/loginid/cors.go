package loginid

import (
	"context"
	"net/http"

	"github.com/twinseal/twinseal/internal/endpoint"
)

// What a page of a known origin may send. No cookies are used, so credentials are not allowed.
const (
	corsMethods = "GET, POST, PUT, DELETE"
	corsHeaders = "authorization, content-type, accept, x-client-id, x-api-key, request-id, user-agent"
	corsAge     = "600" // seconds: the longest that every browser honours
)

// readableBy is the origin whose pages may read the answer to a request: the one that it names, if it is one of any
// application here, else "".
func (d *Dialect) readableBy(ctx context.Context, r *endpoint.Request) string {
	origin := r.Header.Get("Origin")
	if origin == "" || len(origin) > maxOrigin || !d.service.OriginKnown(ctx, origin) {
		return ""
	}
	return origin
}

// maxOrigin bounds an origin that is looked up: a scheme, the longest name there is and a port have 270.
const maxOrigin = 300

// shareWith lets pages of an origin read an answer, and caches know that others may not.
func shareWith(resp *endpoint.Response, origin string) {
	if resp.Header == nil {
		resp.Header = http.Header{}
	}
	resp.Header.Add("Vary", "Origin")
	if origin != "" {
		resp.Header.Set("Access-Control-Allow-Origin", origin)
	}
}

// preflight tells a browser what its page may do.
func (d *Dialect) preflight(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
	resp := endpoint.Response{Status: http.StatusNoContent}
	origin := d.readableBy(ctx, r)
	shareWith(&resp, origin)
	if origin != "" {
		resp.Header.Set("Access-Control-Allow-Methods", corsMethods)
		resp.Header.Set("Access-Control-Allow-Headers", corsHeaders)
		resp.Header.Set("Access-Control-Max-Age", corsAge)
	}
	return resp, nil
}
