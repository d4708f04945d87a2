package engine_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/twinseal/twinseal/internal/store/engine"
)

func TestWriteIsVisibleAndSurvivesReopening(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		exec(t, e, putCounter, "a", 7)
		if n := number(t, e, getCounter, "a"); n != 7 {
			t.Errorf("read %d", n)
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		if n := number(t, open(oneWriter), getCounter, "a"); n != 7 {
			t.Errorf("read %d after reopening", n)
		}
	})
}

func TestFailingWriteLeavesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		err := e.Write(t.Context(), func(tx engine.WriteTx) error {
			if _, err := tx.Exec(putCounter, "a", 1); err != nil {
				return err
			}
			return errMine
		})
		if err != errMine {
			t.Errorf("not the error as it was: %v", err)
		}
		if n := number(t, e, sumCounter); n != 0 {
			t.Errorf("left %d", n)
		}
	})
}

func TestWriteSeesItsOwnChanges(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		var seen int64
		err := e.Write(t.Context(), func(tx engine.WriteTx) error {
			if _, err := tx.Exec(putCounter, "a", 3); err != nil {
				return err
			}
			return tx.Query(getCounter, func(r engine.Row) error { return r.Scan(&seen) }, "a")
		})
		if err != nil || seen != 3 {
			t.Errorf("saw %d, %v", seen, err)
		}
	})
}

func TestErrorBeforeWritingDoesNotDisturbTheGroup(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		exec(t, e, putCounter, "a", 0)
		var runs atomic.Int64
		writes := []func(engine.WriteTx) error{func(tx engine.WriteTx) error {
			runs.Add(1)
			// Changing no row is not writing.
			if n, err := tx.Exec(casCounter, "a", 99, 100); n != 0 || err != nil {
				return fmt.Errorf("changed %d, %w", n, err)
			}
			return errMine
		}}
		for range 20 {
			writes = append(writes, func(tx engine.WriteTx) error {
				runs.Add(1)
				_, err := tx.Exec(addCounter, "a")
				return err
			})
		}
		for i, err := range together(t, e, writes...) {
			if (i == 0) != errors.Is(err, errMine) || i > 0 && err != nil {
				t.Errorf("%d: %v", i, err)
			}
		}
		if runs.Load() != 21 {
			t.Errorf("%d runs", runs.Load())
		}
		if n := number(t, e, getCounter, "a"); n != 20 {
			t.Errorf("counted %d", n)
		}
	})
}

func TestErrorAfterWritingUndoesOnlyItsOwn(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		exec(t, e, putCounter, "a", 0)
		var after atomic.Int64
		var writes []func(engine.WriteTx) error
		for i := range 30 {
			writes = append(writes, func(tx engine.WriteTx) error {
				tx.AfterCommit(func() { after.Add(1) })
				if _, err := tx.Exec(addCounter, "a"); err != nil {
					return err
				}
				if i%10 == 3 {
					return errMine
				}
				_, err := tx.Exec(putMark, fmt.Sprint("mark", i), "o")
				return err
			})
		}
		for i, err := range together(t, e, writes...) {
			if (i%10 == 3) != (err == errMine) || i%10 != 3 && err != nil {
				t.Errorf("%d: %v", i, err)
			}
		}
		for what, n := range map[string]int64{
			"counted": number(t, e, getCounter, "a"), "marked": number(t, e, countMarks), "called": after.Load(),
		} {
			if n != 27 {
				t.Errorf("%s %d", what, n)
			}
		}
	})
}

func TestUniqueViolationHurtsNobodyElse(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		exec(t, e, putMark, "taken", "o")
		var writes []func(engine.WriteTx) error
		for i := range 20 {
			name := fmt.Sprint("mark", i)
			if i == 7 {
				name = "taken"
			}
			writes = append(writes, func(tx engine.WriteTx) error {
				_, err := tx.Exec(putMark, name, "o")
				return err
			})
		}
		for i, err := range together(t, e, writes...) {
			if (i == 7) != errors.Is(err, engine.ErrUnique) || i != 7 && err != nil {
				t.Errorf("%d: %v", i, err)
			}
		}
		if n := number(t, e, countMarks); n != 20 {
			t.Errorf("%d marks", n)
		}
	})
}

func TestFailedStatementFailsTheFunctionThatIgnoresIt(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		exec(t, e, putMark, "taken", "o")
		err := e.Write(t.Context(), func(tx engine.WriteTx) error {
			_, first := tx.Exec(putMark, "taken", "o")
			if _, err := tx.Exec(putMark, "free", "o"); err != first {
				t.Errorf("the next statement got %v", err)
			}
			return nil
		})
		if !errors.Is(err, engine.ErrUnique) {
			t.Errorf("got %v", err)
		}
		if n := number(t, e, countMarks); n != 1 {
			t.Errorf("%d marks", n)
		}
	})
}

func TestPanicBecomesAnErrorWithItsStack(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		errs := together(t, e,
			func(tx engine.WriteTx) error {
				if _, err := tx.Exec(putMark, "bad", "o"); err != nil {
					return err
				}
				panic("oh no")
			},
			func(tx engine.WriteTx) error {
				_, err := tx.Exec(putMark, "good", "o")
				return err
			})
		var p *engine.PanicError
		if !errors.As(errs[0], &p) || p.Value != "oh no" || !strings.Contains(string(p.Stack), "write_test.go") {
			t.Errorf("got %v", errs[0])
		}
		if n := number(t, e, countMarks); n != 1 || errs[1] != nil {
			t.Errorf("%d marks, %v", n, errs[1])
		}
		err := e.Read(t.Context(), func(engine.Tx) error { panic("again") })
		if !errors.As(err, &p) {
			t.Errorf("read: %v", err)
		}
	})
}

func TestFunctionThatEndsItsGoroutineHurtsNobodyElse(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		errs := together(t, e,
			func(tx engine.WriteTx) error {
				_, err := tx.Exec(putMark, "before", "o")
				return err
			},
			func(tx engine.WriteTx) error {
				if _, err := tx.Exec(putMark, "bad", "o"); err != nil {
					return err
				}
				runtime.Goexit()
				return nil
			},
			func(tx engine.WriteTx) error {
				_, err := tx.Exec(putMark, "after", "o")
				return err
			})
		if errs[0] != nil || errs[2] != nil {
			t.Error(errs)
		}
		exec(t, e, putMark, "later", "o")
		if n := number(t, e, countMarks); n != 3 {
			t.Errorf("%d marks", n)
		}
	})
}

func TestAfterCommitRunsOnceBeforeWriteReturns(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		var order []string
		err := e.Write(t.Context(), func(tx engine.WriteTx) error {
			tx.AfterCommit(func() { order = append(order, "first") })
			tx.AfterCommit(func() { order = append(order, "second") })
			_, err := tx.Exec(putMark, "a", "o")
			return err
		})
		if err != nil || strings.Join(order, " ") != "first second" {
			t.Errorf("%v, %v", order, err)
		}
		err = e.Write(t.Context(), func(tx engine.WriteTx) error {
			tx.AfterCommit(func() { t.Error("called after a failure") })
			return errMine
		})
		if err != errMine {
			t.Error(err)
		}
	})
}

func TestCancelledWriteNeverRuns(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		release := hold(t, e)
		ctx, cancel := context.WithCancel(t.Context())
		result := make(chan error)
		go func() {
			result <- e.Write(ctx, func(engine.WriteTx) error {
				t.Error("ran")
				return nil
			})
		}()
		waitFor(e, 1)
		cancel()
		if err := <-result; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if err := e.Write(ctx, func(engine.WriteTx) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		release()
		exec(t, e, putMark, "a", "o")
	})
}

func TestStartedWriteIsNotCancelled(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		ctx, cancel := context.WithCancel(t.Context())
		err := e.Write(ctx, func(tx engine.WriteTx) error {
			cancel()
			_, err := tx.Exec(putMark, "a", "o")
			return err
		})
		if err != nil {
			t.Error(err)
		}
		if n := number(t, e, countMarks); n != 1 {
			t.Errorf("%d marks", n)
		}
	})
}

func TestCloseFinishesTheGroupAndRefusesTheRest(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		release := hold(t, e)
		late := make(chan error)
		go func() { late <- e.Write(context.Background(), func(engine.WriteTx) error { return nil }) }()
		waitFor(e, 1)
		closed := make(chan error)
		go func() { closed <- e.Close() }()
		if err := <-late; !errors.Is(err, engine.ErrClosed) {
			t.Errorf("the waiting Write got %v", err)
		}
		release()
		if err := <-closed; err != nil {
			t.Error(err)
		}
		for name, err := range map[string]error{
			"write": e.Write(t.Context(), func(engine.WriteTx) error { return nil }),
			"read":  e.Read(t.Context(), func(engine.Tx) error { return nil }),
			"ping":  e.Ping(t.Context()),
		} {
			if !errors.Is(err, engine.ErrClosed) {
				t.Errorf("%s got %v", name, err)
			}
		}
	})
}
