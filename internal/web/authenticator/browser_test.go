package authenticator_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/twinseal/twinseal/client/clienttest"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/web/authenticator"
)

const (
	// chromium is where Debian has its browser.
	chromium = "/usr/bin/chromium"
	// patience bounds one step in a browser on a busy machine.
	patience = time.Minute
	// pause is the time between two looks at a page.
	pause = 20 * time.Millisecond
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

// world is a server of the device protocol that can be made to fail, the app in front of it, and somebody's browser.
type world struct {
	*testing.T

	server *clienttest.Server
	home   string // of the app's server
	ctx    context.Context
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
	w := &world{T: t, server: clienttest.Start(t)}
	w.home = w.front(authenticator.Options{Sandbox: true})
	ctx, cancel := chromedp.NewContext(shared.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	w.ctx = ctx
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	w.watch()
	return w
}

// front serves the app and hands the protocol on to the server.
func (w *world) front(o authenticator.Options) string {
	w.Helper()
	app, err := authenticator.New(o)
	if err != nil {
		w.Fatal(err)
	}
	target, err := url.Parse(w.server.URL)
	if err != nil {
		w.Fatal(err)
	}
	mux := http.NewServeMux()
	handler := app.Handler(&endpoint.Server{})
	mux.Handle("/authenticator", handler)
	mux.Handle("/authenticator/", handler)
	mux.Handle("/api/", &httputil.ReverseProxy{FlushInterval: -1, ErrorLog: log.New(io.Discard, "", 0), Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }})
	server := httptest.NewServer(mux)
	w.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server.URL
}

// watch fails the test for exceptions and violations of the page's policy.
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

// do runs steps in the browser, and shows the page when one of them fails.
func (w *world) do(steps ...chromedp.Action[chromedp.Void]) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		w.failed(err)
	}
}

func (w *world) failed(err error) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience/12)
	defer cancel()
	text, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
	w.Fatalf("%v in:\n%s", err, text)
}

// evaluate gives what an expression, or its promise, comes to.
func (w *world) evaluate(expression string) string {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		w.failed(err)
	}
	return text
}

// await waits until an expression is true in the page, which may be another one by then.
func (w *world) await(expression string) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		if found, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+expression+")")); err == nil && found {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			w.failed(fmt.Errorf("waited in vain for %s", expression))
		}
	}
}

func named(testID string) string { return `[data-testid="` + testID + `"]` }

func (w *world) open(path string) { w.Helper(); w.do(chromedp.Navigate(w.home + path)) }

func (w *world) see(testID string) {
	w.Helper()
	w.await(fmt.Sprintf(`document.querySelector(%q)?.checkVisibility()`, named(testID)))
}

func (w *world) lose(testID string) {
	w.Helper()
	w.await(fmt.Sprintf(`!document.querySelector(%q)?.checkVisibility()`, named(testID)))
}

// press activates something as a keyboard does, once it can be.
func (w *world) press(testID string) {
	w.Helper()
	w.await(fmt.Sprintf(`((it) => {
		if (!it || it.disabled || it.ariaBusy === "true" || !it.checkVisibility()) return false;
		it.focus();
		it.click();
		return true;
	})(document.querySelector(%q))`, named(testID)))
}

// fill types into a field.
func (w *world) fill(testID, text string) {
	w.Helper()
	w.see(testID)
	w.evaluate(fmt.Sprintf(`((field, text) => {
		Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value").set.call(field, text);
		field.dispatchEvent(new InputEvent("input", { bubbles: true }));
		return "";
	})(document.querySelector(%q), %q)`, named(testID), text))
}

// says waits until something says so among other things.
func (w *world) says(testID, part string) {
	w.Helper()
	w.see(testID)
	w.await(fmt.Sprintf(`document.querySelector(%q)?.textContent.includes(%q)`, named(testID), part))
}

func (w *world) text(testID string) string {
	w.Helper()
	w.see(testID)
	return w.evaluate(fmt.Sprintf(`document.querySelector(%q).textContent`, named(testID)))
}

// approve presses the button twice, as screen readers do.
func (w *world) approve() {
	w.Helper()
	w.press("approve")
	w.await(`document.querySelector('[data-testid="approve"][data-state="armed"]')`)
	w.press("approve")
}

// outcome waits for the page after an answer and gives its name.
func (w *world) outcome() string {
	w.Helper()
	w.see("outcome")
	return w.evaluate(`document.querySelector('[data-testid="outcome"]').dataset.outcome`)
}

// link makes the browser Ann's device.
func (w *world) link() {
	w.Helper()
	w.open("/authenticator#code=" + w.server.Code())
	w.press("link")
	w.see("no-requests")
}
