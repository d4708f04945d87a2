package loginid_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

func TestUsersAreManaged(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		made := w.ok(backend, "users.create", "/manage/users", object{"username": "bob"})
		id := text(made.body, "id")
		for name, want := range map[string]any{"client_id": backend, "username": "bob", "status": "active", "type": "user"} {
			if made.body[name] != want {
				t.Errorf("%s is %v", name, made.body[name])
			}
		}
		if made.body["namespace_id"] != made.body["namspace_id"] || len(text(made.body, "namespace_id")) != 16 || uuid.Validate(id) != nil {
			t.Errorf("the profile is %s", made.raw)
		}
		if contacts, ok := made.body["contacts"].([]any); !ok || len(contacts) != 0 {
			t.Errorf("contacts are %v", made.body["contacts"])
		}
		for _, name := range []string{"created_at", "updated_at"} {
			if at, err := time.Parse("2006-01-02T15:04:05.000Z", text(made.body, name)); err != nil || !at.Equal(w.Clock.Now()) {
				t.Errorf("%s is %v", name, made.body[name])
			}
		}
		w.refused(t, "twice", w.call(backend, "users.create", "/manage/users", object{"username": "bob"}), 400, "username_taken")
		w.refused(t, "no name", w.call(backend, "users.create", "/manage/users", object{}), 400, "username_empty")
		w.refused(t, "a name for no screen", w.call(backend, "users.create", "/manage/users", object{"username": "a\nb"}), 400, "username_invalid")

		put := func(path, scope string) answer {
			return w.do(ask{method: http.MethodPut, path: "/manage/users/" + path, token: w.token(backend, scope), header: map[string]string{"X-Client-ID": backend}})
		}
		for range 2 {
			if a := w.good(put(id+"/deactivate", "users.deactivate")); a.body["status"] != "inactive" {
				t.Errorf("deactivated is %s", a.raw)
			}
		}
		if a := w.ok(backend, "users.retrieve", "/manage/users/retrieve", object{"username": "bob"}); a.body["status"] != "inactive" || a.body["id"] != id {
			t.Errorf("retrieved is %s", a.raw)
		}
		for range 2 {
			if a := w.good(put(strings.ToUpper(id)+"/activate", "users.activate")); a.body["status"] != "active" {
				t.Errorf("activated is %s", a.raw)
			}
		}
		for _, nobody := range []string{uuid.NewString(), "x", "%2e%2e"} {
			w.refused(t, nobody, put(nobody+"/activate", "users.activate"), 404, "user_not_found")
		}
		w.refused(t, "mail that this server does not send", w.do(ask{path: "/manage/users/" + id + "/email-verification/dispatch", token: w.token(backend, "users.retrieve"), header: map[string]string{"X-Client-ID": backend}}), 400, "email_verification_not_sent")
	})
}

func TestUsersAreDeletedWithoutABody(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		phone := device()
		id := text(w.register("bob", phone).body, "user", "id")
		w.create("eve")
		gone := func(a answer) {
			t.Helper()
			if a.status != http.StatusNoContent || a.raw != "" || a.header.Get("Content-Length") != "" {
				t.Errorf("deleted with %d %q %v", a.status, a.raw, a.header)
			}
		}
		remove := func() answer {
			return w.do(ask{method: http.MethodDelete, path: "/manage/users/" + id, token: w.token(backend, "users.delete"), header: map[string]string{"X-Client-ID": backend, "Content-Type": "application/x-www-form-urlencoded"}})
		}
		w.refused(t, "of another directory", w.do(ask{method: http.MethodDelete, path: "/manage/users/" + id, token: w.token(stranger, "users.delete")}), 404, "user_not_found")
		gone(remove())
		w.refused(t, "again", remove(), 404, "user_not_found")
		gone(w.call(backend, "users.delete", "/manage/users/delete", object{"username": "eve"}))
		w.refused(t, "again by name", w.call(backend, "users.delete", "/manage/users/delete", object{"username": "eve"}), 404, "user_not_found")
		w.refused(t, "retrieved afterwards", w.call(backend, "users.retrieve", "/manage/users/retrieve", object{"username": "bob"}), 404, "user_not_found")
		w.register("bob", device())
	})
}

func TestCredentialsAreListedRenamedAndRevoked(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		phone := device()
		done := w.register("bob", phone)
		user, credential := text(done.body, "user", "id"), text(done.body, "credential", "uuid")
		list := func(a answer) []any {
			t.Helper()
			if w.good(a).body["user_id"] != user {
				t.Errorf("of %v", a.body["user_id"])
			}
			all, ok := a.body["credentials"].([]any)
			if !ok {
				t.Errorf("listed %s", a.raw)
			}
			return all
		}
		byAddress := func(header string) answer {
			return w.do(ask{method: http.MethodGet, path: "/credentials?user_id=" + user, token: w.token(backend, "credentials.list"), header: map[string]string{header: backend}})
		}
		byBody := func(body object) answer {
			return w.call(backend, "credentials.list", "/credentials/list", with(object{"user_id": user}, body))
		}
		for _, a := range []answer{byAddress("X-Client-ID"), byAddress("X-API-Key"), byBody(nil), byBody(object{"username": "bob"}), byBody(object{"status": "active"}), byBody(object{"status": []string{"active", "pending"}}), byBody(object{"status": nil})} {
			all := list(a)
			if len(all) != 1 {
				t.Fatalf("listed %v", all)
			}
			one, _ := all[0].(object)
			if one["uuid"] != credential || one["type"] != "fido2" || one["status"] != "active" || one["name"] == "" || text(one, "created_at") == "" || text(one, "updated_at") == "" {
				t.Errorf("listed %v", one)
			}
		}
		if all := list(byBody(object{"status": "revoked"})); len(all) != 0 {
			t.Errorf("revoked are %v", all)
		}
		change := func(scope, path string, body object) answer {
			return w.call(backend, "credentials."+scope, "/credentials/"+path, with(object{"user_id": user}, body))
		}
		a := w.good(change("rename", "rename", object{"credential": object{"uuid": credential, "name": "My phone"}}))
		if a.body["user_id"] != user || text(a.body, "credential", "name") != "My phone" {
			t.Errorf("renamed is %s", a.raw)
		}
		eve := text(w.register("eve", device()).body, "credential", "uuid")
		w.refused(t, "an empty name", change("rename", "rename", object{"credential": object{"uuid": credential, "name": ""}}), 400, "request_validation_error")
		w.refused(t, "another's", change("rename", "rename", object{"credential": object{"uuid": eve, "name": "x"}}), 404, "credential_not_found")
		w.refused(t, "no UUID", change("rename", "rename", object{"credential": object{"uuid": "x", "name": "x"}}), 404, "credential_not_found")
		w.refused(t, "none", change("rename", "rename", object{}), 400, "missing_parameter")
		w.refused(t, "another's to revoke", change("revoke", "revoke", object{"credential": object{"uuid": eve}}), 404, "credential_not_found")
		w.refused(t, "two users", change("revoke", "revoke", object{"username": "eve", "credential": object{"uuid": credential}}), 404, "user_not_found")
		for range 2 {
			if a := w.good(change("revoke", "revoke", object{"credential": object{"uuid": credential}})); text(a.body, "credential", "status") != "revoked" {
				t.Errorf("revoked is %s", a.raw)
			}
		}
		if all := list(byBody(object{"status": "revoked"})); len(all) != 1 {
			t.Errorf("revoked are %v", all)
		}
		w.refused(t, "a sign-in", w.call(web, "", "/authenticate/fido2/init", object{"username": "bob"}), 404, "credential_not_found")
	})
}

func TestPasswordsRegisterAndSignIn(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		const secret = "staple-battery-horse"
		register := func(body object) answer {
			return w.call(web, "", "/register/password", with(object{"username": "bob", "password": secret, "password_confirmation": secret}, body))
		}
		w.refused(t, "two texts", register(object{"password_confirmation": secret + "!"}), 400, "request_validation_error")
		w.refused(t, "a weak one", register(object{"password": "abc", "password_confirmation": "abc"}), 400, "request_validation_error")
		w.refused(t, "none", register(object{"password": nil}), 400, "missing_parameter")
		w.refused(t, "no name", register(object{"username": ""}), 400, "username_empty")
		done := w.good(register(object{"options": object{"invitation": object{"otp": "1"}}}))
		if text(done.body, "credential", "type") != "password" || text(done.body, "user", "username") != "bob" {
			t.Errorf("done is %s", done.raw)
		}
		w.jwt(text(done.body, "jwt"))
		w.refused(t, "twice", register(nil), 400, "username_taken")
		login := func(username, password string) answer {
			return w.call(web, "", "/authenticate/password", object{"username": username, "password": password})
		}
		in := w.good(login("bob", secret))
		if _, claims := w.jwt(text(in.body, "jwt")); claims["action"] != "login" {
			t.Errorf("the token says %v", claims)
		}
		wrong := login("bob", "wrong")
		w.refused(t, "a wrong one", wrong, 401, "invalid_credential")
		if nobody := login("nobody", secret); nobody.raw != wrong.raw || nobody.status != wrong.status {
			t.Errorf("nobody is told apart: %d %s", nobody.status, nobody.raw)
		}
		w.refused(t, "no password", login("bob", ""), 400, "missing_parameter")
		if a := w.ok(app, "auth.login", "/authenticate/password", object{"username": "bob", "password": secret}); text(a.body, "client", "type") != "native" {
			t.Errorf("a private application: %s", a.raw)
		}
		bound := w.signed(w.keys[app], with(w.claims(app, "auth.login"), object{"username": "eve"}))
		w.refused(t, "a token for another", w.do(ask{path: "/authenticate/password", token: bound, body: object{"client_id": app, "username": "bob", "password": secret}}), 403, "operation_not_allowed")
		for range 10 {
			login("bob", "wrong")
		}
		limited := login("bob", secret)
		w.refused(t, "after many wrong ones", limited, 429, "remote_session_maximum_retry_attempts")
		if limited.header.Get("Retry-After") == "" {
			t.Error("nobody says when to try again")
		}
	})
}

func TestKeysThatApplicationsBringSignIn(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		id, key := w.create("bob"), newKey(t)
		pem := publicPEM(t, key)
		der := strings.Join(strings.Split(strings.TrimSpace(pem), "\n")[1:3], "")
		add := func(body object) answer {
			return w.call(backend, "credentials.force_add", "/credentials/publickey", with(object{"user_id": id, "publickey_alg": "ES256", "publickey": pem}, body))
		}
		w.refused(t, "another algorithm", add(object{"publickey_alg": "RS256"}), 400, "request_validation_error")
		w.refused(t, "no key", add(object{"publickey": nil}), 400, "missing_parameter")
		w.refused(t, "not a key", add(object{"publickey": "x"}), 400, "request_validation_error")
		w.refused(t, "nobody", add(object{"user_id": uuid.NewString()}), 404, "user_not_found")
		done := w.good(add(object{"publickey": der, "options": object{"credential_name": "robot"}}))
		if text(done.body, "credential", "type") != "public_key" || text(done.body, "credential", "name") != "robot" {
			t.Errorf("done is %s", done.raw)
		}
		w.refused(t, "twice", add(nil), 403, "operation_not_allowed")
		begin := func(body object) answer {
			return w.call(web, "", "/authenticate/publickey/init", with(object{"username": "bob", "publickey": pem}, body))
		}
		w.refused(t, "another key", begin(object{"publickey": publicPEM(t, newKey(t))}), 404, "credential_not_found")
		w.refused(t, "nobody", begin(object{"username": "nobody"}), 404, "user_not_found")
		finish := func(a answer, signer object, body object) answer {
			token := sign(t, key, object{"alg": "ES256", "typ": "JWT"}, signer)
			return w.call(web, "", "/authenticate/publickey/complete", with(object{"username": "bob", "challenge_id": a.body["challenge_id"], "assertion": token}, body))
		}
		for _, claim := range []string{"server_nonce", "nonce"} {
			begun := w.good(begin(nil))
			in := w.good(finish(begun, object{claim: begun.body["server_nonce"]}, nil))
			if _, claims := w.jwt(text(in.body, "jwt")); claims["sub"] != id || claims["action"] != "login" {
				t.Errorf("the token says %v", claims)
			}
			w.refused(t, "again", finish(begun, object{claim: begun.body["server_nonce"]}, nil), 401, "failed_to_authenticate")
		}
		begun := w.good(begin(nil))
		w.refused(t, "another nonce", finish(begun, object{"server_nonce": "x"}, nil), 401, "failed_to_authenticate")
		w.refused(t, "no such challenge", finish(begun, object{"server_nonce": "x"}, object{"challenge_id": uuid.NewString()}), 401, "failed_to_authenticate")
		w.refused(t, "no challenge", finish(begun, object{"server_nonce": "x"}, object{"challenge_id": ""}), 400, "missing_parameter")
		w.refused(t, "no assertion", finish(begun, object{}, object{"assertion": ""}), 400, "missing_parameter")
		begun = w.good(begin(nil))
		assertion := sign(t, key, object{"alg": "ES256"}, object{"nonce": begun.body["server_nonce"]})
		w.refused(t, "at a private client, begun without a token", w.call(app, "", "/authenticate/publickey/complete", object{
			"username": "bob", "challenge_id": begun.body["challenge_id"], "assertion": assertion,
		}), 401, "failed_to_authenticate")
		w.good(finish(begun, object{"server_nonce": begun.body["server_nonce"]}, object{"username": nil, "user_id": id}))
	})
}

func TestARecoveryCodeAddsAnAuthenticatorOnce(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		w.create("bob")
		renew := func() string {
			a := w.ok(backend, "credentials.add_recovery", "/credentials/recovery-code", object{"username": "bob"})
			if text(a.body, "created_at") == "" || len(strings.Fields(text(a.body, "code"))) < 6 {
				t.Errorf("made %s", a.raw)
			}
			return text(a.body, "code")
		}
		old, words := renew(), renew()
		begin := func(code string) answer {
			return w.call(web, "", "/credentials/fido2/init/code", object{"username": "bob", "authentication_code": object{"code": code, "type": "phrase"}})
		}
		w.refused(t, "one that was replaced", begin(old), 404, "verification_code_not_found")
		phone := device()
		begun := w.good(begin(words))
		w.ok(web, "", "/credentials/fido2/complete", object{"username": "bob", "attestation_payload": w.made(begun, phone)})
		w.good(w.login("bob", phone))
		w.refused(t, "again", begin(words), 400, "invalid_verification_code")
	})
}
