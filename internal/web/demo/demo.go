// Package demo is a sample bank: the application of a customer in miniature.
// It registers a person, and asks for an approval on their phone before it
// moves money.
//
// It knows nothing of the server it lives in. What it does, it does through
// the Authy client, so its code is what a customer would write.
//
//	GET  /demo                      register
//	POST /demo/register
//	GET  /demo/transaction          transfer money
//	POST /demo/processtransaction   ask for the approval
//	GET  /demo/waiting              until it is answered
//	GET  /demo/displaytransaction   the answer
//	GET  /demo/status               how far it is, for the waiting page
//	GET  /demo/device               whether a phone is linked, for the transfer page
package demo

import (
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"net/http"
	"time"

	"github.com/twinseal/twinseal/client/authy"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/web/site"
)

//go:embed assets pages
var files embed.FS

// DefaultName is what the bank is called when nothing else is said. It should
// be the name of its application, because phones show that.
const DefaultName = "Linden Bank"

// DefaultExpiry is how long a transfer waits for its approval.
const DefaultExpiry = 10 * time.Minute

// Options are what the bank is given.
type Options struct {
	// Client speaks for the bank's application.
	Client *authy.Client
	// Name is shown on the pages; DefaultName when empty.
	Name string
	// Expiry of a transfer; DefaultExpiry when zero.
	Expiry time.Duration
	// Sandbox says that messages can be read at /sandbox, and lets the form
	// shorten the expiry of a transfer by its field expires_in, in seconds.
	Sandbox bool
	// Secure keeps the cookie to https.
	Secure bool
	// Now is the bank's own clock; time.Now when nil.
	Now func() time.Time
}

// Demo is the sample bank. Its state is in memory and ends with it.
type Demo struct {
	options  Options
	site     *site.Site
	sessions *sessions
}

// New opens the bank.
func New(o Options) (*Demo, error) {
	if o.Client == nil {
		return nil, errors.New("demo: it needs a client")
	}
	if o.Name == "" {
		o.Name = DefaultName
	}
	if o.Expiry <= 0 {
		o.Expiry = DefaultExpiry
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	pages, err := site.New(site.Options{Door: "demo", Files: files, Sandbox: o.Sandbox, Funcs: funcs(o.Name, o.Sandbox)})
	if err != nil {
		return nil, err
	}
	return &Demo{options: o, site: pages, sessions: newSessions(o.Now, rand.Reader)}, nil
}

// Handler answers /demo and everything below.
func (d *Demo) Handler(server *endpoint.Server) http.Handler {
	return d.site.Handler(server, []site.Route{
		{Pattern: "GET /demo", Answer: d.welcome},
		{Pattern: "POST /demo/register", Answer: d.register},
		{Pattern: "GET /demo/transaction", Answer: d.known(d.transaction)},
		{Pattern: "POST /demo/processtransaction", Answer: d.known(d.process)},
		{Pattern: "GET /demo/waiting", Answer: d.known(d.waiting)},
		{Pattern: "GET /demo/displaytransaction", Answer: d.known(d.display)},
		{Pattern: "GET /demo/status", Answer: d.status},
		{Pattern: "GET /demo/device", Answer: d.device},
	})
}

// knownFunc answers somebody who has registered in this browser.
type knownFunc func(ctx context.Context, r *endpoint.Request, s session) (endpoint.Response, error)

// known sends everybody else to register first.
func (d *Demo) known(next knownFunc) endpoint.Func {
	return func(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
		s, ok := d.session(r)
		if !ok {
			return endpoint.Redirect("/demo?first=1"), nil
		}
		return next(ctx, r, s)
	}
}

// callTime bounds what one page waits for the server of the second factor.
const callTime = 10 * time.Second
