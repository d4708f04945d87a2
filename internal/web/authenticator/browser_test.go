package authenticator_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"regexp"
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

// chromium is where Debian has its browser.
const chromium = "/usr/bin/chromium"

// patience bounds one step in a browser on a busy machine.
const patience = time.Minute

// chrome is the one process that all tests of this package share; each test
// has a profile of its own in it.
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

// world is a server of the device protocol, the page in front of it, and
// somebody's browser.
type world struct {
	*testing.T
	server *clienttest.Server
	home   string // of the page's server
	ctx    context.Context
	errors func() []string
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
	w.home = w.front()
	ctx, cancel := chromedp.NewContext(shared.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	w.ctx = ctx
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	w.watch()
	return w
}

// front serves the page and hands the protocol on to the server.
func (w *world) front() string {
	page, err := authenticator.New(authenticator.Options{Sandbox: true})
	if err != nil {
		w.Fatal(err)
	}
	target, err := url.Parse(w.server.URL)
	if err != nil {
		w.Fatal(err)
	}
	mux := http.NewServeMux()
	handler := page.Handler(&endpoint.Server{})
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
	w.errors = func() []string {
		mu.Lock()
		defer mu.Unlock()
		return found
	}
	w.Cleanup(func() {
		for _, text := range w.errors() {
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

func (w *world) fill(name, value string) {
	w.Helper()
	w.do(chromedp.WaitVisible(chromedp.CSS("#"+name)), chromedp.SetValue(chromedp.CSS("#"+name), value))
}

func (w *world) text(name string) string {
	w.Helper()
	w.see(name)
	text, err := chromedp.Run(w.ctx, chromedp.TextContent(id(name)))
	if err != nil {
		w.Fatal(err)
	}
	return text
}

// approve presses the button twice, as a keyboard would.
func (w *world) approve() {
	w.Helper()
	w.press("approve")
	w.do(chromedp.WaitVisible(chromedp.CSS(`[data-testid="approve"][data-state="armed"]`)), chromedp.Click(id("approve")))
}

// outcome waits for the page after an answer and gives its name.
func (w *world) outcome() string {
	w.Helper()
	w.see("outcome")
	got, err := chromedp.Run(w.ctx, chromedp.AttributeValue(id("outcome"), "data-outcome"))
	if err != nil {
		w.Fatal(err)
	}
	return got.Value
}

// link makes the browser Ann's device.
func (w *world) link() {
	w.Helper()
	w.open("/authenticator#code=" + w.server.Code())
	w.press("link")
	w.see("no-requests")
}

var assets = regexp.MustCompile(`/authenticator/assets/[0-9a-f]+/`)

// evaluate runs a function body in the page, which loads the page's modules by
// name, and reads what it gives.
func (w *world) evaluate(into any, body string, arguments ...any) {
	w.Helper()
	resp, err := http.Get(w.home + "/authenticator")
	if err != nil {
		w.Fatal(err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil {
		w.Fatal(err)
	}
	given, err := json.Marshal(append([]any{}, arguments...))
	if err != nil {
		w.Fatal(err)
	}
	expression := fmt.Sprintf(`(async () => {
		const load = (name) => import(%q + name + ".js");
		const run = async (...given) => { %s };
		return JSON.stringify(await run(...%s));
	})()`, assets.FindString(string(page)), body, given)
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	out, err := chromedp.Run(ctx, chromedp.Evaluate[string](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		w.Fatal(err)
	}
	if err := json.Unmarshal([]byte(out), into); err != nil {
		w.Fatalf("%v in %s", err, out)
	}
}
