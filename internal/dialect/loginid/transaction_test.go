package loginid_test

import (
	"crypto/sha256"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
)

// signedText is what a browser makes of a transaction's options.
func (w *world) signedText(a answer, by *passkeytest.Authenticator) object {
	w.tb.Helper()
	got, err := by.Get(shop, w.raw(a.body, "assertion_options"))
	w.must(err)
	return object{
		"tx_id": text(a.body, "tx_id"), "challenge": text(a.body, "assertion_options", "challenge"), "key_handle": b64(got.CredentialID),
		"client_data": b64(got.ClientData), "auth_data": b64(got.AuthenticatorData), "sign_data": b64(got.Signature),
	}
}

func TestATransactionIsSignedAndItsTokenBindsTheText(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		phone := device()
		w.register("bob", phone)
		const payload, nonce = `{"to":"Überweisung","amount":"12,50 €"}`, "NONCE-0123456789"
		for _, mount := range []string{"", "/api", "/api/native", "/api/native/api"} {
			made := w.ok(web, "", mount+"/tx", object{"tx_payload": payload, "nonce": nonce, "tx_type": "text", "username": nil})
			id := text(made.body, "id")
			if uuid.Validate(id) != nil {
				t.Fatalf("the id is %q", id)
			}
			begun := w.ok(web, "", mount+"/tx/init", object{"username": "bob", "tx_id": id, "tx_type": "text"})
			proof := w.signedText(begun, phone)
			done := w.ok(web, "", mount+"/tx/complete", with(proof, object{"username": "bob"}))
			if done.body["success"] != true {
				t.Errorf("done is %v", done.body)
			}
			_, claims := w.jwt(text(done.body, "jwt"))
			if claims["nonce"] != nonce || claims["udata"] != "bob" || claims["username"] != "bob" || claims["aud"] != web || claims["action"] != "transaction" {
				t.Errorf("the token says %v", claims)
			}
			sum := sha256.Sum256([]byte(payload + nonce + text(claims, "server_nonce")))
			if claims["tx_hash"] != b64(sum[:]) || proof["challenge"] != b64(sum[:]) {
				t.Errorf("the hash is %v, the challenge %v, want %s", claims["tx_hash"], proof["challenge"], b64(sum[:]))
			}
			w.refused(t, "again", w.call(web, "", mount+"/tx/complete", with(proof, object{"username": "bob"})), 404, "not_found")
			w.refused(t, "begun again", w.call(web, "", mount+"/tx/init", object{"username": "bob", "tx_id": id}), 404, "not_found")
		}
	})
}

func TestATransactionIsMadeAndBegunInOneByPublicApplicationsAlone(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		phone := device()
		w.register("bob", phone)
		begun := w.ok(web, "", "/api/tx/init", object{"username": "bob", "tx_payload": "pay 1", "nonce": "n1"})
		w.ok(web, "", "/api/tx/complete", with(w.signedText(begun, phone), object{"username": "bob"}))
		w.refused(t, "an application with a key", w.call(app, "", "/tx/init", object{"username": "bob", "tx_payload": "pay 1", "nonce": "n1"}), 403, "operation_not_allowed")
		w.refused(t, "neither an id nor a text", w.call(web, "", "/tx/init", object{"username": "bob"}), 400, "missing_parameter")
	})
}

func TestTransactionsAreRefused(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		phone, hers := device(), device()
		w.register("bob", phone)
		w.register("eve", hers)
		w.create("none")
		create := func(body object) answer { return w.call(web, "", "/tx", body) }
		w.refused(t, "no text", create(object{"nonce": "n"}), 400, "missing_parameter")
		w.refused(t, "too long a text", create(object{"tx_payload": strings.Repeat("x", 64<<10+1)}), 400, "request_validation_error")
		w.refused(t, "nobody", create(object{"tx_payload": "pay 1", "username": "nobody"}), 404, "user_not_found")
		w.refused(t, "a null in the text", create(object{"tx_payload": "pay \x00"}), 400, "request_validation_error")
		w.good(create(object{"tx_payload": strings.Repeat("x", 64<<10)}))
		w.good(create(object{"tx_payload": `an escape: \u0000`}))

		id := text(w.good(create(object{"tx_payload": "pay 1", "username": "bob"})).body, "id")
		begin := func(username, id string) answer {
			return w.call(web, "", "/tx/init", object{"username": username, "tx_id": id})
		}
		w.refused(t, "another user", begin("eve", id), 404, "not_found")
		w.refused(t, "nobody", begin("nobody", id), 404, "user_not_found")
		w.refused(t, "no such transaction", begin("bob", uuid.NewString()), 404, "not_found")
		w.refused(t, "no id at all", begin("bob", "x"), 404, "not_found")
		free := text(w.good(create(object{"tx_payload": "pay 1"})).body, "id")
		w.refused(t, "no credential", begin("none", free), 404, "credential_not_found")
		w.refused(t, "a stranger", w.call(stranger, "", "/tx/init", object{"username": "bob", "tx_id": free}), 404, "user_not_found")

		begun := w.good(begin("bob", id))
		proof := w.signedText(begun, phone)
		finish := func(username string, change object) answer {
			return w.call(web, "", "/tx/complete", with(proof, object{"username": username}, change))
		}
		w.refused(t, "another's hand", finish("eve", nil), 401, "failed_to_authenticate")
		w.refused(t, "a signature of something else", finish("bob", object{"sign_data": proof["auth_data"]}), 401, "failed_to_authenticate")
		w.refused(t, "no signature", finish("bob", object{"sign_data": nil}), 400, "missing_parameter")
		another := w.good(begin("bob", text(w.good(create(object{"tx_payload": "pay 1000"})).body, "id")))
		w.refused(t, "the signature under another text", finish("bob", object{"tx_id": text(another.body, "tx_id")}), 401, "failed_to_authenticate")
		w.good(begin("bob", id))
		w.refused(t, "a signature from before it was begun again", finish("bob", nil), 401, "failed_to_authenticate")
		late := w.signedText(w.good(begin("bob", id)), phone)
		w.Clock.Advance(11 * time.Minute)
		w.refused(t, "too late", w.call(web, "", "/tx/complete", with(late, object{"username": "bob"})), 404, "not_found")
		w.refused(t, "begun too late", begin("bob", id), 404, "not_found")
	})
}

func TestATransactionIsNotSignedByWhoeverWasDeactivated(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		phone := device()
		id := text(w.register("bob", phone).body, "user", "id")
		begun := w.ok(web, "", "/tx/init", object{"username": "bob", "tx_payload": "pay 1"})
		w.good(w.do(ask{method: http.MethodPut, path: "/manage/users/" + id + "/deactivate", token: w.token(backend, "users.deactivate")}))
		w.refused(t, "the end", w.call(web, "", "/tx/complete", with(w.signedText(begun, phone), object{"username": "bob"})), 403, "account_deactivated")
		w.refused(t, "the beginning", w.call(web, "", "/tx/init", object{"username": "bob", "tx_payload": "pay 1"}), 403, "account_deactivated")
	})
}
