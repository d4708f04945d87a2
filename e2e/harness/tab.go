package harness

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// stepPatience bounds one step in a browser on a busy machine.
const stepPatience = time.Minute

// Tab is a page on a device of its own: nothing is shared with other tabs, and it has a platform authenticator whose owner
// is always there.
type Tab struct {
	Context context.Context //nolint:containedctx // it is the tab

	t    testing.TB
	held webauthn.AuthenticatorID
}

// OpenTab opens an address.
func OpenTab(browser context.Context, t testing.TB, address string) *Tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
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
	if _, err := chromedp.Call(b.Context, webauthn.RemoveVirtualAuthenticator, webauthn.RemoveVirtualAuthenticatorParams{AuthenticatorID: b.held}); err != nil {
		b.t.Fatal(err)
	}
	b.addAuthenticator(webauthn.AuthenticatorTransportUsb)
}

func (b *Tab) addAuthenticator(transport webauthn.AuthenticatorTransport) {
	b.t.Helper()
	made, err := chromedp.Call(b.Context, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: transport,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}})
	if err != nil {
		b.t.Fatal(err)
	}
	b.held = made.AuthenticatorID
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
