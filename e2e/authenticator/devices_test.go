package authenticator

import (
	"encoding/json"
	"fmt"

	"github.com/twinseal/twinseal/client/launchkey"
	"github.com/twinseal/twinseal/e2e/harness"
)

// devices are what the directory knows of the shopper's.
func (c *shopper) devices() []launchkey.Device {
	c.s.t.Helper()
	found, err := c.dir.LinkedDevices(c.s.t.Context(), c.alias)
	if err != nil {
		c.s.t.Fatal(err)
	}
	return found
}

// keepsNothing holds the app to having forgotten its accounts and their codes.
func (p *phone) keepsNothing() {
	p.s.t.Helper()
	harness.Until(p.s.t, "the accounts to be forgotten", func() (bool, bool) {
		return true, p.Evaluate(stored+`.then(({ accounts }) => String(accounts.length))`) == "0"
	})
	p.goTo("#/")
	p.see("link-view")
	p.goTo("#/codes")
	p.lose("totp")
}

// unlinkingAtTheServerWipes what the phone has of the account.
func unlinkingAtTheServerWipes(s *story) {
	bob := s.newShopper()
	p := bob.linkedPhone()
	for _, device := range bob.devices() {
		if err := bob.dir.UnlinkDevice(s.t.Context(), bob.alias, device.ID); err != nil {
			s.t.Fatal(err)
		}
	}
	p.see("gone")
	p.press("gone-close")
	p.keepsNothing()
}

// unlinkingHere tells the server, and the other device of the person stays.
func unlinkingHere(s *story) {
	ann := s.newCustomer(s.bank)
	one, other := ann.linkedPhone(), ann.linkedPhone()
	one.goTo("#/account/" + one.account())
	one.press("unlink")
	one.press("keep")
	one.press("unlink")
	one.press("confirm-unlink")
	one.keepsNothing()
	other.goTo("#/account/" + other.account() + "/devices")
	other.see("only-device")
}

// unlinkingTheOther device of the same person from this one.
func unlinkingTheOther(s *story) {
	ann := s.newCustomer(s.bank)
	one, other := ann.linkedPhone(), ann.linkedPhone()
	one.goTo("#/account/" + one.account() + "/devices")
	one.press("unlink-other")
	one.press("confirm-unlink-other")
	one.see("only-device")
	other.see("gone")
	other.press("gone-close")
	other.keepsNothing()
}

// movingToANewPhone: the old one approves, and its key dies.
func movingToANewPhone(s *story) {
	ann := s.newCustomer(s.bank)
	old, fresh := ann.linkedPhone(), s.newPhone()
	old.joins(fresh, "move")
	old.see("gone-moved")
	old.press("gone-close")
	old.keepsNothing()
	fresh.see("no-requests")
	asked := ann.asked("Log in?")
	fresh.press("request")
	fresh.hold()
	fresh.outcome("approved")
	asked.stands("approved")
}

// addingASecondPhone leaves the first as it was.
func addingASecondPhone(s *story) {
	ann := s.newCustomer(s.bank)
	one, other := ann.linkedPhone(), s.newPhone()
	one.joins(other, "add")
	other.see("no-requests")
	ann.asked("Log in?")
	one.press("tab-requests")
	one.see("request")
	other.see("request")
}

// joins brings a new phone to the account of this one, which shows a code, is given a number and picks it.
func (p *phone) joins(fresh *phone, purpose string) {
	p.s.t.Helper()
	p.goTo("#/account/" + p.account() + "/" + purpose)
	p.press("start-join")
	code := p.text("join-code")
	fresh.goTo("#/link/code")
	fresh.fill("code", code)
	fresh.press("link")
	number := fresh.text("join-number")
	p.press("number-" + number)
	p.press("approve-join")
}

// recoveringWithACode that was kept for the day when all devices are lost.
func recoveringWithACode(s *story) {
	ann := s.newCustomer(s.bank)
	first := ann.linkedPhone()
	var made struct{ Codes []string }
	out := s.Operate(s.t, "user", "recovery-codes", "--app", fmt.Sprint(ann.app.number), "--authy-id", fmt.Sprint(ann.id), "--json")
	if err := json.Unmarshal([]byte(out), &made); err != nil || len(made.Codes) == 0 {
		s.t.Fatalf("no recovery codes: %v\n%s", err, out)
	}
	p := s.newPhone()
	p.press("link-by-recovery")
	p.fill("recovery-user", ann.Phone)
	p.fill("recovery-code", "0000-0000-0000")
	p.press("recover")
	p.see("error")
	p.fill("recovery-code", made.Codes[0])
	p.press("recover")
	p.see("no-requests")
	first.goTo("#/account/" + first.account() + "/devices")
	first.see("unlink-other")
}

// oneAppForSeveralServices: each account keeps its own name, and both are asked.
func oneAppForSeveralServices(s *story) {
	ann, cara := s.newCustomer(s.bank), s.newCustomer(s.club)
	p := ann.linkedPhone()
	p.goTo("#/link/code")
	p.fill("code", cara.link().Code)
	p.press("link")
	p.see("no-requests")
	ann.asked("Bank?")
	cara.asked("Club?")
	p.Wait("both requests", `document.querySelectorAll('[data-testid="request"]').length === 2`)
	p.says("badge", "2")
	p.says("requests", "Linden Bank")
	p.says("requests", "Umbra Club")
}

// aDirectoryHasItsLooks: name, colour and picture, which come from the server alone.
func aDirectoryHasItsLooks(s *story) {
	p := s.newCustomer(s.bank).linkedPhone()
	p.goTo("#/account/" + p.account())
	p.says("view", "Linden Group")
	p.Wait("the colour", `[...document.querySelectorAll("#main *")].some((one) => getComputedStyle(one).getPropertyValue("--brand") === "#0b6b3a")`)
	p.Wait("the picture", `[...document.querySelectorAll("#main img")].some((one) => one.naturalWidth === 96 && one.src.startsWith("blob:"))`)
}

// loggingOutOfTheShop from the list of where one is logged in.
func loggingOutOfTheShop(s *story) {
	bob := s.newShopper()
	p := bob.linkedPhone()
	asked := bob.ask(launchkey.NewAuthorization{Context: "Log in?"})
	p.press("request")
	p.hold()
	p.outcome("approved")
	if err := bob.shop.SessionStart(s.t.Context(), bob.alias, asked); err != nil {
		s.t.Fatal(err)
	}
	p.goTo("#/account/" + p.account() + "/sessions")
	p.says("session", "Orchard Shop")
	p.press("logout")
	p.see("no-sessions")
}
