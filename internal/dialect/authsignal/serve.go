package authsignal

import (
	"context"
	"net/http"
	"strings"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// maxBody bounds a request: a thousand passkeys, which one call brings, of some 600 bytes each.
const maxBody = 1 << 20

// Handler answers everything below [Areas]. It must see paths as clients sent them.
func (d *Dialect) Handler(server *endpoint.Server) http.Handler {
	h := &endpoint.Handler{Server: server, Door: Name, Render: d.render, MaxBody: maxBody}
	socket := d.socket(server)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.EscapedPath()
		if isSocket(path) {
			socket.ServeHTTP(w, r)
			return
		}
		found := d.router.find(r.Method, path)
		h.Route(found.name, func(ctx context.Context, req *endpoint.Request) (endpoint.Response, error) {
			return d.serve(ctx, req, &found)
		}).ServeHTTP(w, r)
	})
}

func isSocket(path string) bool {
	area, _, _ := strings.Cut(strings.TrimLeft(path, "/"), "/")
	return area == areaSocket || area == areaMoved
}

// call is one request on its way.
type call struct {
	request *endpoint.Request
	realm   realm
	route   *route
	values  [maxParams]string

	caller *mfa.Caller
	token  *opened // of the client's API; nil where there was none
	// cookies says that the page wants to be known by one, recalled the challenge that it brought.
	cookies  bool
	recalled string
	body     []byte
	unread   bool // the client announced more than was read
}

// source is where the request comes from, for limits.
func (c *call) source() string {
	if !c.request.Client.IsValid() {
		return ""
	}
	return c.request.Client.String()
}

// tell notes whose request it is, for the log.
func (c *call) tell(ctx context.Context) {
	endpoint.Record(ctx).Set("application", string(c.caller.Application.ID))
}

func (d *Dialect) serve(ctx context.Context, r *endpoint.Request, found *match) (endpoint.Response, error) {
	if r.Method == http.MethodOptions && found.realm == realmClient {
		return d.preflight(ctx, r), nil
	}
	c := &call{request: r, realm: found.realm, route: found.route, values: found.values, unread: r.ContentLength != 0}
	resp, err := d.answer(ctx, c)
	if err != nil {
		resp = refusalOf(err).response()
	}
	if c.unread {
		if resp.Header == nil {
			resp.Header = http.Header{}
		}
		resp.Header.Set("Connection", "close")
	}
	if c.realm == realmClient {
		d.share(c.caller, r, &resp)
	}
	if err != nil {
		return endpoint.Response{}, &refused{refusalOf(err), resp}
	}
	return resp, nil
}

// answer establishes who calls before it looks at anything else: programs tell a wrong key from a wrong address.
func (d *Dialect) answer(ctx context.Context, c *call) (endpoint.Response, error) {
	if err := d.authenticate(ctx, c); err != nil {
		return endpoint.Response{}, err
	}
	if c.route == nil {
		return endpoint.Response{}, refuse(failMissing, "There is nothing at this address.")
	}
	if encoding := c.request.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return endpoint.Response{}, refuse(failRequest, "Bodies are sent as they are, without compression.")
	}
	if err := c.read(); err != nil {
		return endpoint.Response{}, err
	}
	return c.route.answer(d, ctx, c)
}

// taking makes a method of a function that wants the body read into a request of its own.
func taking[T any](answer func(*Dialect, context.Context, *call, *T) (endpoint.Response, error)) method {
	return func(d *Dialect, ctx context.Context, c *call) (endpoint.Response, error) {
		in := new(T)
		if err := c.decode(in); err != nil {
			return endpoint.Response{}, err
		}
		return answer(d, ctx, c, in)
	}
}
