package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/seal"
	"github.com/twinseal/twinseal/internal/store"
)

// onBoth runs a test on a fresh database of each kind.
func onBoth(t *testing.T, test func(*testing.T, store.Options)) {
	t.Helper()
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, database(t))
		})
	}
}

func TestOpenWantsOneDatabase(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]store.Options{"none": {}, "both": {SQLitePath: "x", PostgresURL: "postgres://x"}} {
		if _, err := store.Open(t.Context(), o); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
}

func TestProcessesThatStartTogetherAgreeOnTheKeys(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, o store.Options) {
		const processes = 8
		stores := make([]*store.Store, processes)
		var all sync.WaitGroup
		gate := make(chan struct{})
		for i := range stores {
			all.Go(func() {
				<-gate
				s, err := store.Open(t.Context(), o)
				if err != nil {
					t.Error(err)
					return
				}
				stores[i] = s
			})
		}
		close(gate)
		all.Wait()
		for i, s := range stores {
			if s == nil {
				continue
			}
			t.Cleanup(func() { s.Close() })
			secret := keep(t, s, "shared", string(rune('a'+i)))
			if first := keep(t, stores[0], "shared", "?"); secret != first {
				t.Errorf("process %d reads %q, the first %q", i, secret, first)
			}
		}
	})
}

// keep stores a secret where there is none and returns the one that is there.
func keep(t *testing.T, s *store.Store, name, secret string) string {
	t.Helper()
	var kept mfa.Secret
	err := s.Write(t.Context(), func(w mfa.WriteRecords) (err error) {
		kept, err = w.KeepServerSecret(name, mfa.SecretText(secret))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(kept.Reveal())
}

func TestOpenWantsTheSameMasterKeyAgain(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, o store.Options) {
		keep(t, open(t, o), "name", "kept")
		wrong := o
		wrong.Master = master(t, "2")
		if _, err := store.Open(t.Context(), wrong); !errors.Is(err, seal.ErrWrongMaster) {
			t.Errorf("opened with another key: %v", err)
		}
		if got := keep(t, open(t, o), "name", "new"); got != "kept" {
			t.Errorf("the secret is %q now", got)
		}
	})
}

func TestRotatedKeysAreLearntByOtherProcesses(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, o store.Options) {
		first, second := open(t, o), open(t, o)
		keep(t, first, "before", "old")
		if err := first.RotateKeys(t.Context()); err != nil {
			t.Fatal(err)
		}
		keep(t, first, "after", "new")
		for _, s := range []*store.Store{first, second, open(t, o)} {
			for name, want := range map[string]string{"before": "old", "after": "new"} {
				if got := keep(t, s, name, "?"); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
		}
	})
}

func TestOfProcessesThatRotateTogetherOneDoes(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, o store.Options) {
		first, second := open(t, o), open(t, o)
		if err := first.RotateKeys(t.Context()); err != nil {
			t.Fatal(err)
		}
		// The second has not met the new key, so it makes one of the same number.
		if err := second.RotateKeys(t.Context()); !mfa.IsCode(err, mfa.Conflict) {
			t.Errorf("both rotated: %v", err)
		}
		if err := second.RotateKeys(t.Context()); err != nil {
			t.Error(err)
		}
		keep(t, second, "name", "kept")
		if got := keep(t, first, "name", "?"); got != "kept" {
			t.Errorf("got %q", got)
		}
	})
}

func TestAClosedStoreIsUnavailable(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, o store.Options) {
		s := open(t, o)
		if err := s.Ping(t.Context()); err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		for name, call := range map[string]func() error{
			"read": func() error {
				return s.Read(t.Context(), func(r mfa.Records) error {
					_, err := r.Organization("x")
					return err
				})
			},
			"write": func() error { return s.Write(t.Context(), func(mfa.WriteRecords) error { return nil }) },
			"ping":  func() error { return s.Ping(t.Context()) },
		} {
			if err := call(); !mfa.IsCode(err, mfa.Unavailable) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestAPanicIsAnInternalErrorAndLeavesTheStoreUsable(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, o store.Options) {
		s := open(t, o)
		err := s.Write(t.Context(), func(mfa.WriteRecords) error { panic("boom") })
		if !mfa.IsCode(err, mfa.Internal) {
			t.Errorf("got %v", err)
		}
		keep(t, s, "name", "kept")
	})
}

// A time so short that it has passed is the caller's and not a fault of ours.
func TestADeadlineThatPassedIsUnavailable(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, o store.Options) {
		s := open(t, o)
		ctx, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
		defer cancel()
		if err := s.Write(ctx, func(mfa.WriteRecords) error { return nil }); !mfa.IsCode(err, mfa.Unavailable) {
			t.Errorf("got %v", err)
		}
	})
}
