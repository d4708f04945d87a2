package loginid

import (
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// website is the shop's own server, at localhost: pages that load the packages for browsers as they are installed.
type website struct{ url string }

// openSite serves until the test ends.
func openSite(t *testing.T) *website {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /modules/", http.StripPrefix("/modules/", http.FileServer(http.Dir(modules(t)))))
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, filepath.Join("page", "page.html")) })
	mux.HandleFunc("GET /load.js", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, filepath.Join("page", "load.js")) })
	server := &http.Server{Handler: mux} //nolint:gosec // it serves a browser of ours
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() }) // nobody waits for it any more
	_, port, _ := strings.Cut(listener.Addr().String(), ":")
	return &website{"http://localhost:" + port}
}
