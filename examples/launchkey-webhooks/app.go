package main

import (
	"bytes"
	"context"
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
)

//go:embed pages assets
var files embed.FS

// app is the web application.
type app struct {
	clients

	store  *store
	pages  map[string]*template.Template
	secure bool // cookies travel over https only
}

func newApp(public string, c clients) (*app, error) {
	parsed, err := url.Parse(public)
	if err != nil || parsed.Host == "" {
		return nil, errors.New("--public-url must be an address such as https://shop.example.net")
	}
	a := &app{clients: c, store: newStore(), pages: map[string]*template.Template{}, secure: parsed.Scheme == "https"}
	for _, name := range []string{"home", "login", "link", "problem"} {
		if a.pages[name], err = template.ParseFS(files, "pages/frame.html", "pages/"+name+".html"); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// handler answers everything. Requests that change something and come from
// another site's page are refused; the webhooks prove themselves.
func (a *app) handler() http.Handler {
	pages := http.NewServeMux()
	pages.HandleFunc("GET /{$}", a.home)
	pages.HandleFunc("POST /login", a.startLogin)
	pages.HandleFunc("GET /login", a.showLogin)
	pages.HandleFunc("GET /login/state", a.loginState)
	pages.HandleFunc("POST /login/enter", a.enter)
	pages.HandleFunc("POST /logout", a.logout)
	pages.HandleFunc("GET /session/state", a.sessionState)
	pages.HandleFunc("POST /link", a.startLink)
	pages.HandleFunc("GET /link", a.showLink)
	pages.HandleFunc("GET /link/state", a.linkState)
	pages.HandleFunc("GET /assets/{file}", a.asset)
	pages.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		a.problem(w, http.StatusNotFound, "There is nothing at this address.")
	})
	all := http.NewServeMux()
	all.Handle("POST "+serviceHook, a.service.WebhookHandler("", a.told))
	all.Handle("POST "+directoryHook, a.directory.WebhookHandler("", a.toldLink))
	all.Handle("/", http.NewCrossOriginProtection().Handler(http.MaxBytesHandler(pages, maxForm)))
	return all
}

// maxForm bounds what a form sends: one name.
const maxForm = 4 << 10

// headers keep a page to itself; pictures may also come from one other place.
func headers(w http.ResponseWriter, pictures string) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'"+pictures+
		"; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
}

func (a *app) show(w http.ResponseWriter, status int, page, pictures string, data any) {
	var html strings.Builder
	if err := a.pages[page].ExecuteTemplate(&html, "frame", data); err != nil {
		slog.Error("a page cannot be made", "page", page, "error", err)
		status = http.StatusInternalServerError
	}
	headers(w, pictures)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprint(w, html.String())
}

func (a *app) problem(w http.ResponseWriter, status int, what string) {
	a.show(w, status, "problem", "", map[string]string{"What": what})
}

var contentTypes = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

func (a *app) asset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	body, err := files.ReadFile("assets/" + name)
	if err != nil {
		a.problem(w, http.StatusNotFound, "There is nothing at this address.")
		return
	}
	headers(w, "")
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Content-Type", contentTypes[path.Ext(name)])
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(body))
}

// The cookies: who is logged in, and what this browser waits for.
const (
	sessionCookie = "session"
	loginCookie   = "login"
	linkCookie    = "link"
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

// longestWait is how long a browser's question about a state is held.
const longestWait = 20 * time.Second

// waitFor answers with the state after it has changed, or after a while.
func waitFor(w http.ResponseWriter, r *http.Request, changed <-chan struct{}, until time.Time, now func() state) {
	ctx, cancel := context.WithDeadline(r.Context(), earlier(time.Now().Add(longestWait), until.Add(time.Second)))
	defer cancel()
	select {
	case <-changed:
	case <-ctx.Done():
	}
	headers(w, "")
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]state{"state": now()})
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// maxUser bounds a name.
const maxUser = 64

// userOf reads the name in a form; it says itself what is wrong with it.
func (a *app) userOf(w http.ResponseWriter, r *http.Request) (string, bool) {
	user := strings.TrimSpace(r.PostFormValue("user"))
	if user == "" || len(user) > maxUser {
		a.problem(w, http.StatusBadRequest, "Please type a name, of 64 characters at most.")
		return "", false
	}
	return user, true
}
