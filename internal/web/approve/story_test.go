package approve_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/twinseal/twinseal/client/clienttest"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

func TestAPasskeyInABrowserApprovesWhatThePageShows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann := w.person("5555550200")
	asked, err := ann.AskWith(func(in *mfa.AskApproval) {
		in.Title, in.Message, in.Amount = "Payment", "Pay 12.50 EUR to Bob?", &mfa.Amount{Value: "12.50", Currency: "EUR"}
		in.Details = []mfa.Detail{{Label: "From", Value: "ann@example.com"}, {Label: "To", Value: "Bob & Söhne"}}
		in.Life = 10 * time.Minute
	})
	w.check(err)
	w.open("/approve/" + string(asked.ID))
	if got := w.text("details"); got != "Fromann@example.comToBob & Söhne" {
		t.Errorf("details = %q", got)
	}
	if got := w.text("request-detail"); !strings.Contains(got, "Pay 12.50 EUR to Bob?") || !strings.Contains(got, "12.50 EUR") || !strings.Contains(got, "Acme") {
		t.Errorf("shown: %s", got)
	}
	w.picture("question")
	w.press("approve")
	if got := w.outcome(); got != "approved" {
		t.Fatalf("outcome %s", got)
	}
	w.picture("approved")
	if now := w.state(asked.ID); now.State != mfa.ChallengeApproved {
		t.Errorf("it stands as %+v", now)
	}
	kept, err := w.Service.ReceiptFor(t.Context(), w.Caller, asked.ID)
	w.check(err)
	proved, err := receipt.Verify(kept.Document, receipt.Options{})
	if err != nil || proved.Passkey == nil || proved.Passkey.Origin != w.home || !proved.Passkey.Verified {
		t.Errorf("the receipt proves %+v, %v", proved, err)
	}
	w.do(chromedp.Reload())
	if got := w.outcome(); got != "approved" {
		t.Errorf("later it is %s", got)
	}
}

func TestADenialSaysWhyAndIsSigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann := w.person("5555550201")
	asked := ann.Ask("Log in?")
	w.open("/approve/" + string(asked.ID))
	w.press("deny")
	w.picture("deny")
	w.press("cancel-deny")
	w.press("deny")
	w.press("reason-not-me")
	w.press("confirm-deny")
	if got := w.outcome(); got != "denied" {
		t.Fatalf("outcome %s", got)
	}
	if now := w.state(asked.ID); now.State != mfa.ChallengeDenied || !now.Fraud || now.Reason != "not started by me" {
		t.Errorf("it stands as %+v", now)
	}
}

func TestTheKeyboardIsEnough(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann := w.person("5555550202")
	asked := ann.Ask("Log in?")
	w.open("/approve/" + string(asked.ID))
	w.see("approve")
	w.do(chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Tab))
	focused, err := chromedp.Run(w.ctx, chromedp.Evaluate[string](`document.activeElement.dataset.testid ?? document.activeElement.outerHTML`))
	if w.check(err); focused != "approve" {
		t.Fatalf("after the skip link and the denial comes %s", focused)
	}
	w.do(chromedp.KeyEvent(kb.Enter))
	if got := w.outcome(); got != "approved" || w.state(asked.ID).State != mfa.ChallengeApproved {
		t.Errorf("outcome %s", got)
	}
	title, err := chromedp.Run(w.ctx, chromedp.Evaluate[string](`document.activeElement.tagName`))
	if w.check(err); title != "H1" {
		t.Errorf("the outcome's title has no focus, but %s", title)
	}
}

func TestAnAuthenticatorThatDoesNotKnowItsOwnerApprovesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann := w.person("5555550203")
	asked := ann.Ask("Log in?")
	w.open("/approve/" + string(asked.ID))
	w.recognized(false)
	w.press("approve")
	if got := w.text("error"); !strings.Contains(got, "was not used") {
		t.Errorf("the page says %q", got)
	}
	w.picture("not-used")
	if now := w.state(asked.ID); now.State != mfa.ChallengePending {
		t.Errorf("it stands as %+v", now)
	}
	w.recognized(true)
	w.press("approve")
	if got := w.outcome(); got != "approved" {
		t.Errorf("outcome %s", got)
	}
}

func TestAPolicyIsJudgedAndItsPackagesAreSealedInTheBrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann := w.person("5555550204")
	to := clienttest.Recipient(t)
	key, err := json.Marshal(to.Key)
	w.check(err)
	ask := func(p policy.Policy) mfa.Challenge {
		asked, err := ann.AskWith(func(in *mfa.AskApproval) {
			in.Title, in.Message, in.Policy = "Payroll", "Release it?", &p
			in.Reasons = []mfa.DenialReason{{ID: "a", Text: "Too early"}, {ID: "b", Text: "Not me", Fraud: true}}
			in.Recipient = &mfa.Recipient{Format: to.Format, KeyID: to.KeyID, Key: key}
		})
		w.check(err)
		return asked
	}
	var device string
	for _, c := range []struct {
		policy  policy.Policy
		answer  []string
		outcome string
		state   mfa.ChallengeState
		failure policy.Failure
	}{
		{policy.Policy{Methods: new(1), DenyRooted: true, DenySynced: true}, []string{"approve"}, "approved", mfa.ChallengeApproved, ""},
		{policy.Policy{Methods: new(1)}, []string{"deny", "offered-b", "confirm-deny"}, "denied", mfa.ChallengeDenied, ""},
		{policy.Policy{Factors: []policy.Factor{policy.Inherence}}, []string{"approve"}, "failed", mfa.ChallengeDenied, policy.FailedConfiguration},
	} {
		asked := ask(c.policy)
		w.open("/approve/" + string(asked.ID))
		w.see("demands")
		for _, name := range c.answer {
			if name == "approve" && c.failure != "" {
				w.see("cannot-meet")
				w.picture("cannot-meet")
			}
			w.press(name)
		}
		if got := w.outcome(); got != c.outcome {
			t.Fatalf("outcome %s, want %s", got, c.outcome)
		}
		now := w.state(asked.ID)
		if now.State != c.state || now.Failure != c.failure {
			t.Errorf("it stands as %+v", now)
		}
		p := clienttest.Opened(t, now.Packages)
		if p.Authorized() != (c.state == mfa.ChallengeApproved) || p.AuthRequest != string(asked.ID) || len(p.ServicePins) == 0 {
			t.Errorf("sealed was %+v", p)
		}
		if device != "" && p.DeviceID != device {
			t.Errorf("the browser is called %s, before %s", p.DeviceID, device)
		}
		device = p.DeviceID
	}
}

func TestRequestsThatCannotBeAnsweredSayWhy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann := w.person("5555550205")
	w.open("/approve/0199c0de-0000-7000-8000-000000000001")
	if got := w.outcome(); got != "unknown" {
		t.Errorf("an unknown one is %s", got)
	}
	w.picture("unknown")

	short, err := ann.AskWith(func(in *mfa.AskApproval) { in.Life = time.Minute })
	w.check(err)
	w.open("/approve/" + string(short.ID))
	w.see("approve")
	w.Clock.Advance(time.Minute)
	w.press("approve")
	if got := w.outcome(); got != "expired" {
		t.Errorf("one that ran out is %s", got)
	}
	w.picture("expired")

	withdrawn := ann.Ask("Log in?")
	w.open("/approve/" + string(withdrawn.ID))
	w.see("approve")
	w.check(w.Service.CancelApproval(t.Context(), w.Caller, withdrawn.ID))
	w.press("approve")
	if got := w.outcome(); got != "cancelled" {
		t.Errorf("one that was withdrawn is %s", got)
	}

	bob := w.Register("5555550206")
	bob.Link()
	w.open("/approve/" + string(bob.Ask("Log in?").ID))
	w.press("approve")
	if got := w.text("error"); !strings.Contains(got, "no passkey") {
		t.Errorf("without a passkey the page says %q", got)
	}
	w.picture("no-passkey")
}

func TestWhatOthersWroteIsShownAsText(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann := w.person("5555550207")
	asked, err := ann.AskWith(func(in *mfa.AskApproval) {
		in.Title, in.Message = "<script>alert(1)</script>", "Pay <img src=x onerror=alert(1)> now "+strings.Repeat("unbreakable", 15)
		in.Details = []mfa.Detail{{Label: strings.Repeat("long", 50), Value: strings.Repeat("長", 200)}}
		for range 12 {
			in.Details = append(in.Details, mfa.Detail{Label: "Line", Value: "of many"})
		}
		in.Policy = &policy.Policy{Places: [][]policy.Fence{{{Kind: policy.Circle, Name: "Café <HQ>", Latitude: 36.1, Longitude: -115.1, Radius: 200}}}}
	})
	w.check(err)
	w.open("/approve/" + string(asked.ID))
	if got := w.text("message"); !strings.HasPrefix(got, "Pay <img src=x onerror=alert(1)> now ") {
		t.Errorf("message %q", got)
	}
	w.picture("long")
}

func TestAPageOfAnotherOriginUsesTheModule(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann := w.person("5555550208")
	shop := w.serve(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = rw.Write([]byte("<!doctype html><title>Shop</title><h1>Shop</h1>"))
	}))
	asked := ann.Ask("Log in?")
	w.do(chromedp.Navigate(shop))
	var code string
	try := `try {
		const asked = await module.question(given[0]);
		await module.answer(asked, { approve: true });
		return "";
	} catch (error) { return error.code ?? error.name; }`
	w.evaluate(&code, try, asked.ID)
	if code != "TypeError" || w.state(asked.ID).State != mfa.ChallengePending {
		t.Errorf("a page of nobody gets %q", code)
	}
	w.party(shop)
	w.evaluate(&code, try, asked.ID)
	if code != "" || w.state(asked.ID).State != mfa.ChallengeApproved {
		t.Errorf("the shop's page gets %q, %+v", code, w.state(asked.ID))
	}
}

func TestWhatIsNotWhatWasShownIsNotSigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann := w.person("5555550209")
	asked := ann.Ask("Log in?")
	var code string
	w.evaluate(&code, `
		const asked = await module.question(given[0]);
		asked.question.message = "Nothing of importance";
		try { await module.answer(asked, { approve: true }); return ""; } catch (error) { return error.code; }`, asked.ID)
	if code != "statement_mismatch" || w.state(asked.ID).State != mfa.ChallengePending {
		t.Errorf("an altered question gets %q", code)
	}
	w.evaluate(&code, `
		const asked = await module.question(given[0]);
		asked.question.surprise = "shown nowhere";
		try { await module.answer(asked, { approve: true }); return ""; } catch (error) { return error.code; }`, asked.ID)
	if code != "unsignable" {
		t.Errorf("a member that nobody shows gets %q", code)
	}
}

func TestThePageIsFilesUnderAStrictPolicy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	get := func(path string) *http.Response {
		resp, err := http.Get(w.home + path) //nolint:noctx // of a test's own server
		w.check(err)
		w.check(resp.Body.Close())
		return resp
	}
	page := get("/approve/x")
	csp := page.Header.Get("Content-Security-Policy")
	if page.StatusCode != http.StatusOK || !strings.Contains(csp, "script-src 'self';") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("%d %s", page.StatusCode, csp)
	}
	if page.Header.Get("Access-Control-Allow-Origin") != "" || !strings.Contains(page.Header.Get("Permissions-Policy"), "publickey-credentials-get=(self)") {
		t.Errorf("the page is shared: %v", page.Header)
	}
	module := get("/approve/approve.js")
	if module.Header.Get("Access-Control-Allow-Origin") != "*" || module.Header.Get("Cross-Origin-Resource-Policy") != "cross-origin" || module.Header.Get("Cache-Control") != "no-cache" {
		t.Errorf("the module is not: %v", module.Header)
	}
}

func TestTheNumberIsPickedOrTyped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann := w.person("5555550260")
	ask := func(way mfa.Matching) (mfa.Challenge, string) {
		asked, err := ann.AskWith(func(in *mfa.AskApproval) { in.Message, in.Matching = "Pay 1,000 EUR to Bob?", way })
		w.check(err)
		w.open("/approve/" + string(asked.ID))
		w.press("approve")
		return asked, string(asked.Number.Reveal())
	}
	asked, number := ask(mfa.MatchingPick)
	w.see("number-" + number)
	w.picture("number")
	w.press("cancel-number")
	w.press("approve")
	w.press("number-" + number)
	if got := w.outcome(); got != "approved" || w.state(asked.ID).State != mfa.ChallengeApproved {
		t.Fatalf("outcome %s", got)
	}
	asked, number = ask(mfa.MatchingType)
	wrong := "10"
	if wrong == number {
		wrong = "11"
	}
	w.do(chromedp.WaitVisible(chromedp.CSS("#number")), chromedp.SendKeys(chromedp.CSS("#number"), wrong))
	w.picture("number-typed")
	w.press("confirm-number")
	if got := w.outcome(); got != "mismatched" || w.state(asked.ID).State != mfa.ChallengeDenied {
		t.Fatalf("outcome %s", got)
	}
	w.picture("mismatched")
}
