package protocol_test

import (
	"crypto/ecdsa"
	"testing"

	"github.com/twinseal/twinseal/receipt"
)

func newKey(t *testing.T) (*ecdsa.PrivateKey, receipt.JWK) {
	t.Helper()
	key, err := receipt.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	jwk, err := receipt.NewJWK(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return key, jwk
}
