package authenticator

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"time"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/internal/endpoint"
)

const (
	// bindingBytes cannot be guessed, and are a key's worth.
	bindingBytes = 32
	// bindingAge is the longest that browsers keep a cookie. Each visit renews
	// it, so that it lasts as long as the app is used.
	bindingAge = 400 * 24 * time.Hour
)

// bind gives the browser its cookie, if it has none. A page of the app asks for
// it by a request of its own: browsers withhold the cookie from a page that was
// opened by a link of another site, and a new one in its place would cut off
// every account that is bound to the old.
func (a *Authenticator) bind(_ context.Context, r *endpoint.Request) (endpoint.Response, error) {
	resp := endpoint.Response{Status: http.StatusNoContent, Header: http.Header{}}
	if !a.renew(r, resp.Header) {
		fresh := make([]byte, bindingBytes)
		_, _ = rand.Read(fresh) // never fails
		a.set(r, resp.Header, base64.RawURLEncoding.EncodeToString(fresh))
	}
	return resp, nil
}

// renew lets the cookie of a request live on, and says whether there is one.
func (a *Authenticator) renew(r *endpoint.Request, header http.Header) bool {
	cookie, err := r.Cookie(a.cookieName(r))
	if err != nil {
		return false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cookie.Value)
	if err != nil || len(raw) != bindingBytes {
		return false
	}
	a.set(r, header, cookie.Value)
	return true
}

// set writes the cookie. The app reads it, because the key of its vault comes
// out of it; it goes to this server alone, and from no page of another.
func (a *Authenticator) set(r *endpoint.Request, header http.Header, value string) {
	header.Add("Set-Cookie", (&http.Cookie{ //nolint:gosec // for scripts of this origin to read; Secure wherever it came over TLS
		Name: a.cookieName(r), Value: value, Path: "/", MaxAge: int(bindingAge / time.Second),
		Secure: a.secure(r), SameSite: http.SameSiteStrictMode,
	}).String())
}

func (a *Authenticator) secure(r *endpoint.Request) bool { return a.options.Secure || r.TLS != nil }

// cookieName is one that no neighbouring host can set, where browsers know such: what it plants under another name
// must not be written over the browser's own.
func (a *Authenticator) cookieName(r *endpoint.Request) string {
	if a.secure(r) {
		return api.CookieBindingHost
	}
	return api.CookieBinding
}
