package authsignaltest

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Doc is a JSON object.
type Doc = map[string]any

// Server plays Authsignal for one tenant.
type Server struct {
	URL string // with /v1

	TenantID      string
	SecretKey     string
	ManagementKey string

	// Decide is the outcome of a tracked action: ALLOW, CHALLENGE, REVIEW or
	// BLOCK. Without it everything is challenged.
	Decide func(user, action string, attributes Doc) string
	// Answer takes over the calls that it says true to, for answers that the
	// server would not give.
	Answer func(Request) (Reply, bool)

	t          testing.TB
	mux        *http.ServeMux
	lock       sync.Mutex
	requests   []Request
	users      map[string]*user
	actions    map[string]*action // by user, code and key
	tokens     map[string]*action
	challenges map[string]*challenge
	sessions   map[string]*session // by access token
	documents  map[string][]Doc    // of the management API, by path
}

// Request is a call that came with the right key.
type Request struct {
	Method, Path string // the path as it was sent, with its query
	Body         string
	Header       http.Header
}

// Reply is an answer.
type Reply struct {
	Status int // 200 when zero
	Body   any // written as JSON; text as it is
	Header map[string]string
}

// user is what is known of one.
type user struct {
	id             string
	attributes     Doc
	authenticators []Doc
	devices        []Doc
}

// Start runs a server until the test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{
		TenantID: "2f1d0e9c-8b7a-4695-a8b7-c6d5e4f3a2b1", SecretKey: "secret-" + rand.Text(), ManagementKey: "management-" + rand.Text(), t: t,
		users: map[string]*user{}, actions: map[string]*action{}, tokens: map[string]*action{}, challenges: map[string]*challenge{},
		sessions: map[string]*session{}, documents: map[string][]Doc{},
	}
	s.mux = http.NewServeMux()
	s.routeActions()
	s.routeUsers()
	s.routeChallenges()
	s.routeSessions()
	s.routeManagement()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.URL = server.URL + "/v1"
	return s
}

// Requests are the calls so far, those that Answer took included.
func (s *Server) Requests() []Request {
	s.lock.Lock()
	defer s.lock.Unlock()
	return slices.Clone(s.requests)
}

// maxBody bounds what is read of a call.
const maxBody = 4 << 20

// ServeHTTP answers one call. The key is looked at first, whatever the path.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return
	}
	if !s.knows(r) {
		write(w, Refusal(http.StatusUnauthorized, "unauthorized"))
		return
	}
	request := Request{Method: r.Method, Path: r.URL.RequestURI(), Body: string(body), Header: r.Header.Clone()}
	s.lock.Lock()
	s.requests = append(s.requests, request)
	s.lock.Unlock()
	if s.Answer != nil {
		if reply, taken := s.Answer(request); taken {
			write(w, reply)
			return
		}
	}
	r.Body = io.NopCloser(strings.NewReader(request.Body))
	s.mux.ServeHTTP(w, r)
}

func (s *Server) knows(r *http.Request) bool {
	key := s.SecretKey
	if strings.HasPrefix(r.URL.Path, "/v1/management/") {
		key = s.ManagementKey
	}
	return r.Header.Get("Authorization") == "Basic "+base64.StdEncoding.EncodeToString([]byte(key+":"))
}

// on registers a handler, which runs alone.
func (s *Server) on(pattern string, handle func(r *http.Request, body Doc) Reply) {
	method, path, _ := strings.Cut(pattern, " ")
	s.mux.HandleFunc(method+" /v1"+path, func(w http.ResponseWriter, r *http.Request) {
		body := Doc{}
		raw, err := io.ReadAll(r.Body)
		if err != nil || len(raw) > 0 && json.Unmarshal(raw, &body) != nil {
			write(w, Refusal(http.StatusBadRequest, "invalid_request"))
			return
		}
		s.lock.Lock()
		defer s.lock.Unlock()
		write(w, handle(r, body))
	})
}

func write(w http.ResponseWriter, r Reply) {
	if r.Status == 0 {
		r.Status = http.StatusOK
	}
	w.Header().Set("Content-Type", "application/json")
	for name, value := range r.Header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(r.Status)
	if text, ok := r.Body.(string); ok {
		_, _ = io.WriteString(w, text)
		return
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false) // the texts of rules come back as they were
	_ = encoder.Encode(r.Body)
}

// Refusal is an answer with an error code, under both of its names.
func Refusal(status int, code string) Reply {
	return Reply{Status: status, Body: Doc{"error": code, "errorCode": code, "errorDescription": "refused: " + code}}
}

func good(body any) Reply { return Reply{Body: body} }

var (
	success = Doc{"success": true}
	missing = Refusal(http.StatusNotFound, "not_found")
	invalid = Refusal(http.StatusBadRequest, "invalid_request")
)

func now() string { return time.Now().UTC().Format("2006-01-02T15:04:05.000Z") }

// text is a member of a document, "" when it is none.
func text(d Doc, name string) string {
	said, _ := d[name].(string)
	return said
}

// uuid makes an id of the usual form.
func uuid() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
