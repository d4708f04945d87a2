package envelope

import (
	"crypto/rsa"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"
)

// ContentType is that of sealed bodies, exactly so: one of the vendor's programs
// compares the whole of it.
const ContentType = "application/jose"

// KeyAlgorithm is how keys are wrapped in everything that is sealed here, with
// SHA-1: all releases of the vendor's programs open it, not all the newer kind,
// which readers take as well.
const KeyAlgorithm = string(jose.RSA_OAEP)

var (
	keyAlgorithms     = []jose.KeyAlgorithm{jose.RSA_OAEP, jose.RSA_OAEP_256}
	contentEncryption = []jose.ContentEncryption{jose.A256CBC_HS512}
)

var (
	// ErrSealed says that a text is not sealed as the protocol says.
	ErrSealed = errors.New("it is not sealed as the protocol says")
	// ErrOpen says that a key does not open it, and no more, so that nobody
	// learns from the difference.
	ErrOpen = errors.New("it cannot be opened")
)

// Sealer seals JSON to one key. It may be used by several goroutines at a time.
type Sealer struct{ encrypter jose.Encrypter }

// NewSealer prepares a public key under its name.
func NewSealer(id string, key *rsa.PublicKey) (*Sealer, error) {
	encrypter, err := jose.NewEncrypter(jose.A256CBC_HS512,
		jose.Recipient{Algorithm: jose.RSA_OAEP, Key: key, KeyID: id},
		(&jose.EncrypterOptions{}).WithContentType("application/json"))
	if err != nil {
		return nil, fmt.Errorf("prepare a key: %w", err)
	}
	return &Sealer{encrypter}, nil
}

// Seal gives the compact form of a plaintext that only the key's holder opens.
func (s *Sealer) Seal(plaintext []byte) (string, error) {
	sealed, err := s.encrypter.Encrypt(plaintext)
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	return sealed.CompactSerialize()
}

// Sealed is a sealed text that nobody has opened yet.
type Sealed struct {
	KeyID        string // of the key that opens it; never empty
	KeyAlgorithm string
	jwe          *jose.JSONWebEncryption
}

// ParseSealed takes a sealed text apart, whose length its caller has bounded.
// Compressed ones are refused, because a small one can be very large inside.
// What it refuses is an [ErrSealed].
func ParseSealed(text string) (*Sealed, error) {
	jwe, err := jose.ParseEncryptedCompact(text, keyAlgorithms, contentEncryption)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSealed, err)
	}
	if err := plain(jwe.Header, "zip", "crit"); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSealed, err)
	}
	if jwe.Header.KeyID == "" {
		return nil, fmt.Errorf("%w: it names no key", ErrSealed)
	}
	return &Sealed{jwe.Header.KeyID, jwe.Header.Algorithm, jwe}, nil
}

// Open decrypts the text with a private key, which should be precomputed. What
// it refuses is [ErrOpen].
func (s *Sealed) Open(key *rsa.PrivateKey) ([]byte, error) {
	plaintext, err := s.jwe.Decrypt(key)
	if err != nil {
		return nil, ErrOpen
	}
	return plaintext, nil
}
