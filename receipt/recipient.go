package receipt

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
)

// FormatLaunchKey is the format of packages that the SDKs of LaunchKey open.
// There is no other one yet.
const FormatLaunchKey = "launchkey"

// Recipient is who alone may read the particulars of an answer: the device
// encrypts them to Key, in the packages of Format, under the name KeyID.
type Recipient struct {
	Format string `json:"format"`
	KeyID  string `json:"kid"`
	Key    RSAJWK `json:"key"`
}

// RSAJWK is an RSA public key in the form of RFC 7517 with exactly these
// members.
type RSAJWK struct {
	E   string `json:"e"`
	Kty string `json:"kty"`
	N   string `json:"n"`
}

// Bounds of a recipient's key.
const (
	// minRSABits is what 112 bits of security take, and what the older of
	// LaunchKey's packages needs to fit.
	minRSABits = 2048
	// maxRSABits keeps one encryption from taking a phone's while.
	maxRSABits = 8192
	// maxExponent is what every RSA library takes.
	maxExponent = 1<<31 - 1
)

// NewRSAJWK gives a key in the form in which questions carry it.
func NewRSAJWK(key *rsa.PublicKey) (RSAJWK, error) {
	encode := base64.RawURLEncoding.EncodeToString
	out := RSAJWK{E: encode(big.NewInt(int64(key.E)).Bytes()), Kty: "RSA", N: encode(key.N.Bytes())}
	_, err := out.PublicKey()
	return out, err
}

// PublicKey gives the key for encrypting, or the reason why k is not one.
func (k RSAJWK) PublicKey() (*rsa.PublicKey, error) {
	n, errN := decodeBase64(k.N)
	e, errE := decodeBase64(k.E)
	if k.Kty != "RSA" || errN != nil || errE != nil || len(n) == 0 || len(e) == 0 || n[0] == 0 || e[0] == 0 || len(n) > maxRSABits/8 {
		return nil, errors.New("recipient.key: kty must be RSA, n and e base64url without leading zeros")
	}
	modulus, exponent := new(big.Int).SetBytes(n), new(big.Int).SetBytes(e)
	if bits := modulus.BitLen(); bits < minRSABits || bits > maxRSABits || modulus.Bit(0) == 0 {
		return nil, fmt.Errorf("recipient.key: it must have %d to %d bits", minRSABits, maxRSABits)
	}
	if len(e) > 4 || exponent.Int64() < 3 || exponent.Int64() > maxExponent || exponent.Bit(0) == 0 {
		return nil, errors.New("recipient.key: its exponent is not an odd number of at most 31 bits")
	}
	return &rsa.PublicKey{N: modulus, E: int(exponent.Int64())}, nil
}

func (r *Recipient) validate() error {
	if r == nil {
		return nil
	}
	if r.Format != FormatLaunchKey {
		return fmt.Errorf("recipient.format: %q is unknown", clip(r.Format))
	}
	if err := validID("recipient.kid", r.KeyID); err != nil {
		return err
	}
	_, err := r.Key.PublicKey()
	return err
}

// MaxPackages bounds the packages of an answer in bytes of JSON: the
// particulars repeat a policy's fences, encrypted and in base64.
const MaxPackages = 64 << 10

// HashPackages gives the hash that stands for packages in a statement: the
// base64url SHA-256 of their canonical JSON, an object of texts. Whoever
// carries them cannot exchange them without being noticed.
func HashPackages(packages json.RawMessage) (string, error) {
	if len(packages) > MaxPackages {
		return "", fmt.Errorf("packages: longer than %d bytes", MaxPackages)
	}
	var texts map[string]string
	if err := decodeStrict(packages, &texts); err != nil {
		return "", fmt.Errorf("packages: %w", err)
	}
	if len(texts) == 0 {
		return "", errors.New("packages: there are none")
	}
	for name, text := range texts {
		if text == "" || name == "" {
			return "", errors.New("packages: one is empty or has no name")
		}
	}
	data, err := canonical(texts)
	if err != nil {
		return "", fmt.Errorf("packages: %w", err)
	}
	return hash(data), nil
}
