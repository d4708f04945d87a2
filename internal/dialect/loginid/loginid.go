// Package loginid speaks the API of the LoginID service, so that programs written against it keep working when
// their base address is changed: registration and sign-in with passkeys and passwords, credentials, codes that
// carry a sign-in to another device, users, and transactions that a passkey signs.
//
// The protocol has two generations in use. The table below is the whole of the older one ("Gen A"), of which the
// newer one ("Gen C", below /fido2/v2, in the files that begin with v2_) shares nothing but the nouns. What the
// service had and this server leaves out stands in the table too, with the answer that it gets.
// docs/dialects/loginid.md shows the same table to operators, with what differs on purpose; a test holds the two
// together.
//
// The protocol's nouns are ours under other names: its namespace is our directory, its client an application, its
// username an alias, its credential an authenticator, its code a handoff. No rule lives here.
package loginid

import (
	"context"
	"net/http"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/keyring"
	"github.com/twinseal/twinseal/internal/mfa"
)

// Name is the dialect's name: in settings and in logs.
const Name = "loginid"

// Config is what the dialect stands on.
type Config struct {
	Domain *mfa.Service
}

// Dialect is the LoginID front door.
type Dialect struct {
	service *mfa.Service
	ring    *keyring.Ring[*jwtKey]
	router  router
}

// New returns the front door to the services.
func New(c Config) *Dialect {
	return &Dialect{
		service: c.Domain,
		ring:    keyring.New(jwtKeys(), c.Domain, c.Domain.Now), router: newRouter(routes()),
	}
}

// demand says whether a call needs a service token.
type demand int

const (
	open    demand = iota // no token is looked at, whatever the client sends: some clients repeat that of another call
	private               // from applications that have a key; of all others none is looked at
	always
)

// method answers one call.
type method func(d *Dialect, ctx context.Context, c *call) (endpoint.Response, error)

// route is one line of the table.
type route struct {
	method string
	path   string
	demand demand
	scope  string // of the token
	op     op
	answer method
	absent *failure // of a call that is left out: what it gets; instead of answer
}

// name is the route in logs and metrics.
func (r *route) name() string { return r.method + " " + r.path }

// Scopes of service tokens.
const (
	scopeLogin     = "auth.login"
	scopeTemporary = "auth.temporary"
	scopeForceAdd  = "credentials.force_add"
	scopeSensitive = "credentials.retrieve_sensitive"
	scopeGenerate  = "codes.generate"
)

const pathOwnCode = "/codes/{type}/generate/fido2/init"

func routes() []route {
	const get, post = http.MethodGet, http.MethodPost
	return []route{
		{method: post, path: "/authenticate/authid/init", demand: private, scope: scopeLogin, absent: &failNotAllowed},
		{method: post, path: "/authenticate/authid/complete", absent: &failNotAllowed},

		{method: post, path: "/credentials/authid/init", demand: always, scope: scopeForceAdd, absent: &failNotAllowed},
		{method: post, path: "/credentials/authid/evaluate", demand: always, scope: scopeSensitive, absent: &failNotAllowed},
		{method: post, path: "/credentials/authid/complete", demand: always, scope: scopeForceAdd, absent: &failNotAllowed},

		{method: post, path: "/manage/users/{user}/email-verification/dispatch", demand: always, absent: &failNoMail},

		{method: get, path: "/certs", answer: (*Dialect).certs},

		{method: post, path: "/push_authentication/init", absent: &failDeprecated},
		{method: post, path: "/push_authentication/complete", absent: &failDeprecated},
		{method: post, path: "/add_authenticator/init", absent: &failDeprecated},
		{method: post, path: "/add_authenticator/complete", absent: &failDeprecated},
		{method: post, path: "/register/init", absent: &failDeprecated},
		{method: post, path: "/register/complete", absent: &failDeprecated},
		{method: post, path: "/authenticate/init", absent: &failDeprecated},
		{method: post, path: "/authenticate/complete", absent: &failDeprecated},
	}
}
