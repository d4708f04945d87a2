package demo

import (
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/twinseal/twinseal/client/authy"
	"github.com/twinseal/twinseal/internal/endpoint"
)

const (
	// cookieName holds a random token and nothing else.
	cookieName = "twinseal_demo"
	tokenBytes = 18
	// sessionLife is how long an idle browser is remembered.
	sessionLife = 2 * time.Hour
	// maxSessions bounds the memory of a demo that is open to the world; the
	// one idle longest makes room.
	maxSessions = 5000
	// maxTransfers is how many transfers of one browser are remembered.
	maxTransfers = 20
)

// session is one browser's person. A copy is handed out; changes go through
// sessions.
type session struct {
	key       sessionKey
	email     string
	phone     authy.Phone
	user      authy.UserID
	transfers []transfer // newest first
	usedAt    time.Time
}

// transfer is money that moves once it is approved.
type transfer struct {
	ID        authy.ApprovalID
	Status    authy.ApprovalStatus
	From      string
	To        string
	Account   string
	Amount    string
	Number    string // that the phone asks for; "" where it asks for none
	ExpiresAt time.Time
	AskedFor  time.Duration
}

// sessionKey is the digest of a cookie: what is in memory opens nothing.
type sessionKey [sha256.Size]byte

type sessions struct {
	now    func() time.Time
	random io.Reader

	mu  sync.Mutex
	all map[sessionKey]*session
}

func newSessions(now func() time.Time, random io.Reader) *sessions {
	return &sessions{now: now, random: random, all: map[sessionKey]*session{}}
}

// begin remembers a person and gives the token of their cookie.
func (s *sessions) begin(person session) (string, error) {
	raw := make([]byte, tokenBytes)
	if _, err := io.ReadFull(s.random, raw); err != nil {
		return "", err
	}
	token := base64.RawURLEncoding.EncodeToString(raw)
	person.key, person.usedAt = sha256.Sum256([]byte(token)), s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.all) >= maxSessions {
		s.makeRoom()
	}
	s.all[person.key] = &person
	return token, nil
}

// makeRoom drops who is idle too long, or else who is idle longest.
func (s *sessions) makeRoom() {
	var oldest *session
	for key, one := range s.all {
		if s.now().Sub(one.usedAt) > sessionLife {
			delete(s.all, key)
			continue
		}
		if oldest == nil || one.usedAt.Before(oldest.usedAt) {
			oldest = one
		}
	}
	if len(s.all) >= maxSessions {
		delete(s.all, oldest.key)
	}
}

func (s *sessions) find(token string) (session, bool) {
	key := sessionKey(sha256.Sum256([]byte(token)))
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.all[key]
	if !ok {
		return session{}, false
	}
	if s.now().Sub(found.usedAt) > sessionLife {
		delete(s.all, key)
		return session{}, false
	}
	found.usedAt = s.now()
	out := *found
	out.transfers = slices.Clone(found.transfers)
	return out, true
}

// keep adds a transfer, or notes the state of one that is there.
func (s *sessions) keep(key sessionKey, t transfer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.all[key]
	if !ok {
		return
	}
	for i := range found.transfers {
		if found.transfers[i].ID == t.ID {
			found.transfers[i] = t
			return
		}
	}
	found.transfers = slices.Insert(found.transfers, 0, t)
	found.transfers = found.transfers[:min(len(found.transfers), maxTransfers)]
}

// transfer finds one of the person's own transfers; "" means the newest.
func (s session) transfer(id authy.ApprovalID) (transfer, bool) {
	if id == "" && len(s.transfers) > 0 {
		return s.transfers[0], true
	}
	for _, t := range s.transfers {
		if t.ID == id {
			return t, true
		}
	}
	return transfer{}, false
}

// session finds the person of a request.
func (d *Demo) session(r *endpoint.Request) (session, bool) {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return session{}, false
	}
	return d.sessions.find(cookie.Value)
}

func (d *Demo) cookie(r *endpoint.Request, token string) string {
	return (&http.Cookie{ //nolint:gosec // Secure wherever the page came over TLS
		Name: cookieName, Value: token, Path: "/demo", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: d.options.Secure || r.TLS != nil,
	}).String()
}
