package authy_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/twinseal/twinseal/internal/dialect/authy"
	"github.com/twinseal/twinseal/internal/dialect/dialecttest"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/receipt"
)

// invite is a registration token signed with a key, by an algorithm.
func invite(tb testing.TB, algorithm jose.SignatureAlgorithm, key any, claims string) string {
	tb.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		tb.Fatal(err)
	}
	token, err := signer.Sign([]byte(claims))
	if err != nil {
		tb.Fatal(err)
	}
	text, err := token.CompactSerialize()
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

// filled is a short key as the library takes it.
func filled(key string) []byte { return append([]byte(key), make([]byte, 64-len(key))...) }

func claimsFor(exp any, appID string, customID string) string {
	return fmt.Sprintf(`{"iss":"Shop","iat":1500000000.5,"exp":%v,"context":{"custom_user_id":%s,"authy_app_id":%s}}`, exp, customID, appID)
}

func TestADeviceRegistersByTheApplicationsToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := w.shop(authy.Settings{}, nil)
	soon := float64(w.Clock.Now().Add(5*time.Minute).Unix()) + 0.5
	status := as(shopKey, get("/protected/json/registrations/status?custom_user_id=customer-7"))
	waiting := failed("Registration not found.", "60035")
	w.Run(t, []dialecttest.Scenario{
		{Name: "before", Request: status, Status: 404, Exact: waiting},
		{Name: "nobody named", Request: as(shopKey, get("/protected/json/registrations/status")), Status: 400, Contains: []string{`"60034"`}},
	})
	numbers := map[int64]bool{}
	for _, token := range []string{
		invite(t, jose.HS256, filled(shopKey), claimsFor(soon, "46113", `"customer-7"`)),
		invite(t, jose.HS256, filled(shopKey2), claimsFor(int64(soon), `"46113"`, `"customer-7"`)), // another phone of theirs, another key
	} {
		key, err := receipt.NewKey()
		if err != nil {
			t.Fatal(err)
		}
		public, err := receipt.NewJWK(key.Public())
		if err != nil {
			t.Fatal(err)
		}
		jwk, err := json.Marshal(public)
		if err != nil {
			t.Fatal(err)
		}
		linked, err := w.Service.LinkByInvite(w.Context(), token, mfa.NewDevice{Key: jwk, Name: "phone", Platform: "android", Source: "192.0.2.1"})
		if err != nil {
			t.Fatal(err)
		}
		numbers[linked.User.Number] = true
		w.Run(t, []dialecttest.Scenario{
			{Name: "after", Request: status, Status: 200, Exact: fmt.Sprintf(`{"message":"Registration status.","registration":{"status":"completed","authy_id":%d},"success":true}`, linked.User.Number)},
			{Name: "a user without a phone", Request: as(shopKey, get(fmt.Sprintf("/protected/json/users/%d/status", linked.User.Number))), Status: 200, Contains: []string{`"registered":true,"country_code":0,"phone_number":"","devices":["android"`, `"os_type":"android"`}},
		})
	}
	if len(numbers) != 1 {
		t.Errorf("one custom id became %d users", len(numbers))
	}
	w.Run(t, []dialecttest.Scenario{
		{Name: "another application's custom id", Request: get("/protected/json/registrations/status?custom_user_id=customer-7"), Status: 404, Exact: waiting},
	})
	events, _ := w.Events(shop.Application.ID, "")
	if len(events) == 0 {
		t.Error("nothing was noted")
	}
}

func TestRegistrationTokensAreJudged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.shop(authy.Settings{}, nil)
	soon, past := w.Clock.Now().Add(time.Minute).Unix(), w.Clock.Now().Add(-time.Second).Unix()
	good := claimsFor(soon, "46113", `"x"`)
	rsaLike := "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0." + strings.Split(invite(t, jose.HS256, filled(shopKey), good), ".")[1] + "."
	for _, test := range []struct {
		name, token string
		ours        bool
		code        mfa.Code
	}{
		{"good", invite(t, jose.HS256, filled(shopKey), good), true, ""},
		{"signed by another application", invite(t, jose.HS256, filled(bankKey), good), true, mfa.Unauthenticated},
		{"signed with the access key", invite(t, jose.HS256, filled(accessKey), good), true, mfa.Unauthenticated},
		{"an unknown application", invite(t, jose.HS256, filled(shopKey), claimsFor(soon, "999", `"x"`)), true, mfa.Unauthenticated},
		{"application 0", invite(t, jose.HS256, filled(shopKey), claimsFor(soon, "0", `"x"`)), true, mfa.Unauthenticated},
		{"an application of the wrong type", invite(t, jose.HS256, filled(shopKey), claimsFor(soon, "[1]", `"x"`)), false, ""},
		{"expired", invite(t, jose.HS256, filled(shopKey), claimsFor(past, "46113", `"x"`)), true, mfa.Expired},
		{"expiring now", invite(t, jose.HS256, filled(shopKey), claimsFor(w.Clock.Now().Unix(), "46113", `"x"`)), true, mfa.Expired},
		{"without expiry", invite(t, jose.HS256, filled(shopKey), `{"context":{"custom_user_id":"x","authy_app_id":46113}}`), true, mfa.Expired},
		{"for nobody", invite(t, jose.HS256, filled(shopKey), claimsFor(soon, "46113", `" "`)), true, mfa.Invalid},
		{"for somebody with too long a name", invite(t, jose.HS256, filled(shopKey), claimsFor(soon, "46113", `"`+strings.Repeat("x", 256)+`"`)), true, mfa.Invalid},
		{"for a NUL", invite(t, jose.HS256, filled(shopKey), claimsFor(soon, "46113", `"\u0000"`)), true, mfa.Invalid},
		{"by another algorithm", invite(t, jose.HS512, filled(shopKey), good), false, ""},
		{"without a signature", rsaLike, false, ""},
		{"without a context", invite(t, jose.HS256, filled(shopKey), `{"exp":99999999999}`), false, ""},
		{"a linking code", "ABCD-EFGH", false, ""},
		{"nothing", "", false, ""},
		{"endless", strings.Repeat("a", 10_000) + ".b.c", false, ""},
	} {
		got, ours, err := w.dialect.ReadInvite(w.Context(), test.token)
		code := mfa.Code("")
		if err != nil {
			code = mfa.CodeOf(err)
		}
		if ours != test.ours || code != test.code || (code == "" && ours) != (got.CustomID == "x") {
			t.Errorf("%s: %+v, %v, %v", test.name, got, ours, err)
		}
	}
}

func FuzzInvite(f *testing.F) {
	w := newWorld(f)
	w.shop(authy.Settings{}, nil)
	soon := w.Clock.Now().Add(time.Minute).Unix()
	good := invite(f, jose.HS256, filled(shopKey), claimsFor(soon, "46113", `"x"`))
	f.Add(good)
	f.Add(invite(f, jose.HS256, filled(bankKey), claimsFor(1.5e300, `"46113"`, `7`)))
	f.Add("e30.e30.")
	f.Fuzz(func(t *testing.T, token string) {
		got, ours, err := w.dialect.ReadInvite(t.Context(), token)
		if err != nil && mfa.CodeOf(err) == mfa.Internal {
			t.Fatal(err)
		}
		signed := strings.TrimRight(good, "=")
		if ours && err == nil && (got.CustomID != "x" || !strings.HasPrefix(token, signed[:strings.LastIndexByte(signed, '.')])) {
			t.Fatalf("%q is accepted as %+v", token, got)
		}
	})
}

func TestAnSDKRegistrationLinksADevice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Person("4155552671")
	body := decoded(t, w.ok(t, post("/protected/json/sdk/registrations", fmt.Sprintf("authy_id=%d", p.User.Number))))
	code, _ := body["registration_token"].(string)
	key, err := receipt.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	public, err := receipt.NewJWK(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	jwk, err := json.Marshal(public)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Service.LinkByCode(w.Context(), code, mfa.NewDevice{Key: jwk, Name: "app", Platform: "ios"}); err != nil {
		t.Fatal(err)
	}
	w.Run(t, []dialecttest.Scenario{
		{Name: "registered", Request: get(fmt.Sprintf("/protected/json/users/%d/status", p.User.Number)), Status: 200, Contains: []string{`"registered":true`, `"devices":["ios"]`}},
		{Name: "nobody", Request: post("/protected/json/sdk/registrations", ""), Status: 400, Contains: []string{`"60004"`}, Quiet: true},
		{Name: "unknown", Request: post("/protected/json/sdk/registrations", "authy_id=7"), Status: 404, Contains: []string{`"60026"`}, Quiet: true},
	})
}
