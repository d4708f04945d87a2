package endpoint

import (
	"context"
	"net/http"
)

// Pages says which pages of other origins may call a front door and read its answers.
type Pages struct {
	// Known reports whether pages of the origin may.
	Known func(ctx context.Context, origin string) bool
	// Methods and Headers are what they may send besides what every page may. No credentials: cookies are neither
	// sent nor taken.
	Methods, Headers string
}

// MaxOrigin bounds an origin that is looked up: a scheme, the longest name there is and a port have 270.
const MaxOrigin = 300

// preflightAge is how long browsers remember what they were told, in seconds: the longest that all of them honour.
const preflightAge = "600"

// Share lets the page that asked read the answer, if it may, and tells caches that others may not.
func (p Pages) Share(r *Request, resp *Response) { ShareWith(p.Reader(r), resp) }

// ShareWith is [Pages.Share] for an origin that was looked up before; "" is nobody's.
func ShareWith(origin string, resp *Response) {
	resp.Header = resp.Header.Clone()
	if resp.Header == nil {
		resp.Header = http.Header{}
	}
	resp.Header.Add("Vary", "Origin")
	if origin != "" {
		resp.Header.Set("Access-Control-Allow-Origin", origin)
	}
}

// Reader is the origin that the request names, if its pages may read, else "".
func (p Pages) Reader(r *Request) string {
	origin := r.Header.Get("Origin")
	if origin == "" || len(origin) > MaxOrigin || !p.Known(r.Context(), origin) {
		return ""
	}
	return origin
}

// Preflight answers a browser that asks what its page may do.
func (p Pages) Preflight(_ context.Context, r *Request) (Response, error) {
	resp := Response{Status: http.StatusNoContent}
	p.Share(r, &resp)
	if resp.Header.Get("Access-Control-Allow-Origin") != "" {
		resp.Header.Set("Access-Control-Allow-Methods", p.Methods)
		resp.Header.Set("Access-Control-Allow-Headers", p.Headers)
		resp.Header.Set("Access-Control-Max-Age", preflightAge)
	}
	return resp, nil
}

// PreflightAnyone answers a browser that asks what pages of any origin may do at a door that lets [Handler.Anyone] in.
func PreflightAnyone(methods, headers string) Func {
	return func(context.Context, *Request) (Response, error) {
		return Response{Status: http.StatusNoContent, Header: http.Header{
			"Access-Control-Allow-Methods": {methods}, "Access-Control-Allow-Headers": {headers}, "Access-Control-Max-Age": {preflightAge},
		}}, nil
	}
}

// Shared is a function whose answers pages may read. Its errors are words of the front door, which shares them itself.
func (p Pages) Shared(next Func) Func {
	return func(ctx context.Context, r *Request) (Response, error) {
		resp, err := next(ctx, r)
		if err == nil {
			p.Share(r, &resp)
		}
		return resp, err
	}
}
