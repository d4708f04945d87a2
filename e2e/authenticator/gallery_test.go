package authenticator

import (
	"github.com/twinseal/twinseal/e2e/harness"
)

// screen holds what is shown to every look: nothing is too wide for it, axe finds nothing serious, and a picture is kept.
// What differs between the two themes are colours alone, so one of them is judged by all rules.
func (p *phone) screen(name string) {
	p.s.t.Helper()
	for i, look := range harness.Looks() {
		p.Use(look)
		at := name + "-" + look.Name
		p.Fits(at)
		switch {
		case i == 0:
			p.Judge(at)
		case look.Scheme == "dark" || harness.Shooting():
			p.Judge(at, "color-contrast", "target-size", "link-in-text-block")
		}
		p.Shoot(at)
	}
	p.Use(harness.Looks()[0])
}

// everyLinkingScreen as somebody new sees it.
func everyLinkingScreen(s *story) {
	ann := s.newCustomer(s.bank)
	p := s.newPhone()
	p.see("link-view")
	p.screen("welcome")
	p.goTo("#/link/scan")
	p.see("type-instead")
	p.screen("link-scan")
	p.goTo("#/link/code")
	p.see("code")
	p.screen("link-code")
	p.fill("code", "WRNG-CODE")
	p.press("link")
	p.see("error")
	p.screen("link-code-refused")
	p.goTo("#/link/phone")
	p.see("phone")
	p.screen("link-phone")
	p.fill("phone", ann.Phone)
	p.press("send-code")
	p.see("sent-code")
	p.screen("link-phone-code")
	p.open()
	p.goTo("#/link/recovery")
	p.see("recovery-user")
	p.screen("link-recovery")
	p.Go("about:blank")
	p.Go(s.Home() + "/authenticator#code=" + ann.link().Code)
	p.see("cancel-link")
	p.screen("link-confirm")
	p.press("link")
	p.see("no-requests")
	p.screen("requests-empty")
}
