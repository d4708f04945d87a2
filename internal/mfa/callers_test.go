package mfa_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/provision"
)

// lookups counts how often a key is looked up, and tells of each.
type lookups struct {
	mfa.Store
	n *atomic.Int64
}

type lookupRecords struct {
	mfa.Records
	n *atomic.Int64
}

func (s lookups) Read(ctx context.Context, f func(mfa.Records) error) error {
	return s.Store.Read(ctx, func(r mfa.Records) error { return f(lookupRecords{r, s.n}) })
}

func (r lookupRecords) KeyBySecret(k mfa.KeyKind, s mfa.Secret) (mfa.Key, error) {
	r.n.Add(1)
	return r.Records.KeyBySecret(k, s)
}

func TestKeysOpenTheirApplicationAlone(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		for what, try := range map[string]struct {
			kind   mfa.KeyKind
			secret string
		}{
			"no key":                    {mfa.KeyAuthyAPI, ""},
			"an unknown key":            {mfa.KeyAuthyAPI, "test-api-key-0002"},
			"a part of a key":           {mfa.KeyAuthyAPI, "test-api-key-000"},
			"a key of another kind":     {mfa.KeyAuthyAccess, string(w.Key.Reveal())},
			"a key that is too long":    {mfa.KeyAuthyAPI, string(w.Key.Reveal()) + "x"},
			"a key with another case":   {mfa.KeyAuthyAPI, "TEST-API-KEY-0001"},
			"a key with space about it": {mfa.KeyAuthyAPI, " test-api-key-0001 "},
		} {
			c, err := w.Service.Authenticate(t.Context(), try.kind, mfa.SecretText(try.secret))
			want(t, what, err, mfa.Unauthenticated, "")
			if c != nil {
				t.Errorf("%s opened %s", what, c.Application.Name)
			}
		}
	})
}

func TestARolledKeyWorksUntilItsEnd(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		old := mfa.SecretText("test-api-key-rolled")
		_, err := w.Provision.Apply(t.Context(), provision.Plan{Organizations: []provision.PlannedOrganization{{
			Name: "Acme", Directories: []provision.PlannedDirectory{{Name: "customers", Applications: []provision.PlannedApplication{{
				Name: "Bank", Settings: w.Caller.Application.Settings,
				Keys: []provision.PlannedKey{{Kind: mfa.KeyAuthyAPI, Secret: old, ExpiresAt: w.Clock.Now().Add(time.Hour)}},
			}}}},
		}}})
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range []mfa.Secret{old, w.Key} {
			if c, err := w.Service.Authenticate(t.Context(), mfa.KeyAuthyAPI, key); err != nil || c.Application.ID != w.Caller.Application.ID {
				t.Fatal(err)
			}
		}
		w.Clock.Advance(time.Hour)
		_, err = w.Service.Authenticate(t.Context(), mfa.KeyAuthyAPI, old) // it is cached, and judged all the same
		want(t, "after its end", err, mfa.Unauthenticated, "")
		if _, err := w.Service.Authenticate(t.Context(), mfa.KeyAuthyAPI, w.Key); err != nil {
			t.Errorf("the other key: %v", err)
		}
	})
}

// watched runs a service over a store that counts look-ups.
func watched(t *testing.T, w *mfatest.World) (*mfa.Service, *atomic.Int64) {
	t.Helper()
	n := &atomic.Int64{}
	store := w.Store
	w.Store = lookups{store, n}
	service := w.Beside(mfa.Options{})
	w.Store = store
	return service, n
}

func TestAKeyIsLookedUpOnceWhileItsCallerIsCached(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		service, n := watched(t, w)
		for range 100 {
			if _, err := service.Authenticate(t.Context(), mfa.KeyAuthyAPI, w.Key); err != nil {
				t.Fatal(err)
			}
		}
		if n.Load() == 0 || n.Load() > 50 { // a few, should the machine be very slow
			t.Errorf("a key was looked up %d times for 100 requests", n.Load())
		}
	})
}

// remove takes the world's key away in the database.
func remove(t *testing.T, w *mfatest.World, announce bool) {
	t.Helper()
	err := w.Store.Write(t.Context(), func(r mfa.WriteRecords) error {
		if announce {
			r.Announce(mfa.TopicConfiguration)
		}
		return r.RemoveKey(w.Caller.Key.ID)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// stops waits until a key opens nothing any more; a test that never sees it runs into its own time limit.
func stops(t *testing.T, s *mfa.Service, key mfa.Secret) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		_, err := s.Authenticate(t.Context(), mfa.KeyAuthyAPI, key)
		if mfa.IsCode(err, mfa.Unauthenticated) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		<-tick.C
	}
}

func TestARevokedKeyStopsWhenTheCacheEntryEnds(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		if _, err := w.Service.Authenticate(t.Context(), mfa.KeyAuthyAPI, w.Key); err != nil {
			t.Fatal(err)
		}
		remove(t, w, false)
		stops(t, w.Service, w.Key) // nobody announced it
	})
}

func TestAnAnnouncedChangeDropsTheCache(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		service, n := watched(t, w)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- service.Run(ctx) }()
		if _, err := service.Authenticate(t.Context(), mfa.KeyAuthyAPI, w.Key); err != nil {
			t.Fatal(err)
		}
		before := n.Load()
		w.Waker.Announce(mfa.TopicConfiguration)
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for n.Load() == before { // within the entry's life only a drop brings a look-up; later ones would, too
			w.Waker.Announce(mfa.TopicConfiguration) // Run may not have subscribed yet
			<-tick.C
			if _, err := service.Authenticate(t.Context(), mfa.KeyAuthyAPI, w.Key); err != nil {
				t.Fatal(err)
			}
		}
		remove(t, w, true)
		stops(t, service, w.Key)
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestTheOnlyApplicationNeedsNoNumber(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		for _, number := range []int64{0, w.Caller.Application.Number} {
			if c, err := w.Service.CallerByNumber(t.Context(), number); err != nil || c.Application.ID != w.Caller.Application.ID {
				t.Errorf("number %d: %v", number, err)
			}
		}
		_, err := w.Service.CallerByNumber(t.Context(), 999999)
		want(t, "an unknown number", err, mfa.NotFound, "")
		other := provision.PlannedDirectory{Name: "people", Applications: []provision.PlannedApplication{{Name: "Shop"}}}
		_, err = w.Provision.Apply(t.Context(), provision.Plan{Organizations: []provision.PlannedOrganization{
			{Name: "Moved", Directories: []provision.PlannedDirectory{other}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Service.CallerByNumber(t.Context(), 0)
		want(t, "no number where there are two", err, mfa.Invalid, "")
		if keys, err := w.Service.LiveKeys(t.Context(), w.Caller.Application.ID); err != nil || len(keys) != 1 || !keys[0].Secret.Equal(w.Key) {
			t.Errorf("the keys are %v, %v", keys, err)
		}
	})
}
