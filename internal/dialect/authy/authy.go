// Package authy speaks the Authy API, so that programs written against it keep working when their base URL
// and key are changed: users, tokens, sent codes, approval requests (OneTouch) with signed callbacks, phone
// verification, applications, webhooks and reporting, in JSON and in XML.
//
// The table below is the whole of it, in the order of the protocol. A call that the service had and this
// server leaves out stands in the table too, with the answer that it gets. docs/dialects/authy.md shows the
// same table to operators, with what differs on purpose; a test holds the two together.
//
// A request is routed by its escaped path, taken apart, authenticated, handed to one method of the domain
// and answered. No rule lives here.
package authy

import (
	"context"
	"net/http"
	"strings"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/seeds"
	"github.com/twinseal/twinseal/internal/mfa/statistics"
	"github.com/twinseal/twinseal/internal/mfa/verifications"
	"github.com/twinseal/twinseal/internal/mfa/webhooks"
)

// Options are what the dialect needs besides the domain.
type Options struct {
	// BaseURLs are further addresses under which clients reach the server, beside its public one. Signed
	// requests are checked against each.
	BaseURLs []string
}

// Dialect is the Authy front door. It reads registration tokens too ([mfa.InviteReader]).
type Dialect struct {
	service       *mfa.Service
	verifications *verifications.Service
	seeds         *seeds.Service
	statistics    *statistics.Service
	webhooks      *webhooks.Service
	bases         []string
	router        router
}

// New returns the front door to a service. The service must be told of it: see [mfa.Service.Use].
func New(service *mfa.Service, options Options) *Dialect {
	bases := []string{service.Options().PublicURL}
	for _, base := range options.BaseURLs {
		bases = append(bases, strings.TrimRight(base, "/"))
	}
	return &Dialect{
		service: service, verifications: verifications.New(service), seeds: seeds.New(service), statistics: statistics.New(service),
		webhooks: webhooks.New(service), bases: bases, router: newRouter(routes()),
	}
}

// proof is how a call shows who makes it.
type proof int

const (
	proofKey       proof = iota // the API key, from header, query or body
	proofPath                   // the API key, in the path
	proofSignature              // three secrets, one of which signs
	proofNone                   // nothing: the path itself is the secret, or the answer is the same for all
)

// method answers one call: a value to encode, an endpoint.Response as it is, or an error.
type method func(d *Dialect, ctx context.Context, c *call) (any, error)

// route is one line of the table. One without an answer is known and left out.
type route struct {
	method string // "ANY" for all
	path   string
	op     op
	proof  proof
	answer method
}

const anyMethod = "ANY"

func routes() []route {
	const get, post, remove = http.MethodGet, http.MethodPost, http.MethodDelete
	return []route{
		{method: post, path: "/protected/{format}/users/new", answer: (*Dialect).newUser},
		{method: get, path: "/protected/{format}/users/{id}/status", answer: (*Dialect).userStatus},
		{method: post, path: "/protected/{format}/users/{id}/delete", answer: (*Dialect).deleteUser},
		{method: post, path: "/protected/{format}/users/delete/{id}", answer: (*Dialect).deleteUser},
		{method: post, path: "/protected/{format}/users/{id}/remove", answer: (*Dialect).deleteUser},
		{method: post, path: "/protected/{format}/users/{id}/update", answer: (*Dialect).updateUser},
		{method: post, path: "/protected/{format}/users/{id}/secret", op: opSecret, answer: (*Dialect).userSecret},
		{method: post, path: "/protected/{format}/users/{id}/register_activity", op: opActivity, answer: (*Dialect).registerActivity},
		{method: get, path: "/protected/{format}/verify/{token}/{id}", op: opVerify, answer: (*Dialect).verify},
		{method: get, path: "/protected/{format}/sms/{id}", op: opSMS, answer: (*Dialect).sendSMS},
		{method: get, path: "/protected/{format}/call/{id}", op: opCall, answer: (*Dialect).startCall},
		{method: post, path: "/protected/{format}/email/{id}", op: opEmail, answer: (*Dialect).sendEmail},
		{method: get, path: "/protected/{format}/registrations/status", op: opRegistration, answer: (*Dialect).registrationStatus},
		{method: get, path: "/protected/{format}/app/details", answer: (*Dialect).appDetails},
		{method: get, path: "/protected/{format}/app/stats", answer: (*Dialect).appStats},
		{method: post, path: "/protected/{format}/phones/verification/start", op: opPhoneStart, answer: (*Dialect).startPhone},
		{method: get, path: "/protected/{format}/phones/verification/check", op: opPhone, answer: (*Dialect).checkPhone},
		{method: get, path: "/protected/{format}/phones/verification/status", op: opPhone, answer: (*Dialect).phoneStatus},
		{method: get, path: "/protected/{format}/phones/info", op: opPhone, answer: (*Dialect).phoneInfo},
		{method: post, path: "/2010-04-01/Accounts/{key}/SMS/Messages/{sms}/Feedback.json", op: opFeedback, proof: proofPath, answer: (*Dialect).feedback},
		{method: post, path: "/onetouch/{format}/users/{id}/approval_requests", op: opAsk, answer: (*Dialect).askApproval},
		{method: get, path: "/onetouch/{format}/approval_requests/{uuid}", answer: (*Dialect).approvalStatus},
		{method: post, path: "/protected/{format}/sdk/registrations", answer: (*Dialect).sdkRegistration},
		{method: remove, path: "/protected/{format}/sdk/devices/{device}"},
		{method: get, path: "/protected/{format}/reporting/events", op: opReporting, answer: (*Dialect).reportEvents},
		{method: get, path: "/protected/{format}/reporting/date_histogram", op: opReporting, answer: (*Dialect).reportHistogram},
		{method: anyMethod, path: "/protected/{format}/reporting/terms"},
		{method: post, path: "/dashboard/{format}/application/webhooks", op: opHooksCreate, proof: proofSignature, answer: (*Dialect).createWebhook},
		{method: get, path: "/dashboard/{format}/application/webhooks", proof: proofSignature, answer: (*Dialect).listWebhooks},
		{method: remove, path: "/dashboard/{format}/application/webhooks", op: opHooksDelete, proof: proofSignature, answer: (*Dialect).deleteWebhook},
		{method: remove, path: "/dashboard/{format}/application/webhooks/{webhook}", op: opHooksDelete, proof: proofSignature, answer: (*Dialect).deleteWebhook},
		{method: anyMethod, path: "/dashboard/{format}/application/details"},
		{method: anyMethod, path: "/dashboard/{format}/application/update"},
		{method: anyMethod, path: "/dashboard/{format}/application/assets"},
		{method: anyMethod, path: "/dashboard/{format}/application/assets/update"},
		{method: anyMethod, path: "/dashboard/{format}/application/ui_settings"},
		{method: anyMethod, path: "/dashboard/{format}/application/ui_settings/update"},
		{method: anyMethod, path: "/dashboard/{format}/application/users"},
		{method: anyMethod, path: "/dashboard/{format}/applications"},
		{method: get, path: "/qr/{picture}", op: opPicture, proof: proofNone, answer: (*Dialect).picture},
	}
}

// name is the route in logs and metrics.
func (r *route) name() string { return r.method + " " + r.path }

// absent reports whether the call is known and left out.
func (r *route) absent() bool { return r.answer == nil }

// maxBody bounds a request: fifty details and fifty hidden ones of two hundred characters on each side fit,
// even percent-encoded in a script of three bytes a character.
const maxBody = 512 << 10

// Handler answers everything below [Areas], and anything else with the protocol's 404. It must see paths as
// clients sent them: http.ServeMux redirects a path with two slashes, which turns a POST into a GET in most
// clients.
func (d *Dialect) Handler(server *endpoint.Server) http.Handler {
	h := &endpoint.Handler{Server: server, Door: Name, Render: renderError, MaxBody: maxBody}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		found := d.router.find(r.Method, r.URL.EscapedPath())
		h.Route(found.name, func(ctx context.Context, req *endpoint.Request) (endpoint.Response, error) {
			return d.serve(ctx, req, found)
		}).ServeHTTP(w, r)
	})
}

// renderError words what did not pass through a route: a panic, or a failure of the wrapper itself.
func renderError(r *endpoint.Request, err error) endpoint.Response {
	return refusalOf(opOther, err).response(r, formatOf(r.URL.EscapedPath()))
}

// call is one request of a route.
type call struct {
	request *endpoint.Request
	params  *params
	op      op
	path    map[string]string // escaped, not looked at yet
	caller  *mfa.Caller
	source  string // the end user's address, "" when the application does not tell
}

func (d *Dialect) serve(ctx context.Context, r *endpoint.Request, found match) (endpoint.Response, error) {
	c := &call{request: r, path: found.values}
	answer, err := d.answer(ctx, c, found)
	if err == nil {
		if ready, ok := answer.(endpoint.Response); ok {
			return ready, nil
		}
		return encode(found.format, http.StatusOK, "hash", answer)
	}
	// The wrapper is given the refusal with its cause, for the log, and renders it by the path's format.
	return endpoint.Response{}, refusalOf(c.op, err)
}

func (d *Dialect) answer(ctx context.Context, c *call, found match) (any, error) {
	switch {
	case found.route == nil && found.allow != "":
		return nil, &refusal{failure: failMethod, allow: found.allow}
	case found.route == nil:
		return nil, refuse(failUnknownPath)
	case found.route.absent():
		return nil, refuse(failAbsent)
	}
	c.op = found.route.op
	c.params = readParams(c.request)
	if err := d.authenticate(ctx, c, found.route.proof); err != nil {
		return nil, err
	}
	if c.params.err != nil {
		return nil, c.params.err
	}
	c.source = c.params.source()
	return found.route.answer(d, ctx, c)
}

// user names the user of the path. Whatever is not a number of the protocol is nobody's.
func (c *call) user() (mfa.UserRef, error) {
	number := numberOf(c.path["id"])
	if number == 0 {
		return mfa.UserRef{}, mfa.Missing("user")
	}
	endpoint.Record(c.request.Context()).Set("user_number", c.path["id"])
	return mfa.UserRef{Number: number}, nil
}

// numberOf reads a number from 1 to 2147483647; 0 is none.
func numberOf(text string) int64 {
	const longest = 10 // digits of the largest
	if !digits(text) || len(text) > longest {
		return 0
	}
	n := int64(0)
	for _, digit := range []byte(text) {
		n = n*10 + int64(digit-'0')
	}
	if n > mfa.MaxUserNumber {
		return 0
	}
	return n
}
