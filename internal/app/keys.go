package app

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/twinseal/twinseal/client/launchkey/envelope"
	"github.com/twinseal/twinseal/internal/dialect/launchkey"
	"github.com/twinseal/twinseal/internal/dialect/loginid"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/configuration"
)

// PublicKey is a key of an owner.
type PublicKey = mfa.PublicKey

// NewPublicKey is what an operator says of a key.
type NewPublicKey struct {
	PEM     string
	Purpose string // both, encryption or signature
	Off     bool
	Expires time.Time // zero: never
}

// AddPublicKey registers the PEM of a public key and returns its id. An RSA key has the id that clients of the
// LaunchKey protocol compute for it; one of the curve P-256 signs as an application of the LoginID protocol.
func (a *App) AddPublicKey(ctx context.Context, o Owner, k NewPublicKey) (string, error) {
	id, err := nameKey(o, &k)
	if err != nil {
		return "", err
	}
	_, err = a.configuration.AddPublicKey(ctx, mfa.PublicKey{
		ID: id, Owner: o.Owner, Purpose: mfa.KeyPurpose(k.Purpose), PEM: k.PEM, Active: !k.Off, ExpiresAt: k.Expires.UTC().Truncate(time.Second),
	})
	if refusal, ok := errors.AsType[*mfa.Error](err); ok && refusal.Code == mfa.Conflict && refusal.Field == "id" {
		return "", fmt.Errorf("%s has this key already: %s", o, id)
	}
	return id, said(err)
}

// nameKey gives a key its id, by the protocol that has keys of its kind.
func nameKey(o Owner, k *NewPublicKey) (string, error) {
	block, _ := pem.Decode([]byte(k.PEM))
	if block != nil {
		if strings.HasSuffix(block.Type, "PRIVATE KEY") {
			return "", errors.New("this is a private key, which stays with the program: register its public half (openssl pkey -in FILE -pubout)")
		}
		if parsed, err := x509.ParsePKIXPublicKey(block.Bytes); err == nil {
			if _, curved := parsed.(*ecdsa.PublicKey); curved {
				return nameCurveKey(o, k)
			}
		}
	}
	public, err := envelope.ParsePublicKey(k.PEM)
	if err != nil {
		return "", fmt.Errorf("neither a key of the curve P-256 nor one of RSA that serves: %w", err)
	}
	return envelope.KeyID(public)
}

func nameCurveKey(o Owner, k *NewPublicKey) (string, error) {
	public, err := loginid.ParsePublicKey(k.PEM)
	switch {
	case err != nil:
		return "", fmt.Errorf("the key %w", err)
	case o.Kind != mfa.OwnerApplication:
		return "", fmt.Errorf("a key of the curve P-256 signs for an application: --owner application:UUID, not %s", o)
	case k.Purpose == string(mfa.PurposeEncryption):
		return "", errors.New("a key of the curve P-256 signs and does nothing else: leave --type out")
	}
	k.Purpose = string(mfa.PurposeSignature)
	return loginid.KeyID(public)
}

// PublicKeys lists an owner's keys, oldest first.
func (a *App) PublicKeys(ctx context.Context, o Owner) ([]PublicKey, error) {
	return a.Service.PublicKeysOf(ctx, o.Owner)
}

// RemovePublicKey forgets a key; the only one of its owner stays.
func (a *App) RemovePublicKey(ctx context.Context, o Owner, id string) error {
	return a.keyError(o, id, a.configuration.RemovePublicKey(ctx, o.Owner, id))
}

// ExpirePublicKey sets when a key stops working; the zero time is never.
func (a *App) ExpirePublicKey(ctx context.Context, o Owner, id string, at time.Time) error {
	return a.keyError(o, id, a.configuration.UpdatePublicKey(ctx, o.Owner, id, configuration.PublicKeyChange{ExpiresAt: &at}))
}

// Now is the time by which the server judges keys.
func (a *App) Now() time.Time { return a.Service.Now() }

func (a *App) keyError(o Owner, id string, err error) error {
	if mfa.IsCode(err, mfa.NotFound) {
		return fmt.Errorf("%s has no key %q; \"twinseal keys list --owner %s\" shows those it has", o, id, o)
	}
	return said(err)
}

// Sizes of the key pairs that are made: what published clients accept and a server can afford at each request.
const (
	DefaultKeyBits = 2048
	mediumKeyBits  = 3072
	LargestKeyBits = 4096
)

// MakeKeyPair makes an RSA key: the private half in PKCS #1, which all clients of the LaunchKey protocol read, and
// the public half.
func MakeKeyPair(bits int) (private, public []byte, err error) {
	if bits != DefaultKeyBits && bits != mediumKeyBits && bits != LargestKeyBits {
		return nil, nil, fmt.Errorf("a key of %d bits is not made; choose %d, %d or %d", bits, DefaultKeyBits, mediumKeyBits, LargestKeyBits)
	}
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		return nil, nil, fmt.Errorf("make a key: %w", err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return nil, nil, fmt.Errorf("make a key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}),
		pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}

// MakeCurveKeyPair makes a key of the curve P-256: the private half in PKCS #8, the one form that all clients of the
// LoginID protocol read, and the public half.
func MakeCurveKeyPair() (private, public []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("make a key: %w", err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, fmt.Errorf("make a key: %w", err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return nil, nil, fmt.Errorf("make a key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}),
		pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}

// RotateAPIKey makes a new key pair of the server for the LaunchKey protocol, which signs from now on, and returns
// its id. The old ones go on opening what was sealed to them.
func (a *App) RotateAPIKey(ctx context.Context) (string, error) {
	return launchkey.RotateKey(ctx, a.Service)
}

// SDKKeys lists the SDK keys of a directory, oldest first.
func (a *App) SDKKeys(ctx context.Context, directory Owner) ([]string, error) {
	c, err := a.Service.CallerForOwner(ctx, directory.Owner)
	if err != nil {
		return nil, err
	}
	return launchkey.SDKKeysOf(c.Directory)
}

// AddSDKKey gives a directory an SDK key, a new one for "", and returns it.
func (a *App) AddSDKKey(ctx context.Context, directory Owner, key string) (string, error) {
	if key == "" {
		key = uuid.NewString()
	}
	key, err := mfa.ParseUUID("the SDK key", key)
	if err != nil {
		return "", said(err)
	}
	return key, a.changeDirectory(ctx, directory, func(d *mfa.Directory) error { return launchkey.AddSDKKey(d, key) })
}

// RemoveSDKKey takes one from a directory; the only one stays.
func (a *App) RemoveSDKKey(ctx context.Context, directory Owner, key string) error {
	key, err := mfa.ParseUUID("the SDK key", key)
	if err != nil {
		return said(err)
	}
	return a.changeDirectory(ctx, directory, func(d *mfa.Directory) error { return launchkey.RemoveSDKKey(d, key) })
}

func (a *App) changeDirectory(ctx context.Context, directory Owner, change func(*mfa.Directory) error) error {
	c, err := a.Service.CallerForOwner(ctx, directory.Owner)
	if err == nil {
		_, err = a.configuration.UpdateDirectory(ctx, c.Organization.ID, c.Directory.ID, change)
	}
	return said(err)
}
