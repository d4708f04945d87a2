package main

import (
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
)

// What is kept, which is in memory because it is an example: a real application
// keeps its sessions where all of its processes see them.
const (
	maxKept    = 10_000           // of each kind, so that strangers cannot fill the memory
	maxEarly   = 100              // answers that came before their question was noted
	sessionAge = 12 * time.Hour   // how long a login lasts
	linkAge    = 10 * time.Minute // how long a code for linking is shown
	loginAge   = 2 * time.Minute  // how long the phone may be answered
)

var errFull = errors.New("too many people at a time; try again in a minute")

// states of what is waited for.
type state string

const (
	pending  state = "pending"
	approved state = "approved"
	denied   state = "denied"
	failed   state = "failed" // the phone could not do what was demanded
	expired  state = "expired"
	linked   state = "linked"
	in       state = "in" // the person is logged in
	out      state = "out"
)

// login is a question that was asked for one browser.
type login struct {
	user    string
	request launchkey.AuthorizationID
	until   time.Time
	state   state
	fraud   bool
	hash    string        // the user as the service's webhooks name them
	changed chan struct{} // closed when the state is no longer pending
}

// link is a code that was made for one browser.
type link struct {
	user    string
	made    *launchkey.DeviceLink
	until   time.Time
	state   state
	changed chan struct{}
}

// session is a person who is logged in.
type session struct {
	user    string
	hash    string
	started time.Time
	ended   chan struct{} // closed when it ends before its time
}

// store keeps all three under random names that only the browser's cookie tells.
type store struct {
	lock     sync.Mutex
	logins   map[string]*login
	links    map[string]*link
	sessions map[string]session
	early    map[launchkey.AuthorizationID]*launchkey.AuthorizationResponse
}

func newStore() *store {
	return &store{
		logins: map[string]*login{}, links: map[string]*link{}, sessions: map[string]session{},
		early: map[launchkey.AuthorizationID]*launchkey.AuthorizationResponse{},
	}
}

// put keeps a value under a new name, when there is room after what has ended
// is gone.
func put[T any](kept map[string]T, value T, over func(T) bool) (string, error) {
	if len(kept) >= maxKept {
		for name, old := range kept {
			if over(old) {
				delete(kept, name)
			}
		}
	}
	if len(kept) >= maxKept {
		return "", errFull
	}
	name := rand.Text()
	kept[name] = value
	return name, nil
}

func (s *store) addLogin(user string, request launchkey.AuthorizationID, now time.Time) (string, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	l := &login{user: user, request: request, until: now.Add(loginAge), state: pending, changed: make(chan struct{})}
	if response, ok := s.early[request]; ok {
		delete(s.early, request)
		l.answer(response)
	}
	return put(s.logins, l, func(l *login) bool { return now.After(l.until.Add(loginAge)) })
}

func (l *login) answer(r *launchkey.AuthorizationResponse) {
	if l.state != pending {
		return
	}
	switch {
	case r.Authorized:
		l.state = approved
	case r.Type == launchkey.Failed:
		l.state = failed
	default:
		l.state = denied
	}
	l.fraud, l.hash = r.Fraud, r.ServiceUserHash
	close(l.changed)
}

// answer notes the answer to a request. It may come before the request's name
// does, and then it is kept for a while.
func (s *store) answer(r *launchkey.AuthorizationResponse) {
	s.lock.Lock()
	defer s.lock.Unlock()
	for _, l := range s.logins {
		if l.request == r.RequestID {
			l.answer(r)
			return
		}
	}
	if len(s.early) >= maxEarly {
		clear(s.early)
	}
	s.early[r.RequestID] = r
}

// login is a copy of what is known about a login, and a channel to wait on.
func (s *store) login(name string, now time.Time) (login, bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	l, ok := s.logins[name]
	if !ok {
		return login{}, false
	}
	found := *l
	if found.state == pending && now.After(found.until) {
		found.state = expired
	}
	return found, true
}

// enter turns an approved login into a session, once.
func (s *store) enter(name string, now time.Time) (session, string, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	l, ok := s.logins[name]
	if !ok || l.state != approved || now.After(l.until.Add(loginAge)) {
		return session{}, "", errors.New("this login was not approved")
	}
	delete(s.logins, name)
	started := session{user: l.user, hash: l.hash, started: now, ended: make(chan struct{})}
	token, err := put(s.sessions, started, func(old session) bool { return now.After(old.started.Add(sessionAge)) })
	return started, token, err
}

func (s *store) session(token string, now time.Time) (session, bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	found, ok := s.sessions[token]
	return found, ok && now.Before(found.started.Add(sessionAge))
}

func (s *store) leave(token string) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if old, ok := s.sessions[token]; ok {
		s.end(token, old)
	}
}

// end is for callers that hold the lock.
func (s *store) end(token string, old session) {
	delete(s.sessions, token)
	close(old.ended)
}

// clockSlack is how far the server's clock and ours may differ.
const clockSlack = time.Minute

// leaveAll ends the sessions of a user that began before they logged out, and
// returns who that was. A webhook that was held up leaves a later login alone.
func (s *store) leaveAll(hash string, at time.Time) map[string]bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	users := map[string]bool{}
	for token, old := range s.sessions {
		if old.hash == hash && old.started.Before(at.Add(clockSlack)) {
			s.end(token, old)
			users[old.user] = true
		}
	}
	return users
}

func (s *store) addLink(user string, made *launchkey.DeviceLink, now time.Time) (string, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	l := &link{user: user, made: made, until: now.Add(linkAge), state: pending, changed: make(chan struct{})}
	return put(s.links, l, func(l *link) bool { return now.After(l.until) })
}

func (s *store) link(name string, now time.Time) (link, bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	l, ok := s.links[name]
	if !ok {
		return link{}, false
	}
	found := *l
	if found.state == pending && now.After(found.until) {
		found.state = expired
	}
	return found, true
}

func (s *store) linked(device launchkey.DeviceID) {
	s.lock.Lock()
	defer s.lock.Unlock()
	for _, l := range s.links {
		if l.made.DeviceID == device && l.state == pending {
			l.state = linked
			close(l.changed)
		}
	}
}
