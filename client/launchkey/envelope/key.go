package envelope

import (
	"crypto"
	"crypto/md5" //nolint:gosec // the protocol names keys by it; nothing relies on it
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// Sizes of RSA keys in bits.
const (
	// MinKeyBits is what the older answer package needs to fit into one block;
	// the vendor's programs refuse smaller keys too.
	MinKeyBits = 2048
	// MaxKeyBits keeps a single operation from taking a noticeable time.
	MaxKeyBits = 8192
)

// maxPEM bounds the text of a public key in bytes: four times what one of
// MaxKeyBits takes.
const maxPEM = 8 << 10

// leastExponent is the smallest by which RSA works at all.
const leastExponent = 3

// ErrKey says that a text is not an RSA public key in PEM of a usable size.
var ErrKey = errors.New("this is not an RSA public key in PEM")

// ParsePublicKey reads the PEM of one RSA public key: the form that the protocol
// uses (PUBLIC KEY), or PKCS #1. Lines may be indented, as texts in programs
// often are. What it refuses is an [ErrKey].
func ParsePublicKey(text string) (*rsa.PublicKey, error) {
	if len(text) > maxPEM {
		return nil, fmt.Errorf("%w: it is too long", ErrKey)
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	block, rest := pem.Decode([]byte(strings.Join(lines, "\n")))
	if block == nil || strings.TrimSpace(string(rest)) != "" {
		return nil, fmt.Errorf("%w: one PEM block is wanted", ErrKey)
	}
	key, err := parseBlock(block)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	if bits := key.N.BitLen(); bits < MinKeyBits || bits > MaxKeyBits {
		return nil, fmt.Errorf("%w: it has %d bits, not %d to %d", ErrKey, bits, MinKeyBits, MaxKeyBits)
	}
	// Such numbers are no keys, and nothing could be sealed to them.
	if key.N.Bit(0) == 0 || key.E < leastExponent || key.E%2 == 0 {
		return nil, fmt.Errorf("%w: its modulus or exponent is even, or the exponent below 3", ErrKey)
	}
	return key, nil
}

func parseBlock(block *pem.Block) (*rsa.PublicKey, error) {
	switch block.Type {
	case "RSA PUBLIC KEY":
		return x509.ParsePKCS1PublicKey(block.Bytes)
	case "PUBLIC KEY":
		key, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			return nil, err
		}
		if rsaKey, ok := key.(*rsa.PublicKey); ok {
			return rsaKey, nil
		}
	}
	if strings.HasSuffix(block.Type, "PRIVATE KEY") {
		return nil, errors.New("it is a private key, whose public half alone belongs here")
	}
	return nil, errors.New("the block is of another kind")
}

// KeyID is the protocol's name of a public key of any kind: the MD5 of its
// SubjectPublicKeyInfo as pairs of hexadecimal digits with colons, 47 bytes. It
// is a name and secures nothing.
func KeyID(key crypto.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return "", fmt.Errorf("name a key: %w", err)
	}
	sum := md5.Sum(der) //nolint:gosec // see the import
	text := make([]byte, 0, 3*len(sum))
	for i, b := range sum {
		if i > 0 {
			text = append(text, ':')
		}
		text = hex.AppendEncode(text, []byte{b})
	}
	return string(text), nil
}
