package launchkey

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

var (
	keyEncryptions     = []jose.KeyAlgorithm{jose.RSA_OAEP, jose.RSA_OAEP_256}
	contentEncryptions = []jose.ContentEncryption{jose.A256CBC_HS512}
)

// maxSealedHeader bounds the header of an encrypted text, which is decoded
// before anything is known about it.
const maxSealedHeader = 2 << 10

// seal encrypts JSON for the server.
func seal(body any, to publicKey) (string, error) {
	plain, err := json.Marshal(body)
	if err != nil {
		return "", err
	}
	options := (&jose.EncrypterOptions{}).WithContentType("application/json")
	recipient := jose.Recipient{Algorithm: jose.RSA_OAEP, Key: to.key, KeyID: string(to.id)}
	encrypter, err := jose.NewEncrypter(jose.A256CBC_HS512, recipient, options)
	if err != nil {
		return "", err
	}
	sealed, err := encrypter.Encrypt(plain)
	if err != nil {
		return "", err
	}
	return sealed.CompactSerialize()
}

// open decrypts what was encrypted for one of the keys. Errors say what is wrong
// with the outside only.
func (r *keyring) open(sealed string) ([]byte, error) {
	id, err := sealedFor(sealed)
	if err != nil {
		return nil, err
	}
	key, err := r.find(id)
	if err != nil {
		return nil, err
	}
	parsed, err := jose.ParseEncryptedCompact(sealed, keyEncryptions, contentEncryptions)
	if err != nil {
		return nil, fmt.Errorf("%w: it is not encrypted as the protocol says", ErrUnexpectedAnswer)
	}
	plain, err := parsed.Decrypt(key)
	if err != nil {
		return nil, fmt.Errorf("%w: it cannot be decrypted", ErrUnexpectedAnswer)
	}
	return plain, nil
}

// sealedFor reads whom an encrypted text is for. Compressed ones are refused,
// since a small one can be very large inside.
func sealedFor(sealed string) (KeyID, error) {
	encoded, _, found := strings.Cut(sealed, ".")
	if !found || len(encoded) > maxSealedHeader {
		return "", fmt.Errorf("%w: it is not encrypted", ErrUnexpectedAnswer)
	}
	raw, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return "", fmt.Errorf("%w: it is not encrypted", ErrUnexpectedAnswer)
	}
	var header struct {
		KeyID       *string         `json:"kid"`
		Compression json.RawMessage `json:"zip"`
	}
	switch err := json.Unmarshal(raw, &header); {
	case err != nil:
		return "", fmt.Errorf("%w: it is not encrypted", ErrUnexpectedAnswer)
	case header.Compression != nil:
		return "", fmt.Errorf("%w: it is compressed", ErrUnexpectedAnswer)
	case header.KeyID == nil:
		return "", fmt.Errorf("%w: it does not say for which key it is", ErrUnexpectedAnswer)
	}
	return KeyID(*header.KeyID), nil
}
