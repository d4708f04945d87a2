package authsignal_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"
)

// cookie is the one that an answer sets, "" for none.
func (a answer) cookie() string {
	cookie, _, _ := strings.Cut(a.header.Get("Set-Cookie"), ";")
	return cookie
}

// with is a request that brings a cookie.
func (a ask) with(cookie string) ask {
	header := map[string]string{"Cookie": cookie}
	maps.Copy(header, a.header)
	a.header = header
	return a
}

func TestAPageIsKnownByItsCookie(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		by, token := soft(), w.tracked("ann", "login")
		begun := w.call(token, "user-authenticators/passkey/registration-options/web", object{})
		cookie := begun.cookie()
		for _, attribute := range []string{"HttpOnly", "Secure", "SameSite=None", "Partitioned", "Path=/v1/client", "Max-Age="} {
			if !strings.Contains(begun.header.Get("Set-Cookie"), attribute) {
				t.Errorf("the cookie is %s", begun.header.Get("Set-Cookie"))
			}
		}
		made := w.do(ask{path: "user-authenticators/passkey", auth: bearer(token), body: object{"registrationCredential": w.create(shopPage, by, begun)}}.with(cookie))
		w.earned("register", made)
		if made.cookie() == "" || made.cookie() == cookie {
			t.Errorf("after it the cookie is %q", made.cookie())
		}
		begun = w.do(ask{path: "challenge/web", auth: w.anon(), body: object{"action": "buy"}})
		asked := w.do(ask{path: "user-authenticators/passkey/authentication-options/web", auth: w.anon(), body: object{}}.with(begun.cookie()))
		proved := w.do(ask{path: "verify/passkey", auth: w.anon(), body: object{"authenticationCredential": w.sign(shopPage, by, asked)}}.with(asked.cookie()))
		opened, _, err := w.dialect.Open(w.Context(), w.earned("sign in", proved))
		w.must(err)
		if action := w.action(opened.ActionID); action.Code != "buy" {
			t.Errorf("signed in for %s", action.Code)
		}
		list := ask{method: http.MethodGet, path: "user-authenticators", auth: w.anon()}
		if listed := w.do(list.with(proved.cookie())); listed.status != http.StatusOK || !strings.Contains(listed.raw, "PASSKEY") {
			t.Errorf("listed %d %s", listed.status, listed.raw)
		}
		w.no("without the cookie", w.do(list), http.StatusUnauthorized, "token_required")
		list.header = map[string]string{"Origin": "https://evil.example"}
		w.no("of another page", w.do(list.with(proved.cookie())), http.StatusUnauthorized, "token_required")
		list.header, list.auth = map[string]string{"Origin": otherPage}, tenantOf(otherTenant)
		w.no("of another tenant", w.do(list.with(proved.cookie())), http.StatusUnauthorized, "token_required")
	})
}

func TestACookieThatCountsNoMoreIsAsNone(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		list := ask{method: http.MethodGet, path: "user-authenticators", auth: w.anon()}
		for _, cookie := range []string{"twinseal_authsignal=t.x", "twinseal_authsignal=c.x", "twinseal_authsignal="} {
			w.no(cookie, w.do(list.with(cookie)), http.StatusUnauthorized, "token_required")
		}
		if plain := w.do(ask{path: "challenge", auth: w.anon(), body: object{"action": "buy"}}); plain.cookie() != "" {
			t.Errorf("nobody asked for the cookie %s", plain.cookie())
		}
		foreign := w.do(ask{path: "challenge/web", auth: w.anon(), body: object{"action": "buy"}, header: map[string]string{"Origin": "https://evil.example"}})
		if foreign.cookie() != "" {
			t.Errorf("another page was given the cookie %s", foreign.cookie())
		}
	})
}
