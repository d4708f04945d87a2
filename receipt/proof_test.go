package receipt_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/twinseal/twinseal/receipt"
)

const (
	target = "/api/v1/device/challenges?state=pending&wait=20"
	method = "GET"
)

func newProof(t testing.TB, key *ecdsa.PrivateKey, body []byte) string {
	t.Helper()
	proof, err := receipt.NewProof(key, method, target, body, asked)
	if err != nil {
		t.Fatal(err)
	}
	return proof
}

func TestAProofNamesItsKeyAndMoment(t *testing.T) {
	t.Parallel()
	key, jwk := newKey(t)
	proof, err := receipt.ParseProof(newProof(t, key, nil), method, target, []byte{})
	if err != nil {
		t.Fatal(err)
	}
	if proof.Key != jwk || proof.Thumbprint != jwk.Thumbprint() || !proof.IssuedAt.Equal(asked) {
		t.Errorf("proof = %+v", proof)
	}
}

func TestTwoProofsOfOneRequestDiffer(t *testing.T) {
	t.Parallel()
	key, _ := newKey(t)
	first, err1 := receipt.ParseProof(newProof(t, key, nil), method, target, nil)
	second, err2 := receipt.ParseProof(newProof(t, key, nil), method, target, nil)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	if first.JTI == second.JTI {
		t.Error("the same jti twice")
	}
}

func TestAProofIsForOneRequestOnly(t *testing.T) {
	t.Parallel()
	key, _ := newKey(t)
	proof := newProof(t, key, []byte(`{}`))
	cases := map[string]struct{ method, target, body string }{
		"another method":      {"DELETE", target, `{}`},
		"another letter case": {"get", target, `{}`},
		"another path":        {method, "/api/v1/device", `{}`},
		"another query":       {method, target + "0", `{}`},
		"no query":            {method, "/api/v1/device/challenges", `{}`},
		"another body":        {method, target, `{} `},
		"no body":             {method, target, ``},
		"an absolute address": {method, "https://mfa.example.net" + target, `{}`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := receipt.ParseProof(proof, c.method, c.target, []byte(c.body)); err == nil {
				t.Error("accepted")
			}
		})
	}
}

func TestAProofIsFreshForTwoMinutesEitherWay(t *testing.T) {
	t.Parallel()
	key, _ := newKey(t)
	proof, err := receipt.ParseProof(newProof(t, key, nil), method, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	for offset, fresh := range map[time.Duration]bool{
		0:                                  true,
		receipt.ProofWindow:                true,
		-receipt.ProofWindow:               true,
		receipt.ProofWindow + time.Second:  false,
		-receipt.ProofWindow - time.Second: false,
	} {
		if err := proof.CheckTime(asked.Add(offset)); (err == nil) != fresh {
			t.Errorf("at %v: error = %v", offset, err)
		} else if err != nil && !errors.Is(err, receipt.ErrProofTime) {
			t.Errorf("at %v: error = %v is not ErrProofTime", offset, err)
		}
	}
}

func TestEveryByteOfAProofCounts(t *testing.T) {
	t.Parallel()
	key, _ := newKey(t)
	eachFlip([]byte(newProof(t, key, nil)), func(at int, changed []byte) {
		if _, err := receipt.ParseProof(string(changed), method, target, nil); err == nil {
			t.Errorf("byte %d changed, and the proof is still accepted", at)
		}
	})
}

// forge signs any claims under any header.
func forge(t *testing.T, key *ecdsa.PrivateKey, alg jose.SignatureAlgorithm, header map[jose.HeaderKey]any, claims string) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, &jose.SignerOptions{ExtraHeaders: header})
	if err != nil {
		t.Fatal(err)
	}
	object, err := signer.Sign([]byte(claims))
	if err != nil {
		t.Fatal(err)
	}
	proof, err := object.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return proof
}

func TestForgedProofsAreRefused(t *testing.T) {
	t.Parallel()
	const empty = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU" // base64url SHA-256 of nothing
	good := `{"bh":"` + empty + `","htm":"GET","htu":"/x","iat":1772357400,"jti":"0123456789abcdef"}`
	key, jwk := newKey(t)
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	private := map[string]any{"kty": "EC", "crv": "P-256", "x": jwk.X, "y": jwk.Y, "d": jwk.X}
	headers := func(key any, typ string) map[jose.HeaderKey]any {
		return map[jose.HeaderKey]any{"jwk": key, "typ": typ}
	}
	es256 := func(h map[jose.HeaderKey]any, claims string) string { return forge(t, key, jose.ES256, h, claims) }
	if _, err := receipt.ParseProof(es256(headers(jwk, "dpop+jwt"), good), "GET", "/x", nil); err != nil {
		t.Fatalf("the honest one is refused: %v", err)
	}
	cases := map[string]string{
		"no proof":             "",
		"not a JWS":            "a.b",
		"too long":             strings.Repeat("a", receipt.MaxProof+1),
		"a private key":        es256(headers(private, "dpop+jwt"), good),
		"another type":         es256(headers(jwk, "JWT"), good),
		"another header":       es256(map[jose.HeaderKey]any{"jwk": jwk, "typ": "dpop+jwt", "kid": "x"}, good),
		"no key":               es256(map[jose.HeaderKey]any{"typ": "dpop+jwt"}, good),
		"P-384":                forge(t, p384, jose.ES384, headers(jwk, "dpop+jwt"), good),
		"no claims":            es256(headers(jwk, "dpop+jwt"), `{}`),
		"an unknown claim":     es256(headers(jwk, "dpop+jwt"), strings.Replace(good, `{`, `{"ath":"x",`, 1)),
		"a claim twice":        es256(headers(jwk, "dpop+jwt"), strings.Replace(good, `{`, `{"htm":"GET",`, 1)),
		"a claim in capitals":  es256(headers(jwk, "dpop+jwt"), strings.Replace(good, `"jti"`, `"JTI"`, 1)),
		"a time with fraction": es256(headers(jwk, "dpop+jwt"), strings.Replace(good, `1772357400`, `1772357400.5`, 1)),
		"a time as text":       es256(headers(jwk, "dpop+jwt"), strings.Replace(good, `1772357400`, `"1772357400"`, 1)),
		"a short jti":          es256(headers(jwk, "dpop+jwt"), strings.Replace(good, `0123456789abcdef`, `0123456789abcde`, 1)),
		"a long jti":           es256(headers(jwk, "dpop+jwt"), strings.Replace(good, `0123456789abcdef`, strings.Repeat("j", 65), 1)),
	}
	for name, proof := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := receipt.ParseProof(proof, "GET", "/x", nil); err == nil {
				t.Error("accepted")
			}
		})
	}
}

func FuzzParseProof(f *testing.F) {
	key, _ := newKey(f)
	f.Add(newProof(f, key, nil), target, []byte(nil))
	f.Add("e30.e30.e30", "/", []byte("x"))
	f.Add("..", "", []byte(nil))
	f.Fuzz(func(t *testing.T, proof, to string, body []byte) {
		p, err := receipt.ParseProof(proof, method, to, body)
		if err == nil && (p.Thumbprint == "" || p.Thumbprint != p.Key.Thumbprint()) {
			t.Errorf("accepted without a key: %+v", p)
		}
	})
}
