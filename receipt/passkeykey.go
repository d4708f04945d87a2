package receipt

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	_ "crypto/sha256" // of the algorithms below
	_ "crypto/sha512"
	"errors"
	"fmt"
	"math/big"
)

// PasskeyKey is the public key of a passkey in the form of RFC 7517: EC with
// P-256, P-384 or P-521, RSA, or OKP with Ed25519. It has exactly the members
// of its kind; alg is the one algorithm that the passkey signs by.
type PasskeyKey struct {
	Alg string `json:"alg"`
	Crv string `json:"crv,omitempty"`
	E   string `json:"e,omitempty"`
	Kty string `json:"kty"`
	N   string `json:"n,omitempty"`
	X   string `json:"x,omitempty"`
	Y   string `json:"y,omitempty"`
}

// MaxPasskeySignature bounds a signature in bytes, above that of the longest
// RSA key.
const MaxPasskeySignature = 1 << 10

// Bounds of a passkey's RSA key.
const (
	minPasskeyRSA = 2048
	maxPasskeyRSA = 4096
)

// curves are the algorithms of elliptic curves, each with its only curve.
var curves = map[string]struct {
	name  string
	curve elliptic.Curve
	hash  crypto.Hash
}{
	"ES256": {"P-256", elliptic.P256(), crypto.SHA256},
	"ES384": {"P-384", elliptic.P384(), crypto.SHA384},
	"ES512": {"P-521", elliptic.P521(), crypto.SHA512},
}

// NewPasskeyKey gives the key in the form in which receipts carry it: an ECDSA
// key signs by the algorithm of its curve, an RSA key by RS256, an Ed25519 key
// by EdDSA.
func NewPasskeyKey(public crypto.PublicKey) (PasskeyKey, error) {
	var out PasskeyKey
	switch key := public.(type) {
	case *ecdsa.PublicKey:
		point, err := key.Bytes()
		if err != nil {
			return out, fmt.Errorf("key: %w", err)
		}
		half := len(point) / 2
		for alg, c := range curves {
			if c.curve == key.Curve {
				out = PasskeyKey{Alg: alg, Crv: c.name, Kty: "EC", X: encodeBase64(point[1 : 1+half]), Y: encodeBase64(point[1+half:])}
			}
		}
	case *rsa.PublicKey:
		out = PasskeyKey{Alg: "RS256", Kty: "RSA", N: encodeBase64(key.N.Bytes()), E: encodeBase64(big.NewInt(int64(key.E)).Bytes())}
	case ed25519.PublicKey:
		out = PasskeyKey{Alg: "EdDSA", Crv: "Ed25519", Kty: "OKP", X: encodeBase64(key)}
	}
	_, err := out.PublicKey()
	return out, err
}

// PublicKey gives the key for verifying, or the reason why k is not one.
func (k PasskeyKey) PublicKey() (crypto.PublicKey, error) {
	switch k.Kty {
	case "EC":
		return k.ec()
	case "RSA":
		return k.rsa()
	case "OKP":
		return k.okp()
	}
	return nil, errors.New("public_key: kty must be EC, RSA or OKP")
}

func (k PasskeyKey) ec() (crypto.PublicKey, error) {
	c, ok := curves[k.Alg]
	if !ok || k.Crv != c.name || k.N != "" || k.E != "" {
		return nil, errors.New("public_key: alg, crv and members do not belong together")
	}
	x, errX := decodeBase64(k.X)
	y, errY := decodeBase64(k.Y)
	size := (c.curve.Params().BitSize + 7) / 8
	if errX != nil || errY != nil || len(x) != size || len(y) != size {
		return nil, fmt.Errorf("public_key: x and y must be %d bytes of base64url", size)
	}
	key, err := ecdsa.ParseUncompressedPublicKey(c.curve, append(append([]byte{4}, x...), y...))
	if err != nil {
		return nil, errors.New("public_key: not a point of " + c.name)
	}
	return key, nil
}

func (k PasskeyKey) rsa() (crypto.PublicKey, error) {
	if k.Alg != "RS256" || k.Crv != "" || k.X != "" || k.Y != "" {
		return nil, errors.New("public_key: alg and members do not belong together")
	}
	key, err := (RSAJWK{E: k.E, Kty: k.Kty, N: k.N}).PublicKey()
	if err != nil {
		return nil, errors.New("public_key: not an RSA key")
	}
	if bits := key.N.BitLen(); bits < minPasskeyRSA || bits > maxPasskeyRSA {
		return nil, fmt.Errorf("public_key: it must have %d to %d bits", minPasskeyRSA, maxPasskeyRSA)
	}
	return key, nil
}

func (k PasskeyKey) okp() (crypto.PublicKey, error) {
	x, err := decodeBase64(k.X)
	if err != nil || len(x) != ed25519.PublicKeySize || k.Alg != "EdDSA" || k.Crv != "Ed25519" || k.Y != "" || k.N != "" || k.E != "" {
		return nil, errors.New("public_key: not an Ed25519 key")
	}
	return ed25519.PublicKey(x), nil
}

// Thumbprint is the key's name by RFC 7638, which does not look at alg.
func (k PasskeyKey) Thumbprint() string {
	switch k.Kty {
	case "EC":
		return JWK{Crv: k.Crv, Kty: k.Kty, X: k.X, Y: k.Y}.Thumbprint()
	case "RSA":
		return hash([]byte(`{"e":"` + k.E + `","kty":"RSA","n":"` + k.N + `"}`))
	}
	return hash([]byte(`{"crv":"` + k.Crv + `","kty":"` + k.Kty + `","x":"` + k.X + `"}`))
}

var errPasskeySignature = errors.New("the signature does not match")

// verify checks a signature in the form of WebAuthn, section 6.5.5: ECDSA in
// ASN.1, RSA with PKCS #1 v1.5, Ed25519 as it is.
func (k PasskeyKey) verify(message, signature []byte) error {
	public, err := k.PublicKey()
	if err != nil {
		return err
	}
	good := false
	switch key := public.(type) {
	case *ecdsa.PublicKey:
		good = ecdsa.VerifyASN1(key, digest(curves[k.Alg].hash, message), signature)
	case *rsa.PublicKey:
		good = rsa.VerifyPKCS1v15(key, crypto.SHA256, digest(crypto.SHA256, message), signature) == nil
	case ed25519.PublicKey:
		good = ed25519.Verify(key, message, signature)
	}
	if !good {
		return errPasskeySignature
	}
	return nil
}

func digest(h crypto.Hash, message []byte) []byte {
	sum := h.New()
	sum.Write(message)
	return sum.Sum(nil)
}
