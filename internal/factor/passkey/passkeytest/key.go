package passkeytest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	_ "crypto/sha256" // the hashes that the algorithms name
	_ "crypto/sha512"
	"fmt"
	"math/big"
)

// The algorithms of credentials, as COSE numbers them.
const (
	ES256 int64 = -7
	EdDSA int64 = -8
	ES384 int64 = -35
	ES512 int64 = -36
	RS256 int64 = -257
)

// curves of the algorithms that have one, with COSE's number for it.
var curves = map[int64]struct {
	curve  elliptic.Curve
	number int64
	hash   crypto.Hash
}{
	ES256: {elliptic.P256(), 1, crypto.SHA256},
	ES384: {elliptic.P384(), 2, crypto.SHA384},
	ES512: {elliptic.P521(), 3, crypto.SHA512},
}

const rsaBits = 2048

// newKey draws a key for an algorithm.
func (s seed) newKey(use string, algorithm int64) (crypto.Signer, error) {
	if c, ok := curves[algorithm]; ok {
		return steady{s.ec(use, c.curve)}, nil
	}
	switch algorithm {
	case EdDSA:
		return steady{s.ed25519(use)}, nil
	case RS256:
		return steady{s.rsa(use, rsaBits)}, nil
	}
	return nil, fmt.Errorf("passkeytest: no keys of algorithm %d", algorithm)
}

func sign(key crypto.Signer, algorithm int64, message []byte) ([]byte, error) {
	hash := crypto.SHA256
	switch c, ok := curves[algorithm]; {
	case ok:
		hash = c.hash
	case algorithm == EdDSA:
		return key.Sign(nil, message, crypto.Hash(0))
	}
	return key.Sign(nil, digest(hash, message), hash)
}

func digest(hash crypto.Hash, message []byte) []byte {
	h := hash.New()
	h.Write(message)
	return h.Sum(nil)
}

// COSE encodes a public key as authenticators do (RFC 9052, section 7).
func COSE(public crypto.PublicKey, algorithm int64) ([]byte, error) {
	switch k := public.(type) {
	case *ecdsa.PublicKey:
		x, y, err := coordinates(k)
		return Map(labelled(1, Int(2)), labelled(3, Int(algorithm)), labelled(-1, Int(curves[algorithm].number)),
			labelled(-2, Bytes(x)), labelled(-3, Bytes(y))), err
	case ed25519.PublicKey:
		return Map(labelled(1, Int(1)), labelled(3, Int(algorithm)), labelled(-1, Int(6)), labelled(-2, Bytes(k))), nil
	case *rsa.PublicKey:
		return Map(labelled(1, Int(3)), labelled(3, Int(algorithm)), labelled(-1, Bytes(k.N.Bytes())),
			labelled(-2, Bytes(big.NewInt(int64(k.E)).Bytes()))), nil
	}
	return nil, fmt.Errorf("passkeytest: no COSE form of %T", public)
}

func coordinates(k *ecdsa.PublicKey) (x, y []byte, err error) {
	point, err := k.Bytes()
	if err != nil {
		return nil, nil, err
	}
	half := (len(point) - 1) / 2
	return point[1 : 1+half], point[1+half:], nil
}
