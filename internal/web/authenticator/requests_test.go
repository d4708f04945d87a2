package authenticator_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/receipt"
)

// long is a question that no screen shows at once.
func long(q *receipt.Question) {
	for i := range 60 {
		q.Details = append(q.Details, receipt.Detail{Label: fmt.Sprintf("Line %d", i+1), Value: "as above"})
	}
}

func TestApproveIsOutOfReachUntilTheEndWasSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link()
	asked := w.server.Ask("Sign all of it?", long)
	w.press("request")
	w.see("read-on")
	if got := w.evaluate(`document.querySelector('[data-testid="approve"]') ? "there" : "out of reach"`); got != "out of reach" {
		t.Errorf("before the end was seen, approve is %s", got)
	}
	w.evaluate(`document.documentElement.style.scrollBehavior = "auto", ""`)
	w.await(`((next) => { next?.click(); return !next && document.querySelector('[data-testid="approve"]:not([disabled])'); })(document.querySelector('[data-testid="read-on"]'))`)
	w.approve()
	if got := w.outcome(); got != "approved" || w.server.State(asked) != "approved" {
		t.Errorf("outcome %s, state %s", got, w.server.State(asked))
	}
}

// A stranger who was denied asks again: where no number keeps them out, the person is warned.
func TestAfterADenialTheNextRequestWarns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link()
	w.server.Ask("Log in?")
	w.press("request")
	w.see("approve")
	if got := w.evaluate(`document.querySelector('[data-testid="after-denial"]')?.textContent ?? ""`); got != "" {
		t.Errorf("before any denial it says %q", got)
	}
	w.press("deny")
	w.press("confirm-deny")
	w.see("outcome")
	w.press("done")
	w.server.Ask("Log in again?")
	w.press("request")
	w.see("after-denial")
	w.await(`document.querySelector('[data-testid="approve"].slow')`)
}

func TestAFloodIsOneMatterThatIsDeniedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link()
	var asked []string
	for range 5 {
		asked = append(asked, w.server.Ask("Log in?"))
	}
	w.says("flood", "asks 5 times")
	if got := w.evaluate(`String(document.querySelectorAll('[data-testid="request"]').length)`); got != "0" {
		t.Errorf("%s of the flood stand apart", got)
	}
	w.await(`document.getElementById("live").textContent.includes("again and again")`)
	w.press("show-flood")
	w.press("request")
	w.see("in-flood")
	w.press("tab-requests")
	w.press("deny-all")
	w.press("deny-all-not-me")
	w.see("no-requests")
	for _, id := range asked {
		if got := w.server.State(id); got != "denied" {
			t.Errorf("%s is %s", id, got)
		}
	}
	w.press("tab-history")
	w.says("history", "reported")
}

// The receipt is checked where it is shown, and what is technical about it is there for whoever looks for it.
func TestTheReceiptShowsWhatItProves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link()
	asked := w.server.Ask("Pay?", func(q *receipt.Question) { q.HiddenDetailsHash = strings.Repeat("A", 43) })
	w.press("request")
	w.approve()
	w.press("see-receipt")
	w.says("receipt-checked", "Signed by the key of")
	facts := w.text("technical-facts")
	for _, part := range []string{asked, strings.Repeat("A", 43), w.server.ServerKey()} {
		if !strings.Contains(facts, part) {
			t.Errorf("the facts lack %s: %s", part, facts)
		}
	}
}
