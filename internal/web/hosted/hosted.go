// Package hosted is the challenge as people see it: the pages to which an application sends somebody who has to prove
// that it is they. They choose a way, enrol one where there is none, prove, look after what they prove themselves with,
// and leave.
//
//	GET  /challenge?token=…                          what is to be done now
//	POST /challenge                                  a step: do says which
//	POST /challenge/state                            how far a proof is that is given elsewhere, for the page that waits
//	POST /challenge/key                              what a browser needs to make or use a passkey
//	GET  /challenge/link?link=…                      the page behind a link in a mail
//	POST /challenge/link                             its button
//	GET  /challenge/theme/{application}/{version}    an application's colours
//
// What is shown is decided by what is stored, each time anew, so reloading, going back and a second tab do no harm; a
// step ends with a redirect to the page that comes next. Pages carry the token in their address, as the protocol's
// clients expect, and tell no other site where they are. They work without script wherever the way of proving does.
// Only pages of origins that the application named may frame them, or are told the token.
package hosted

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
	"github.com/twinseal/twinseal/internal/web/site"
)

//go:embed assets pages
var files embed.FS

// Door is the first segment of the pages' paths.
const Door = "challenge"

const root = "/" + Door

// Tokens reads and makes the tokens that pages carry.
type Tokens interface {
	// Open gives what a token stands for and until when. With an error of [mfa.Expired] it does so too, for a page that
	// says so.
	Open(ctx context.Context, token string) (stepup.Pass, time.Time, error)
	Mint(ctx context.Context, p stepup.Pass) (string, error)
}

// Config is what the pages stand on.
type Config struct {
	Domain *mfa.Service
	StepUp *stepup.Service
	Tokens Tokens
	// Templates are the messages of an action's code by locale, as its configuration has them; nil where there is none.
	Templates func(ctx context.Context, c *mfa.Caller, code string) (json.RawMessage, error)
	Sandbox   bool // puts the warning on every page
}

// Hosted serves the pages.
type Hosted struct {
	Config
	site *site.Site
}

// New reads the pages.
func New(c Config) (*Hosted, error) {
	if c.Domain == nil || c.StepUp == nil || c.Tokens == nil {
		return nil, errors.New("hosted: it needs the domain, the rules of proofs and what reads tokens")
	}
	pages, err := site.New(site.Options{Door: Door, Files: files, Sandbox: c.Sandbox})
	if err != nil {
		return nil, err
	}
	return &Hosted{Config: c, site: pages}, nil
}

// Handler answers /challenge and everything below.
func (h *Hosted) Handler(server *endpoint.Server) http.Handler {
	return h.site.Handler(server, []site.Route{
		{Pattern: "GET " + root, Answer: h.show},
		{Pattern: "POST " + root, Answer: h.act},
		{Pattern: "POST " + root + "/state", Answer: h.state},
		{Pattern: "POST " + root + "/key", Answer: h.key},
		{Pattern: "GET " + stepup.LinkPath, Answer: h.landing},
		{Pattern: "POST " + stepup.LinkPath, Answer: h.confirmLink},
		{Pattern: "GET " + root + "/theme/{application}/{version}", Answer: h.theme},
	})
}
