package webpush

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

// Whatever name led there, the connection itself is judged.
func TestTheConnectionIsRefusedWhateverTheName(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("reached") }))
	defer server.Close()
	client := newClient(false)
	defer client.CloseIdleConnections()
	response, err := client.Get(server.URL)
	if !errors.Is(err, errNotPublic) {
		t.Errorf("got %v", err)
	}
	if err == nil {
		_ = response.Body.Close()
	}
	if _, ok := errors.AsType[*net.OpError](err); !ok {
		t.Errorf("refused before connecting: %v", err)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/target" {
			t.Error("followed")
		}
		http.Redirect(w, r, "/target", http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	client := newClient(true)
	defer client.CloseIdleConnections()
	response, err := client.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
}
