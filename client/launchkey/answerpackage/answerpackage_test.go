package answerpackage_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/twinseal/twinseal/client/launchkey/answerpackage"
	"github.com/twinseal/twinseal/policy"
)

// key is the one key of these tests: making one takes a while.
var key = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

const (
	requestID = "f2b4a9e0-1111-4222-8333-0123456789ab"
	deviceID  = "1b4f0e98-2222-4333-8444-ba9876543210"
	keyID     = "3c:be:d4:29:ed:df:f7:f5:fd:7b:22:37:63:f1:7e:dd"
)

func keyFor(id string) *rsa.PrivateKey {
	if id == keyID {
		return key()
	}
	return nil
}

func answer() answerpackage.Answer {
	return answerpackage.Answer{
		AuthRequest: requestID, DeviceID: deviceID, ServicePins: []string{"8074", "1234"}, Approved: true,
		Policy: policy.Policy{
			Factors: []policy.Factor{policy.Inherence, policy.Knowledge},
			Places: [][]policy.Fence{{
				{Kind: policy.Circle, Name: "HQ", Latitude: 36.1, Longitude: -115.1, Radius: 200},
				{Kind: policy.Territory, Country: "US", Area: "US-NV", PostalCode: "89120"},
			}},
		},
		Evidence: policy.Evidence{Methods: []policy.Method{policy.Geofencing, policy.PINCode, policy.Fingerprint}, Places: []policy.Side{policy.Inside}},
		Device:   answerpackage.Capabilities{Supported: answerpackage.DefaultSupported(), Configured: []policy.Method{policy.PINCode, policy.Fingerprint}},
	}
}

func seal(t testing.TB, p answerpackage.Package) answerpackage.Packages {
	t.Helper()
	sealed, err := answerpackage.Seal(p, answerpackage.Recipient{KeyID: keyID, Key: &key().PublicKey})
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func TestWhatADeviceSealsAnSDKOpens(t *testing.T) {
	t.Parallel()
	sent := answerpackage.New(answer())
	sealed := seal(t, sent)
	got, err := answerpackage.Open(sealed.AuthJWE, keyFor)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, sent) || !got.Authorized() || got.Fraud() {
		t.Errorf("got  %+v\nsent %+v", got, sent)
	}
	old, err := answerpackage.OpenLegacy(sealed.Auth, key())
	if err != nil || !reflect.DeepEqual(old, answerpackage.Legacy{Response: true, AuthRequest: requestID, DeviceID: deviceID, ServicePins: []string{"8074", "1234"}}) {
		t.Errorf("%+v, %v", old, err)
	}
	broken := sealed.Auth[:76] + "\r\n" + sealed.Auth[76:]
	if _, err := answerpackage.OpenLegacy(broken, key()); err != nil {
		t.Errorf("with a line break: %v", err)
	}
}

func TestThePlaintextIsTheOneOfTheSDKs(t *testing.T) {
	t.Parallel()
	a := answer()
	a.Evidence.Methods, a.Device.Configured = []policy.Method{policy.PINCode}, nil
	got, err := json.Marshal(answerpackage.New(a))
	if err != nil {
		t.Fatal(err)
	}
	const untried = `,"user_required":null,"passed":null,"error":null}`
	want := `{"type":"AUTHORIZED","reason":"APPROVED","denial_reason":null,"device_id":"` + deviceID + `","service_pins":["8074","1234"],"auth_request":"` + requestID + `",` +
		`"auth_policy":{"requirement":"types","amount":0,"types":["inherence","knowledge"],"geofences":[` +
		`{"type":"GEO_CIRCLE","name":"HQ","latitude":36.1,"longitude":-115.1,"radius":200},{"type":"TERRITORY","country":"US","administrative_area":"US-NV","postal_code":"89120"}]},` +
		`"auth_methods":[{"method":"wearables","set":false,"active":false,"allowed":true,"supported":false` + untried +
		`,{"method":"geofencing","set":null,"active":true,"allowed":true,"supported":true` + untried +
		`,{"method":"locations","set":false,"active":false,"allowed":true,"supported":true` + untried +
		`,{"method":"pin_code","set":true,"active":true,"allowed":true,"supported":true,"user_required":false,"passed":true,"error":false}` +
		`,{"method":"circle_code","set":false,"active":false,"allowed":true,"supported":true` + untried +
		`,{"method":"face","set":false,"active":false,"allowed":true,"supported":false` + untried +
		`,{"method":"fingerprint","set":false,"active":false,"allowed":true,"supported":true` + untried + `]}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestEveryOutcomeHasItsTypeAndReason(t *testing.T) {
	t.Parallel()
	type change func(*answerpackage.Answer)
	fail := func(f policy.Failure) change { return func(a *answerpackage.Answer) { a.Failure = f } }
	deny := func(id string, fraud bool) change {
		return func(a *answerpackage.Answer) { a.Approved, a.DenialReason, a.Fraud = false, id, fraud }
	}
	cases := []struct {
		change change
		kind   answerpackage.Type
		reason answerpackage.Reason
		denial string
	}{
		{func(*answerpackage.Answer) {}, answerpackage.Authorized, answerpackage.Approved, ""},
		{deny("", false), answerpackage.Denied, answerpackage.Disapproved, ""},
		{deny("b1", false), answerpackage.Denied, answerpackage.Disapproved, "b1"},
		{deny("f1", true), answerpackage.Denied, answerpackage.Fraudulent, "f1"},
		{fail(policy.FailedPolicy), answerpackage.Failed, answerpackage.Policy, ""},
		{fail(policy.FailedPermission), answerpackage.Failed, answerpackage.Permission, ""},
		{fail(policy.FailedAuthentication), answerpackage.Failed, answerpackage.Authentication, ""},
		{fail(policy.FailedConfiguration), answerpackage.Failed, answerpackage.Configuration, ""},
		{fail(policy.FailedBusy), answerpackage.Failed, answerpackage.BusyLocal, ""},
		{fail(policy.FailedSensor), answerpackage.Failed, answerpackage.Sensor, ""},
	}
	for _, c := range cases {
		a := answer()
		c.change(&a)
		p := answerpackage.New(a)
		denial := ""
		if p.DenialReason != nil {
			denial = *p.DenialReason
		}
		if p.Type != c.kind || p.Reason != c.reason || denial != c.denial {
			t.Errorf("%s %s %q, want %s %s %q", p.Type, p.Reason, denial, c.kind, c.reason, c.denial)
		}
		if p.Authorized() != (c.kind == answerpackage.Authorized) || p.Legacy().Response != p.Authorized() || p.Fraud() != (c.reason == answerpackage.Fraudulent) {
			t.Errorf("%s %s: authorized %v, fraud %v", p.Type, p.Reason, p.Authorized(), p.Fraud())
		}
	}
}

func TestPoliciesAreFlattened(t *testing.T) {
	t.Parallel()
	circle := policy.Fence{Kind: policy.Circle, Latitude: 1, Longitude: 2, Radius: 3}
	cases := map[string]struct {
		policy policy.Policy
		want   string
	}{
		"none":               {policy.Policy{}, `{"requirement":null,"amount":0,"types":[],"geofences":[]}`},
		"an amount":          {policy.Policy{Methods: new(3)}, `{"requirement":"amount","amount":3,"types":[],"geofences":[]}`},
		"the amount of none": {policy.Policy{Methods: new(0)}, `{"requirement":"amount","amount":0,"types":[],"geofences":[]}`},
		"types":              {policy.Policy{Factors: []policy.Factor{policy.Knowledge}}, `{"requirement":"types","amount":0,"types":["knowledge"],"geofences":[]}`},
		"places alone": {
			policy.Policy{Places: [][]policy.Fence{{circle}, {circle}}},
			`{"requirement":null,"amount":0,"types":[],"geofences":[{"type":"GEO_CIRCLE","latitude":1,"longitude":2,"radius":3}]}`,
		},
		"conditional": {
			policy.Policy{Conditionals: []policy.Conditional{{Fences: []policy.Fence{circle}}}},
			`{"requirement":"cond_geo","amount":0,"types":[],"geofences":[{"type":"GEO_CIRCLE","latitude":1,"longitude":2,"radius":3}]}`,
		},
	}
	for name, c := range cases {
		got, err := json.Marshal(answerpackage.NewAuthPolicy(c.policy))
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}

func TestTriedMethodsAreTold(t *testing.T) {
	t.Parallel()
	row := func(a answerpackage.Answer, m policy.Method) answerpackage.AuthMethod {
		rows := answerpackage.New(a).AuthMethods
		return rows[slices.IndexFunc(rows, func(r answerpackage.AuthMethod) bool { return r.Method == m })]
	}
	a := answer()
	a.Evidence = policy.Evidence{Methods: []policy.Method{policy.PINCode}}
	a.Failure = policy.FailedAuthentication
	if got := row(a, policy.Fingerprint); got.Passed == nil || *got.Passed || !*got.Set {
		t.Errorf("a method that was not passed: %+v", got)
	}
	if got := row(a, policy.CircleCode); got.Passed != nil {
		t.Errorf("a method that is not set up: %+v", got)
	}
	a.Failure, a.Evidence.Places = policy.FailedPolicy, []policy.Side{policy.Outside}
	if got := row(a, policy.Geofencing); got.Passed == nil || *got.Passed {
		t.Errorf("a place that was not right: %+v", got)
	}
}

func TestTheOlderPackageFitsUUIDsAndFivePins(t *testing.T) {
	t.Parallel()
	a := answer()
	a.Approved, a.ServicePins = false, []string{"0000", "0001", "0002", "0003", "0004"}
	seal(t, answerpackage.New(a))
	a.DeviceID = strings.Repeat("x", 100)
	if _, err := answerpackage.Seal(answerpackage.New(a), answerpackage.Recipient{KeyID: keyID, Key: &key().PublicKey}); !errors.Is(err, answerpackage.ErrTooLong) {
		t.Errorf("%v", err)
	}
}

func TestPinsMoveOn(t *testing.T) {
	t.Parallel()
	var pins []string
	for range 20 {
		next, err := answerpackage.NextPins(pins)
		if err != nil {
			t.Fatal(err)
		}
		last := next[len(next)-1]
		if len(last) != 4 || strings.Trim(last, "0123456789") != "" || slices.Contains(next[:len(next)-1], last) {
			t.Fatalf("%q is no fresh pin of %q", last, next)
		}
		if want := pins[max(0, len(pins)-4):]; !slices.Equal(next[:len(next)-1], want) || len(next) > answerpackage.MaxPins {
			t.Fatalf("%q became %q", pins, next)
		}
		pins = next
	}
}

// encrypt makes a JWE as it should not be.
func encrypt(t *testing.T, alg jose.KeyAlgorithm, enc jose.ContentEncryption, plaintext string, change func(*jose.EncrypterOptions)) string {
	t.Helper()
	options := &jose.EncrypterOptions{}
	if change != nil {
		change(options)
	}
	e, err := jose.NewEncrypter(enc, jose.Recipient{Algorithm: alg, Key: &key().PublicKey, KeyID: keyID}, options)
	if err != nil {
		t.Fatal(err)
	}
	object, err := e.Encrypt([]byte(plaintext))
	if err != nil {
		t.Fatal(err)
	}
	text, err := object.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestOtherEncryptionsAreRefused(t *testing.T) {
	t.Parallel()
	good := `{"type":"DENIED","reason":"DISAPPROVED","device_id":"d","service_pins":[],"auth_request":"r"}`
	fine := encrypt(t, jose.RSA_OAEP, jose.A256CBC_HS512, good, nil)
	if _, err := answerpackage.Open(fine, keyFor); err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(fine, ".")
	header := func(text string) string {
		return base64.RawURLEncoding.EncodeToString([]byte(text)) + "." + strings.Join(parts[1:], ".")
	}
	cases := map[string]string{
		"another key algorithm": encrypt(t, jose.RSA_OAEP_256, jose.A256CBC_HS512, good, nil),
		"another cipher":        encrypt(t, jose.RSA_OAEP, jose.A256GCM, good, nil),
		"compressed":            encrypt(t, jose.RSA_OAEP, jose.A256CBC_HS512, good, func(o *jose.EncrypterOptions) { o.Compression = jose.DEFLATE }),
		"too long":              fine + strings.Repeat("A", answerpackage.MaxJWE),
		"no header":             "e30." + strings.Join(parts[1:], "."),
		"another key":           header(`{"alg":"RSA-OAEP","enc":"A256CBC-HS512","kid":"aa:bb"}`),
		"a changed header":      header(`{"alg":"RSA-OAEP","enc":"A256CBC-HS512","kid":"` + keyID + `","x":1}`),
		"a changed tag":         strings.Join(parts[:4], ".") + "." + base64.RawURLEncoding.EncodeToString(make([]byte, 32)),
		"not a JWE":             "hello",
		"nothing":               "",
	}
	for name, text := range cases {
		if p, err := answerpackage.Open(text, keyFor); err == nil {
			t.Errorf("%s: opened as %+v", name, p)
		}
	}
	if _, err := answerpackage.Open(cases["another key"], keyFor); !errors.Is(err, answerpackage.ErrUnknownKey) {
		t.Errorf("another key: %v", err)
	}
	for _, text := range []string{"", "%%%", "AAAA", strings.Repeat("A", 4096)} {
		if l, err := answerpackage.OpenLegacy(text, key()); err == nil {
			t.Errorf("%.10q: opened as %+v", text, l)
		}
	}
}

func TestPlaintextsAreReadAsStrictlyAsByTheStrictestSDK(t *testing.T) {
	t.Parallel()
	around := func(extra string) string {
		return `{"type":"DENIED","reason":"DISAPPROVED","device_id":"d","service_pins":[],"auth_request":"r"` + extra + `}`
	}
	row := `{"method":"face","set":null,"active":true,"allowed":true,"supported":true,"user_required":null,"passed":null,"error":null`
	good := []string{
		around(``), around(`,"denial_reason":null,"auth_policy":null,"auth_methods":null`), around(`,"new":1,"TYPE":"AUTHORIZED"`),
		around(`,"auth_methods":[` + row + `}]`), around(`,"auth_policy":{}`),
		around(`,"auth_policy":{"requirement":"amount","amount":1,"geofences":[{"latitude":1,"longitude":2,"radius":3}]}`),
	}
	for _, text := range good {
		if p, err := answerpackage.Parse([]byte(text)); err != nil || p.Authorized() {
			t.Errorf("%s: %+v, %v", text, p, err)
		}
	}
	bad := []string{
		``, `[]`, `null`, `{}`, `{"type":"DENIED"}`, strings.Replace(around(``), `[]`, `null`, 1), strings.Replace(around(``), `"d"`, `""`, 1),
		strings.Replace(around(``), `"d"`, `7`, 1), around(`,"auth_policy":{"extra":1}`), around(`,"auth_policy":{"Amount":1}`), around(`,"auth_policy":[]`),
		around(`,"auth_methods":[` + row + `,"extra":1}]`), around(`,"auth_methods":[{"method":"face"}]`),
		around(`,"auth_policy":{"geofences":[{"latitude":1,"longitude":2}]}`), around(`,"auth_policy":{"geofences":[{"latitude":1,"longitude":2,"radius":3,"country":"US"}]}`),
		around(`,"auth_policy":{"geofences":[{"type":"TERRITORY","country":"US","radius":3}]}`), around(`,"auth_policy":{"geofences":[{"type":"SQUARE"}]}`),
	}
	for _, text := range bad {
		if p, err := answerpackage.Parse([]byte(text)); err == nil {
			t.Errorf("%s: %+v", text, p)
		}
	}
	for _, text := range []string{``, `{}`, `{"response":true,"auth_request":"r","device_id":"d","service_pins":null}`, `{"response":"yes","auth_request":"r","device_id":"d","service_pins":[]}`} {
		if l, err := answerpackage.ParseLegacy([]byte(text)); err == nil {
			t.Errorf("%s: %+v", text, l)
		}
	}
}

func FuzzParse(f *testing.F) {
	full, err := json.Marshal(answerpackage.New(answer()))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(full)
	f.Add([]byte(`{"response":true,"auth_request":"r","device_id":"d","service_pins":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if l, err := answerpackage.ParseLegacy(data); err == nil && l.ServicePins == nil {
			t.Error("no pins")
		}
		p, err := answerpackage.Parse(data)
		if err != nil {
			return
		}
		again, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := answerpackage.Parse(again); err != nil || back.Authorized() != p.Authorized() {
			t.Fatalf("%s: %v", again, err)
		}
	})
}

func FuzzOpen(f *testing.F) {
	sealed := seal(f, answerpackage.New(answer()))
	f.Add(sealed.AuthJWE, sealed.Auth)
	f.Add("a.b.c.d.e", "AAAA")
	f.Fuzz(func(t *testing.T, jwe, auth string) {
		if p, err := answerpackage.Open(jwe, keyFor); err == nil && jwe != sealed.AuthJWE {
			t.Logf("another spelling opens: %+v", p)
		}
		if l, err := answerpackage.OpenLegacy(auth, key()); err == nil && l.DeviceID == "" {
			t.Error("opened without a device")
		}
	})
}
