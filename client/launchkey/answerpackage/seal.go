package answerpackage

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // OAEP with SHA-1 is what the SDKs decrypt; no collision helps against it
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/twinseal/twinseal/client/launchkey/envelope"
)

const (
	// MaxJWE bounds the newer package before it is decrypted: a policy with a
	// hundred fences fits.
	MaxJWE = 64 << 10
	// maxLegacy bounds the older one: one RSA block of the largest key, in
	// base64 with line breaks.
	maxLegacy = 2 << 10
	// oaepOverhead is what RSA-OAEP with SHA-1 takes of a block: a 2048-bit
	// key leaves 214 bytes.
	oaepOverhead = 42
)

// ErrTooLong says that the older package does not fit into one RSA block.
var ErrTooLong = errors.New("answer package: longer than the key can encrypt; use a larger key or shorter ids")

// Packages are both packages as they travel.
type Packages struct {
	Auth    string `json:"auth"`
	AuthJWE string `json:"auth_jwe"`
}

// Recipient is the key an answer is for, under the name its owner knows it by.
type Recipient struct {
	KeyID string
	Key   *rsa.PublicKey
}

// Legacy is what the older package says.
type Legacy struct {
	Response    bool     `json:"response"`
	AuthRequest string   `json:"auth_request"`
	DeviceID    string   `json:"device_id"`
	ServicePins []string `json:"service_pins"`
}

// Legacy gives the older form of the package.
func (p Package) Legacy() Legacy {
	return Legacy{Response: p.Authorized(), AuthRequest: p.AuthRequest, DeviceID: p.DeviceID, ServicePins: append([]string{}, p.ServicePins...)}
}

// Seal encrypts both packages. They say the same.
func Seal(p Package, to Recipient) (Packages, error) {
	auth, err := sealLegacy(p.Legacy(), to.Key)
	if err != nil {
		return Packages{}, err
	}
	plaintext, err := json.Marshal(p)
	if err != nil {
		return Packages{}, fmt.Errorf("answer package: %w", err)
	}
	sealer, err := envelope.NewSealer(to.KeyID, to.Key)
	if err != nil {
		return Packages{}, fmt.Errorf("answer package: %w", err)
	}
	jwe, err := sealer.Seal(plaintext)
	if err == nil && len(jwe) > MaxJWE {
		err = ErrTooLong
	}
	return Packages{Auth: auth, AuthJWE: jwe}, err
}

func sealLegacy(l Legacy, key *rsa.PublicKey) (string, error) {
	plaintext, err := json.Marshal(l)
	if err != nil {
		return "", fmt.Errorf("answer package: %w", err)
	}
	if len(plaintext) > key.Size()-oaepOverhead {
		return "", ErrTooLong
	}
	block, err := rsa.EncryptOAEP(sha1.New(), rand.Reader, key, plaintext, nil) //nolint:gosec // as above
	if err != nil {
		return "", fmt.Errorf("answer package: %w", err)
	}
	return base64.StdEncoding.EncodeToString(block), nil
}

// ErrUnknownKey says that an answer is encrypted to a key that is not at hand.
var ErrUnknownKey = errors.New("answer package: it is encrypted to a key that is not at hand")

// Open decrypts and reads the newer package. KeyFor gives the private key of a
// name, nil for none; keys should be precomputed by their owner, once.
func Open(jwe string, keyFor func(keyID string) *rsa.PrivateKey) (Package, error) {
	if len(jwe) > MaxJWE {
		return Package{}, fmt.Errorf("answer package: longer than %d bytes", MaxJWE)
	}
	sealed, err := envelope.ParseSealed(jwe)
	if err != nil {
		return Package{}, fmt.Errorf("answer package: %w", err)
	}
	if sealed.KeyAlgorithm != envelope.KeyAlgorithm {
		return Package{}, errors.New("answer package: devices seal it with RSA-OAEP and SHA-1, and this is sealed otherwise")
	}
	key := keyFor(sealed.KeyID)
	if key == nil {
		return Package{}, ErrUnknownKey
	}
	plaintext, err := sealed.Open(key)
	if err != nil {
		return Package{}, errUnreadable
	}
	return Parse(plaintext)
}

// errUnreadable says no more, so that nobody learns from the difference.
var errUnreadable = errors.New("answer package: it cannot be decrypted")

// OpenLegacy decrypts and reads the older package.
func OpenLegacy(auth string, key *rsa.PrivateKey) (Legacy, error) {
	if len(auth) > maxLegacy {
		return Legacy{}, fmt.Errorf("answer package: longer than %d bytes", maxLegacy)
	}
	block, err := base64.StdEncoding.DecodeString(strings.NewReplacer("\r", "", "\n", "").Replace(auth))
	if err != nil {
		return Legacy{}, errors.New("answer package: not base64")
	}
	plaintext, err := rsa.DecryptOAEP(sha1.New(), nil, key, block, nil) //nolint:gosec // as above
	if err != nil {
		return Legacy{}, errUnreadable
	}
	return ParseLegacy(plaintext)
}

// ParseLegacy reads the plaintext of the older package.
func ParseLegacy(plaintext []byte) (Legacy, error) {
	var l Legacy
	if err := readOpen(plaintext, []string{"response", "auth_request", "device_id", "service_pins"}, nil, &l); err != nil {
		return Legacy{}, err
	}
	if l.DeviceID == "" || l.AuthRequest == "" || l.ServicePins == nil {
		return Legacy{}, errors.New("answer package: device_id, auth_request or service_pins is empty")
	}
	return l, nil
}
