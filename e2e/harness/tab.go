package harness

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// stepPatience bounds one step in a browser on a busy machine.
const stepPatience = time.Minute

// glancePatience bounds a look at a page that may be changing.
const glancePatience = 2 * time.Second

// Tab is a page on a device of its own: nothing is shared with other tabs, and it has a platform authenticator whose owner
// is always there.
type Tab struct {
	Context       context.Context //nolint:containedctx // it is the tab
	Authenticator webauthn.AuthenticatorID

	t testing.TB
}

// OpenTab opens an address.
func OpenTab(browser context.Context, t testing.TB, address string) *Tab {
	t.Helper()
	return openTab(browser, t, address, chromedp.WithNewBrowserContext())
}

// OpenHomeTab opens an address in the browser's own profile, which all its home tabs share and which outlives the browser.
func OpenHomeTab(browser context.Context, t testing.TB, address string) *Tab {
	t.Helper()
	return openTab(browser, t, address)
}

func openTab(browser context.Context, t testing.TB, address string, options ...chromedp.ContextOption) *Tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, options...)
	t.Cleanup(cancel)
	b := &Tab{Context: ctx, t: t}
	// The first step binds the tab to its context, which therefore must not be one that ends with the step.
	if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	b.addAuthenticator(webauthn.AuthenticatorTransportInternal)
	return b
}

// PlugIn puts a security key in the place of the platform's authenticator: a browser that has two asks both, and takes
// the answer that comes first.
func (b *Tab) PlugIn() {
	b.t.Helper()
	if _, err := chromedp.Call(b.Context, webauthn.RemoveVirtualAuthenticator, webauthn.RemoveVirtualAuthenticatorParams{AuthenticatorID: b.Authenticator}); err != nil {
		b.t.Fatal(err)
	}
	b.addAuthenticator(webauthn.AuthenticatorTransportUsb)
}

func (b *Tab) addAuthenticator(transport webauthn.AuthenticatorTransport) {
	b.t.Helper()
	made, err := chromedp.Call(b.Context, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: transport,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		HasCmtgKey: true, // adding a credential speaks of such keys, and is refused without
		HasPrf:     true, // by which passkeys open what is sealed
	}})
	if err != nil {
		b.t.Fatal(err)
	}
	b.Authenticator = made.AuthenticatorID
}

// Frame is the frame of another site in the tab, once its address begins so and it can be asked.
func (b *Tab) Frame(address string) *Tab {
	b.t.Helper()
	return Until(b.t, "the frame "+address, func() (*Tab, bool) {
		all, err := chromedp.Targets(b.Context)
		if err != nil {
			b.t.Fatal(err)
		}
		for _, one := range all {
			if one.Type != "iframe" || !strings.HasPrefix(one.URL, address) {
				continue
			}
			ctx, cancel := chromedp.NewContext(b.Context, chromedp.WithTargetID(one.TargetID))
			b.t.Cleanup(cancel) // which ends the whole tab
			if _, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.readyState")); err == nil {
				return &Tab{Context: ctx, t: b.t}, true
			}
		}
		return nil, false
	})
}

// Glance evaluates an expression that may not be answered, because the page is changing.
func (b *Tab) Glance(expression string) (string, error) {
	ctx, cancel := context.WithTimeout(b.Context, glancePatience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[string](expression))
}

// Go opens another address.
func (b *Tab) Go(address string) {
	b.t.Helper()
	b.Do(chromedp.Navigate(address))
}

// Do does steps that must succeed.
func (b *Tab) Do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.Context, stepPatience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// Await waits until the page, whichever it is by then, has what a selector means.
func (b *Tab) Await(selector string) {
	b.t.Helper()
	expression := fmt.Sprintf("document.readyState === 'complete' && document.querySelector(%q) ? 'there' : ''", selector)
	Until(b.t, selector, func() (bool, bool) {
		text, err := b.Glance(expression)
		return true, err == nil && text != ""
	})
}

// Press clicks on what a selector means, which may lead to another page.
func (b *Tab) Press(selector string) {
	b.t.Helper()
	b.Await(selector)
	b.Evaluate(fmt.Sprintf("setTimeout((button) => button.click(), 0, document.querySelector(%q)), ''", selector))
}

// Type writes into the field that a selector means.
func (b *Tab) Type(selector, text string) {
	b.t.Helper()
	b.Await(selector)
	b.Evaluate(fmt.Sprintf("document.querySelector(%q).value = %q", selector, text))
}

// Evaluate gives the text that an expression, or its promise, comes to.
func (b *Tab) Evaluate(expression string) string {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.Context, stepPatience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return text
}
