// Package clienttest is a small honest server of the device protocol, in
// memory, for tests of programs that speak it. It checks every proof and
// every statement the way docs/authenticator-protocol.md asks of a server, and
// gives tests a hand on what people and applications would do: issue a code,
// ask a question, let time pass.
package clienttest

import (
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

// Secret is the seed every linked account gets: the one of RFC 6238's
// examples, in base32.
const Secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

// Server is one organization with one person, Ann.
type Server struct {
	// URL is the base URL of the running server.
	URL string

	http *httptest.Server
	key  *ecdsa.PrivateKey

	mu         sync.Mutex
	now        time.Time
	seen       map[string]bool // jti of every proof
	codes      map[string]bool // linking codes and tokens not yet used
	phoneCodes map[string]phoneLink
	texts      map[string]string // phone number → last code sent
	devices    map[string]api.Device
	challenges []*challenge // oldest first
	version    int
	changed    chan struct{} // closed at the next change
	drop       int           // answers to lose
	refusals   []api.Problem // to give instead of the next answers
	serial     int
	sessions   []api.Session
	joins      []*join
	recovery   []string // codes that are left

	otherDirectory bool // knows Ann's number too
}

type challenge struct {
	question receipt.Question
	state    api.ChallengeState
	logos    []api.Logo
	answered string
	by       string
	reason   string
	fraud    bool
	failure  string
	number   string // that an approval must bring; "" for none
	packages json.RawMessage
	receipt  []byte
	jws      string
}

type phoneLink struct {
	thumbprint string
	request    api.PhoneLinkRequest
	code       string
}

// Start runs a server until the test ends. Its clock stands still at a fixed
// moment until [Server.Advance].
func Start(t testing.TB) *Server {
	t.Helper()
	key, err := receipt.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{
		key:        key,
		now:        time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC),
		seen:       map[string]bool{},
		codes:      map[string]bool{},
		phoneCodes: map[string]phoneLink{},
		texts:      map[string]string{},
		devices:    map[string]api.Device{},
		changed:    make(chan struct{}),
	}
	s.http = httptest.NewServer(s.handler())
	s.URL = s.http.URL
	t.Cleanup(func() {
		s.http.CloseClientConnections()
		s.http.Close()
	})
	return s
}

// Now is the server's time.
func (s *Server) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// Advance lets time pass; questions expire by it.
func (s *Server) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
	s.wake()
}

// Code issues a linking code.
func (s *Server) Code() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	code := s.next("CODE")
	s.codes[code] = true
	return code
}

// SentTo is the last code sent to a phone number, "" for none.
func (s *Server) SentTo(phone string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.texts[phone]
}

// KnownPhone is Ann's number; no other one gets a code.
const KnownPhone = "+14155550100"

// ServerKey is the thumbprint of the key that seals receipts.
func (s *Server) ServerKey() string {
	return s.jwk().Thumbprint()
}

// Ask puts a question to Ann and gives its id. It expires in ten minutes
// unless a change says otherwise.
func (s *Server) Ask(message string, changes ...func(*receipt.Question)) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	expires := receipt.FormatTime(s.now.Add(10 * time.Minute))
	q := receipt.Question{
		Organization: receipt.Named{ID: "org-acme", Name: "Acme"},
		Application:  receipt.Named{ID: "app-bank", Name: "Acme Bank"},
		User:         receipt.UserID{ID: annID},
		Challenge:    s.next("req"),
		Nonce:        s.next("nonce-0123456789"),
		Message:      message,
		Details:      []receipt.Detail{},
		CreatedAt:    receipt.FormatTime(s.now),
		ExpiresAt:    &expires,
	}
	for _, change := range changes {
		change(&q)
	}
	s.challenges = append(s.challenges, &challenge{question: q, state: api.StatePending})
	s.wake()
	return q.Challenge
}

// AskMatching asks for a number in that way, and says which.
func (s *Server) AskMatching(message string, way policy.Match, changes ...func(*receipt.Question)) (id, number string, err error) {
	match, number, err := receipt.NewMatch(way, rand.Reader)
	if err != nil {
		return "", "", err
	}
	id = s.Ask(message, append(changes, func(q *receipt.Question) { q.Match = match })...)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.find(id).number = number
	return id, number, nil
}

// Cancel withdraws a question.
func (s *Server) Cancel(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.find(id); c != nil && c.state == api.StatePending {
		c.state = api.StateCancelled
		s.wake()
	}
}

// State says where a question stands.
func (s *Server) State(id string) api.ChallengeState {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.find(id); c != nil {
		return c.state
	}
	return ""
}

// Packages gives what the answer to a question brought for its recipient.
func (s *Server) Packages(id string) json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.find(id); c != nil {
		return c.packages
	}
	return nil
}

// Devices counts the linked devices.
func (s *Server) Devices() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.devices)
}

// DropAnswers has the next n answers accepted, and the connection broken
// before the device learns of it.
func (s *Server) DropAnswers(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop = n
}

// Refuse has the next request refused with p, whatever it is.
func (s *Server) Refuse(p api.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusals = append(s.refusals, p)
}

// EndStreams breaks every open connection, as a proxy or a restart would.
func (s *Server) EndStreams() { s.http.CloseClientConnections() }

// ShareNumber has a second directory know Ann's number.
func (s *Server) ShareNumber() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.otherDirectory = true
}

const (
	annID = "user-ann"
	dirID = "dir-customers"
)

func (s *Server) jwk() receipt.JWK {
	key, err := receipt.NewJWK(s.key.Public())
	if err != nil {
		return receipt.JWK{} // cannot happen: the key was made by receipt
	}
	return key
}

// next numbers things. The caller holds the lock, here and below.
func (s *Server) next(prefix string) string {
	s.serial++
	return fmt.Sprintf("%s-%d", prefix, s.serial)
}

func (s *Server) wake() {
	s.version++
	close(s.changed)
	s.changed = make(chan struct{})
}

// find gives a challenge after letting it expire.
func (s *Server) find(id string) *challenge {
	for _, c := range s.challenges {
		s.expire(c)
		if c.question.Challenge == id {
			return c
		}
	}
	return nil
}

func (s *Server) expire(c *challenge) {
	if c.state != api.StatePending || c.question.ExpiresAt == nil {
		return
	}
	if at, err := receipt.ParseTime(*c.question.ExpiresAt); err == nil && s.now.After(at) {
		c.state = api.StateExpired
	}
}

func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+api.PathLinks, s.open(s.link))
	mux.HandleFunc("POST "+api.PathPhoneLinks, s.open(s.startPhoneLink))
	mux.HandleFunc("POST "+api.PathPhoneLink, s.open(s.finishPhoneLink))
	mux.HandleFunc("GET "+api.PathDevice, s.linked(s.self))
	mux.HandleFunc("DELETE "+api.PathDevice, s.linked(s.unlink))
	mux.HandleFunc("PUT "+api.PathPush, s.linked(s.setPush))
	mux.HandleFunc("DELETE "+api.PathPush, s.linked(s.removePush))
	mux.HandleFunc("GET "+api.PathPushKey, s.linked(s.pushKey))
	mux.HandleFunc("GET "+api.PathChallenges, s.linked(s.list))
	mux.HandleFunc("GET "+api.PathChallenge, s.linked(s.show))
	mux.HandleFunc("POST "+api.PathChallengeAnswer, s.linked(s.answer))
	mux.HandleFunc("GET "+api.PathReceipt, s.linked(s.getReceipt))
	mux.HandleFunc("GET "+api.PathSessions, s.linked(s.listSessions))
	mux.HandleFunc("DELETE "+api.PathSession, s.linked(s.endSession))
	mux.HandleFunc("PATCH "+api.PathDevice, s.linked(s.rename))
	mux.HandleFunc("GET "+api.PathDevices, s.linked(s.listDevices))
	mux.HandleFunc("DELETE "+api.PathOtherDevice, s.linked(s.unlinkOther))
	mux.HandleFunc("GET "+api.PathRecovery, s.linked(s.recoveryLeft))
	mux.HandleFunc("POST "+api.PathRecovery, s.linked(s.renewRecovery))
	mux.HandleFunc("POST "+api.PathRecoveryLink, s.open(s.recover))
	mux.HandleFunc("POST "+api.PathJoins, s.linked(s.startJoin))
	mux.HandleFunc("GET "+api.PathJoin, s.linked(s.showJoin))
	mux.HandleFunc("DELETE "+api.PathJoin, s.linked(s.withdrawJoin))
	mux.HandleFunc("POST "+api.PathJoinAnswer, s.linked(s.answerJoin))
	mux.HandleFunc("GET "+api.PathStream, s.linked(s.stream))
	mux.HandleFunc("/", s.open(func(*call) (any, *api.Problem) {
		return nil, problem(http.StatusNotFound, api.CodeNotFound, "no such route")
	}))
	return mux
}
