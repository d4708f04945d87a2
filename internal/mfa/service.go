package mfa

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"io"
	"sync/atomic"
	"time"
)

// Service holds the rules. Its methods are safe for concurrent use; it keeps no state but bounded caches
// that are dropped when [TopicConfiguration] is announced or a few seconds have passed.
type Service struct {
	store     Store
	clock     Clock
	random    io.Reader
	waker     Waker
	factors   Factors
	limits    Limits
	invites   []InviteReader
	calls     []Callback
	sealer    Sealer
	options   Options
	cache     cache[[sha256.Size]byte, *Caller]
	keys      cache[Owner, []PublicKey]
	origins   cache[string, []ApplicationID]
	pseudonym atomic.Pointer[Secret]
	tallies   tallyBook
}

// Options are the deployment's own settings.
type Options struct {
	PublicURL string // no trailing slash; links and pictures start with it
	Sandbox   bool   // test features may be used
}

// Sealer makes receipts with the server's key.
type Sealer interface {
	// SealReceipt builds the receipt document around a verified statement.
	SealReceipt(statement string, deviceKey json.RawMessage, challenge ChallengeID, event EventID, at time.Time) (json.RawMessage, error)
}

// Config is everything a Service needs but for the dialects' parts; see [Service.Use].
type Config struct {
	Store   Store
	Clock   Clock
	Random  io.Reader
	Waker   Waker
	Factors Factors
	Limits  Limits
	Sealer  Sealer
	Options Options
}

// New returns the service.
func New(c Config) *Service {
	return &Service{
		store: c.Store, clock: c.Clock, random: c.Random, waker: c.Waker, factors: c.Factors,
		limits: c.Limits, sealer: c.Sealer, options: c.Options,
	}
}

// Use adds the dialects' parts that need the service themselves. It is called while wiring, before the
// first request.
func (s *Service) Use(callbacks []Callback, invites []InviteReader) {
	s.calls = append(s.calls, callbacks...)
	s.invites = append(s.invites, invites...)
}

// Parts are what the service stands on, for the rules that stand beside it.
func (s *Service) Parts() Config {
	return Config{
		Store: s.store, Clock: s.clock, Random: s.random, Waker: s.waker, Factors: s.factors, Limits: s.limits, Sealer: s.sealer,
		Options: s.options,
	}
}

// Now is the service's time.
func (s *Service) Now() time.Time { return s.clock.Now() }

// Subscribe waits for announcements of a topic, as [Waker.Subscribe] does.
func (s *Service) Subscribe(topic string) (<-chan struct{}, func()) { return s.waker.Subscribe(topic) }

// Limits are the numbers in force.
func (s *Service) Limits() Limits { return s.limits }

// Options are the deployment's settings.
func (s *Service) Options() Options { return s.options }

// Run keeps the caches true and writes tallies until the context ends.
func (s *Service) Run(ctx context.Context) error {
	changed, stop := s.waker.Subscribe(TopicConfiguration)
	defer stop()
	tick := time.NewTicker(tallyInterval)
	defer tick.Stop()
	for {
		select {
		case <-changed:
			s.Forget()
		case <-tick.C:
			s.flushTallies(ctx)
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), tallyInterval)
			defer cancel()
			s.flushTallies(last)
			return nil
		}
	}
}
