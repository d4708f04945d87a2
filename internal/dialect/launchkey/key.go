package launchkey

import (
	"crypto/md5" //nolint:gosec // the protocol names keys by it; nothing relies on it
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/go-jose/go-jose/v4"
)

// Sizes of RSA keys. Published clients refuse smaller ones; larger ones cost the server more than they are worth.
const (
	minKeyBits = 2048
	maxKeyBits = 8192
	maxPEM     = 8 << 10 // four times what a key of maxKeyBits takes
)

var errKey = errors.New("this is not an RSA public key in PEM")

// ParsePublicKey reads the PEM of an RSA public key: the form that the protocol uses (PUBLIC KEY), or PKCS #1.
func ParsePublicKey(text string) (*rsa.PublicKey, error) {
	if len(text) > maxPEM {
		return nil, fmt.Errorf("%w: it is too long", errKey)
	}
	// Texts in programs are often indented.
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	block, rest := pem.Decode([]byte(strings.Join(lines, "\n")))
	if block == nil || strings.TrimSpace(string(rest)) != "" {
		return nil, fmt.Errorf("%w: one PEM block is wanted", errKey)
	}
	key, err := parseBlock(block)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errKey, err)
	}
	if bits := key.N.BitLen(); bits < minKeyBits || bits > maxKeyBits {
		return nil, fmt.Errorf("%w: it has %d bits, not %d to %d", errKey, bits, minKeyBits, maxKeyBits)
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

// KeyID is the protocol's name of a public key: the MD5 of its X.509 form in hexadecimal pairs with colons.
func KeyID(key any) (string, error) {
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

// publicPEM is a public key as it is shown.
func publicPEM(key any) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return "", fmt.Errorf("write a key: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), nil
}

// recipient is a key that things can be sealed to, and whose signatures can be checked.
type recipient struct {
	id        string
	pem       string // as it was brought
	public    *rsa.PublicKey
	encrypter jose.Encrypter
}

// newRecipient prepares a key. Bodies for clients are wrapped with RSA-OAEP and SHA-1: all releases of the
// published ones open it, not all the newer kind.
func newRecipient(text string) (*recipient, error) {
	public, err := ParsePublicKey(text)
	if err != nil {
		return nil, err
	}
	id, err := KeyID(public)
	if err != nil {
		return nil, err
	}
	encrypter, err := jose.NewEncrypter(jose.A256CBC_HS512,
		jose.Recipient{Algorithm: jose.RSA_OAEP, Key: public, KeyID: id},
		(&jose.EncrypterOptions{}).WithContentType("application/json"))
	if err != nil {
		return nil, fmt.Errorf("prepare a key: %w", err)
	}
	return &recipient{id, text, public, encrypter}, nil
}

// seal is the compact form of a plaintext that only the key's holder opens.
func (r *recipient) seal(plaintext []byte) ([]byte, error) {
	sealed, err := r.encrypter.Encrypt(plaintext)
	if err != nil {
		return nil, fmt.Errorf("seal an answer: %w", err)
	}
	compact, err := sealed.CompactSerialize()
	return []byte(compact), err
}

// recipientRoom bounds the prepared keys that are kept, by their PEM. One takes about 4 KB.
const recipientRoom = 5_000

// recipients keeps prepared keys, so that each is parsed once.
type recipients struct {
	mu    sync.RWMutex
	byPEM map[string]*recipient
}

func (k *recipients) of(text string) (*recipient, error) {
	k.mu.RLock()
	known := k.byPEM[text]
	k.mu.RUnlock()
	if known != nil {
		return known, nil
	}
	made, err := newRecipient(text)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.byPEM == nil || len(k.byPEM) >= recipientRoom {
		k.byPEM = map[string]*recipient{}
	}
	k.byPEM[text] = made
	return made, nil
}
