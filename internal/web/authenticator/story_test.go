package authenticator_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/twinseal/twinseal/client/clienttest"
	"github.com/twinseal/twinseal/receipt"
)

func TestALinkedBrowserApprovesWhatItShows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link()
	hidden := strings.Repeat("A", 43)
	asked := w.server.Ask("Transfer Money to c@d.co", func(q *receipt.Question) {
		q.Details = []receipt.Detail{{Label: "From", Value: "jo@example.com"}, {Label: "To", Value: "c@d.co"}}
		q.Amount = &receipt.Amount{Value: "50.00", Currency: "USD"}
		q.HiddenDetailsHash = hidden
	})
	w.press("request")
	if got := w.text("details"); got != "Fromjo@example.comToc@d.co" {
		t.Errorf("details = %q", got)
	}
	if got := w.text("request-detail"); !strings.Contains(got, "Acme Bank") || !strings.Contains(got, "50.00 USD") || strings.Contains(got, hidden) {
		t.Errorf("shown: %s", got)
	}
	w.approve()
	if got := w.outcome(); got != "approved" || w.server.State(asked) != "approved" {
		t.Errorf("outcome %s, state %s", got, w.server.State(asked))
	}
	w.see("receipt-checked")
	w.press("done")
	w.see("no-requests")
	w.press("tab-history")
	w.press("history-item")
	w.see("receipt")
}

func TestHoldingTheButtonApproves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link()
	asked := w.server.Ask("Log in?")
	w.press("request")
	w.see("approve")
	box, err := chromedp.Run(w.ctx, chromedp.Dimensions(id("approve")))
	if err != nil {
		t.Fatal(err)
	}
	x, y := (box.Content[0]+box.Content[4])/2, (box.Content[1]+box.Content[5])/2
	left := chromedp.ButtonType(input.MouseButtonLeft)
	w.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, x, y, left, chromedp.ClickCount(1)))
	if got := w.outcome(); got != "approved" {
		t.Errorf("outcome %s", got)
	}
	if w.server.State(asked) != "approved" {
		t.Errorf("state %s", w.server.State(asked))
	}
}

func TestTheKeyboardApproves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link()
	w.server.Ask("Log in?")
	w.press("request")
	w.see("approve")
	w.do(
		chromedp.Focus(id("approve")),
		chromedp.KeyEvent(kb.Enter),
		chromedp.WaitVisible(chromedp.CSS(`[data-testid="approve"][data-state="armed"]`)),
		chromedp.KeyEvent(kb.Enter),
	)
	if got := w.outcome(); got != "approved" {
		t.Errorf("outcome %s", got)
	}
}

func TestOnePressApprovesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link()
	asked := w.server.Ask("Log in?")
	w.press("request")
	w.press("approve")
	w.do(chromedp.WaitVisible(chromedp.CSS(`[data-testid="approve"][data-state="armed"]`)))
	if got := w.text("approve"); got != "Press again to approve" || w.server.State(asked) != "pending" {
		t.Errorf("%q, state %s", got, w.server.State(asked))
	}
}

func TestADenialSaysWhyAndWarns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link()
	asked := w.server.Ask("Log in?")
	w.press("request")
	w.press("deny")
	w.press("reason-not-me")
	w.press("confirm-deny")
	if got := w.outcome(); got != "denied" || w.server.State(asked) != "denied" {
		t.Errorf("outcome %s, state %s", got, w.server.State(asked))
	}
	w.press("tab-history")
	w.press("history-item")
	w.see("receipt")
	if got := w.text("past-request"); !strings.Contains(got, "not started by me") || !strings.Contains(got, "as fraud") {
		t.Errorf("shown: %s", got)
	}
}

func TestOwnWordsReachTheApplication(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link()
	w.server.Ask("Log in?")
	w.press("request")
	w.press("deny")
	w.press("cancel-deny")
	w.press("deny")
	w.fill("reason-text", "wrong <account>")
	w.press("confirm-deny")
	w.see("outcome")
	w.press("tab-history")
	w.press("history-item")
	if got := w.text("past-request"); !strings.Contains(got, "wrong <account>") || strings.Contains(got, "as fraud") {
		t.Errorf("shown: %s", got)
	}
}

func TestRequestsThatAreOverLeaveTheScreen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link()
	withdrawn := w.server.Ask("Withdrawn?")
	w.press("request")
	w.see("approve")
	w.server.Cancel(withdrawn)
	w.see("past-request")
	w.server.Ask("Expired?")
	w.press("tab-requests")
	w.press("request")
	w.see("approve")
	w.server.Advance(11 * time.Minute)
	w.see("past-request")
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
	if got := w.text("request"); !strings.Contains(got, "After the break?") {
		t.Errorf("shown: %s", got)
	}
}

func TestWhereStreamsAreHeldBackItPolls(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("/authenticator")
	var seen []string
	w.evaluate(&seen, `
		const { follow } = await load("live");
		const seen = [];
		const stop = new AbortController();
		const api = {
			stream: async (signal) => { seen.push("stream"); return new Response(new ReadableStream({ start() {} })); },
			pending: async ({ wait }) => {
				seen.push(wait ? "wait" : "look");
				if (wait) stop.abort();
				return { challenges: [], cursor: "c" };
			},
		};
		await follow(api, { onList: () => seen.push("list"), onState: (state) => seen.push(state), signal: stop.signal, firstEvent: 10, shortest: 1 });
		return seen;`)
	if got := strings.Join(seen, " "); got != "stream offline look list polling wait" {
		t.Errorf("saw %s", got)
	}
}

func TestLinkingByPhoneAsksWhichServiceIsMeant(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.server.ShareNumber()
	w.open("/authenticator")
	w.press("link-by-phone")
	w.fill("phone", "415 555 0100")
	w.press("send-code")
	if got := w.text("error"); !strings.Contains(got, "country code") {
		t.Errorf("error = %s", got)
	}
	w.fill("phone", "+1 (415) 555-0100")
	w.press("send-code")
	w.fill("sent-code", "000000")
	w.press("confirm-code")
	if got := w.text("error"); !strings.Contains(got, "Ask for a new one") {
		t.Errorf("error = %s", got)
	}
	w.fill("sent-code", w.server.SentTo(clienttest.KnownPhone))
	w.press("confirm-code")
	w.see("directories")
	w.press("choose-directory")
	w.see("no-requests")
	if w.server.Devices() != 1 {
		t.Errorf("%d devices", w.server.Devices())
	}
}

func TestALinkStaysWithTheBrowserUntilItIsEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link()
	w.do(chromedp.Reload())
	w.see("no-requests")
	if got, err := chromedp.Run(w.ctx, chromedp.Location()); err != nil || strings.Contains(got, "code=") {
		t.Errorf("the address still holds the code: %s, %v", got, err)
	}
	w.press("tab-codes")
	if got := w.text("totp"); len(got) != 6 {
		t.Errorf("code %q", got)
	}
	w.press("tab-device")
	if got := w.text("account"); !strings.Contains(got, "Acme") {
		t.Errorf("account: %s", got)
	}
	w.press("unlink")
	w.press("keep")
	w.press("unlink")
	w.press("confirm-unlink")
	w.see("link-view")
	if w.server.Devices() != 0 {
		t.Errorf("%d devices", w.server.Devices())
	}
	w.do(chromedp.Reload())
	w.see("link-view")
}

func TestWhatOthersWroteIsShownAsText(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link()
	w.server.Ask("Pay <img src=x onerror=alert(1)> \u202e0001$\u202c now\u200b", func(q *receipt.Question) {
		q.Application.Name = "<script>alert(1)</script>"
		q.Details = []receipt.Detail{{Label: strings.Repeat("long", 50), Value: strings.Repeat("長", 200)}}
	})
	w.press("request")
	if got := w.text("message"); got != "Pay <img src=x onerror=alert(1)> \ufffd0001$\ufffd now\ufffd" {
		t.Errorf("message %q", got)
	}
	wide, err := chromedp.Run(w.ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`))
	if err != nil || wide > 0 {
		t.Errorf("the page is %d pixels too wide, %v", wide, err)
	}
}

func TestThePageIsFilesUnderAStrictPolicy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	resp, err := http.Get(w.home + "/authenticator")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	policy := resp.Header.Get("Content-Security-Policy")
	if resp.StatusCode != http.StatusOK || !strings.Contains(policy, "script-src 'self';") || strings.Contains(policy, "unsafe") {
		t.Errorf("%d %s", resp.StatusCode, policy)
	}
}
