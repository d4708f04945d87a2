package authy

import (
	"fmt"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/e2e/harness"
)

// pythonPackage makes the calls of the Python package that only it has, and reads what only it says.
func (w *world) pythonPackage(t *testing.T) {
	c := pythonSDK{w.python, w.bank.key}
	details := c.do(t, "apps.fetch", nil)
	app, _ := details.Content["app"].(map[string]any)
	if !details.OK || app["name"] != "Bank" || integer(app["app_id"]) != w.bank.number || app["sms_enabled"] != true || app["onetouch_enabled"] != true {
		t.Errorf("apps.fetch: %+v", details)
	}
	if v := c.do(t, "version", nil); v.Value != "2.2.6" {
		t.Errorf("this is the package in version %v", v.Value)
	}
	p := w.NewPerson()
	id := mustCreate(t, c, p)
	if got := c.do(t, "tokens.verify", nil, id, "12345"); got.Raised != "AuthyFormatException" {
		t.Errorf("a short token: %+v", got)
	}
	refused := c.do(t, "users.status", nil, 2000000000)
	if refused.OK || refused.HTTP != 404 || fmt.Sprint(refused.Errors) != "map[message:User not found.]" {
		t.Errorf("status of nobody: %+v", refused)
	}
	wrongKey := pythonSDK{w.python, "0123456789abcdef0123456789abcdef"}.do(t, "apps.fetch", nil)
	if wrongKey.HTTP != 401 || wrongKey.Content["error_code"] != "60001" {
		t.Errorf("with a wrong key: %+v", wrongKey)
	}
	w.pythonStatistics(t, c)
	w.pythonActions(t, c)
	w.pythonLanguages(t, c)
	w.pythonApprovals(t, c)
}

// pythonStatistics: what was done is counted, within seconds.
func (w *world) pythonStatistics(t *testing.T, c pythonSDK) {
	harness.Until(t, "statistics", func() (any, bool) {
		got := c.do(t, "stats.fetch", nil)
		rows, _ := got.Content["stats"].([]any)
		if !got.OK || len(rows) == 0 {
			return nil, false
		}
		month, _ := rows[len(rows)-1].(map[string]any)
		now := w.Now(t)
		return nil, month["month"] == now.Month().String() && integer(month["year"]) == int64(now.Year()) &&
			integer(month["users_count"]) > 0 && integer(month["api_calls_count"]) > 0
	})
}

// pythonActions bind a code to what it is for.
func (w *world) pythonActions(t *testing.T, c pythonSDK) {
	p := w.NewPerson()
	id := mustCreate(t, c, p)
	options := map[string]any{"force": "true", "action": "transfer 991", "action_message": "Transfer $50 to Bob"}
	c.plain(t, "users.request_sms", nil, id, options).good(t, "sms for an action")
	m := w.Code(t, p.Phone, 1)
	if !strings.Contains(m.Text, "Transfer $50 to Bob") {
		t.Errorf("the message does not say what it is for: %q", m.Text)
	}
	c.plain(t, "tokens.verify", nil, id, m.Code()).want(t, "without the action", "60020")
	c.plain(t, "tokens.verify", nil, id, m.Code(), map[string]any{"action": "other"}).want(t, "for another action", "60020")
	c.plain(t, "tokens.verify", nil, id, m.Code(), map[string]any{"action": "transfer 991"}).good(t, "for its action")
}

// greetings are words of the message in each of the languages that the vendor's document names.
var languages = []string{"en", "es", "pt", "de", "fr", "it"}

func (w *world) pythonLanguages(t *testing.T, c pythonSDK) {
	seen := map[string]string{}
	for i, language := range languages {
		p := w.NewPerson()
		length := 4 + i
		c.plain(t, "phones.verification_start", map[string]any{"via": "sms", "locale": language, "code_length": length}, p.Number, "1").good(t, language)
		m := w.Code(t, p.Phone, 1)
		if len(m.Code()) != length {
			t.Errorf("%s: the code is %q, want %d digits", language, m.Code(), length)
		}
		words := strings.Replace(m.Text, m.Code(), "", 1)
		if other := seen[words]; other != "" {
			t.Errorf("%s and %s have the same words: %q", language, other, words)
		}
		seen[words] = language
		c.checkPhone(t, p, m.Code()).good(t, "check in "+language)
	}
	if got := c.do(t, "phones.verification_start", map[string]any{"via": "fax"}, "4155550123", 1); got.Raised == "" {
		t.Errorf("by fax: %+v", got)
	}
}

// pythonApprovals: status() of this package is the success of the call, not the state of the request.
func (w *world) pythonApprovals(t *testing.T, c pythonSDK) {
	p := w.NewPerson()
	id := mustCreate(t, c, p)
	w.NewDevice(t).LinkTo(id, "--app", fmt.Sprint(w.bank.number))
	made := c.do(t, "one_touch.send_request", map[string]any{"details": map[string]any{"username": "Bill"}, "logos": []any{}}, id, "Login requested", 1)
	if made.UUID == false || made.Status != true {
		t.Fatalf("send_request: %+v", made)
	}
	harness.Until(t, "the request to expire by itself", func() (any, bool) {
		return nil, c.approval(t, fmt.Sprint(made.UUID)).state == "expired"
	})
	unknown := c.do(t, "one_touch.get_approval_status", nil, "996221c0-b7a7-0133-7c06-0e67b818e6fb")
	if unknown.OK || unknown.HTTP != 404 || unknown.Content["error_code"] != "60049" || fmt.Sprint(unknown.Errors) != "map[]" {
		t.Errorf("an unknown request: %+v", unknown)
	}
}
