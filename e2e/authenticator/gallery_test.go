package authenticator

import (
	"fmt"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
	"github.com/twinseal/twinseal/e2e/harness"
)

var galleries = []tale{
	{rule: "long words of every language fit a narrow phone", tell: everyLanguageFits, once: true},
	{rule: "every screen of linking", tell: everyLinkingScreen},
	{rule: "every screen of requests", tell: everyRequestScreen},
	{rule: "every screen of answers", tell: everyAnswerScreen},
	{rule: "every screen of codes", tell: everyCodeScreen},
	{rule: "every screen of an account", tell: everyAccountScreen},
	{rule: "every screen of the lock and the settings", tell: everySettingsScreen},
}

// Rules whose outcome depends on colours, or on how wide the window is.
var ofLooks = []string{"color-contrast", "target-size", "link-in-text-block"}

// screen holds what is shown to a phone by day and a desktop by night: nothing is too wide, axe finds nothing serious, and
// pictures are kept. What differs between the looks are sizes and colours alone, so one of them is judged by all rules.
func (p *phone) screen(name string) {
	p.s.t.Helper()
	all := harness.Looks()
	p.seen(name, all[3], ofLooks...)
	p.seen(name, all[0])
}

// portrait is screen with all four looks, for what people see most.
func (p *phone) portrait(name string) {
	p.s.t.Helper()
	all := harness.Looks()
	p.seen(name, all[1], ofLooks...)
	p.seen(name, all[2], ofLooks...)
	p.screen(name)
}

func (p *phone) seen(name string, look harness.Look, rules ...string) {
	p.s.t.Helper()
	p.Use(look)
	at := name + "-" + look.Name
	p.Fits(at)
	p.Judge(at, rules...)
	if harness.Shooting() {
		p.lose("toast") // which covers what people should look at
		p.Shoot(at)
	}
}

func everyLinkingScreen(s *story) {
	ann := s.newCustomer(s.bank)
	p := s.newPhone()
	p.see("link-view")
	p.portrait("welcome")
	for _, way := range []struct{ path, sign string }{{"scan", "type-instead"}, {"recovery", "recovery-user"}, {"code", "code"}} {
		p.goTo("#/link/" + way.path)
		p.see(way.sign)
		p.screen("link-" + way.path)
	}
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
	p.Go("about:blank")
	p.Go(s.Home() + "/authenticator#code=" + ann.link().Code)
	p.see("cancel-link")
	p.portrait("link-confirm")
	p.press("link")
	p.see("no-requests")
	p.portrait("requests-empty")
	p.goTo("#/history")
	p.see("no-history")
	p.screen("history-empty")
	p.goTo("#/nowhere")
	p.see("lost")
	p.screen("lost")
}

// everyday are three accounts of one person, with what is asked of them.
func (s *story) everyday() (p *phone, transfer *request, order launchkey.AuthorizationID) {
	s.t.Helper()
	ann, bob, cara := s.newCustomer(s.bank), s.newShopper(), s.newCustomer(s.club)
	p = ann.linkedPhone()
	for _, code := range []string{bob.link().Code, cara.link().Code} {
		p.linkBy(code)
	}
	cara.asked("Open the door of the club house?")
	order = bob.ask(launchkey.NewAuthorization{
		Title: "Order 1204", Context: "Send 20 apple trees to Tromsø?", Policy: &launchkey.AuthPolicy{Methods: 1},
		DenialReasons: []launchkey.DenialReason{{ID: "late", Reason: "It is too late for trees"}, {ID: "who", Reason: "I ordered nothing", Fraud: true}},
	})
	transfer = ann.asked("Transfer money to Sailmakers of the North Quay", "details[From]", "Everyday account, DE89 3704 0044 0532 0130 00",
		"details[To]", "NO93 8601 1117 947", "details[Amount]", "1,190.00 €", "details[Reference]", "One Night Delta, invoice 2026-117", "hidden_details[ip]", "192.0.2.77")
	p.Wait("all requests", `document.querySelectorAll('[data-testid="request"]').length === 3`)
	return p, transfer, order
}

func everyRequestScreen(s *story) {
	p, transfer, _ := s.everyday()
	p.portrait("requests")
	p.review("Transfer")
	p.portrait("request")
	p.press("deny")
	p.see("deny-form")
	p.portrait("deny")
	p.press("cancel-deny")
	p.hold()
	p.outcome("approved")
	p.portrait("approved")
	transfer.stands("approved")
	p.press("see-receipt")
	p.see("receipt-checked")
	p.portrait("receipt")
	p.goTo("#/")
	p.review("apple trees")
	p.see("needs-pin")
	p.screen("request-demands")
	p.press("deny")
	p.see("offered-reasons")
	p.screen("deny-offered")
	p.press("offered-who")
	p.press("confirm-deny")
	p.outcome("denied")
	p.screen("denied-as-fraud")
	p.goTo("#/history")
	p.see("history-item")
	p.portrait("history")
	p.goTo("#/")
	p.see("request")
	p.Offline(true)
	p.see("offline")
	p.portrait("offline")
	p.Offline(false)
	p.lose("offline")
}

// review opens the request that has some words in it.
func (p *phone) review(words string) {
	p.s.t.Helper()
	mark := fmt.Sprintf(`[...document.querySelectorAll('[data-testid="request"]')].find((one) => one.textContent.includes(%q))`, words)
	p.Wait("the request "+words, mark)
	p.Evaluate(mark + `.click(), ""`)
	p.see("request-detail")
}

func everyAnswerScreen(s *story) {
	ann := s.newCustomer(s.bank)
	p := ann.linkedPhone()
	ann.asked("Add a new recipient?", "number_matching", "type")
	p.press("request")
	p.see("number")
	p.screen("request-number-typed")
	p.fill("number", "10")
	p.see("approve")
	p.screen("request-number-given")
	p.press("no-number")
	p.see("deny-form")
	p.press("confirm-deny")
	p.outcome("denied")
	p.screen("denied")
	p.press("done")
	asked := ann.asked("Transfer 4,000 €?", "number_matching", "pick", "details[To]", "NO93 8601 1117 947")
	p.press("request")
	p.see("number-match")
	p.portrait("request-number")
	p.press("number-" + asked.otherThanRight(p))
	p.hold()
	p.outcome("mismatched")
	p.screen("wrong-number")
	p.press("done")
	for i := range 6 {
		ann.asked(fmt.Sprintf("Log in from Vaduz, attempt %d?", i+1))
	}
	p.says("flood", "6")
	p.portrait("flood")
	p.press("deny-all")
	p.see("deny-all-dialog")
	p.screen("flood-deny")
	p.press("deny-all-just")
	p.see("no-requests")
}

func everyCodeScreen(s *story) {
	p := s.newPhone()
	p.goTo("#/codes")
	p.see("no-codes")
	p.screen("codes-empty")
	p.press("add-codes")
	p.see("scan-file")
	p.screen("codes-import")
	p.Upload(named("import-file"), s.file("backup.2fas", sealedTwoFAS(s.t, "open sesame", newService("Harbour", 6, harness.Period))))
	p.see("import-sealed")
	p.screen("codes-import-password")
	p.fill("file-password", "open sesame")
	p.press("open-sealed")
	p.see("import-added")
	p.press("import-more")
	p.scan(migration([]service{newService("Git Forge", 6, harness.Period), newService("Broker", 8, harness.Period)}, 0, 2))
	p.see("batches")
	p.screen("codes-import-several")
	p.press("batches-enough")
	p.see("import-added")
	p.press("import-more")
	p.Upload(named("import-file"), s.file("aegis.json", aegis(newService("Observatory", 7, time.Minute), newService("Mail", 6, harness.Period))))
	p.see("import-added")
	p.screen("codes-import-done")
	p.press("show-codes")
	p.see("totp")
	p.portrait("codes")
	p.press("arrange")
	p.see("code-edit")
	p.screen("codes-arrange")
	p.press("code-edit")
	p.see("edit-code")
	p.screen("codes-edit")
	p.goTo("#/codes/export")
	p.see("export-show")
	p.screen("codes-export")
	p.press("export-show")
	p.see("export-pictures")
	p.screen("codes-export-picture")
}

func everyAccountScreen(s *story) {
	bob := s.newShopper()
	p, fresh := bob.linkedPhone(), s.newPhone()
	at := "#/account/" + p.account()
	p.goTo(at + "/sessions")
	p.see("no-sessions")
	p.screen("sessions-empty")
	asked := bob.ask(launchkey.NewAuthorization{Context: "Log in?"})
	p.goTo("#/")
	p.press("request")
	p.hold()
	p.outcome("approved")
	if err := bob.shop.SessionStart(s.t.Context(), bob.alias, asked); err != nil {
		s.t.Fatal(err)
	}
	p.goTo(at)
	p.see("account")
	p.portrait("account")
	p.press("rename")
	p.see("rename-dialog")
	p.screen("account-rename")
	p.goTo(at + "/sessions")
	p.see("session")
	p.screen("sessions")
	p.goTo(at + "/recovery")
	p.press("make-codes")
	p.see("fresh-codes")
	p.screen("recovery-codes")
	p.press("codes-kept")
	p.press("codes-done")
	p.see("codes-left")
	p.screen("recovery")
	p.goTo(at + "/add")
	p.see("start-join")
	p.screen("add-device")
	p.press("start-join")
	code := p.text("join-code")
	p.portrait("add-device-code")
	fresh.goTo("#/link/code")
	fresh.fill("code", code)
	fresh.press("link")
	number := fresh.text("join-number")
	fresh.portrait("link-number")
	p.see("join-choice")
	p.portrait("add-device-number")
	p.press("number-" + number)
	p.press("approve-join")
	p.see("join-done")
	fresh.see("no-requests")
	p.screen("add-device-done")
	p.goTo(at + "/devices")
	p.see("unlink-other")
	p.portrait("devices")
	p.press("unlink-other")
	p.see("unlink-other-dialog")
	p.screen("devices-unlink")
	p.press("confirm-unlink-other")
	fresh.see("gone")
	fresh.screen("gone")
	p.goTo(at + "/move")
	p.see("start-join")
	p.screen("move")
	p.goTo(at)
	p.press("unlink")
	p.see("unlink-dialog")
	p.screen("account-unlink")
}

func everySettingsScreen(s *story) {
	ann := s.newCustomer(s.bank)
	p := ann.linkedPhone()
	p.goTo("#/settings")
	p.see("settings")
	p.portrait("settings")
	p.goTo("#/settings/lock")
	p.see("set-passkey")
	p.portrait("lock")
	p.setPIN()
	p.screen("lock-pin")
	p.press("change-pin")
	p.see("ask-lock")
	p.screen("lock-ask")
	p.press("cancel-pin")
	p.press("lock-now")
	p.see("unlock")
	p.portrait("unlock")
	p.tryUntilToldToWait()
	p.screen("unlock-wait")
	locked := s.newCustomer(s.bank).linkedPhone()
	locked.goTo("#/settings/lock")
	locked.press("set-passkey")
	locked.see("passkey-is-set")
	locked.screen("lock-passkey")
	locked.press("lock-now")
	locked.see("use-passkey")
	locked.screen("unlock-passkey")
}

// everyLanguageFits a phone that is narrower than any that is sold.
func everyLanguageFits(s *story) {
	p, _, _ := s.everyday()
	asked := p.Evaluate(`document.querySelector('[data-testid="request"]').hash`)
	account := "#/account/" + p.account()
	for _, language := range []string{"es", "pt", "de", "fr", "it"} {
		p.goTo("#/settings")
		p.Write(named("language"), language)
		p.Wait("the language "+language, fmt.Sprintf("document.documentElement.lang === %q", language))
		p.Use(harness.Look{Scheme: "light", Width: 320, Height: 640})
		for _, place := range []struct{ screen, sign string }{
			{"#/settings", "settings"},
			{"#/settings/lock", "pin-part"},
			{"#/", "requests"},
			{asked, "request-detail"},
			{"#/codes", "totp"},
			{"#/codes/import", "scan-file"},
			{account, "account"},
			{account + "/recovery", "recovery"},
			{account + "/move", "start-join"},
			{"#/link", "link-view"},
			{"#/link/recovery", "recovery-user"},
		} {
			p.goTo(place.screen)
			p.Await(named(place.sign))
			p.Fits(language + " " + place.screen)
		}
		p.goTo("#/")
		p.Shoot("requests-" + language + "-narrow")
	}
}
