package demo_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nyaruka/phonenumbers"

	"github.com/twinseal/twinseal/internal/web/demo"
)

func TestATransferIsToldAsItWasAnswered(t *testing.T) {
	t.Parallel()
	for _, status := range []string{"approved", "denied", "expired"} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			if p := w.register(); p.path != "/demo/transaction" {
				t.Fatalf("after registering: %s %s", p.path, p.body)
			}
			p := w.transfer()
			if p.path != "/demo/waiting?id="+requestID {
				t.Fatalf("after the order: %s %s", p.path, p.body)
			}
			p.has(t, "Additional Authentication Required", `http-equiv="refresh"`, `data-testid="countdown"`, "10:00")
			w.factor.set(func(f *factor) { f.status = status })
			p = w.get("/demo/waiting?id=" + requestID)
			if p.path != "/demo/displaytransaction?id="+requestID {
				t.Fatalf("after the answer: %s", p.path)
			}
			p.has(t, `id="status"`, ">Money Transfer "+status+"<", "Transaction Details", requestID, "jo@example.com", "c@d.co", "12345", "$ 50.00")
			w.get("/demo/displaytransaction").has(t, "Money Transfer "+status)
			w.get("/demo/transaction").has(t, `data-testid="transfers"`, status)
		})
	}
}

func TestThePhoneIsAskedWithTheDetailsInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.register()
	w.transfer()
	want := `{"message":"Transfer Money to c@d.co","details":{"From":"jo@example.com","To":"c@d.co","Account Number":"12345","US Dollar Amount":"$ 50.00"},"seconds_to_expire":600,"number_matching":"after_denial"}`
	if w.factor.approval != want {
		t.Errorf("asked %s\nwant  %s", w.factor.approval, want)
	}
	if !strings.Contains(w.factor.user, `"cellphone":"405-342-5699","country_code":1`) || !strings.Contains(w.factor.user, `"send_install_link_via_sms":true`) {
		t.Errorf("registered %s", w.factor.user)
	}
}

func TestALargeTransferShowsTheNumberThatThePhoneAsksFor(t *testing.T) {
	t.Parallel()
	for amount, pick := range map[string]bool{"999.99": false, "1,000": true, "1000.00": true, "250,000": true, "5": false} {
		w := newWorld(t, nil)
		w.register()
		w.factor.set(func(f *factor) { f.number = "42" })
		p := w.post("/demo/processtransaction", "email2", "c@d.co", "acct", "1", "amt", amount)
		if strings.Contains(w.factor.approval, `"number_matching":"pick"`) != pick {
			t.Errorf("$ %s: asked %s", amount, w.factor.approval)
		}
		p.has(t, `data-testid="number"`, "<strong>42</strong>")
		if w.factor.set(func(f *factor) { f.status = "approved" }); strings.Contains(w.get("/demo/waiting?id="+requestID).body, "<strong>42</strong>") {
			t.Errorf("$ %s: the number stands on the result", amount)
		}
	}
	w := newWorld(t, nil)
	w.register()
	if p := w.transfer(); strings.Contains(p.body, `data-testid="number"`) {
		t.Error("a number is shown that no phone asks for")
	}
}

func TestOnlyTheSandboxShortensTheExpiry(t *testing.T) {
	t.Parallel()
	for sandbox, want := range map[bool]string{true: `"seconds_to_expire":2,`, false: `"seconds_to_expire":90,`} {
		w := newWorld(t, func(o *demo.Options) { o.Sandbox, o.Expiry = sandbox, 90*time.Second })
		w.register()
		w.post("/demo/processtransaction", "email2", "c@d.co", "acct", "1", "amt", "5", "expires_in", "2")
		if !strings.Contains(w.factor.approval, want) {
			t.Errorf("sandbox %v: asked %s", sandbox, w.factor.approval)
		}
	}
}

func TestTheWaitingPagesScriptIsToldHowFarItIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.register()
	w.transfer()
	w.advance(61 * time.Second)
	ask := func() map[string]any {
		var out map[string]any
		if err := json.Unmarshal([]byte(w.get("/demo/status?id="+requestID).body), &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	if got := ask(); got["status"] != "pending" || got["seconds_left"] != 539.0 || got["next"] != nil {
		t.Errorf("pending: %v", got)
	}
	w.factor.set(func(f *factor) { f.refusal, f.code = "gone fishing", http.StatusServiceUnavailable })
	if got := ask(); got["error"] == nil || got["next"] != nil {
		t.Errorf("in trouble: %v", got)
	}
	w.get("/demo/waiting?id="+requestID).has(t, "did not answer")
	w.factor.set(func(f *factor) { f.refusal, f.status = "", "denied" })
	if got := ask(); got["status"] != "denied" || got["next"] != "/demo/displaytransaction?id="+requestID {
		t.Errorf("answered: %v", got)
	}
	w.factor.set(func(f *factor) { f.status = "approved" })
	if got := ask(); got["status"] != "denied" {
		t.Errorf("a final answer changed: %v", got)
	}
}

func TestAnotherBrowserSeesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.register()
	w.transfer()
	w.browser = w.newBrowser()
	for _, path := range []string{"/demo/transaction", "/demo/waiting?id=" + requestID, "/demo/displaytransaction?id=" + requestID} {
		if p := w.get(path); p.path != "/demo?first=1" {
			t.Errorf("%s led to %s", path, p.path)
		}
	}
	if p := w.get("/demo/status?id=" + requestID); p.status != http.StatusNotFound {
		t.Errorf("status: %d %s", p.status, p.body)
	}
	w.register()
	if p := w.get("/demo/waiting?id=" + requestID); p.status != http.StatusNotFound {
		t.Errorf("somebody else's transfer: %d", p.status)
	}
}

func TestSomebodyIdleIsForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.register()
	w.advance(119 * time.Minute)
	if p := w.get("/demo/transaction"); p.path != "/demo/transaction" {
		t.Errorf("forgotten too early: %s", p.path)
	}
	w.advance(121 * time.Minute)
	p := w.get("/demo/transaction")
	if p.path != "/demo?first=1" {
		t.Errorf("still known: %s", p.path)
	}
	p.has(t, `data-testid="first"`)
}

func TestTheFirstPhoneIsExplained(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *demo.Options) { o.Sandbox = true })
	w.factor.set(func(f *factor) { f.registered = false })
	w.register().has(t, `data-testid="no-device"`, `href="/sandbox"`, `href="/authenticator"`, "+1 405-342-5699")
	if body := w.get("/demo/device").body; body != `{"linked":false}` {
		t.Error(body)
	}
	w.factor.set(func(f *factor) {
		f.refusal, f.code = `{"message":"no device","success":false,"errors":{},"error_code":"60051"}`, http.StatusBadRequest
	})
	p := w.transfer()
	if p.status != http.StatusConflict {
		t.Errorf("status %d", p.status)
	}
	p.has(t, "No phone is linked yet", `value="c@d.co"`)
	w.factor.set(func(f *factor) { f.refusal, f.registered = "", true })
	if body := w.get("/demo/device").body; body != `{"linked":true}` {
		t.Error(body)
	}
	w.get("/demo/transaction").has(t, `data-testid="device-ready"`)
}

func TestWhatTheServerRefusesIsSaidAtItsField(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		code   int
		answer string
		status int
		want   string
	}{
		"a wrong number":    {400, `{"cellphone":"is invalid","message":"User was not valid","success":false,"errors":{"cellphone":"is invalid","message":"User was not valid"},"error_code":"60027"}`, 422, `data-testid="error-phone_number"`},
		"a wrong e-mail":    {400, `{"message":"User was not valid","success":false,"errors":{"email":"is invalid"},"error_code":"60027"}`, 422, `data-testid="error-email"`},
		"something unnamed": {400, `{"message":"?","success":false,"errors":{},"error_code":"60002"}`, 422, "was not accepted"},
		"too often":         {429, `{"message":"DoS","success":false,"errors":{},"error_code":"60003"}`, 429, "Wait a few minutes"},
		"a wrong key":       {401, `{"message":"Invalid API key","success":false,"errors":{},"error_code":"60001"}`, 502, "API key was refused"},
		"a suspended user":  {503, `{"message":"User has been suspended.","success":false,"errors":{},"error_code":"60017"}`, 403, "suspended"},
		"a feature off":     {403, `{"message":"off","success":false,"errors":{},"error_code":"60085"}`, 409, "switched off"},
		"an unknown user":   {404, `{"message":"User not found.","success":false,"errors":{},"error_code":"60026"}`, 409, "Register again"},
		"nonsense":          {200, `<html>`, 502, "did not answer"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.factor.set(func(f *factor) { f.refusal, f.code = c.answer, c.code })
			p := w.register()
			if p.status != c.status {
				t.Errorf("status %d, want %d", p.status, c.status)
			}
			p.has(t, c.want, `value="jo@example.com"`, `value="405-342-5699"`)
			if strings.Contains(p.body, apiKey) {
				t.Error("the page holds the key")
			}
			if p.header.Get("Set-Cookie") != "" {
				t.Error("a failed registration is remembered")
			}
		})
	}
}

func TestFormsAreCheckedBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.post("/demo/register", "email", "jo", "country_code", "999", "phone_number", `"><script>`).
		has(t, "error-email", "error-country_code", "error-phone_number", "&lt;script&gt;")
	if len(w.factor.calls) != 0 {
		t.Errorf("calls %v", w.factor.calls)
	}
	w.register()
	for _, amount := range []string{"", "0", "0.00", "-5", "1e9", "12,34", "5.123", "five", "٣", strings.Repeat("9", 13)} {
		p := w.post("/demo/processtransaction", "email2", "c@d.co", "acct", "12345", "amt", amount)
		if p.status != http.StatusUnprocessableEntity {
			t.Errorf("amount %q: status %d", amount, p.status)
		}
		p.has(t, "error-amt")
	}
	w.post("/demo/processtransaction", "email2", "Bob <b@c.de>", "acct", "", "amt", "1").has(t, "error-email2", "error-acct")
	if w.factor.approval != "" {
		t.Errorf("asked %s", w.factor.approval)
	}
	if p := w.post("/demo/processtransaction", "email2", "c@d.co", "acct", "1", "amt", "$ 1,250.00"); p.status != http.StatusOK {
		t.Errorf("a good amount: %d %s", p.status, p.body)
	}
}

func TestABodyThatIsTooLargeIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if p := w.post("/demo/register", "email", strings.Repeat("a", 17<<10)); p.status != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", p.status)
	}
}

func TestTheCookieTellsNothingAndStaysHere(t *testing.T) {
	t.Parallel()
	for secure, want := range map[bool]string{false: "; Path=/demo; HttpOnly; SameSite=Lax", true: "; Path=/demo; HttpOnly; Secure; SameSite=Lax"} {
		w := newWorld(t, func(o *demo.Options) { o.Secure = secure })
		w.browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		cookie := w.register().header.Get("Set-Cookie")
		if !regexp.MustCompile(`^twinseal_demo=[A-Za-z0-9_-]{24}` + regexp.QuoteMeta(want) + `$`).MatchString(cookie) {
			t.Errorf("cookie %s", cookie)
		}
	}
}

func TestTheCountryListHasEveryCallingCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	body := w.get("/demo").body
	for region := range phonenumbers.GetSupportedRegions() {
		code := phonenumbers.GetCountryCodeForRegion(region)
		if !strings.Contains(body, `<option value="`+text(code)+`"`) {
			t.Errorf("%s: +%d is missing", region, code)
		}
	}
	if n := strings.Count(body, "<option"); n != len(phonenumbers.GetSupportedRegions()) {
		t.Errorf("%d lines for %d regions", n, len(phonenumbers.GetSupportedRegions()))
	}
	if !strings.Contains(body, `<option value="1" selected>United States`) || strings.Count(body, " selected>") != 1 {
		t.Error("the list does not begin with the United States alone")
	}
}

func TestABankWithoutClientDoesNotOpen(t *testing.T) {
	t.Parallel()
	if _, err := demo.New(demo.Options{}); err == nil {
		t.Error("it opened")
	}
}

func TestTheBankIsCalledWhatItIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *demo.Options) { o.Name = "Sample & Sons" })
	w.get("/demo").has(t, "Sample &amp; Sons")
	if p := w.get("/demo/"); p.path != "/demo" {
		t.Errorf("a slash at the end leads to %s", p.path)
	}
}
