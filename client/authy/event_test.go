package authy_test

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/twinseal/twinseal/client/authy"
)

const hookKey = "WSK_0123456789abcdef0123456789abcdef"

// delivery makes the token of a webhook's delivery.
func delivery(t testing.TB, algorithm jose.SignatureAlgorithm, key string, claims any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: []byte(key)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func registered() map[string]any {
	return map[string]any{
		"event": "user_registration_completed", "time": "2018-03-01T12:00:00Z", "public": true,
		"request": map[string]any{"id": "RQ1", "ip": "10.0.0.1"},
		"objects": map[string]any{
			"registration": map[string]any{"s_app_id": 46113, "s_authy_id": 1000, "s_custom_id": "jo-7"},
			"user":         map[string]any{"s_authy_id": "1000", "as_authy_ids": []string{"1000", "1001"}, "b_banned": true, "i_logins": 3, "s_country_code": "1"},
		},
	}
}

func TestDeliveriesAreRead(t *testing.T) {
	t.Parallel()
	token := delivery(t, jose.HS256, hookKey, registered())
	r := httptest.NewRequest(http.MethodPost, "/hook", strings.NewReader(deliveryForm(token).Encode()))
	event, err := authy.ReadWebhook(r, hookKey)
	if err != nil {
		t.Fatal(err)
	}
	if event.Name != authy.EventUserRegistrationCompleted || event.RequestID != "RQ1" || event.RequestIP != "10.0.0.1" ||
		!event.Time.Equal(time.Date(2018, 3, 1, 12, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", event)
	}
	registration, user := event.Objects["registration"], event.Objects["user"]
	if registration.Int("app_id") != 46113 || registration.Text("authy_id") != "1000" || registration.Text("custom_id") != "jo-7" {
		t.Errorf("registration %s", registration)
	}
	if user.Int("authy_id") != 1000 || !user.Bool("banned") || user.Int("logins") != 3 || user.Text("logins") != "3" ||
		!reflect.DeepEqual(user.Texts("authy_ids"), []string{"1000", "1001"}) {
		t.Errorf("user %s", user)
	}
}

func TestMissingAttributesAreZero(t *testing.T) {
	t.Parallel()
	object := authy.EventObject{"s_a": []byte(`[]`), "i_a": []byte(`"x"`), "b_a": []byte(`"x"`), "as_a": []byte(`"x"`)}
	for _, name := range []string{"a", "b"} {
		if object.Text(name) != "" && name == "b" || object.Int(name) != 0 || object.Bool(name) || object.Texts(name) != nil {
			t.Errorf("%s is not zero", name)
		}
	}
	var none authy.EventObject
	if none.Text("a") != "" || none.Int("a") != 0 || none.Bool("a") || none.Texts("a") != nil {
		t.Error("an attribute of nothing")
	}
}

func TestDeliveriesWithShortKeysAndOddTimes(t *testing.T) {
	t.Parallel()
	claims := registered()
	claims["time"] = map[string]any{"odd": true}
	padded := "WSK" + strings.Repeat("\x00", 40)
	event, err := authy.ParseWebhook(deliveryForm(delivery(t, jose.HS256, padded, claims)), "WSK")
	if err != nil || !event.Time.IsZero() {
		t.Errorf("%+v, %v", event, err)
	}
}

func TestDeliveriesRefused(t *testing.T) {
	t.Parallel()
	good := delivery(t, jose.HS256, hookKey, registered())
	parts := strings.Split(good, ".")
	unsigned := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + parts[1] + "."
	altered := parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"event":"user_removed"}`)) + "." + parts[2]
	with := func(name string, value any) string {
		claims := registered()
		claims[name] = value
		return delivery(t, jose.HS256, hookKey, claims)
	}
	cases := []struct {
		name, token string
		want        error
	}{
		{"another key", delivery(t, jose.HS256, strings.Repeat("k", 36), registered()), authy.ErrBadSignature},
		{"altered", altered, authy.ErrBadSignature},
		{"without signature", parts[0] + "." + parts[1] + ".", authy.ErrBadSignature},
		{"not signed at all", unsigned, authy.ErrBadCallback},
		{"another algorithm", delivery(t, jose.HS512, strings.Repeat(hookKey, 2), registered()), authy.ErrBadCallback},
		{"no token", "hello", authy.ErrBadCallback},
		{"nothing", "", authy.ErrBadCallback},
		{"too long", strings.Repeat("a", 300<<10), authy.ErrBadCallback},
		{"no event", with("event", ""), authy.ErrBadCallback},
		{"an event of another type", with("event", []string{"a"}), authy.ErrBadCallback},
		{"objects of another type", with("objects", "x"), authy.ErrBadCallback},
		{"expired", with("exp", time.Now().Add(-time.Hour).Unix()), authy.ErrBadCallback},
		{"not valid yet", with("nbf", time.Now().Add(time.Hour).Unix()), authy.ErrBadCallback},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if event, err := authy.ParseWebhook(deliveryForm(c.token), hookKey); !errors.Is(err, c.want) || event != nil {
				t.Errorf("%+v, %v, want %v", event, err, c.want)
			}
		})
	}
	forms := map[string]url.Values{"no body": {}, "two bodies": {"body": {good, good}}}
	for name, form := range forms {
		if event, err := authy.ParseWebhook(form, hookKey); !errors.Is(err, authy.ErrBadCallback) || event != nil {
			t.Errorf("%s: %+v, %v", name, event, err)
		}
	}
	if event, err := authy.ParseWebhook(deliveryForm(good), ""); !errors.Is(err, authy.ErrFormat) || event != nil {
		t.Errorf("without a key: %+v, %v", event, err)
	}
}

func TestRequestsThatAreNoDelivery(t *testing.T) {
	t.Parallel()
	good := deliveryForm(delivery(t, jose.HS256, hookKey, registered())).Encode()
	requests := map[string]*http.Request{
		"a GET":    httptest.NewRequest(http.MethodGet, "/hook?"+good, nil),
		"no form":  httptest.NewRequest(http.MethodPost, "/hook", strings.NewReader("body=%zz")),
		"too long": httptest.NewRequest(http.MethodPost, "/hook", strings.NewReader(good+"&x="+strings.Repeat("x", 300<<10))),
		"nothing":  httptest.NewRequest(http.MethodPost, "/hook", nil),
	}
	for name, r := range requests {
		if event, err := authy.ReadWebhook(r, hookKey); !errors.Is(err, authy.ErrBadCallback) || event != nil {
			t.Errorf("%s: %+v, %v", name, event, err)
		}
	}
}
