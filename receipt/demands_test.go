package receipt_test

import (
	"crypto/rsa"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

// recipientKey is the key of the vectors: its modulus is 2^2047 + 1, which encrypts nothing safely.
func recipientKey(t testing.TB) receipt.RSAJWK {
	t.Helper()
	n := new(big.Int).SetBit(big.NewInt(1), 2047, 1)
	key, err := receipt.NewRSAJWK(&rsa.PublicKey{N: n, E: 65537})
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// demanding is a question with everything that a question may demand.
func demanding(t testing.TB) receipt.Question {
	q := sampleQuestion()
	q.Title = "Transfer"
	q.Policy = &policy.Policy{Methods: new(1), Places: [][]policy.Fence{{{Kind: policy.Territory, Country: "DE"}}}, DenyRooted: true}
	q.Reasons = []receipt.DenialReason{{ID: "a", Text: "I don't approve"}, {ID: "b", Text: "This was not me", Fraud: true}}
	q.Recipient = &receipt.Recipient{Format: receipt.FormatLaunchKey, KeyID: "3c:be", Key: recipientKey(t)}
	return q
}

func meeting(t testing.TB, key receipt.JWK) receipt.Statement {
	s := sampleStatement(key)
	s.Question = demanding(t)
	s.Evidence = &policy.Evidence{Methods: []policy.Method{policy.PINCode}, Places: []policy.Side{policy.Inside}}
	s.Packages = someKey
	return s
}

// zeros spell the middle of the vectors' modulus.
var zeros = strings.Repeat("A", 338)

func TestDemandsAndEvidenceHaveTheirPlaceInTheCanonicalBytes(t *testing.T) {
	t.Parallel()
	s := meeting(t, receipt.JWK{})
	s.Device.Key = someKey
	got, err := s.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"decision":"approved","device":{"id":"dev-1","key":"` + someKey + `"},"device_time":"2026-03-01T09:31:00.000Z",` +
		`"evidence":{"emulator":false,"methods":["pin_code"],"places":["inside"],"rooted":false},"factors":["device","pin"],"fraud":false,"packages":"` + someKey + `",` +
		`"question":{"amount":{"currency":"EUR","value":"12.50"},"application":{"id":"app-1","name":"Bank"},"challenge":"3c1f0a52-8f4e-4a61-9b57-0f3d1a2b4c5d",` +
		`"created_at":"2026-03-01T09:30:00.000Z","details":[{"label":"From","value":"alice@example.com"},{"label":"Amount","value":"€ 12.50 <b>&"}],` +
		`"expires_at":"2026-03-01T09:40:00.000Z","message":"Transfer money to bob@example.com","nonce":"c2l4dGVlbi1ieXRlcy0h","organization":{"id":"org-1","name":"Acme"},` +
		`"policy":{"deny_rooted":true,"methods":"1","places":[[{"country":"DE","kind":"territory"}]]},` +
		`"reasons":[{"fraud":false,"id":"a","text":"I don't approve"},{"fraud":true,"id":"b","text":"This was not me"}],` +
		`"recipient":{"format":"launchkey","key":{"e":"AQAB","kty":"RSA","n":"gA` + zeros + `AQ"},"kid":"3c:be"},` +
		`"title":"Transfer","user":{"id":"user-1"}},"reason":"","type":"twinseal.statement.v1"}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	back, err := receipt.ParseStatement(got)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := back.Canonical(); err != nil || string(again) != want {
		t.Errorf("came back as %s, %v", again, err)
	}
}

func TestAnswersFollowWhatWasDemanded(t *testing.T) {
	t.Parallel()
	plain := func(s *receipt.Statement) { s.Question, s.Evidence, s.Packages = sampleQuestion(), nil, "" }
	deny := func(reason string, fraud bool) func(*receipt.Statement) {
		return func(s *receipt.Statement) {
			s.Decision, s.Reason, s.Fraud, s.Evidence = receipt.Denied, reason, fraud, nil
		}
	}
	fail := func(f policy.Failure) func(*receipt.Statement) {
		return func(s *receipt.Statement) { s.Decision, s.Failure = receipt.Denied, f }
	}
	cases := map[string]struct {
		change func(*receipt.Statement)
		ok     bool
	}{
		"all met":                       {func(*receipt.Statement) {}, true},
		"nothing demanded":              {plain, true},
		"an offered reason":             {deny("This was not me", true), true},
		"the other one":                 {deny("I don't approve", false), true},
		"an offered reason, other flag": {deny("I don't approve", true), false},
		"own words":                     {deny("Because", false), false},
		"no words":                      {deny("", false), false},
		"own words where none is offered": {func(s *receipt.Statement) {
			plain(s)
			s.Decision, s.Reason = receipt.Denied, "Because"
		}, true},
		"a failure needs no reason":        {fail(policy.FailedSensor), true},
		"nor evidence":                     {func(s *receipt.Statement) { fail(policy.FailedBusy)(s); s.Evidence = nil }, true},
		"and has no reason":                {func(s *receipt.Statement) { fail(policy.FailedPolicy)(s); s.Reason = "I don't approve" }, false},
		"and is no fraud":                  {func(s *receipt.Statement) { fail(policy.FailedPolicy)(s); s.Fraud = true }, false},
		"an unknown failure":               {fail("laziness"), false},
		"a failed approval":                {func(s *receipt.Statement) { s.Failure = policy.FailedPolicy }, false},
		"an approval without evidence":     {func(s *receipt.Statement) { s.Evidence = nil }, false},
		"evidence about no policy":         {func(s *receipt.Statement) { s.Question.Policy = nil }, false},
		"evidence in disorder":             {func(s *receipt.Statement) { s.Evidence.Methods = []policy.Method{"face", "face"} }, false},
		"packages for nobody":              {func(s *receipt.Statement) { s.Question.Recipient = nil }, false},
		"no packages":                      {func(s *receipt.Statement) { s.Packages = "" }, false},
		"packages by another hash":         {func(s *receipt.Statement) { s.Packages = "AAAA" }, false},
		"a policy that cannot be":          {func(s *receipt.Statement) { s.Question.Policy.Methods = new(-1) }, false},
		"a reason twice":                   {func(s *receipt.Statement) { s.Question.Reasons[1].ID = "a" }, false},
		"a reason without words":           {func(s *receipt.Statement) { s.Question.Reasons[1].Text = "" }, false},
		"a reason without an id":           {func(s *receipt.Statement) { s.Question.Reasons[1].ID = "" }, false},
		"too many reasons":                 {func(s *receipt.Statement) { s.Question.Reasons = make([]receipt.DenialReason, receipt.MaxReasons+1) }, false},
		"an unknown format":                {func(s *receipt.Statement) { s.Question.Recipient.Format = "pgp" }, false},
		"a recipient's key without a name": {func(s *receipt.Statement) { s.Question.Recipient.KeyID = "" }, false},
		"a title that is no text":          {func(s *receipt.Statement) { s.Question.Title = "\xff" }, false},
	}
	for name, c := range cases {
		s := meeting(t, receipt.JWK{})
		s.Device.Key = someKey
		c.change(&s)
		if err := s.Validate(); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAReceiptOfAnUnmetPolicyIsRefused(t *testing.T) {
	t.Parallel()
	device, deviceKey := newKey(t)
	server, _ := newKey(t)
	seal := func(change func(*receipt.Statement)) []byte {
		s := meeting(t, deviceKey)
		s.Device.Key = deviceKey.Thumbprint()
		change(&s)
		jws, err := receipt.Sign(device, s)
		if err != nil {
			t.Fatal(err)
		}
		r, err := receipt.Seal(server, jws, deviceKey, s.Question.Challenge, "evt-1", asked.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		data, err := r.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	if _, err := receipt.Verify(seal(func(*receipt.Statement) {}), receipt.Options{}); err != nil {
		t.Error(err)
	}
	closed := func(s *receipt.Statement) {
		s.Question.Policy.Times = [][]policy.Window{{{Days: []time.Weekday{time.Monday}, Zone: "Mars/Base"}}}
	}
	if _, err := receipt.Verify(seal(closed), receipt.Options{}); err != nil {
		t.Errorf("the hour was judged again: %v", err)
	}
	for name, change := range map[string]func(*receipt.Statement){
		"outside":    func(s *receipt.Statement) { s.Evidence.Places[0] = policy.Outside },
		"rooted":     func(s *receipt.Statement) { s.Evidence.Rooted = true },
		"no methods": func(s *receipt.Statement) { s.Evidence.Methods = []policy.Method{} },
	} {
		_, err := receipt.Verify(seal(change), receipt.Options{})
		if refusal, ok := errors.AsType[*receipt.CheckError](err); !ok || refusal.Check != receipt.CheckPolicy {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRecipientKeysAreReadStrictly(t *testing.T) {
	t.Parallel()
	good := recipientKey(t)
	if key, err := good.PublicKey(); err != nil || key.E != 65537 || key.N.BitLen() != 2048 {
		t.Fatalf("%v, %v", key, err)
	}
	cases := map[string]func(*receipt.RSAJWK){
		"another kind":      func(k *receipt.RSAJWK) { k.Kty = "EC" },
		"no modulus":        func(k *receipt.RSAJWK) { k.N = "" },
		"padding":           func(k *receipt.RSAJWK) { k.E = "AQAB==" },
		"leading zero":      func(k *receipt.RSAJWK) { k.E = "AAEAAQ" },
		"a small modulus":   func(k *receipt.RSAJWK) { k.N = good.N[:170] },
		"a vast modulus":    func(k *receipt.RSAJWK) { k.N = strings.Repeat("gAAA", 400) },
		"an even modulus":   func(k *receipt.RSAJWK) { k.N = good.N[:len(good.N)-2] + "AA" },
		"exponent 1":        func(k *receipt.RSAJWK) { k.E = "AQ" },
		"an even exponent":  func(k *receipt.RSAJWK) { k.E = "AQAA" },
		"a vast exponent":   func(k *receipt.RSAJWK) { k.E = "__________8" },
		"a signed exponent": func(k *receipt.RSAJWK) { k.E = "_____w" },
	}
	for name, change := range cases {
		k := good
		change(&k)
		if _, err := k.PublicKey(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := receipt.NewRSAJWK(&rsa.PublicKey{N: big.NewInt(15), E: 3}); err == nil {
		t.Error("a toy key was taken")
	}
}

func TestPackagesAreHashedByTheirContent(t *testing.T) {
	t.Parallel()
	one, err := receipt.HashPackages(json.RawMessage(`{"auth_jwe":"a.b.c","auth":"AAAA"}`))
	if err != nil {
		t.Fatal(err)
	}
	if one != "saaMokYquSTMLTvk8m8JtwtFF7wylPf9WKuj8xlGPJA" {
		t.Errorf("the hash is %s", one)
	}
	spaced, err := receipt.HashPackages(json.RawMessage(`{ "auth": "AAAA", "auth_jwe": "a.b.c" }`))
	if err != nil || spaced != one {
		t.Errorf("another order gives %s, %v", spaced, err)
	}
	for _, bad := range []string{
		``, `null`, `[]`, `{}`, `{"auth":""}`, `{"":"x"}`, `{"auth":1}`, `{"auth":null}`, `{"auth":"a","auth":"a"}`, `{"auth":"a"} {}`,
		`{"auth":"` + strings.Repeat("A", receipt.MaxPackages) + `"}`,
	} {
		if got, err := receipt.HashPackages(json.RawMessage(bad)); err == nil {
			t.Errorf("%.40s: %s", bad, got)
		}
	}
}

func FuzzHashPackages(f *testing.F) {
	f.Add([]byte(`{"auth":"AAAA","auth_jwe":"a.b.c"}`))
	f.Add([]byte(`{"auth":"\u00e9"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		one, err := receipt.HashPackages(data)
		if err != nil {
			return
		}
		var texts map[string]string
		if err := json.Unmarshal(data, &texts); err != nil {
			t.Fatalf("hashed, but not read: %v", err)
		}
		again, err := json.Marshal(texts)
		if err != nil {
			t.Fatal(err)
		}
		if two, err := receipt.HashPackages(again); err == nil && one != two {
			t.Fatalf("%s and %s", one, two)
		}
	})
}
