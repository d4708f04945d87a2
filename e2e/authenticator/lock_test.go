package authenticator

import (
	"strings"

	"github.com/chromedp/chromedp"

	"github.com/twinseal/twinseal/client/launchkey"
)

const rightPIN, wrongPIN = "258013", "111111"

// setPIN gives the app a lock.
func (p *phone) setPIN() {
	p.s.t.Helper()
	p.goTo("#/settings/lock")
	p.fill("new-pin", rightPIN)
	p.fill("new-pin-again", rightPIN)
	p.press("set-pin")
	p.see("pin-is-set")
}

// try types a PIN where one is asked for.
func (p *phone) try(digits string) {
	p.s.t.Helper()
	p.fill("pin", digits)
	p.press("confirm-pin")
}

func (p *phone) reload() { p.s.t.Helper(); p.Do(chromedp.Reload()) }

// aPINLocks: without it nothing is shown, and wrong ones have to wait.
func aPINLocks(s *story) {
	ann := s.newCustomer(s.bank)
	p := ann.linkedPhone()
	p.setPIN()
	ann.asked("Log in from Minsk?")
	p.reload()
	p.see("unlock")
	if said := p.Says(); strings.Contains(said, "Minsk") {
		s.t.Errorf("locked, the app says %s", said)
	}
	p.try(wrongPIN)
	p.see("error")
	p.try(rightPIN)
	p.press("tab-codes")
	p.see("totp")
	p.press("lock-now")
	p.see("unlock")
	p.lose("totp")
	p.tryUntilToldToWait()
}

// tryUntilToldToWait types wrong PINs until none is taken for a while.
func (p *phone) tryUntilToldToWait() {
	p.s.t.Helper()
	const free = 5
	for range free {
		p.Wait("the next try", shows(named("confirm-pin"))+` && !document.querySelector('[data-testid="confirm-pin"][aria-busy=true]')`)
		p.try(wrongPIN)
		p.Wait("the try to be judged", `document.querySelector('[data-testid="pin"]').value === ""`)
	}
	p.see("pin-wait")
}

// aPINMeetsADemand for something that the person knows, and the shop hears how they proved themselves.
func aPINMeetsADemand(s *story) {
	bob := s.newShopper()
	p := bob.linkedPhone()
	asked := bob.ask(launchkey.NewAuthorization{Context: "Log in?", Policy: &launchkey.AuthPolicy{Factors: []launchkey.Factor{launchkey.Knowledge}}})
	p.press("request")
	p.see("needs-pin")
	p.setPIN()
	p.press("tab-requests")
	p.press("request")
	p.see("approve")
	p.Hold(named("approve"), shows(named("ask-lock")))
	p.try(wrongPIN)
	p.see("error")
	p.try(rightPIN)
	p.outcome("approved")
	if got := bob.answer(asked); !got.Authorized || !passed(got, launchkey.MethodPINCode) {
		s.t.Errorf("the shop hears %+v", got)
	}
}

func passed(answer *launchkey.AuthorizationResponse, name launchkey.MethodName) bool {
	for _, m := range answer.Methods {
		if m.Name == name {
			return m.Passed != nil && *m.Passed
		}
	}
	return false
}

// wrongPINsAreAnAnswer: whoever holds the phone could not prove to be the person.
func wrongPINsAreAnAnswer(s *story) {
	bob := s.newShopper()
	p := bob.linkedPhone()
	p.setPIN()
	asked := bob.ask(launchkey.NewAuthorization{Context: "Log in?", Policy: &launchkey.AuthPolicy{Methods: 1}})
	p.press("tab-requests")
	p.press("request")
	p.see("approve")
	p.Hold(named("approve"), shows(named("ask-lock")))
	const atOnce = 3
	for range atOnce {
		p.try(wrongPIN)
		p.Wait("the try to be judged", `(document.querySelector('[data-testid="pin"]')?.value ?? "") === "" && !document.querySelector('[data-testid="confirm-pin"][aria-busy=true]')`)
	}
	p.outcome("failed")
	if got := bob.answer(asked); got.Authorized || got.Reason != launchkey.ReasonAuthentication {
		s.t.Errorf("the shop hears %+v", got)
	}
}

// tenWrongPINsWipe the app and unlink it. The phone's clock is put on between tries.
func tenWrongPINsWipe(s *story) {
	bob := s.newShopper()
	p := s.blankPhone()
	p.Preload(`(() => { const now = Date.now; window.later = 0; Date.now = () => now() + window.later; })()`)
	p.linkBy(bob.link().Code)
	p.setPIN()
	p.press("lock-now")
	const tries = 10
	for range tries {
		p.Evaluate(`(window.later += 4 * 3600 * 1000, "")`)
		p.Wait("the next try", `document.querySelector('[data-testid="confirm-pin"]')?.disabled === false`)
		p.try(wrongPIN)
		p.Wait("the try to be judged", `(document.querySelector('[data-testid="pin"]')?.value ?? "") === ""`)
	}
	p.keepsNothing()
	if left := bob.devices(); len(left) > 0 {
		s.t.Errorf("still linked are %+v", left)
	}
}

// aPasskeyLocks, and counts where something is demanded.
func aPasskeyLocks(s *story) {
	bob := s.newShopper()
	p := bob.linkedPhone()
	p.goTo("#/settings/lock")
	p.press("set-passkey")
	p.see("passkey-is-set")
	asked := bob.ask(launchkey.NewAuthorization{Context: "Log in?", Policy: &launchkey.AuthPolicy{Methods: 1}})
	p.reload()
	p.see("unlock")
	p.press("use-passkey")
	p.lose("unlock")
	p.press("tab-requests")
	p.press("request")
	p.see("approve")
	p.Hold(named("approve"), shows(named("ask-lock")))
	p.press("use-passkey")
	p.outcome("approved")
	if got := bob.answer(asked); !got.Authorized {
		s.t.Errorf("the shop hears %+v", got)
	}
}
