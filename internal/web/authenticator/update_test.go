package authenticator_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/web/authenticator"
)

// runs puts a server in front of the app whose program can be exchanged.
func (w *world) runs(version string) (exchange func(version string)) {
	w.Helper()
	var now atomic.Value
	exchange = func(version string) {
		app, err := authenticator.New(authenticator.Options{Version: version})
		if err != nil {
			w.Fatal(err)
		}
		now.Store(app.Handler(&endpoint.Server{}))
	}
	exchange(version)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		now.Load().(http.Handler).ServeHTTP(rw, r)
	}))
	w.Cleanup(server.Close)
	w.home = server.URL
	return exchange
}

// isVersion waits until the page is of a version, and the worker is in charge of it.
func (w *world) isVersion(version string) {
	w.Helper()
	w.await(fmt.Sprintf(`document.getElementById("hints")?.dataset.version === %q && navigator.serviceWorker.controller?.state === "activated"`, version))
}

func TestANewVersionWaitsUntilThePersonTakesIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	exchange := w.runs("1.0")
	w.open("/authenticator")
	w.isVersion("1.0")
	w.lose("update")
	exchange("1.1")
	w.evaluate(`navigator.serviceWorker.ready.then((r) => r.update()).then(() => "")`)
	w.see("update")
	w.press("take-update")
	w.isVersion("1.1")
	kept := w.evaluate(`caches.keys().then((names) => names.join(" "))`)
	exchange("1.2")
	w.do(chromedp.Reload()) // by which browsers look for a new worker
	w.see("update")
	w.isVersion("1.1")
	w.press("take-update")
	w.isVersion("1.2")
	w.lose("update")
	if now := w.evaluate(`caches.keys().then((names) => names.join(" "))`); now == kept || strings.Contains(now, " ") {
		t.Errorf("kept were %q, now %q", kept, now)
	}
}

func TestOnlyTheAppsOwnFilesAreKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.link()
	w.await(`navigator.serviceWorker.controller?.state === "activated"`)
	w.server.Ask("Log in?")
	w.see("request")
	kept := w.evaluate(`(async () => {
		const all = await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()));
		return all.flat().map(({ url }) => new URL(url).pathname).join("\n");
	})()`)
	for path := range strings.SplitSeq(kept, "\n") {
		if path != "/authenticator" && !strings.HasPrefix(path, "/authenticator/assets/") {
			t.Errorf("%s is kept", path)
		}
	}
	for _, want := range []string{"/main.js", "/style.css", "/jsQR-", "/es-", "/pt-", "/de-", "/fr-", "/it-"} {
		if !strings.Contains(kept, want) {
			t.Errorf("nothing like %s is kept: %s", want, kept)
		}
	}
}
