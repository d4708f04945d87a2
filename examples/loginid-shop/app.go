package main

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
	"unicode"

	"github.com/twinseal/twinseal/client/loginid"
)

//go:embed pages assets
var files embed.FS

// app is the web application.
type app struct {
	shop   *loginid.Management
	server string // where the pages' scripts find the LoginID server
	policy string // what pages may load, and from where
	store  *store
	pages  map[string]*template.Template
	secure bool // cookies travel over https only
}

func newApp(public, server string, shop *loginid.Management) (*app, error) {
	parsed, err := url.Parse(public)
	if err != nil || parsed.Host == "" {
		return nil, errors.New("--public-url must be an address such as https://shop.example.net")
	}
	remote, err := url.Parse(server)
	if err != nil {
		return nil, errors.New("--url must be an address such as https://mfa.example.net")
	}
	a := &app{
		shop: shop, server: strings.TrimRight(server, "/"), store: newStore(), pages: map[string]*template.Template{}, secure: parsed.Scheme == "https",
		policy: "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self' " + remote.Scheme + "://" + remote.Host +
			"; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	}
	for _, name := range []string{"door", "shop", "order", "orders", "account", "device", "problem"} {
		if a.pages[name], err = template.ParseFS(files, "pages/frame.html", "pages/"+name+".html"); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// handler answers everything. Requests that change something and come from
// another site's page are refused.
func (a *app) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", a.home)
	mux.HandleFunc("POST /tokens/{what}", a.token)
	mux.HandleFunc("POST /session", a.enter)
	mux.HandleFunc("POST /leave", a.leave)
	mux.HandleFunc("POST /device", a.startArrival)
	mux.HandleFunc("GET /device", a.showArrival)
	mux.HandleFunc("POST /orders", a.inside(a.startOrder))
	mux.HandleFunc("GET /orders", a.inside(a.showOrders))
	mux.HandleFunc("GET /orders/{id}", a.inside(a.showOrder))
	mux.HandleFunc("POST /orders/{id}/confirm", a.inside(a.confirmOrder))
	mux.HandleFunc("GET /account", a.inside(a.account))
	mux.HandleFunc("POST /account/devices", a.inside(a.allowDevice))
	mux.HandleFunc("POST /account/passkeys", a.inside(a.startPasskey))
	mux.HandleFunc("POST /account/passkeys/{id}/name", a.inside(a.renamePasskey))
	mux.HandleFunc("POST /account/passkeys/{id}/remove", a.inside(a.removePasskey))
	mux.HandleFunc("GET /assets/{file}", a.asset)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		a.problem(w, r, http.StatusNotFound, "There is nothing at this address.")
	})
	return http.NewCrossOriginProtection().Handler(http.MaxBytesHandler(mux, maxBody))
}

// maxBody bounds what a form or a script sends: a name, or a token.
const maxBody = 32 << 10

// headers keep a page to itself and to the LoginID server.
func (a *app) headers(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Security-Policy", a.policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
}

// view is what every page is made of.
type view struct {
	Server, Client string // for the scripts
	In             bool
	Username       string
	Here           string // the page, for the menu
	Said           string // a word about what was just done
	Data           any
}

func (a *app) show(w http.ResponseWriter, r *http.Request, status int, page string, data any) {
	v := view{Server: a.server, Client: a.shop.ClientID(), Here: page, Data: data}
	if in, ok := a.session(r); ok {
		v.In, v.Username, v.Said = true, in.user.Username, a.store.greeting(cookie(r, sessionCookie))
	}
	var html strings.Builder
	if err := a.pages[page].ExecuteTemplate(&html, "frame", v); err != nil {
		slog.Error("a page cannot be made", "page", page, "error", err)
		status = http.StatusInternalServerError
	}
	a.headers(w)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprint(w, html.String())
}

func (a *app) problem(w http.ResponseWriter, r *http.Request, status int, what string) {
	a.show(w, r, status, "problem", what)
}

// unreachable is for failures that no customer can help.
func (a *app) unreachable(w http.ResponseWriter, r *http.Request, err error) {
	slog.Error("the LoginID server did not do it", "error", err)
	a.problem(w, r, http.StatusBadGateway, "This does not work right now. Please try again in a moment.")
}

// answer is for scripts. A refusal is a sentence under "error".
func (a *app) answer(w http.ResponseWriter, status int, body map[string]string) {
	a.headers(w)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func (a *app) refuse(w http.ResponseWriter, status int, what string) {
	a.answer(w, status, map[string]string{"error": what})
}

// read takes what a script sends; it says itself what is wrong with it.
func (a *app) read(w http.ResponseWriter, r *http.Request, into any) bool {
	if err := json.NewDecoder(r.Body).Decode(into); err != nil {
		a.refuse(w, http.StatusBadRequest, "The page and the shop do not understand each other. Please reload the page.")
		return false
	}
	return true
}

var contentTypes = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

func (a *app) asset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	body, err := files.ReadFile("assets/" + name)
	if err != nil {
		a.problem(w, r, http.StatusNotFound, "There is nothing at this address.")
		return
	}
	a.headers(w)
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Content-Type", contentTypes[path.Ext(name)])
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(body))
}

// The cookies: who is signed in, and which code this browser shows.
const (
	sessionCookie = "session"
	deviceCookie  = "device"
)

func (a *app) setCookie(w http.ResponseWriter, name, value string, age time.Duration) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure is set wherever the page comes over https
		Name: name, Value: value, Path: "/", MaxAge: int(age.Seconds()), HttpOnly: true, Secure: a.secure, SameSite: http.SameSiteLaxMode,
	})
}

func cookie(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// dropCookie has an age below zero, which ends it at once.
func (a *app) dropCookie(w http.ResponseWriter, name string) { a.setCookie(w, name, "", -time.Second) }

func (a *app) session(r *http.Request) (session, bool) {
	return a.store.session(cookie(r, sessionCookie), time.Now())
}

// inside lets customers in who are signed in, and shows others the door.
func (a *app) inside(serve func(http.ResponseWriter, *http.Request, session)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		in, ok := a.session(r)
		switch {
		case ok:
			serve(w, r, in)
		case r.Method == http.MethodGet:
			http.Redirect(w, r, "/", http.StatusSeeOther)
		case r.Header.Get("Content-Type") == "application/json":
			a.refuse(w, http.StatusUnauthorized, "You are signed out. Please sign in again.")
		default:
			a.problem(w, r, http.StatusUnauthorized, "You are signed out. Please sign in again.")
		}
	}
}

// maxName bounds a name in characters.
const maxName = 64

const badName = "Please type a name, of 64 characters at most."

// clean reads a name that somebody typed.
func clean(typed string) (string, bool) {
	name := strings.TrimSpace(typed)
	return name, name != "" && len([]rune(name)) <= maxName && !strings.ContainsFunc(name, unicode.IsControl)
}
