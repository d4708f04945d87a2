package loginid

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/keyring"
	"github.com/twinseal/twinseal/internal/mfa"
)

// The second generation of the protocol, "passkey API v2", has paths, tokens and errors of its own; what it shares
// with the first are users, passkeys and the key that signs tokens. Everything of it stands in files that begin with
// v2. This is its whole table; docs/dialects/loginid.md shows the same one, and a test holds the two together.

// v2Route is one line of the table.
type v2Route struct {
	method string
	path   string // below v2Base; a segment in braces stands for one of any text
	// scope, where there is one, must be in the token; key says that a management key opens the route too, or alone.
	scope  v2Scope
	key    bool
	op     v2Op
	answer func(d *Dialect, ctx context.Context, c *v2Call) (endpoint.Response, error)
}

// v2Area is the first segment of all paths of this generation, v2Base what all begin with.
const (
	v2Area = "fido2"
	v2Base = "/fido2/v2"
)

func v2Routes() []v2Route {
	const get, post, put, remove = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	return slices.Concat([]v2Route{
		{method: get, path: "/version", answer: (*Dialect).v2Version},
		{method: get, path: "/.well-known/jwks.json", answer: (*Dialect).v2Keys},
		{method: post, path: "/client-events/submit", answer: (*Dialect).v2SubmitEvent},

		{method: post, path: "/reg/init", op: v2OpRegister, answer: (*Dialect).v2BeginRegistration},
		{method: post, path: "/reg/complete", op: v2OpProve, answer: (*Dialect).v2FinishRegistration},
		{method: post, path: "/auth/init", answer: (*Dialect).v2BeginSignIn},
		{method: post, path: "/auth/complete", op: v2OpProve, answer: (*Dialect).v2FinishSignIn},
		{method: post, path: "/tx/init", answer: (*Dialect).v2BeginTransaction},
		{method: post, path: "/tx/complete", op: v2OpProve, answer: (*Dialect).v2FinishTransaction},

		{method: post, path: "/auth/otp", scope: v2AuthWrite, answer: (*Dialect).v2MakeCode},
		{method: post, path: "/auth/otp/email", answer: (*Dialect).v2MailCode},
		{method: post, path: "/auth/otp/sms", answer: (*Dialect).v2TextCode},
		{method: post, path: "/auth/otp/verify", op: v2OpProve, answer: (*Dialect).v2VerifyCode},

		{method: get, path: "/passkeys", scope: v2PasskeyRead, answer: (*Dialect).v2ListPasskeys},
		{method: put, path: "/passkeys/{id}", scope: v2PasskeyWrite, answer: (*Dialect).v2RenamePasskey},
		{method: remove, path: "/passkeys/{id}", scope: v2PasskeyWrite, answer: (*Dialect).v2RemovePasskey},
		{method: get, path: "/passkeys/aaguid/{aaguid}", scope: v2PasskeyRead, answer: (*Dialect).v2Maker},

		{method: post, path: "/mgmt/grant", key: true, answer: (*Dialect).v2Grant},
		{method: post, path: "/mgmt/grant/external-auth", key: true, answer: (*Dialect).v2GrantExternal},
		{method: post, path: "/mgmt/token/verify", key: true, answer: (*Dialect).v2VerifyToken},

		{method: post, path: "/profile/email/verify", answer: (*Dialect).v2VerifyEmail},
		{method: post, path: "/profile/phone/verify", answer: (*Dialect).v2VerifyPhone},
		{method: remove, path: "/profile/{id}", key: true, scope: v2ProfileWrite, answer: (*Dialect).v2RemoveProfile},
		{method: post, path: "/profile/{id}/email", key: true, scope: v2ProfileWrite, answer: (*Dialect).v2SetEmail},
		{method: remove, path: "/profile/{id}/email", key: true, scope: v2ProfileWrite, answer: (*Dialect).v2RemoveEmail},
		{method: post, path: "/profile/{id}/phone", key: true, scope: v2ProfileWrite, answer: (*Dialect).v2SetPhone},
		{method: remove, path: "/profile/{id}/phone", key: true, scope: v2ProfileWrite, answer: (*Dialect).v2RemovePhone},
	}, v2NotOffered())
}

// v2NotOffered are optional parts of the protocol that this server has not. They say so, instead of being unknown.
func v2NotOffered() []v2Route {
	var out []v2Route
	for _, at := range []struct {
		method string
		paths  []string
	}{
		{http.MethodPost, []string{
			"/mfa/begin", "/mfa/discover", "/mfa/payload", "/mfa/passkey/reg", "/mfa/passkey/auth", "/mfa/passkey/tx",
			"/mfa/otp/request", "/mfa/otp/verify", "/mfa/third-party/verify", "/scim/Users", "/scim/Groups",
		}},
		{http.MethodGet, []string{"/scim/Users", "/scim/Users/{id}", "/scim/Groups", "/scim/Groups/{id}"}},
		{http.MethodPut, []string{"/scim/Users/{id}", "/scim/Groups/{id}"}},
		{http.MethodPatch, []string{"/scim/Users/{id}", "/scim/Groups/{id}"}},
		{http.MethodDelete, []string{"/scim/Users/{id}", "/scim/Groups/{id}"}},
	} {
		for _, path := range at.paths {
			out = append(out, v2Route{method: at.method, path: path, answer: (*Dialect).v2NotHere})
		}
	}
	return out
}

func (d *Dialect) v2NotHere(context.Context, *v2Call) (endpoint.Response, error) {
	return endpoint.Response{}, v2Refuse(http.StatusNotFound, v2NotFound, "this server does not offer this part of the protocol")
}

// v2Table finds routes as the older generation's router does, slashes and all.
type v2Table struct {
	router router
	routes map[*route]*v2Route
}

func newV2Table(list []v2Route) v2Table {
	plain := make([]route, len(list))
	t := v2Table{routes: make(map[*route]*v2Route, len(list))}
	for i := range list {
		plain[i] = route{method: list[i].method, path: v2Base + list[i].path}
		t.routes[&plain[i]] = &list[i]
	}
	t.router = newRouter(plain)
	return t
}

// v2Call is one request.
type v2Call struct {
	call

	v2Route *v2Route
	access  *v2Claims      // what the token says; nil where the route needs none, or a key opened it
	holder  mfa.UserStatus // the user whom the token is about
}

// param is the parameter of the path.
func (c *v2Call) param() string {
	for _, value := range c.values {
		return value
	}
	return ""
}

// isV2 reports whether a path, as it came, is one of this generation.
func isV2(escaped string) bool {
	return strings.HasPrefix(strings.TrimLeft(escaped, "/"), v2Area+"/")
}

// v2Handler answers everything below v2Area.
func (d *Dialect) v2Handler(server *endpoint.Server) http.Handler {
	h := &endpoint.Handler{Server: server, Door: Name, Render: d.v2Render, MaxBody: maxBody}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions {
			h.Route("OPTIONS "+v2Base, d.pages().Preflight).ServeHTTP(w, r)
			return
		}
		found := d.v2.table.router.find(r.Method, r.URL.EscapedPath())
		h.Route(found.name, func(ctx context.Context, req *endpoint.Request) (endpoint.Response, error) {
			return d.v2Serve(ctx, req, found)
		}).ServeHTTP(w, r)
	})
}

func (d *Dialect) v2Serve(ctx context.Context, r *endpoint.Request, found match) (endpoint.Response, error) {
	c := &v2Call{call: call{request: r, route: found.route, values: found.values, origin: d.pages().Reader(r)}, v2Route: d.v2.table.routes[found.route]}
	resp, err := d.v2Answer(ctx, c, found)
	if err != nil {
		var o v2Op
		if c.v2Route != nil {
			o = c.v2Route.op
		}
		// The wrapper is given the refusal with its cause, for the log, and has it rendered for the caller.
		return endpoint.Response{}, &v2Failed{v2RefusalOf(o, err), c.origin}
	}
	endpoint.ShareWith(c.origin, &resp)
	return resp, nil
}

func (d *Dialect) v2Answer(ctx context.Context, c *v2Call, found match) (endpoint.Response, error) {
	switch {
	case found.allow != "":
		r := v2Refuse(http.StatusMethodNotAllowed, v2BadRequest, "the address is called by "+found.allow)
		r.header = http.Header{"Allow": {found.allow}}
		return endpoint.Response{}, r
	case c.v2Route == nil:
		return endpoint.Response{}, v2Refuse(http.StatusNotFound, v2NotFound, "there is nothing at this address")
	}
	if err := d.v2Authorize(ctx, c); err != nil {
		return endpoint.Response{}, err
	}
	var err error
	if c.body, err = c.request.Bytes(); err != nil {
		return endpoint.Response{}, err
	}
	return c.v2Route.answer(d, ctx, c)
}

// v2Failed is a refusal on its way through the wrapper, with the origin that may read it.
type v2Failed struct {
	*v2Refusal

	origin string
}

// Unwrap gives the refusal.
func (f *v2Failed) Unwrap() error { return f.v2Refusal }

func (d *Dialect) v2Render(r *endpoint.Request, err error) endpoint.Response {
	f, ok := errors.AsType[*v2Failed](err)
	if !ok {
		f = &v2Failed{v2RefusalOf(v2OpOther, err), d.pages().Reader(r)}
	}
	resp := f.response()
	endpoint.ShareWith(f.origin, &resp)
	return resp
}

// v2Half is what this generation has for itself.
type v2Half struct {
	table  v2Table
	sealer *v2Sealer
}

func newV2Half(secrets keyring.Secrets) v2Half {
	return v2Half{newV2Table(v2Routes()), &v2Sealer{secrets: secrets}}
}
