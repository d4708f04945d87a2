package passkeytest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"io"
	"math/big"
)

// seed is what everything follows from.
type seed string

func newSeed(given string) seed {
	if given == "" {
		given = rand.Text()
	}
	return seed(given)
}

// bytes draws n bytes for a use. Equal uses draw equal bytes.
func (s seed) bytes(use string, n int) []byte {
	out, err := hkdf.Key(sha256.New, []byte(s), nil, use, n)
	if err != nil {
		panic(fmt.Sprintf("passkeytest: %d bytes for %s: %v", n, use, err))
	}
	return out
}

// ec draws a key of a curve: the first draw that is a valid scalar.
func (s seed) ec(use string, curve elliptic.Curve) *ecdsa.PrivateKey {
	size := (curve.Params().BitSize + 7) / 8
	for i := 0; ; i++ {
		raw := s.bytes(fmt.Sprintf("%s %d", use, i), size)
		if excess := size*8 - curve.Params().BitSize; excess > 0 {
			raw[0] &= 0xff >> excess
		}
		if key, err := ecdsa.ParseRawPrivateKey(curve, raw); err == nil {
			return key
		}
	}
}

func (s seed) ed25519(use string) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(s.bytes(use, ed25519.SeedSize))
}

// rsa draws two primes of half the size. It is slow as such things are: a fraction of a second for 2048 bits.
func (s seed) rsa(use string, bits int) *rsa.PrivateKey {
	one, e := big.NewInt(1), big.NewInt(65537)
	for i := 0; ; i++ {
		p := s.prime(fmt.Sprintf("%s p %d", use, i), bits/2)
		q := s.prime(fmt.Sprintf("%s q %d", use, i), bits/2)
		phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
		d := new(big.Int).ModInverse(e, phi)
		if d == nil || p.Cmp(q) == 0 {
			continue
		}
		key := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: 65537}, D: d, Primes: []*big.Int{p, q}}
		key.Precompute()
		return key
	}
}

// prime walks upwards from a draw whose two highest bits are set, so that the product has all its bits.
func (s seed) prime(use string, bits int) *big.Int {
	n := new(big.Int).SetBytes(s.bytes(use, bits/8))
	n.SetBit(n, bits-1, 1).SetBit(n, bits-2, 1).SetBit(n, 0, 1)
	for two := big.NewInt(2); !n.ProbablyPrime(20); {
		n.Add(n, two)
	}
	return n
}

// steady signs equal messages equally: ECDSA by RFC 6979, the others are that way by themselves.
type steady struct{ crypto.Signer }

func (k steady) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return k.Signer.Sign(nil, digest, opts)
}
