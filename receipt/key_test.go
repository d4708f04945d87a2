package receipt_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/twinseal/twinseal/receipt"
)

func TestTheThumbprintIsThatOfRFC7638(t *testing.T) {
	t.Parallel()
	key, jwk := newKey(t)
	sum, err := (&jose.JSONWebKey{Key: key.Public()}).Thumbprint(crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	if want := base64.RawURLEncoding.EncodeToString(sum); jwk.Thumbprint() != want {
		t.Errorf("thumbprint = %s, want %s", jwk.Thumbprint(), want)
	}
}

func TestAKeySurvivesItsJWK(t *testing.T) {
	t.Parallel()
	key, jwk := newKey(t)
	public, err := jwk.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	if !key.PublicKey.Equal(public) {
		t.Error("another key came back")
	}
}

func TestOnlyP256KeysBecomeJWKs(t *testing.T) {
	t.Parallel()
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ed, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]crypto.PublicKey{"P-384": p384.Public(), "Ed25519": ed, "none": nil} {
		if _, err := receipt.NewJWK(key); err == nil {
			t.Errorf("%s accepted", name)
		}
	}
}

func TestJWKsAreReadStrictly(t *testing.T) {
	t.Parallel()
	_, jwk := newKey(t)
	good := `{"crv":"P-256","kty":"EC","x":"` + jwk.X + `","y":"` + jwk.Y + `"}`
	if _, err := receipt.ParseJWK([]byte(good)); err != nil {
		t.Fatalf("the honest one is refused: %v", err)
	}
	cases := map[string]string{
		"empty":             ``,
		"null":              `null`,
		"a private member":  strings.Replace(good, `{`, `{"d":"AA",`, 1),
		"an unknown member": strings.Replace(good, `{`, `{"kid":"a",`, 1),
		"a member twice":    strings.Replace(good, `{`, `{"kty":"EC",`, 1),
		"another case":      strings.Replace(good, `"kty"`, `"Kty"`, 1),
		"another curve":     strings.Replace(good, `P-256`, `P-384`, 1),
		"padded x":          strings.Replace(good, jwk.X, jwk.X+"=", 1),
		"a short x":         strings.Replace(good, jwk.X, jwk.X[:42], 1),
		"a point elsewhere": strings.Replace(good, jwk.X, jwk.Y, 1),
	}
	for name, text := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := receipt.ParseJWK([]byte(text)); err == nil {
				t.Error("accepted")
			}
		})
	}
}

func FuzzParseJWK(f *testing.F) {
	_, jwk := newKey(f)
	f.Add([]byte(`{"crv":"P-256","kty":"EC","x":"` + jwk.X + `","y":"` + jwk.Y + `"}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		k, err := receipt.ParseJWK(data)
		if err != nil {
			return
		}
		public, err := k.PublicKey()
		if err != nil {
			t.Fatalf("accepted, but %v", err)
		}
		if again, err := receipt.NewJWK(public); err != nil || again != k {
			t.Errorf("comes back as %+v, %v", again, err)
		}
	})
}
