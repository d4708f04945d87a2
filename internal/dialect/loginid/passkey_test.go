package loginid_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
)

func TestAUserRegistersAndSignsIn(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		phone := device()
		begun := w.ok(web, "", "/register/fido2/init", object{"username": "bob", "options": object{
			"register_session": nil, "display_name": "Bob", "override_name": "bob at the shop", "roaming_authenticator": false,
		}})
		if uuid.Validate(text(begun.body, "register_session")) != nil {
			t.Errorf("the session is %v", begun.body["register_session"])
		}
		options := w.raw(begun.body, "attestation_payload")
		if strings.Contains(string(options), "null") {
			t.Errorf("a browser is given null in %s", options)
		}
		user := text(begun.body, "attestation_payload", "user", "id")
		for path, want := range map[string]any{
			"rp.id": "shop.example", "rp.name": "Shop", "user.name": "bob at the shop", "user.displayName": "Bob", "attestation": "none",
			"authenticatorSelection.authenticatorAttachment": "platform", "authenticatorSelection.userVerification": "required", "timeout": 60000.0,
		} {
			if got := at(begun.body, append([]string{"attestation_payload"}, strings.Split(path, ".")...)...); got != want {
				t.Errorf("%s is %v, want %v", path, got, want)
			}
		}
		w.refused(t, "before the end", w.call(web, "", "/authenticate/fido2/init", object{"username": "bob"}), 404, "user_not_found")

		done := w.ok(web, "", "/register/fido2/complete", object{
			"username": "bob", "attestation_payload": w.made(begun, phone), "options": object{"credential_name": "Bob's phone"}, "unknown": 1,
		})
		credential := text(begun.body, "attestation_payload", "credential_uuid")
		for path, want := range map[string]any{
			"is_authenticated": true, "client.id": web, "client.type": "directweb", "user.id": user, "user.type": "user", "user.username": "bob",
			"credential.uuid": credential, "credential.id": credential, "credential.type": "fido2", "credential.name": "Bob's phone",
		} {
			if got := at(done.body, strings.Split(path, ".")...); got != want {
				t.Errorf("%s is %v, want %v", path, got, want)
			}
		}
		header, claims := w.jwt(text(done.body, "jwt"))
		if header["alg"] != "ES256" || header["typ"] != "JWT" || uuid.Validate(text(header, "kid")) != nil {
			t.Errorf("the header is %v", header)
		}
		for name, want := range map[string]any{
			"iss": "loginid.io", "sub": user, "udata": "bob", "username": "bob", "aud": web, "action": "register",
			"nid": text(done.body, "user", "namespace_id"), "sid": text(done.body, "session", "id"), "iat": float64(w.Clock.Now().Unix()), "exp": nil,
		} {
			if claims[name] != want {
				t.Errorf("the claim %s is %v, want %v", name, claims[name], want)
			}
		}
		if n := text(done.body, "user", "namespace_id"); len(n) != 16 || strings.Trim(n, "0123456789abcdef") != "" {
			t.Errorf("the namespace is %q", n)
		}

		in := w.good(w.login("bob", phone))
		if _, claims := w.jwt(text(in.body, "jwt")); claims["action"] != "login" || claims["sub"] != user {
			t.Errorf("the sign-in says %v", claims)
		}
		if text(in.body, "credential", "uuid") != credential {
			t.Errorf("the credential is %v", in.body["credential"])
		}
	})
}

func TestASignInAsksForTheUsersOwnCredentials(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		phone := device()
		w.register("bob", phone)
		w.register("eve", device())
		begun := w.ok(web, "", "/authenticate/fido2/init", object{"username": "bob", "options": nil})
		var payload struct {
			Allow []struct {
				Type, ID   string
				Transports []string
			} `json:"allowCredentials"`
		}
		w.must(json.Unmarshal(w.raw(begun.body, "assertion_payload"), &payload))
		if len(payload.Allow) != 1 || payload.Allow[0].ID != b64(phone.Credentials()[0].ID) || payload.Allow[0].Type != "public-key" {
			t.Errorf("asked for %+v", payload.Allow)
		}
	})
}

func TestNoJWTIsSentToWhoeverAsksForNone(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		begun := w.ok(web, "", "/register/fido2/init", object{"username": "bob"})
		done := w.ok(web, "", "/register/fido2/complete", object{"username": "bob", "attestation_payload": w.made(begun, device()), "no_jwt": true})
		if _, ok := done.body["jwt"]; ok {
			t.Errorf("a token came: %v", done.body)
		}
	})
}

func TestRegistrationsAreRefused(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		w.register("bob", device())
		begin := func(body object) answer { return w.call(web, "", "/register/fido2/init", body) }
		w.refused(t, "a name that is taken", begin(object{"username": "bob"}), 400, "username_taken")
		w.refused(t, "a name that differs by case", begin(object{"username": "BOB"}), 400, "username_taken")
		w.refused(t, "no name", begin(object{}), 400, "username_empty")
		w.refused(t, "a name for no screen", begin(object{"username": "a\u202eb"}), 400, "username_invalid")
		w.refused(t, "a name of a thousand letters", begin(object{"username": strings.Repeat("x", 1000)}), 400, "username_invalid")

		begun := w.ok(web, "", "/register/fido2/init", object{"username": "ann"})
		made := w.made(begun, device())
		finish := func(change object) answer {
			return w.call(web, "", "/register/fido2/complete", object{"username": "ann", "attestation_payload": with(made, change)})
		}
		fresh := w.ok(web, "", "/register/fido2/init", object{"username": "zoe"})
		w.refused(t, "another challenge", finish(object{"challenge": text(fresh.body, "attestation_payload", "challenge")}), 400, "bad_request")
		w.refused(t, "another ceremony", finish(object{"credential_uuid": text(fresh.body, "attestation_payload", "credential_uuid")}), 400, "bad_request")
		w.refused(t, "no such ceremony", finish(object{"credential_uuid": uuid.NewString()}), 400, "bad_request")
		w.refused(t, "no attestation", finish(object{"attestation_data": nil}), 400, "missing_parameter")
		w.refused(t, "no client data", finish(object{"client_data": ""}), 400, "missing_parameter")
		w.refused(t, "no bytes", finish(object{"client_data": "!"}), 400, "request_validation_error")
		w.refused(t, "malformed attestation", finish(object{"attestation_data": "AAAA"}), 400, "invalid_credential")
		w.refused(t, "another credential", finish(object{"credential_id": b64(make([]byte, 32))}), 400, "invalid_credential")
		w.refused(t, "another name", w.call(web, "", "/register/fido2/complete", object{"username": "eve", "attestation_payload": made}), 400, "bad_request")
		w.refused(t, "a stranger", w.call(stranger, "", "/register/fido2/complete", object{"username": "ann", "attestation_payload": made}), 400, "bad_request")
		if a := finish(nil); a.status != http.StatusOK {
			t.Errorf("what was right all along: %d %s", a.status, a.raw)
		}
		w.refused(t, "again", finish(nil), 400, "bad_request")
	})
}

func TestSignInsAreRefused(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		phone := device()
		w.register("bob", phone)
		w.register("eve", device())
		id := w.create("none")
		begin := func(username string) answer {
			return w.call(web, "", "/authenticate/fido2/init", object{"username": username})
		}
		w.refused(t, "nobody", begin("nobody"), 404, "user_not_found")
		w.refused(t, "no credential", begin("none"), 404, "credential_not_found")
		w.refused(t, "no name", begin(""), 400, "username_empty")

		begun := w.good(begin("bob"))
		proof := w.proved(begun, phone)
		finish := func(username string, change object) answer {
			return w.call(web, "", "/authenticate/fido2/complete", object{"username": username, "assertion_payload": with(proof, change)})
		}
		w.refused(t, "a signature of something else", finish("bob", object{"signature": proof["client_data"]}), 401, "failed_to_authenticate")
		w.refused(t, "another user", finish("eve", nil), 401, "failed_to_authenticate")
		w.refused(t, "no such credential", finish("bob", object{"credential_id": b64(make([]byte, 32))}), 401, "failed_to_authenticate")
		w.refused(t, "malformed client data", finish("bob", object{"client_data": "AAAA"}), 401, "failed_to_authenticate")
		w.refused(t, "no signature", finish("bob", object{"signature": ""}), 400, "missing_parameter")
		w.refused(t, "a number for a signature", finish("bob", object{"signature": 7}), 400, "request_validation_error")
		w.refused(t, "a stranger", w.call(stranger, "", "/authenticate/fido2/complete", object{"username": "bob", "assertion_payload": proof}), 404, "user_not_found")
		if a := finish("bob", nil); a.status != http.StatusOK {
			t.Errorf("what was right all along: %d %s", a.status, a.raw)
		}
		w.refused(t, "again", finish("bob", nil), 401, "failed_to_authenticate")

		w.good(w.do(ask{method: http.MethodPut, path: "/manage/users/" + id + "/deactivate", token: w.token(backend, "users.deactivate"), header: map[string]string{"X-Client-ID": backend}}))
		w.refused(t, "deactivated", begin("none"), 403, "account_deactivated")
	})
}

func TestASecurityKeyIsAskedForUnderBothSpellings(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		for _, name := range []string{"roaming_authenticator", "roaming_authentictor"} {
			begun := w.ok(web, "", "/register/fido2/init", object{"username": "bob", "options": object{name: true}})
			if got := at(begun.body, "attestation_payload", "authenticatorSelection", "authenticatorAttachment"); got != "cross-platform" {
				t.Errorf("%s asks for %v", name, got)
			}
		}
	})
}

func TestAPrivateClientFinishesNothingThatBeganWithoutAToken(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		phone := device()
		begun := w.ok(web, "", "/register/fido2/init", object{"username": "bob"})
		made := object{"username": "bob", "attestation_payload": w.made(begun, phone)}
		w.refused(t, "a registration", w.call(app, "", "/register/fido2/complete", made), 400, "bad_request")
		w.ok(web, "", "/register/fido2/complete", made)

		asked := w.ok(web, "", "/authenticate/fido2/init", object{"username": "bob"})
		signed := object{"username": "bob", "assertion_payload": w.proved(asked, phone)}
		w.refused(t, "a sign-in", w.call(app, "", "/authenticate/fido2/complete", signed), 401, "failed_to_authenticate")
		w.ok(web, "", "/authenticate/fido2/complete", signed)

		coded := w.ok(web, "", "/codes/short/generate/fido2/init", object{"username": "bob", "purpose": "add_credential"})
		signed = object{"username": "bob", "assertion_payload": w.proved(coded, phone)}
		w.refused(t, "a code", w.call(app, "", "/codes/short/generate/fido2/complete", signed), 401, "failed_to_authenticate")
		w.ok(web, "", "/codes/short/generate/fido2/complete", signed)

		vouched := w.ok(app, "auth.login", "/authenticate/fido2/init", object{"username": "bob"})
		w.ok(web, "", "/authenticate/fido2/complete", object{"username": "bob", "assertion_payload": w.proved(vouched, phone)})
	})
}

func TestABackendBeginsWhatTheWebClientFinishes(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		id := w.create("bob")
		phone := device()
		begun := w.ok(backend, "credentials.force_add", "/credentials/fido2/init/force", object{"user_id": id, "options": object{"display_name": "Bob"}})
		if _, ok := begun.body["register_session"]; ok {
			t.Error("a session came along")
		}
		done := w.ok(web, "", "/credentials/fido2/complete", object{"username": "bob", "attestation_payload": w.made(begun, phone)})
		if _, claims := w.jwt(text(done.body, "jwt")); claims["aud"] != web || claims["action"] != "add_credential" || claims["sub"] != id {
			t.Errorf("the token says %v", claims)
		}
		w.good(w.login("bob", phone))
		w.refused(t, "nobody", w.call(backend, "credentials.force_add", "/credentials/fido2/init/force", object{"user_id": uuid.NewString()}), 404, "user_not_found")
		w.refused(t, "no user", w.call(backend, "credentials.force_add", "/credentials/fido2/init/force", object{}), 400, "missing_parameter")
		w.refused(t, "no token", w.call(backend, "", "/credentials/fido2/init/force", object{"user_id": id}), 401, "unauthorized")
		w.refused(t, "a client without a key", w.call(web, "", "/credentials/fido2/init/force", object{"user_id": id}), 401, "unauthorized")
		excluded := w.ok(backend, "credentials.force_add", "/credentials/fido2/init/force", object{"username": "bob"})
		if got := w.raw(excluded.body, "attestation_payload", "excludeCredentials"); !strings.Contains(string(got), b64(phone.Credentials()[0].ID)) {
			t.Errorf("excluded are %s", got)
		}
	})
}
