package authenticator

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/twinseal/twinseal/client/launchkey"
	"github.com/twinseal/twinseal/e2e/harness"
)

func holdingApproves(s *story) {
	ann := s.newCustomer(s.bank)
	p := ann.linkedPhone()
	asked := ann.asked("Transfer money to bob@example.com", "details[From]", ann.Email, "details[Account]", "98765", "hidden_details[ip]", "192.0.2.77")
	p.says("badge", "1")
	p.press("request")
	shown := p.text("request-detail")
	rest := shown
	for _, part := range []string{"Linden Bank", "Transfer money to bob@example.com", "From", ann.Email, "Account", "98765"} { // in this order
		_, after, found := strings.Cut(rest, part)
		if rest = after; !found {
			s.t.Errorf("the phone does not show %q where it should: %s", part, shown)
		}
	}
	if strings.Contains(shown, "192.0.2.77") {
		s.t.Errorf("the phone shows what is hidden: %s", shown)
	}
	p.activate(named("approve")) // one press decides nothing
	p.attribute("approve", "data-state", "armed")
	if got := asked.state(); got != "pending" {
		s.t.Errorf("one press made it %s", got)
	}
	p.hold()
	p.outcome("approved")
	p.see("receipt-checked")
	asked.stands("approved")
	p.press("done")
	p.see("no-requests")
	p.press("tab-history")
	p.press("history-item")
	p.see("receipt")
}

// approvingIsOutOfReach until all of a request was seen.
func approvingIsOutOfReach(s *story) {
	ann := s.newCustomer(s.bank)
	p := ann.linkedPhone()
	var lines []string
	for i := range 20 {
		lines = append(lines, fmt.Sprintf("details[Item %d]", i+1), fmt.Sprintf("%d.00 €", i))
	}
	ann.asked("Pay all of this?", lines...)
	p.press("request")
	p.see("read-on")
	if p.Evaluate(`document.querySelector('[data-testid="approve"]') ? "there" : ""`) != "" {
		s.t.Error("what was not seen can be approved")
	}
	harness.Until(s.t, "the end of the request", func() (bool, bool) {
		return true, p.Evaluate(`(document.querySelector('[data-testid="read-on"]')?.click(), document.querySelector('[data-testid="approve"]') ? "there" : "")`) != ""
	})
	p.hold()
	p.outcome("approved")
}

func keysApprove(s *story) {
	ann := s.newCustomer(s.bank)
	p := ann.linkedPhone()
	asked := ann.asked("Log in?")
	p.press("request")
	p.see("approve")
	button := chromedp.CSS(named("approve"))
	p.Do(chromedp.Focus(button), chromedp.KeyEvent(kb.Enter))
	p.attribute("approve", "data-state", "armed")
	p.Do(chromedp.KeyEvent(kb.Enter))
	p.outcome("approved")
	asked.stands("approved")
}

func denyingSaysWhy(s *story) {
	ann := s.newCustomer(s.bank)
	p := ann.linkedPhone()
	asked := ann.asked("Log in from Reykjavik?")
	p.press("request")
	p.press("deny")
	p.press("cancel-deny")
	p.press("deny")
	p.press("reason-not-me")
	p.press("confirm-deny")
	p.outcome("denied")
	asked.stands("denied")
	p.press("tab-history")
	p.press("history-item")
	p.says("past-request", "fraud")
}

// denyingChooses: the application's own reasons, of which one means fraud.
func denyingChooses(s *story) {
	bob := s.newShopper()
	p := bob.linkedPhone()
	asked := bob.ask(launchkey.NewAuthorization{Title: "Order 1204", Context: "Send 20 apple trees to Tromsø?", DenialReasons: []launchkey.DenialReason{
		{ID: "late", Reason: "It is too late for trees"}, {ID: "who", Reason: "I ordered <nothing>", Fraud: true},
	}})
	p.press("request")
	p.says("title", "Order 1204")
	p.press("deny")
	p.says("offered-reasons", "I ordered <nothing>")
	p.press("confirm-deny") // nothing is chosen: the form stays
	p.press("offered-who")
	p.press("confirm-deny")
	p.outcome("denied")
	if got := bob.answer(asked); got.Authorized || !got.Fraud || got.DenialReason != "who" {
		s.t.Errorf("the shop hears %+v", got)
	}
}

func theRightNumberApproves(s *story) {
	ann := s.newCustomer(s.bank)
	p := ann.linkedPhone()
	asked := ann.asked("Transfer 4,000 €?", "number_matching", "pick")
	if asked.number == "" {
		s.t.Fatal("the bank has no number to show")
	}
	p.press("request")
	p.see("number-match")
	if got := p.offeredNumbers(); !slices.Contains(got, asked.number) {
		s.t.Errorf("the phone offers %s, the bank shows %s", got, asked.number)
	}
	p.press("number-" + asked.number)
	p.hold()
	p.outcome("approved")
	asked.stands("approved")
}

// offeredNumbers are those of which one is to be picked.
func (p *phone) offeredNumbers() []string {
	p.s.t.Helper()
	return strings.Split(p.Evaluate(`[...document.querySelectorAll('[data-testid="number-match"] [data-testid^="number-"]')].map((it) => it.value).join()`), ",")
}

// otherThanRight is a number that is offered and is not the one that the application shows.
func (r *request) otherThanRight(p *phone) string {
	p.s.t.Helper()
	offered := p.offeredNumbers()
	return offered[slices.IndexFunc(offered, func(one string) bool { return one != r.number })]
}

func theWrongNumberEndsIt(s *story) {
	ann := s.newCustomer(s.bank)
	p := ann.linkedPhone()
	asked := ann.asked("Transfer 4,000 €?", "number_matching", "pick")
	p.press("request")
	p.see("number-match")
	p.press("number-" + asked.otherThanRight(p))
	p.hold()
	p.outcome("mismatched")
	asked.stands("denied")
}

func theTypedNumberApproves(s *story) {
	ann := s.newCustomer(s.bank)
	p := ann.linkedPhone()
	asked := ann.asked("Close the account?", "number_matching", "type")
	p.press("request")
	p.fill("number", asked.number)
	p.hold()
	p.outcome("approved")
	asked.stands("approved")
}

// aDenialIsFollowedByNumbers until somebody gives the right one.
func aDenialIsFollowedByNumbers(s *story) {
	ann := s.newCustomer(s.bank)
	p := ann.linkedPhone()
	first := ann.asked("Log in?", "number_matching", "after_denial")
	if first.number != "" {
		s.t.Errorf("before any denial there is the number %s", first.number)
	}
	p.press("request")
	p.press("deny")
	p.press("confirm-deny")
	p.outcome("denied")
	first.stands("denied")
	p.press("done")
	second := ann.asked("Log in again?", "number_matching", "after_denial")
	if second.number == "" {
		s.t.Fatal("after a denial there is no number")
	}
	p.press("request")
	p.press("number-" + second.number)
	p.hold()
	p.outcome("approved")
	if third := ann.asked("And again?", "number_matching", "after_denial"); third.number != "" {
		s.t.Errorf("after the right number there is the number %s", third.number)
	}
}

// theFirstAnswerWins: the other device hears of it.
func theFirstAnswerWins(s *story) {
	ann := s.newCustomer(s.bank)
	one, other := ann.linkedPhone(), ann.linkedPhone()
	asked := ann.asked("Log in?")
	one.press("request")
	other.press("request")
	other.see("approve")
	one.hold()
	one.outcome("approved")
	other.lose("approve")
	other.lose("badge")
	asked.stands("approved")
	other.press("tab-requests")
	other.see("no-requests")
	other.press("tab-history")
	other.press("history-item")
	other.attribute("past-request", "data-state", "approved")
}

func expiringWhileLooking(s *story) {
	ann := s.newCustomer(s.bank)
	p := ann.linkedPhone()
	asked := ann.asked("Log in?", "seconds_to_expire", "600")
	p.press("request")
	p.see("approve")
	s.Advance(s.t, time.Hour)
	p.lose("approve")
	asked.stands("expired")
	p.press("tab-history")
	p.press("history-item")
	p.attribute("past-request", "data-state", "expired")
}
