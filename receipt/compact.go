package receipt

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// algorithm is the only signature algorithm there is: a list of one cannot be
// downgraded.
const algorithm = "ES256"

// header is the whole protected header of a statement or a seal.
type header struct {
	Algorithm string `json:"alg"`
	KeyID     string `json:"kid"`
	Type      string `json:"typ"`
}

// signCompact signs payload as a compact JWS (RFC 7515, section 7.1) under the
// given header. ES256 is written here and not left to a library, because a
// library reads the header and the payload once more than we do, which took as
// long as half a signature.
func signCompact(signer crypto.Signer, header any, payload []byte) (string, error) {
	protected, err := canonical(header)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	input := encodeBase64(protected) + "." + encodeBase64(payload)
	digest := sha256.Sum256([]byte(input))
	der, err := signer.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	var point struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(der, &point); err != nil || len(rest) > 0 {
		return "", errors.New("sign: the key did not make an ECDSA signature")
	}
	if point.R.BitLen() > 8*coordinateBytes || point.S.BitLen() > 8*coordinateBytes {
		return "", errors.New("sign: not a P-256 signature")
	}
	signature := make([]byte, 2*coordinateBytes)
	point.R.FillBytes(signature[:coordinateBytes])
	point.S.FillBytes(signature[coordinateBytes:])
	return input + "." + encodeBase64(signature), nil
}

// keyed is the header of a statement or a seal.
func keyed(kind, thumbprint string) header {
	return header{Algorithm: algorithm, KeyID: thumbprint, Type: kind}
}

// openCompact verifies a statement or a seal and returns its payload and the
// thumbprint of key, which its kid must name.
func openCompact(jws string, most int, kind string, key JWK) (thumbprint string, payload []byte, err error) {
	public, err := key.PublicKey()
	if err != nil {
		return "", nil, err
	}
	parts, err := split(jws, most)
	if err != nil {
		return "", nil, err
	}
	thumbprint = key.Thumbprint()
	if err := checkHeader(parts.header, kind, thumbprint); err != nil {
		return "", nil, fmt.Errorf("header: %w", err)
	}
	return thumbprint, parts.payload, parts.verify(public)
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

// compact is a JWS taken apart.
type compact struct {
	input           string // what is signed: everything before the last dot
	header, payload []byte
	signature       []byte
}

// verify checks the signature alone: R and S, 32 bytes each (RFC 7518, section
// 3.4).
func (c compact) verify(public *ecdsa.PublicKey) error {
	if len(c.signature) != 2*coordinateBytes {
		return errors.New("not a signature of 64 bytes")
	}
	digest := sha256.Sum256([]byte(c.input))
	r, s := new(big.Int).SetBytes(c.signature[:coordinateBytes]), new(big.Int).SetBytes(c.signature[coordinateBytes:])
	if !ecdsa.Verify(public, digest[:], r, s) {
		return errors.New("the signature does not match")
	}
	return nil
}

// split takes a compact JWS apart, each part in its one exact spelling: two
// different texts are never the same signed document.
func split(jws string, most int) (compact, error) {
	if len(jws) > most {
		return compact{}, fmt.Errorf("longer than %d bytes", most)
	}
	parts := strings.Split(jws, ".")
	if len(parts) != 3 {
		return compact{}, errors.New("not three parts joined by dots")
	}
	c := compact{input: jws[:strings.LastIndexByte(jws, '.')]}
	for i, to := range []*[]byte{&c.header, &c.payload, &c.signature} {
		var err error
		if *to, err = decodeBase64(parts[i]); err != nil {
			return compact{}, err
		}
	}
	return c, nil
}
