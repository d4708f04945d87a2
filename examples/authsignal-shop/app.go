package main

import (
	"bytes"
	"crypto/rand"
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

	"github.com/twinseal/twinseal/client/authsignal"
)

//go:embed pages assets
var files embed.FS

// app is the web application.
type app struct {
	server  *authsignal.Authsignal
	public  string
	pagesAt string // origin of the challenge pages
	policy  string // what pages may load, and from where
	store   *store
	pages   map[string]*template.Template
	secure  bool // cookies travel over https only
	now     func() time.Time
}

func newApp(public, pages string, server *authsignal.Authsignal) (*app, error) {
	here, err := url.Parse(public)
	if err != nil || here.Host == "" {
		return nil, errors.New("--public-url must be an address such as https://shop.example.net")
	}
	at, err := originOf(pages)
	if err != nil {
		return nil, err
	}
	a := &app{
		server: server, public: strings.TrimRight(public, "/"), pagesAt: at, store: newStore(), pages: map[string]*template.Template{},
		secure: here.Scheme == "https", now: time.Now,
		// Forms that redirect to the challenge are held to form-action there too.
		policy: "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; frame-src " + at +
			"; form-action 'self' " + at + "; base-uri 'none'; frame-ancestors 'none'",
	}
	for _, name := range []string{"door", "till", "withdrawal", "problem"} {
		if a.pages[name], err = template.ParseFS(files, "pages/frame.html", "pages/"+name+".html"); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// originOf is where the challenge pages are, told by any address there.
func originOf(pages string) (string, error) {
	there, err := url.Parse(pages)
	if err != nil || there.Host == "" {
		return "", errors.New("--pages must be an address such as https://mfa.example.net")
	}
	return there.Scheme + "://" + there.Host, nil
}

// handler answers everything. Requests that change something and come from
// another site's page are refused.
func (a *app) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", a.home)
	mux.HandleFunc("POST /session", a.enter)
	mux.HandleFunc("POST /leave", a.leave)
	mux.HandleFunc("POST /withdrawals", a.inside(a.withdraw))
	mux.HandleFunc("GET /withdrawals/{id}", a.inside(a.look))
	mux.HandleFunc("POST /withdrawals/{id}/again", a.inside(a.again))
	mux.HandleFunc("GET /withdrawals/{id}/back", a.inside(a.back))
	mux.HandleFunc("POST /withdrawals/{id}/proof", a.inside(a.proof))
	mux.HandleFunc("GET /assets/{file}", a.asset)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		a.refuse(w, r, http.StatusNotFound, "There is nothing at this address.")
	})
	return http.NewCrossOriginProtection().Handler(http.MaxBytesHandler(mux, maxBody))
}

// maxBody bounds what a form sends: an amount, or a token.
const maxBody = 32 << 10

// headers keep a page to itself and to the challenge pages.
func (a *app) headers(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Security-Policy", a.policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
}

// view is what every page is made of.
type view struct {
	In   bool
	Name string
	Till string // what is in it
	Data any
}

func (a *app) show(w http.ResponseWriter, r *http.Request, status int, page string, data any) {
	v := view{Data: data}
	if in, ok := a.session(r); ok {
		v.In, v.Name, v.Till = true, in.seller.Name, money(a.store.balance(in.seller))
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

// wantsFrame is whether a script asks, to show the challenge in a frame. Browsers
// that run no script send forms, and go there.
func wantsFrame(r *http.Request) bool { return r.Header.Get("Accept") == "application/json" }

// refuse says what did not work, to people or to a script.
func (a *app) refuse(w http.ResponseWriter, r *http.Request, status int, what string) {
	if wantsFrame(r) {
		a.answer(w, status, map[string]string{"error": what})
		return
	}
	a.show(w, r, status, "problem", what)
}

// leadTo goes on with another page.
func (a *app) leadTo(w http.ResponseWriter, r *http.Request, address string) {
	if wantsFrame(r) {
		a.answer(w, http.StatusOK, map[string]string{"to": address})
		return
	}
	a.headers(w)
	http.Redirect(w, r, address, http.StatusSeeOther)
}

func (a *app) answer(w http.ResponseWriter, status int, body map[string]string) {
	a.headers(w)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

var contentTypes = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

func (a *app) asset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	body, err := files.ReadFile("assets/" + name)
	if err != nil {
		a.refuse(w, r, http.StatusNotFound, "There is nothing at this address.")
		return
	}
	a.headers(w)
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Content-Type", contentTypes[path.Ext(name)])
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(body))
}

// The cookies: who is signed in, and by which name rules know the browser.
const (
	sessionCookie = "session"
	deviceCookie  = "device"
	deviceAge     = 365 * 24 * time.Hour
	deviceLength  = 26 // of a random text
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

// device is the browser's name, which it keeps.
func (a *app) device(w http.ResponseWriter, r *http.Request) string {
	name := cookie(r, deviceCookie)
	odd := func(r rune) bool { return (r < 'A' || r > 'Z') && (r < '0' || r > '9') }
	if len(name) != deviceLength || strings.ContainsFunc(name, odd) {
		name = rand.Text()
		a.setCookie(w, deviceCookie, name, deviceAge)
	}
	return name
}

func (a *app) session(r *http.Request) (session, bool) {
	return a.store.session(cookie(r, sessionCookie), a.now())
}

// inside lets sellers in who are signed in, and shows others the door.
func (a *app) inside(serve func(http.ResponseWriter, *http.Request, session)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		in, ok := a.session(r)
		switch {
		case ok:
			serve(w, r, in)
		case r.Method == http.MethodGet:
			a.headers(w)
			http.Redirect(w, r, "/", http.StatusSeeOther)
		default:
			a.refuse(w, r, http.StatusUnauthorized, "You are signed out. Please come in again.")
		}
	}
}

// home shows the till, or the door.
func (a *app) home(w http.ResponseWriter, r *http.Request) {
	in, ok := a.session(r)
	if !ok {
		a.show(w, r, http.StatusOK, "door", nil)
		return
	}
	a.show(w, r, http.StatusOK, "till", a.store.of(in.seller))
}

// maxName bounds a name in characters.
const maxName = 40

// enter signs somebody in who says a name. A real market asks for more: this
// example is about what comes after.
func (a *app) enter(w http.ResponseWriter, r *http.Request) {
	name := strings.ToLower(strings.TrimSpace(r.PostFormValue("name")))
	odd := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '.' }
	if name == "" || len([]rune(name)) > maxName || strings.ContainsFunc(name, odd) {
		a.refuse(w, r, http.StatusBadRequest, "Please type a name of letters and digits, of 40 characters at most.")
		return
	}
	key, err := a.store.enter(name, a.now())
	if err != nil {
		a.refuse(w, r, http.StatusServiceUnavailable, "There are "+err.Error()+".")
		return
	}
	a.setCookie(w, sessionCookie, key, sessionAge)
	a.headers(w)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (a *app) leave(w http.ResponseWriter, r *http.Request) {
	a.store.leave(cookie(r, sessionCookie))
	a.setCookie(w, sessionCookie, "", -time.Second)
	a.headers(w)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
