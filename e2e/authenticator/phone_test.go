package authenticator

import (
	"context"
	"fmt"
	"strings"

	"github.com/twinseal/twinseal/e2e/harness"
)

// phone is the app in a browser profile of its own.
type phone struct {
	*harness.Tab

	s    *story
	seed harness.Seed // of its codes, where it was overheard
}

// blankPhone has not opened the app yet.
func (s *story) blankPhone() *phone {
	s.t.Helper()
	return &phone{Tab: harness.Phone(s.browser, s.t), s: s}
}

// homePhone is one in the browser's own profile.
func (s *story) homePhone(browser context.Context) *phone {
	s.t.Helper()
	return &phone{Tab: harness.HomePhone(browser, s.t), s: s}
}

// newPhone opens the app where it was never opened before.
func (s *story) newPhone() *phone {
	s.t.Helper()
	p := s.blankPhone()
	p.open()
	return p
}

// open opens the app anew.
func (p *phone) open() { p.s.t.Helper(); p.Go(p.s.Home() + "/authenticator") }

// linkedPhone is a customer's phone, ready for requests.
func (c *customer) linkedPhone() *phone {
	c.s.t.Helper()
	p := c.s.blankPhone()
	p.linkBy(c.link().Code)
	return p
}

// linkBy follows a link that holds a code.
func (p *phone) linkBy(code string) {
	p.s.t.Helper()
	p.Go("about:blank") // a page that is open already would only see its fragment change
	p.Go(p.s.Home() + "/authenticator#code=" + code)
	p.press("link")
	p.see("no-requests")
}

func named(testID string) string { return `[data-testid="` + testID + `"]` }

// shows is an expression that is true while something can be seen.
func shows(selector string) string {
	return fmt.Sprintf(`document.querySelector(%q)?.checkVisibility()`, selector)
}

func (p *phone) see(testID string)  { p.s.t.Helper(); p.Wait(testID, shows(named(testID))) }
func (p *phone) lose(testID string) { p.s.t.Helper(); p.Wait("no "+testID, "!"+shows(named(testID))) }

// press activates something as a keyboard does, once it can be.
func (p *phone) press(testID string) { p.s.t.Helper(); p.activate(named(testID)) }

func (p *phone) activate(selector string) {
	p.s.t.Helper()
	ready := fmt.Sprintf(`((it) => it && !it.disabled && it.ariaBusy !== "true" && it.checkVisibility())(document.querySelector(%q))`, selector)
	p.Wait("to press "+selector, ready)
	// Looking may be repeated, pressing not. What is pressed may go away with the page that should say so.
	p.Evaluate(fmt.Sprintf(`((it) => { it?.focus(); setTimeout(() => it?.click()); return ""; })(document.querySelector(%q))`, selector))
}

func (p *phone) fill(testID, text string) { p.s.t.Helper(); p.Write(named(testID), text) }

// text is what something says.
func (p *phone) text(testID string) string {
	p.s.t.Helper()
	p.see(testID)
	return strings.TrimSpace(p.Evaluate(fmt.Sprintf(`document.querySelector(%q).textContent`, named(testID))))
}

// says waits until something says so among other things.
func (p *phone) says(testID, part string) {
	p.s.t.Helper()
	p.Wait(fmt.Sprintf("%s to say %q", testID, part), shows(named(testID))+
		fmt.Sprintf(` && document.querySelector(%q).textContent.includes(%q)`, named(testID), part))
}

// attribute waits until something has a value for an attribute.
func (p *phone) attribute(testID, name, want string) {
	p.s.t.Helper()
	p.Wait(fmt.Sprintf("%s with %s=%s", testID, name, want),
		fmt.Sprintf(`document.querySelector(%q)?.getAttribute(%q) === %q`, named(testID), name, want))
}

// outcome waits for what became of an answer.
func (p *phone) outcome(want string) { p.s.t.Helper(); p.attribute("outcome", "data-outcome", want) }

// hold approves as a finger does.
func (p *phone) hold() {
	p.s.t.Helper()
	p.Wait("to approve", `document.querySelector('[data-testid="approve"]')?.disabled === false`)
	p.Hold(named("approve"), `!document.querySelector('[data-testid="approve"]')`)
}

// goTo opens a screen of the app by its address.
func (p *phone) goTo(screen string) {
	p.s.t.Helper()
	p.Evaluate(fmt.Sprintf(`(location.hash = %q, "")`, screen))
}

// account is the name by which addresses of the app know its first account: the thumbprint of its key.
func (p *phone) account() string {
	p.s.t.Helper()
	return p.Evaluate(stored + `.then((all) => all.accounts[0]?.id ?? "")`)
}

// stored is an expression of all that the app keeps in the browser, by its shelves.
const stored = `(async () => {
	const ended = (r) => new Promise((ok, no) => { r.onsuccess = () => ok(r.result); r.onerror = () => no(r.error); });
	const db = await ended(indexedDB.open("twinseal-authenticator"));
	const found = {};
	for (const shelf of db.objectStoreNames) found[shelf] = await ended(db.transaction(shelf).objectStore(shelf).getAll());
	db.close();
	return found;
})()`
