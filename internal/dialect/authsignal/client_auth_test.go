package authsignal_test

import (
	"encoding/base64"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/dialect/authsignal"
	"github.com/twinseal/twinseal/internal/mfa"
)

// clientRow is a line of the operators' table: the method, the path and by what it is called.
var clientRow = regexp.MustCompile("(?m)^\\| `([A-Z]+)` \\| `(/[^`]+)` \\| ([a-z]+) \\|")

func TestThePageShowsTheClientsTable(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../docs/dialects/authsignal-client.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	for _, m := range clientRow.FindAllStringSubmatch(string(page), -1) {
		documented = append(documented, m[1]+" "+m[2]+" "+m[3])
	}
	slices.Sort(documented)
	if table := authsignal.ClientTable(); !slices.Equal(documented, table) {
		t.Errorf("docs/dialects/authsignal-client.md shows\n%s\nthe table is\n%s", strings.Join(documented, "\n"), strings.Join(table, "\n"))
	}
}

func TestEveryCallIsRefusedToStrangers(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		pass, foreign := w.track(shopTenant, "ann", "login"), w.track(otherTenant, "ann", "login")
		late, forged := w.token(pass), authsignal.Forge(w.tenants[otherTenant], shopTenant, foreign)
		w.Clock.Advance(mfa.DefaultTokenLife)
		for _, row := range authsignal.ClientTable() {
			method, rest, _ := strings.Cut(row, " ")
			path, demand, _ := strings.Cut(rest, " ")
			if demand == "nobody" {
				continue
			}
			for what, test := range map[string]struct{ auth, word string }{
				"nothing":                 {"", "unauthorized"},
				"no tenant":               {tenantOf("nobody"), "unauthorized"},
				"no Base64":               {"Basic ~", "unauthorized"},
				"a secret key":            {tenantOf("shop-secret-key-0001"), "unauthorized"},
				"no token":                {bearer("x"), "token_invalid"},
				"a token of no algorithm": {bearer("eyJhbGciOiJub25lIn0." + strings.Split(late, ".")[1] + "."), "token_invalid"},
				"a late token":            {bearer(late), "expired_token"},
				"another tenant's key":    {bearer(forged), "token_invalid"},
			} {
				w.no(row+" with "+what, w.do(ask{method: method, path: "/v1" + path, auth: test.auth, body: "{"}), http.StatusUnauthorized, test.word)
			}
			if demand == "token" {
				w.no(row+" with the tenant alone", w.do(ask{method: method, path: "/v1" + path, auth: w.anon()}), http.StatusUnauthorized, "token_required")
			}
		}
		w.no("an unknown path", w.do(ask{path: "nowhere"}), http.StatusUnauthorized, "unauthorized")
		w.no("an unknown path of somebody", w.do(ask{path: "nowhere", auth: w.anon()}), http.StatusNotFound, "not_found")
	})
}

func TestATenantIsReadAsClientsWriteIt(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		for what, text := range map[string]string{
			"a browser": base64.StdEncoding.EncodeToString([]byte(shopTenant)),
			"iOS":       base64.RawURLEncoding.EncodeToString([]byte(shopTenant + ":")),
			"Android":   base64.StdEncoding.EncodeToString([]byte(shopTenant + ":")),
			"shouting":  base64.StdEncoding.EncodeToString([]byte(strings.ToUpper(shopTenant) + ":")),
		} {
			w.fits(what, w.do(ask{path: "challenge", auth: "Basic " + text, body: object{"action": "login"}}), object{"challengeId": "*"})
		}
	})
}

func TestATokenIsForItsOwnActionAlone(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		ann, bob := w.track(shopTenant, "ann", "login"), w.track(shopTenant, "bob", "login")
		token := w.token(ann)
		w.good(w.call(token, "user-authenticators/email-otp", object{"email": "ann@shop.example"}))
		code := w.code()
		w.fits("bob with ann's code", w.call(w.token(bob), "verify/email-otp", object{"verificationCode": code}), object{"isVerified": false, "failureReason": "CODE_INVALID_OR_EXPIRED"})
		mixed := ann
		mixed.UserID = bob.UserID
		w.no("a token of bob for ann's action", w.call(authsignal.Forge(w.tenants[shopTenant], shopTenant, mixed), "verify/email-otp", object{"verificationCode": code}), http.StatusNotFound, "not_found")
		w.no("another action", w.call(token, "challenge/push", object{"action": "pay"}), http.StatusBadRequest, "invalid_request")
		w.earned("ann", w.call(token, "verify/email-otp", object{"verificationCode": code}))
	})
}

func TestPagesOfTheApplicationReadAnswers(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		shared := func(method, origin, auth string) http.Header {
			return w.do(ask{method: method, path: "challenge", auth: auth, body: object{"action": "login"}, header: map[string]string{
				"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type",
			}}).header
		}
		for _, test := range []struct {
			what, method, origin, auth string
			reads, cookies             bool
		}{
			{"a preflight", http.MethodOptions, shopPage, "", true, true},
			{"a preflight of a page that nobody names", http.MethodOptions, "https://evil.example", "", true, false},
			{"an answer", http.MethodPost, shopPage, w.anon(), true, true},
			{"a refusal", http.MethodPost, shopPage, "", true, true},
			{"a refusal to a page that nobody names", http.MethodPost, "https://evil.example", "", true, false},
			{"an answer to another application's page", http.MethodPost, otherPage, w.anon(), false, false},
			{"an answer to a page of no origin", http.MethodPost, "null", w.anon(), false, false},
		} {
			h := shared(test.method, test.origin, test.auth)
			if got := h.Get("Access-Control-Allow-Origin"); (got == test.origin) != test.reads || got == "*" {
				t.Errorf("%s: read by %q", test.what, got)
			}
			if got := h.Get("Access-Control-Allow-Credentials"); (got == "true") != test.cookies {
				t.Errorf("%s: cookies %q", test.what, got)
			}
			if !slices.Contains(h.Values("Vary"), "Origin") {
				t.Errorf("%s: varies by %q", test.what, h.Values("Vary"))
			}
			if test.method == http.MethodOptions && (!strings.Contains(h.Get("Access-Control-Allow-Headers"), "Authorization") || !strings.Contains(h.Get("Access-Control-Allow-Methods"), "PATCH")) {
				t.Errorf("%s: allows %v", test.what, h)
			}
		}
		w.change(shopTenant, func(s *mfa.ApplicationSettings) { s.StepUp.RedirectURLs = []string{"https://app.shop.example/done"} })
		if h := shared(http.MethodPost, "https://app.shop.example", w.anon()); h.Get("Access-Control-Allow-Origin") == "" || h.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("a page to which people are sent back: %v", h)
		}
		w.change(shopTenant, func(s *mfa.ApplicationSettings) { s.StepUp.RedirectURLs, s.RelyingParty = nil, nil })
		if h := shared(http.MethodPost, "https://anywhere.example", w.anon()); h.Get("Access-Control-Allow-Origin") == "" || h.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("an application that names no pages: %v", h)
		}
	})
}

func TestTheServersKeysArePublic(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		got := w.do(ask{method: http.MethodGet, path: "public/" + shopTenant + "/.well-known/jwks"})
		keys, _ := w.good(got).body["keys"].([]any)
		if len(keys) != 1 {
			t.Fatalf("keys %s", got.raw)
		}
		if key, _ := keys[0].(object); key["kty"] != "RSA" || key["alg"] != "RS256" || key["kid"] == "" || key["d"] != nil {
			t.Errorf("shows %v", key)
		}
		w.no("of no tenant", w.do(ask{method: http.MethodGet, path: "public/nobody/.well-known/jwks"}), http.StatusNotFound, "not_found")
	})
}

func TestAProfilingScriptDoesNothing(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		for _, path := range []string{"/v1/fp/tags.js?org_id=1&session_id=2", "/v1/fp/tags"} {
			if got := w.do(ask{method: http.MethodGet, path: path}); got.status != http.StatusOK || got.raw != "" || !strings.HasPrefix(got.header.Get("Content-Type"), "text/javascript") {
				t.Errorf("%s: answered by %d %q", path, got.status, got.raw)
			}
		}
	})
}

func TestStrangersBeginABoundedNumberOfChallenges(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		begin := ask{path: "challenge", auth: w.anon(), body: object{"action": "login"}}
		for range mfa.DefaultLimits().AnonymousPrompts.Burst {
			w.good(w.do(begin))
		}
		w.no("one too many", w.do(begin), http.StatusTooManyRequests, "too_many_requests")
		for _, path := range []string{"challenge/qr-code", "challenge/web"} {
			w.no(path, w.do(ask{path: path, auth: w.anon(), body: object{"action": "login"}}), http.StatusTooManyRequests, "too_many_requests")
		}
	})
}
