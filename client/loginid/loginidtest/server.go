package loginidtest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// Server plays LoginID for one application.
type Server struct {
	URL string

	ClientID string
	// ClientKey is the application's, which proves its calls; without one it is
	// a public application.
	ClientKey *Key
	// Answer gives the answer to a call. All but /certs come to it.
	Answer func(Request) Reply

	t      testing.TB
	lock   sync.Mutex
	keys   []Key // current last
	asked  map[string]int
	nonces map[string]bool
}

// Request is a call. When it brought a service token, that was proved.
type Request struct {
	Method, Path string // the path with its query
	Body         string
	Header       http.Header
	Scope        string         // of the token; empty without one
	Claims       map[string]any // of the token; nil without one
}

// Reply is an answer.
type Reply struct {
	Status int    // 200 when zero
	Body   string // JSON
	Header map[string]string
}

// Start runs a server until the test ends.
func Start(t testing.TB, clientID string, clientKey *Key, answer func(Request) Reply) *Server {
	t.Helper()
	s := &Server{
		ClientID: clientID, ClientKey: clientKey, Answer: answer, t: t,
		keys: []Key{NewKey(t, "8f14e45f-ceea-467f-a0e6-c5a3b1f0d9c2")}, asked: map[string]int{}, nonces: map[string]bool{},
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// Rotate gives the server a newer key. The older ones stay known.
func (s *Server) Rotate(key Key) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.keys = append(s.keys, key)
}

// Asked is how often a key was asked for by its name, or the current one by "".
func (s *Server) Asked(id string) int {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.asked[id]
}

func (s *Server) key(id string) (Key, bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.asked[id]++
	for _, k := range s.keys {
		if k.ID == id {
			return k, true
		}
	}
	return s.keys[len(s.keys)-1], id == ""
}

// maxBody bounds what is read of a call.
const maxBody = 1 << 20

// ServeHTTP answers one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/certs" {
		s.serveKey(w, r.URL.Query().Get("kid"))
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return
	}
	request := Request{Method: r.Method, Path: r.URL.RequestURI(), Body: string(body), Header: r.Header}
	if !s.prove(&request) {
		write(w, Refusal(http.StatusUnauthorized, "unauthorized"))
		return
	}
	write(w, s.Answer(request))
}

func (s *Server) serveKey(w http.ResponseWriter, id string) {
	key, ok := s.key(id)
	if !ok {
		write(w, Refusal(http.StatusNotFound, "not_found"))
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write(key.PublicPEM())
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
	_, _ = io.WriteString(w, r.Body)
}

// Refusal is an answer with an error code.
func Refusal(status int, code string) Reply {
	body, _ := json.Marshal(map[string]string{"code": code, "message": "refused: " + code}) // never fails
	return Reply{Status: status, Body: string(body)}
}

// prove looks at the service token of a call: signature, client, age, and that
// its nonce is new.
func (s *Server) prove(r *Request) bool {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return r.Header.Get("Authorization") == ""
	}
	if s.ClientKey == nil {
		return true
	}
	claims, err := s.ClientKey.read(token)
	if err != nil {
		s.t.Errorf("%s %s: the service token: %v", r.Method, r.Path, err)
		return false
	}
	nonce, _ := claims["nonce"].(string)
	made, _ := claims["iat"].(float64)
	s.lock.Lock()
	defer s.lock.Unlock()
	if claims["client_id"] != s.ClientID || time.Since(time.Unix(int64(made), 0)).Abs() > time.Minute || nonce == "" || s.nonces[nonce] {
		s.t.Errorf("%s %s: the service token says %v", r.Method, r.Path, claims)
		return false
	}
	s.nonces[nonce] = true
	r.Claims = claims
	r.Scope, _ = claims["type"].(string)
	return true
}

func text(t testing.TB, body any) string {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Errorf("an answer: %v", err)
	}
	return string(raw)
}
