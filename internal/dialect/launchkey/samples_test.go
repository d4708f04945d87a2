package launchkey_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"
	"strings"
	"testing"
)

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// pushBundle is a PKCS #12 bundle as Python sends it, with line ends, and the fingerprint of its certificate.
func pushBundle(t *testing.T) (bundle, fingerprint string) {
	t.Helper()
	text := base64.StdEncoding.EncodeToString(readFile(t, "push.p12"))
	var b strings.Builder
	for len(text) > 0 {
		n := min(76, len(text))
		b.WriteString(text[:n] + "\n")
		text = text[n:]
	}
	block, _ := pem.Decode(readFile(t, "push.pem"))
	sum := sha256.Sum256(block.Bytes)
	return b.String(), strings.ReplaceAll(fmt.Sprintf("% X", sum), " ", ":")
}

func ecPEM(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// smallPEM is a key of 1024 bits.
func smallPEM(t *testing.T) string {
	t.Helper()
	return string(readFile(t, "keys/small.public.pem"))
}
