package authsignal

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"net/http"
	"net/url"
	"testing"
)

// phone is an app with a key of its own, as the vendor's SDKs for phones speak.
type phone struct {
	w   *world
	t   *testing.T
	key *ecdsa.PrivateKey
}

func newPhone(t *testing.T, w *world) *phone {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &phone{w, t, key}
}

// public is the key as the SDKs write it: the Base64 of its DER form, whose Base64 stands in addresses.
func (p *phone) public() string {
	p.t.Helper()
	der, err := x509.MarshalPKIXPublicKey(p.key.Public())
	if err != nil {
		p.t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(der)
}

func (p *phone) sign(message string) string {
	p.t.Helper()
	digest := sha256.Sum256([]byte(message))
	signature, err := ecdsa.SignASN1(rand.Reader, p.key, digest[:])
	if err != nil {
		p.t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(signature)
}

// enrol adds the key by the token of an action.
func (p *phone) enrol(token, use string) {
	p.t.Helper()
	var made struct{ UserAuthenticatorID, UserID, VerifiedAt string }
	p.w.good(p.t, &made, http.MethodPost, "/client/user-authenticators/"+use, bearer(token), attributes{
		"publicKey": p.public(), "deviceName": "Phone", "devicePlatform": "android", "performAttestation": nil,
	})
	if made.UserAuthenticatorID == "" || made.UserID == "" {
		p.t.Errorf("enrolled %+v", made)
	}
}

type pendingPush struct {
	UserAuthenticatorID, ChallengeID, UserID, ActionCode, IdempotencyKey string
}

// pending is the question that waits for the phone.
func (p *phone) pending() (out pendingPush) {
	p.t.Helper()
	at := "/client/user-authenticators/push/challenge?publicKey=" + url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(p.public())))
	p.w.good(p.t, &out, http.MethodGet, at, basic(tenantID), nil)
	return out
}

func (p *phone) answer(use, id string, approved bool) {
	p.t.Helper()
	p.w.good(p.t, nil, http.MethodPost, "/client/user-authenticators/"+use+"/challenge", basic(tenantID), attributes{
		"challengeId": id, "publicKey": p.public(), "signature": p.sign(id), "approved": approved, "verificationCode": nil,
	})
}

// claim says that the phone has read a picture.
func (p *phone) claim(id string) {
	p.t.Helper()
	var out struct{ Success bool }
	p.w.good(p.t, &out, http.MethodPost, "/client/user-authenticators/qr-code/challenge/claim", basic(tenantID), attributes{
		"challengeId": id, "publicKey": p.public(), "signature": p.sign(id),
	})
	if !out.Success {
		p.t.Errorf("claimed %+v", out)
	}
}
