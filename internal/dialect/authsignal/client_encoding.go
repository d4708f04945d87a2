package authsignal

import (
	"encoding/base64"
	"errors"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
)

// octets are bytes in Base64 of either alphabet, padded or not: phones write members of one object in both. They are
// written as browsers read them.
type octets []byte

// MarshalText writes base64url without padding.
func (o octets) MarshalText() ([]byte, error) { return base64.RawURLEncoding.AppendEncode(nil, o), nil }

// UnmarshalText reads them.
func (o *octets) UnmarshalText(text []byte) error {
	plain, err := anyBase64(string(text))
	if err == nil {
		*o = plain
	}
	return err
}

// one reads every spelling of Base64 as the standard's: the other alphabet and, in place of a plus sign, the space
// that decoders of query strings leave.
var oneAlphabet = strings.NewReplacer("-", "+", "_", "/", " ", "+")

var errBase64 = errors.New("not base64")

// anyBase64 decodes text of either alphabet, padded or not.
func anyBase64(text string) ([]byte, error) {
	plain, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(oneAlphabet.Replace(text), "="))
	if err != nil {
		return nil, errBase64
	}
	return plain, nil
}

// maxPublicKey bounds the text of an app's key, wrapped or not: an honest one has 168 characters.
const maxPublicKey = 400

// publicKeyOf reads the public key of an app: the key in DER (SubjectPublicKeyInfo) as Base64 or, in addresses, the
// Base64 of that text. Whether the bytes are a key of the right kind is not judged here.
func publicKeyOf(text string) ([]byte, error) {
	if text == "" {
		return nil, invalid("publicKey is missing")
	}
	if len(text) > maxPublicKey {
		return nil, invalid("publicKey is not the key of an app")
	}
	der, err := anyBase64(text)
	if err != nil {
		return nil, invalid("publicKey is not Base64")
	}
	if len(der) > 0 && der[0] == derSequence {
		return der, nil
	}
	if der, err = anyBase64(string(der)); err != nil || len(der) == 0 || der[0] != derSequence {
		return nil, invalid("publicKey is not the Base64 of a key in DER")
	}
	return der, nil
}

// derSequence begins every key in DER, and no Base64 text: those of keys begin with M.
const derSequence = 0x30

// handleOf is the user handle that an assertion tells, as it was made here, or nil where it tells none that could be
// compared.
//
// A handle is the bytes whose base64url text is the user's id. Browsers and Android take the id that they are given
// for that text; iOS takes its characters for the handle itself. And the other way round: browsers and Android tell
// the handle in base64url, iOS tells it as text, which destroys the handles that others made. So the same user comes
// as one of three texts, or as nothing that can be read. What is none of them belongs to a passkey that was made
// elsewhere; who it is of, its id says.
func handleOf(text string) []byte {
	for range handleLayers {
		if id, err := mfa.ParseUUID("userHandle", text); err == nil {
			handle, _ := base64.RawURLEncoding.DecodeString(id) // the characters of a UUID are all in the alphabet
			return handle
		}
		inner, err := anyBase64(text)
		if err != nil {
			return nil
		}
		text = string(inner)
	}
	return nil
}

// handleLayers is how often an id may be wrapped: not at all, as most do, or once or twice.
const handleLayers = 3
