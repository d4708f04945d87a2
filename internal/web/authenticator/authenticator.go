// Package authenticator serves an app that is an authenticator: it makes keys
// that cannot leave the browser, links them to accounts, shows what applications
// ask and signs the answers. It can be installed, and starts without a network.
//
// The server side is files and a cookie, nothing else. Everything the app does,
// it does over the public device protocol, which docs/authenticator-protocol.md
// describes; it has no privileged path. Its sources stand in app, what Vite made
// of them in dist; they sign by the modules of package protocol.
package authenticator

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/web/site"
)

//go:embed dist icons pages
var files embed.FS

// Options say where the app is shown.
type Options struct {
	// Sandbox puts the warning on the page.
	Sandbox bool
	// Secure keeps the cookie to https.
	Secure bool
	// Version is the program's, for people to read.
	Version string
	// Servers are origins of others like this one, whose accounts may be linked here.
	Servers []string
}

// Authenticator serves the app.
type Authenticator struct {
	options  Options
	site     *site.Site
	page     endpoint.Response
	worker   packed
	manifest packed
}

// New reads the page and its files.
func New(o Options) (*Authenticator, error) {
	built, err := fs.Sub(files, "dist")
	if err != nil {
		return nil, err
	}
	pages, err := site.New(site.Options{Door: "authenticator", Files: files, Borrowed: built, Sandbox: o.Sandbox})
	if err != nil {
		return nil, err
	}
	a := &Authenticator{options: o, site: pages}
	if a.page, err = a.fill(); err != nil {
		return nil, err
	}
	if a.worker, err = worker(a.page.Body); err != nil {
		return nil, err
	}
	description, err := fs.ReadFile(files, "icons/manifest.json")
	if err != nil {
		return nil, err
	}
	a.manifest = pack(description)
	return a, nil
}

// Handler answers /authenticator and everything below.
func (a *Authenticator) Handler(server *endpoint.Server) http.Handler {
	return a.site.Handler(server, []site.Route{
		{Pattern: "GET /authenticator", Answer: a.show},
		{Pattern: "POST /authenticator/binding", Answer: a.bind},
		{Pattern: "GET /authenticator/worker.js", Answer: a.script},
		{Pattern: "GET /authenticator/manifest.webmanifest", Answer: a.describe},
		{Pattern: "GET /authenticator/icons/{icon}", Answer: icon},
	})
}

// fill makes the page, which is the same for everybody and so is made once.
func (a *Authenticator) fill() (endpoint.Response, error) {
	resp, err := a.site.Page(http.StatusOK, "app", struct{ Version, Servers string }{a.options.Version, strings.Join(a.options.Servers, " ")})
	if err != nil {
		return resp, fmt.Errorf("authenticator: %w", err)
	}
	policy := resp.Header.Get("Content-Security-Policy")
	for from, to := range map[string]string{
		"connect-src 'self'":   strings.Join(append([]string{"connect-src 'self'"}, a.options.Servers...), " "),
		"img-src 'self' data:": "img-src 'self' data: blob:",
	} {
		policy = strings.Replace(policy, from, to, 1)
	}
	resp.Header.Set("Content-Security-Policy", policy+"; "+trustedTypes)
	resp.Header.Set("Permissions-Policy", permissions)
	resp.Header.Set("Vary", "Accept-Encoding, Cookie")
	return resp, nil
}

// permissions let the app ask the person for the location, which a policy may
// demand and the app compares itself, and for the camera, by which it reads
// codes.
const permissions = "camera=(self), geolocation=(self), microphone=(), payment=()"

// trustedTypes keep any text from becoming code, but for the address of the
// worker, which the app's one policy compares.
const trustedTypes = "require-trusted-types-for 'script'; trusted-types twinseal"

func (a *Authenticator) show(_ context.Context, r *endpoint.Request) (endpoint.Response, error) {
	resp := a.page
	resp.Header = resp.Header.Clone()
	a.renew(r, resp.Header)
	return resp, nil
}
