package authy_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/client/authy"
)

const apiKey = "2cc4cb6a5ac1e1bf6dcb1b9d4a1c0e1f"

// exchange is one call, the request it must make and the answer it gets.
type exchange struct {
	name    string
	call    func(context.Context, *authy.Client) (any, error)
	request string // method and target
	body    string // exactly what is sent; empty for none
	status  int    // 200 when zero
	answer  string
	want    any
	wantErr error // a kind
}

func exchangeAll(t *testing.T, exchanges []exchange) {
	t.Helper()
	for _, e := range exchanges {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			e.run(t)
		})
	}
}

func (e exchange) run(t *testing.T) {
	t.Helper()
	client := e.server(t)
	got, err := e.call(t.Context(), client)
	if e.wantErr != nil {
		if !isKind(err, e.wantErr) {
			t.Fatalf("error %v, want %v", err, e.wantErr)
		}
		if strings.Contains(err.Error(), apiKey) {
			t.Fatalf("the error shows the key: %v", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, e.want) {
		t.Errorf("\n got %+v\nwant %+v", got, e.want)
	}
}

// server answers the exchange and checks the request.
func (e exchange) server(t *testing.T) *authy.Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.checkRequest(t, r)
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		if e.status != 0 {
			w.WriteHeader(e.status)
		}
		_, _ = io.WriteString(w, e.answer)
	}))
	t.Cleanup(server.Close)
	client, err := authy.New(apiKey, authy.WithBaseURL(server.URL+"/"), authy.WithHTTPClient(server.Client()))
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func (e exchange) checkRequest(t *testing.T, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	if got := r.Method + " " + r.RequestURI; e.request != "" && got != e.request {
		t.Errorf("request\n got %s\nwant %s", got, e.request)
	}
	if e.request != "" && string(body) != e.body {
		t.Errorf("body\n got %s\nwant %s", body, e.body)
	}
	if got := r.Header.Values("X-Authy-API-Key"); len(got) != 1 || got[0] != apiKey {
		t.Errorf("key header: %q", got)
	}
	if strings.Contains(r.RequestURI, apiKey) || strings.Contains(string(body), apiKey) {
		t.Error("the key is sent outside of its header")
	}
	if contentType := r.Header.Get("Content-Type"); len(body) > 0 != (contentType == "application/json") {
		t.Errorf("content type %q for a body of %d bytes", contentType, len(body))
	}
}
