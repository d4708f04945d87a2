package loginid

import (
	"context"
	"net/http"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// maxBody bounds a request: the text of a transaction, of which 64 KiB are taken, grows threefold in any script
// when its characters are escaped, and nothing else comes near it.
const maxBody = 256 << 10

// Handler answers everything below [Areas] and the mounts. It must see paths as clients sent them.
func (d *Dialect) Handler(server *endpoint.Server) http.Handler {
	h := &endpoint.Handler{Server: server, Door: Name, Render: d.render, MaxBody: maxBody}
	newer := d.v2Handler(server)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isV2(r.URL.EscapedPath()) {
			newer.ServeHTTP(w, r)
			return
		}
		found := d.router.find(r.Method, r.URL.EscapedPath())
		h.Route(found.name, func(ctx context.Context, req *endpoint.Request) (endpoint.Response, error) {
			return d.serve(ctx, req, found)
		}).ServeHTTP(w, r)
	})
}

// call is one request on its way.
type call struct {
	request *endpoint.Request
	route   *route
	values  map[string]string // of the path's parameters
	origin  string            // whose pages may read the answer

	clientID string
	client   *mfa.Caller
	settings Settings
	token    *serviceToken // nil where none was looked at
	body     []byte
}

// source is where the request comes from, for limits.
func (c *call) source() string {
	if !c.request.Client.IsValid() {
		return ""
	}
	return c.request.Client.String()
}

// person is where the user is, as far as that is known: a backend that calls with its token speaks for users who are
// elsewhere, so its address is none of theirs.
func (c *call) person() string {
	if c.token != nil {
		return ""
	}
	return c.source()
}

func (d *Dialect) serve(ctx context.Context, r *endpoint.Request, found match) (endpoint.Response, error) {
	if r.Method == http.MethodOptions {
		return d.pages().Preflight(ctx, r)
	}
	c := &call{request: r, route: found.route, values: found.values, origin: d.pages().Reader(r)}
	resp, err := d.answer(ctx, c, found)
	if err != nil {
		o := opOther
		if found.route != nil {
			o = found.route.op
		}
		return endpoint.Response{}, &failed{refusalOf(o, err), c.origin}
	}
	endpoint.ShareWith(c.origin, &resp)
	return resp, nil
}

func (d *Dialect) answer(ctx context.Context, c *call, found match) (endpoint.Response, error) {
	switch {
	case found.allow != "":
		r := refuse(failMethod, "the address is called by "+found.allow)
		r.header = http.Header{"Allow": {found.allow}}
		return endpoint.Response{}, r
	case found.route == nil:
		return endpoint.Response{}, refuse(failMissing, "there is nothing at this address")
	}
	if id := c.request.Header.Get("Request-Id"); id != "" && len(id) <= maxRequestID {
		endpoint.Record(ctx).Set("client_request", id)
	}
	if encoding := c.request.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return endpoint.Response{}, refuse(failEncoding, "bodies are sent as they are, without compression")
	}
	var err error
	if c.body, err = c.request.Bytes(); err != nil {
		return endpoint.Response{}, err
	}
	if found.route.absent != nil {
		return d.leftOut(ctx, c)
	}
	return found.route.answer(d, ctx, c)
}

// maxRequestID bounds the id that a client gives a request, in the log: UUIDs have 36.
const maxRequestID = 64

// leftOut answers a call that this server does not have: to everybody alike, or for backends' calls to those that
// could make it.
func (d *Dialect) leftOut(ctx context.Context, c *call) (endpoint.Response, error) {
	if c.route.demand == always {
		var in base
		if err := c.decode(&in); err != nil {
			return endpoint.Response{}, err
		}
		if err := d.identify(ctx, c, in.ClientID); err != nil {
			return endpoint.Response{}, err
		}
	}
	return endpoint.Response{}, refuse(*c.route.absent, "this server does not have the call")
}

// request is what a call's body is read into.
type request interface {
	client() string
}

// base is what all bodies have in common.
type base struct {
	ClientID string `json:"client_id"`
}

func (b *base) client() string { return b.ClientID }

// taking makes a method of a function that wants the body read and the client found.
func taking[T any, P interface {
	*T
	request
}](answer func(*Dialect, context.Context, *call, P) (endpoint.Response, error)) method {
	return func(d *Dialect, ctx context.Context, c *call) (endpoint.Response, error) {
		in := P(new(T))
		if err := c.decode(in); err != nil {
			return endpoint.Response{}, err
		}
		if err := d.identify(ctx, c, in.client()); err != nil {
			return endpoint.Response{}, err
		}
		return answer(d, ctx, c, in)
	}
}
