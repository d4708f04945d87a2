package receipt

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
)

// coordinateBytes is the length of one P-256 coordinate.
const coordinateBytes = 32

// JWK is a P-256 public key in the form of RFC 7517 with exactly these
// members. It is comparable: equal keys are equal values.
type JWK struct {
	Crv string `json:"crv"`
	Kty string `json:"kty"`
	X   string `json:"x"`
	Y   string `json:"y"`
}

// NewKey makes a private key for a device or for sealing.
func NewKey() (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	return key, nil
}

// NewJWK gives the public key of a signer, which must be P-256.
func NewJWK(public crypto.PublicKey) (JWK, error) {
	key, ok := public.(*ecdsa.PublicKey)
	if !ok || key.Curve != elliptic.P256() {
		return JWK{}, errors.New("key: not a P-256 key")
	}
	point, err := key.Bytes()
	if err != nil {
		return JWK{}, fmt.Errorf("key: %w", err)
	}
	return JWK{
		Crv: "P-256",
		Kty: "EC",
		X:   base64.RawURLEncoding.EncodeToString(point[1 : 1+coordinateBytes]),
		Y:   base64.RawURLEncoding.EncodeToString(point[1+coordinateBytes:]),
	}, nil
}

// ParseJWK reads a key strictly: a private member, or any other, is refused,
// and so is a point that is not on the curve.
func ParseJWK(data []byte) (JWK, error) {
	var k JWK
	if err := decodeStrict(data, &k); err != nil {
		return JWK{}, fmt.Errorf("key: %w", err)
	}
	_, err := k.PublicKey()
	return k, err
}

// PublicKey gives the key for verifying, or the reason why k is not one.
func (k JWK) PublicKey() (*ecdsa.PublicKey, error) {
	if k.Kty != "EC" || k.Crv != "P-256" {
		return nil, errors.New("key: kty must be EC and crv P-256")
	}
	x, errX := decodeBase64(k.X)
	y, errY := decodeBase64(k.Y)
	if errX != nil || errY != nil || len(x) != coordinateBytes || len(y) != coordinateBytes {
		return nil, errors.New("key: x and y must be 32 bytes of base64url")
	}
	point := append(append([]byte{4}, x...), y...)
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return nil, errors.New("key: not a point of P-256")
	}
	return key, nil
}

// Thumbprint is the key's name by RFC 7638: 43 characters of base64url.
func (k JWK) Thumbprint() string {
	return hash([]byte(`{"crv":"` + k.Crv + `","kty":"` + k.Kty + `","x":"` + k.X + `","y":"` + k.Y + `"}`))
}

func signerThumbprint(signer crypto.Signer) (string, error) {
	key, err := NewJWK(signer.Public())
	if err != nil {
		return "", err
	}
	return key.Thumbprint(), nil
}
