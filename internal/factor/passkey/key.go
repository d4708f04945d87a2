package passkey

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"fmt"
	"math/big"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"

	"github.com/twinseal/twinseal/internal/mfa"
)

// The bounds of RSA keys. Below, signatures can be forged with effort; above, checking one is an effort for us.
const (
	minRSA      = 2048
	maxRSA      = 4096
	minExponent = 65537
	maxExponent = 1<<31 - 1
)

// Labels of COSE keys (RFC 9052 and 9053).
const (
	labelType      int64 = 1
	labelAlgorithm int64 = 3
	kindOKP        int64 = 1
	kindEC2        int64 = 2
	kindRSA        int64 = 3
)

// kinds are the algorithms that are known, with the kind of key each takes.
var kinds = map[int64]int64{
	int64(webauthncose.AlgES256): kindEC2,
	int64(webauthncose.AlgES384): kindEC2,
	int64(webauthncose.AlgES512): kindEC2,
	int64(webauthncose.AlgEdDSA): kindOKP,
	int64(webauthncose.AlgRS256): kindRSA,
}

// labels are what a key of a kind consists of, no more and no less (WebAuthn, section 6.5.1.1).
var labels = map[int64][]int64{
	kindOKP: {labelType, labelAlgorithm, -1, -2},
	kindEC2: {labelType, labelAlgorithm, -1, -2, -3},
	kindRSA: {labelType, labelAlgorithm, -1, -2},
}

// key is a credential's public key.
type key struct {
	algorithm int64
	parsed    any
}

// errAlgorithm tells a key of an algorithm that is not known from one that is broken.
var errAlgorithm = errors.New("the algorithm is not known")

// parseKey reads a COSE key: an algorithm that is known, exactly the members it needs, a point on its curve, a
// modulus of a safe size.
func parseKey(raw []byte) (key, error) {
	var members map[int64]any
	if err := webauthncbor.Unmarshal(raw, &members); err != nil {
		return key{}, err
	}
	algorithm, ok := members[labelAlgorithm].(int64)
	kind, known := kinds[algorithm]
	if !ok || !known {
		return key{}, errAlgorithm
	}
	if given, ok := number(members[labelType]); !ok || given != kind || len(members) != len(labels[kind]) {
		return key{}, errors.New("the members of the key do not fit its algorithm")
	}
	for _, label := range labels[kind] {
		if _, ok := members[label]; !ok {
			return key{}, fmt.Errorf("the key lacks member %d", label)
		}
	}
	parsed, err := webauthncose.ParsePublicKey(raw)
	if err != nil {
		return key{}, err
	}
	if r, ok := parsed.(webauthncose.RSAPublicKeyData); ok {
		err = checkRSA(r)
	}
	return key{algorithm, parsed}, err
}

// number reads a CBOR integer, which is unsigned where it is positive.
func number(v any) (int64, bool) {
	if n, ok := v.(uint64); ok && n < 1<<62 {
		return int64(n), true
	}
	n, ok := v.(int64)
	return n, ok
}

func checkRSA(r webauthncose.RSAPublicKeyData) error {
	n, e := new(big.Int).SetBytes(r.Modulus), new(big.Int).SetBytes(r.Exponent)
	switch {
	case n.BitLen() < minRSA || n.BitLen() > maxRSA || len(r.Modulus) != (n.BitLen()+7)/8 || n.Bit(0) == 0:
		return fmt.Errorf("the modulus has %d bits, %d to %d are taken", n.BitLen(), minRSA, maxRSA)
	case e.Cmp(big.NewInt(minExponent)) < 0 || e.Cmp(big.NewInt(maxExponent)) > 0 || e.Bit(0) == 0:
		return errors.New("the exponent is out of bounds")
	}
	return nil
}

func (k key) verify(message, signature []byte) bool {
	ok, err := webauthncose.VerifySignature(k.parsed, message, signature)
	return ok && err == nil
}

// PublicKey is a kept credential's key in the form of the standard library.
func (f *Factor) PublicKey(d mfa.PasskeyData) (crypto.PublicKey, error) {
	k, err := parseKey(d.PublicKey)
	if err != nil {
		return nil, unreadable(err)
	}
	public, err := k.public()
	if err != nil {
		return nil, unreadable(err)
	}
	return public, nil
}

func unreadable(cause error) error {
	return &mfa.Error{Code: mfa.Internal, Message: "a stored passkey cannot be read", Cause: cause}
}

func (k key) public() (crypto.PublicKey, error) {
	switch p := k.parsed.(type) {
	case webauthncose.EC2PublicKeyData:
		return p.ToECDSA()
	case webauthncose.RSAPublicKeyData:
		e := new(big.Int).SetBytes(p.Exponent)
		return &rsa.PublicKey{N: new(big.Int).SetBytes(p.Modulus), E: int(e.Int64())}, nil
	case webauthncose.OKPPublicKeyData:
		return ed25519.PublicKey(p.XCoord), nil
	}
	return nil, errAlgorithm
}

// equals compares with the key of a certificate.
func (k key) equals(other crypto.PublicKey) bool {
	public, err := k.public()
	own, ok := public.(interface{ Equal(crypto.PublicKey) bool })
	return err == nil && ok && own.Equal(other)
}

// Import checks a key that was registered elsewhere as strictly as one that is registered here.
func (f *Factor) Import(publicKey []byte) (int64, error) {
	k, err := parseKey(publicKey)
	if err != nil {
		return 0, refuse(mfa.ReasonPasskeyAlgorithm, "the credential's key is not one that is taken", err)
	}
	return k.algorithm, nil
}
