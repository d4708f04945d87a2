package engine_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/store/engine"
)

// longest is more patience than any test has: whoever waits so long was forgotten.
const longest = time.Hour

// marking is a Write of one mark.
func marking(id string) func(engine.WriteTx) error {
	return func(tx engine.WriteTx) error {
		_, err := tx.Exec(putMark, id, "o")
		return err
	}
}

func TestPatienceEndsWhenEnoughShareATransaction(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		const enough = 16
		errs := make([]error, enough)
		crowd(enough, func(i int) { errs[i] = e.WriteTogether(t.Context(), longest, marking(fmt.Sprint(i))) })
		if err := errors.Join(errs...); err != nil {
			t.Error(err)
		}
		if n := number(t, e, countMarks); n != enough {
			t.Errorf("%d marks", n)
		}
	})
}

func TestWhoHasNoPatienceIsNotKeptWaiting(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		var waiting sync.WaitGroup
		for i := range 3 {
			waiting.Go(func() {
				if err := e.WriteTogether(context.Background(), longest, marking(fmt.Sprint("patient", i))); err != nil {
					t.Error(err)
				}
			})
		}
		if e.Flavour() == engine.SQLite {
			waitFor(e, 3)
		}
		exec(t, e, putMark, "hasty", "o")
		waiting.Wait() // they went with it
		if n := number(t, e, countMarks); n != 4 {
			t.Errorf("%d marks", n)
		}
	})
}

func TestPatienceEndsByItself(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		if err := e.WriteTogether(t.Context(), time.Millisecond, marking("a")); err != nil {
			t.Error(err)
		}
		if n := number(t, e, countMarks); n != 1 {
			t.Errorf("%d marks", n)
		}
	})
}

func TestThePatientMayLeaveAndAreSentHomeAtTheEnd(t *testing.T) {
	t.Parallel()
	e, err := engine.OpenSQLite(t.Context(), t.TempDir()+"/test.db", oneWriter)
	e = migrated(t, opened(t, e, err))
	ctx, cancel := context.WithCancel(t.Context())
	left, closed := make(chan error, 1), make(chan error, 1)
	go func() { left <- e.WriteTogether(ctx, longest, marking("left")) }()
	waitFor(e, 1)
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	go func() { closed <- e.WriteTogether(context.Background(), longest, marking("closed")) }()
	waitFor(e, 2)
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if err := <-closed; !errors.Is(err, engine.ErrClosed) {
		t.Errorf("got %v", err)
	}
}
