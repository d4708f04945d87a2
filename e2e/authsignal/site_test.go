package authsignal

import (
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// website is the shop's own server, at localhost: pages that load the package for browsers as it is installed.
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
	for path, file := range map[string]string{"GET /{$}": "page.html", "GET /back": "page.html", "GET /shop.js": "shop.js"} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, filepath.Join("page", file)) })
	}
	server := &http.Server{Handler: mux} //nolint:gosec // it serves a browser of ours
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() }) // nobody waits for it any more
	_, port, _ := strings.Cut(listener.Addr().String(), ":")
	return &website{"http://localhost:" + port}
}
