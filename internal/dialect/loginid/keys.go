package loginid

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/twinseal/twinseal/internal/keyring"
	"github.com/twinseal/twinseal/internal/mfa"
)

// jwtKey is one key pair of the server, with which it vouches for users.
type jwtKey struct {
	id      string // a UUID, as clients expect of a kid
	private *ecdsa.PrivateKey
	pem     string // of the public half, lines ending in LF
	jwk     jwk
}

// ID is the kid.
func (k *jwtKey) ID() string { return k.id }

// jwtKeys are the server's key pairs. Old ones stay published: SDKs fetch the key of a token at every verification.
func jwtKeys() keyring.Kind[*jwtKey] {
	return keyring.Kind[*jwtKey]{Name: "loginid_jwt", Make: makeJWTKey, Read: readJWTKey}
}

// RotateKey makes a new key pair, which signs the tokens of users from now on; the old ones stay published. It
// returns the new one's id. Running servers take it up within seconds.
func RotateKey(ctx context.Context, secrets keyring.Secrets) (string, error) {
	key, err := keyring.Rotate(ctx, jwtKeys(), secrets)
	if err != nil {
		return "", err
	}
	return key.id, nil
}

func makeJWTKey() (mfa.Secret, error) {
	fresh, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return mfa.Secret{}, fmt.Errorf("make a key for tokens: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(fresh)
	if err != nil {
		return mfa.Secret{}, fmt.Errorf("make a key for tokens: %w", err)
	}
	return mfa.NewSecret(der), nil
}

func readJWTKey(secret mfa.Secret) (*jwtKey, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(secret.Reveal())
	if err != nil {
		return nil, fmt.Errorf("read a key for tokens: %w", err)
	}
	private, ok := parsed.(*ecdsa.PrivateKey)
	if !ok || private.Curve != elliptic.P256() {
		return nil, errors.New("a key for tokens is not one of P-256")
	}
	der, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		return nil, fmt.Errorf("read a key for tokens: %w", err)
	}
	k := &jwtKey{private: private, pem: string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))}
	const version = 8 // of a UUID made of something else by rules of one's own (RFC 9562)
	k.id = uuid.NewHash(sha256.New(), uuid.NameSpaceOID, der, version).String()
	k.jwk, err = newJWK(&private.PublicKey, k.id)
	return k, err
}

// jwk is a public key as sets of keys show it.
type jwk struct {
	KeyType    string   `json:"kty"`
	Curve      string   `json:"crv"`
	Algorithm  string   `json:"alg"`
	Use        string   `json:"use"`
	Operations []string `json:"key_ops"`
	KeyID      string   `json:"kid"`
	X          string   `json:"x"`
	Y          string   `json:"y"`
}

func newJWK(key *ecdsa.PublicKey, id string) (jwk, error) {
	point, err := key.Bytes()
	if err != nil {
		return jwk{}, fmt.Errorf("read a key for tokens: %w", err)
	}
	point = point[1:] // 4: both coordinates follow
	return jwk{
		"EC", "P-256", algorithm, "sig",
		[]string{"verify"},
		id,
		base64.RawURLEncoding.EncodeToString(point[:scalarSize]), base64.RawURLEncoding.EncodeToString(point[scalarSize:]),
	}, nil
}

// tokenHeader is the header of what the server signs. Some clients demand exactly this type.
type tokenHeader struct {
	Algorithm string `json:"alg"`
	Type      string `json:"typ"`
	KeyID     string `json:"kid"`
}

// signToken makes a token of claims with the newest key.
func (d *Dialect) signToken(ctx context.Context, claims any) (string, error) {
	key, err := d.ring.Current(ctx)
	if err != nil {
		return "", err
	}
	header, err := asciiJSON(tokenHeader{algorithm, "JWT", key.id})
	if err != nil {
		return "", err
	}
	payload, err := asciiJSON(claims)
	if err != nil {
		return "", err
	}
	encode := base64.RawURLEncoding.EncodeToString
	input := encode(header) + "." + encode(payload)
	digest := sha256.Sum256([]byte(input))
	r, s, err := ecdsa.Sign(rand.Reader, key.private, digest[:])
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	var signature [2 * scalarSize]byte
	r.FillBytes(signature[:scalarSize])
	s.FillBytes(signature[scalarSize:])
	return input + "." + encode(signature[:]), nil
}

// openToken verifies that the server itself signed a token, with any of its keys, and reads what it says. What
// else is to be true of it is for the caller to judge.
func (d *Dialect) openToken(ctx context.Context, text string, claims any) error {
	t, err := parseSigned(text)
	if err != nil {
		return err
	}
	key, err := d.ring.Find(ctx, t.KeyID)
	if err != nil {
		return err
	}
	if key == nil || !t.signedBy(&key.private.PublicKey) {
		return fmt.Errorf("%w: it is not one of ours", errToken)
	}
	if err := json.Unmarshal(t.payload, claims); err != nil {
		return fmt.Errorf("%w: %w", errToken, err)
	}
	return nil
}

// ParsePublicKey reads the public half of an API credential: a P-256 key in PEM.
func ParsePublicKey(text string) (*ecdsa.PublicKey, error) {
	block, rest := pem.Decode([]byte(text))
	if block != nil && strings.HasSuffix(block.Type, "PRIVATE KEY") {
		return nil, errors.New("is a private one, which stays with you: register its public half (openssl pkey -in FILE -pubout)")
	}
	if block == nil || block.Type != "PUBLIC KEY" || len(bytes.TrimSpace(rest)) > 0 {
		return nil, errors.New("is not one public key in PEM (BEGIN PUBLIC KEY)")
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, errors.New("is not a public key that can be read")
	}
	key, ok := parsed.(*ecdsa.PublicKey)
	if !ok || key.Curve != elliptic.P256() {
		return nil, errors.New("is not a key of the curve P-256; no other serves here")
	}
	return key, nil
}

// KeyID names the public half of an API credential: the same key has the same id wherever it serves.
func KeyID(key *ecdsa.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return "", fmt.Errorf("name a key: %w", err)
	}
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:]), nil // on a command line, base64url may look like a flag
}
