package dialecttest

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Request is a call as a client makes it.
type Request struct {
	Method string
	URL    string // path and query, escaped as it goes over the wire
	Header map[string]string
	Body   string
}

// Answer is what came back. Writes counts the pieces it came in.
type Answer struct {
	Status int
	Header http.Header
	Body   string
	Writes int
}

// Do makes a request at the door.
func (w *World) Do(r Request) Answer {
	w.tb.Helper()
	request := httptest.NewRequestWithContext(w.Context(), r.Method, "http://mfa.example.test/", strings.NewReader(r.Body))
	path, query, _ := strings.Cut(r.URL, "?")
	parsed := *request.URL
	parsed.RawQuery = query
	w.check(setPath(&parsed, path))
	request.URL, request.RequestURI = &parsed, r.URL
	for name, value := range r.Header {
		request.Header.Set(name, value)
	}
	recorder := &recorder{header: http.Header{}}
	w.Door.Handler.ServeHTTP(recorder, request)
	return Answer{recorder.status, recorder.header, recorder.body.String(), recorder.writes}
}

// recorder counts what httptest's own would hide.
type recorder struct {
	header http.Header
	status int
	writes int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *recorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	r.writes++
	return r.body.Write(p)
}

// Scenario is one request with everything it must cause. Fields that are left out are not looked at, but for
// Events and Messages of a scenario that is Quiet: there must be none.
type Scenario struct {
	Name string
	Request
	Before func() // prepares the world

	Status    int
	Exact     string   // the whole body
	Contains  []string // parts of it
	Forbidden []string // must not be in it

	Application *mfa.Caller     // whose events and messages are looked at; the world's own when nil
	Events      []mfa.EventType // all that happened, in order
	Messages    []string        // all that went out: channel, space, address
	Quiet       bool            // nothing happened and nothing went out
}

// Run plays scenarios one after the other in one world.
func (w *World) Run(t *testing.T, scenarios []Scenario) {
	t.Helper()
	for _, s := range scenarios {
		t.Run(s.Name, func(t *testing.T) {
			if s.Before != nil {
				s.Before()
			}
			w.play(t, s)
		})
	}
}

func (w *World) play(t *testing.T, s Scenario) {
	t.Helper()
	caller := s.Application
	if caller == nil {
		caller = w.Caller
	}
	id := caller.Application.ID
	_, last := w.Events(id, "")
	sent := len(w.Messages(id))
	answer := w.Do(s.Request)
	answer.check(t, s)
	if s.Events != nil || s.Quiet {
		if happened, _ := w.Events(id, last); !slices.Equal(happened, s.Events) {
			t.Errorf("events %v, want %v", happened, s.Events)
		}
	}
	if s.Messages == nil && !s.Quiet {
		return
	}
	var out []string
	for _, m := range w.Messages(id)[sent:] {
		out = append(out, string(m.Channel)+" "+m.To)
	}
	if !slices.Equal(out, s.Messages) {
		t.Errorf("messages %v, want %v", out, s.Messages)
	}
}

func (a Answer) check(t *testing.T, s Scenario) {
	t.Helper()
	if a.Status != s.Status {
		t.Errorf("status %d, want %d; body %s", a.Status, s.Status, a.Body)
	}
	if s.Exact != "" && a.Body != s.Exact {
		t.Errorf("body\n%s\nwant\n%s", a.Body, s.Exact)
	}
	for _, part := range s.Contains {
		if !strings.Contains(a.Body, part) {
			t.Errorf("body %s lacks %s", a.Body, part)
		}
	}
	for _, part := range s.Forbidden {
		if strings.Contains(a.Body, part) {
			t.Errorf("body %s holds %s", a.Body, part)
		}
	}
	a.CheckForm(t)
}

// CheckForm checks what every answer of every dialect keeps to: one write, with its length, never empty
// unless it is a success.
func (a Answer) CheckForm(t *testing.T) {
	t.Helper()
	if a.Writes > 1 {
		t.Errorf("the answer came in %d writes", a.Writes)
	}
	if length := a.Header.Get("Content-Length"); length == "" {
		t.Error("the answer has no Content-Length")
	}
	if a.Body == "" && a.Status != http.StatusOK {
		t.Errorf("status %d with an empty body", a.Status)
	}
}
