package harness

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	permission "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Watch fails the test for exceptions of a tab's pages and for what their policy forbids.
func Watch(tab context.Context, t testing.TB) {
	t.Helper()
	var mu sync.Mutex
	var found []string
	messages := chromedp.Console(tab)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if text := m.String(); m.IsException() || strings.Contains(text, "Content Security Policy") {
				mu.Lock()
				found = append(found, text)
				mu.Unlock()
			}
		}
	}()
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		for _, text := range found {
			t.Errorf("a page says: %s", text)
		}
	})
}

// Says is what the page shows, for a test that fails.
func (b *Tab) Says() string {
	text, err := b.Glance(`location.href + "\n" + document.body.innerText`)
	if err != nil {
		return err.Error()
	}
	return text
}

// Wait waits until an expression of the page, whichever it is by then, is true.
func (b *Tab) Wait(what, expression string) {
	b.t.Helper()
	b.within(what, func() bool {
		text, err := b.Glance("(" + expression + ") ? 'yes' : ''")
		return err == nil && text != ""
	})
}

// within is Until that shows the page where it fails.
func (b *Tab) within(what string, look func() bool) {
	b.t.Helper()
	done := false
	defer func() {
		if !done {
			b.t.Logf("the page says: %s", b.Says())
		}
	}()
	Until(b.t, what, func() (bool, bool) { return true, look() })
	done = true
}

// Write puts a text into the field that a selector means, as typing does.
func (b *Tab) Write(selector, text string) {
	b.t.Helper()
	b.Await(selector)
	b.Evaluate(fmt.Sprintf(`((field, text) => {
		Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value").set.call(field, text);
		field.dispatchEvent(new InputEvent("input", { bubbles: true }));
		field.dispatchEvent(new Event("change", { bubbles: true }));
		return "";
	})(document.querySelector(%q), %q)`, selector, text))
}

// Upload chooses files in the field that a selector means.
func (b *Tab) Upload(selector string, files ...string) {
	b.t.Helper()
	b.Await(selector)
	b.Do(chromedp.SetUploadFiles(chromedp.CSS(selector), files))
}

// Hold presses a finger on the middle of what a selector means, until something that follows from it is true.
func (b *Tab) Hold(selector, until string) {
	b.t.Helper()
	b.Await(selector)
	b.Do(chromedp.ScrollIntoView(chromedp.CSS(selector)))
	box, err := chromedp.Run(b.Context, chromedp.Dimensions(chromedp.CSS(selector)))
	if err != nil {
		b.t.Fatal(err)
	}
	x, y := (box.Content[0]+box.Content[4])/2, (box.Content[1]+box.Content[5])/2 //nolint:mnd // corners of the box
	left := chromedp.ButtonType(input.MouseButtonLeft)
	b.Do(chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, x, y, left, chromedp.ClickCount(1)))
	b.Wait("what holding "+selector+" does", until)
	b.Do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, x, y, left, chromedp.ClickCount(1)),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, 0, 0)) // what comes up there is not pointed at
}

// Offline takes the network away from the page and its worker, or gives it back.
func (b *Tab) Offline(yes bool) {
	b.t.Helper()
	const unlimited = -1
	b.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, network.Enable, network.EnableParams{}); err != nil {
			return err
		}
		all := &network.Conditions{Offline: yes, DownloadThroughput: unlimited, UploadThroughput: unlimited}
		_, err := cdp.Call(ctx, t, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
			EmulateOfflineServiceWorker: &yes, MatchedNetworkConditions: []*network.Conditions{all},
		})
		if err != nil {
			return err
		}
		_, err = cdp.Call(ctx, t, network.OverrideNetworkState, network.OverrideNetworkStateParams{
			Offline: yes, DownloadThroughput: unlimited, UploadThroughput: unlimited,
		})
		return err
	}))
}

// Permit answers yes whenever the pages of an origin ask for something: camera, notifications, geolocation.
func (b *Tab) Permit(origin string, names ...string) {
	b.t.Helper()
	info, err := chromedp.Call(b.Context, target.GetTargetInfo, target.GetTargetInfoParams{})
	if err != nil {
		b.t.Fatal(err)
	}
	for _, name := range names {
		_, err := chromedp.Call(b.Context, permission.SetPermission, permission.SetPermissionParams{
			Permission: &permission.PermissionDescriptor{Name: name}, Setting: permission.PermissionSettingGranted,
			Origin: origin, BrowserContextID: info.TargetInfo.BrowserContextID,
		})
		if err != nil {
			b.t.Fatalf("permit %s: %v", name, err)
		}
	}
}

// Preload runs a script at the beginning of every page to come.
func (b *Tab) Preload(script string) {
	b.t.Helper()
	if _, err := chromedp.Call(b.Context, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script}); err != nil {
		b.t.Fatal(err)
	}
}

// SubscribeTo has pages to come subscribe at a push service of ours, in the place of the browser's own, which tests cannot
// reach. The server's key that they subscribe with is kept in subscribedWith.
func (b *Tab) SubscribeTo(s Subscription) {
	b.t.Helper()
	b.Preload(SubscribingTo(s))
}

// SubscribingTo is a script that does so in a page or a worker.
func SubscribingTo(s Subscription) string {
	return fmt.Sprintf(`((endpoint, p256dh, auth) => {
		const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0)).buffer;
		const name = "subscription of the test";
		let held = ""; // workers have no storage of this kind
		const paged = "document" in globalThis;
		const kept = () => paged ? localStorage.getItem(name) ?? "" : held;
		const keep = (key) => { held = key; if (paged) localStorage.setItem(name, key); };
		const made = (key) => ({
			endpoint, expirationTime: null, options: { userVisibleOnly: true, applicationServerKey: bytes(key) },
			getKey: (name) => bytes({ p256dh, auth }[name]),
			toJSON: () => ({ endpoint, expirationTime: null, keys: { p256dh, auth } }),
			unsubscribe: async () => { keep(""); return true; },
		});
		const text = (key) => typeof key === "string" ? key : btoa(String.fromCharCode(...new Uint8Array(key.buffer ?? key))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
		PushManager.prototype.subscribe = async function(options) {
			keep(text(options.applicationServerKey));
			return made(kept());
		};
		PushManager.prototype.getSubscription = async () => kept() ? made(kept()) : null;
		PushManager.prototype.permissionState = async () => "granted";
		Object.defineProperty(globalThis, "subscribedWith", { get: kept });
	})(%q, %q, %q)`, s.Endpoint, s.P256DH, s.Auth)
}

// Deliver hands the worker of an origin a push, as its push service would.
func (b *Tab) Deliver(origin, text string) {
	b.t.Helper()
	registration := b.registration(origin)
	_, err := chromedp.Call(b.Context, serviceworker.DeliverPushMessage, serviceworker.DeliverPushMessageParams{
		Origin: origin, RegistrationID: registration, Data: text,
	})
	if err == nil {
		_, err = chromedp.Call(b.Context, serviceworker.Disable, cdp.Empty{})
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// registration is the browser's name for the worker of an origin. It leaves the domain enabled by which workers are reached.
func (b *Tab) registration(origin string) serviceworker.RegistrationID {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.Context, stepPatience)
	defer cancel()
	events := chromedp.Events(ctx, serviceworker.WorkerRegistrationUpdated)
	if _, err := chromedp.Call(ctx, serviceworker.Enable, cdp.Empty{}); err != nil {
		b.t.Fatal(err)
	}
	for event, err := range events {
		if err != nil {
			b.t.Fatalf("no worker of %s: %v", origin, err)
		}
		for _, r := range event.Registrations {
			if strings.HasPrefix(r.ScopeURL, origin+"/") && !r.IsDeleted {
				return r.RegistrationID
			}
		}
	}
	b.t.Fatalf("no worker of %s", origin)
	return ""
}

// Phone is a tab of the size of a phone whose pages are watched.
func Phone(browser context.Context, t testing.TB) *Tab {
	t.Helper()
	return likePhone(OpenTab(browser, t, "about:blank"))
}

// HomePhone is a phone in the browser's own profile.
func HomePhone(browser context.Context, t testing.TB) *Tab {
	t.Helper()
	return likePhone(OpenHomeTab(browser, t, "about:blank"))
}

func likePhone(b *Tab) *Tab {
	Watch(b.Context, b.t)
	b.Use(Looks()[0])
	return b
}
