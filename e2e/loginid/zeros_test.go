package loginid

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
)

// zeros: the decoder of these packages loses a zero in the last two bytes of a value, and authenticators choose their
// ids without asking. Such a passkey signs in all the same.
func (s *shop) zeros() {
	for _, end := range [][]byte{{1, 0}, {0, 1}, {0, 0}} {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			s.t.Fatal(err)
		}
		id := append([]byte(rand.Text()), end...)
		p := &page{s.world, s.t, webClient, fresh(), authenticatorOf(key, id)}
		var begun struct {
			Options json.RawMessage `json:"attestation_payload"`
		}
		p.good(&begun, p.post("/register/fido2/init", "", map[string]any{"username": p.user}))
		made := p.attested(begun.Options)
		made["credential_id"] = portText(id)
		var in signedIn
		p.good(&in, p.post("/register/fido2/complete", "", map[string]any{"username": p.user, "attestation_payload": made}))
		s.carry(key, id, in.User.ID)
		if err := s.phone.try(&in, s.open, "authenticateWithFido2", p.user); err != nil || in.User.Username != p.user {
			s.t.Errorf("an id that ends in %v: %+v, %v", end, in, err)
		}
	}
}

// authenticatorOf is one that shows this key under this id.
func authenticatorOf(key *ecdsa.PrivateKey, id []byte) *passkeytest.Authenticator {
	return passkeytest.New(passkeytest.Options{Bend: func(d *passkeytest.Draft) {
		public, err := passkeytest.COSE(key.Public(), passkeytest.ES256)
		if err == nil { // otherwise the server refuses what it made itself
			d.CredentialID, d.PublicKey = id, public
		}
	}})
}

// carry puts the passkey into the browser's authenticator.
func (s *shop) carry(key *ecdsa.PrivateKey, id []byte, user string) {
	s.t.Helper()
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		s.t.Fatal(err)
	}
	handle, err := base64.RawURLEncoding.DecodeString(user)
	if err != nil {
		s.t.Fatal(err)
	}
	_, err = chromedp.Call(s.phone.ctx, webauthn.AddCredential, webauthn.AddCredentialParams{
		AuthenticatorID: s.phone.authenticator,
		Credential:      &webauthn.Credential{CredentialID: id, RpID: "localhost", PrivateKey: private, UserHandle: handle, IsResidentCredential: true},
	})
	if err != nil {
		s.t.Fatal(err)
	}
}
