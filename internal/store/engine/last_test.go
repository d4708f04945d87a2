package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/twinseal/twinseal/internal/pgtest"
	"github.com/twinseal/twinseal/internal/store/engine"
)

// sizes are those of a Write alone and of groups.
var sizes = []int{1, 2, 30}

// burn moves a counter from 0 to 1 as the last statement, after a mark for later; losing is its outcome.
func burn(tx engine.WriteTx, counter, mark string) error {
	if err := tx.Later(putMark, mark, "o"); err != nil {
		return err
	}
	n, err := tx.Last(casCounter, counter, 0, 1)
	if err == nil && n != 1 {
		return errMine
	}
	return err
}

func TestLastStatementsAreCountedAndDurable(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		for _, size := range sizes {
			var writes []func(engine.WriteTx) error
			for i := range size {
				counter := fmt.Sprintf("c%d-%d", size, i)
				exec(t, e, putCounter, counter, i%3) // every third is still to be had
				writes = append(writes, func(tx engine.WriteTx) error { return burn(tx, counter, "m"+counter) })
			}
			for i, err := range together(t, e, writes...) {
				if i%3 == 0 && err != nil || i%3 != 0 && err != errMine {
					t.Errorf("%d of %d: %v", i, size, err)
				}
			}
		}
		if n := number(t, e, countMarks); n < 1+1+10 {
			t.Errorf("%d marks", n)
		}
	})
}

func TestOneOfManyLastStatementsOfOneRowWins(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		exec(t, e, putCounter, "a", 0)
		var writes []func(engine.WriteTx) error
		for i := range 30 {
			writes = append(writes, func(tx engine.WriteTx) error { return burn(tx, "a", fmt.Sprint("m", i)) })
		}
		won := 0
		for _, err := range together(t, e, writes...) {
			switch err {
			case nil:
				won++
			case errMine:
			default:
				t.Error(err)
			}
		}
		if won != 1 || number(t, e, getCounter, "a") != 1 {
			t.Errorf("%d won", won)
		}
	})
}

func TestLocksHeldByLastStatementsDoNotStopTheOthers(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		exec(t, e, putCounter, "a", 0)
		var writes []func(engine.WriteTx) error
		for range 20 {
			writes = append(writes, func(tx engine.WriteTx) error {
				var n int64
				if err := tx.Query(lockCounter, func(row engine.Row) error { return row.Scan(&n) }, "a"); err != nil {
					return err
				}
				_, err := tx.Last(setCounter, "a", n+1)
				return err
			})
		}
		if err := errors.Join(together(t, e, writes...)...); err != nil {
			t.Error(err)
		}
		if n := number(t, e, getCounter, "a"); n != 20 {
			t.Errorf("counted %d", n)
		}
	})
}

func TestWhatComesLaterIsSeenByTheSameFunction(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		for _, size := range sizes {
			var writes []func(engine.WriteTx) error
			for i := range size {
				owner := fmt.Sprintf("o%d-%d", size, i)
				writes = append(writes, func(tx engine.WriteTx) error {
					if err := errors.Join(tx.Later(putMark, owner+"a", owner), tx.Later(putMark, owner+"b", owner)); err != nil {
						return err
					}
					var seen []string
					err := tx.Query(marksOf, func(row engine.Row) error {
						var id string
						err := row.Scan(&id)
						seen = append(seen, id)
						return err
					}, owner)
					if !slices.Equal(seen, []string{owner + "a", owner + "b"}) {
						t.Errorf("saw %v", seen)
					}
					return err
				})
			}
			if err := errors.Join(together(t, e, writes...)...); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestFailureOfWhatComesLaterHurtsNobodyElse(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		exec(t, e, putMark, "taken", "o")
		for _, size := range sizes {
			var writes []func(engine.WriteTx) error
			for i := range size {
				mark := fmt.Sprintf("m%d-%d", size, i)
				if i == size/2 {
					mark = "taken"
				}
				writes = append(writes, func(tx engine.WriteTx) error {
					if i%2 == 0 {
						return tx.Later(putMark, mark, "o")
					}
					counter := "c" + mark
					if err := errors.Join(tx.Later(putCounter, counter, 0), tx.Later(putMark, mark, "o")); err != nil {
						return err
					}
					_, err := tx.Last(setCounter, counter, 1)
					return err
				})
			}
			for i, err := range together(t, e, writes...) {
				if (i == size/2) != errors.Is(err, engine.ErrUnique) || i != size/2 && err != nil {
					t.Errorf("%d of %d: %v", i, size, err)
				}
			}
		}
		if n := number(t, e, countMarks); n != 1+0+1+29 {
			t.Errorf("%d marks", n)
		}
	})
}

func TestErrorForgetsWhatWasToComeLater(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		err := e.Write(t.Context(), func(tx engine.WriteTx) error {
			if err := tx.Later(putMark, "a", "o"); err != nil {
				return err
			}
			return errMine
		})
		if err != errMine || number(t, e, countMarks) != 0 {
			t.Errorf("%v, and a mark is left", err)
		}
	})
}

func TestNothingRunsAfterTheLastStatement(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		exec(t, e, putCounter, "a", 0)
		err := e.Write(t.Context(), func(tx engine.WriteTx) error {
			if _, err := tx.Last(setCounter, "a", 1); err != nil {
				return err
			}
			_, first := tx.Exec(setCounter, "a", 2)
			if later := tx.Later(putMark, "a", "o"); first == nil || later == nil {
				t.Errorf("got %v and %v", first, later)
			}
			return nil
		})
		if err != nil || number(t, e, getCounter, "a") != 1 || number(t, e, countMarks) != 0 {
			t.Errorf("it was run, %v", err)
		}
	})
}

// A batch that may do nothing for some of its calls is counted before it counts.
func TestUncertainBatchesAreNotCommittedUnseen(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		exec(t, e, putMark, "taken", "o")
		counts := make([]int64, 10)
		var writes []func(engine.WriteTx) error
		for i := range counts {
			mark := fmt.Sprint("m", i)
			if i == 4 {
				mark = "taken"
			}
			writes = append(writes, func(tx engine.WriteTx) (err error) {
				counts[i], err = tx.Last(putMarkOnce, mark, "o")
				return err
			})
		}
		if err := errors.Join(together(t, e, writes...)...); err != nil {
			t.Error(err)
		}
		for i, n := range counts {
			if (n == 1) != (i != 4) {
				t.Errorf("%d changed %d", i, n)
			}
		}
	})
}

func TestConnectionKilledDuringACommitThatWasSentAlongIsNeverTriedAgain(t *testing.T) {
	t.Parallel()
	e, err := engine.OpenPostgres(t.Context(), pgtest.Database(t), oneWriter)
	e = opened(t, e, err)
	if err := e.Migrate(t.Context(), files("0001_a.sql", `CREATE TABLE marks (id TEXT PRIMARY KEY, owner TEXT NOT NULL);`, "0002_b.sql", dieAtCommit)); err != nil {
		t.Fatal(err)
	}
	for _, last := range []bool{true, false} {
		for _, size := range []int{1, 10} {
			var runs atomic.Int64
			var writes []func(engine.WriteTx) error
			for i := range size {
				id := fmt.Sprint("m", i)
				if i == 0 {
					id = "poison"
				}
				writes = append(writes, func(tx engine.WriteTx) error {
					runs.Add(1)
					if !last {
						return tx.Later(putMark, id, "o")
					}
					_, err := tx.Last(putMark, id, "o")
					return err
				})
			}
			for i, err := range together(t, e, writes...) {
				if !errors.Is(err, engine.ErrCommitUnknown) {
					t.Errorf("%d: %v", i, err)
				}
			}
			if runs.Load() != int64(size) {
				t.Errorf("%d runs of %d", runs.Load(), size)
			}
		}
	}
}

func TestConnectionThatDiedWhileIdleCostsNoWrite(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	e, err := engine.OpenPostgres(t.Context(), url, oneWriter)
	e = migrated(t, opened(t, e, err))
	killer(t, url)() // before the writer's connection was ever used
	if err := e.Write(t.Context(), func(tx engine.WriteTx) error {
		_, err := tx.Last(putMark, "a", "o")
		return err
	}); err != nil {
		t.Error(err)
	}
}

// Whoever takes a lock over sees what its holder left for later.
func TestLocksCoverWhatIsLeftForLater(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		exec(t, e, putCounter, "a", 0)
		var writes []func(engine.WriteTx) error
		for i := range 20 {
			writes = append(writes, func(tx engine.WriteTx) error {
				if err := tx.Query(lockCounter, func(row engine.Row) error { return row.Scan(new(int64)) }, "a"); err != nil {
					return err
				}
				var n int64
				if err := tx.Query(countMarks, func(row engine.Row) error { return row.Scan(&n) }); err != nil {
					return err
				}
				if n > 0 {
					return nil
				}
				return tx.Later(putMark, fmt.Sprint(i), "o")
			})
		}
		if err := errors.Join(together(t, e, writes...)...); err != nil {
			t.Error(err)
		}
		if n := number(t, e, countMarks); n != 1 {
			t.Errorf("%d thought that they were first", n)
		}
	})
}

func TestWhatIsLeftForLaterKeepsItsOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		for _, size := range sizes {
			var writes []func(engine.WriteTx) error
			for i := range size {
				id := fmt.Sprintf("c%d-%d", size, i)
				writes = append(writes, func(tx engine.WriteTx) error { // sorted by their texts the insert would come first, but the others not in this order
					return errors.Join(tx.Later(putCounter, id, 1), tx.Later(setCounter, id, 5), tx.Later(addCounter, id))
				})
			}
			if err := errors.Join(together(t, e, writes...)...); err != nil {
				t.Error(err)
			}
			if n := number(t, e, getCounter, fmt.Sprintf("c%d-%d", size, size-1)); n != 6 {
				t.Errorf("%d in a group of %d", n, size)
			}
		}
	})
}
