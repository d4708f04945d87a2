package launchkey_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/dialect/launchkey"
	"github.com/twinseal/twinseal/internal/mfa"
)

// slow is a memory whose look for a second key takes until it is let go on.
type slow struct {
	memory

	asked chan struct{}
	goOn  chan struct{}
	looks atomic.Int32
	stuck atomic.Bool
}

func (s *slow) ServerSecret(ctx context.Context, name string) (mfa.Secret, error) {
	if name != "launchkey_api_key:1" && s.stuck.Load() {
		s.looks.Add(1)
		s.asked <- struct{}{}
		<-s.goOn
	}
	return s.memory.ServerSecret(ctx, name)
}

func TestWhoeverAsksForKeysThatThereAreNotKeepsNobodyFromSigning(t *testing.T) {
	t.Parallel()
	secrets := &slow{asked: make(chan struct{}, 1000), goOn: make(chan struct{})}
	var seconds atomic.Int64
	ring := launchkey.NewRing(secrets, func() time.Time { return time.Unix(seconds.Load(), 0) })
	first, err := ring.Current(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	secrets.stuck.Store(true)
	const crowd = 100
	var group sync.WaitGroup
	for range crowd {
		group.Go(func() {
			if found, err := ring.Find(t.Context(), "ff"); found || err != nil {
				t.Errorf("found %v, %v", found, err)
			}
		})
	}
	<-secrets.asked
	for range 3 {
		if id, err := ring.Current(t.Context()); id != first || err != nil {
			t.Errorf("signed by %s, %v", id, err)
		}
		if found, err := ring.Find(t.Context(), first); !found || err != nil {
			t.Errorf("a known key: %v, %v", found, err)
		}
		seconds.Add(60) // long after the keys were looked at
	}
	close(secrets.goOn)
	group.Wait()
	if n := secrets.looks.Load(); n > crowd {
		t.Errorf("%d looks for %d questions", n, crowd)
	}
}

func TestAKeyOfAnotherNodeIsFoundAtOnceAndSignsSoon(t *testing.T) {
	t.Parallel()
	var secrets memory
	var seconds atomic.Int64
	ring := launchkey.NewRing(&secrets, func() time.Time { return time.Unix(seconds.Load(), 0) })
	first, err := ring.Current(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	second, err := launchkey.RotateKey(t.Context(), &secrets)
	if err != nil || second == first {
		t.Fatal(second, err)
	}
	if id, err := ring.Current(t.Context()); id != first || err != nil {
		t.Errorf("at once: %s, %v", id, err)
	}
	if found, err := ring.Find(t.Context(), second); !found || err != nil {
		t.Errorf("named by a client: %v, %v", found, err)
	}
	seconds.Add(3)
	if id, err := ring.Current(t.Context()); id != second || err != nil {
		t.Errorf("later: %s, %v", id, err)
	}
}
