package protocol_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/twinseal/twinseal/internal/web/protocol"
)

const (
	// chromium is where Debian has its browser.
	chromium = "/usr/bin/chromium"
	// patience bounds one step in a browser on a busy machine.
	patience = time.Minute
)

// chrome is the one process that all tests of this package share; each test has a tab of its own in it.
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
		chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("no-first-run", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	c := &chrome{ctx: ctx, cancel: func() { cancel(); stop() }}
	c.err = chromedp.Do(ctx, chromedp.Navigate("about:blank"))
	running.Store(c)
	return c
}

// world is a page that shows nothing, in a browser that can load the modules.
type world struct {
	*testing.T
	home string
	ctx  context.Context
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
	w := &world{T: t, home: serve(t)}
	ctx, cancel := chromedp.NewContext(shared.ctx)
	t.Cleanup(cancel)
	w.ctx = ctx
	if err := chromedp.Do(ctx, chromedp.Navigate(w.home)); err != nil {
		t.Fatal(err)
	}
	return w
}

// serve gives the address of an empty page beside the modules.
func serve(t *testing.T) string {
	t.Helper()
	modules, err := protocol.Modules()
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/modules/", http.StripPrefix("/modules/", http.FileServerFS(modules)))
	mux.HandleFunc("GET /{$}", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(rw, "<!doctype html><title>Modules</title>")
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// evaluate runs a function body in the page, which loads modules by name, and reads what it gives.
func (w *world) evaluate(into any, body string, arguments ...any) {
	w.Helper()
	given, err := json.Marshal(append([]any{}, arguments...))
	if err != nil {
		w.Fatal(err)
	}
	expression := fmt.Sprintf(`(async () => {
		const load = (name) => import("/modules/" + name + ".js");
		const run = async (...given) => { %s };
		return JSON.stringify(await run(...%s));
	})()`, body, given)
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
