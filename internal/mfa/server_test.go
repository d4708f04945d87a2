package mfa_test

import (
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
)

var pseudonymForm = regexp.MustCompile(`^[0-9A-Za-z]{43}$`)

func TestPseudonyms(t *testing.T) {
	t.Parallel()
	play(t, []scene{
		{"are stable, also in another process, and tell nothing", func(t *testing.T, w *mfatest.World) {
			first, err := w.Service.Pseudonym(t.Context(), "scope", "user", "service")
			if err != nil || !pseudonymForm.MatchString(first) {
				t.Fatal(first, err)
			}
			if again, err := w.Beside(mfa.Options{}).Pseudonym(t.Context(), "scope", "user", "service"); err != nil || again != first {
				t.Errorf("again: %s, %v", again, err)
			}
		}},
		{"differ when anything does", func(t *testing.T, w *mfatest.World) {
			seen := map[string][]string{}
			for _, of := range [][]string{{"a"}, {"a", ""}, {"ab"}, {"a", "b"}, {"", "ab"}, {"b", "a"}, {"x", "a", "b"}} {
				got, err := w.Service.Pseudonym(t.Context(), of[0], of[1:]...)
				if err != nil || seen[got] != nil {
					t.Errorf("%q is %s as %q, %v", of, got, seen[got], err)
				}
				seen[got] = of
			}
		}},
		{"are agreed on by all who begin at once", func(t *testing.T, w *mfatest.World) {
			var mu sync.Mutex
			seen := map[string]bool{}
			var all sync.WaitGroup
			for range 8 {
				beside := w.Beside(mfa.Options{})
				all.Go(func() {
					got, err := beside.Pseudonym(t.Context(), "fresh")
					if err != nil {
						t.Error(err)
					}
					mu.Lock()
					defer mu.Unlock()
					seen[got] = true
				})
			}
			all.Wait()
			if len(seen) != 1 {
				t.Errorf("%d of them", len(seen))
			}
		}},
	})
}

func TestANonceCountsOnceInItsScope(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		until := w.Clock.Now().Add(time.Minute)
		spend := func(scope, nonce string) error { return w.Service.SpendNonce(t.Context(), scope, nonce, until) }
		for _, fresh := range [][2]string{{"a:1", "n"}, {"a:2", "n"}, {"a:1", "m"}} {
			if err := spend(fresh[0], fresh[1]); err != nil {
				t.Errorf("%v: %v", fresh, err)
			}
		}
		want(t, "again", spend("a:1", "n"), mfa.Replayed, "")
	})
}

func TestServerSecretsStay(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		_, err := w.Service.ServerSecret(t.Context(), "api_key:1")
		want(t, "before", err, mfa.NotFound, "")
		for _, brought := range []string{"first", "second"} {
			kept, err := w.Service.KeepServerSecret(t.Context(), "api_key:1", mfa.SecretText(brought))
			if err != nil || !kept.Equal(mfa.SecretText("first")) {
				t.Errorf("kept %q, %v", kept.Reveal(), err)
			}
		}
	})
}
