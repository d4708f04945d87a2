package engine_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"github.com/twinseal/twinseal/internal/store/engine"
)

// crowdSize is how many goroutines contend in these tests.
const crowdSize = 200

func TestOneOfManyConditionalUpdatesWins(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := migrated(t, open(engine.Options{}))
		exec(t, e, putCounter, "a", 0)
		var won atomic.Int64
		crowd(crowdSize, func(i int) {
			var n int64
			err := e.Write(context.Background(), func(tx engine.WriteTx) (err error) {
				n, err = tx.Exec(casCounter, "a", 0, i+1)
				return err
			})
			if err != nil {
				t.Error(err)
			}
			won.Add(n)
		})
		if won.Load() != 1 {
			t.Errorf("%d won", won.Load())
		}
	})
}

// increment reads a counter, then writes it: right only under the lock.
func increment(e engine.Engine, id string) error {
	return e.Write(context.Background(), func(tx engine.WriteTx) error {
		var n int64
		if err := tx.Query(lockCounter, func(r engine.Row) error { return r.Scan(&n) }, id); err != nil {
			return err
		}
		_, err := tx.Exec(setCounter, id, n+1)
		return err
	})
}

func TestLockSerialisesReadingAndWriting(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := migrated(t, open(engine.Options{}))
		for i := range 3 {
			exec(t, e, putCounter, fmt.Sprint("c", i), 0)
		}
		crowd(crowdSize, func(i int) {
			if err := increment(e, fmt.Sprint("c", i%3)); err != nil {
				t.Error(err)
			}
		})
		if n := number(t, e, sumCounter); n != crowdSize {
			t.Errorf("counted %d", n)
		}
	})
}

func TestLockHoldsBetweenEngines(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		engines := []engine.Engine{migrated(t, open(engine.Options{})), open(engine.Options{})}
		for i := range 3 {
			exec(t, engines[0], putCounter, fmt.Sprint("c", i), 0)
		}
		crowd(crowdSize, func(i int) {
			if err := increment(engines[i%2], fmt.Sprint("c", i%3)); err != nil {
				t.Error(err)
			}
		})
		if n := number(t, engines[1], sumCounter); n != crowdSize {
			t.Errorf("counted %d", n)
		}
	})
}

// both locks two counters in the given order and increments them.
func both(tx engine.WriteTx, ids ...string) error {
	for _, id := range ids {
		if _, err := tx.Exec(lockCounter, id); err != nil {
			return err
		}
	}
	for _, id := range ids {
		if _, err := tx.Exec(addCounter, id); err != nil {
			return err
		}
	}
	return nil
}

func TestLocksTakenInOppositeOrdersInOneGroup(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		exec(t, e, putCounter, "a", 0)
		exec(t, e, putCounter, "b", 0)
		errs := together(t, e,
			func(tx engine.WriteTx) error { return both(tx, "a", "b", "a") },
			func(tx engine.WriteTx) error { return both(tx, "b", "a") })
		if err := errors.Join(errs...); err != nil {
			t.Error(err)
		}
		if n := number(t, e, sumCounter); n != 5 {
			t.Errorf("counted %d", n)
		}
	})
}

func TestLocksTakenInOppositeOrdersByTwoEngines(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		one, two := migrated(t, open(engine.Options{})), open(engine.Options{})
		exec(t, one, putCounter, "a", 0)
		exec(t, one, putCounter, "b", 0)
		crowd(40, func(i int) {
			e, ids := one, []string{"a", "b"}
			if i%2 == 1 {
				e, ids = two, []string{"b", "a"}
			}
			if err := e.Write(context.Background(), func(tx engine.WriteTx) error { return both(tx, ids...) }); err != nil {
				t.Error(err)
			}
		})
		if n := number(t, one, sumCounter); n != 80 {
			t.Errorf("counted %d", n)
		}
	})
}

func TestPlainInsertsThatConflictFindTheirOwnResult(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		exec(t, e, putMark, "m3", "o")
		affected := make([]int64, 10)
		var writes []func(engine.WriteTx) error
		for i := range affected {
			writes = append(writes, func(tx engine.WriteTx) (err error) {
				affected[i], err = tx.Exec(putMarkOnce, fmt.Sprint("m", i), "o")
				return err
			})
		}
		if err := errors.Join(together(t, e, writes...)...); err != nil {
			t.Error(err)
		}
		for i, n := range affected {
			if (n == 1) != (i != 3) {
				t.Errorf("%d changed %d", i, n)
			}
		}
	})
}

func TestBatchResultsGoToTheirCallers(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		for i := range 10 {
			for j := range i % 4 {
				exec(t, e, putMark, fmt.Sprintf("m%d.%d", i, j), fmt.Sprint("o", i))
			}
			exec(t, e, putCounter, fmt.Sprint("c", i), i)
		}
		got := make([]string, 30)
		var writes []func(engine.WriteTx) error
		for i := range got {
			owner := fmt.Sprint("o", i%15) // the last five own nothing; all come twice
			writes = append(writes, func(tx engine.WriteTx) error {
				got[i] = ""
				if err := tx.Query(marksOf, func(r engine.Row) error {
					var id string
					err := r.Scan(&id)
					got[i] += id + " "
					return err
				}, owner); err != nil {
					return err
				}
				n, err := tx.Exec(setCounter, fmt.Sprint("c", i%15), i)
				got[i] += fmt.Sprint(n)
				return err
			})
		}
		if err := errors.Join(together(t, e, writes...)...); err != nil {
			t.Error(err)
		}
		for i := range got {
			want, o := "", i%15
			for j := range o % 4 {
				if o < 10 {
					want += fmt.Sprintf("m%d.%d ", o, j)
				}
			}
			if want += fmt.Sprint(min(1, max(0, 10-o))); got[i] != want {
				t.Errorf("%d: %q, want %q", i, got[i], want)
			}
		}
	})
}

// What functions of the property test do.
const (
	succeeds = iota
	failsEarly
	failsLate
	panics
	violates
	kinds
)

func TestAnyMixOfFailuresKeepsExactlyTheSuccesses(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := migrated(t, open(engine.Options{}))
		exec(t, e, putMark, "taken", "o")
		round := 0
		rapid.Check(t, func(rt *rapid.T) {
			round++
			id := fmt.Sprint("r", round)
			exec(t, e, putCounter, id, 0)
			plan := rapid.SliceOfN(rapid.IntRange(0, kinds-1), 1, 40).Draw(rt, "plan")
			var successes int64
			for _, kind := range plan {
				if kind == succeeds {
					successes++
				}
			}
			crowd(len(plan), func(i int) {
				err := e.Write(context.Background(), func(tx engine.WriteTx) error { return act(tx, plan[i], id) })
				if (err == nil) != (plan[i] == succeeds) {
					rt.Errorf("kind %d: %v", plan[i], err)
				}
			})
			if n := number(t, e, getCounter, id); n != successes {
				rt.Errorf("counted %d of %d", n, successes)
			}
		})
	})
}

func act(tx engine.WriteTx, kind int, id string) error {
	if kind == failsEarly {
		return errMine
	}
	if _, err := tx.Exec(addCounter, id); err != nil {
		return err
	}
	switch kind {
	case failsLate:
		return errMine
	case panics:
		panic(errMine)
	case violates:
		_, err := tx.Exec(putMark, "taken", "o")
		return err
	}
	return nil
}
