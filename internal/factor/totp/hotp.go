package totp

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // HMAC-SHA-1 is what RFC 6238 and the apps use; collisions do not matter to it
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"hash"

	"github.com/twinseal/twinseal/internal/mfa"
)

// The algorithms of RFC 6238.
const (
	algorithmSHA1   = "SHA1"
	algorithmSHA256 = "SHA256"
	algorithmSHA512 = "SHA512"
)

// mac makes the codes of one seed.
type mac struct {
	hash hash.Hash
	sum  [sha512.Size]byte
	text [8]byte
}

func newMAC(algorithm string, secret mfa.Secret) *mac {
	algo := sha1.New
	switch algorithm {
	case algorithmSHA256:
		algo = sha256.New
	case algorithmSHA512:
		algo = sha512.New
	}
	return &mac{hash: hmac.New(algo, secret.Reveal())}
}

// code writes the decimal digits of RFC 4226 section 5.3 for the counter.
func (m *mac) code(counter uint64, digits []byte) {
	binary.BigEndian.PutUint64(m.text[:], counter)
	m.hash.Reset()
	m.hash.Write(m.text[:])
	sum := m.hash.Sum(m.sum[:0])
	offset := sum[len(sum)-1] & 15
	n := binary.BigEndian.Uint32(sum[offset:]) & 0x7fffffff
	for i := len(digits) - 1; i >= 0; i-- {
		digits[i] = '0' + byte(n%10)
		n /= 10
	}
}
