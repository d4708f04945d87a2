package main

import (
	"crypto/rand"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/twinseal/twinseal/client/authsignal"
)

// What is kept, which is in memory because it is an example: a real market keeps
// it where all of its processes see it, and writes the books in the same
// transaction.
const (
	maxKept    = 10_000         // of each kind, so that strangers cannot fill the memory
	maxOpen    = 20             // withdrawals of a seller that nobody has settled
	sessionAge = 12 * time.Hour // how long a sign-in lasts
	openAge    = 10 * time.Minute
)

// earned is what every new seller has.
const earned = 184_000

var (
	errFull    = errors.New("too many people at a time; try again in a minute")
	errMany    = errors.New("too many withdrawals that wait for a proof; prove one, or try again in ten minutes")
	errBalance = errors.New("there is not enough in the till")
	errSettled = errors.New("it has been settled already")
)

// seller is somebody with a till.
type seller struct {
	ID    authsignal.UserID
	Name  string
	cents int
}

// session is a seller who is signed in.
type session struct {
	seller  *seller
	started time.Time
}

// state is what became of a withdrawal.
type state string

const (
	stateOpen    state = "open" // to be proved
	stateReview  state = "review"
	statePaid    state = "paid"
	stateRefused state = "refused"
)

// withdrawal is money that a seller wants. Its id is also the name under which the
// Authsignal server knows it, so that a proof counts for this one alone.
type withdrawal struct {
	ID     string
	seller authsignal.UserID
	Cents  int
	State  state
	Method authsignal.Method // by which it was proved; empty when that was not asked
	Made   time.Time
}

// Amount is for people.
func (w withdrawal) Amount() string { return money(w.Cents) }

// Proof is how it was proved, for people.
func (w withdrawal) Proof() string {
	if said, ok := proofs[w.Method]; ok {
		return said
	}
	return "on the challenge page"
}

var proofs = map[authsignal.Method]string{
	authsignal.AuthenticatorApp: "with your authenticator app", authsignal.Passkey: "with your passkey", authsignal.SecurityKey: "with your security key",
	authsignal.EmailOTP: "with a code by mail", authsignal.EmailMagicLink: "with a link by mail", authsignal.SMS: "with a code by text message",
	authsignal.WhatsApp: "with a code by WhatsApp", authsignal.Push: "on your phone", authsignal.RecoveryCode: "with a recovery code",
}

// expired withdrawals can be proved no more.
func (w withdrawal) expired(now time.Time) bool {
	return w.State == stateOpen && now.Sub(w.Made) > openAge
}

// store keeps sessions under random names that only the browser's cookie tells.
type store struct {
	lock        sync.Mutex
	sessions    map[string]session
	sellers     map[authsignal.UserID]*seller
	withdrawals map[string]*withdrawal
}

func newStore() *store {
	return &store{sessions: map[string]session{}, sellers: map[authsignal.UserID]*seller{}, withdrawals: map[string]*withdrawal{}}
}

// enter starts a session of a seller, who is new if the name is.
func (s *store) enter(name string, now time.Time) (string, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	for old, in := range s.sessions {
		if now.Sub(in.started) > sessionAge {
			delete(s.sessions, old)
		}
	}
	id := authsignal.UserID("seller:" + name)
	if len(s.sessions) >= maxKept || s.sellers[id] == nil && len(s.sellers) >= maxKept {
		return "", errFull
	}
	if s.sellers[id] == nil {
		s.sellers[id] = &seller{ID: id, Name: name, cents: earned}
	}
	key := rand.Text()
	s.sessions[key] = session{s.sellers[id], now}
	return key, nil
}

func (s *store) session(key string, now time.Time) (session, bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	in, ok := s.sessions[key]
	return in, ok && now.Sub(in.started) <= sessionAge
}

func (s *store) leave(key string) {
	s.lock.Lock()
	defer s.lock.Unlock()
	delete(s.sessions, key)
}

func (s *store) balance(who *seller) int {
	s.lock.Lock()
	defer s.lock.Unlock()
	return who.cents
}

// add begins a withdrawal. What nobody proved in time is gone.
func (s *store) add(who *seller, cents int, now time.Time) (withdrawal, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	open := 0
	for id, w := range s.withdrawals {
		if w.expired(now) {
			delete(s.withdrawals, id)
		} else if w.seller == who.ID && w.State == stateOpen {
			open++
		}
	}
	switch {
	case cents > who.cents:
		return withdrawal{}, errBalance
	case len(s.withdrawals) >= maxKept:
		return withdrawal{}, errFull
	case open >= maxOpen:
		return withdrawal{}, errMany
	}
	w := &withdrawal{ID: rand.Text(), seller: who.ID, Cents: cents, State: stateOpen, Made: now}
	s.withdrawals[w.ID] = w
	return *w, nil
}

// find gives a seller's own withdrawal.
func (s *store) find(id string, who *seller) (withdrawal, bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	w, ok := s.withdrawals[id]
	if !ok || w.seller != who.ID {
		return withdrawal{}, false
	}
	return *w, true
}

// of lists a seller's withdrawals, latest first.
func (s *store) of(who *seller) []withdrawal {
	s.lock.Lock()
	defer s.lock.Unlock()
	var found []withdrawal
	for _, w := range s.withdrawals {
		if w.seller == who.ID {
			found = append(found, *w)
		}
	}
	slices.SortFunc(found, func(a, b withdrawal) int { return b.Made.Compare(a.Made) })
	return found
}

// pay moves the money, once. The till is looked at again: it may have been emptied
// since.
func (s *store) pay(id string, by authsignal.Method) error {
	s.lock.Lock()
	defer s.lock.Unlock()
	w, ok := s.withdrawals[id]
	if !ok || w.State != stateOpen && w.State != stateReview {
		return errSettled
	}
	who := s.sellers[w.seller]
	if w.Cents > who.cents {
		w.State = stateRefused
		return errBalance
	}
	who.cents -= w.Cents
	w.State, w.Method = statePaid, by
	return nil
}

// move notes what became of a withdrawal that was not paid.
func (s *store) move(id string, to state) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if w, ok := s.withdrawals[id]; ok && (w.State == stateOpen || w.State == stateReview) {
		w.State = to
	}
}
