package hook_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/delivery"
	"github.com/twinseal/twinseal/internal/delivery/deliverytest"
	"github.com/twinseal/twinseal/internal/delivery/hook"
	"github.com/twinseal/twinseal/internal/mfa"
)

type still struct{}

func (still) Now() time.Time { return time.Unix(1_700_000_000, 0) }

var message = mfa.Message{
	Channel: mfa.ChannelSMS, To: "+14155552671", Text: `Your "code" is 918273 & no {{to}} more`, Locale: "en", From: "Bank",
}

func sender(t *testing.T, c hook.Config, p deliverytest.Provider, m deliverytest.Mode) mfa.Sender {
	t.Helper()
	c.URL = p.Start(t, m) + "/v1/send"
	s, err := hook.New(c, deliverytest.Client(t, delivery.Client()), still{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var answers = map[deliverytest.Mode]deliverytest.Answer{
	deliverytest.Accepts: {Status: 202, Body: `{"id":"m1"}`}, deliverytest.Refuses: {Status: 422, Body: `{"to":"+14155552671"}`},
	deliverytest.Limits: {Status: 429}, deliverytest.Breaks: {Status: 500}, deliverytest.Babbles: {Status: 200, Body: "OK"},
}

// subject runs the suite with a configuration, its fake and what the request must hold.
func subject(t *testing.T, c hook.Config, answers map[deliverytest.Mode]deliverytest.Answer, check func(t *testing.T, r *http.Request, body []byte)) {
	t.Helper()
	deliverytest.Run(t, deliverytest.Subject{
		New: func(t *testing.T, m deliverytest.Mode) mfa.Sender {
			t.Helper()
			return sender(t, c, deliverytest.Provider{Answers: answers, Check: check}, m)
		},
		Message:    message,
		Unsuitable: map[string]mfa.Message{"to nobody": {Text: "x"}},
		Secrets:    []string{"header-secret", "password-secret", "signing-secret-of-us"},
	})
}

func TestWithoutTemplateEverythingIsSentAndSigned(t *testing.T) {
	t.Parallel()
	c := hook.Config{
		Secret: mfa.SecretText("signing-secret-of-us"), Reference: "id", Headers: map[string]mfa.Secret{"X-Key": mfa.SecretText("header-secret")},
	}
	subject(t, c, answers, func(t *testing.T, r *http.Request, body []byte) {
		t.Helper()
		var got map[string]string
		if err := json.Unmarshal(body, &got); err != nil {
			t.Errorf("body %s: %v", body, err)
		}
		if got["to"] != message.To || got["text"] != message.Text || got["channel"] != "sms" || got["from"] != "Bank" || got["locale"] != "en" {
			t.Errorf("body %s", body)
		}
		id := r.Header.Get("Webhook-Id")
		mac := hmac.New(sha256.New, []byte("signing-secret-of-us"))
		mac.Write([]byte(id + ".1700000000." + string(body)))
		if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); r.Header.Get("Webhook-Signature") != want || id == "" || got["id"] != id {
			t.Errorf("headers %v, want %s", r.Header, want)
		}
		if r.Header.Get("X-Key") != "header-secret" || r.Header.Get("Content-Type") != "application/json" || r.Method != http.MethodPost {
			t.Errorf("%s with %v", r.Method, r.Header)
		}
	})
}

// The worked example of docs/deliveries.md: Vonage answers 200 whether it took the message or not.
func TestVonage(t *testing.T) {
	t.Parallel()
	c := hook.Config{
		ContentType: "application/x-www-form-urlencoded", Body: "api_key=abcd1234&api_secret=header-secret&from=+1555%26&to={{digits}}&text={{ text }}",
		Success: "messages.0.status=0", Retry: "messages.0.status=1,5", Reference: "messages.0.message-id",
	}
	vonage := map[deliverytest.Mode]deliverytest.Answer{
		deliverytest.Accepts: {Status: 200, Body: `{"message-count":"1","messages":[{"to":"14155552671","message-id":"0A0000","status":"0"}]}`},
		deliverytest.Refuses: {Status: 200, Body: `{"messages":[{"status":"29","error-text":"Non-Whitelisted Destination 14155552671"}]}`},
		deliverytest.Limits:  {Status: 200, Body: `{"messages":[{"status":"1","error-text":"Throughput Rate Exceeded"}]}`},
		deliverytest.Breaks:  {Status: 200, Body: `{"messages":[{"status":"5"}]}`},
		deliverytest.Babbles: {Status: 200, Body: `{"messages":[{"status":"0"}]}`},
	}
	subject(t, c, vonage, func(t *testing.T, r *http.Request, body []byte) {
		t.Helper()
		got, err := url.ParseQuery(string(body))
		want := url.Values{"api_key": {"abcd1234"}, "api_secret": {"header-secret"}, "from": {"+1555&"}, "to": {"14155552671"}, "text": {message.Text}}
		if err != nil || got.Encode() != want.Encode() || r.Header.Get("Webhook-Signature") != "" {
			t.Errorf("body %s, %v", body, err)
		}
	})
}

// The worked example of docs/deliveries.md.
func TestPlivo(t *testing.T) {
	t.Parallel()
	c := hook.Config{
		Body: `{"src": "+14155550100", "dst": "{{to}}", "text": "{{text}}", "powerpack": null, "tries": [1, true]}`, Success: "202",
		Reference: "message_uuid.0", Username: "MAXXXXXXXXXXXXXXXXXX", Password: mfa.SecretText("password-secret"), Method: "put",
	}
	plivo := map[deliverytest.Mode]deliverytest.Answer{
		deliverytest.Accepts: {Status: 202, Body: `{"message":"message(s) queued","message_uuid":["db3ce55a"],"api_id":"x"}`},
		deliverytest.Refuses: {Status: 400, Body: `{"error":"+14155552671 is not a valid destination"}`},
		deliverytest.Limits:  {Status: 429},
		deliverytest.Breaks:  {Status: 502},
		deliverytest.Babbles: {Status: 202, Body: `{}`},
	}
	subject(t, c, plivo, func(t *testing.T, r *http.Request, body []byte) {
		t.Helper()
		user, password, _ := r.BasicAuth()
		if user != "MAXXXXXXXXXXXXXXXXXX" || password != "password-secret" || r.Method != http.MethodPut {
			t.Errorf("%s by %q", r.Method, user)
		}
		text, _ := json.Marshal(message.Text)
		want := `{"dst":"+14155552671","powerpack":null,"src":"+14155550100","text":` + strings.ReplaceAll(string(text), `\u0026`, "&") + `,"tries":[1,true]}`
		if string(body) != want {
			t.Errorf("body %s\nwant %s", body, want)
		}
	})
}

func TestConfigurationIsChecked(t *testing.T) {
	t.Parallel()
	good := hook.Config{URL: "https://example.com/send"}
	if _, err := hook.New(good, nil, still{}); err != nil {
		t.Errorf("a good one: %v", err)
	}
	for want, spoil := range map[string]func(*hook.Config){
		"hook: url":             func(c *hook.Config) { c.URL = "http://example.com" },
		"hook: method":          func(c *hook.Config) { c.Method = "GET" },
		"content_type must be":  func(c *hook.Config) { c.ContentType = "text/plain" },
		"is not JSON":           func(c *hook.Config) { c.Body = `{"to":` },
		"more than one JSON":    func(c *hook.Config) { c.Body = `{} {}` },
		"{{phone}} is not":      func(c *hook.Config) { c.Body = `{"a":[{"to":"{{phone}}"}]}` },
		"{{}} is not":           func(c *hook.Config) { c.ContentType, c.Body = "application/x-www-form-urlencoded", "a={{}}" },
		"not a form":            func(c *hook.Config) { c.ContentType, c.Body = "application/x-www-form-urlencoded", "a=%zz" },
		"a form such as":        func(c *hook.Config) { c.ContentType, c.Body = "application/x-www-form-urlencoded", "a=b&c" },
		"too long":              func(c *hook.Config) { c.Body = strings.Repeat(" ", 70_000) },
		"hook: success":         func(c *hook.Config) { c.Success = "ok" },
		"hook: retry":           func(c *hook.Config) { c.Retry = "=1" },
		"hook: secret":          func(c *hook.Config) { c.Secret = mfa.SecretText("short") },
		"must be base64":        func(c *hook.Config) { c.Secret = mfa.SecretText("whsec_!") },
		"is not a header":       func(c *hook.Config) { c.Headers = map[string]mfa.Secret{"A B": {}} },
		`header "A" is not`:     func(c *hook.Config) { c.Headers = map[string]mfa.Secret{"A": mfa.SecretText("x\r\ny: z")} },
		"username and password": func(c *hook.Config) { c.Username = "u" },
	} {
		c := good
		spoil(&c)
		if _, err := hook.New(c, nil, still{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", want, err)
		}
	}
}

func TestARuleTakesOnlyWhatItSays(t *testing.T) {
	t.Parallel()
	for rule, bodies := range map[string]map[string]bool{
		"2xx a.b=yes": {`{"a":{"b":"yes"}}`: true, `{"a":{"b":"no"}}`: false, `{"a":{}}`: false, `[]`: false, `yes`: false},
		"1.n=2":       {`[0,{"n":2}]`: true, `[0,{"n":"2"}]`: true, `[0]`: false, `{"1":{"n":2}}`: true},
		"ok=true":     {`{"ok":true}`: true, `{"ok":false}`: false, `{"ok":null}`: false, `{"ok":[]}`: false},
	} {
		for body, want := range bodies {
			p := deliverytest.Provider{
				Check:   func(*testing.T, *http.Request, []byte) {},
				Answers: map[deliverytest.Mode]deliverytest.Answer{deliverytest.Accepts: {Status: 200, Body: body}},
			}
			_, err := sender(t, hook.Config{Success: rule}, p, deliverytest.Accepts).Send(t.Context(), message)
			if (err == nil) != want || err != nil && !mfa.IsPermanent(err) {
				t.Errorf("%s on %s: got %v", rule, body, err)
			}
		}
	}
}

func FuzzRule(f *testing.F) {
	f.Add("2xx messages.0.status=0,1 202,409")
	f.Add("=.=")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := hook.ParseRule(text); err != nil && !strings.Contains(err.Error(), "condition") {
			t.Fatal(err)
		}
	})
}

// Whatever a template and a message hold, a value stays a value.
func FuzzTemplate(f *testing.F) {
	f.Add(`","to":"+1900`, "{{to}}")
	f.Add("\x00\n{{text}}&to=1", "x")
	p := func(check func([]byte)) deliverytest.Provider {
		return deliverytest.Provider{Answers: answers, Check: func(_ *testing.T, _ *http.Request, body []byte) { check(body) }}
	}
	f.Fuzz(func(t *testing.T, text, to string) {
		if to == "" {
			return
		}
		var fields map[string]string
		s := sender(t, hook.Config{Body: `{"text":"{{text}}","to":"{{to}}"}`}, p(func(body []byte) { _ = json.Unmarshal(body, &fields) }), deliverytest.Accepts)
		if _, err := s.Send(t.Context(), mfa.Message{To: to, Text: text}); err != nil {
			t.Fatal(err)
		}
		if len(fields) != 2 || fields["text"] != strings.ToValidUTF8(text, "\ufffd") && strings.ToValidUTF8(text, "") == text {
			t.Fatalf("%q and %q became %q", text, to, fields)
		}
	})
}
