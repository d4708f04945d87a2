package receipt

import (
	"crypto"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/cryptosigner"
)

// algorithm is the only signature algorithm there is: a list of one cannot be
// downgraded.
const algorithm = string(jose.ES256)

// header is the whole protected header of a statement or a seal.
type header struct {
	Algorithm string `json:"alg"`
	KeyID     string `json:"kid"`
	Type      string `json:"typ"`
}

// signCompact signs payload as a compact JWS under the given header values.
func signCompact(signer crypto.Signer, extra map[jose.HeaderKey]any, payload []byte) (string, error) {
	maker, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.ES256, Key: cryptosigner.Opaque(signer)},
		&jose.SignerOptions{ExtraHeaders: extra},
	)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	object, err := maker.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	return object.CompactSerialize()
}

// keyed are the header values of a statement or a seal.
func keyed(kind, thumbprint string) map[jose.HeaderKey]any {
	return map[jose.HeaderKey]any{jose.HeaderType: kind, "kid": thumbprint}
}

// openCompact verifies a statement or a seal and returns its payload and the
// thumbprint of key, which its kid must name.
func openCompact(jws string, most int, kind string, key JWK) (thumbprint string, payload []byte, err error) {
	public, err := key.PublicKey()
	if err != nil {
		return "", nil, err
	}
	rawHeader, payload, err := split(jws, most)
	if err != nil {
		return "", nil, err
	}
	thumbprint = key.Thumbprint()
	if err := checkHeader(rawHeader, kind, thumbprint); err != nil {
		return "", nil, fmt.Errorf("header: %w", err)
	}
	return thumbprint, payload, verify(jws, public)
}

func checkHeader(raw []byte, kind, thumbprint string) error {
	var h header
	if err := decodeStrict(raw, &h); err != nil {
		return err
	}
	switch {
	case h.Algorithm != algorithm:
		return fmt.Errorf("alg must be %s", algorithm)
	case h.Type != kind:
		return fmt.Errorf("typ must be %s", kind)
	case h.KeyID != thumbprint:
		return errors.New("kid is not the thumbprint of the key")
	}
	return nil
}

// verify checks the signature alone.
func verify(jws string, public *ecdsa.PublicKey) error {
	object, err := jose.ParseSignedCompact(jws, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return fmt.Errorf("not a signature: %w", err)
	}
	if _, err := object.Verify(public); err != nil {
		return errors.New("the signature does not match")
	}
	return nil
}

// split takes a compact JWS apart, each part in its one exact spelling: two
// different texts are never the same signed document.
func split(jws string, most int) (header, payload []byte, err error) {
	if len(jws) > most {
		return nil, nil, fmt.Errorf("longer than %d bytes", most)
	}
	parts := strings.Split(jws, ".")
	if len(parts) != 3 {
		return nil, nil, errors.New("not three parts joined by dots")
	}
	raw := make([][]byte, len(parts))
	for i, part := range parts {
		if raw[i], err = decodeBase64(part); err != nil {
			return nil, nil, err
		}
	}
	return raw[0], raw[1], nil
}
