// Package approve serves a web page on which a person answers one challenge
// with a passkey, and the module that does so in pages of others.
//
// The server side is files and nothing else. The page speaks the public calls
// of passkeys, which docs/authenticator-protocol.md describes, and has no
// privileged path. It judges, seals and signs by the modules of package protocol,
// as the authenticator does.
package approve

import (
	"context"
	"embed"
	"fmt"
	"net/http"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/web/protocol"
	"github.com/twinseal/twinseal/internal/web/site"
)

//go:embed assets pages
var files embed.FS

// Options say where the page is shown.
type Options struct {
	// Sandbox puts the warning on the page.
	Sandbox bool
}

// Approve serves the page.
type Approve struct {
	site   *site.Site
	module []byte
}

// New reads the page and its modules.
func New(o Options) (*Approve, error) {
	borrowed, err := protocol.Modules()
	if err != nil {
		return nil, err
	}
	pages, err := site.New(site.Options{Door: "approve", Files: files, Borrowed: borrowed, Open: true, Sandbox: o.Sandbox})
	if err != nil {
		return nil, err
	}
	address, err := pages.Asset("passkeys.js")
	if err != nil {
		return nil, err
	}
	return &Approve{site: pages, module: fmt.Appendf(nil, "// Answers challenges with passkeys. The address stays; what it leads to changes with the server.\nexport * from %q;\n", address)}, nil
}

// Handler answers /approve/{challenge} and everything below /approve.
func (a *Approve) Handler(server *endpoint.Server) http.Handler {
	return a.site.Handler(server, []site.Route{{Pattern: "GET /approve/{challenge}", Answer: a.page}})
}

// moduleName stands where a challenge's id would: it is none.
const moduleName = "approve.js"

func (a *Approve) page(_ context.Context, r *endpoint.Request) (endpoint.Response, error) {
	if r.PathValue("challenge") == moduleName {
		return a.script(), nil
	}
	resp, err := a.site.Page(http.StatusOK, "approve", nil)
	if err != nil {
		return resp, err
	}
	resp.Header.Set("Permissions-Policy", permissions)
	return resp, nil
}

// permissions let the page use passkeys, and ask for the location where a policy
// demands one.
const permissions = "publickey-credentials-get=(self), geolocation=(self), microphone=(), payment=()"

// script is the module under its lasting address.
func (a *Approve) script() endpoint.Response {
	header := http.Header{"Cache-Control": {"no-cache"}}
	site.Open(header)
	return endpoint.Response{ContentType: "text/javascript; charset=utf-8", Body: a.module, Header: header}
}
