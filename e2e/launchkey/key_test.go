package launchkey

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"sync"

	"github.com/twinseal/twinseal/client/launchkey"
)

// privateKey is a key of an entity as the programs of its owner hold it.
type privateKey struct {
	id      launchkey.KeyID
	private string // PKCS #1, which all packages read
	public  string
}

// keyRing makes the keys of the stories once, since making one takes as long as a hundred requests. The two servers
// may share them: what an entity's key is worth, its server says.
type keyRing struct{ both, encryption, signature, directory, service, spare, other func() *privateKey }

var keys = keyRing{
	sync.OnceValue(newKey), sync.OnceValue(newKey), sync.OnceValue(newKey), sync.OnceValue(newKey),
	sync.OnceValue(newKey), sync.OnceValue(newKey), sync.OnceValue(newKey),
}

const keyBits = 2048

func newKey() *privateKey {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		panic(err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		panic(err)
	}
	made := &privateKey{
		private: string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})),
		public:  string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})),
	}
	if made.id, err = launchkey.PublicKeyID([]byte(made.public)); err != nil {
		panic(err)
	}
	return made
}
