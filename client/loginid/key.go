package loginid

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// maxPEM bounds the text of a key in bytes; one on P-256 takes 250.
const maxPEM = 8 << 10

// signingKey makes tokens with the application's key, or a user's. The server
// finds the key by the client id, so tokens do not name it.
type signingKey struct{ signer jose.Signer }

func readSigningKey(text []byte) (*signingKey, error) {
	key, err := readPrivateKey(text)
	if err != nil {
		return nil, err
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return nil, &FormatError{Field: "private key", Reason: "cannot sign"}
	}
	return &signingKey{signer}, nil
}

func readPrivateKey(text []byte) (*ecdsa.PrivateKey, error) {
	wrong := func(reason string) error { return &FormatError{Field: "private key", Reason: reason} }
	if len(text) > maxPEM {
		return nil, wrong("is too long")
	}
	block, rest := pem.Decode(text)
	if block == nil || strings.TrimSpace(string(rest)) != "" {
		return nil, wrong("must be one PEM block")
	}
	var key any
	var err error
	switch block.Type {
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	default:
		return nil, wrong("must be a PRIVATE KEY (PKCS #8) or EC PRIVATE KEY block")
	}
	private, ok := key.(*ecdsa.PrivateKey)
	if err != nil || !ok || private.Curve != elliptic.P256() {
		return nil, wrong("must be a key for ECDSA on the curve P-256")
	}
	return private, nil
}

// readPublicKey reads the answer of /certs: one SubjectPublicKeyInfo in PEM.
func readPublicKey(text []byte) (*ecdsa.PublicKey, bool) {
	block, rest := pem.Decode(text)
	if len(text) > maxPEM || block == nil || block.Type != "PUBLIC KEY" || strings.TrimSpace(string(rest)) != "" {
		return nil, false
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	public, ok := key.(*ecdsa.PublicKey)
	if err != nil || !ok || public.Curve != elliptic.P256() {
		return nil, false
	}
	return public, true
}

func (k *signingKey) sign(claims map[string]any) (Secret, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("loginid: sign a token: %w", err)
	}
	jws, err := k.signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("loginid: sign a token: %w", err)
	}
	token, err := jws.CompactSerialize()
	return Secret(token), err
}
