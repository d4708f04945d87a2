package authenticator_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

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

// What needs a server that fails on purpose, or answers opened, is told here; everything else in e2e/authenticator.

func TestRequestsThatAreOverLeaveTheScreen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link()
	withdrawn := w.server.Ask("Withdrawn?")
	w.press("request")
	w.see("approve")
	w.server.Cancel(withdrawn)
	w.lose("approve")
	w.server.Ask("Expired?")
	w.press("tab-requests")
	w.press("request")
	w.see("approve")
	w.server.Advance(11 * time.Minute)
	w.lose("approve")
}

func TestALostAnswerIsSentAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link()
	asked := w.server.Ask("Log in?")
	w.press("request")
	w.see("approve")
	w.server.DropAnswers(1)
	w.approve()
	if got := w.outcome(); got != "approved" && got != "answered" {
		t.Errorf("outcome %s", got)
	}
	if w.server.State(asked) != "approved" {
		t.Errorf("state %s", w.server.State(asked))
	}
}

func TestABrokenStreamIsOpenedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link()
	w.server.EndStreams()
	w.server.Ask("After the break?")
	w.says("request", "After the break?")
}

func TestLinkingByPhoneAsksWhichServiceIsMeant(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.server.ShareNumber()
	w.open("/authenticator")
	w.press("link-by-phone")
	w.fill("phone", "415 555 0100")
	w.press("send-code")
	w.says("error", "country code")
	w.fill("phone", "+1 (415) 555-0100")
	w.press("send-code")
	w.see("sent-code")
	w.fill("sent-code", w.server.SentTo(clienttest.KnownPhone))
	w.press("confirm-code")
	w.see("directories")
	w.press("choose-directory")
	w.see("no-requests")
	if w.server.Devices() != 1 {
		t.Errorf("%d devices", w.server.Devices())
	}
}

func TestMarkupInARequestStaysText(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link()
	w.server.Ask("Pay <img src=x onerror=alert(1)> \u202e0001$\u202c now\u200b", func(q *receipt.Question) {
		q.Title = "Wire <b>transfer</b>"
		q.Application.Name = "<script>alert(1)</script>"
		q.Details = []receipt.Detail{{Label: strings.Repeat("long", 50), Value: strings.Repeat("長", 200)}}
	})
	w.press("request")
	if got := w.text("message"); strings.ContainsAny(got, "\u202e\u202c\u200b") || !strings.Contains(got, "Pay <img src=x onerror=alert(1)> ") {
		t.Errorf("message %q", got)
	}
	if got := w.text("title"); got != "Wire <b>transfer</b>" {
		t.Errorf("title %q", got)
	}
	if got := w.evaluate(`String(document.documentElement.scrollWidth - document.documentElement.clientWidth)`); got != "0" {
		t.Errorf("the page is %s pixels too wide", got)
	}
}

// sealed has the answer sealed for the application.
func (w *world) sealed(q *receipt.Question) { q.Recipient = clienttest.Recipient(w.T) }

func demanding(p policy.Policy) func(*receipt.Question) {
	return func(q *receipt.Question) { q.Policy = &p }
}

func TestAnswersAreSealedForTheApplicationAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link()
	var last []string
	for range 2 {
		asked := w.server.Ask("Pay?", w.sealed)
		w.press("request")
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
	w.see("failure")
}

// TestTheOnlyAccountOfTheFirstVersionIsTakenOver with its key, which cannot be made again.
func TestTheOnlyAccountOfTheFirstVersionIsTakenOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link()
	w.open("/authenticator/icons/192.png") // a page of the origin that keeps nothing open
	w.evaluate(`(async () => {
		const ended = (r) => new Promise((ok, no) => { r.onsuccess = () => ok(r.result); r.onerror = () => no(r.error); });
		const name = "twinseal-authenticator";
		let db = await ended(indexedDB.open(name));
		const [kept] = await ended(db.transaction("accounts").objectStore("accounts").getAll());
		db.close();
		await ended(indexedDB.deleteDatabase(name));
		const open = indexedDB.open(name, 1);
		open.onupgradeneeded = () => open.result.createObjectStore("device");
		db = await ended(open);
		const { key, linked, offset } = kept;
		const seed = { secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", algorithm: "SHA1", digits: 6, period: 30, issuer: "Acme", label: "ann" };
		await ended(db.transaction("device", "readwrite").objectStore("device").put({ key, linked, offset, totp: seed }, "account"));
		db.close();
		return "";
	})()`)
	w.open("/authenticator")
	w.see("no-requests")
	asked := w.server.Ask("Still you?")
	w.press("request")
	w.approve()
	if got := w.outcome(); got != "approved" || w.server.State(asked) != "approved" {
		t.Errorf("outcome %s", got)
	}
	w.press("tab-codes")
	w.see("totp")
}
