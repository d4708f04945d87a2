// Package launchkey speaks the API of the LaunchKey (TruValidate MFA) service, so that programs written against
// it keep working when their base address is changed: organizations, directories and services with their RSA
// keys, devices, sessions, TOTP, authorization requests with policies, and webhooks.
//
// The table below is the whole of it. Every call of the signed part goes the same way: the token of the request
// is verified, its subject looked up below its issuer, the body opened; then the call is one method of the
// domain; then the answer is sealed to the issuer and signed. docs/dialects/launchkey.md shows the same table to
// operators, with what differs on purpose; a test holds the two together.
//
// The protocol's nouns are ours under other names: its service is our application, its authorization request a
// challenge. No rule lives here.
package launchkey

import (
	"context"
	"net/http"
	"slices"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/keyring"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/configuration"
	"github.com/twinseal/twinseal/internal/mfa/devices"
	"github.com/twinseal/twinseal/internal/mfa/seeds"
	"github.com/twinseal/twinseal/internal/mfa/sessions"
)

// Name is the dialect's name: in settings, in challenges and in deliveries.
const Name = "launchkey"

// platform is how the server itself is called in tokens.
const platform = "lka"

// Dialect is the LaunchKey front door.
type Dialect struct {
	service       *mfa.Service
	configuration *configuration.Service
	devices       *devices.Service
	sessions      *sessions.Service
	seeds         *seeds.Service
	ring          *keyring.Ring[*apiKey]
	recipients    recipients
	gate          *gate
	router        router
}

// New returns the front door to a service. The service must be told of it: see [mfa.Service.Use].
func New(service *mfa.Service) *Dialect {
	return &Dialect{
		service: service, configuration: configuration.New(service), devices: devices.New(service), sessions: sessions.New(service), seeds: seeds.New(service), ring: keyring.New(apiKeys(), service, service.Now), gate: newGate(),
		router: newRouter(routes()),
	}
}

// method answers one signed call.
type method func(d *Dialect, ctx context.Context, c *call) (answer, error)

// openMethod answers one call that nobody signed.
type openMethod func(d *Dialect, ctx context.Context, value string) (endpoint.Response, error)

// route is one line of the table. The subject is the kind of entity that the call acts on.
type route struct {
	method  string
	path    string // at most one parameter, as its last segment
	subject mfa.OwnerKind
	op      op
	answer  method
	open    openMethod // instead of answer, for the public part
}

// name is the route in logs and metrics.
func (r *route) name() string { return r.method + " " + r.path }

func routes() []route {
	const get, post, patch, remove = http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete
	const org, dir, svc = mfa.OwnerOrganization, mfa.OwnerDirectory, mfa.OwnerApplication
	return slices.Concat([]route{
		{method: get, path: "/public/v3/ping", open: (*Dialect).ping},
		{method: get, path: "/public/v3/public-key", open: (*Dialect).publicKey},
		{method: get, path: "/public/v3/public-key/{kid}", open: (*Dialect).publicKey},
		{method: get, path: pictures + "{code}", open: (*Dialect).picture},

		{method: post, path: "/organization/v3/directories", subject: org, op: opDirectory, answer: (*Dialect).createDirectory},
		{method: get, path: "/organization/v3/directories", subject: org, answer: (*Dialect).allDirectories},
		{method: post, path: "/organization/v3/directories/list", subject: org, op: opKnown, answer: (*Dialect).listDirectories},
		{method: patch, path: "/organization/v3/directories", subject: org, op: opKnown, answer: (*Dialect).updateDirectory},
		{method: post, path: "/organization/v3/directory/keys", subject: org, op: opKey, answer: (*Dialect).addDirectoryKey},
		{method: post, path: "/organization/v3/directory/keys/list", subject: org, op: opKnown, answer: (*Dialect).listDirectoryKeys},
		{method: patch, path: "/organization/v3/directory/keys", subject: org, op: opKey, answer: (*Dialect).updateDirectoryKey},
		{method: remove, path: "/organization/v3/directory/keys", subject: org, op: opKey, answer: (*Dialect).removeDirectoryKey},
		{method: post, path: "/organization/v3/directory/sdk-keys", subject: org, op: opKnown, answer: (*Dialect).addSDKKey},
		{method: post, path: "/organization/v3/directory/sdk-keys/list", subject: org, op: opKnown, answer: (*Dialect).listSDKKeys},
		{method: remove, path: "/organization/v3/directory/sdk-keys", subject: org, op: opKnown, answer: (*Dialect).removeSDKKey},
	}, services("/organization/v3", org), services("/directory/v3", dir), []route{
		{method: post, path: "/directory/v3/devices", subject: dir, op: opLink, answer: (*Dialect).linkDevice},
		{method: post, path: "/directory/v3/devices/list", subject: dir, answer: (*Dialect).listDevices},
		{method: remove, path: "/directory/v3/devices", subject: dir, answer: (*Dialect).unlinkDevice},
		{method: post, path: "/directory/v3/sessions/list", subject: dir, answer: (*Dialect).listSessions},
		{method: remove, path: "/directory/v3/sessions", subject: dir, answer: (*Dialect).endSessions},
		{method: post, path: "/directory/v3/totp", subject: dir, op: opLink, answer: (*Dialect).generateTOTP},
		{method: remove, path: "/directory/v3/totp", subject: dir, answer: (*Dialect).removeTOTP},
		{method: post, path: "/service/v3/auths", subject: svc, op: opAsk, answer: (*Dialect).ask},
		{method: get, path: "/service/v3/auths/{id}", subject: svc, op: opAsk, answer: (*Dialect).poll},
		{method: remove, path: "/service/v3/auths/{id}", subject: svc, op: opCancel, answer: (*Dialect).cancel},
		{method: post, path: "/service/v3/sessions", subject: svc, answer: (*Dialect).startSession},
		{method: remove, path: "/service/v3/sessions", subject: svc, answer: (*Dialect).endSession},
		{method: post, path: "/service/v3/totp", subject: svc, answer: (*Dialect).verifyTOTP},
	})
}

// services are the calls that manage services, which an organization and a directory have alike.
func services(base string, owner mfa.OwnerKind) []route {
	const get, post, put, patch, remove = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete
	return []route{
		{method: post, path: base + "/services", subject: owner, op: opService, answer: (*Dialect).createService},
		{method: get, path: base + "/services", subject: owner, answer: (*Dialect).allServices},
		{method: post, path: base + "/services/list", subject: owner, op: opKnown, answer: (*Dialect).listServices},
		{method: patch, path: base + "/services", subject: owner, op: opService, answer: (*Dialect).updateService},
		{method: post, path: base + "/service/keys", subject: owner, op: opKey, answer: (*Dialect).addServiceKey},
		{method: post, path: base + "/service/keys/list", subject: owner, op: opKnown, answer: (*Dialect).listServiceKeys},
		{method: patch, path: base + "/service/keys", subject: owner, op: opKey, answer: (*Dialect).updateServiceKey},
		{method: remove, path: base + "/service/keys", subject: owner, op: opKey, answer: (*Dialect).removeServiceKey},
		{method: put, path: base + "/service/policy", subject: owner, op: opPolicy, answer: (*Dialect).setPolicy},
		{method: post, path: base + "/service/policy/item", subject: owner, op: opPolicy, answer: (*Dialect).showPolicy},
		{method: remove, path: base + "/service/policy", subject: owner, op: opPolicy, answer: (*Dialect).removePolicy},
	}
}

// maxBody bounds a request: a directory's push certificate, or a policy with many places, takes a tenth of it.
const maxBody = 128 << 10

// Handler answers everything below [Areas]. It must see paths as clients sent them.
func (d *Dialect) Handler(server *endpoint.Server) http.Handler {
	h := &endpoint.Handler{Server: server, Door: Name, Render: d.render, MaxBody: maxBody}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		found := d.router.find(r.Method, r.URL.EscapedPath())
		h.Route(found.name, func(ctx context.Context, req *endpoint.Request) (endpoint.Response, error) {
			return d.serve(ctx, req, found)
		}).ServeHTTP(w, r)
	})
}

// Areas are the first segments of all paths that belong to this dialect.
func Areas() []string { return []string{"public", "organization", "directory", "service"} }

// call is one signed request.
type call struct {
	request *endpoint.Request
	op      op
	value   string // of the path's parameter

	claims  claims
	issuer  mfa.Owner
	subject mfa.Owner
	signer  mfa.PublicKey
	to      *recipient  // who the answer is sealed to; nil before the caller is known
	caller  *mfa.Caller // the subject: an organization, a directory or an application, with those above it
	body    []byte      // opened; nil for none
}

func (d *Dialect) serve(ctx context.Context, r *endpoint.Request, found match) (endpoint.Response, error) {
	if found.route != nil && found.route.open != nil {
		return found.route.open(d, ctx, found.value)
	}
	c := &call{request: r, value: found.value}
	a, err := d.answer(ctx, c, found.route)
	if err == nil {
		var resp endpoint.Response
		if resp, err = d.respond(ctx, c, a); err == nil {
			return resp, nil
		}
	}
	// The wrapper is given the refusal with its cause, for the log, and has it rendered for the caller.
	return endpoint.Response{}, &failed{refusalOf(c.op, err), c}
}

func (d *Dialect) answer(ctx context.Context, c *call, found *route) (answer, error) {
	if err := d.authenticate(ctx, c); err != nil {
		return answer{}, err
	}
	if found == nil {
		return answer{}, refuse(failRoute)
	}
	c.op = found.op
	if c.subject.Kind != found.subject {
		return answer{}, refuse(failForbidden)
	}
	if err := d.open(ctx, c); err != nil {
		return answer{}, err
	}
	return found.answer(d, ctx, c)
}
