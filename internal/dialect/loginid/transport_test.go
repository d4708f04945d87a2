package loginid_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/dialect/loginid"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/provision"
)

func TestEveryMountAndEverySlashLeadsToTheSameCalls(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		id := w.create("bob")
		for _, base := range []string{"", "/", "/api", "/api/", "/api/native", "/api/native/", "//", "/api//native//"} {
			a := w.do(ask{path: base + "/manage/users/retrieve", body: object{"client_id": backend, "username": "bob"}, token: w.token(backend, "users.retrieve")})
			if a.status != http.StatusOK || a.body["id"] != id {
				t.Errorf("%s: %d %s", base, a.status, a.raw)
			}
			if a := w.do(ask{method: http.MethodGet, path: base + "/certs/"}); a.status != http.StatusOK {
				t.Errorf("%s: /certs: %d %s", base, a.status, a.raw)
			}
		}
		for _, path := range []string{"/", "/api", "/api/native", "/api/native/api", "/api/native/api/certs", "/nothing", "/manage/users/a/b/c/d/e/f/g/h", "/api/api/certs", "/certs/x", "/%63erts", "/manage/../certs"} {
			w.refused(t, path, w.do(ask{method: http.MethodGet, path: path}), 404, "not_found")
		}
	})
}

func TestTheTableIsFoundBelowEveryMount(t *testing.T) {
	t.Parallel()
	for _, c := range loginid.Table() {
		want, _ := loginid.Below(c.Path)
		mounts := []string{"", "//", "/api", "/api/native"}
		if strings.HasPrefix(c.Path, "/tx") {
			mounts = append(mounts, "/api/native/api")
		}
		for _, mount := range mounts {
			if got, ok := loginid.Below(mount + c.Path + "/"); !ok || !slices.Equal(got, want) {
				t.Errorf("%s%s leads to %v", mount, c.Path, got)
			}
		}
	}
}

func TestWrongRequestsAreToldInJSON(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		const path = "/authenticate/fido2/init"
		wrong := w.do(ask{method: http.MethodGet, path: "/tx"})
		w.refused(t, "another method", wrong, 405, "bad_request")
		if wrong.header.Get("Allow") != "POST" {
			t.Errorf("allowed is %q", wrong.header.Get("Allow"))
		}
		// Of the two calls that this path has, one is by its parameter.
		if got := w.do(ask{method: http.MethodGet, path: "/manage/users/delete"}).header.Get("Allow"); got != "DELETE, POST" {
			t.Errorf("allowed is %q", got)
		}
		w.refused(t, "no body", w.do(ask{path: path}), 400, "missing_body")
		w.refused(t, "no JSON", w.do(ask{path: path, body: "x=1"}), 400, "bad_request")
		w.refused(t, "a list", w.do(ask{path: path, body: "[]"}), 400, "bad_request")
		w.refused(t, "two values", w.do(ask{path: path, body: "{}{}"}), 400, "bad_request")
		w.refused(t, "a body cut off", w.do(ask{path: path, body: `{"client_id":"`}), 400, "bad_request")
		w.refused(t, "depth", w.do(ask{path: path, body: `{"x":` + strings.Repeat("[", 20000)}), 400, "bad_request")
		w.refused(t, "a number for a name", w.do(ask{path: path, body: `{"client_id":"` + web + `","username":7}`}), 400, "request_validation_error")
		w.refused(t, "a null in a name", w.do(ask{path: path, body: `{"client_id":"` + web + `","username":"a\u0000"}`}), 400, "request_validation_error")
		w.refused(t, "too large a body", w.do(ask{path: path, body: `{"x":"` + strings.Repeat("x", 256<<10) + `"}`}), 413, "request_validation_error")
		w.refused(t, "compression", w.do(ask{path: path, body: "x", header: map[string]string{"Content-Encoding": "gzip"}}), 415, "bad_request")
		for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"} {
			w.refused(t, "a content type that is not looked at", w.do(ask{path: path, body: object{"client_id": web, "username": "nobody"}, header: map[string]string{"Content-Type": kind}}), 404, "user_not_found")
		}
	})
}

func TestBytesOfEveryValueAreNames(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		for _, name := range []string{"jörg", "a?b~c", "<b>", "名前", `quote"back\slash`, "o'brien", "x' OR '1'='1", "%00", "../..", "🙂"} {
			w.create(name)
			if a := w.ok(backend, "users.retrieve", "/manage/users/retrieve", object{"username": name}); a.body["username"] != name {
				t.Errorf("%q came back as %v", name, a.body["username"])
			}
		}
	})
}

// One client's decoder of Base64 knows neither - nor _ and takes bytes for Latin-1.
func TestTokensReadWithTheStandardAlphabet(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		for _, name := range []string{"a?b~c", "jörg", "名前", "tilde~~~", "???", "del\u007e", "<<>>", "🙂🙂"} {
			phone := device()
			done := w.register(name, phone)
			token := text(done.body, "jwt")
			parts := strings.Split(token, ".")
			for _, part := range parts[:2] {
				if strings.ContainsAny(part, "-_") {
					t.Errorf("%q: %s", name, part)
				}
				raw, err := base64.RawStdEncoding.DecodeString(part)
				if err != nil || bytes.ContainsFunc(raw, func(r rune) bool { return r < ' ' || r > '}' || r == '>' || r == '?' }) {
					t.Errorf("%q: %s, %v", name, raw, err)
				}
			}
			if _, claims := w.jwt(token); claims["udata"] != name {
				t.Errorf("%q became %v", name, claims["udata"])
			}
		}
	})
}

func TestKeysAreServedAsPlainPEMAndOldOnesStay(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		get := func(kid string) answer { return w.do(ask{method: http.MethodGet, path: "/certs" + kid}) }
		first := get("")
		if first.header.Get("Content-Type") != "text/plain; charset=utf-8" || strings.ContainsRune(first.raw, '\r') ||
			!strings.HasPrefix(first.raw, "-----BEGIN PUBLIC KEY-----\n") || !strings.HasSuffix(first.raw, "-----END PUBLIC KEY-----\n") {
			t.Errorf("served %q %v", first.raw, first.header)
		}
		header, _ := w.jwt(text(w.register("bob", device()).body, "jwt"))
		if a := get("?kid="); a.raw != first.raw {
			t.Errorf("an empty kid gives %s", a.raw)
		}
		old, _ := header["kid"].(string)
		fresh, err := loginid.RotateKey(w.Context(), w.Service)
		w.must(err)
		if a := get("?kid=" + fresh); a.status != http.StatusOK || a.raw == first.raw {
			t.Errorf("the new key: %d %s", a.status, a.raw)
		}
		if a := get("?kid=" + old); a.raw != first.raw {
			t.Errorf("the old key: %d %s", a.status, a.raw)
		}
		w.Clock.Advance(5 * time.Second)
		if header, _ := w.jwt(text(w.register("eve", device()).body, "jwt")); header["kid"] != fresh {
			t.Errorf("signed by %v after the rotation", header["kid"])
		}
		w.refused(t, "no such key", get("?kid=nobody"), 404, "not_found")
		w.refused(t, "a kid without end", get("?kid="+strings.Repeat("k", 1000)), 404, "not_found")
	})
}

func TestAnApplicationSaysWhoIssuesAndForHowLong(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		settings := mfa.DefaultSettings()
		settings.RelyingParty = &mfa.RelyingParty{ID: "shop.example", Origins: []string{shop}}
		settings.Dialects = map[string]json.RawMessage{loginid.Name: json.RawMessage(`{"issuer":"https://id.shop.example","token_life":300}`)}
		_, err := w.Provision.Apply(w.Context(), provision.Plan{Organizations: []provision.PlannedOrganization{{Name: "Shops", Directories: []provision.PlannedDirectory{{
			Name: "people", Applications: []provision.PlannedApplication{{Name: "Brief", Settings: settings, Keys: []provision.PlannedKey{{Kind: mfa.KeyLoginIDClient, Secret: mfa.SecretText("brief-client-0001")}}}},
		}}}}})
		w.must(err)
		begun := w.ok("brief-client-0001", "", "/register/fido2/init", object{"username": "bob"})
		done := w.ok("brief-client-0001", "", "/register/fido2/complete", object{"username": "bob", "attestation_payload": w.made(begun, device())})
		_, claims := w.jwt(text(done.body, "jwt"))
		iat, _ := claims["iat"].(float64)
		if claims["iss"] != "https://id.shop.example" || claims["exp"] != iat+300 {
			t.Errorf("the token says %v", claims)
		}
	})
}

func TestPagesOfKnownOriginsMayReadAnswers(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		for origin, known := range map[string]bool{shop: true, other: true, "https://evil.example": false, "null": false, "": false, "https://shop.example.evil.example": false, strings.Repeat("x", 400): false} {
			header := map[string]string{"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,x-client-id"}
			want := ""
			if known {
				want = origin
			}
			for _, path := range []string{"/register/fido2/init", "/api/tx/init", "/nothing"} {
				a := w.do(ask{method: http.MethodOptions, path: path, header: header})
				if a.status != http.StatusNoContent || a.raw != "" || a.header.Get("Access-Control-Allow-Origin") != want || a.header.Get("Vary") != "Origin" {
					t.Errorf("%s at %s: %d %v", origin, path, a.status, a.header)
				}
				if allowed := a.header.Get("Access-Control-Allow-Headers"); strings.Contains(allowed, "x-client-id") != known {
					t.Errorf("%s may send %q", origin, allowed)
				}
				if a.header.Get("Access-Control-Allow-Credentials") != "" {
					t.Error("cookies would be sent")
				}
			}
			for what, a := range map[string]answer{
				"an answer":  w.do(ask{method: http.MethodGet, path: "/certs", header: header}),
				"a refusal":  w.do(ask{path: "/authenticate/fido2/init", body: object{"client_id": web, "username": "nobody"}, header: header}),
				"no address": w.do(ask{path: "/nothing", header: header}),
				"no body":    w.do(ask{path: "/tx", header: header}),
			} {
				if a.header.Get("Access-Control-Allow-Origin") != want {
					t.Errorf("%s to %s: %v", what, origin, a.header)
				}
			}
		}
	})
}

func TestCallsThatAreLeftOutAnswerAsTheirPageSays(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		status := map[string]int{"operation_not_allowed": 403, "endpoint_deprecated": 404, "email_verification_not_sent": 400}
		for _, c := range loginid.Table() {
			if c.Absent == "" {
				continue
			}
			path := strings.ReplaceAll(c.Path, "{user}", w.Caller.Application.ID.Owner().ID)
			a := ask{method: c.Method, path: path, body: object{"client_id": backend, "username": "bob"}}
			if c.Token == "always" {
				w.refused(t, c.Path+" without a token", w.do(a), 401, "unauthorized")
				a.token = w.token(backend, c.Scope)
			}
			w.refused(t, c.Path, w.do(a), status[c.Absent], c.Absent)
		}
	})
}

// The log of a server with all of its lines.
func TestNothingSecretIsLoggedOrTold(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		var lines bytes.Buffer
		w.server.Log = slog.New(slog.NewTextHandler(&lines, &slog.HandlerOptions{Level: slog.LevelDebug}))
		w.handler = w.dialect(w.Service).Handler(w.server)
		w.create("bob")
		code := text(w.generate("bob", "phrase", "temporary_authentication", true).body, "code")
		token := w.token(backend, "users.retrieve")
		w.good(w.do(ask{path: "/manage/users/retrieve", body: object{"client_id": backend, "username": "bob"}, token: token}))
		w.do(ask{path: "/manage/users/retrieve", body: object{"client_id": backend, "username": "bob"}, token: token})
		w.call(web, "", "/authenticate/password", object{"username": "bob", "password": "hunter2hunter2"})
		in := w.good(w.wait("bob", code, "phrase", nil))
		w.wait("bob", code, "phrase", nil)
		for _, secret := range []string{code, token, "hunter2hunter2", text(in.body, "jwt"), "bob"} {
			if strings.Contains(lines.String(), secret) {
				t.Errorf("the log holds %q", secret)
			}
		}
	})
}

func TestBodiesTellNothingOfTheInside(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		w.create("bob")
		// Services that are not there panic.
		broken := loginid.New(loginid.Config{Domain: w.Service}).Handler(w.server)
		for path, body := range map[string]object{
			"/register/fido2/init": {"username": "x"}, "/authenticate/fido2/init": {"username": "bob"}, "/authenticate/password": {"username": "bob", "password": "x"}, "/tx": {"tx_payload": "x"},
		} {
			w.refused(t, path, w.at(broken, ask{path: path, body: with(body, object{"client_id": web})}), 500, "internal_server_error")
		}
		closed := loginid.New(loginid.Config{Domain: w.Beside(mfa.Options{})}).Handler(&endpoint.Server{})
		var said []string
		for _, c := range loginid.Table() {
			for _, body := range []any{nil, "", "{}", "[]", "null", `{"client_id":1}`, `{"client_id":"` + web + `","username":"` + strings.Repeat("\u00e9", 600) + `"}`, `{"client_id":"` + web + `","user_id":"x","credential":{"uuid":"'"}}`} {
				for _, header := range []map[string]string{nil, {"Authorization": "Bearer x.y.z"}, {"X-Client-ID": web}} {
					a := w.at(closed, ask{method: c.Method, path: strings.NewReplacer("{user}", "x", "{type}", "short").Replace(c.Path), body: body, header: header})
					said = append(said, a.raw)
					if a.status >= 400 {
						w.refused(t, c.Path, a, a.status, text(a.body, "code"))
					}
				}
			}
		}
		for _, inside := range []string{"panic", "goroutine", "runtime", "nil pointer", ".go:", "sql", "SQL", "sqlite", "postgres", "pgx", "mfa.", "*refusal", "json:", "Go value", "struct", "base64", "asn1", "x509", "/work", "internal/"} {
			for _, body := range said {
				if strings.Contains(body, inside) {
					t.Errorf("%q tells of %q", body, inside)
				}
			}
		}
	})
}

func TestAParameterOfTheWrongTypeIsCalledByItsName(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		for path, body := range map[string]string{
			"/register/fido2/init client_id":                   `{"client_id": 5}`,
			"/authenticate/code/wait user_id":                  `{"client_id": "` + web + `", "user_id": 5}`,
			"/tx/init tx_payload":                              `{"client_id": "` + web + `", "tx_payload": 5}`,
			"/register/fido2/init options.display_name":        `{"client_id": "` + web + `", "options": {"display_name": 5}}`,
			"/authenticate/code/wait authentication_code.code": `{"client_id": "` + web + `", "authentication_code": {"code": 5}}`,
		} {
			path, name, _ := strings.Cut(path, " ")
			a := w.do(ask{path: path, body: body})
			w.refused(t, path, a, 400, "request_validation_error")
			if text(a.body, "message") != "the parameter "+name+" is of the wrong type" {
				t.Errorf("%s: %s", path, a.raw)
			}
		}
	})
}
