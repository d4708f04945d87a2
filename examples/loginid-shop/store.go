package main

import (
	"crypto/rand"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/twinseal/twinseal/client/loginid"
)

// What is kept, which is in memory because it is an example: a real shop keeps it
// where all of its processes see it, and evidence for as long as the law says.
const (
	maxKept    = 10_000           // of each kind, so that strangers cannot fill the memory
	sessionAge = 12 * time.Hour   // how long a sign-in lasts
	orderAge   = 10 * time.Minute // how long a server waits for a confirmation
	tokenAge   = 10 * time.Minute // longer than any token counts
)

var (
	errFull    = errors.New("too many people at a time; try again in a minute")
	errUsed    = errors.New("this sign-in has been used already")
	errSettled = errors.New("this order has been settled already")
)

// session is a customer who is signed in.
type session struct {
	user     loginid.UserRef // by both
	byCode   bool            // from another device
	started  time.Time
	greeting string // said once, on the next page
}

// order is what a customer wants to pay. What was signed is held to payload and
// nonce as they stand here.
type order struct {
	ID      string
	user    loginid.UserID
	Good    good
	Payload string
	tx      *loginid.Tx
	Made    time.Time
	Proof   *loginid.ConfirmedTx // nil until it is paid
}

// Expired tells that nobody can pay it any more.
func (o order) Expired() bool { return o.Proof == nil && time.Since(o.Made) > orderAge }

// arrival is a device that shows a code and waits.
type arrival struct {
	username string
	code     *loginid.IssuedCode
}

// store keeps sessions and arrivals under random names that only the browser's
// cookie tells, and orders under their own.
type store struct {
	lock     sync.Mutex
	sessions map[string]*session
	arrivals map[string]arrival
	orders   map[string]*order
	used     map[string]time.Time // ids of sign-ins that were brought here
}

func newStore() *store {
	return &store{sessions: map[string]*session{}, arrivals: map[string]arrival{}, orders: map[string]*order{}, used: map[string]time.Time{}}
}

// put keeps a value, when there is room after what has ended is gone.
func put[T any](kept map[string]T, name string, value T, over func(T) bool) error {
	if len(kept) >= maxKept {
		for old, it := range kept {
			if over(it) {
				delete(kept, old)
			}
		}
	}
	if len(kept) >= maxKept {
		return errFull
	}
	kept[name] = value
	return nil
}

// enter starts the session of a customer whose token was verified. Each token
// counts once, so that nobody who finds one comes in by it.
func (s *store) enter(claims *loginid.Claims, byCode bool, now time.Time) (string, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if _, ok := s.used[claims.SessionID]; ok || claims.SessionID == "" {
		return "", errUsed
	}
	if err := put(s.used, claims.SessionID, now, func(at time.Time) bool { return now.Sub(at) > tokenAge }); err != nil {
		return "", err
	}
	name := rand.Text()
	started := &session{user: loginid.UserRef{ID: claims.UserID, Username: claims.Username}, byCode: byCode, started: now}
	return name, put(s.sessions, name, started, func(old *session) bool { return now.Sub(old.started) > sessionAge })
}

func (s *store) session(name string, now time.Time) (session, bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	found, ok := s.sessions[name]
	if !ok || now.Sub(found.started) > sessionAge {
		return session{}, false
	}
	return *found, true
}

// greet leaves a word for the next page, and greeting takes it.
func (s *store) greet(name, word string) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if found, ok := s.sessions[name]; ok {
		found.greeting = word
	}
}

func (s *store) greeting(name string) string {
	s.lock.Lock()
	defer s.lock.Unlock()
	found, ok := s.sessions[name]
	if !ok {
		return ""
	}
	word := found.greeting
	found.greeting = ""
	return word
}

func (s *store) leave(name string) {
	s.lock.Lock()
	defer s.lock.Unlock()
	delete(s.sessions, name)
}

func (s *store) addArrival(a arrival, now time.Time) (string, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	name := rand.Text()
	return name, put(s.arrivals, name, a, func(old arrival) bool { return now.After(old.code.ExpiresAt.Add(tokenAge)) })
}

func (s *store) arrival(name string) (arrival, bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	found, ok := s.arrivals[name]
	return found, ok
}

func (s *store) removeArrival(name string) {
	s.lock.Lock()
	defer s.lock.Unlock()
	delete(s.arrivals, name)
}

func (s *store) addOrder(o *order) error {
	s.lock.Lock()
	defer s.lock.Unlock()
	return put(s.orders, o.ID, o, func(old *order) bool { return old.Expired() })
}

// order finds an order of this customer.
func (s *store) order(id string, user loginid.UserID) (order, bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	found, ok := s.orders[id]
	if !ok || found.user != user {
		return order{}, false
	}
	return *found, true
}

// orderList is what the customer has paid or can still pay, latest first.
func (s *store) orderList(user loginid.UserID) []order {
	s.lock.Lock()
	defer s.lock.Unlock()
	var found []order
	for _, o := range s.orders {
		if o.user == user && !o.Expired() {
			found = append(found, *o)
		}
	}
	slices.SortFunc(found, func(a, b order) int { return b.Made.Compare(a.Made) })
	return found
}

// settle notes the proof that an order is paid, once.
func (s *store) settle(id string, proof *loginid.ConfirmedTx) error {
	s.lock.Lock()
	defer s.lock.Unlock()
	found, ok := s.orders[id]
	if !ok || found.Proof != nil {
		return errSettled
	}
	found.Proof = proof
	return nil
}
