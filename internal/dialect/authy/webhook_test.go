package authy_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/twinseal/twinseal/client/authy/signature"
	"github.com/twinseal/twinseal/internal/dialect/authy"
	"github.com/twinseal/twinseal/internal/dialect/dialecttest"
	"github.com/twinseal/twinseal/internal/mfa"
)

const hooksPath = "/dashboard/json/application/webhooks"

// dashboard is a signed call of the webhooks API; change spoils it before it is sent.
type dashboard struct {
	method, path string
	base         string // the public address when empty
	nonce        string
	pairs        []signature.Pair
	sign         func([]signature.Pair) (string, error) // the spelling that is signed
	key          string
	change       func(*dialecttest.Request)
}

func (d dashboard) request(t *testing.T) dialecttest.Request {
	t.Helper()
	if d.base == "" {
		d.base = "https://mfa.example.test"
	}
	if d.nonce == "" {
		d.nonce = "1427849783.886085"
	}
	if d.sign == nil {
		d.sign = signature.CanonicalForm
	}
	if d.key == "" {
		d.key = signingKey
	}
	pairs := slices.Concat(d.pairs, []signature.Pair{{Key: "app_api_key", Value: shopKey}, {Key: "access_key", Value: accessKey}})
	params, err := d.sign(pairs)
	if err != nil {
		t.Fatal(err)
	}
	var body []string
	for _, p := range pairs {
		body = append(body, url.QueryEscape(p.Key)+"="+url.QueryEscape(p.Value))
	}
	r := dialecttest.Request{Method: d.method, URL: d.path, Body: strings.Join(body, "&"), Header: map[string]string{
		"Content-Type": form, "X-Authy-Signature-Nonce": d.nonce, "X-Authy-Signature": signature.Sign(d.key, d.nonce, d.method, d.base+d.path, params),
	}}
	if d.change != nil {
		d.change(&r)
	}
	return r
}

func hookPairs(name string, events ...string) []signature.Pair {
	pairs := []signature.Pair{{Key: "name", Value: name}, {Key: "url", Value: "https://app.example.test/hooks"}}
	for _, e := range events {
		pairs = append(pairs, signature.Pair{Key: "events[]", Value: e})
	}
	return pairs
}

func TestWebhooksComeAndGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.shop(authy.Settings{}, nil)
	call := func(d dashboard) map[string]any { return decoded(t, w.ok(t, d.request(t))) }
	created := call(dashboard{method: http.MethodPost, path: hooksPath, pairs: hookPairs("users & tokens", "user_removed", "user_added", "user_added")})
	hook, _ := created["webhook"].(map[string]any)
	id, _ := hook["id"].(string)
	if created["message"] != "Webhook created" || !strings.HasPrefix(id, "WH_") || fmt.Sprint(hook["events"]) != "[user_removed user_added]" || hook["name"] != "users & tokens" {
		t.Errorf("%v", created)
	}
	for key, prefix := range map[string]string{"account_sid": "AC", "signing_key": "WSK_", "creation_date": "20", "service_id": "", "url": "https://app.example.test/hooks"} {
		if text, _ := hook[key].(string); text == "" || !strings.HasPrefix(text, prefix) {
			t.Errorf("%s is %q", key, text)
		}
	}
	listed := call(dashboard{method: http.MethodGet, path: hooksPath})
	if hooks, _ := listed["webhooks"].([]any); len(hooks) != 1 || fmt.Sprint(hooks[0]) != fmt.Sprint(hook) {
		t.Errorf("%v", listed)
	}
	if deleted := call(dashboard{method: http.MethodDelete, path: hooksPath + "/" + id}); deleted["message"] != "Webhook deleted" {
		t.Errorf("%v", deleted)
	}
	if a := w.Do(dashboard{method: http.MethodDelete, path: hooksPath, pairs: []signature.Pair{{Key: "webhook_id", Value: id}}}.request(t)); a.Status != 404 || !strings.Contains(a.Body, `"60100"`) {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	second := call(dashboard{method: http.MethodPost, path: hooksPath, pairs: hookPairs("again", "user_added")})
	hook, _ = second["webhook"].(map[string]any)
	call(dashboard{method: http.MethodDelete, path: hooksPath, pairs: []signature.Pair{{Key: "webhook_id", Value: fmt.Sprint(hook["id"])}}})
	if listed := call(dashboard{method: http.MethodGet, path: hooksPath}); fmt.Sprint(listed["webhooks"]) != "[]" {
		t.Errorf("%v", listed)
	}
}

func TestWebhooksAreRefusedWithTheirCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.shop(authy.Settings{}, nil)
	for name, pairs := range map[string][]signature.Pair{
		"no events":        hookPairs("x"),
		"an unknown event": hookPairs("x", "user_danced"),
		"no name":          hookPairs("", "user_added"),
		"a bad address":    {{Key: "name", Value: "x"}, {Key: "url", Value: "ftp://x"}, {Key: "events[]", Value: "user_added"}},
		"events as a text": {{Key: "name", Value: "x"}, {Key: "url", Value: "https://x"}, {Key: "events", Value: "user_added"}},
	} {
		if a := w.Do(dashboard{method: http.MethodPost, path: hooksPath, pairs: pairs}.request(t)); a.Status != 400 || !strings.Contains(a.Body, `"60098"`) {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
}

func TestTheSpellingsOfPublishedProgramsAreAccepted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.shop(authy.Settings{}, nil)
	unsorted := hookPairs("my hook", "user_removed", "user_added")
	for name, d := range map[string]dashboard{
		"arrays in their order":       {pairs: unsorted},
		"arrays sorted":               {pairs: unsorted, sign: signature.CanonicalFormValueSorted},
		"the name not encoded":        {pairs: unsorted, sign: func(p []signature.Pair) (string, error) { s, _ := signature.CanonicalFormRawName(p); return s, nil }},
		"a nonce that comes again":    {pairs: unsorted},
		"a nonce of another kind":     {pairs: unsorted, nonce: "6c9a1b7e-guid"},
		"another configured address":  {pairs: unsorted, base: "http://127.0.0.1:8443"},
		"a base address with a slash": {pairs: unsorted, path: "/" + hooksPath},
		"parameters in the query": {pairs: unsorted, change: func(r *dialecttest.Request) {
			r.URL, r.Body = r.URL+"?"+r.Body, ""
		}},
	} {
		d.method = http.MethodPost
		if d.path == "" {
			d.path = hooksPath
		}
		if a := w.Do(d.request(t)); a.Status != 200 {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
}

func TestDashboardRequestsThatNobodySignedAreAllRefusedAlike(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.shop(authy.Settings{}, nil)
	replace := func(old, by string) func(*dialecttest.Request) {
		return func(r *dialecttest.Request) { r.Body = strings.ReplaceAll(r.Body, old, by) }
	}
	header := func(name, value string) func(*dialecttest.Request) {
		return func(r *dialecttest.Request) { r.Header[name] = value }
	}
	for name, d := range map[string]dashboard{
		"another signing key":     {key: "other"},
		"another application":     {change: replace(shopKey, "other")},
		"the other application":   {change: replace(shopKey, bankKey)},
		"another access key":      {change: replace(accessKey, "other")},
		"the signing key as one":  {change: replace(accessKey, signingKey)},
		"no access key":           {change: replace("&access_key="+accessKey, "")},
		"no signature":            {change: header("X-Authy-Signature", "")},
		"no nonce":                {change: header("X-Authy-Signature-Nonce", "")},
		"another nonce":           {change: header("X-Authy-Signature-Nonce", "2")},
		"a nonce with a pipe":     {nonce: "1|GET"},
		"another address":         {base: "https://evil.example.test"},
		"another method":          {change: func(r *dialecttest.Request) { r.Method = http.MethodDelete }},
		"one more parameter":      {change: func(r *dialecttest.Request) { r.Body += "&webhook_id=1" }},
		"a parameter given twice": {change: func(r *dialecttest.Request) { r.Body += "&name=x&name=y" }},
		"the API key alone":       {change: func(r *dialecttest.Request) { r.Header = by(shopKey); r.Header["Content-Type"] = form }},
	} {
		d.method, d.path = http.MethodGet, hooksPath
		if a := w.Do(d.request(t)); a.Status != 401 || a.Body != failed("Invalid API key", "60001") {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	if a := w.Do(as(shopKey, get(hooksPath))); a.Status != 400 || !strings.Contains(a.Body, `"60046"`) {
		t.Errorf("without any of the secrets: %d %s", a.Status, a.Body)
	}
}

// delivered opens a delivery with the webhook's key.
func delivered(t *testing.T, r *http.Request, key string) map[string]any {
	t.Helper()
	values, err := url.ParseQuery(bodyOf(t, r))
	if err != nil || len(values) != 1 || r.Header.Get("Content-Type") != form || r.Method != http.MethodPost {
		t.Fatalf("%v: %s %v %v", err, r.Method, r.Header, values)
	}
	token, err := jose.ParseSignedCompact(values.Get("body"), []jose.SignatureAlgorithm{jose.HS256})
	if err != nil {
		t.Fatal(err)
	}
	payload, err := token.Verify([]byte(key))
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

func TestEventsAreDeliveredToWhoSubscribed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := w.shop(authy.Settings{}, nil)
	made := decoded(t, w.ok(t, dashboard{method: http.MethodPost, path: hooksPath, pairs: hookPairs("all",
		"user_added", "user_removed", "token_verified", "token_invalid", "totp_token_sent", "phone_verification_started")}.request(t)))
	hook, _ := made["webhook"].(map[string]any)
	key, _ := hook["signing_key"].(string)
	// Answers to another key of the application know of the webhook at once: they are not in the cache yet.
	id := decoded(t, w.ok(t, as(shopKey2, post("/protected/json/users/new", "user[email]=jo@example.com&user[cellphone]=4155552671&user[country_code]=1&send_install_link_via_sms=0"))))["user"].(map[string]any)["id"]
	w.Do(as(shopKey2, get(fmt.Sprintf("/protected/json/verify/1234567/%v?user_ip=192.0.2.1", id))))
	w.ok(t, as(shopKey2, get(fmt.Sprintf("/protected/json/sms/%v", id))))
	w.ok(t, as(shopKey2, post("/protected/json/phones/verification/start", "phone_number=4155552672&country_code=1")))
	w.ok(t, as(shopKey2, post(fmt.Sprintf("/protected/json/users/%v/delete", id), "")))
	w.ok(t, post(fmt.Sprintf("/protected/json/users/%v/delete", id), ""))
	var names []string
	for _, r := range w.Callbacks(shop.Application.ID) {
		if r.URL.String() != "https://app.example.test/hooks" {
			t.Errorf("sent to %s", r.URL)
		}
		claims := delivered(t, r, key)
		names = append(names, fmt.Sprint(claims["event"]))
		objects, _ := claims["objects"].(map[string]any)
		if app, _ := objects["app"].(map[string]any); app["s_type"] != "full" || claims["public"] != true || claims["time"] == nil {
			t.Errorf("%v", claims)
		}
		switch claims["event"] {
		case "user_removed":
			if user, _ := objects["user"].(map[string]any); user["s_authy_id"] != fmt.Sprint(id) {
				t.Errorf("%v", claims)
			}
		case "token_invalid":
			if request, _ := claims["request"].(map[string]any); request["ip"] != "192.0.2.1" {
				t.Errorf("%v", claims)
			}
		case "phone_verification_started":
			if phone, _ := objects["phone_verification"].(map[string]any); phone["s_phone_number"] != "XXX-XXX-XX72" || objects["user"] != nil {
				t.Errorf("%v", claims)
			}
		}
	}
	if want := []string{"user_added", "token_invalid", "totp_token_sent", "phone_verification_started", "user_removed"}; !slices.Equal(names, want) {
		t.Errorf("%v, want %v", names, want)
	}
}

func TestADeletedWebhookHearsNothingMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := w.shop(authy.Settings{}, nil)
	made := decoded(t, w.ok(t, dashboard{method: http.MethodPost, path: hooksPath, pairs: hookPairs("all", "user_added")}.request(t)))
	hook, _ := made["webhook"].(map[string]any)
	w.ok(t, as(shopKey2, post("/protected/json/users/new", "user[email]=jo@example.com&user[cellphone]=4155552671&user[country_code]=1")))
	if got := w.Callbacks(shop.Application.ID); len(got) != 1 {
		t.Fatalf("%d deliveries", len(got))
	}
	w.ok(t, dashboard{method: http.MethodDelete, path: fmt.Sprint(hooksPath, "/", hook["id"])}.request(t))
	if got := w.Callbacks(shop.Application.ID); len(got) != 0 {
		t.Errorf("%d deliveries", len(got))
	}
}

func TestEventsHaveTheProtocolsNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, test := range []struct {
		event mfa.Event
		want  string
	}{
		{mfa.Event{Type: mfa.EventUserCreated}, "user_added"},
		{mfa.Event{Type: mfa.EventSMSSent, UserID: "u"}, "totp_token_sent"},
		{mfa.Event{Type: mfa.EventSMSSent}, ""},
		{mfa.Event{Type: mfa.EventEnrollmentCompleted, Data: json.RawMessage(`{"kind":"code"}`)}, "device_registration_completed"},
		{mfa.Event{Type: mfa.EventEnrollmentCompleted, Data: json.RawMessage(`{"kind":"invite"}`)}, "user_registration_completed"},
		{mfa.Event{Type: mfa.EventChallengeDenied}, "one_touch_request_responded"},
		{mfa.Event{Type: mfa.EventChallengeExpired}, ""},
		{mfa.Event{Type: mfa.EventConfigurationApplied}, ""},
	} {
		if got := w.Door.Callback.Wants(test.event); got != test.want {
			t.Errorf("%v: %q, want %q", test.event, got, test.want)
		}
	}
}
