package device_test

import (
	"crypto/ecdsa"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/factor/device"
	"github.com/twinseal/twinseal/internal/factor/factortest"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/receipt"
)

func newKey(t testing.TB) (*ecdsa.PrivateKey, receipt.JWK) {
	t.Helper()
	private, err := receipt.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	public, err := receipt.NewJWK(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	return private, public
}

func marshal(t testing.TB, v any) json.RawMessage {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func statement(thumbprint, message string) receipt.Statement {
	return receipt.Statement{
		Type: receipt.StatementType,
		Question: receipt.Question{
			Organization: receipt.Named{ID: "o", Name: "Acme"}, Application: receipt.Named{ID: "a", Name: "Bank"},
			User: receipt.UserID{ID: "u"}, Challenge: "c", Nonce: strings.Repeat("n", 22), Message: message,
			CreatedAt: receipt.FormatTime(factortest.Now),
		},
		Decision: receipt.Approved, Factors: []string{receipt.FactorDevice},
		Device: receipt.DeviceID{ID: "d", Key: thumbprint}, DeviceTime: receipt.FormatTime(factortest.Now),
	}
}

// proof signs one statement and expects another.
func proof(t testing.TB, private *ecdsa.PrivateKey, signed, expected receipt.Statement) mfa.Proof {
	t.Helper()
	jws, err := receipt.Sign(private, signed)
	if err != nil {
		t.Fatal(err)
	}
	expect, err := expected.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	return mfa.Proof{Statement: jws, Expect: expect}
}

func TestFactor(t *testing.T) {
	t.Parallel()
	private, public := newKey(t)
	other, _ := newKey(t)
	off := public
	off.Y = off.X
	factortest.Run(t, factortest.Subject{
		Factor:  device.New(),
		Options: mfa.EnrolOptions{Key: marshal(t, public)},
		Refused: map[string]mfa.EnrolOptions{
			"no key":        {},
			"not JSON":      {Key: []byte("{")},
			"not a curve":   {Key: marshal(t, off)},
			"a private key": {Key: []byte(strings.TrimSuffix(string(marshal(t, public)), "}") + `,"d":"` + public.X + `"}`)},
			"another curve": {Key: []byte(strings.Replace(string(marshal(t, public)), "P-256", "P-384", 1))},
			"a huge one":    {Key: []byte(strings.Repeat(" ", 2000) + string(marshal(t, public)))},
		},
		Right: func(t *testing.T, e mfa.Enrolled, _ time.Time) mfa.Proof {
			t.Helper()
			s := statement(e.Thumbprint, "pay?")
			return proof(t, private, s, s)
		},
		Wrong: func(t *testing.T, e mfa.Enrolled, _ time.Time) mfa.Proof {
			t.Helper()
			return proof(t, private, statement(e.Thumbprint, "pay 1?"), statement(e.Thumbprint, "pay 2?"))
		},
		Broken: map[string]mfa.Credential{"no data": {}, "no key": {Data: []byte("{}")}, "not JSON": {Data: []byte("{")}},
	})
	_, stranger := newKey(t)
	s := statement(stranger.Thumbprint(), "pay?")
	s.Device.Key = keyOf(t, other)
	e, err := device.New().Enrol(mfa.EnrolOptions{Key: marshal(t, public)})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok, err := device.New().Check(e.Credential, proof(t, other, s, s), factortest.Now); ok || err != nil {
		t.Errorf("another key's statement: %v, %v", ok, err)
	}
}

func keyOf(t *testing.T, private *ecdsa.PrivateKey) string {
	t.Helper()
	key, err := receipt.NewJWK(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	return key.Thumbprint()
}

func TestTheKeyIsKeptInItsCanonicalForm(t *testing.T) {
	t.Parallel()
	_, public := newKey(t)
	spaced := []byte(`{ "y":"` + public.Y + `", "x":"` + public.X + `", "kty":"EC", "crv":"P-256" }`)
	e, err := device.New().Enrol(mfa.EnrolOptions{Key: spaced})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"crv":"P-256","kty":"EC","x":"` + public.X + `","y":"` + public.Y + `"}`
	if string(e.Data) != want || e.Thumbprint != public.Thumbprint() || !e.Secret.Empty() {
		t.Errorf("got %s, %s", e.Data, e.Thumbprint)
	}
}

func FuzzEnrol(f *testing.F) {
	_, public := newKey(f)
	f.Add(string(marshal(f, public)))
	f.Add(`{"kty":"EC","crv":"P-256","x":"","y":""}`)
	f.Fuzz(func(t *testing.T, key string) {
		e, err := device.New().Enrol(mfa.EnrolOptions{Key: []byte(key)})
		if err == nil && len(e.Thumbprint) != 43 {
			t.Fatalf("%q has the thumbprint %q", key, e.Thumbprint)
		}
		if err != nil && !mfa.IsCode(err, mfa.Invalid) {
			t.Fatalf("%q: %v", key, err)
		}
	})
}

func FuzzCheck(f *testing.F) {
	private, public := newKey(f)
	e, err := device.New().Enrol(mfa.EnrolOptions{Key: marshal(f, public)})
	if err != nil {
		f.Fatal(err)
	}
	s := statement(e.Thumbprint, "pay?")
	good := proof(f, private, s, s)
	f.Add(good.Statement)
	f.Add("a.b.c")
	f.Fuzz(func(t *testing.T, jws string) {
		_, ok, err := device.New().Check(e.Credential, mfa.Proof{Statement: jws, Expect: good.Expect}, factortest.Now)
		if err != nil || ok && jws != good.Statement && !strings.HasPrefix(jws, good.Statement[:strings.LastIndex(good.Statement, ".")]) {
			t.Fatalf("%q: %v, %v", jws, ok, err)
		}
	})
}
