package launchkey

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/twinseal/twinseal/client/launchkey/envelope"
	"github.com/twinseal/twinseal/internal/keyring"
	"github.com/twinseal/twinseal/internal/mfa"
)

// apiKeyBits is the size of the server's own keys: every request costs two operations with one, and larger
// keys cost three to six times as much.
const apiKeyBits = 2048

// apiKey is one key pair of the server: it signs what goes out and opens what comes in.
type apiKey struct {
	id      string
	private *rsa.PrivateKey
	signer  *envelope.Signer
	pem     string // of the public half
}

// ID is the id under which clients know the key.
func (k *apiKey) ID() string { return k.id }

// apiKeys are the server's key pairs: what was sealed to an old one must open, and what it signed must be checkable.
func apiKeys() keyring.Kind[*apiKey] {
	return keyring.Kind[*apiKey]{Name: "launchkey_api_key", Make: makeAPIKey, Read: parseAPIKey}
}

// RotateKey makes a new key pair of the API, which signs from now on; the old ones go on opening requests. It
// returns the new one's id. Running servers take it up within seconds.
func RotateKey(ctx context.Context, secrets keyring.Secrets) (string, error) {
	key, err := keyring.Rotate(ctx, apiKeys(), secrets)
	if err != nil {
		return "", err
	}
	return key.id, nil
}

func makeAPIKey() (mfa.Secret, error) {
	fresh, err := rsa.GenerateKey(rand.Reader, apiKeyBits)
	if err != nil {
		return mfa.Secret{}, fmt.Errorf("make a key of the API: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(fresh)
	if err != nil {
		return mfa.Secret{}, fmt.Errorf("make a key of the API: %w", err)
	}
	return mfa.NewSecret(der), nil
}

func parseAPIKey(secret mfa.Secret) (*apiKey, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(secret.Reveal())
	if err != nil {
		return nil, fmt.Errorf("read a key of the API: %w", err)
	}
	private, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("a key of the API is not an RSA key")
	}
	private.Precompute()
	return newAPIKey(private)
}

func newAPIKey(private *rsa.PrivateKey) (*apiKey, error) {
	id, err := envelope.KeyID(private.Public())
	if err != nil {
		return nil, err
	}
	signer, err := envelope.NewSigner(id, private)
	if err != nil {
		return nil, err
	}
	text, err := publicPEM(private.Public())
	return &apiKey{id, private, signer, text}, err
}

// publicPEM is a public key as it is shown.
func publicPEM(key crypto.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return "", fmt.Errorf("write a key: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), nil
}
