package publickey_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/twinseal/twinseal/internal/factor/factortest"
	"github.com/twinseal/twinseal/internal/factor/publickey"
	"github.com/twinseal/twinseal/internal/mfa"
)

const nonce = "bm9uY2Utb2YtdGhlLXNlcnZlcg"

func newKey(t testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func der(t testing.TB, public crypto.PublicKey) []byte {
	t.Helper()
	raw, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func asPEM(t testing.TB, public crypto.PublicKey) string {
	t.Helper()
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der(t, public)}))
}

func token(t testing.TB, key any, algorithm jose.SignatureAlgorithm, payload string) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, nil)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign([]byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	compact, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return compact
}

func TestFactor(t *testing.T) {
	t.Parallel()
	key, other := newKey(t, elliptic.P256()), newKey(t, elliptic.P256())
	ed, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	modulus, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	proof := func(t *testing.T, key *ecdsa.PrivateKey) mfa.Proof {
		return mfa.Proof{Statement: token(t, key, jose.ES256, `{"server_nonce":"`+nonce+`"}`), Expect: []byte(nonce)}
	}
	factortest.Run(t, factortest.Subject{
		Factor:  publickey.New(),
		Options: mfa.EnrolOptions{PublicKey: asPEM(t, key.Public())},
		Refused: map[string]mfa.EnrolOptions{
			"nothing":         {},
			"no key":          {PublicKey: "key"},
			"another curve":   {PublicKey: asPEM(t, newKey(t, elliptic.P384()).Public())},
			"Ed25519":         {PublicKey: asPEM(t, ed)},
			"RSA":             {PublicKey: asPEM(t, modulus.Public())},
			"a private key":   {PublicKey: string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))},
			"two keys":        {PublicKey: asPEM(t, key.Public()) + asPEM(t, other.Public())},
			"a huge one":      {PublicKey: strings.Repeat("A", 5000)},
			"trailing in DER": {PublicKey: base64.StdEncoding.EncodeToString(append(der(t, key.Public()), 0))},
		},
		Right: func(t *testing.T, _ mfa.Enrolled, _ time.Time) mfa.Proof { return proof(t, key) },
		Wrong: func(t *testing.T, _ mfa.Enrolled, _ time.Time) mfa.Proof { return proof(t, other) },
		Broken: map[string]mfa.Credential{
			"no data":           {},
			"no key":            {Data: []byte(`{"algorithm":"ES256"}`)},
			"another algorithm": {Data: fmt.Appendf(nil, `{"algorithm":"HS256","public_key":%q}`, base64.StdEncoding.EncodeToString(der(t, key.Public())))},
		},
	})
}

func TestAKeyIsTheSameHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	key := newKey(t, elliptic.P256())
	raw := der(t, key.Public())
	var first []byte
	for _, text := range []string{
		asPEM(t, key.Public()), "\n" + strings.TrimSpace(asPEM(t, key.Public())) + "\r\n",
		base64.StdEncoding.EncodeToString(raw), base64.RawStdEncoding.EncodeToString(raw), base64.RawURLEncoding.EncodeToString(raw),
	} {
		e, err := publickey.New().Enrol(mfa.EnrolOptions{PublicKey: text})
		if err != nil {
			t.Fatalf("%.20q: %v", text, err)
		}
		if first == nil {
			first = e.Data
		}
		if !bytes.Equal(first, e.Data) {
			t.Errorf("%s, and before %s", e.Data, first)
		}
	}
}

func TestATokenCountsByItsNonceAndItsTimes(t *testing.T) {
	t.Parallel()
	key := newKey(t, elliptic.P256())
	e, err := publickey.New().Enrol(mfa.EnrolOptions{PublicKey: asPEM(t, key.Public())})
	if err != nil {
		t.Fatal(err)
	}
	now := factortest.Now
	at := func(d time.Duration) int64 { return now.Add(d).Unix() }
	for name, c := range map[string]struct {
		payload string
		expect  string
		want    bool
	}{
		"the nonce as server_nonce":    {`{"server_nonce":"` + nonce + `"}`, nonce, true},
		"the nonce as nonce":           {`{"nonce":"` + nonce + `"}`, nonce, true},
		"server_nonce goes before":     {`{"server_nonce":"other","nonce":"` + nonce + `"}`, nonce, false},
		"another nonce":                {`{"server_nonce":"other"}`, nonce, false},
		"no nonce":                     {`{}`, nonce, false},
		"no nonce where none is known": {`{"nonce":""}`, "", false},
		"a nonce that is no text":      {`{"nonce":7}`, nonce, false},
		"no claims":                    {`[]`, nonce, false},
		"over":                         {fmt.Sprintf(`{"nonce":%q,"exp":%d}`, nonce, at(-2*time.Minute)), nonce, false},
		"not over yet":                 {fmt.Sprintf(`{"nonce":%q,"exp":%d.5}`, nonce, at(time.Minute)), nonce, true},
		"just over":                    {fmt.Sprintf(`{"nonce":%q,"exp":%d}`, nonce, at(-30*time.Second)), nonce, true},
		"not begun":                    {fmt.Sprintf(`{"nonce":%q,"nbf":%d}`, nonce, at(2*time.Minute)), nonce, false},
	} {
		proof := mfa.Proof{Statement: token(t, key, jose.ES256, c.payload), Expect: []byte(c.expect)}
		if _, ok, err := publickey.New().Check(e.Credential, proof, now); err != nil || ok != c.want {
			t.Errorf("%s: got %v, %v", name, ok, err)
		}
	}
}

func TestNoOtherAlgorithmSigns(t *testing.T) {
	t.Parallel()
	key := newKey(t, elliptic.P256())
	e, err := publickey.New().Enrol(mfa.EnrolOptions{PublicKey: asPEM(t, key.Public())})
	if err != nil {
		t.Fatal(err)
	}
	payload := `{"nonce":"` + nonce + `"}`
	unsigned := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + "."
	for name, text := range map[string]string{
		"none":                       unsigned,
		"HS256 with the key as text": token(t, []byte(asPEM(t, key.Public())), jose.HS256, payload),
		"HS256 with the key as DER":  token(t, der(t, key.Public()), jose.HS256, payload),
		"ES384":                      token(t, newKey(t, elliptic.P384()), jose.ES384, payload),
	} {
		if _, ok, err := publickey.New().Check(e.Credential, mfa.Proof{Statement: text, Expect: []byte(nonce)}, factortest.Now); ok || err != nil {
			t.Errorf("%s: got %v, %v", name, ok, err)
		}
	}
}

// FuzzEnrol: whatever text comes as a key, it is refused as invalid or kept in the one form.
func FuzzEnrol(f *testing.F) {
	f.Add(asPEM(f, newKey(f, elliptic.P256()).Public()))
	f.Add(base64.StdEncoding.EncodeToString(der(f, newKey(f, elliptic.P256()).Public())))
	f.Add("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----")
	f.Fuzz(func(t *testing.T, text string) {
		e, err := publickey.New().Enrol(mfa.EnrolOptions{PublicKey: text})
		if err != nil && !mfa.IsCode(err, mfa.Invalid) {
			t.Fatal(err)
		}
		if err == nil {
			if _, ok, err := publickey.New().Check(e.Credential, mfa.Proof{Statement: text}, factortest.Now); ok || err != nil {
				t.Errorf("what was enrolled cannot be used: %v", err)
			}
		}
	})
}
