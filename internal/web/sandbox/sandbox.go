// Package sandbox is the window into a server that sends nothing: the inbox
// where every message ends, and the clock that anybody may set. It exists only
// where the sandbox is switched on, and says so on every page.
//
//	GET  /sandbox                     the inbox
//	GET  /sandbox/messages?to=+1…     the same as JSON, newest first
//	GET  /sandbox/messages/{id}/html  a mail as its reader would see it
//	GET  /sandbox/clock               the server's time as JSON
//	POST /sandbox/clock               set it, move it, or bring it back
package sandbox

import (
	"context"
	"embed"
	"errors"
	"net/http"
	"time"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/web/site"
)

//go:embed assets pages
var files embed.FS

// Inbox is where the messages are; mfa.Service has it.
type Inbox interface {
	Inbox(ctx context.Context, to string, limit int) ([]mfa.InboxMessage, error)
}

// Clock is the server's clock in the sandbox.
type Clock interface {
	Now() time.Time
	Set(t time.Time)
	Advance(d time.Duration)
	Reset()
}

// Options are what the pages show and change.
type Options struct {
	Inbox Inbox
	Clock Clock
	// Demo and Authenticator say whether there is a sample bank at /demo and
	// an authenticator at /authenticator to link to.
	Demo, Authenticator bool
}

// Sandbox shows the inbox and the clock.
type Sandbox struct {
	options Options
	site    *site.Site
}

// New makes the pages.
func New(o Options) (*Sandbox, error) {
	if o.Inbox == nil || o.Clock == nil {
		return nil, errors.New("sandbox: it needs an inbox and a clock")
	}
	pages, err := site.New(site.Options{Door: "sandbox", Files: files, Sandbox: true, Funcs: funcs})
	if err != nil {
		return nil, err
	}
	return &Sandbox{options: o, site: pages}, nil
}

// Handler answers /sandbox and everything below.
func (s *Sandbox) Handler(server *endpoint.Server) http.Handler {
	return s.site.Handler(server, []site.Route{
		{Pattern: "GET /sandbox", Answer: s.inbox},
		{Pattern: "GET /sandbox/messages", Answer: s.messages},
		{Pattern: "GET /sandbox/messages/{id}/html", Answer: s.mail},
		{Pattern: "GET /sandbox/clock", Answer: s.showClock},
		{Pattern: "POST /sandbox/clock", Answer: s.changeClock},
	})
}
