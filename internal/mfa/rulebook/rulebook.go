// Package rulebook keeps what operators write about actions — configurations, rules, value lists, data points — and
// decides actions by it. What is written is read by internal/rule before it is kept, so that a rule that cannot be judged,
// or whose own tests fail, never takes effect.
//
// A [Book] is an application's rules made ready. The bench replays recorded decisions against a changed one, and says
// who would have been treated differently, before it is put in force.
package rulebook

import (
	"context"
	"encoding/json"
	"reflect"
	"sync"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/rule"
)

// Config is everything that a Service needs.
type Config struct {
	Domain *mfa.Service
	Store  mfa.Store
}

// Service holds the rules about rules. Its methods are safe for concurrent use.
type Service struct {
	domain   *mfa.Service
	store    mfa.Store
	compiler *rule.Compiler
	cache    cache
}

// New returns the service. It fails only where CEL's own definitions do.
func New(c Config) (*Service, error) {
	compiler, err := rule.NewCompiler()
	if err != nil {
		return nil, err
	}
	return &Service{domain: c.Domain, store: c.Store, compiler: compiler, cache: cache{life: bookLife}}, nil
}

// Books are cached as callers are: for bookLife at most, and until the configuration changes. bookRoom bounds them.
const (
	bookLife = 3 * time.Second
	bookRoom = 10_000
)

// cache holds books. Its clock is the machine's, as that of all caches.
type cache struct {
	mu      sync.Mutex
	held    map[mfa.ApplicationID]held
	dropped uint64
	// loading keeps many requests from making the same book at once.
	loading sync.Mutex
	life    time.Duration
}

type held struct {
	book  *Book
	until time.Time
	drops uint64 // as counted when loading began
}

func (c *cache) get(id mfa.ApplicationID) (h held, fresh bool) {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	h = c.held[id]
	fresh = h.book != nil && h.drops == c.dropped && now.Before(h.until)
	h.drops = c.dropped
	return h, fresh
}

func (c *cache) put(id mfa.ApplicationID, book *Book, drops uint64) {
	until := time.Now().Add(c.life)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held == nil || len(c.held) >= bookRoom {
		c.held = make(map[mfa.ApplicationID]held)
	}
	c.held[id] = held{book, until, drops}
}

// drop makes every book stale. Books are kept all the same: what has not changed is not compiled again.
func (c *cache) drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dropped++
}

// Run keeps the cache true until the context ends.
func (s *Service) Run(ctx context.Context) error {
	changed, stop := s.domain.Subscribe(mfa.TopicConfiguration)
	defer stop()
	for {
		select {
		case <-changed:
			s.cache.drop()
		case <-ctx.Done():
			return nil
		}
	}
}

// Book gives the application's rules as they are in force.
func (s *Service) Book(ctx context.Context, c *mfa.Caller) (*Book, error) {
	id := c.Application.ID
	if h, fresh := s.cache.get(id); fresh {
		return h.book, nil
	}
	s.cache.loading.Lock()
	defer s.cache.loading.Unlock()
	h, fresh := s.cache.get(id)
	if fresh {
		return h.book, nil
	}
	draft, err := s.Draft(ctx, c)
	if err != nil {
		return nil, err
	}
	book := h.book
	if book == nil || !reflect.DeepEqual(book.draft, draft) {
		if book, err = s.Compile(draft); err != nil {
			return nil, &mfa.Error{Code: mfa.Internal, Message: "a stored rule cannot be judged any more", Cause: err}
		}
	}
	s.cache.put(id, book, h.drops)
	return book, nil
}

// Draft is everything that decides an application's actions. It is what the bench is given changed.
type Draft struct {
	Default        mfa.ActionOutcome
	Configurations []mfa.ActionConfiguration
	Rules          []mfa.Rule
	Lists          []mfa.ValueList
	Points         []mfa.DataPoint
}

// Draft reads the one in force.
func (s *Service) Draft(ctx context.Context, c *mfa.Caller) (Draft, error) {
	d := Draft{Default: c.Application.StepUpSettings().DefaultResult}
	err := s.store.Read(ctx, func(r mfa.Records) error { return d.read(r, c.Application.ID) })
	return d, err
}

func (d *Draft) read(r mfa.Records, id mfa.ApplicationID) (err error) {
	if d.Configurations, err = r.ActionConfigurations(id); err != nil {
		return err
	}
	// When an action was last tracked decides nothing, and would make the same book look changed.
	for i := range d.Configurations {
		d.Configurations[i].LastActionAt = time.Time{}
	}
	if d.Rules, err = r.RulesOf(id, ""); err != nil {
		return err
	}
	if d.Lists, err = r.ValueListsOf(id); err != nil {
		return err
	}
	d.Points, err = r.DataPointsOf(id)
	return err
}

// change makes a change of an application's rules: one at a time, noted in the log, and in force at once.
func (s *Service) change(ctx context.Context, c *mfa.Caller, what string, change func(mfa.WriteRecords) (id, did string, err error)) error {
	// All rules are made ready before the writer is held, so that what the change leaves alone takes no time then. One
	// that cannot be is no reason to stop: this may be the change that mends it.
	_, _ = s.Book(ctx, c)
	err := s.store.Write(ctx, func(w mfa.WriteRecords) error {
		if err := w.LockConfiguration(); err != nil {
			return err
		}
		id, did, err := change(w)
		if err != nil {
			return err
		}
		data, err := json.Marshal(map[string]string{"what": what, "id": id, "did": did})
		if err != nil {
			return &mfa.Error{Code: mfa.Internal, Message: "an event could not be written", Cause: err}
		}
		w.Announce(mfa.TopicConfiguration)
		return s.domain.Append(w, c, mfa.Event{Type: mfa.EventRuleChanged, Data: data})
	})
	s.cache.drop()
	return err
}

// What changes are called in the log.
const (
	created = "created"
	updated = "updated"
	removed = "removed"
)

// invalid refuses a member of what was written.
func invalid(field, message string) error {
	return &mfa.Error{Code: mfa.Invalid, Field: field, Message: message}
}

// full refuses one more.
func full(message string) error {
	return &mfa.Error{Code: mfa.Conflict, Reason: mfa.ReasonFull, Message: message}
}

// taken refuses what is there already.
func taken(field, message string) error {
	return &mfa.Error{Code: mfa.Conflict, Field: field, Message: message}
}
