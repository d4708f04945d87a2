package authenticator_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	permission "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/twinseal/twinseal/client/clienttest"
	"github.com/twinseal/twinseal/client/launchkey/answerpackage"
	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

// sealed has the answer sealed for the application.
func (w *world) sealed(q *receipt.Question) { q.Recipient = clienttest.Recipient(w.T) }

func demanding(p policy.Policy) func(*receipt.Question) {
	return func(q *receipt.Question) { q.Policy = &p }
}

// stand puts the browser somewhere and lets the page know it, or not.
func (w *world) stand(latitude, longitude float64, setting permission.PermissionSetting) {
	w.Helper()
	w.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		info, err := cdp.Call(ctx, t, target.GetTargetInfo, target.GetTargetInfoParams{})
		if err != nil {
			return err
		}
		_, err = cdp.Call(ctx, t, permission.SetPermission, permission.SetPermissionParams{
			Permission: &permission.PermissionDescriptor{Name: "geolocation"}, Setting: setting, Origin: w.home, BrowserContextID: info.TargetInfo.BrowserContextID,
		})
		if err != nil {
			return err
		}
		_, err = cdp.Call(ctx, t, emulation.SetGeolocationOverride, emulation.SetGeolocationOverrideParams{Latitude: &latitude, Longitude: &longitude, Accuracy: new(1.0)})
		return err
	}))
}

// await waits until an expression is true in the page.
func (w *world) await(expression string) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](expression)); err != nil {
		w.Fatalf("%s: %v", expression, err)
	}
}

// setPIN gives the browser a PIN.
func (w *world) setPIN(digits string) {
	w.Helper()
	w.press("tab-device")
	w.fill("new-pin", digits)
	w.press("set-pin")
	w.see("pin-is-set")
	w.press("tab-requests")
}

func TestAnswersAreSealedForTheApplicationAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link()
	var last []string
	for range 2 {
		asked := w.server.Ask("Pay?", w.sealed, func(q *receipt.Question) { q.Title = "Wire <b>transfer</b>" })
		w.press("request")
		if got := w.text("title"); got != "Wire <b>transfer</b>" {
			t.Errorf("the title is %q", got)
		}
		w.approve()
		if got := w.outcome(); got != "approved" {
			t.Fatalf("outcome %s", got)
		}
		p := clienttest.Opened(t, w.server.Packages(asked))
		if !p.Authorized() || p.AuthRequest != asked || len(p.ServicePins) != len(last)+1 || !slices.Equal(p.ServicePins[:len(last)], last) {
			t.Errorf("sealed was %+v", p)
		}
		last = p.ServicePins
		w.press("done")
		w.do(chromedp.Reload()) // what was sent is kept
	}
}

func TestADenialIsChosenAmongTheReasonsOffered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link()
	asked := w.server.Ask("Pay?", w.sealed, func(q *receipt.Question) {
		q.Reasons = []receipt.DenialReason{{ID: "a", Text: "I don't approve"}, {ID: "b", Text: "Not <me>", Fraud: true}}
	})
	w.press("request")
	w.press("deny")
	if got := w.text("offered-reasons"); !strings.Contains(got, "I don't approve") || !strings.Contains(got, "Not <me> (reported as fraud)") {
		t.Errorf("offered are %q", got)
	}
	w.press("confirm-deny") // nothing chosen: the form stays
	w.press("offered-b")
	w.press("confirm-deny")
	if got := w.outcome(); got != "denied" || w.server.State(asked) != "denied" {
		t.Fatalf("outcome %s", got)
	}
	if p := clienttest.Opened(t, w.server.Packages(asked)); p.DenialReason == nil || *p.DenialReason != "b" || !p.Fraud() {
		t.Errorf("sealed was %+v", p)
	}
}

func TestAPINMeetsADemandForKnowledge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link()
	demand := demanding(policy.Policy{Factors: []policy.Factor{policy.Knowledge}})
	asked := w.server.Ask("Pay?", demand, w.sealed)
	w.press("request")
	w.see("needs-pin")
	if got := w.text("demands"); got != "To approve, you mustconfirm with a code that you know" {
		t.Errorf("demanded is %q", got)
	}
	w.setPIN("2580")
	w.press("request")
	w.approve()
	w.fill("pin", "1111")
	w.press("confirm-pin")
	if got := w.text("error"); !strings.Contains(got, "2 more tries") {
		t.Errorf("error %q", got)
	}
	w.fill("pin", "2580")
	w.press("confirm-pin")
	if got := w.outcome(); got != "approved" || w.server.State(asked) != "approved" {
		t.Fatalf("outcome %s", got)
	}
	p := clienttest.Opened(t, w.server.Packages(asked))
	if i := slices.Index(policy.Methods(), policy.PINCode); p.AuthMethods[i].Passed == nil || !*p.AuthMethods[i].Passed {
		t.Errorf("sealed was %+v", p.AuthMethods)
	}
	w.press("tab-device")
	w.fill("old-pin", "2580")
	w.press("remove-pin")
	w.see("set-pin")
}

func TestTooManyWrongPINsAreAFailure(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link()
	w.setPIN("2580")
	asked := w.server.Ask("Pay?", demanding(policy.Policy{Methods: new(1)}), w.sealed)
	w.press("request")
	w.approve()
	for _, wait := range []string{"2 more tries", "One more try"} {
		w.fill("pin", "1111")
		w.press("confirm-pin")
		w.await(`document.querySelector('[data-testid="error"]:not([hidden])')?.textContent.includes("` + wait + `")`)
	}
	w.fill("pin", "1111")
	w.press("confirm-pin")
	if got := w.outcome(); got != "failed" || w.server.State(asked) != "denied" {
		t.Fatalf("outcome %s", got)
	}
	if p := clienttest.Opened(t, w.server.Packages(asked)); p.Type != answerpackage.Failed || p.Reason != answerpackage.Authentication {
		t.Errorf("sealed was %s %s", p.Type, p.Reason)
	}
	w.press("tab-history")
	w.press("history-item")
	if got := w.text("failure"); !strings.Contains(got, "not convinced that it was you") {
		t.Errorf("shown is %q", got)
	}
}

func TestAPlaceIsComparedInTheBrowser(t *testing.T) {
	t.Parallel()
	place := policy.Policy{Places: [][]policy.Fence{{{Kind: policy.Circle, Name: "HQ", Latitude: 52.52, Longitude: 13.405, Radius: 500}}}}
	cases := []struct {
		name                string
		latitude, longitude float64
		setting             permission.PermissionSetting
		outcome             string
		reason              answerpackage.Reason
	}{
		{"inside", 52.521, 13.406, permission.PermissionSettingGranted, "approved", answerpackage.Approved},
		{"outside", 36.1, -115.1, permission.PermissionSettingGranted, "failed", answerpackage.Policy},
		{"not allowed", 52.521, 13.406, permission.PermissionSettingDenied, "failed", answerpackage.Permission},
	}
	w := newWorld(t)
	w.link()
	for _, c := range cases {
		w.stand(c.latitude, c.longitude, c.setting)
		asked := w.server.Ask("Pay?", demanding(place), w.sealed)
		w.press("request")
		w.see("uses-location")
		w.approve()
		if got := w.outcome(); got != c.outcome {
			t.Errorf("%s: outcome %s", c.name, got)
		}
		if p := clienttest.Opened(t, w.server.Packages(asked)); p.Reason != c.reason {
			t.Errorf("%s: sealed was %s %s", c.name, p.Type, p.Reason)
		}
		w.press("tab-requests")
		w.see("no-requests")
	}
}

func TestWhatABrowserCannotMeetIsSaidBeforeAndTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link()
	asked := w.server.Ask("Pay?", demanding(policy.Policy{Methods: new(3), DenyRooted: true}))
	w.press("request")
	w.see("cannot-meet")
	w.approve()
	if got := w.outcome(); got != "failed" || w.server.State(asked) != "denied" {
		t.Errorf("outcome %s", got)
	}
	if got := w.text("failure"); !strings.Contains(got, "more ways to confirm") {
		t.Errorf("shown is %q", got)
	}
}

func TestThePersonLogsOutFromTheBrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link()
	w.press("tab-device")
	w.see("no-sessions")
	w.server.Login("Shop <b>")
	w.press("tab-requests")
	w.press("tab-device")
	if got := w.text("session"); !strings.Contains(got, "Shop <b>since") {
		t.Errorf("shown is %q", got)
	}
	w.press("logout")
	w.see("no-sessions")
	if left := w.server.Sessions(); len(left) != 0 {
		t.Errorf("left are %q", left)
	}
}
