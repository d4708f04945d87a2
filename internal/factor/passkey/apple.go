package passkey

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/asn1"
	"errors"
)

var oidAppleNonce = asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 8, 2}

// apple is the format of Apple's devices: Apple signs a certificate for the credential's key, made for this one
// ceremony. go-webauthn would take Apple's root alone, whoever the operator believes.
func (f *Factor) apple(s statement) (evidence, error) {
	chain, err := s.certificates()
	if err != nil {
		return evidence{}, err
	}
	value, ok := extensionOf(chain[0], oidAppleNonce)
	if !ok {
		return evidence{}, errors.New("the certificate holds no nonce")
	}
	var held struct {
		Nonce []byte `asn1:"tag:1,explicit"`
	}
	if rest, err := asn1.Unmarshal(value, &held); err != nil || len(rest) > 0 {
		return evidence{}, errors.Join(errors.New("the nonce cannot be read"), err)
	}
	wanted := sha256.Sum256(s.signed())
	if subtle.ConstantTimeCompare(wanted[:], held.Nonce) != 1 {
		return evidence{}, errors.New("the certificate was made for another ceremony")
	}
	if !s.key.equals(chain[0].PublicKey) {
		return evidence{}, errors.New("the certificate is another key's")
	}
	return f.trust(chain, trustAnonCA)
}
