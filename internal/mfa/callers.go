package mfa

import (
	"context"
	"crypto/sha256"
	"slices"
	"sync"
	"time"
)

// Caller is an application that proved itself, with everything about it that requests need. It is shared
// between requests and must not be changed.
type Caller struct {
	Application  Application
	Directory    Directory
	Organization Organization
	Key          Key
	Webhooks     []Webhook
}

// A cached caller serves for callerLife, so that a change made by another process on an embedded
// database, which cannot announce it, is seen soon. callerRoom bounds the cache.
const (
	callerLife = 3 * time.Second
	callerRoom = 10_000
)

type callerCache struct {
	mu      sync.RWMutex
	byKey   map[[sha256.Size]byte]cachedCaller
	dropped uint64 // rises with every drop, so that a load that began before it is not kept
}

type cachedCaller struct {
	caller *Caller
	until  time.Time
}

func (c *callerCache) get(key [sha256.Size]byte, now time.Time) (*Caller, uint64) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if e, ok := c.byKey[key]; ok && now.Before(e.until) {
		return e.caller, c.dropped
	}
	return nil, c.dropped
}

func (c *callerCache) put(key [sha256.Size]byte, caller *Caller, until time.Time, dropped uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dropped != dropped {
		return
	}
	if c.byKey == nil || len(c.byKey) >= callerRoom {
		c.byKey = make(map[[sha256.Size]byte]cachedCaller)
	}
	c.byKey[key] = cachedCaller{caller, until}
}

func (c *callerCache) drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.byKey, c.dropped = nil, c.dropped+1
}

// errBadKey is the one answer to every key that opens nothing.
var errBadKey = refuse(Unauthenticated, "", "the key is not valid")

// Authenticate finds the application that a key opens. Every key that opens nothing — unknown, expired,
// of another kind — is refused alike. Wrong keys are not limited: keys are too long to guess, and a limit
// by address would let a stranger behind the same proxy shut applications out.
func (s *Service) Authenticate(ctx context.Context, kind KeyKind, secret Secret) (*Caller, error) {
	if secret.Empty() {
		return nil, errBadKey
	}
	// The cache's clock is the real one: a sandbox clock that is set must not keep stale callers.
	now := time.Now()
	name := sha256.Sum256(append([]byte(kind+"\x00"), secret.Reveal()...))
	cached, generation := s.cache.get(name, now)
	if cached == nil {
		var err error
		if cached, err = s.loadCaller(ctx, kind, secret); err != nil {
			return nil, err
		}
		s.cache.put(name, cached, now.Add(callerLife), generation)
	}
	if !cached.Key.Live(s.Now()) {
		return nil, errBadKey
	}
	return cached, nil
}

func (s *Service) loadCaller(ctx context.Context, kind KeyKind, secret Secret) (*Caller, error) {
	var caller *Caller
	err := s.store.Read(ctx, func(r Records) error {
		found, err := r.KeyBySecret(kind, secret)
		if err != nil {
			return err
		}
		caller, err = callerOf(r, found)
		return err
	})
	if IsCode(err, NotFound) {
		return nil, errBadKey
	}
	return caller, err
}

func callerOf(r Records, k Key) (*Caller, error) {
	a, err := r.Application(k.ApplicationID)
	if err != nil {
		return nil, err
	}
	c := &Caller{Application: a, Key: k}
	if c.Directory, err = r.Directory(a.DirectoryID); err != nil {
		return nil, err
	}
	if c.Organization, err = r.Organization(a.OrganizationID); err != nil {
		return nil, err
	}
	c.Webhooks, err = r.WebhooksOf(a.ID)
	return c, err
}

// CallerFor loads an application as a caller without a key, for work on its behalf.
func (s *Service) CallerFor(ctx context.Context, id ApplicationID) (*Caller, error) {
	now := time.Now()
	name := sha256.Sum256([]byte("application\x00" + id))
	cached, generation := s.cache.get(name, now)
	if cached != nil {
		return cached, nil
	}
	var caller *Caller
	err := s.store.Read(ctx, func(r Records) (err error) {
		caller, err = callerOf(r, Key{ApplicationID: id})
		return err
	})
	if err != nil {
		return nil, err
	}
	s.cache.put(name, caller, now.Add(callerLife), generation)
	return caller, nil
}

// LiveKeys lists the keys of an application that may be used now, newest first.
func (s *Service) LiveKeys(ctx context.Context, id ApplicationID) ([]Key, error) {
	var keys []Key
	err := s.store.Read(ctx, func(r Records) (err error) {
		keys, err = r.KeysOf(id)
		return err
	})
	now := s.Now()
	return slices.DeleteFunc(keys, func(k Key) bool { return !k.Live(now) }), err
}

// CallerByNumber loads an application by its serial number, for operators; 0 means the only one there is.
func (s *Service) CallerByNumber(ctx context.Context, number int64) (*Caller, error) {
	var caller *Caller
	err := s.store.Read(ctx, func(r Records) error {
		a, err := r.ApplicationByNumber(number)
		if number == 0 {
			a, err = onlyApplication(r)
		}
		if err != nil {
			return err
		}
		caller, err = callerOf(r, Key{ApplicationID: a.ID})
		return err
	})
	return caller, err
}

func onlyApplication(r Records) (Application, error) {
	all, err := r.Applications(2)
	if err == nil && len(all) != 1 {
		err = &Error{Code: Invalid, Field: "app", Message: "the server has not just one application; name its number"}
	}
	if err != nil {
		return Application{}, err
	}
	return all[0], nil
}
