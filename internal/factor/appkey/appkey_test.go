package appkey_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/factor/appkey"
	"github.com/twinseal/twinseal/internal/factor/factortest"
	"github.com/twinseal/twinseal/internal/mfa"
)

const message = "0198f6a4-5b1c-7d2e-8f3a-4b5c6d7e8f90"

func newKey(t testing.TB, curve elliptic.Curve) (*ecdsa.PrivateKey, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return key, base64.StdEncoding.EncodeToString(der)
}

func sign(t testing.TB, key *ecdsa.PrivateKey, message string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(message))
	signature, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return string(signature)
}

func TestFactor(t *testing.T) {
	t.Parallel()
	key, public := newKey(t, elliptic.P256())
	other, _ := newKey(t, elliptic.P256())
	_, larger := newKey(t, elliptic.P384())
	if len(public) != 124 {
		t.Fatalf("a key has %d characters", len(public))
	}
	factortest.Run(t, factortest.Subject{
		Factor:  appkey.New(),
		Options: mfa.EnrolOptions{PublicKey: public},
		Refused: map[string]mfa.EnrolOptions{
			"nothing":              {},
			"no key":               {PublicKey: "key"},
			"another curve":        {PublicKey: larger},
			"a point that is none": {PublicKey: base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{4}, 91))},
			"a huge one":           {PublicKey: strings.Repeat("A", 5000)},
			"two keys":             {PublicKey: public + public},
		},
		Right: func(t *testing.T, _ mfa.Enrolled, _ time.Time) mfa.Proof {
			return mfa.Proof{Statement: sign(t, key, message), Expect: []byte(message)}
		},
		Wrong: func(t *testing.T, _ mfa.Enrolled, _ time.Time) mfa.Proof {
			return mfa.Proof{Statement: sign(t, other, message), Expect: []byte(message)}
		},
		Broken: map[string]mfa.Credential{
			"no data": {}, "no key": {Data: []byte(`{}`)}, "another curve": {Data: fmt.Appendf(nil, `{"public_key":%q}`, larger)},
		},
	})
}

func TestNothingIsNoMessage(t *testing.T) {
	t.Parallel()
	key, public := newKey(t, elliptic.P256())
	made, err := appkey.New().Enrol(mfa.EnrolOptions{PublicKey: public})
	if err != nil {
		t.Fatal(err)
	}
	_, right, err := appkey.New().Check(made.Credential, mfa.Proof{Statement: sign(t, key, "")}, time.Now())
	if err != nil || right {
		t.Errorf("a signature of nothing counts: %v, %v", right, err)
	}
}

// Whatever a stranger calls a key or a signature is refused, and breaks nothing.
func FuzzKeysAndSignatures(f *testing.F) {
	key, public := newKey(f, elliptic.P256())
	f.Add(public, []byte(sign(f, key, message)))
	f.Add(public[:60], []byte{0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01})
	f.Fuzz(func(t *testing.T, text string, signature []byte) {
		made, err := appkey.New().Enrol(mfa.EnrolOptions{PublicKey: text})
		if err != nil {
			if !mfa.IsCode(err, mfa.Invalid) {
				t.Errorf("a key is refused by %v", err)
			}
			return
		}
		_, right, err := appkey.New().Check(made.Credential, mfa.Proof{Statement: string(signature), Expect: []byte("what nobody signed")}, time.Now())
		if err != nil || right {
			t.Errorf("%v, %v", right, err)
		}
	})
}
