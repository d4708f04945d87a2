// Package authenticator serves a web page that is an authenticator: it makes a
// key that cannot leave the browser, links it to an account, shows what
// applications ask and signs the answer.
//
// The server side is files and nothing else. Everything the page does, it does
// over the public device protocol, which docs/authenticator-protocol.md
// describes; it has no privileged path. What is wire in it comes from package
// protocol.
package authenticator

import (
	"context"
	"embed"
	"net/http"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/web/protocol"
	"github.com/twinseal/twinseal/internal/web/site"
)

//go:embed assets pages
var files embed.FS

// Options say where the page is shown.
type Options struct {
	// Sandbox puts the warning on the page and says where codes arrive.
	Sandbox bool
}

// Authenticator serves the page.
type Authenticator struct{ site *site.Site }

// New reads the page and its modules.
func New(o Options) (*Authenticator, error) {
	modules, err := protocol.Modules()
	if err != nil {
		return nil, err
	}
	pages, err := site.New(site.Options{Door: "authenticator", Files: files, Borrowed: modules, Sandbox: o.Sandbox})
	if err != nil {
		return nil, err
	}
	return &Authenticator{site: pages}, nil
}

// Handler answers /authenticator and everything below.
func (a *Authenticator) Handler(server *endpoint.Server) http.Handler {
	return a.site.Handler(server, []site.Route{{Pattern: "GET /authenticator", Answer: a.page}})
}

func (a *Authenticator) page(context.Context, *endpoint.Request) (endpoint.Response, error) {
	resp, err := a.site.Page(http.StatusOK, "app", nil)
	if err != nil {
		return resp, err
	}
	resp.Header.Set("Permissions-Policy", permissions)
	return resp, nil
}

// permissions let the page ask the person for the location: a policy may
// demand one, and the page compares it itself.
const permissions = "geolocation=(self), microphone=(), payment=()"
