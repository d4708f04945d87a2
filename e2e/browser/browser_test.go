// Package browser plays the workshop in a real browser against the built program on both engines: a person
// registers at the sample bank, links the web authenticator, transfers money and decides, and the bank shows what
// became of it. The example shop is played too, with passkeys in a virtual authenticator of the browser.
package browser

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/twinseal/twinseal/e2e/harness"
)

func TestMain(m *testing.M) { harness.Main(m) }

// patience bounds one step in a browser on a busy machine.
const patience = time.Minute

// screen is one profile of the browser: a desktop or a phone, which share nothing.
type screen struct {
	t    *testing.T
	home string
	ctx  context.Context
}

// newScreen opens a profile of its own.
func newScreen(browser context.Context, t *testing.T, home string) *screen {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	s := &screen{t: t, home: home, ctx: ctx}
	// The first step binds the tab to its context, which therefore must not be one that ends with the step.
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	harness.Watch(ctx, t)
	return s
}

// do takes steps, and shows the page when one of them fails.
func (s *screen) do(steps ...chromedp.Action[chromedp.Void]) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		s.t.Fatalf("%v on\n%s", err, s.page())
	}
}

// page is what the page says, for a test that fails.
func (s *screen) page() string {
	ctx, cancel := context.WithTimeout(s.ctx, lastLook)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
	if err != nil {
		return err.Error()
	}
	return text
}

// lastLook bounds a look at a page that may hang.
const lastLook = 5 * time.Second

func named(testID string) chromedp.CSS { return chromedp.CSS(`[data-testid="` + testID + `"]`) }

func (s *screen) open(path string)  { s.t.Helper(); s.do(chromedp.Navigate(s.home + path)) }
func (s *screen) see(testID string) { s.t.Helper(); s.do(chromedp.WaitVisible(named(testID))) }

// press activates an element as a keyboard does. A click at coordinates misses what moves between looking
// and clicking, as parts of a page do that slide into view.
func (s *screen) press(testID string) {
	s.t.Helper()
	s.see(testID)
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	const activate = `(name => {
		const it = document.querySelector('[data-testid="' + name + '"]');
		if (!it || it.disabled) return false;
		it.focus();
		it.click();
		return true;
	})`
	for {
		done, err := chromedp.Run(ctx, chromedp.Evaluate[bool](activate+`("`+testID+`")`))
		if err != nil {
			s.t.Fatalf("press %s: %v on\n%s", testID, err, s.page())
		}
		if done {
			return
		}
	}
}

func (s *screen) fill(id, v string) {
	s.t.Helper()
	s.do(chromedp.WaitVisible(chromedp.CSS("#"+id)), chromedp.SetValue(chromedp.CSS("#"+id), v))
}

// enter types into a field of an app that hears what is typed.
func (s *screen) enter(testID, text string) {
	s.t.Helper()
	s.do(chromedp.WaitVisible(named(testID)), chromedp.Focus(named(testID)), chromedp.KeyEvent(text))
}

// text is what an element says.
func (s *screen) text(testID string) string {
	s.t.Helper()
	s.see(testID)
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.TextContent(named(testID)))
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.TrimSpace(text)
}

// attribute is one of an element's attributes.
func (s *screen) attribute(testID, name string) string {
	s.t.Helper()
	s.see(testID)
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	found, err := chromedp.Run(ctx, chromedp.AttributeValue(named(testID), name))
	if err != nil {
		s.t.Fatal(err)
	}
	return found.Value
}
