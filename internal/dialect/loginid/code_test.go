package loginid_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// generate makes a code at the backend.
func (w *world) generate(username, kind, purpose string, authorize bool) answer {
	w.tb.Helper()
	return w.ok(backend, "codes.generate", "/codes/"+kind+"/generate", object{"username": username, "purpose": purpose, "authorize": authorize})
}

// wait asks for what a code stands for, without waiting.
func (w *world) wait(username, code, kind string, body object) answer {
	w.tb.Helper()
	return w.call(web, "", "/authenticate/code/wait", with(object{
		"username": username, "authentication_code": object{"code": code, "type": kind}, "no_wait": true,
	}, body))
}

func TestCodesOfEveryFormAreMadeAuthorizedAndUsedOnce(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		id := w.create("bob")
		for kind, life := range map[string]time.Duration{"short": 3 * time.Minute, "long": 24 * time.Hour, "phrase": 24 * time.Hour} {
			made := w.generate("bob", kind, "temporary_authentication", false)
			code := text(made.body, "code")
			looks := map[string]bool{
				"short": len(code) == 6 && strings.Trim(code, "0123456789") == "", "long": len(code) == 32, "phrase": len(strings.Fields(code)) >= 6,
			}
			if !looks[kind] || made.body["is_authorized"] != false {
				t.Errorf("%s: made %s", kind, made.raw)
			}
			end, err := time.Parse(time.RFC3339, text(made.body, "expires_at"))
			if err != nil || !end.Equal(w.Clock.Now().Add(life)) {
				t.Errorf("%s: it ends at %v, %v", kind, end, err)
			}
			early := w.good(w.wait("bob", code, kind, nil))
			if _, ok := early.body["jwt"]; ok || early.body["is_authenticated"] != false || text(early.body, "user", "id") != id {
				t.Errorf("%s: before it was authorized: %s", kind, early.raw)
			}
			authorize := func(body object) answer {
				return w.call(backend, "codes.authorize", "/codes/"+kind+"/authorize", with(object{"user_id": id, "purpose": "temporary_authentication", "code": code}, body))
			}
			w.refused(t, "for another purpose", authorize(object{"purpose": "add_credential"}), 404, "verification_code_not_found")
			for range 2 {
				a := w.good(authorize(nil))
				if a.body["is_authorized"] != true || a.body["expires_at"] != made.body["expires_at"] || len(a.body) != 2 {
					t.Errorf("%s: authorized %s", kind, a.raw)
				}
			}
			in := w.good(w.wait("bob", code, kind, nil))
			if _, claims := w.jwt(text(in.body, "jwt")); claims["action"] != "temporary_authentication" || claims["aud"] != web || claims["sub"] != id {
				t.Errorf("%s: the token says %v", kind, claims)
			}
			if _, ok := in.body["credential"]; ok || in.body["is_authenticated"] != true {
				t.Errorf("%s: signed in with %s", kind, in.raw)
			}
			w.refused(t, "again", w.wait("bob", code, kind, nil), 400, "invalid_verification_code")
			w.refused(t, "authorized after it was used", authorize(nil), 400, "invalid_verification_code")
		}
	})
}

func TestACodeMadeByNameIsAuthorizedByID(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		id := w.create("bob")
		code := w.generate("bob", "short", "add_credential", true)
		w.good(w.call(backend, "codes.authorize", "/codes/short/authorize", object{"user_id": id, "purpose": "add_credential", "code": code.body["code"]}))
	})
}

func TestCodesAreRefused(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		id := w.create("bob")
		w.create("eve")
		generate := func(kind string, body object) answer {
			return w.call(backend, "codes.generate", "/codes/"+kind+"/generate", with(object{"user_id": id, "purpose": "add_credential", "authorize": true}, body))
		}
		w.refused(t, "a type that there is not", generate("medium", nil), 400, "bad_request")
		w.refused(t, "a purpose that there is not", generate("short", object{"purpose": "add_authenticator"}), 400, "request_validation_error")
		w.refused(t, "no purpose", generate("short", object{"purpose": nil}), 400, "missing_parameter")
		w.refused(t, "nobody", generate("short", object{"user_id": uuid.NewString()}), 404, "user_not_found")
		w.refused(t, "not a user's id", generate("short", object{"user_id": "x"}), 404, "user_not_found")
		w.refused(t, "two users", generate("short", object{"username": "eve"}), 404, "user_not_found")
		w.refused(t, "no user", generate("short", object{"user_id": nil}), 400, "missing_parameter")
		w.refused(t, "a text for a truth", generate("short", object{"authorize": "yes"}), 400, "request_validation_error")
		for range 10 {
			w.good(generate("long", nil))
		}
		w.refused(t, "one too many", generate("long", nil), 403, "operation_not_allowed")

		code := text(w.generate("bob", "short", "temporary_authentication", true).body, "code")
		w.refused(t, "another user's", w.wait("eve", code, "short", nil), 404, "verification_code_not_found")
		w.refused(t, "under another type", w.wait("bob", code, "long", nil), 404, "verification_code_not_found")
		w.refused(t, "nobody's", w.wait("nobody", code, "short", nil), 404, "user_not_found")
		w.refused(t, "no code", w.wait("bob", "", "short", nil), 400, "missing_parameter")
		w.refused(t, "no such type", w.wait("bob", code, "medium", nil), 400, "bad_request")
		w.Clock.Advance(4 * time.Minute)
		w.refused(t, "too late", w.wait("bob", code, "short", nil), 400, "verification_code_expired")

		code = text(w.generate("bob", "short", "temporary_authentication", true).body, "code")
		wrong := "000000"
		if code == wrong {
			wrong = "000001"
		}
		for range 5 {
			w.refused(t, "a wrong one", w.wait("bob", wrong, "short", nil), 404, "verification_code_not_found")
		}
		w.refused(t, "the right one after five wrong ones", w.wait("bob", code, "short", nil), 429, "remote_session_maximum_retry_attempts")
	})
}

func TestAllCodesOfAFormAndPurposeAreTakenBack(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		w.create("bob")
		kept := text(w.generate("bob", "long", "temporary_authentication", true).body, "code")
		gone := text(w.generate("bob", "short", "temporary_authentication", true).body, "code")
		for range 2 { // that there are none is no error
			a := w.ok(backend, "codes.invalidate", "/codes/short/invalidate-all", object{"username": "bob", "purpose": "temporary_authentication"})
			if at, err := time.Parse(time.RFC3339, text(a.body, "deleted_at")); err != nil || !at.Equal(w.Clock.Now()) {
				t.Errorf("taken back: %s", a.raw)
			}
		}
		w.refused(t, "one that was taken back", w.wait("bob", gone, "short", nil), 404, "verification_code_not_found")
		w.good(w.wait("bob", kept, "long", nil))
	})
}

func TestACodeAddsAnAuthenticatorOnce(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		phone, laptop := device(), device()
		w.register("bob", phone)
		begin := func(code, kind string) answer {
			return w.call(web, "", "/credentials/fido2/init/code", object{
				"username": "bob", "authentication_code": object{"code": code, "type": kind}, "options": object{"roaming_authenticator": true},
			})
		}
		login := text(w.generate("bob", "short", "temporary_authentication", true).body, "code")
		w.refused(t, "a code for something else", begin(login, "short"), 404, "verification_code_not_found")
		unauthorized := text(w.generate("bob", "long", "add_credential", false).body, "code")
		w.refused(t, "one that was not authorized", begin(unauthorized, "long"), 403, "operation_not_allowed")
		code := text(w.generate("bob", "short", "add_credential", true).body, "code")
		begun := w.good(begin(code, ""))
		if got := string(w.raw(begun.body, "attestation_payload", "excludeCredentials")); !strings.Contains(got, b64(phone.Credentials()[0].ID)) {
			t.Errorf("excluded are %s", got)
		}
		w.refused(t, "again", begin(code, "short"), 400, "invalid_verification_code")
		done := w.ok(web, "", "/credentials/fido2/complete", object{"username": "bob", "attestation_payload": w.made(begun, laptop)})
		if _, claims := w.jwt(text(done.body, "jwt")); claims["action"] != "add_credential" {
			t.Errorf("the token says %v", claims)
		}
		w.good(w.login("bob", laptop))
		w.good(w.login("bob", phone))
		expired := text(w.generate("bob", "short", "add_credential", true).body, "code")
		w.Clock.Advance(4 * time.Minute)
		w.refused(t, "too late", begin(expired, "short"), 400, "verification_code_expired")
	})
}

func TestUsersMakeCodesForThemselves(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		phone := device()
		w.register("bob", phone)
		for kind, purpose := range map[string]string{"short": "temporary_authentication", "phrase": "add_credential"} {
			begun := w.ok(web, "", "/codes/"+kind+"/generate/fido2/init", object{"username": "bob", "purpose": purpose, "options": nil})
			proof := w.proved(begun, phone)
			finish := func(kind string) answer {
				return w.call(web, "", "/codes/"+kind+"/generate/fido2/complete", object{"username": "bob", "assertion_payload": proof})
			}
			w.refused(t, "as a sign-in", w.call(web, "", "/authenticate/fido2/complete", object{"username": "bob", "assertion_payload": proof}), 401, "failed_to_authenticate")
			w.refused(t, "for another form", finish("long"), 401, "failed_to_authenticate")
			done := w.good(finish(kind))
			data, _ := done.body["code_data"].(object)
			if data["is_authorized"] != true || data["expire_at"] != data["expires_at"] || text(data, "expires_at") == "" || text(done.body, "jwt") == "" {
				t.Errorf("made %s", done.raw)
			}
			w.refused(t, "again", finish(kind), 401, "failed_to_authenticate")
			if purpose == "temporary_authentication" {
				w.good(w.wait("bob", text(data, "code"), kind, nil))
				continue
			}
			w.refused(t, "the code for something else", w.wait("bob", text(data, "code"), kind, nil), 404, "verification_code_not_found")
			w.ok(web, "", "/credentials/fido2/init/code", object{"username": "bob", "authentication_code": object{"code": text(data, "code"), "type": kind}})
		}
		asked := w.ok(web, "", "/authenticate/fido2/init", object{"username": "bob"})
		w.refused(t, "a sign-in as a code", w.call(web, "", "/codes/short/generate/fido2/complete", object{"username": "bob", "assertion_payload": w.proved(asked, phone)}), 401, "failed_to_authenticate")
		w.refused(t, "no purpose", w.call(web, "", "/codes/short/generate/fido2/init", object{"username": "bob"}), 400, "missing_parameter")
		w.refused(t, "no such type", w.call(web, "", "/codes/x/generate/fido2/init", object{"username": "bob", "purpose": "add_credential"}), 400, "bad_request")
		if a := w.do(ask{method: http.MethodGet, path: "/codes/short/generate"}); a.header.Get("Allow") != "POST" {
			t.Errorf("a wrong method: %d %v", a.status, a.header)
		}
	})
}
