package harness

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Answer is what came back for one request.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// JSON reads the body into a value.
func (a Answer) JSON(t testing.TB, into any) {
	t.Helper()
	if err := json.Unmarshal(a.Body, into); err != nil {
		t.Fatalf("the answer is not JSON: %v\n%d %s", err, a.Status, a.Body)
	}
}

// Request is one request as bytes, for what no SDK sends.
type Request struct {
	Method string // GET when empty
	Path   string // escaped, with its query
	Type   string // Content-Type, "" for none
	Body   string
	Header http.Header
}

// Send sends a request exactly as it is described, and follows no redirect.
func (s *Server) Send(t testing.TB, r Request) Answer {
	t.Helper()
	answer, err := s.TrySend(t.Context(), r)
	if err != nil {
		t.Fatalf("%s %s: %v", r.Method, r.Path, err)
	}
	return answer
}

// TrySend is Send for tests in which the server may be gone.
func (s *Server) TrySend(ctx context.Context, r Request) (Answer, error) {
	request, err := http.NewRequestWithContext(ctx, r.Method, s.URL, strings.NewReader(r.Body))
	if err != nil {
		return Answer{}, err
	}
	// Opaque keeps what the URL parser would tidy: doubled slashes, odd escapes.
	path, query, _ := strings.Cut(r.Path, "?")
	request.URL = &url.URL{Scheme: "http", Host: s.listen, Opaque: "//" + s.listen + path, RawQuery: query}
	maps.Copy(request.Header, r.Header)
	if r.Type != "" {
		request.Header.Set("Content-Type", r.Type)
	}
	answer, err := plain.Do(request)
	if err != nil {
		return Answer{}, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return Answer{answer.StatusCode, answer.Header, body}, err
}

// plain is a client that shows redirects instead of following them.
var plain = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// Get is a GET without more.
func (s *Server) Get(t testing.TB, path string) Answer {
	t.Helper()
	return s.Send(t, Request{Path: path})
}

// Post is a POST of a form.
func (s *Server) Post(t testing.TB, path string, form url.Values) Answer {
	t.Helper()
	return s.Send(t, Request{Method: http.MethodPost, Path: path, Type: "application/x-www-form-urlencoded", Body: form.Encode()})
}
