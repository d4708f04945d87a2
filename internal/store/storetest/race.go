package storetest

import (
	"context"
	"sync"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
)

// crowd is how many goroutines race.
const crowd = 200

// race lets a crowd make the same change at the same time and counts for how many
// it reports true. First all go through one store, then, on data that again says,
// through two stores of the same database, as two processes would.
func race(w *world, wins int, setUp func() func(mfa.WriteRecords) (bool, error)) {
	w.Helper()
	for _, stores := range [][]mfa.Store{{w.store}, {w.store, w.open(nil)}} {
		change := setUp()
		if got := compete(w.T, stores, func(ctx context.Context, s mfa.Store) (bool, error) { return tryChange(ctx, s, change) }); got != wins {
			w.Errorf("%d stores: %d of %d won, want %d", len(stores), got, crowd, wins)
		}
	}
}

// compete starts a crowd behind one gate and counts who reports true.
func compete(t *testing.T, stores []mfa.Store, try func(context.Context, mfa.Store) (bool, error)) int {
	t.Helper()
	var all sync.WaitGroup
	gate := make(chan struct{})
	won, failed := make(chan bool, crowd), make(chan error, crowd)
	for i := range crowd {
		all.Go(func() {
			<-gate
			ok, err := try(t.Context(), stores[i%len(stores)])
			won <- ok && err == nil
			failed <- err
		})
	}
	close(gate)
	all.Wait()
	close(won)
	close(failed)
	for err := range failed {
		if err != nil {
			t.Error(err)
		}
	}
	wins := 0
	for ok := range won {
		if ok {
			wins++
		}
	}
	return wins
}

// unlessConflict turns the loser's Conflict into a report.
func unlessConflict(err error) (bool, error) {
	if mfa.IsCode(err, mfa.Conflict) {
		return false, nil
	}
	return err == nil, err
}
