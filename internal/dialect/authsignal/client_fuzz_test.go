package authsignal_test

import (
	"encoding/json"
	"testing"

	"github.com/twinseal/twinseal/internal/dialect/authsignal"
	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
)

func FuzzMadeCredential(f *testing.F) {
	made, err := soft().Create(shopPage, []byte(`{"challenge":"AAAA","rp":{"id":"shop.example"},"user":{"id":"AAAA"},"pubKeyCredParams":[{"type":"public-key","alg":-7}]}`))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(made.JSON())
	f.Add([]byte(`{"id":"AA==","rawId":null,"response":{"clientDataJSON":"e30=","attestationObject":"AA","transports":["usb",""]}}`))
	f.Add([]byte(`{"response":[]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := authsignal.ReadMade(raw)
		if err == nil && (len(got.CredentialID) == 0 || len(got.ClientData) == 0 || len(got.Attestation) == 0) {
			t.Errorf("%q is read as %+v", raw, got)
		}
	})
}

func FuzzSignedCredential(f *testing.F) {
	signed := passkeytest.Assertion{CredentialID: []byte("id"), ClientData: []byte("{}"), AuthenticatorData: []byte("data"), Signature: []byte("signed"), UserHandle: []byte(somebody)}
	f.Add(signed.JSON())
	f.Add([]byte(`{"id":"AA","response":{"clientDataJSON":"e30","authenticatorData":"AA","signature":"AA","userHandle":null}}`))
	f.Add([]byte(`{"id":1}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := authsignal.ReadSigned(raw)
		if err == nil && (len(got.CredentialID) == 0 || len(got.ClientData) == 0 || len(got.AuthenticatorData) == 0 || len(got.Signature) == 0) {
			t.Errorf("%q is read as %+v", raw, got)
		}
	})
}

func FuzzSignedMessage(f *testing.F) {
	body, err := json.Marshal(object{"publicKey": "MFkwEwYHKoZIzj0CAQ", "signature": "MEUCIQ==", "challengeId": somebody, "approved": true})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add([]byte(`{"publicKey":"","signature":null}`))
	f.Add([]byte(`{"signature":7}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, id, err := authsignal.ReadKey(raw)
		if err == nil && (len(got.Key) == 0 || len(got.Signature) == 0 || id == "") {
			t.Errorf("%q is read as %+v of %q", raw, got, id)
		}
	})
}
