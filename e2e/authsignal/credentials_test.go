package authsignal

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"sync"
	"testing"

	"github.com/twinseal/twinseal/client/launchkey"
	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
)

// basic is how a package sends a key: the user of HTTP Basic, without a password.
func basic(key string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(key+":"))
}

func bearer(token string) string { return "Bearer " + token }

// Of the organization in LaunchKey's words.
const (
	organizationID launchkey.OrganizationID = "00d744c9-f407-4139-aff2-2713ce91532f"
	directoryID    launchkey.DirectoryID    = "3c1f0f3e-2e5b-4d0a-9c8e-1f5a7b9d2c64"
)

type keyPair struct{ private, public string }

// vendorKeys are by which the organization signs in LaunchKey's protocol. They take a while to make.
var vendorKeys = sync.OnceValue(func() keyPair {
	const bits = 2048
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		panic(err)
	}
	return keyPair{
		string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})),
	}
})

// portText is bytes as they stand in addresses and JSON.
func portText(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

// coseKey is the public half of a passkey that somebody brings along.
func coseKey(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, err := passkeytest.COSE(key.Public(), passkeytest.ES256)
	if err != nil {
		t.Fatal(err)
	}
	return portText(public)
}
