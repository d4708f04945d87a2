// Package authsignal speaks the API of the Authsignal service, so that programs written against it keep working when
// their base address is changed: actions that are tracked, decided and validated, users and their authenticators, codes
// that are sent for an action, sessions, devices, and what browsers and phones call with the token of an action.
//
// Three APIs share one address and the errors: the server's, by a secret key; the client's, below /client, by a token or
// the tenant's name; and the management API, below /management, by a key of its own. Who calls is established before
// anything else is looked at, the path included, because programs tell a wrong key from a wrong address by it.
//
// The protocol's nouns are ours under other names: its tenant is our application, its userId a user's alias, its
// challenge a prompt, its session a grant. No rule lives here. docs/dialects/authsignal.md shows the table of routes to
// operators, with what differs on purpose; a test holds the two together.
package authsignal

import (
	"net/http"

	"github.com/twinseal/twinseal/internal/keyring"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/actions"
	"github.com/twinseal/twinseal/internal/mfa/configuration"
	"github.com/twinseal/twinseal/internal/mfa/grants"
	"github.com/twinseal/twinseal/internal/mfa/people"
	"github.com/twinseal/twinseal/internal/mfa/rulebook"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// Name is the dialect's name: in settings, in deliveries and in logs.
const Name = "authsignal"

// Config is what the dialect stands on.
type Config struct {
	Domain   *mfa.Service
	Actions  *actions.Service
	People   *people.Service
	StepUp   *stepup.Service
	Rulebook *rulebook.Service
	Grants   *grants.Service
	// HTTP asks applications before a proof counts. It must not follow redirects.
	HTTP Doer
}

// Doer sends a request.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Dialect is the Authsignal front door.
type Dialect struct {
	service       *mfa.Service
	configuration *configuration.Service
	actions       *actions.Service
	people        *people.Service
	stepup        *stepup.Service
	rulebook      *rulebook.Service
	grants        *grants.Service
	http          Doer
	ring          *keyring.Ring[*rsaKey]
	router        router
	sockets       sockets
}

// New returns the front door to the services.
func New(c Config) *Dialect {
	return &Dialect{
		service: c.Domain, configuration: configuration.New(c.Domain), actions: c.Actions, people: c.People, stepup: c.StepUp, rulebook: c.Rulebook, grants: c.Grants, http: c.HTTP, ring: keyring.New(rsaKeys(), c.Domain, c.Domain.Now), router: newRouter(routes()),
	}
}

// base is the address that clients are given.
func (d *Dialect) base() string { return d.service.Options().PublicURL + "/" + areaMain }
