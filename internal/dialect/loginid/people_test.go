package loginid_test

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"

	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
)

func verifyRaw(key *ecdsa.PublicKey, input string, signature []byte) bool {
	digest := sha256.Sum256([]byte(input))
	return ecdsa.Verify(key, digest[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:]))
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// device makes a device with a passkey or more.
func device() *passkeytest.Authenticator { return passkeytest.New(passkeytest.Options{Step: 1}) }

// at gives a member of an object by its path.
func at(o object, path ...string) any {
	var v any = o
	for _, name := range path {
		inner, ok := v.(object)
		if !ok {
			return nil
		}
		v = inner[name]
	}
	return v
}

func text(o object, path ...string) string {
	s, _ := at(o, path...).(string)
	return s
}

// raw gives a member as JSON.
func (w *world) raw(o object, path ...string) []byte {
	w.tb.Helper()
	out, err := json.Marshal(at(o, path...))
	w.must(err)
	return out
}

// made is what a browser makes of creation options, in the words of the calls that take it.
func (w *world) made(a answer, by *passkeytest.Authenticator) object {
	w.tb.Helper()
	got, err := by.Create(shop, w.raw(a.body, "attestation_payload"))
	w.must(err)
	return object{
		"credential_uuid": text(a.body, "attestation_payload", "credential_uuid"), "credential_id": b64(got.CredentialID),
		"challenge": text(a.body, "attestation_payload", "challenge"), "client_data": b64(got.ClientData), "attestation_data": b64(got.Attestation),
	}
}

// proved is what a browser makes of request options.
func (w *world) proved(a answer, by *passkeytest.Authenticator) object {
	w.tb.Helper()
	got, err := by.Get(shop, w.raw(a.body, "assertion_payload"))
	w.must(err)
	return object{
		"challenge": text(a.body, "assertion_payload", "challenge"), "credential_id": b64(got.CredentialID), "client_data": b64(got.ClientData),
		"authenticator_data": b64(got.AuthenticatorData), "signature": b64(got.Signature),
	}
}

// register makes a user with a passkey on a device, at the web client.
func (w *world) register(username string, by *passkeytest.Authenticator) answer {
	w.tb.Helper()
	begun := w.ok(web, "", "/register/fido2/init", object{"username": username})
	return w.ok(web, "", "/register/fido2/complete", object{"username": username, "attestation_payload": w.made(begun, by)})
}

// login signs in with a device, at the web client.
func (w *world) login(username string, by *passkeytest.Authenticator) answer {
	w.tb.Helper()
	begun := w.ok(web, "", "/authenticate/fido2/init", object{"username": username})
	return w.call(web, "", "/authenticate/fido2/complete", object{"username": username, "assertion_payload": w.proved(begun, by)})
}

// create makes a user without credentials, and gives the id.
func (w *world) create(username string) string {
	w.tb.Helper()
	return text(w.ok(backend, "users.create", "/manage/users", object{"username": username}).body, "id")
}
