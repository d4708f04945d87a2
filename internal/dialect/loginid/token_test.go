package loginid_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/twinseal/twinseal/internal/mfa"
)

func TestServiceTokensAreJudged(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		w.create("bob")
		eve := w.create("eve")
		bob := text(w.ok(backend, "users.retrieve", "/manage/users/retrieve", object{"username": "bob"}).body, "id")
		now := w.Clock.Now().Unix()
		const scope = "users.retrieve"
		base := func() object { return w.claims(backend, scope) }
		change := func(changes object) object { return with(base(), changes) }
		without := func(names ...string) object {
			claims := base()
			for _, name := range names {
				delete(claims, name)
			}
			return claims
		}
		good := object{"alg": "ES256", "typ": "JWT"}
		key := w.keys[backend]
		bearer := func(token string) string { return "Bearer " + token }
		for _, c := range []struct {
			name   string
			header string
			status int
			code   string
		}{
			{"as clients make it", bearer(w.signed(key, base())), 200, ""},
			{"a scheme in other case", "bEARER " + w.signed(key, base()), 200, ""},
			{"an empty kid", bearer(sign(t, key, object{"alg": "ES256", "typ": "JWT", "kid": ""}, base())), 200, ""},
			{"scope instead of type", bearer(w.signed(key, with(without("type"), object{"scope": scope}))), 200, ""},
			{"type null and scope", bearer(w.signed(key, change(object{"type": nil, "scope": scope}))), 200, ""},
			{"no client", bearer(w.signed(key, without("client_id"))), 200, ""},
			{"the client that has the same key", bearer(w.signed(key, change(object{"client_id": twin}))), 200, ""},
			{"bound to the user by name", bearer(w.signed(key, change(object{"username": "bob"}))), 200, ""},
			{"bound to the user by udata", bearer(w.signed(key, change(object{"udata": "bob", "user_id": bob}))), 200, ""},
			{"bound to the user by id", bearer(w.signed(key, change(object{"user_id": bob}))), 200, ""},
			{"five minutes old", bearer(w.signed(key, change(object{"iat": now - 300}))), 200, ""},
			{"a minute ahead", bearer(w.signed(key, change(object{"iat": now + 60}))), 200, ""},

			{"none", "", 401, "unauthorized"},
			{"another scheme", "Basic " + w.signed(key, base()), 401, "unauthorized"},
			{"of a client's bug", "Bearer undefined", 401, "unauthorized"},
			{"of two parts", bearer("a.b"), 401, "unauthorized"},
			{"not signed", bearer(unsigned(w.signed(key, base()))), 401, "unauthorized"},
			{"of the algorithm none", bearer(sign(t, key, object{"alg": "none"}, base())), 401, "unauthorized"},
			{"of another algorithm", bearer(sign(t, key, object{"alg": "ES384", "typ": "JWT"}, base())), 401, "unauthorized"},
			{"with an extension", bearer(sign(t, key, object{"alg": "ES256", "crit": []string{"exp"}}, base())), 401, "unauthorized"},
			{"with null for an extension", bearer(sign(t, key, object{"alg": "ES256", "crit": nil}, base())), 401, "unauthorized"},
			{"of another key", bearer(w.signed(w.keys[app], base())), 401, "unauthorized"},
			{"too old", bearer(w.signed(key, change(object{"iat": now - 302}))), 401, "unauthorized"},
			{"of the future", bearer(w.signed(key, change(object{"iat": now + 62}))), 401, "unauthorized"},
			{"without a time", bearer(w.signed(key, without("iat"))), 401, "unauthorized"},
			{"with a text for the time", bearer(w.signed(key, change(object{"iat": "now"}))), 401, "unauthorized"},
			{"without a nonce", bearer(w.signed(key, without("nonce"))), 401, "unauthorized"},
			{"with an empty nonce", bearer(w.signed(key, change(object{"nonce": ""}))), 401, "unauthorized"},
			{"with a number for a nonce", bearer(w.signed(key, change(object{"nonce": 7}))), 401, "unauthorized"},
			{"with a long nonce", bearer(w.signed(key, change(object{"nonce": strings.Repeat("n", 129)}))), 401, "unauthorized"},
			{"of another scope", bearer(w.signed(key, change(object{"type": "users.delete"}))), 403, "operation_not_allowed"},
			{"without a scope", bearer(w.signed(key, change(object{"type": nil}))), 403, "operation_not_allowed"},
			{"whose type is another than its scope", bearer(w.signed(key, change(object{"type": "users.delete", "scope": scope}))), 403, "operation_not_allowed"},
			{"for a client of the directory with another key", bearer(w.signed(key, change(object{"client_id": app}))), 403, "operation_not_allowed"},
			{"for a client of another directory", bearer(w.signed(key, change(object{"client_id": stranger}))), 403, "operation_not_allowed"},
			{"for no client", bearer(w.signed(key, change(object{"client_id": "nobody"}))), 403, "operation_not_allowed"},
			{"bound to another user by name", bearer(w.signed(key, change(object{"username": "eve"}))), 403, "operation_not_allowed"},
			{"bound to another user by id", bearer(w.signed(key, change(object{"user_id": eve}))), 403, "operation_not_allowed"},
			{"too long", bearer(sign(t, key, good, change(object{"more": strings.Repeat("x", 9000)}))), 401, "unauthorized"},
		} {
			a := w.do(ask{path: "/manage/users/retrieve", body: object{"client_id": backend, "username": "bob"}, header: map[string]string{"Authorization": c.header}})
			if c.status != http.StatusOK {
				w.refused(t, c.name, a, c.status, c.code)
			} else if a.status != http.StatusOK {
				t.Errorf("%s: %d %s", c.name, a.status, a.raw)
			}
		}
	})
}

// unsigned spoils a token's signature.
func unsigned(token string) string {
	at := strings.LastIndexByte(token, '.')
	return token[:at] + "." + base64.RawURLEncoding.EncodeToString(make([]byte, 64))
}

func TestATokenCountsOnceAtAllNodesAndForEachCredential(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		w.create("bob")
		second := w.dialect(w.Beside(mfa.Options{PublicURL: "https://mfa.example.test"})).Handler(w.server)
		token := w.token(backend, "users.retrieve")
		a := ask{path: "/manage/users/retrieve", body: object{"client_id": backend, "username": "bob"}, token: token}
		w.good(w.do(a))
		w.refused(t, "again", w.do(a), 401, "unauthorized")
		w.refused(t, "again at another node", w.at(second, a), 401, "unauthorized")
		a.body = object{"client_id": twin, "username": "bob"}
		w.refused(t, "again for a client of the same key", w.at(second, a), 401, "unauthorized")
		w.Clock.Advance(4 * time.Minute)
		w.refused(t, "again later", w.do(a), 401, "unauthorized")
		nonce := object{"nonce": "0123456789abcdef"}
		for _, client := range []string{backend, app} {
			w.good(w.do(ask{path: "/manage/users/retrieve", body: object{"client_id": client, "username": "bob"}, token: w.signed(w.keys[client], with(w.claims(client, "users.retrieve"), nonce))}))
		}
	})
}

func TestTheClientIsFoundInItsOrder(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		w.create("bob")
		token := func() string { return w.token(backend, "users.retrieve") }
		body := object{"username": "bob"}
		for name, a := range map[string]ask{
			"the body before headers":     {body: with(body, object{"client_id": backend}), header: map[string]string{"X-Client-ID": stranger, "X-API-Key": "nobody"}},
			"one header before the other": {body: body, header: map[string]string{"x-client-id": backend, "X-API-Key": stranger}},
			"the older header":            {body: body, header: map[string]string{"x-api-key": backend}},
			"the token":                   {body: body},
			"null in the body":            {body: with(body, object{"client_id": nil})},
		} {
			a.path, a.token = "/manage/users/retrieve", token()
			if got := w.do(a); got.status != http.StatusOK || got.body["client_id"] != backend {
				t.Errorf("%s: %d %s", name, got.status, got.raw)
			}
		}
		w.refused(t, "nobody in the body", w.do(ask{path: "/manage/users/retrieve", body: with(body, object{"client_id": "nobody"}), token: token()}), 404, "client_not_found")
		w.refused(t, "an id that is none", w.do(ask{path: "/manage/users/retrieve", body: with(body, object{"client_id": "a b"}), token: token()}), 404, "client_not_found")
		w.refused(t, "nowhere", w.do(ask{path: "/authenticate/fido2/init", body: body}), 400, "missing_parameter")
	})
}

// Some clients repeat headers of an earlier call, even one of another client.
func TestTokensAreIgnoredWhereNoneIsNeeded(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		for i, leaked := range []string{"Bearer undefined", "Bearer " + w.token(stranger, "codes.generate"), "Bearer a.b.c", "Basic x", "Bearer " + w.signed(w.keys[app], with(w.claims(app, ""), object{"type": nil}))} {
			header := map[string]string{"Authorization": leaked, "X-Client-ID": stranger}
			username := "bob" + string(rune('a'+i))
			send := func(path string, body object) answer {
				return w.good(w.do(ask{path: path, body: with(body, object{"client_id": web, "username": username}), header: header}))
			}
			phone := device()
			begun := send("/register/fido2/init", nil)
			send("/register/fido2/complete", object{"attestation_payload": w.made(begun, phone)})
			asked := send("/authenticate/fido2/init", nil)
			send("/authenticate/fido2/complete", object{"assertion_payload": w.proved(asked, phone)})
			if a := w.do(ask{method: http.MethodGet, path: "/certs", header: header}); a.status != http.StatusOK {
				t.Errorf("%s: /certs: %d %s", leaked, a.status, a.raw)
			}
			// What a private application finishes needs no token either.
			begun = w.ok(app, "auth.login", "/authenticate/fido2/init", object{"username": username})
			w.good(w.do(ask{path: "/authenticate/fido2/complete", header: header, body: object{"client_id": app, "username": username, "assertion_payload": w.proved(begun, phone)}}))
		}
	})
}

func TestEveryBeginningOfAPrivateApplicationNeedsItsScope(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		id := w.create("bob")
		for path, scope := range map[string]string{
			"/register/fido2/init": "auth.register", "/register/password": "auth.register", "/authenticate/fido2/init": "auth.login",
			"/authenticate/password": "auth.login", "/authenticate/publickey/init": "auth.login", "/authenticate/code/wait": "auth.temporary",
			"/credentials/fido2/init/code": "credentials.add", "/tx": "tx.create", "/codes/short/generate/fido2/init": "codes.generate",
			"/credentials/fido2/init/force": "credentials.force_add", "/credentials/publickey": "credentials.force_add",
			"/credentials/recovery-code": "credentials.add_recovery", "/credentials/list": "credentials.list", "/credentials/rename": "credentials.rename",
			"/credentials/revoke": "credentials.revoke", "/codes/short/generate": "codes.generate", "/codes/short/authorize": "codes.authorize",
			"/codes/short/invalidate-all": "codes.invalidate", "/manage/users": "users.create",
		} {
			body := object{"username": "bob"}
			w.refused(t, path+" without a token", w.call(app, "", path, body), 401, "unauthorized")
			w.refused(t, path+" for something else", w.call(app, "users.retrieve", path, body), 403, "operation_not_allowed")
			if a := w.call(app, scope, path, body); a.status == 401 || a.body["code"] == "operation_not_allowed" && path != "/tx" {
				t.Errorf("%s with its scope: %d %s", path, a.status, a.raw)
			}
		}
		for path, scope := range map[string]string{
			"DELETE /manage/users/" + id: "users.delete", "PUT /manage/users/" + id + "/activate": "users.activate",
			"PUT /manage/users/" + id + "/deactivate": "users.deactivate", "GET /credentials?user_id=" + id: "credentials.list",
		} {
			method, path, _ := strings.Cut(path, " ")
			a := ask{method: method, path: path, header: map[string]string{"X-Client-ID": app}}
			w.refused(t, path+" without a token", w.do(a), 401, "unauthorized")
			a.token = w.token(app, "users.retrieve")
			w.refused(t, path+" for something else", w.do(a), 403, "operation_not_allowed")
			a.token = w.token(app, scope)
			a.header["X-Client-ID"] = web
			w.refused(t, path+" for a client without a key", w.do(a), 401, "unauthorized")
		}
		w.refused(t, "deleting without a token", w.call(app, "", "/manage/users/delete", object{"username": "bob"}), 401, "unauthorized")
		w.refused(t, "deleting for something else", w.call(app, "users.create", "/manage/users/delete", object{"username": "bob"}), 403, "operation_not_allowed")
		a := w.call(app, "auth.login", "/codes/short/generate/fido2/init", object{"username": "bob", "purpose": "add_credential"})
		w.refused(t, "codes of one's own with the scope of sign-ins", a, 404, "credential_not_found")
		w.refused(t, "waiting with a token for nothing", w.do(ask{
			path: "/authenticate/code/wait", body: object{"client_id": app, "username": "bob", "authentication_code": object{"code": "000000", "type": "short"}},
			token: w.signed(w.keys[app], with(w.claims(app, ""), object{"type": nil})),
		}), 404, "verification_code_not_found")
	})
}

// The vectors of the protocol.
func TestTransactionTokensBindTheText(t *testing.T) {
	t.Parallel()
	for payload, want := range map[string]string{
		"pay 1":               "B32KHzGSa-9PPda53R6jrSiKAUdbYLxeX0LDkk2Jd5o",
		"Überweisung 12,50 €": "enD3UlZLQNvGpjqjvhKxkq5Adz05cipQ3pXW1D24m7c",
	} {
		if sum := sha256.Sum256([]byte(payload)); b64(sum[:]) != want {
			t.Errorf("%q has %s", payload, b64(sum[:]))
		}
	}
	engines(t, func(t *testing.T, w *world) {
		const payload, hash = "Überweisung 12,50 €", "enD3UlZLQNvGpjqjvhKxkq5Adz05cipQ3pXW1D24m7c"
		send := func(payload string, claims object) answer {
			token := w.signed(w.keys[app], with(w.claims(app, "tx.create"), object{"payload_hash": hash}, claims))
			return w.do(ask{path: "/tx", body: object{"client_id": app, "tx_payload": payload, "nonce": "n1"}, token: token})
		}
		w.create("bob")
		w.good(send(payload, nil))
		w.good(send(payload, object{"username": "bob"}))
		w.refused(t, "another text", send(payload+" ", nil), 403, "operation_not_allowed")
		w.refused(t, "no hash", send(payload, object{"payload_hash": nil}), 403, "operation_not_allowed")
		w.refused(t, "nobody", send(payload, object{"username": "nobody"}), 404, "user_not_found")
		claims := with(w.claims(app, "tx.create"), object{"payload_hash": hash, "nonce": uuid.NewString(), "scope": "tx.create"})
		delete(claims, "type")
		delete(claims, "client_id")
		w.good(w.do(ask{path: "/api/native/tx", body: object{"client_id": app, "tx_payload": payload}, token: w.signed(w.keys[app], claims)}))
	})
}
