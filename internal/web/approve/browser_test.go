package approve_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"github.com/twinseal/twinseal/internal/dialect/native"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/factor/passkey"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
	"github.com/twinseal/twinseal/internal/store"
	"github.com/twinseal/twinseal/internal/web/approve"
)

const (
	// chromium is where Debian has its browser.
	chromium = "/usr/bin/chromium"
	// patience bounds one step in a browser on a busy machine.
	patience = time.Minute
	// envShots names a directory for pictures of the page; none are made without it.
	envShots = "TWINSEAL_E2E_SHOTS"
)

// chrome is the one process that all tests of this package share; each test has a profile of its own in it.
type chrome struct {
	ctx    context.Context
	cancel func()
	err    error
}

var (
	browser = sync.OnceValue(startBrowser)
	running atomic.Pointer[chrome]
)

func TestMain(m *testing.M) {
	code := m.Run()
	if c := running.Load(); c != nil {
		c.cancel()
	}
	os.Exit(code)
}

func startBrowser() *chrome {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1280, 900),
		chromedp.Flag("disable-quic", true), chromedp.Flag("no-first-run", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	c := &chrome{ctx: ctx, cancel: func() { cancel(); stop() }}
	c.err = chromedp.Do(ctx, chromedp.Navigate("about:blank"))
	running.Store(c)
	return c
}

// world is a server with the page, and ann's browser, whose authenticator is a virtual one.
type world struct {
	*testing.T
	*mfatest.World

	home          string
	ctx           context.Context
	authenticator webauthn.AuthenticatorID
}

func newWorld(t *testing.T) *world {
	t.Helper()
	if _, err := os.Stat(chromium); err != nil {
		t.Fatal("needs a browser: " + chromium + " is not installed; run scripts/setup")
	}
	shared := browser()
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	w := &world{T: t, World: mfatest.New(t, store.Options{SQLitePath: filepath.Join(t.TempDir(), "test.db")})}
	w.front()
	w.party(w.home)
	ctx, cancel := chromedp.NewContext(shared.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	w.ctx = ctx
	w.check(chromedp.Do(ctx, chromedp.Navigate("about:blank")))
	w.watch()
	w.equip()
	return w
}

func (w *world) check(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// front serves the page beside the calls that it makes. A name, because an address is no relying party's id.
func (w *world) front() {
	rules := passkeys.New(passkeys.Config{
		Domain: w.Service, Store: w.Store, Random: rand.Reader, Factor: passkey.New(passkey.Config{Now: w.Clock.Now}), Sealer: w.World,
	})
	page, err := approve.New(approve.Options{Sandbox: true})
	w.check(err)
	server := &endpoint.Server{}
	mux := http.NewServeMux()
	mux.Handle("/approve/", page.Handler(server))
	mux.Handle(native.Prefix, native.New(w.Service, native.Options{Passkeys: rules}).Handler(server))
	w.home = w.serve(mux)
}

func (w *world) serve(h http.Handler) string {
	server := httptest.NewServer(h)
	w.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
}

// party is the relying party of an application beside the one that asks.
func (w *world) party(origins ...string) {
	w.Helper()
	w.check(w.Store.Write(w.T.Context(), func(r mfa.WriteRecords) error {
		settings := mfa.DefaultSettings()
		settings.RelyingParty = &mfa.RelyingParty{ID: "localhost", Name: "Shop", Origins: origins}
		_, err := r.PutApplication(mfa.Application{
			ID: mfa.NewID[mfa.ApplicationID](), OrganizationID: w.Caller.Organization.ID, DirectoryID: w.Caller.Directory.ID,
			Name: "Shop " + string(mfa.NewID[mfa.EventID]()), Settings: settings,
		})
		return err
	}))
}

// watch collects exceptions and violations of the page's policy.
func (w *world) watch() {
	var mu sync.Mutex
	var found []string
	messages := chromedp.Console(w.ctx)
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
	w.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		for _, text := range found {
			w.Errorf("the page says: %s", text)
		}
	})
}

// equip gives the browser an authenticator that verifies its owner without a word.
func (w *world) equip() {
	w.Helper()
	made, err := chromedp.Run(w.ctx, func(ctx context.Context, target *chromedp.Target) (webauthn.AddVirtualAuthenticatorResult, error) {
		if _, err := cdp.Call(ctx, target, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return webauthn.AddVirtualAuthenticatorResult{}, err
		}
		return cdp.Call(ctx, target, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}})
	})
	w.check(err)
	w.authenticator = made.AuthenticatorID
}

// recognized says whether the authenticator knows its owner from now on.
func (w *world) recognized(yes bool) {
	w.Helper()
	w.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: w.authenticator, IsUserVerified: yes})
		return err
	}))
}

// do runs steps in the browser, and shows the page when one of them fails.
func (w *world) do(steps ...chromedp.Action[chromedp.Void]) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		html, _ := chromedp.Run(w.ctx, chromedp.Evaluate[string](`document.body.innerText`))
		w.Fatalf("%v in:\n%s", err, html)
	}
}

func id(name string) chromedp.CSS { return chromedp.CSS(`[data-testid="` + name + `"]`) }

func (w *world) open(path string) { w.Helper(); w.do(chromedp.Navigate(w.home + path)) }
func (w *world) see(name string)  { w.Helper(); w.do(chromedp.WaitVisible(id(name))) }

func (w *world) press(name string) {
	w.Helper()
	w.do(chromedp.WaitVisible(id(name)), chromedp.Click(id(name)))
}

func (w *world) text(name string) string {
	w.Helper()
	w.see(name)
	text, err := chromedp.Run(w.ctx, chromedp.TextContent(id(name)))
	w.check(err)
	return text
}

// outcome waits for the page after an answer and gives its name.
func (w *world) outcome() string {
	w.Helper()
	w.see("outcome")
	got, err := chromedp.Run(w.ctx, chromedp.AttributeValue(id("outcome"), "data-outcome"))
	w.check(err)
	return got.Value
}

// evaluate runs a function body in the page that is open, with the module, and reads what it gives.
func (w *world) evaluate(into any, body string, arguments ...any) {
	w.Helper()
	given, err := json.Marshal(append([]any{}, arguments...))
	w.check(err)
	expression := `(async () => {
		const module = await import("` + w.home + `/approve/approve.js");
		const run = async (...given) => { ` + body + ` };
		return JSON.stringify(await run(...` + string(given) + `) ?? null);
	})()`
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	out, err := chromedp.Run(ctx, chromedp.Evaluate[string](expression, chromedp.EvalAwaitPromise))
	w.check(err)
	if into == nil {
		return
	}
	if err := json.Unmarshal([]byte(out), into); err != nil {
		w.Fatalf("%v in %s", err, out)
	}
}

// person is a user whose passkey is in this browser.
func (w *world) person(national string) *mfatest.Person {
	w.Helper()
	p := w.Register(national)
	link, err := w.Service.StartLink(w.T.Context(), w.Caller, p.Ref())
	w.check(err)
	w.open("/approve/none")
	w.see("outcome")
	w.evaluate(nil, `await module.link(given[0], { name: "this browser" });`, link.Code)
	return p
}

func (w *world) state(id mfa.ChallengeID) mfa.Challenge {
	w.Helper()
	got, err := w.Service.ApprovalFor(w.T.Context(), w.Caller, id)
	w.check(err)
	return got.Challenge
}

// picture looks at the page in two sizes and colours. Nothing may be wider than the screen.
func (w *world) picture(name string) {
	w.Helper()
	for _, size := range []struct {
		name, scheme  string
		width, height int64
	}{{"desktop", "light", 1280, 900}, {"phone-dark", "dark", 360, 740}, {"phone", "light", 320, 640}} {
		w.do(chromedp.EmulateViewport(size.width, size.height), chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			feature := &emulation.MediaFeature{Name: "prefers-color-scheme", Value: size.scheme}
			_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{feature}})
			return err
		}))
		over, err := chromedp.Run(w.ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`))
		if w.check(err); over > 0 {
			w.Errorf("%s on a %s is %d pixels too wide", name, size.name, over)
		}
		w.shoot(name + "-" + size.name)
	}
	w.do(chromedp.EmulateViewport(1280, 900))
}

func (w *world) shoot(name string) {
	w.Helper()
	directory := os.Getenv(envShots)
	if directory == "" {
		return
	}
	picture, err := chromedp.Run(w.ctx, chromedp.FullScreenshot(100))
	w.check(err)
	w.check(os.WriteFile(filepath.Join(directory, "approve-"+name+".png"), picture, 0o600))
}
