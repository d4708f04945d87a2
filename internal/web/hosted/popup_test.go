package hosted_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"github.com/twinseal/twinseal/internal/mfa"
)

// said is one message as a page hears it.
type said struct {
	Data   json.RawMessage `json:"data"`
	Origin string          `json:"origin"`
}

// frame opens the challenge in a frame of the shop's page.
func (w *world) frame(b *tab, address string) {
	w.t.Helper()
	b.open(w.shop + "/frame")
	evaluate[bool](b, `window.frameIt("`+address+`&mode=popup"), true`)
}

// hear waits for a message that has a word, and gives it.
func (b *tab) hear(word string) said {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Poll[bool](`window.told && window.told.some((m) => JSON.stringify(m.data).includes("`+word+`"))`))
	b.check(err)
	all := evaluate[string](b, `JSON.stringify(window.told)`)
	var told []said
	b.check(json.Unmarshal([]byte(all), &told))
	for _, one := range told {
		if strings.Contains(string(one.Data), word) {
			return one
		}
	}
	b.Fatalf("nobody said %s: %s", word, all)
	return said{}
}

// inside is the page in the frame.
func (w *world) inside(b *tab) *tab {
	w.t.Helper()
	b.hear("AUTHSIGNAL_READY")
	return &tab{T: w.t, ctx: b.ctx, framed: true}
}

func TestAFramedChallengeSaysWhatTheVendorsScriptListensFor(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t), newTab(t)
	w.enrolled("ann")
	p := w.track(shopTenant, "ann", "withdraw", func(r *mfa.ActionRequest) { r.RedirectURL = "" })
	elsewhere := w.reader()
	elsewhere.open(w.address(p))
	elsewhere.submit("go")
	w.frame(b, w.address(p))
	ready := b.hear("AUTHSIGNAL_READY")
	if string(ready.Data) != `"{\"event\":\"AUTHSIGNAL_READY\"}"` || ready.Origin != w.home {
		t.Errorf("ready: %s from %s", ready.Data, ready.Origin)
	}
	size := b.hear("height")
	var height struct{ Height float64 }
	if err := json.Unmarshal(size.Data, &height); err != nil || height.Height < 200 || height.Height > 1200 {
		t.Errorf("the size is said as %s", size.Data)
	}
	f := w.inside(b)
	f.onPage("code")
	f.fill("code", w.sentCode())
	f.press("go")
	closed := b.hear("AUTHSIGNAL_CLOSE_POPUP")
	var text string
	b.check(json.Unmarshal(closed.Data, &text))
	var event struct{ Event, Token string }
	b.check(json.Unmarshal([]byte(text), &event))
	if !strings.HasPrefix(text, `{"event":"AUTHSIGNAL_CLOSE_POPUP","token":"`) {
		t.Errorf("closed by %s", text)
	}
	w.proved(event.Token, mfa.MethodSMS)
}

func TestCancellingInAFrameTellsNoToken(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t), newTab(t)
	w.frame(b, w.address(w.track(shopTenant, "ann", "withdraw")))
	f := w.inside(b)
	f.onPage("enrol")
	f.press("exit")
	if got := b.hear("AUTHSIGNAL_CLOSE_POPUP"); string(got.Data) != `"{\"event\":\"AUTHSIGNAL_CLOSE_POPUP\"}"` {
		t.Errorf("closed by %s", got.Data)
	}
}

func TestErrorsInAFrameAreTold(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t), newTab(t)
	address := w.address(w.track(shopTenant, "ann", "withdraw"))
	w.Clock.Advance(11 * time.Minute)
	w.frame(b, address)
	if got := b.hear("AUTHSIGNAL_API_ERROR"); string(got.Data) != `"{\"event\":\"AUTHSIGNAL_API_ERROR\",\"errorCode\":\"expired_token\",\"statusCode\":401}"` {
		t.Errorf("told by %s", got.Data)
	}
}

func TestAPasskeyIsUsedInsideOfAFrame(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t), newTab(t)
	b.equip(webauthn.AuthenticatorTransportInternal)
	b.open(w.address(w.track(shopTenant, "ann", "withdraw")))
	b.press("way-passkey")
	b.press("go")
	b.onPage("offer")
	w.frame(b, w.address(w.track(shopTenant, "ann", "withdraw")))
	f := w.inside(b)
	f.onPage("key")
	f.press("go")
	var text string
	b.check(json.Unmarshal(b.hear("AUTHSIGNAL_CLOSE_POPUP").Data, &text))
	var event struct{ Token string }
	b.check(json.Unmarshal([]byte(text), &event))
	w.proved(event.Token, mfa.MethodPasskey)
}

func TestAWindowTellsItsOpener(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t), newTab(t)
	w.enrolled("ann")
	b.open(w.shop + "/frame")
	evaluate[bool](b, `window.child = window.open("`+w.address(w.track(shopTenant, "ann", "withdraw"))+`&mode=popup", "_blank", "popup=true,width=400,height=500"), true`)
	if ready := b.hear("AUTHSIGNAL_READY"); ready.Origin != w.home {
		t.Errorf("ready from %s", ready.Origin)
	}
}

func TestAStrangersPageSeesNothing(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t), newQuietTab(t)
	w.change(shopTenant, func(s *mfa.ApplicationSettings) { s.StepUp.FrameOrigins = []string{"https://shop.example"} })
	b.open(w.shop + "/frame")
	loaded := evaluate[string](b, `new Promise((done) => {
		window.frameIt("`+w.address(w.track(shopTenant, "ann", "withdraw"))+`&mode=popup");
		document.querySelector("iframe").addEventListener("load", () => setTimeout(() => done(JSON.stringify(window.told)), 300));
	})`)
	if loaded != "[]" {
		t.Errorf("a stranger hears %s", loaded)
	}
}
