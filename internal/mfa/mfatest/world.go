// Package mfatest is a world for tests of the rules: the real service over a real store of either engine,
// a clock that stands still until a test moves it, and actors — applications, people and their devices —
// that do what their real counterparts do.
package mfatest

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/json"
	"net/netip"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/bus"
	"github.com/twinseal/twinseal/internal/factor/device"
	"github.com/twinseal/twinseal/internal/factor/otp"
	"github.com/twinseal/twinseal/internal/factor/passkey"
	"github.com/twinseal/twinseal/internal/factor/recovery"
	"github.com/twinseal/twinseal/internal/factor/totp"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/actions"
	"github.com/twinseal/twinseal/internal/mfa/configuration"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
	"github.com/twinseal/twinseal/internal/mfa/people"
	"github.com/twinseal/twinseal/internal/mfa/provision"
	"github.com/twinseal/twinseal/internal/mfa/rulebook"
	"github.com/twinseal/twinseal/internal/pgtest"
	"github.com/twinseal/twinseal/internal/seal"
	"github.com/twinseal/twinseal/internal/store"
	"github.com/twinseal/twinseal/receipt"
)

// Clock stands still until it is moved.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is the moment it shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves it.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Places knows what a test writes into it.
type Places map[netip.Addr]mfa.Place

// Look finds it.
func (p Places) Look(addr netip.Addr) mfa.Place { return p[addr] }

// World is one server with one organization, one directory and one application.
type World struct {
	tb        testing.TB
	Store     mfa.Store
	Clock     *Clock
	Service   *mfa.Service
	Provision *provision.Service
	// Configuration is what the organization makes for itself.
	Configuration *configuration.Service
	Rules         *rulebook.Service
	Passkeys      *passkeys.Service
	People        *people.Service
	Actions       *actions.Service
	// Places is what is known of addresses; a test fills it in before it asks.
	Places  Places
	Caller  *mfa.Caller
	Key     mfa.Secret // of the application
	SealKey *ecdsa.PrivateKey
	Waker   mfa.Waker
}

// Engines runs a test on a fresh world of each engine.
func Engines(t *testing.T, test func(t *testing.T, w *World)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, New(t, store.Options{SQLitePath: filepath.Join(t.TempDir(), "test.db")}))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, New(t, store.Options{PostgresURL: pgtest.Database(t)}))
	})
}

// Waker gives a bus within the process the form of the port.
type Waker struct{ bus.Local }

// Subscribe returns a subscription's channel and what ends it.
func (w *Waker) Subscribe(topic string) (<-chan struct{}, func()) {
	s := w.Local.Subscribe(topic)
	return s.C(), s.Close
}

// New opens a world on a database.
func New(tb testing.TB, o store.Options) *World {
	tb.Helper()
	waker := &Waker{}
	o.Waker = waker
	o.Master = master(tb)
	opened, err := store.Open(tb.Context(), o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := opened.Close(); err != nil {
			tb.Error(err)
		}
	})
	w := &World{tb: tb, Store: opened, Clock: &Clock{now: time.Now().UTC().Truncate(time.Second)}, Waker: waker}
	if w.SealKey, err = receipt.NewKey(); err != nil {
		tb.Fatal(err)
	}
	w.Service = w.Beside(mfa.Options{PublicURL: "https://mfa.example.test", Sandbox: true})
	rules, err := rulebook.New(rulebook.Config{Domain: w.Service, Store: w.Store})
	if err != nil {
		tb.Fatal(err)
	}
	w.Rules, w.Places = rules, Places{}
	w.Configuration = configuration.New(w.Service)
	w.Provision = provision.New(provision.Config{
		Domain: w.Service, Store: w.Store, Random: rand.Reader, TOTP: totp.New(mfa.DefaultLimits().TOTPWindow), Rules: rules,
	})
	w.Passkeys = passkeys.New(passkeys.Config{
		Domain: w.Service, Store: w.Store, Random: rand.Reader, Factor: passkey.New(passkey.Config{Now: w.Clock.Now}), Sealer: w,
	})
	w.People = people.New(people.Config{
		Domain: w.Service, Store: w.Store, TOTP: totp.New(mfa.DefaultLimits().TOTPWindow), Passkeys: w.Passkeys,
	})
	w.Actions = actions.New(actions.Config{Domain: w.Service, Store: w.Store, Rules: rules, People: w.People, Places: w.Places})
	w.furnish()
	return w
}

func master(tb testing.TB) seal.Master {
	tb.Helper()
	m, err := seal.FileSource(tb.TempDir()).ReadOrCreate(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

// SealReceipt makes the world its own sealer.
func (w *World) SealReceipt(statement string, key json.RawMessage, challenge mfa.ChallengeID, event mfa.EventID, at time.Time) (json.RawMessage, error) {
	jwk, err := receipt.ParseJWK(key)
	if err != nil {
		return nil, err
	}
	sealed, err := receipt.Seal(w.SealKey, statement, jwk, string(challenge), string(event), at)
	if err != nil {
		return nil, err
	}
	return sealed.Marshal()
}

// SealPasskey does so for answers of passkeys.
func (w *World) SealPasskey(statement string, by receipt.Passkey, challenge mfa.ChallengeID, event mfa.EventID, at time.Time) (json.RawMessage, error) {
	sealed, err := receipt.SealPasskey(w.SealKey, statement, by, string(challenge), string(event), at)
	if err != nil {
		return nil, err
	}
	return sealed.Marshal()
}

func (w *World) furnish() {
	w.Key = mfa.SecretText("test-api-key-0001")
	settings := mfa.DefaultSettings()
	settings.CustomCodes = true
	plan := provision.Plan{Organizations: []provision.PlannedOrganization{{Name: "Acme", Directories: []provision.PlannedDirectory{{
		Name: "customers", Applications: []provision.PlannedApplication{{
			Name: "Bank", Settings: settings, Keys: []provision.PlannedKey{{Kind: mfa.KeyAuthyAPI, Secret: w.Key}},
		}},
	}}}}}
	_, err := w.Provision.Apply(w.tb.Context(), plan)
	w.must(err)
	w.Caller, err = w.Service.Authenticate(w.tb.Context(), mfa.KeyAuthyAPI, w.Key)
	w.must(err)
}

func (w *World) must(err error) {
	w.tb.Helper()
	if err != nil {
		w.tb.Fatal(err)
	}
}

// Context is the test's.
func (w *World) Context() context.Context { return w.tb.Context() }

// Beside is another service over the same store, as a second process would have it: with caches of its own.
func (w *World) Beside(o mfa.Options) *mfa.Service {
	limits := mfa.DefaultLimits()
	return mfa.New(mfa.Config{
		Store: w.Store, Clock: w.Clock, Random: rand.Reader, Waker: w.Waker, Limits: limits, Sealer: w,
		Factors: mfa.Factors{TOTP: totp.New(limits.TOTPWindow), OTP: otp.New(), Recovery: recovery.New(), Device: device.New()}, Options: o,
	})
}
