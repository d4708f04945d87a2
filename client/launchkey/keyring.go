package launchkey

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/twinseal/twinseal/client/launchkey/envelope"
)

// keyring holds the private keys of one entity: the one that signs, and all that
// answers may be encrypted for.
type keyring struct {
	signing KeyID
	private map[KeyID]*rsa.PrivateKey
}

func newKeyring(signing []byte, others [][]byte) (*keyring, error) {
	ring := &keyring{private: map[KeyID]*rsa.PrivateKey{}}
	for i, text := range append([][]byte{signing}, others...) {
		key, err := parsePrivateKey(text)
		if err != nil {
			return nil, err
		}
		id, err := keyID(&key.PublicKey)
		if err != nil {
			return nil, &FormatError{Field: "private key", Reason: "cannot be named: " + err.Error()}
		}
		if i == 0 {
			ring.signing = id
		}
		ring.private[id] = key
	}
	return ring, nil
}

// find returns the private key of that name.
func (r *keyring) find(id KeyID) (*rsa.PrivateKey, error) {
	key, ok := r.private[id]
	if !ok {
		return nil, fmt.Errorf("%w: it is encrypted for %q, which is none of the keys given to the factory", ErrEntityKeyNotFound, printable(string(id)))
	}
	return key, nil
}

// parsePrivateKey reads PKCS #1 or PKCS #8. Errors repeat nothing of the text.
func parsePrivateKey(text []byte) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, &FormatError{Field: "private key", Reason: "must be PEM text that begins with -----BEGIN RSA PRIVATE KEY----- or -----BEGIN PRIVATE KEY-----"}
	}
	key, err := privateKeyOf(block)
	if err != nil {
		return nil, &FormatError{Field: "private key", Reason: err.Error()}
	}
	if bits := key.N.BitLen(); bits < envelope.MinKeyBits || bits > envelope.MaxKeyBits {
		return nil, &FormatError{Field: "private key", Reason: fmt.Sprintf("must have %d to %d bits", envelope.MinKeyBits, envelope.MaxKeyBits)}
	}
	return key, nil
}

func privateKeyOf(block *pem.Block) (*rsa.PrivateKey, error) {
	switch block.Type {
	case "RSA PRIVATE KEY":
		key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
		if err != nil {
			return nil, errors.New("is damaged, or encrypted with a password, which is not supported")
		}
		return key, nil
	case "PRIVATE KEY":
		parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return nil, errors.New("is damaged")
		}
		if key, ok := parsed.(*rsa.PrivateKey); ok {
			return key, nil
		}
		return nil, errors.New("must be an RSA key")
	default:
		return nil, errors.New("must be a private key; this is another kind of PEM text")
	}
}

// PublicKeyID is the name of an RSA public key in PEM text, as the server
// computes it.
func PublicKeyID(text []byte) (KeyID, error) {
	key, err := envelope.ParsePublicKey(string(text))
	if err != nil {
		return "", &FormatError{Field: "public key", Reason: "is not usable: " + err.Error()}
	}
	return keyID(key)
}

func keyID(key *rsa.PublicKey) (KeyID, error) {
	id, err := envelope.KeyID(key)
	return KeyID(id), err
}
