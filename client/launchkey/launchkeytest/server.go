package launchkeytest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Server plays the platform for one issuer.
type Server struct {
	URL string

	// Issuer is the entity that signs, such as "org:" and its id, with its key.
	Issuer    string
	IssuerKey Key
	// Answer gives the answer to a call that is proved.
	Answer func(Request) Reply
	// Ahead is how far the server's clock is ahead of the machine's.
	Ahead time.Duration

	t    testing.TB
	lock sync.Mutex
	keys []Key // current last
	asks map[string]int
}

// Request is a call whose token was verified and whose body was decrypted.
type Request struct {
	Method, Path string
	Subject      string // entity reference
	Body         string // JSON, or empty
	Header       http.Header
}

// Reply is an answer. All but Status and Body are for lies about it.
type Reply struct {
	Status int    // 200 when zero
	Body   string // JSON, encrypted for the issuer; empty for none

	Raw     string // in place of Body: sent as it is
	For     *Key   // encrypts for this key
	Zip     jose.CompressionAlgorithm
	Signer  *Key // signs with this key
	Alg     jose.SignatureAlgorithm
	Claims  func(claims map[string]any) // changes the claims before they are signed
	NoToken bool

	// What is changed after the token was made.
	Header      map[string]string
	AlteredBody string
	SentStatus  int
}

// Start runs a server until the test ends. The first key is the server's.
func Start(t testing.TB, issuer string, issuerKey, serverKey Key, answer func(Request) Reply) *Server {
	t.Helper()
	s := &Server{Issuer: issuer, IssuerKey: issuerKey, Answer: answer, t: t, keys: []Key{serverKey}, asks: map[string]int{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// Now is the server's time.
func (s *Server) Now() time.Time { return time.Now().Add(s.Ahead) }

// Rotate gives the server a newer key.
func (s *Server) Rotate(key Key) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.keys = append(s.keys, key)
}

// Asked is how often the time ("ping"), the current key ("") or a key by its name
// was asked for.
func (s *Server) Asked(what string) int {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.asks[what]
}

func (s *Server) count(what string) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.asks[what]++
}

// key finds a key by its name; the current one has none.
func (s *Server) key(id string) (Key, bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	for _, k := range s.keys {
		if k.ID == id {
			return k, true
		}
	}
	return s.keys[len(s.keys)-1], id == ""
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if id, ok := strings.CutPrefix(r.URL.Path, "/public/v3/public-key"); ok {
		s.serveKey(w, strings.TrimPrefix(id, "/"))
		return
	}
	if r.URL.Path == "/public/v3/ping" {
		s.count("ping")
		_, _ = io.WriteString(w, `{"api_time":"`+s.Now().UTC().Format("2006-01-02T15:04:05Z")+`"}`)
		return
	}
	request, claims := s.prove(r)
	if claims == nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	s.send(w, s.Answer(request), claims)
}

func (s *Server) serveKey(w http.ResponseWriter, id string) {
	s.count(id)
	key, ok := s.key(id)
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "text/plain")
	w.Header().Set("X-Iov-Key-Id", key.ID)
	_, _ = w.Write(key.PublicPEM())
}

func (s *Server) send(w http.ResponseWriter, r Reply, request map[string]any) {
	if r.Status == 0 {
		r.Status = http.StatusOK
	}
	body := r.Raw
	if r.Body != "" {
		to := s.IssuerKey
		if r.For != nil {
			to = *r.For
		}
		body = to.Seal(s.t, r.Body, r.Zip)
		w.Header().Set("Content-Type", "application/jose")
	}
	if !r.NoToken {
		w.Header().Set("X-Iov-Jwt", s.token(r, body, request))
	}
	for name, value := range r.Header {
		w.Header().Set(name, value)
	}
	if r.AlteredBody != "" {
		body = r.AlteredBody
	}
	if r.SentStatus != 0 {
		r.Status = r.SentStatus
	}
	w.WriteHeader(r.Status)
	if r.Status != http.StatusNoContent {
		_, _ = io.WriteString(w, body)
	}
}

// token signs a reply: iss, aud, sub and jti of the request, times of now, status
// and digest.
func (s *Server) token(r Reply, body string, request map[string]any) string {
	now := s.Now().Unix()
	response := map[string]any{"status": r.Status}
	if body != "" {
		response["func"], response["hash"] = "S256", hexSHA256(body)
	}
	return s.sign(r.Signer, r.Alg, r.Claims, map[string]any{
		"iss": identifier, "aud": request["iss"], "sub": request["sub"], "jti": request["jti"],
		"iat": now, "nbf": now, "exp": now + expiry, "cty": "application/json", "response": response,
	})
}

// identifier is the platform's name, expiry the life of a token in seconds.
const (
	identifier = "lka"
	expiry     = 5
)

func (s *Server) sign(by *Key, alg jose.SignatureAlgorithm, change func(map[string]any), claims map[string]any) string {
	if change != nil {
		claims = maps.Clone(claims)
		change(claims)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		s.t.Error(err)
	}
	key, _ := s.key("")
	if by != nil {
		key = *by
	}
	if alg == "" {
		alg = jose.RS256
	}
	return key.Sign(s.t, payload, alg)
}

func hexSHA256(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
