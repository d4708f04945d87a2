package authsignal

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"

	"github.com/twinseal/twinseal/internal/keyring"
	"github.com/twinseal/twinseal/internal/mfa"
)

// rsaBits is the size of the server's keys: RS256 is the algorithm that clients expect of access tokens.
const rsaBits = 2048

// rsaKey is one key pair of the server.
type rsaKey struct {
	id      string
	private *rsa.PrivateKey
	jwk     jwk
}

// ID is the kid.
func (k *rsaKey) ID() string { return k.id }

// rsaKeys are the server's key pairs, of all tenants. Old ones stay published, because tokens outlive them.
func rsaKeys() keyring.Kind[*rsaKey] {
	return keyring.Kind[*rsaKey]{Name: "authsignal_jwt", Make: makeRSAKey, Read: readRSAKey}
}

// RotateKey makes a new key pair, which signs access tokens and, where a tenant wants it, those of actions from now on;
// the old ones stay published. It returns the new one's id. Running servers take it up within seconds.
func RotateKey(ctx context.Context, secrets keyring.Secrets) (string, error) {
	key, err := keyring.Rotate(ctx, rsaKeys(), secrets)
	if err != nil {
		return "", err
	}
	return key.id, nil
}

func makeRSAKey() (mfa.Secret, error) {
	fresh, err := rsa.GenerateKey(rand.Reader, rsaBits)
	if err != nil {
		return mfa.Secret{}, fmt.Errorf("make a key for tokens: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(fresh)
	if err != nil {
		return mfa.Secret{}, fmt.Errorf("make a key for tokens: %w", err)
	}
	return mfa.NewSecret(der), nil
}

func readRSAKey(secret mfa.Secret) (*rsaKey, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(secret.Reveal())
	if err != nil {
		return nil, fmt.Errorf("read a key for tokens: %w", err)
	}
	private, isRSA := parsed.(*rsa.PrivateKey)
	if !isRSA {
		return nil, errors.New("a key for tokens is not one of RSA")
	}
	der, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	if err != nil {
		return nil, fmt.Errorf("read a key for tokens: %w", err)
	}
	sum := sha256.Sum256(der)
	k := &rsaKey{id: hex.EncodeToString(sum[:kidSize]), private: private}
	encode := base64.RawURLEncoding.EncodeToString
	k.jwk = jwk{
		KeyType: "RSA", Algorithm: algorithmRSA, Use: "sig", KeyID: k.id,
		Modulus: encode(private.N.Bytes()), Exponent: encode(big.NewInt(int64(private.E)).Bytes()),
	}
	return k, nil
}

// kidSize is how much of a key's digest names it, in bytes: enough for them never to meet.
const kidSize = 16

// jwk is a public key as sets of keys show it.
type jwk struct {
	KeyType   string `json:"kty"`
	Algorithm string `json:"alg"`
	Use       string `json:"use"`
	KeyID     string `json:"kid"`
	Modulus   string `json:"n"`
	Exponent  string `json:"e"`
}

// keySet is all keys of the server, as a set that programs read.
type keySet struct {
	Keys []jwk `json:"keys"`
}

func (d *Dialect) keySet(ctx context.Context) (keySet, error) {
	held, err := d.ring.All(ctx)
	if err != nil {
		return keySet{}, err
	}
	set := keySet{Keys: make([]jwk, 0, len(held))}
	for _, key := range held {
		set.Keys = append(set.Keys, key.jwk)
	}
	return set, nil
}
