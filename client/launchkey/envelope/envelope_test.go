package envelope_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/twinseal/twinseal/client/launchkey/envelope"
)

// published is a key of the protocol's description, with the name that stands there.
const (
	published = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAzZyTZiKSQONiiRe3ZKje
K0R4jIimDUrei9CzJCUZxUwVnSOcmjUpzOQmlyKhF3QaTLLA4pE9nUfsn88RB81E
tTwDa1P0/SD3wMJkyKT87m8WUR6UO7+pUOtn02FK5p4mS4Su+cF/01bY6Rk24DvN
YOxl3RMcH1I2zvaTYXIiQDFo6b9+9Gg9FRm8eWUtMQMQDHBw5DxQfZGUwx3J+2yp
0AxRvb5BoQblI4UrEAx+ge5iwROCQNx338pWM8SPQ6dD4EqRk9bZKR8kSX8K3afF
HRWNfALR6hzX4WCgMCPJ79wKQS/dFu4NW0PAwbpePXV6AZjp7WnihnruZCUTMzjn
LQIDAQAB
-----END PUBLIC KEY-----
`
	publishedID = "3c:be:d4:29:ed:df:f7:f5:fd:7b:22:37:63:f1:7e:dd"
)

// Keys take long to make, so all tests share two.
var key, stranger = sync.OnceValue(newKey), sync.OnceValue(newKey)

func newKey() *rsa.PrivateKey {
	made, err := rsa.GenerateKey(rand.Reader, envelope.MinKeyBits)
	if err != nil {
		panic(err)
	}
	return made
}

func block(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func must[T any](t testing.TB) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestKeysHaveTheNamesOfTheProtocol(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"as published": published,
		"indented":     "\n  " + strings.ReplaceAll(published, "\n", "\r\n\t"),
		"PKCS #1":      block("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(must[*rsa.PublicKey](t)(envelope.ParsePublicKey(published)))),
	} {
		public, err := envelope.ParsePublicKey(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if id, err := envelope.KeyID(public); err != nil || id != publishedID {
			t.Errorf("%s: %s, %v", name, id, err)
		}
	}
	if id, err := envelope.KeyID("no key"); err == nil {
		t.Errorf("a text is named %s", id)
	}
}

func TestOtherKeysAreRefused(t *testing.T) {
	t.Parallel()
	small := must[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 1024))
	curve := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	for name, text := range map[string]string{
		"nothing":            "",
		"no PEM":             "hello",
		"two keys":           published + published,
		"text behind it":     published + "x",
		"damage":             block("PUBLIC KEY", []byte{1}),
		"damage in PKCS #1":  block("RSA PUBLIC KEY", []byte{1}),
		"a certificate":      block("CERTIFICATE", []byte{1}),
		"a private key":      block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key())),
		"a small key":        block("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&small.PublicKey)),
		"a key on a curve":   block("PUBLIC KEY", must[[]byte](t)(x509.MarshalPKIXPublicKey(curve.Public()))),
		"an even exponent":   block("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&rsa.PublicKey{N: key().N, E: 4})),
		"an exponent of 1":   block("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&rsa.PublicKey{N: key().N, E: 1})),
		"an even modulus":    block("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&rsa.PublicKey{N: new(big.Int).Add(key().N, big.NewInt(1)), E: 3})),
		"a very long text":   published + strings.Repeat("\n", 8<<10),
		"an indented header": "x " + published,
	} {
		if _, err := envelope.ParsePublicKey(text); !errors.Is(err, envelope.ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDigestsAreThoseOfTheirFunction(t *testing.T) {
	t.Parallel()
	for function, start := range map[string]string{"S256": "ba7816bf", "S384": "cb00753f", "S512": "ddaf35a1"} { // FIPS 180-4, "abc"
		sum, ok := envelope.Digest(function, []byte("abc"))
		if !ok || !strings.HasPrefix(sum, start) || !envelope.Digests(function, sum, []byte("abc")) {
			t.Errorf("%s: %s, %v", function, sum, ok)
		}
		if envelope.Digests(function, sum, []byte("abd")) || envelope.Digests(function, strings.ToUpper(sum), []byte("abc")) {
			t.Errorf("%s: another body or digest passes", function)
		}
	}
	if _, ok := envelope.Digest("MD5", nil); ok || envelope.Digests("", "", nil) {
		t.Error("a function that the protocol does not have passes")
	}
}

func signed(t testing.TB, alg jose.SignatureAlgorithm, key any, header map[jose.HeaderKey]any) string {
	t.Helper()
	signer := must[jose.Signer](t)(jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, &jose.SignerOptions{ExtraHeaders: header}))
	return must[string](t)(must[*jose.JSONWebSignature](t)(signer.Sign([]byte(`{}`))).CompactSerialize())
}

func TestTokensAreSignedAndVerified(t *testing.T) {
	t.Parallel()
	text := must[string](t)(must[*envelope.Signer](t)(envelope.NewSigner("a:b", key())).Sign([]byte(`{"iss":"lka"}`)))
	token := must[*envelope.Token](t)(envelope.ParseToken(text))
	if token.KeyID != "a:b" || string(token.Claimed()) != `{"iss":"lka"}` {
		t.Errorf("the token of %q says %s", token.KeyID, token.Claimed())
	}
	if payload, err := token.Verify(&key().PublicKey); err != nil || string(payload) != `{"iss":"lka"}` {
		t.Errorf("%s, %v", payload, err)
	}
	if payload, err := token.Verify(&stranger().PublicKey); err == nil || payload != nil {
		t.Errorf("a stranger's key verifies %s", payload)
	}
	for _, alg := range []jose.SignatureAlgorithm{jose.RS384, jose.RS512} {
		longer := must[*envelope.Token](t)(envelope.ParseToken(signed(t, alg, key(), nil)))
		if _, err := longer.Verify(&key().PublicKey); err != nil {
			t.Errorf("%s: %v", alg, err)
		}
	}
}

func TestOtherTokensAreRefused(t *testing.T) {
	t.Parallel()
	fine := signed(t, jose.RS256, key(), nil)
	for name, text := range map[string]string{
		"nothing":         "",
		"PSS":             signed(t, jose.PS256, key(), nil),
		"a shared secret": signed(t, jose.HS256, make([]byte, 32), nil),
		"no algorithm":    base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + ".e30.",
		"crit":            signed(t, jose.RS256, key(), map[jose.HeaderKey]any{"crit": []string{"x"}, "x": 1}),
		"b64":             signed(t, jose.RS256, key(), map[jose.HeaderKey]any{"b64": true}),
		"too long":        fine + strings.Repeat("A", envelope.MaxToken),
	} {
		if token, err := envelope.ParseToken(text); !errors.Is(err, envelope.ErrToken) {
			t.Errorf("%s: %+v, %v", name, token, err)
		}
	}
}

// sealed seals as it should not be done.
func sealed(t testing.TB, alg jose.KeyAlgorithm, enc jose.ContentEncryption, id string, options jose.EncrypterOptions) string {
	t.Helper()
	recipient := jose.Recipient{Algorithm: alg, Key: &key().PublicKey, KeyID: id}
	encrypter := must[jose.Encrypter](t)(jose.NewEncrypter(enc, recipient, &options))
	return must[string](t)(must[*jose.JSONWebEncryption](t)(encrypter.Encrypt([]byte(`{"a":1}`))).CompactSerialize())
}

func TestWhatIsSealedIsOpenedByItsKeyAlone(t *testing.T) {
	t.Parallel()
	own := must[string](t)(must[*envelope.Sealer](t)(envelope.NewSealer("a:b", &key().PublicKey)).Seal([]byte(`{"a":1}`)))
	for name, text := range map[string]string{
		"ours":    own,
		"SHA-256": sealed(t, jose.RSA_OAEP_256, jose.A256CBC_HS512, "a:b", jose.EncrypterOptions{}),
	} {
		read, err := envelope.ParseSealed(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if plain, err := read.Open(key()); err != nil || string(plain) != `{"a":1}` || read.KeyID != "a:b" {
			t.Errorf("%s: %s for %q, %v", name, plain, read.KeyID, err)
		}
		if plain, err := read.Open(stranger()); !errors.Is(err, envelope.ErrOpen) || plain != nil {
			t.Errorf("%s: a stranger reads %s, %v", name, plain, err)
		}
		if (read.KeyAlgorithm == envelope.KeyAlgorithm) != (name == "ours") {
			t.Errorf("%s: %s", name, read.KeyAlgorithm)
		}
	}
	parts := strings.Split(own, ".")
	parts[4] = base64.RawURLEncoding.EncodeToString(make([]byte, 32))
	if plain, err := must[*envelope.Sealed](t)(envelope.ParseSealed(strings.Join(parts, "."))).Open(key()); !errors.Is(err, envelope.ErrOpen) {
		t.Errorf("altered, it reads %s, %v", plain, err)
	}
}

func TestOtherSealsAreRefused(t *testing.T) {
	t.Parallel()
	critical := jose.EncrypterOptions{ExtraHeaders: map[jose.HeaderKey]any{"crit": []string{"x"}, "x": 1}}
	for name, text := range map[string]string{
		"nothing":         "",
		"plain JSON":      "{}",
		"an empty header": "e30.a.b.c.d",
		"another wrap":    sealed(t, jose.RSA1_5, jose.A256CBC_HS512, "a:b", jose.EncrypterOptions{}),
		"another cipher":  sealed(t, jose.RSA_OAEP, jose.A256GCM, "a:b", jose.EncrypterOptions{}),
		"compressed":      sealed(t, jose.RSA_OAEP, jose.A256CBC_HS512, "a:b", jose.EncrypterOptions{Compression: jose.DEFLATE}),
		"crit":            sealed(t, jose.RSA_OAEP, jose.A256CBC_HS512, "a:b", critical),
		"no key":          sealed(t, jose.RSA_OAEP, jose.A256CBC_HS512, "", jose.EncrypterOptions{}),
	} {
		if read, err := envelope.ParseSealed(text); !errors.Is(err, envelope.ErrSealed) {
			t.Errorf("%s: %+v, %v", name, read, err)
		}
	}
}

func FuzzPublicKey(f *testing.F) {
	f.Add(published)
	f.Add("  " + strings.ReplaceAll(published, "\n", "\r\n  "))
	f.Add("-----BEGIN RSA PUBLIC KEY-----\nAAAA\n-----END RSA PUBLIC KEY-----")
	f.Fuzz(func(t *testing.T, text string) {
		public, err := envelope.ParsePublicKey(text)
		if err != nil {
			return
		}
		if id, err := envelope.KeyID(public); err != nil || len(id) != len(publishedID) || public.N.BitLen() < envelope.MinKeyBits {
			t.Errorf("%d bits, %q, %v", public.N.BitLen(), id, err)
		}
	})
}

func FuzzToken(f *testing.F) {
	f.Add("eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.e30.AAAA")
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Add("eyJhbGciOiJIUzI1NiJ9.e30.AAAA")
	f.Fuzz(func(t *testing.T, text string) {
		token, err := envelope.ParseToken(text)
		if (err == nil) != (token != nil) || err != nil && !errors.Is(err, envelope.ErrToken) {
			t.Fatalf("%+v, %v", token, err)
		}
	})
}

func FuzzSealed(f *testing.F) {
	f.Add(sealed(f, jose.RSA_OAEP, jose.A256CBC_HS512, "a:b", jose.EncrypterOptions{}))
	f.Add("eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZDQkMtSFM1MTIiLCJraWQiOiJhIn0.AA.AA.AA.AA")
	f.Add("eyJraWQiOiJhIiwiemlwIjoiREVGIn0.a.b.c.d")
	f.Fuzz(func(t *testing.T, text string) {
		read, err := envelope.ParseSealed(text)
		if err != nil {
			if !errors.Is(err, envelope.ErrSealed) {
				t.Fatal(err)
			}
			return
		}
		if plain, err := read.Open(key()); err == nil && len(plain) > len(text) {
			t.Fatalf("%d bytes became %d", len(text), len(plain))
		}
	})
}
