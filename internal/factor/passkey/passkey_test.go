package passkey_test

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/factor/passkey"
	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
	"github.com/twinseal/twinseal/internal/mfa"
)

const (
	origin = "https://shop.example"
	rpID   = "shop.example"
)

// now is the tests' present, within the life of passkeytest's certificates.
var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return now }

// everything is offered where a test does not care.
var everything = []int64{passkeytest.ES256, passkeytest.EdDSA, passkeytest.ES384, passkeytest.ES512, passkeytest.RS256}

// ceremony is a factor, what it expects, and the authenticator that answers.
type ceremony struct {
	factor        *passkey.Factor
	authenticator *passkeytest.Authenticator
	expect        mfa.PasskeyExpectation
}

// maker is made once: its keys are slow to find.
var maker = sync.OnceValues(func() (*passkeytest.Authority, error) { return passkeytest.NewAuthority("maker") })

func authority(t testing.TB) *passkeytest.Authority {
	t.Helper()
	a, err := maker()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// pool believes one certificate, given as DER.
func pool(t testing.TB, anchor []byte) *x509.CertPool {
	t.Helper()
	c, err := x509.ParseCertificate(anchor)
	if err != nil {
		t.Fatal(err)
	}
	p := x509.NewCertPool()
	p.AddCert(c)
	return p
}

// begin sets up a ceremony whose factor believes the authenticator's maker.
func begin(t testing.TB, o passkeytest.Options) *ceremony {
	t.Helper()
	o.Authority, o.Now = authority(t), now
	if o.Seed == "" {
		o.Seed = t.Name()
	}
	return &ceremony{
		factor:        passkey.New(passkey.Config{Now: clock, Anchors: pool(t, o.Authority.Root.Raw)}),
		authenticator: passkeytest.New(o),
		expect: mfa.PasskeyExpectation{
			RelyingParty: mfa.RelyingParty{ID: rpID, Origins: []string{origin, "https://pay.shop.example"}, Attestation: "direct"},
			Challenge:    []byte("a challenge of thirty-two bytes!"), Algorithms: everything,
		},
	}
}

func encode(t testing.TB, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// create lets the authenticator answer creation options.
func (c *ceremony) create(t testing.TB) mfa.PasskeyRegistration {
	t.Helper()
	var offered []map[string]any
	for _, algorithm := range c.expect.Algorithms {
		offered = append(offered, map[string]any{"type": "public-key", "alg": algorithm})
	}
	r, err := c.authenticator.Create(origin, encode(t, map[string]any{
		"challenge": b64(c.expect.Challenge), "rp": map[string]any{"id": rpID, "name": "Shop"},
		"user":             map[string]any{"id": b64([]byte("user handle")), "name": "ada", "displayName": "Ada"},
		"pubKeyCredParams": offered,
	}))
	if err != nil {
		t.Fatal(err)
	}
	return mfa.PasskeyRegistration{CredentialID: r.CredentialID, ClientData: r.ClientData, Attestation: r.Attestation, Transports: r.Transports}
}

// register is a whole registration that has to succeed.
func (c *ceremony) register(t testing.TB) (mfa.PasskeyData, int64) {
	t.Helper()
	data, counter, err := c.factor.Register(c.expect, c.create(t))
	if err != nil {
		t.Fatalf("register: %v", err)
	}
	data.UserHandle = []byte("user handle")
	return data, counter
}

// get lets the authenticator answer request options.
func (c *ceremony) get(t testing.TB, data mfa.PasskeyData) mfa.PasskeyAssertion {
	t.Helper()
	a, err := c.authenticator.Get(origin, encode(t, map[string]any{
		"challenge": b64(c.expect.Challenge), "rpId": rpID,
		"allowCredentials": []map[string]any{{"type": "public-key", "id": b64(data.CredentialID)}},
	}))
	if err != nil {
		t.Fatal(err)
	}
	return mfa.PasskeyAssertion{
		CredentialID: a.CredentialID, ClientData: a.ClientData, AuthenticatorData: a.AuthenticatorData, Signature: a.Signature, UserHandle: a.UserHandle,
	}
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// reason is why something was refused; "" where it was not.
func reason(t testing.TB, err error) mfa.Reason {
	t.Helper()
	if err == nil {
		return ""
	}
	var refusal *mfa.Error
	if !errors.As(err, &refusal) || refusal.Code != mfa.Invalid || refusal.Message == "" {
		t.Fatalf("not a refusal: %v", err)
	}
	return refusal.Reason
}

func TestEveryFormatRegistersAndSignsIn(t *testing.T) {
	t.Parallel()
	trust := map[string]string{
		passkeytest.None: "none", passkeytest.Packed: "basic", passkeytest.PackedSelf: "self", passkeytest.U2F: "basic",
		passkeytest.Apple: "anonca", passkeytest.AndroidKey: "basic", passkeytest.SafetyNet: "basic", passkeytest.TPM: "attca",
	}
	for _, format := range passkeytest.Formats() {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			c := begin(t, passkeytest.Options{Format: format, Step: 1, Algorithms: []int64{passkeytest.ES256}})
			data, counter := c.register(t)
			if data.Trust != trust[format] || data.Algorithm != passkeytest.ES256 || !data.UserVerified || data.RPID != rpID {
				t.Errorf("registered %+v", data)
			}
			use, err := c.factor.Assert(c.expect, data, counter, c.get(t, data))
			if err != nil || use.Counter != counter+1 || !use.UserVerified || use.CounterWentBack {
				t.Errorf("got %+v, %v", use, err)
			}
		})
	}
}

func TestEveryAlgorithmRegistersAndSignsIn(t *testing.T) {
	t.Parallel()
	for _, algorithm := range everything {
		for _, format := range []string{passkeytest.None, passkeytest.PackedSelf, passkeytest.AndroidKey, passkeytest.Apple} {
			t.Run(format, func(t *testing.T) {
				t.Parallel()
				c := begin(t, passkeytest.Options{Format: format, Algorithms: []int64{algorithm}, Seed: "all algorithms"})
				data, counter := c.register(t)
				if data.Algorithm != algorithm {
					t.Errorf("registered %d for %d", data.Algorithm, algorithm)
				}
				if _, err := c.factor.Assert(c.expect, data, counter, c.get(t, data)); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func BenchmarkAssert(b *testing.B) {
	c := begin(b, passkeytest.Options{Algorithms: []int64{passkeytest.ES256}})
	data, counter := c.register(b)
	answer := c.get(b, data)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.factor.Assert(c.expect, data, counter, answer); err != nil {
			b.Fatal(err)
		}
	}
}
