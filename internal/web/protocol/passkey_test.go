package protocol_test

import (
	"encoding/base64"
	"encoding/json"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
	"github.com/twinseal/twinseal/receipt"
)

// byPasskey is the receipt of an answer that a passkey gave, and the server's key.
func byPasskey(t *testing.T) (receipt.Receipt, receipt.JWK) {
	t.Helper()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	const origin, created = "https://shop.example", `{"challenge":"AAAAAAAAAAAAAAAAAAAAAA","rp":{"id":"shop.example"},"user":{"id":"AAAA"},"pubKeyCredParams":[{"type":"public-key","alg":-7}]}`
	s := receipt.Statement{
		Type: receipt.StatementType, Question: question(), Decision: receipt.Approved, Factors: []string{receipt.FactorPasskey},
		RelyingParty: &receipt.RelyingParty{ID: "shop.example"}, DeviceTime: "2026-03-01T09:31:00.000Z",
	}
	payload, err := s.Canonical()
	check(err)
	key := passkeytest.New(passkeytest.Options{})
	_, err = key.Create(origin, []byte(created))
	check(err)
	encode := base64.RawURLEncoding.EncodeToString
	options, err := json.Marshal(map[string]any{"challenge": encode(receipt.PasskeyChallenge(payload)), "rpId": "shop.example"})
	check(err)
	signed, err := key.Get(origin, options)
	check(err)
	public, err := receipt.NewPasskeyKey(key.Credentials()[0].Key.Public())
	check(err)
	server, serverKey := newKey(t)
	out, err := receipt.SealPasskey(server, receipt.EncodeStatement(payload), receipt.Passkey{
		AuthenticatorData: encode(signed.AuthenticatorData), ClientData: encode(signed.ClientData), CredentialID: encode(signed.CredentialID),
		PublicKey: public, Signature: encode(signed.Signature),
	}, s.Question.Challenge, "evt-1", time.Date(2026, 3, 1, 9, 31, 1, 0, time.UTC))
	check(err)
	return out, serverKey
}

func TestTheBrowserTakesThePasskeysReceiptsThatItsServerSealed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	good, serverKey := byPasskey(t)
	other, _ := byPasskey(t)
	for name, change := range map[string]func(r *receipt.Receipt){
		"":                    func(*receipt.Receipt) {},
		"another statement":   func(r *receipt.Receipt) { r.Statement += "AAAA" },
		"another signature":   func(r *receipt.Receipt) { r.Passkey.Signature = other.Passkey.Signature },
		"another client data": func(r *receipt.Receipt) { r.Passkey.ClientData = other.Passkey.ClientData + "AAAA" },
		"another server":      func(r *receipt.Receipt) { r.ServerKey, r.Seal = other.ServerKey, other.Seal },
	} {
		changed, key := good, *good.Passkey
		changed.Passkey = &key
		change(&changed)
		var accepted bool
		w.evaluate(&accepted, `
			const { checkReceipt } = await load("receipt");
			return checkReceipt(given[0], { deviceKey: given[0].device_key, serverKey: given[1] }).then(() => true, () => false);`, changed, serverKey)
		if accepted != (name == "") {
			t.Errorf("%q: accepted = %v", name, accepted)
		}
	}
}
