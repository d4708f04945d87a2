package authsignal

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/e2e/harness"
)

// TestThePagesThatThePackageLaunches follows people through the challenge pages as the package opens them: instead of the
// shop's page, and in a frame over it, which is another site's here and gets no cookies.
func TestThePagesThatThePackageLaunches(t *testing.T) {
	t.Parallel()
	browser := harness.Launch(t)
	harness.Each(t, func(t *testing.T, engine harness.Engine) {
		w := newSite(t, engine)
		for _, version := range []string{"@authsignal/browser", "browser-1.13"} {
			t.Run(version, func(t *testing.T) {
				p := &page{w, t, harness.OpenTab(browser, t, w.site.url), version}
				p.inAFrame()
				p.awayFromAFrame()
				p.byRedirect()
				p.enrolsOnThePages("email_otp", "EMAIL_OTP", address())
				p.enrolsOnThePages("sms", "SMS", number())
			})
		}
	})
}

// id finds what the pages name for programs.
func id(name string) string { return `[data-testid="` + name + `"]` }

// on finds it on a page of a name.
func on(page, name string) string { return `[data-page="` + page + `"] ` + id(name) }

// launch tracks an action of somebody with an authenticator app, and opens the pages.
func (p *page) launch(mode string) (user string, got tracked) {
	p.t.Helper()
	user = fresh()
	p.enrolApp(p.t, user)
	return user, p.launchFor(user, mode)
}

func (p *page) launchFor(user, mode string) (got tracked) {
	p.t.Helper()
	got = p.track(p.t, user, "signIn", attributes{"redirectUrl": p.site.url + "/back?from=shop"})
	order, err := json.Marshal(pageOrder{p.version, attributes{"tenantId": tenantID, "baseUrl": p.URL + "/v1"}, "", []any{got.URL, attributes{"mode": mode}}})
	if err != nil {
		p.t.Fatal(err)
	}
	p.tab.Evaluate(fmt.Sprintf("popup(%s), ''", order))
	return got
}

// types types what the app shows.
func (p *page) types(in *harness.Tab) {
	p.t.Helper()
	in.Type(id("code"), harness.Code(p.t, seed, time.Now()))
	in.Press(id("go"))
}

func (p *page) byRedirect() {
	user, _ := p.launch("redirect")
	p.types(p.tab)
	p.proves(p.comesBack(), user, "AUTHENTICATOR_APP")
}

// enrolsOnThePages: whoever has nothing yet chooses a method, proves an address, and keeps the recovery codes.
func (p *page) enrolsOnThePages(way, method, to string) {
	user := fresh()
	p.tab.Go(p.site.url)
	p.launchFor(user, "redirect")
	p.tab.Press(id("way-" + way))
	p.tab.Type(on("address", "address"), to)
	p.tab.Press(on("address", "go"))
	p.tab.Type(on("code", "code"), p.Code(p.t, to, 1).Code())
	p.tab.Press(on("code", "go"))
	p.tab.Press(on("offer", "go")) // recovery codes
	p.tab.Await(id("codes"))
	p.tab.Press(on("offer", "go"))
	p.tab.Press(on("done", "leave"))
	p.proves(p.comesBack(), user, method)
}

// comesBack waits until the browser is at the shop again, and gives the token that it brings.
func (p *page) comesBack() string {
	p.t.Helper()
	return harness.Until(p.t, "the browser to come back", func() (string, bool) {
		text, err := p.tab.Glance("location.href")
		if err != nil {
			return "", false
		}
		at, err := url.Parse(text)
		if err != nil || !strings.HasPrefix(at.String(), p.site.url+"/back") {
			return "", false
		}
		if at.Query().Get("from") != "shop" {
			p.t.Errorf("%s: it comes back to %s", p.version, at)
		}
		return at.Query().Get("token"), true
	})
}

// ended waits until the package says what came of a frame.
func (p *page) ended() string {
	p.t.Helper()
	return harness.Until(p.t, "the frame to close", func() (string, bool) {
		var out struct{ Token, Error string }
		text := p.tab.Evaluate("String(window.ended)")
		if text == "null" {
			return "", false
		}
		if err := json.Unmarshal([]byte(text), &out); err != nil || out.Error != "" {
			p.t.Fatalf("%s: the frame ends with %s", p.version, text)
		}
		return out.Token, true
	})
}

func (p *page) inAFrame() {
	user, _ := p.launch("popup")
	frame := p.tab.Frame(p.URL + "/challenge")
	p.types(frame)
	p.proves(p.ended(), user, "AUTHENTICATOR_APP")
}

// awayFromAFrame: whoever closes the frame has proved nothing.
func (p *page) awayFromAFrame() {
	user, got := p.launch("popup")
	frame := p.tab.Frame(p.URL + "/challenge")
	frame.Press(id("exit") + ":not([hidden])")
	p.ended()
	var v validated
	p.good(p.t, &v, "POST", "/validate", basic(secretKey), attributes{"token": got.Token, "userId": user})
	if v.IsValid || v.State != "CHALLENGE_REQUIRED" {
		p.t.Errorf("%s: closed, and validated %+v", p.version, v)
	}
}
