package passkey

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// kept are client data, attestation objects and authenticator data out of the vectors.
func kept(f *testing.F, each func(clientData, object []byte)) {
	f.Helper()
	files, err := filepath.Glob("testdata/vectors/*.json")
	if err != nil || len(files) == 0 {
		f.Fatal("no vectors", err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		var all []struct {
			ClientData string `json:"client_data"`
			Object     []byte `json:"attestation_object"`
		}
		if err := json.Unmarshal(raw, &all); err != nil {
			f.Fatal(err)
		}
		for _, v := range all {
			each([]byte(v.ClientData), v.Object)
		}
	}
}

// FuzzClientData: what is read says of itself what its JSON says, under any other reading of the same bytes.
func FuzzClientData(f *testing.F) {
	kept(f, func(clientData, _ []byte) { f.Add(clientData) })
	f.Add([]byte(`{"type":"webauthn.get","type":"webauthn.create","challenge":"","origin":""}`))
	f.Add([]byte(`{"type":"webauthn.get","challenge":"","origin":"https:\/\/shop.example","crossOrigin":true,"topOrigin":"a"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := parseClientData(raw)
		if err != nil {
			return
		}
		var plain map[string]any
		if err := json.Unmarshal(raw, &plain); err != nil {
			t.Fatalf("read what is no JSON: %v", err)
		}
		if plain["type"] != c.kind || plain["challenge"] != c.challenge || plain["origin"] != c.origin {
			t.Errorf("read %+v of %v", c, plain)
		}
	})
}

// FuzzAuthenticatorData: whatever is read has all its parts within the bytes, and counts as read once only.
func FuzzAuthenticatorData(f *testing.F) {
	kept(f, func(_, object []byte) {
		if o, err := parseAttestation(object); err == nil {
			f.Add(o.RawAuthData)
			f.Add(o.RawAuthData[:37])
		}
	})
	f.Fuzz(func(t *testing.T, raw []byte) {
		_, made := parseAuthenticatorData(raw, true)
		_, used := parseAuthenticatorData(raw, false)
		if made == nil && used == nil {
			t.Error("both a creation's and a sign-in's")
		}
		if used == nil && len(raw) > 37 && raw[32]&0x80 == 0 {
			t.Error("read more than is announced")
		}
	})
}

// FuzzKey: a key that is read is within its bounds, and checks signatures without falling over.
func FuzzKey(f *testing.F) {
	kept(f, func(_, object []byte) {
		if o, err := parseAttestation(object); err == nil {
			f.Add(o.AuthData.AttData.CredentialPublicKey)
		}
	})
	f.Add([]byte{0xa1, 0x03, 0x26})
	f.Fuzz(func(t *testing.T, raw []byte) {
		k, err := parseKey(raw)
		if err != nil {
			return
		}
		if _, known := kinds[k.algorithm]; !known {
			t.Errorf("algorithm %d", k.algorithm)
		}
		if k.verify([]byte("message"), bytes.Repeat([]byte{1}, 64)) {
			t.Error("anything is its signature")
		}
	})
}

// FuzzAttestation: whatever object comes, it is refused for a reason or registered as it says.
func FuzzAttestation(f *testing.F) {
	kept(f, func(clientData, object []byte) { f.Add(clientData, object) })
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	factor := New(Config{Now: func() time.Time { return now }})
	expect := mfa.PasskeyExpectation{
		RelyingParty: mfa.RelyingParty{ID: "shop.example", Origins: []string{"https://shop.example"}},
		Challenge:    []byte("a challenge of thirty-two bytes!"), Algorithms: []int64{-7, -8, -35, -36, -257},
	}
	f.Fuzz(func(t *testing.T, clientData, object []byte) {
		var id []byte
		if o, err := parseAttestation(object); err == nil {
			id = o.AuthData.AttData.CredentialID
		}
		data, _, err := factor.Register(expect, mfa.PasskeyRegistration{CredentialID: id, ClientData: clientData, Attestation: object})
		if err != nil && !mfa.IsCode(err, mfa.Invalid) {
			t.Fatal(err)
		}
		if err == nil && (len(data.PublicKey) == 0 || data.RPID != "shop.example" || data.Trust == "") {
			t.Errorf("registered %+v", data)
		}
	})
}
