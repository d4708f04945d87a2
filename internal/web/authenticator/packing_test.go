package authenticator_test

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/web/authenticator"
)

// Packing takes a megabyte and a while, which nobody gets for the asking. Not in parallel: what other tests allocate
// would be counted.
func TestNoVisitHasAnythingPackedAnew(t *testing.T) { //nolint:paralleltest // see above
	app, err := authenticator.New(authenticator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	handler := app.Handler(&endpoint.Server{})
	for _, path := range []string{"/authenticator", "/authenticator/worker.js", "/authenticator/manifest.webmanifest"} {
		visit := func() {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody)
			r.Header.Set("Accept-Encoding", "gzip")
			recorder := httptest.NewRecorder()
			if handler.ServeHTTP(recorder, r); recorder.Code != http.StatusOK {
				t.Fatalf("%s: %d", path, recorder.Code)
			}
		}
		visit()
		const visits, most = 20, 256 << 10
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range visits {
			visit()
		}
		runtime.ReadMemStats(&after)
		if each := (after.TotalAlloc - before.TotalAlloc) / visits; each > most {
			t.Errorf("%s: each visit takes %d KiB", path, each>>10)
		}
	}
}
