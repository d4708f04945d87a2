package receipt_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

const shop = "https://shop.example"

func passkeyStatement() receipt.Statement {
	return receipt.Statement{
		Type: receipt.StatementType, Question: sampleQuestion(), Decision: receipt.Approved, Factors: []string{receipt.FactorPasskey},
		RelyingParty: &receipt.RelyingParty{ID: "shop.example"}, DeviceTime: receipt.FormatTime(asked.Add(time.Minute)),
	}
}

// newPasskey is an authenticator with one credential of the algorithm.
func newPasskey(t testing.TB, o passkeytest.Options, algorithm int64) *passkeytest.Authenticator {
	t.Helper()
	a := passkeytest.New(o)
	options, err := json.Marshal(map[string]any{
		"challenge": "AAAAAAAAAAAAAAAAAAAAAA", "rp": map[string]any{"id": "shop.example"}, "user": map[string]any{"id": "AAAA"},
		"pubKeyCredParams": []any{map[string]any{"type": "public-key", "alg": algorithm}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Create(shop, options); err != nil {
		t.Fatal(err)
	}
	return a
}

// answer signs the statement's bytes.
func answer(t testing.TB, a *passkeytest.Authenticator, payload []byte) receipt.Passkey {
	t.Helper()
	encode := base64.RawURLEncoding.EncodeToString
	options, err := json.Marshal(map[string]any{"challenge": encode(receipt.PasskeyChallenge(payload)), "rpId": "shop.example"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := a.Get(shop, options)
	if err != nil {
		t.Fatal(err)
	}
	key, err := receipt.NewPasskeyKey(a.Credentials()[0].Key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return receipt.Passkey{
		AuthenticatorData: encode(got.AuthenticatorData), ClientData: encode(got.ClientData), CredentialID: encode(got.CredentialID),
		PublicKey: key, Signature: encode(got.Signature),
	}
}

func canonicalBytes(t testing.TB, s receipt.Statement) []byte {
	t.Helper()
	payload, err := s.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

func passkeyReceipt(t testing.TB, s receipt.Statement, a *passkeytest.Authenticator) receipt.Receipt {
	t.Helper()
	server, _ := newKey(t)
	payload := canonicalBytes(t, s)
	r, err := receipt.SealPasskey(server, receipt.EncodeStatement(payload), answer(t, a, payload), s.Question.Challenge, "evt-1", asked.Add(61*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAPasskeysReceiptIsVerifiedOffline(t *testing.T) {
	t.Parallel()
	for name, algorithm := range map[string]int64{
		"ES256": passkeytest.ES256, "ES384": passkeytest.ES384, "ES512": passkeytest.ES512, "RS256": passkeytest.RS256, "EdDSA": passkeytest.EdDSA,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newPasskey(t, passkeytest.Options{BackedUp: true, Counter: 7, Step: 1}, algorithm)
			r := passkeyReceipt(t, passkeyStatement(), a)
			got, err := receipt.Verify(file(t, r), receipt.Options{ServerKey: r.ServerKey.Thumbprint()})
			if err != nil {
				t.Fatal(err)
			}
			want := receipt.Shown{
				Passkey: policy.Passkey{Verified: true, Synced: true, BackedUp: true}, CredentialID: r.Passkey.CredentialID,
				RelyingParty: "shop.example", Origin: shop, Counter: 8,
			}
			if got.Passkey == nil || *got.Passkey != want || got.DeviceKey != r.Passkey.PublicKey.Thumbprint() || got.Statement.Decision != receipt.Approved {
				t.Errorf("it says %+v, %+v", got, got.Passkey)
			}
			if s, err := r.Peek(); err != nil || s.Question.Message != sampleQuestion().Message {
				t.Errorf("peeked %+v, %v", s, err)
			}
		})
	}
}

func TestChangedPasskeyReceiptsAreRefused(t *testing.T) {
	t.Parallel()
	a := newPasskey(t, passkeytest.Options{Step: 1}, passkeytest.ES256)
	good := passkeyReceipt(t, passkeyStatement(), a)
	other := passkeyReceipt(t, passkeyStatement(), a)
	stranger := newPasskey(t, passkeytest.Options{}, passkeytest.ES256)
	_, deviceKey := newKey(t)
	altered := passkeyStatement()
	altered.Question.Amount.Value = "1250"
	for name, c := range map[string]struct {
		change func(*receipt.Receipt)
		check  receipt.Check
	}{
		"another text": {func(r *receipt.Receipt) {
			r.Statement = receipt.EncodeStatement(canonicalBytes(t, altered))
		}, receipt.CheckStatement},
		"another key":              {func(r *receipt.Receipt) { r.Passkey.PublicKey = answer(t, stranger, []byte("x")).PublicKey }, receipt.CheckStatement},
		"a flipped signature":      {func(r *receipt.Receipt) { r.Passkey.Signature = flip(r.Passkey.Signature) }, receipt.CheckStatement},
		"other authenticator data": {func(r *receipt.Receipt) { r.Passkey.AuthenticatorData = flip(r.Passkey.AuthenticatorData) }, receipt.CheckStatement},
		"another credential id":    {func(r *receipt.Receipt) { r.Passkey.CredentialID = "AAAA" }, receipt.CheckMatch},
		"another signature of the same passkey": {func(r *receipt.Receipt) {
			r.Passkey = &receipt.Passkey{}
			*r.Passkey = answer(t, a, canonicalBytes(t, passkeyStatement()))
		}, receipt.CheckMatch},
		"the seal of another receipt": {func(r *receipt.Receipt) { r.Seal, r.ServerKey = other.Seal, other.ServerKey }, receipt.CheckMatch},
		"a device's key beside":       {func(r *receipt.Receipt) { r.DeviceKey = deviceKey }, receipt.CheckStatement},
		"no passkey":                  {func(r *receipt.Receipt) { r.Passkey = nil }, receipt.CheckStatement},
		"an empty passkey":            {func(r *receipt.Receipt) { r.Passkey = &receipt.Passkey{} }, receipt.CheckStatement},
	} {
		r, key := good, *good.Passkey
		r.Passkey = &key
		c.change(&r)
		_, err := receipt.Verify(file(t, r), receipt.Options{})
		if failed, ok := errors.AsType[*receipt.CheckError](err); !ok || failed.Check != c.check {
			t.Errorf("%s: %v, want the %s check", name, err, c.check)
		}
	}
}

// flip changes one bit in the middle, and keeps the spelling exact.
func flip(text string) string {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return text
	}
	raw[len(raw)/2] ^= 1
	return base64.RawURLEncoding.EncodeToString(raw)
}

func TestWhatAPasskeySignedMustBeAboutTheStatement(t *testing.T) {
	t.Parallel()
	payload := canonicalBytes(t, passkeyStatement())
	for name, bend := range map[string]func(*passkeytest.Draft){
		"another type":      func(d *passkeytest.Draft) { d.Type = "webauthn.create" },
		"another challenge": func(d *passkeytest.Draft) { d.Challenge = someKey },
		"no origin":         func(d *passkeytest.Draft) { d.Origin = "" },
		"another rp id":     func(d *passkeytest.Draft) { d.RPID = "evil.example" },
		"nobody present":    func(d *passkeytest.Draft) { d.Flags &^= passkeytest.Present },
		"a challenge twice": func(d *passkeytest.Draft) {
			d.ClientData = []byte(`{"type":"webauthn.get","challenge":"x","challenge":"` + d.Challenge + `","origin":"` + shop + `"}`)
		},
		"no JSON": func(d *passkeytest.Draft) { d.ClientData = []byte(`webauthn.get`) },
		"two documents": func(d *passkeytest.Draft) {
			d.ClientData = []byte(`{"type":"webauthn.get","challenge":"` + d.Challenge + `","origin":"x"}{}`)
		},
		"another case": func(d *passkeytest.Draft) {
			d.ClientData = []byte(`{"Type":"webauthn.get","challenge":"` + d.Challenge + `","origin":"x"}`)
		},
		"too much of it all": func(d *passkeytest.Draft) { d.Trailing = make([]byte, 5<<10) },
	} {
		a := newPasskey(t, passkeytest.Options{}, passkeytest.ES256)
		a.Bend = bend
		if _, err := receipt.VerifyPasskey(payload, "shop.example", answer(t, a, payload)); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	a := newPasskey(t, passkeytest.Options{NotVerified: true}, passkeytest.ES256)
	a.Bend = func(d *passkeytest.Draft) {
		d.ClientData = []byte(`{"origin":"` + shop + `","extra":{"a":[1]},"challenge":"` + d.Challenge + `","type":"webauthn.get"}`)
	}
	got, err := receipt.VerifyPasskey(payload, "shop.example", answer(t, a, payload))
	if err != nil || got.Verified {
		t.Errorf("in another order, with something new: %+v, %v", got, err)
	}
}

func TestAPasskeysStatementNamesARelyingPartyAndNoDevice(t *testing.T) {
	t.Parallel()
	got := string(canonicalBytes(t, passkeyStatement()))
	if strings.Contains(got, `"device":`) || !strings.Contains(got, `"factors":["passkey"]`) || !strings.Contains(got, `"relying_party":{"id":"shop.example"}`) {
		t.Error(got)
	}
	for name, change := range map[string]func(*receipt.Statement){
		"a device too":     func(s *receipt.Statement) { s.Device = receipt.DeviceID{ID: "dev-1", Key: someKey} },
		"neither":          func(s *receipt.Statement) { s.RelyingParty = nil },
		"no id":            func(s *receipt.Statement) { s.RelyingParty.ID = "" },
		"a device factor":  func(s *receipt.Statement) { s.Factors = []string{receipt.FactorDevice} },
		"a second factor":  func(s *receipt.Statement) { s.Factors = append(s.Factors, "pin") },
		"no factor at all": func(s *receipt.Statement) { s.Factors = nil },
	} {
		s := passkeyStatement()
		change(&s)
		if _, err := s.Canonical(); err == nil {
			t.Errorf("%s may be signed", name)
		}
	}
	if _, _, err := receipt.DecodeStatement(receipt.EncodeStatement(canonicalBytes(t, sampleStatement(receipt.JWK{})))); err == nil {
		t.Error("a device's statement was taken for a passkey's")
	}
}

func TestAPasskeysApprovalMeetsItsPolicyByWhatItSigned(t *testing.T) {
	t.Parallel()
	s := passkeyStatement()
	s.Question.Policy = &policy.Policy{Methods: new(1), DenySynced: true}
	s.Evidence = &policy.Evidence{Methods: []policy.Method{}}
	for name, c := range map[string]struct {
		options passkeytest.Options
		good    bool
	}{
		"verified":     {passkeytest.Options{}, true},
		"only touched": {passkeytest.Options{NotVerified: true}, false},
		"synced":       {passkeytest.Options{BackupEligible: true}, false},
	} {
		r := passkeyReceipt(t, s, newPasskey(t, c.options, passkeytest.ES256))
		_, err := receipt.Verify(file(t, r), receipt.Options{})
		failed, _ := errors.AsType[*receipt.CheckError](err)
		if (err == nil) != c.good || err != nil && failed.Check != receipt.CheckPolicy {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPasskeyKeysAreStrict(t *testing.T) {
	t.Parallel()
	p256, err1 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	p224, err2 := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	ed, _, err3 := ed25519.GenerateKey(rand.Reader)
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	if _, err := receipt.NewPasskeyKey(p224.Public()); err == nil {
		t.Error("a curve that nobody offered was taken")
	}
	if _, err := receipt.NewPasskeyKey("no key"); err == nil {
		t.Error("what is no key was taken")
	}
	ec, err1 := receipt.NewPasskeyKey(p256.Public())
	okp, err2 := receipt.NewPasskeyKey(ed)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	device, err := receipt.NewJWK(p256.Public())
	if err != nil || device.Thumbprint() != ec.Thumbprint() {
		t.Errorf("the same key has two names: %v", err)
	}
	for name, change := range map[string]func() receipt.PasskeyKey{
		"another curve's algorithm": func() receipt.PasskeyKey { k := ec; k.Alg = "ES384"; return k },
		"an algorithm of no curve":  func() receipt.PasskeyKey { k := ec; k.Alg = "RS256"; return k },
		"a modulus on a curve":      func() receipt.PasskeyKey { k := ec; k.N = "AQAB"; return k },
		"no point":                  func() receipt.PasskeyKey { k := ec; k.Y = k.X; return k },
		"a short point":             func() receipt.PasskeyKey { k := ec; k.X = "AAAA"; return k },
		"two coordinates of one":    func() receipt.PasskeyKey { k := okp; k.Y = k.X; return k },
		"a small modulus":           func() receipt.PasskeyKey { return receipt.PasskeyKey{Alg: "RS256", Kty: "RSA", N: "AQAB", E: "AQAB"} },
		"another kind":              func() receipt.PasskeyKey { k := okp; k.Kty = "oct"; return k },
	} {
		if _, err := change().PublicKey(); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func FuzzVerifyPasskey(f *testing.F) {
	a := newPasskey(f, passkeytest.Options{}, passkeytest.ES256)
	s := passkeyStatement()
	payload, err := s.Canonical()
	if err != nil {
		f.Fatal(err)
	}
	good := answer(f, a, payload)
	f.Add(good.AuthenticatorData, good.ClientData, good.Signature)
	f.Add("", "e30", "AA")
	f.Fuzz(func(t *testing.T, data, client, signature string) {
		k := receipt.Passkey{AuthenticatorData: data, ClientData: client, CredentialID: good.CredentialID, PublicKey: good.PublicKey, Signature: signature}
		if _, err := receipt.VerifyPasskey(payload, "shop.example", k); err == nil && (data != good.AuthenticatorData || client != good.ClientData) {
			t.Errorf("accepted what was never signed: %+v", k)
		}
	})
}
