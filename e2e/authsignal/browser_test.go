package authsignal

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/e2e/harness"
)

// TestThePackageForBrowsers makes every call of two published versions in Chromium, without pages of ours.
func TestThePackageForBrowsers(t *testing.T) {
	t.Parallel()
	browser := harness.Launch(t)
	harness.Each(t, func(t *testing.T, engine harness.Engine) {
		w := newSite(t, engine)
		for _, version := range []string{"@authsignal/browser", "browser-1.13"} {
			t.Run(version, func(t *testing.T) {
				p := &page{w, t, harness.OpenTab(browser, t, w.site.url), version}
				p.passkeys()
				p.tab.PlugIn()
				p.securityKeys()
				p.codes()
				p.links()
				p.pushes()
				p.pictures()
				p.refusals()
				p.nothingLeftOut("launch") // the hosted pages' story
			})
		}
	})
}

// page is the shop's page in a browser, with a version of the package.
type page struct {
	*world

	t       *testing.T
	tab     *harness.Tab
	version string
}

// pageOrder is one call; shop.js explains it.
type pageOrder struct {
	Package string         `json:"package"`
	Made    map[string]any `json:"made"`
	Call    string         `json:"call,omitempty"`
	Args    []any          `json:"args"`
}

func (p *page) order(function, call string, args ...any) string {
	p.t.Helper()
	if args == nil {
		args = []any{}
	}
	encoded, err := json.Marshal(pageOrder{p.version, attributes{"tenantId": tenantID, "baseUrl": p.URL + "/v1"}, call, args})
	if err != nil {
		p.t.Fatal(err)
	}
	return p.tab.Evaluate(fmt.Sprintf("%s(%s)", function, encoded))
}

// outcome is what the package gives for a call.
type outcome struct {
	Data struct {
		IsVerified, IsConsumed                                                 bool
		Token, UserID, UserAuthenticatorID, URI, Secret, ChallengeID, Username string
		DeviceCode, ExpiresAt, FailureReason                                   string
	}
	Error, ErrorCode, ErrorDescription string
}

// try makes a call, which may be refused.
func (p *page) try(call string, args ...any) outcome {
	p.t.Helper()
	var reply struct {
		Result outcome
		Error  *struct{ Name, Message string }
	}
	text := p.order("invoke", call, args...)
	if err := json.Unmarshal([]byte(text), &reply); err != nil || reply.Error != nil {
		p.t.Fatalf("%s %s: %v: %s", p.version, call, err, text)
	}
	return reply.Result
}

// call makes a call that must succeed.
func (p *page) call(call string, args ...any) outcome {
	p.t.Helper()
	got := p.try(call, args...)
	if got.Error != "" || got.ErrorCode != "" {
		p.t.Fatalf("%s %s: %+v", p.version, call, got)
	}
	return got
}

// begin tracks an action of somebody new and hands its token to the page.
func (p *page) begin(user string, more attributes) tracked {
	p.t.Helper()
	got := p.track(p.t, user, "signIn", more)
	p.order("invoke", "setToken", got.Token)
	return got
}

// proves holds a token that the page earned to the action.
func (p *page) proves(token, user, method string) {
	p.t.Helper()
	var v validated
	p.good(p.t, &v, http.MethodPost, "/validate", basic(secretKey), attributes{"token": token, "userId": user, "action": "signIn"})
	if !v.IsValid || v.State != "CHALLENGE_SUCCEEDED" || v.VerificationMethod != method {
		p.t.Errorf("%s: validated %+v, want %s", p.version, v, method)
	}
}

func (p *page) passkeys() {
	user := fresh()
	got := p.begin(user, attributes{"username": user + ".name"})
	up := p.call("passkey.signUp", attributes{"token": got.Token, "username": user, "displayName": "Jo"})
	p.proves(up.Data.Token, user, "PASSKEY")
	in := p.call("passkey.signIn", attributes{"action": "signIn"})
	if !in.Data.IsVerified || in.Data.UserID != user || in.Data.Username != user+".name" {
		p.t.Errorf("%s: signed in %+v", p.version, in)
	}
	p.proves(in.Data.Token, user, "PASSKEY")
	known := p.call("passkey.signIn", attributes{"action": "signIn", "useCookies": true})
	p.proves(known.Data.Token, user, "PASSKEY")
	if known = p.call("passkey.signIn", attributes{"useCookies": true}); known.Data.UserID != user {
		p.t.Errorf("%s: signed in by a cookie %+v", p.version, known)
	}
	again := p.begin(user, nil)
	with := p.call("passkey.signIn", attributes{"token": again.Token})
	p.proves(with.Data.Token, user, "PASSKEY")
	var there struct{ Result bool }
	if err := json.Unmarshal([]byte(p.order("invoke", "passkey.isAvailableOnDevice", attributes{"userId": user})), &there); err != nil || !there.Result {
		p.t.Errorf("%s: the passkey is not on the device, %v", p.version, err)
	}
	p.looksLikeAPasskey(user)
}

// looksLikeAPasskey: what the vendor's tests read of a credential.
func (p *page) looksLikeAPasskey(user string) {
	p.t.Helper()
	var list []authenticator
	p.good(p.t, &list, http.MethodGet, "/users/"+escaped(user)+"/authenticators", basic(secretKey), nil)
	i := slices.IndexFunc(list, func(a authenticator) bool { return a.VerificationMethod == "PASSKEY" })
	if i < 0 || list[i].WebauthnCredential == nil || list[i].WebauthnCredential.CredentialID == "" ||
		!strings.Contains(list[i].WebauthnCredential.ParsedUserAgent.Browser.Name, "Chrome") {
		p.t.Errorf("%s: the passkey is %+v", p.version, list)
	}
}

func (p *page) securityKeys() {
	user := fresh()
	p.begin(user, nil)
	made := p.call("securityKey.enroll", attributes{})
	p.proves(made.Data.Token, user, "SECURITY_KEY")
	p.begin(user, nil)
	in := p.call("securityKey.verify")
	if !in.Data.IsVerified {
		p.t.Errorf("%s: verified %+v", p.version, in)
	}
	p.proves(in.Data.Token, user, "SECURITY_KEY")
}

// codes: by an authenticator app, mail, SMS, and WhatsApp through the application's own provider.
func (p *page) codes() {
	user := fresh()
	p.begin(user, nil)
	app := p.call("totp.enroll")
	if !strings.HasPrefix(app.Data.URI, "otpauth://totp/") || app.Data.Secret == "" || app.Data.UserAuthenticatorID == "" {
		p.t.Errorf("%s: the seed is %+v", p.version, app)
	}
	if wrong := p.try("totp.verify", attributes{"code": "000000"}); wrong.Data.IsVerified || wrong.Data.FailureReason != "CODE_INVALID_OR_EXPIRED" {
		p.t.Errorf("%s: another code: %+v", p.version, wrong)
	}
	done := p.call("totp.verify", attributes{"code": harness.Code(p.t, app.Data.Secret, time.Now())})
	p.proves(done.Data.Token, user, "AUTHENTICATOR_APP")

	mail, phone := address(), number()
	for _, c := range []struct {
		part, method string
		to           attributes
		at           string
	}{{"email", "EMAIL_OTP", attributes{"email": mail}, mail}, {"sms", "SMS", attributes{"phoneNumber": phone}, phone}} {
		user := fresh()
		p.begin(user, nil)
		p.call(c.part+".enroll", c.to)
		done := p.call(c.part+".verify", attributes{"code": p.Code(p.t, c.at, 1).Code()})
		p.proves(done.Data.Token, user, c.method)
		p.begin(user, nil)
		p.call(c.part + ".challenge")
		done = p.call(c.part+".verify", attributes{"code": p.Code(p.t, c.at, 2).Code()})
		p.proves(done.Data.Token, user, c.method)
	}
	p.byWhatsApp()
}

func (p *page) byWhatsApp() {
	user, phone := fresh(), number()
	p.begin(user, attributes{"phoneNumber": phone})
	p.call("whatsapp.challenge")
	told := p.callbacks.Await(p.t, "a code by WhatsApp", toPath("/whatsapp", user))
	code := regexp.MustCompile(`"code":"([0-9]+)"`).FindSubmatch(told.Body)
	if code == nil {
		p.t.Fatalf("%s: told %s", p.version, told.Body)
	}
	done := p.call("whatsapp.verify", attributes{"code": string(code[1])})
	p.proves(done.Data.Token, user, "WHATSAPP")
}

var link = regexp.MustCompile(`https?://\S+`)

// links: the page looks again and again until the link in the mail was followed.
func (p *page) links() {
	user, mail := fresh(), address()
	p.begin(user, nil)
	p.call("emailML.enroll", attributes{"email": mail})
	p.follow(mail, 1)
	done := p.call("emailML.checkVerificationStatus")
	if !done.Data.IsVerified {
		p.t.Errorf("%s: followed, and %+v", p.version, done)
	}
	p.proves(done.Data.Token, user, "EMAIL_MAGIC_LINK")
	p.begin(user, nil)
	p.call("emailML.challenge")
	p.follow(mail, 2)
	done = p.call("emailML.checkVerificationStatus")
	p.proves(done.Data.Token, user, "EMAIL_MAGIC_LINK")
}

// follow opens the link of a mail where it is read, and says there that it is right.
func (p *page) follow(mail string, count int) {
	p.t.Helper()
	address := link.FindString(p.Await(p.t, mail, count).Text)
	if address == "" {
		p.t.Fatalf("%s: the mail has no link: %s", p.version, p.Await(p.t, mail, count).Text)
	}
	reader := harness.OpenTab(p.tab.Context, p.t, address)
	reader.Press(id("go"))
	reader.Await(`[data-page="confirmed"]`)
}

// pushes: an app on a phone is asked, and says yes or no.
func (p *page) pushes() {
	for _, approved := range []bool{true, false} {
		user := fresh()
		phone := newPhone(p.t, p.world)
		phone.enrol(p.track(p.t, user, "signIn", nil).Token, "push")
		p.begin(user, nil)
		asked := p.call("push.challenge", attributes{"action": "signIn"})
		if waiting := p.call("push.verify", attributes{"challengeId": asked.Data.ChallengeID}); waiting.Data.IsVerified || waiting.Data.IsConsumed {
			p.t.Errorf("%s: nobody answered, and %+v", p.version, waiting)
		}
		seen := phone.pending()
		if seen.ChallengeID == "" || seen.UserID != user || seen.ActionCode != "signIn" {
			p.t.Errorf("%s: the phone sees %+v", p.version, seen)
		}
		phone.answer("push", seen.ChallengeID, approved)
		got := p.call("push.verify", attributes{"challengeId": asked.Data.ChallengeID})
		if got.Data.IsVerified != approved || !got.Data.IsConsumed || (got.Data.Token != "") != approved {
			p.t.Errorf("%s: approved %t, and %+v", p.version, approved, got)
		}
		if approved {
			p.proves(got.Data.Token, user, "PUSH")
		}
	}
}

// pictures: a phone reads what the page shows, by a socket or by asking again and again.
func (p *page) pictures() {
	p.order("invoke", "setToken", "") // the one it holds is for another action
	for _, polling := range []bool{true, false} {
		user := fresh()
		phone := newPhone(p.t, p.world)
		phone.enrol(p.track(p.t, user, "signIn", nil).Token, "qr-code")
		var begun struct{ Result outcome }
		wish := attributes{"action": "signInByPicture", "polling": polling, "pollInterval": 200}
		text := p.order("watch", "", wish)
		if err := json.Unmarshal([]byte(text), &begun); err != nil || begun.Result.Data.ChallengeID == "" {
			p.t.Fatalf("%s: the picture holds %s, %v", p.version, text, err)
		}
		id := begun.Result.Data.ChallengeID
		phone.claim(id)
		p.awaitState("claimed")
		phone.answer("qr-code", id, true)
		token := p.awaitState("approved")
		var v validated
		p.good(p.t, &v, http.MethodPost, "/validate", basic(secretKey), attributes{"token": token})
		if !v.IsValid || v.UserID != user || v.Action != "signInByPicture" {
			p.t.Errorf("%s: validated %+v", p.version, v)
		}
		p.order("invoke", "qrCode.refresh", attributes{})
		p.order("invoke", "qrCode.disconnect")
	}
}

// awaitState waits until the package has told of a state, and gives the token that came with it.
func (p *page) awaitState(state string) string {
	p.t.Helper()
	return harness.Until(p.t, "the state "+state, func() (string, bool) {
		var told []struct{ State, Token string }
		text := p.tab.Evaluate("JSON.stringify(window.states)")
		if err := json.Unmarshal([]byte(text), &told); err != nil {
			p.t.Fatalf("%s: %v", text, err)
		}
		for _, one := range told {
			if one.State == state {
				return one.Token, true
			}
		}
		return "", false
	})
}

// refusals reach the page with their codes.
func (p *page) refusals() {
	user := fresh()
	p.begin(user, nil)
	if got := p.try("email.challenge"); got.ErrorCode != "invalid_request" || got.Error == "" {
		p.t.Errorf("%s: a mail to nobody: %+v", p.version, got)
	}
	p.order("invoke", "setToken", "no token")
	if got := p.try("totp.enroll"); got.ErrorCode != "token_invalid" {
		p.t.Errorf("%s: no token: %+v", p.version, got)
	}
}

// nothingLeftOut fails for public methods that the page has not called as they should end.
func (p *page) nothingLeftOut(but ...string) {
	p.t.Helper()
	p.order("invoke", "initAdvancedProfiling", p.URL)
	var left []string
	text := p.order("uncalled", "")
	if err := json.Unmarshal([]byte(text), &left); err != nil || !slices.Equal(left, but) {
		p.t.Errorf("%s: nobody calls %s, %v", p.version, text, err)
	}
}
