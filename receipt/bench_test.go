package receipt_test

import (
	"testing"
	"time"

	"github.com/twinseal/twinseal/receipt"
)

// What a server spends on one approval: the proofs of two requests, one
// statement opened, one receipt sealed.

func BenchmarkParseProof(b *testing.B) {
	key, _ := newKey(b)
	proof := newProof(b, key, nil)
	for b.Loop() {
		if _, err := receipt.ParseProof(proof, method, target, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	key, jwk := newKey(b)
	jws, err := receipt.Sign(key, sampleStatement(jwk))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := receipt.Open(jws, jwk); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSeal(b *testing.B) {
	device, deviceKey := newKey(b)
	server, _ := newKey(b)
	jws, err := receipt.Sign(device, sampleStatement(deviceKey))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := receipt.Seal(server, jws, deviceKey, sampleStatement(deviceKey).Question.Challenge, "evt-1", asked.Add(time.Minute)); err != nil {
			b.Fatal(err)
		}
	}
}
