package hosted_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

func TestPagesRefuseToBeFramedByStrangers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.reader()
	r.open(w.address(w.track(shopTenant, "ann", "withdraw")))
	if got := r.header.Get("Content-Security-Policy"); !strings.HasSuffix(got, "frame-ancestors "+w.shop) || r.header.Get("X-Frame-Options") != "" {
		t.Errorf("the shop's own: %s", got)
	}
	for name, want := range map[string]string{"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"} {
		if got := r.header.Get(name); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
	w.change(shopTenant, func(s *mfa.ApplicationSettings) {
		s.RelyingParty, s.StepUp.FrameOrigins, s.StepUp.RedirectURLs = nil, nil, nil
	})
	r.open(w.address(w.track(shopTenant, "ann", "withdraw", func(r *mfa.ActionRequest) { r.RedirectURL = "" })))
	for _, address := range []string{r.at, w.home + "/challenge?token=nonsense", w.home + "/challenge/link?link=nonsense", w.home + "/challenge/nothing"} {
		r.open(address)
		if got := r.header.Get("Content-Security-Policy"); !strings.Contains(got, "frame-ancestors 'none'") || r.header.Get("X-Frame-Options") != "DENY" {
			t.Errorf("%s: %s", address, got)
		}
		for _, unsafe := range []string{"unsafe", "*", "http:", "https:"} {
			if policy := r.header.Get("Content-Security-Policy"); strings.Contains(policy, unsafe) {
				t.Errorf("%s: the policy has %s: %s", address, unsafe, policy)
			}
		}
	}
}

func TestFormsOfOtherSitesChangeNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrolled("ann")
	token := w.token(w.track(shopTenant, "ann", "withdraw"))
	sent := len(w.messages(shopTenant))
	for _, path := range []string{"/challenge", "/challenge/state", "/challenge/key", "/challenge/link"} {
		for name, header := range map[string]http.Header{
			"cross-site": {"Sec-Fetch-Site": {"cross-site"}}, "same-site": {"Sec-Fetch-Site": {"same-site"}}, "an older browser": {"Origin": {"https://evil.example"}},
		} {
			form := url.Values{"token": {token}, "do": {"send"}, "method": {"sms"}}
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.home+path, strings.NewReader(form.Encode()))
			w.must(err)
			header.Set("Content-Type", "application/x-www-form-urlencoded")
			request.Header = header
			r := w.reader()
			if r.send(request); r.status != http.StatusForbidden {
				t.Errorf("%s to %s: status %d", name, path, r.status)
			}
		}
	}
	if len(w.messages(shopTenant)) != sent {
		t.Error("something was sent")
	}
}

func TestTokensThatDoNotCountOpenNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrolled("ann")
	p := w.track(shopTenant, "ann", "withdraw")
	good := w.token(p)
	parts := strings.Split(good, ".")
	foreign := w.track(otherTenant, "ann", "withdraw")
	mixed := foreign
	mixed.Caller = w.tenants[shopTenant]
	for name, token := range map[string]string{
		"none":             "",
		"nonsense":         "nonsense",
		"cut":              good[:len(good)-4],
		"without sign":     parts[0] + "." + parts[1] + ".",
		"other's key":      parts[0] + "." + parts[1] + "." + hs256(parts[0]+"."+parts[1], otherTenant+"-secret-key"),
		"of no algorithm":  base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + parts[1] + ".",
		"very long":        good + strings.Repeat("x", 9000),
		"two in one field": good + "&token=" + good,
	} {
		r := w.reader()
		r.open(w.home + "/challenge?token=" + url.QueryEscape(token))
		r.on("invalid")
		r.lacks("Linden Bank", "123")
		if r.status < 400 {
			t.Errorf("%s: status %d", name, r.status)
		}
		r.post("/challenge", url.Values{"token": {token}, "do": {"send"}, "method": {"sms"}})
		r.on("invalid")
	}
	if _, err := w.Dialect.Mint(t.Context(), mixed); err == nil {
		t.Error("a token for another tenant's action is made")
	}
}

func hs256(text, key string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func TestATokenThatExpiredSaysSoOrLeadsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrolled("ann")
	p := w.track(shopTenant, "ann", "withdraw")
	address := w.address(p)
	r := w.reader()
	r.open(address)
	page := r.body
	w.Clock.Advance(11 * time.Minute)
	r.open(address)
	if r.on("expired"); r.status != http.StatusGone {
		t.Errorf("status %d", r.status)
	}
	r.lacks("•••• 123")
	r.body = page
	r.submit("go")
	r.on("expired")
	r.open(address + "&mode=popup")
	r.has(`data-error="expired_token"`, `data-status="401"`, `data-targets="`+w.shop+`"`)
	w.change(shopTenant, func(s *mfa.ApplicationSettings) { s.StepUp.RedirectOnExpiry = true })
	r.open(address)
	if to := r.header.Get("Location"); r.status != http.StatusSeeOther || !strings.HasPrefix(to, w.shop+"/back?order=7&token=") {
		t.Errorf("%d to %q", r.status, to)
	}
}

func TestPagesTellNobodyWhoIsKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.track(shopTenant, "ann", "withdraw", func(r *mfa.ActionRequest) { r.Email, r.Phone = "ann@example.com", number })
	r := w.reader()
	for _, method := range []string{"sms", "email_otp", "email_magic_link"} {
		r.open(w.address(p) + "&method=" + method)
		r.on("send")
		r.lacks("ann@example.com", number)
	}
	r.submit("go")
	link := w.sentLink()
	phone := w.reader()
	phone.open(link)
	phone.submit("go")
	var seen []string
	for _, address := range []string{link, w.home + "/challenge/link?link=" + strings.Repeat("A", 43), w.home + "/challenge/link?link=", w.home + "/challenge/link"} {
		phone.open(address)
		phone.on("gone")
		seen = append(seen, phone.body)
		if phone.status != http.StatusGone || phone.body != seen[0] {
			t.Errorf("%s looks different from a link that was used", address)
		}
	}
	phone.post("/challenge/link", url.Values{"link": {"nonsense"}})
	if phone.on("gone"); phone.body != seen[0] {
		t.Error("confirming a link that never was looks different")
	}
}

func TestActionsThatWereStoppedShowNoWayToProve(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrolled("ann")
	for state, page := range map[mfa.ActionState]string{
		mfa.ActionBlock: "blocked", mfa.ActionReviewRequired: "review", mfa.ActionReviewFailed: "failed", mfa.ActionChallengeFailed: "failed",
	} {
		p := w.track(shopTenant, "ann", "withdraw")
		r := w.reader()
		r.open(w.address(p))
		r.on("send")
		form := r.body
		w.move(p, state)
		r.open(w.address(p))
		r.on(page)
		r.lacks("<form")
		sent := len(w.messages(shopTenant))
		r.body = form
		r.submit("go")
		if r.on(page); len(w.messages(shopTenant)) != sent {
			t.Errorf("%s: something was sent", state)
		}
		if !strings.HasPrefix(r.link("leave"), w.shop+"/back") {
			t.Errorf("%s: no way out", state)
		}
	}
}

// move sets an action's state, as the application's server may.
func (w *world) move(p stepup.Pass, state mfa.ActionState) {
	w.t.Helper()
	w.must(w.Store.Write(w.t.Context(), func(r mfa.WriteRecords) error {
		_, err := r.MoveAction(p.ActionID, mfa.ActionMove{From: []mfa.ActionState{mfa.ActionChallengeRequired}, To: state, At: w.Clock.Now()})
		return err
	}))
}

func TestTooManyWrongCodesAreToldAndEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrolled("ann")
	r := w.reader()
	r.open(w.address(w.track(shopTenant, "ann", "withdraw")))
	r.submit("go")
	r.on("code")
	for range 12 {
		r.submit("go", "code", "000000")
		if r.page() != "code" {
			break
		}
	}
	if !strings.Contains(r.body, "Too many") {
		t.Errorf("after twelve wrong codes on %s: %s", r.page(), r.body)
	}
	r.submit("go", "code", w.sentCode())
	if r.page() == "done" {
		t.Error("the code counts after too many wrong ones")
	}
}

func TestWhatIsTypedStaysText(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.reader()
	r.open(w.address(w.track(shopTenant, "ann", "withdraw")) + "&method=sms&step=address")
	r.on("address")
	r.submit("go", "address", `"><script>alert(1)</script>`)
	r.on("address")
	r.lacks("<script>alert")
	r.open(r.w.address(w.track(shopTenant, "ann", "withdraw")) + `&problem="><b>x&mode=popup&nativeScheme="><b>&step=<i>&method=<i>&new=<i>&device=<i>`)
	r.lacks("<b>", "<i>")
}
