package client

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/receipt"
)

// Account is everything a device must remember about one link, ready to be
// written as JSON. It holds a private key and perhaps a TOTP seed: keep it
// where nobody else can read it. It prints without them.
type Account struct {
	// Server is the base URL, without a trailing slash.
	Server string     `json:"server"`
	Key    PrivateKey `json:"key"`
	// Linked is what the server said when the device linked or last asked.
	Linked api.Account `json:"linked"`
	TOTP   *api.TOTP   `json:"totp,omitempty"`
	// Pins are the device's latest service pins by application: whoever has
	// a copy of the account soon has others.
	Pins map[string][]string `json:"pins,omitempty"`
	// ClockOffset is added to the local clock to have the server's.
	ClockOffset time.Duration `json:"clock_offset"`
}

// String names the account without its secrets.
func (a Account) String() string {
	return fmt.Sprintf("device %s of user %s at %s", a.Linked.Device.ID, a.Linked.User.ID, a.Server)
}

// GoString keeps the secrets out of %#v too.
func (a Account) GoString() string { return a.String() }

// LogValue keeps them out of structured logs.
func (a Account) LogValue() slog.Value { return slog.StringValue(a.String()) }

// IsLinked tells an account from a key that was never linked.
func (a Account) IsLinked() bool { return a.Linked.Device.ID != "" }

// ServerKey is the thumbprint of the key that sealed this account's receipts
// when the device linked: what to pin when verifying them.
func (a Account) ServerKey() string { return receipt.JWK(a.Linked.ServerKey).Thumbprint() }

// PrivateKey is a P-256 key that is written as PKCS #8 in base64, and printed
// as dots.
type PrivateKey struct {
	*ecdsa.PrivateKey
}

// String hides the key.
func (PrivateKey) String() string { return "•••" }

// GoString hides the key.
func (PrivateKey) GoString() string { return "•••" }

// LogValue hides the key.
func (PrivateKey) LogValue() slog.Value { return slog.StringValue("•••") }

// MarshalText writes the key for keeping.
func (k PrivateKey) MarshalText() ([]byte, error) {
	if k.PrivateKey == nil {
		return nil, errors.New("account: no key to write")
	}
	der, err := x509.MarshalPKCS8PrivateKey(k.PrivateKey)
	if err != nil {
		return nil, fmt.Errorf("account: key: %w", err)
	}
	return []byte(base64.StdEncoding.EncodeToString(der)), nil
}

// UnmarshalText reads what MarshalText wrote.
func (k *PrivateKey) UnmarshalText(text []byte) error {
	der, err := base64.StdEncoding.DecodeString(string(text))
	if err != nil {
		return errors.New("account: key: not base64")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return errors.New("account: key: not PKCS #8")
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok {
		return errors.New("account: key: not an elliptic-curve key")
	}
	if _, err := receipt.NewJWK(key.Public()); err != nil {
		return fmt.Errorf("account: %w", err)
	}
	k.PrivateKey = key
	return nil
}
