package loginidtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"testing"
)

// Key is a key on the curve P-256 under a name.
type Key struct {
	*ecdsa.PrivateKey

	ID string
}

// NewKey makes a key.
func NewKey(t testing.TB, id string) Key {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return Key{key, id}
}

// PrivatePEM is the key as clients take it.
func (k Key) PrivatePEM() []byte {
	der, _ := x509.MarshalPKCS8PrivateKey(k.PrivateKey) // never fails for this kind
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// PublicPEM is the public half as the server publishes it.
func (k Key) PublicPEM() []byte {
	der, _ := x509.MarshalPKIXPublicKey(&k.PublicKey) // never fails for this kind
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// coordinate is how long each half of a signature is, in bytes.
const coordinate = 32

// Sign makes a token with this header and these claims, whatever they say.
func (k Key) Sign(t testing.TB, header, claims map[string]any) string {
	t.Helper()
	text := encode(t, header) + "." + encode(t, claims)
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, k.PrivateKey, sum[:])
	if err != nil {
		t.Errorf("signing: %v", err)
		return ""
	}
	signature := make([]byte, 2*coordinate)
	r.FillBytes(signature[:coordinate])
	s.FillBytes(signature[coordinate:])
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func encode(t testing.TB, part map[string]any) string {
	t.Helper()
	raw, err := json.Marshal(part)
	if err != nil {
		t.Errorf("a part of a token: %v", err)
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// read proves a token and gives its claims.
func (k Key) read(token string) (map[string]any, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, errors.New("a token has three parts")
	}
	var header, claims map[string]any
	for i, into := range []*map[string]any{&header, &claims} {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Unmarshal(raw, into) != nil {
			return nil, errors.New("a part is not JSON in base64url")
		}
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || len(signature) != 2*coordinate || header["alg"] != "ES256" {
		return nil, errors.New("it is not signed with ES256")
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	r, s := new(big.Int).SetBytes(signature[:coordinate]), new(big.Int).SetBytes(signature[coordinate:])
	if !ecdsa.Verify(&k.PublicKey, sum[:], r, s) {
		return nil, errors.New("its signature is wrong")
	}
	return claims, nil
}
