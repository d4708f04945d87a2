package loginid_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/dialect/loginid"
)

func TestABackendChecksTokens(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		phone := device()
		token := w.register(club, "ann", phone)
		check := func(client, token string) answer {
			return w.managed(client, http.MethodPost, "/mgmt/token/verify", object{"jwtAccess": token})
		}
		w.done(t, "a token", check(club, token))
		w.no(t, "another application's", check(vault, token), 401, "unauthorized")
		w.no(t, "a grant", check(club, w.grant(club, "ann", "passkey:read")), 401, "unauthorized")
		w.no(t, "nothing", check(club, ""), 401, "unauthorized")
		w.no(t, "a changed one", check(club, token[:len(token)-3]+"AAA"), 401, "unauthorized")
		id := text(decodeList(t, w.from(club, http.MethodGet, "/passkeys", token, nil).raw)[0], "id")
		w.done(t, "removed", w.from(club, http.MethodDelete, "/passkeys/"+id, token, nil))
		w.no(t, "after the passkey was removed", check(club, token), 401, "unauthorized")
	})
}

func TestGrantsAreGivenToWhoeverHasAKey(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		ask4 := func(authorization string, body any) answer {
			return w.do(ask{path: v2 + "/mgmt/grant", body: body, header: map[string]string{"Authorization": authorization}})
		}
		want := object{"grants": []string{"passkey:read", "reg:write"}, "username": "ann"}
		std, url := base64.StdEncoding, base64.RawURLEncoding
		for what, credentials := range map[string]string{
			"as documented": std.EncodeToString([]byte(clubKey + ":")), "without a colon": std.EncodeToString([]byte(clubKey)),
			"in the other alphabet": url.EncodeToString([]byte(clubKey + ":")),
		} {
			_, claims := w.jwt(text(w.good(ask4("Basic "+credentials, want)).body, "token"))
			if claims["tokenType"] != "grant" || claims["aud"] != club || claims["username"] != "ann" || claims["sub"] != nil {
				t.Errorf("%s: granted %v", what, claims)
			}
		}
		for what, authorization := range map[string]string{
			"none": "", "another scheme": "Bearer " + clubKey, "an unknown key": "Basic " + std.EncodeToString([]byte("nobodys-key:")),
			"a password": "Basic " + std.EncodeToString([]byte(clubKey+":x")), "no base64": "Basic !", "nothing in it": "Basic Og==",
			"a client id": "Basic " + std.EncodeToString([]byte(club+":")), "too long": "Basic " + strings.Repeat("QUFB", 1000),
		} {
			w.no(t, "key: "+what, ask4(authorization, want), 401, "unauthorized")
		}
		for what, body := range map[string]any{
			"none": nil, "no grants": object{"username": "ann"}, "an unknown right": object{"grants": []string{"everything"}},
			"too many": object{"grants": make([]string, 100)}, "no list": object{"grants": "reg:write"}, "no text": object{"grants": []int{1}},
			"a name that nobody can have": object{"grants": []string{"reg:write"}, "username": " ann"},
		} {
			w.no(t, "grants: "+what, w.managed(club, http.MethodPost, "/mgmt/grant", body), 400, "bad_request")
		}
		external := text(w.good(w.managed(club, http.MethodPost, "/mgmt/grant/external-auth", object{"username": "ann"})).body, "token")
		_, claims := w.jwt(external)
		if scopes, ok := claims["scopes"].([]any); !ok || len(scopes) != 1 || scopes[0] != "external:verify" {
			t.Errorf("granted %v", claims)
		}
		w.no(t, "to nobody", w.managed(club, http.MethodPost, "/mgmt/grant/external-auth", object{}), 400, "bad_request")
	})
}

func TestAnybodyChecksTokensByTheKeySet(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		token := w.register(club, "ann", device())
		if _, err := loginid.RotateKey(t.Context(), w.Service); err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(4 * time.Second)
		second := w.register(club, "bob", device())
		var set struct{ Keys []map[string]any }
		got := w.do(ask{method: http.MethodGet, path: v2 + "/.well-known/jwks.json"})
		w.must(json.Unmarshal([]byte(got.raw), &set))
		if len(set.Keys) != 2 {
			t.Fatalf("%d keys, want the old one and the new one", len(set.Keys))
		}
		for i, token := range []string{token, second} {
			k := set.Keys[i]
			point := []byte{4} // both coordinates follow
			for _, name := range []string{"x", "y"} {
				raw, err := base64.RawURLEncoding.DecodeString(k[name].(string))
				w.must(err)
				point = append(point, raw...)
			}
			key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
			w.must(err)
			if !verifies(key, token) {
				t.Errorf("the key %v does not verify", k)
			}
		}
	})
}

func TestWhatClientsTellOfThemselvesIsTaken(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		session := text(w.good(w.post(club, "/auth/init", begin(club, ""))).body, "session")
		for _, sent := range []struct{ authorization, want string }{{session, session}, {"", ""}, {"undefined", ""}, {strings.Repeat("x", 5000), ""}} {
			for _, body := range []any{object{"event": "passkey", "isError": true}, nil, "{", 7} {
				got := w.from(club, http.MethodPost, "/client-events/submit", sent.authorization, body)
				if name := text(got.body, "session"); got.status != 200 || len(name) < 16 || sent.want != "" && name != sent.want {
					t.Errorf("answered by %d %s", got.status, got.raw)
				}
			}
		}
		version := w.good(w.do(ask{method: http.MethodGet, path: v2 + "/version"}))
		if text(version.body, "version") == "" {
			t.Errorf("the version is %s", version.raw)
		}
	})
}

func TestTheApplicationIsFoundWithoutBeingNamed(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		phone := device()
		w.register(club, "ann", phone)
		order := object{"username": "ann", "txPayload": "pay 1", "nonce": "n", "txType": "raw"}
		hosts := map[string]string{"its own id": string(w.id) + ".mfa.example.test", "its client id": strings.ToUpper(club[:1]) + club[1:] + ".mfa.example.test"}
		for what, host := range hosts {
			r := w.request(ask{path: v2 + "/tx/init", body: order})
			r.Host = strings.ToLower(host)
			got := w.sent(r)
			if w.good(got); at(got.body, "assertionOptions", "rpId") != "club.example" {
				t.Errorf("by the host with %s: %s", what, got.raw)
			}
		}
		w.good(w.do(ask{path: v2 + "/tx/init", body: order, header: map[string]string{"Origin": clubPage}}))
		w.no(t, "by nothing", w.do(ask{path: v2 + "/tx/init", body: order}), 400, "bad_request")
		w.no(t, "by a page that nobody has", w.do(ask{path: v2 + "/tx/init", body: order, header: map[string]string{"Origin": "https://evil.example"}}), 400, "bad_request")
		for what, id := range map[string]string{"unknown": "nobody-app-0001", "of another dialect": string(w.Caller.Application.ID), "no id": "\x00"} {
			w.no(t, "an id that is "+what, w.post(club, "/auth/init", begin(id, "")), 400, "bad_request")
		}
		w.good(w.post(club, "/auth/init", begin(string(w.id), "ann")))
	})
}

func TestTokensNameTheAddressThatWasCalled(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		phone := device()
		w.register(club, "ann", phone)
		for host, want := range map[string]string{
			"mfa.example.test": "https://mfa.example.test", club + ".mfa.example.test": "https://" + club + ".mfa.example.test",
			"evil.example": "https://mfa.example.test", "a.b.mfa.example.test": "https://mfa.example.test",
		} {
			r := w.request(ask{path: v2 + "/auth/init", body: begin(club, "ann")})
			r.Host = host
			begun := w.good(w.sent(r))
			r = w.request(ask{path: v2 + "/auth/complete", body: w.asserted(club, begun, phone)})
			r.Host = host
			if _, claims := w.jwt(text(w.good(w.sent(r)).body, "jwtAccess")); claims["iss"] != want || claims["aud"] != club {
				t.Errorf("called as %s: %v", host, claims)
			}
		}
	})
}

func TestPagesOfEveryApplicationMayRead(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		for origin, want := range map[string]string{clubPage: clubPage, shop: shop, "https://evil.example": "", "null": ""} {
			for what, a := range map[string]ask{
				"preflight": {method: http.MethodOptions, path: v2 + "/passkeys/x"}, "refusal": {method: http.MethodGet, path: v2 + "/passkeys"},
				"answer": {method: http.MethodGet, path: v2 + "/version"}, "too much": {path: v2 + "/reg/init", body: strings.Repeat("x", 300<<10)},
			} {
				a.header = map[string]string{"Origin": origin}
				got := w.do(a)
				if got.header.Get("Access-Control-Allow-Origin") != want || got.header.Get("Access-Control-Allow-Credentials") != "" {
					t.Errorf("%s for %s: %v", what, origin, got.header)
				}
			}
		}
	})
}

func TestWhatIsNotOfferedSaysSo(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		for _, path := range []string{"/mfa/begin", "/mfa/passkey/auth", "/scim/Users"} {
			w.no(t, path, w.post(club, path, object{}), 404, "not_found")
		}
	})
}

func TestSlashesDoNotMatter(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		for _, path := range []string{"//fido2/v2/version", "/fido2//v2///version/"} {
			w.good(w.do(ask{method: http.MethodGet, path: path}))
		}
		w.no(t, "another version", w.do(ask{method: http.MethodGet, path: "/fido2/v3/version"}), 404, "not_found")
	})
}

func TestTooLargeARequestIsRefusedInWords(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		w.no(t, "too large", w.post(club, "/reg/complete", `"`+strings.Repeat("x", 300<<10)+`"`), 413, "bad_request")
		for what, body := range map[string]string{
			"nothing": "", "no JSON": "{", "a list": "[]", "more than one": "{}{}", "a NUL": `{"app":{"id":"\u0000"}}`, "another type": `{"app":7}`, "null": "null",
		} {
			for _, path := range []string{"/reg/init", "/reg/complete", "/auth/init", "/auth/complete", "/tx/init", "/tx/complete", "/auth/otp/verify", "/profile/email/verify"} {
				got := w.post(club, path, body)
				if got.status == 200 && path == "/auth/init" && what == "null" {
					continue // nobody is named, and the page says whose it is
				}
				w.no(t, path+" with "+what, got, 400, "bad_request")
			}
		}
	})
}
