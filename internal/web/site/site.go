package site

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// Options describe a site.
type Options struct {
	// Door names the site in logs, and is the first segment of its paths.
	Door string
	// Files hold the site's templates in pages/ and its assets in assets/.
	Files fs.FS
	// Borrowed are assets of another site, under their own names; nil: none.
	Borrowed fs.FS
	// Open lets pages of other origins load the assets, as modules of their own.
	Open bool
	// Funcs are for the templates, besides asset and sandbox.
	Funcs template.FuncMap
	// Sandbox puts the warning on every page.
	Sandbox bool
}

// Site is a set of pages under one path.
type Site struct {
	door   string
	assets *assets
	pages  map[string]*template.Template
	origin *http.CrossOriginProtection
}

// Route is one address of a site: a pattern of net/http with its method.
type Route struct {
	Pattern string
	Answer  endpoint.Func
}

// New reads the templates and assets of a site. Its errors are mistakes in
// them, found at the start and not when somebody opens the page.
func New(o Options) (*Site, error) {
	own, err := fs.Sub(o.Files, "assets")
	if err != nil {
		return nil, err
	}
	s := &Site{door: o.Door, origin: http.NewCrossOriginProtection()}
	if s.assets, err = newAssets("/"+o.Door+"/", o.Borrowed, own); err != nil {
		return nil, fmt.Errorf("site %s: %w", o.Door, err)
	}
	s.assets.open = o.Open
	if s.pages, err = parsePages(o, s.assets.url); err != nil {
		return nil, fmt.Errorf("site %s: %w", o.Door, err)
	}
	return s, nil
}

// Asset is the address of an asset, which changes with any of them.
func (s *Site) Asset(name string) (string, error) { return s.assets.url(name) }

// Page fills the template of that name in.
func (s *Site) Page(status int, name string, data any) (endpoint.Response, error) {
	page, ok := s.pages[name]
	if !ok {
		return endpoint.Response{}, fmt.Errorf("there is no page %s", name)
	}
	var html bytes.Buffer
	if err := page.ExecuteTemplate(&html, frameName, data); err != nil {
		return endpoint.Response{}, fmt.Errorf("page %s: %w", name, err)
	}
	return endpoint.Page(status, html.Bytes()), nil
}

// Handler answers everything below the site's door: the routes, the assets,
// and for the rest an error that looks like the site. What changes something
// is refused when another site's page asks for it.
func (s *Site) Handler(server *endpoint.Server, routes []Route) http.Handler {
	h := &endpoint.Handler{Server: server, Door: s.door, Render: s.renderError, MaxBody: maxBody}
	mux := http.NewServeMux()
	root := "/" + s.door
	methods := map[string][]string{}
	for _, r := range append(routes, Route{Pattern: "GET " + root + "/assets/{version}/{file...}", Answer: s.assets.answer}) {
		mux.Handle(r.Pattern, h.Route(r.Pattern, s.sameOrigin(r.Answer)))
		method, path, _ := strings.Cut(r.Pattern, " ")
		methods[path] = append(methods[path], method)
	}
	for path, allowed := range methods {
		mux.Handle(path, h.Route("method", s.wrongMethod(allowed)))
	}
	if _, taken := methods[root+"/{$}"]; !taken {
		mux.Handle("GET "+root+"/{$}", h.Route("root", toDoor(root)))
	}
	mux.Handle("/", h.Route("unknown", nothingHere))
	return mux
}

// maxBody bounds what a form sends: a few fields of text.
const maxBody = 16 << 10

func toDoor(root string) endpoint.Func {
	return func(context.Context, *endpoint.Request) (endpoint.Response, error) {
		return endpoint.Redirect(root), nil
	}
}

func nothingHere(context.Context, *endpoint.Request) (endpoint.Response, error) {
	return endpoint.Response{}, &mfa.Error{Code: mfa.NotFound, Message: "There is nothing at this address."}
}

// wrongMethod answers for an address that exists, but not for that method.
func (s *Site) wrongMethod(allowed []string) endpoint.Func {
	return func(context.Context, *endpoint.Request) (endpoint.Response, error) {
		resp, err := s.errorPage(http.StatusMethodNotAllowed, "This address cannot be used in that way.")
		if resp.Header != nil {
			resp.Header["Allow"] = []string{strings.Join(allowed, ", ")}
		}
		return resp, err
	}
}

// sameOrigin refuses changes that a page of another site sent a browser to make.
func (s *Site) sameOrigin(next endpoint.Func) endpoint.Func {
	return func(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
		if err := s.origin.Check(r.Request); err != nil {
			return endpoint.Response{}, &mfa.Error{
				Code: mfa.Forbidden, Message: "This form was sent by a page of another site. Open the page here and try again.", Cause: err,
			}
		}
		return next(ctx, r)
	}
}

// renderError words an error as a page. What is internal stays so.
func (s *Site) renderError(r *endpoint.Request, err error) endpoint.Response {
	message := "Something went wrong on our side. Try again in a moment."
	if refusal, ok := errors.AsType[*mfa.Error](err); ok && refusal.Code != mfa.Internal {
		message = sentence(refusal.Message)
	}
	resp, pageErr := s.errorPage(endpoint.Status(err), message)
	if pageErr != nil {
		return endpoint.PlainError(r, err)
	}
	return resp
}

func (s *Site) errorPage(status int, message string) (endpoint.Response, error) {
	return s.Page(status, "error", struct {
		Status        int
		Name, Message string
		Home          string
	}{status, http.StatusText(status), message, "/" + s.door})
}

// sentence gives the domain's words a capital letter and a full stop.
func sentence(text string) string {
	if text == "" {
		return text
	}
	text = strings.ToUpper(text[:1]) + text[1:]
	if !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
}
