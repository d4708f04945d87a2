package authsignal

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"sync"

	"github.com/twinseal/twinseal/client/launchkey"
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
