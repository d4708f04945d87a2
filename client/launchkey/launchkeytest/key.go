package launchkeytest

import (
	"crypto/md5" //nolint:gosec // the protocol names keys by it
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// keyBits is the least that the protocol takes, because keys are made in tests.
const keyBits = 2048

// Key is an RSA key under the name that the protocol gives it.
type Key struct {
	*rsa.PrivateKey

	ID string
}

// NewKey makes a key, which takes a moment: share keys between tests.
func NewKey(t testing.TB) Key {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		t.Fatal(err)
	}
	sum := md5.Sum(publicDER(key)) //nolint:gosec // see the import
	pairs := make([]string, 0, len(sum))
	for _, b := range sum {
		pairs = append(pairs, hex.EncodeToString([]byte{b}))
	}
	return Key{key, strings.Join(pairs, ":")}
}

func publicDER(key *rsa.PrivateKey) []byte {
	der, _ := x509.MarshalPKIXPublicKey(&key.PublicKey) // never fails for an RSA key
	return der
}

// PrivatePEM is the key as factories take it.
func (k Key) PrivatePEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(k.PrivateKey)})
}

// PublicPEM is the public half as the server publishes it.
func (k Key) PublicPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: publicDER(k.PrivateKey)})
}

// Sign makes a token.
func (k Key) Sign(t testing.TB, payload []byte, alg jose.SignatureAlgorithm) string {
	t.Helper()
	options := (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", k.ID)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: k.PrivateKey}, options)
	if err != nil {
		t.Errorf("signing: %v", err)
		return ""
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Errorf("signing: %v", err)
		return ""
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Errorf("signing: %v", err)
	}
	return token
}

// Seal encrypts a text for the key's owner, who refuses a compressed one.
func (k Key) Seal(t testing.TB, plain string, zip jose.CompressionAlgorithm) string {
	t.Helper()
	options := (&jose.EncrypterOptions{Compression: zip}).WithContentType("application/json")
	recipient := jose.Recipient{Algorithm: jose.RSA_OAEP, Key: &k.PublicKey, KeyID: k.ID}
	encrypter, err := jose.NewEncrypter(jose.A256CBC_HS512, recipient, options)
	if err != nil {
		t.Errorf("encrypting: %v", err)
		return ""
	}
	sealed, err := encrypter.Encrypt([]byte(plain))
	if err != nil {
		t.Errorf("encrypting: %v", err)
		return ""
	}
	text, err := sealed.CompactSerialize()
	if err != nil {
		t.Errorf("encrypting: %v", err)
	}
	return text
}
