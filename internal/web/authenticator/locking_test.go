package authenticator_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

// hide plays that the page is out of sight, and show that somebody looks at it again so many milliseconds later by the
// system's clock.
const (
	hide = `(() => {
		Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
		document.dispatchEvent(new Event("visibilitychange"));
		return "";
	})()`
	show = `((later) => {
		const now = Date.now;
		Date.now = () => now() + later;
		Object.defineProperty(document, "hidden", { configurable: true, get: () => false });
		document.dispatchEvent(new Event("visibilitychange"));
		Date.now = now;
		return "";
	})(%d)`
)

// tab is another one of the same browser.
func (w *world) tab() *world {
	w.Helper()
	ctx, cancel := chromedp.NewContext(w.ctx)
	w.Cleanup(cancel)
	other := *w
	other.ctx = ctx
	// The first step binds the tab to its context, which therefore must not be one that ends with the step.
	if err := chromedp.Do(ctx, chromedp.Navigate(w.home+"/authenticator")); err != nil {
		w.Fatal(err)
	}
	return &other
}

func (w *world) unlock() {
	w.Helper()
	w.fill("pin", "258013")
	w.press("confirm-pin")
	w.lose("unlock")
}

func TestTheLockHoldsInEveryTabAndAgainstTheClock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link()
	w.open("/authenticator#/settings/lock")
	w.fill("new-pin", "258013")
	w.fill("new-pin-again", "258013")
	w.press("set-pin")
	w.see("pin-is-set")
	other := w.tab()
	other.see("unlock")
	other.unlock()
	w.press("lock-now")
	other.see("unlock")
	w.unlock()
	other.see("unlock")

	w.evaluate(hide)
	w.evaluate(fmt.Sprintf(show, 1000))
	w.see("lock-now")
	w.evaluate(hide)
	w.evaluate(fmt.Sprintf(show, -3600_000)) // a thief sets the clock back, so that no time has passed
	w.see("unlock")
}
