package engine_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/twinseal/twinseal/internal/store/engine"
)

func TestReadRefusesToWriteAndToLock(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		for _, st := range []*engine.Statement{putMark, lockCounter, {SQL: `DELETE FROM marks`}} {
			err := e.Read(t.Context(), func(tx engine.Tx) error {
				_, err := tx.Exec(st, make([]any, 2)[:map[bool]int{true: 2}[st == putMark]]...)
				return err
			})
			if !errors.Is(err, engine.ErrReadOnly) {
				t.Errorf("%s: %v", st.SQL, err)
			}
		}
	})
}

func TestReadSeesOnlyWhatIsCommitted(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		exec(t, e, putCounter, "a", 1)
		err := e.Write(t.Context(), func(tx engine.WriteTx) error {
			if _, err := tx.Exec(setCounter, "a", 2); err != nil {
				return err
			}
			if n := number(t, e, getCounter, "a"); n != 1 {
				t.Errorf("read %d", n)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		if n := number(t, e, getCounter, "a"); n != 2 {
			t.Errorf("read %d", n)
		}
	})
}

func TestReadsRunSideBySide(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		exec(t, e, putCounter, "a", 5)
		crowd(50, func(int) {
			for range 20 {
				if n := number(t, e, getCounter, "a"); n != 5 {
					t.Errorf("read %d", n)
				}
			}
		})
	})
}

func TestCancelledReadEnds(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		ctx, cancel := context.WithCancel(t.Context())
		err := e.Read(ctx, func(tx engine.Tx) error {
			cancel()
			_, err := tx.Exec(countMarks)
			return err
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if err := e.Read(ctx, func(engine.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if n := number(t, e, countMarks); n != 0 {
			t.Errorf("read %d", n)
		}
	})
}

func TestErrorOfEachEndsTheRows(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		for i := range 3 {
			exec(t, e, putMark, fmt.Sprint("m", i), "o")
		}
		err := e.Read(t.Context(), func(tx engine.Tx) error {
			rows := 0
			err := tx.Query(marksOf, func(engine.Row) error { rows++; return errMine }, "o")
			if err != errMine || rows != 1 {
				t.Errorf("%d rows, %v", rows, err)
			}
			return tx.Query(marksOf, func(engine.Row) error { rows++; return nil }, "o")
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestNoStatementRunsInsideOfEach(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		exec(t, e, putMark, "m", "o")
		err := e.Read(t.Context(), func(tx engine.Tx) error {
			return tx.Query(marksOf, func(engine.Row) error {
				_, err := tx.Exec(countMarks)
				return err
			}, "o")
		})
		if err == nil {
			t.Error("no error")
		}
	})
}

func TestPing(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		if err := e.Ping(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestCheckFindsStatementsThatCannotWork(t *testing.T) {
	onBoth(t, func(t *testing.T, open opener) {
		e := single(t, open)
		good := []*engine.Statement{
			putCounter, getCounter, lockCounter, setCounter, casCounter, addCounter,
			sumCounter, putMark, putMarkOnce, marksOf, countMarks,
		}
		if err := e.Check(t.Context(), good...); err != nil {
			t.Error(err)
		}
		bad := []*engine.Statement{
			{SQL: `SELECT nothing FROM nowhere`},
			{SQL: `SELECT 1; SELECT 2`},
			{SQL: lockCounter.SQL, Lock: true},
		}
		if e.Flavour() == engine.Postgres {
			bad = append(bad,
				&engine.Statement{SQL: addCounter.SQL, Batch: `UPDATE counters SET n = 1 WHERE id = ANY($1::text[]) AND n = $2`},
				&engine.Statement{SQL: getCounter.SQL, Batch: `SELECT n FROM counters WHERE id = ANY($1::text[])`},
				&engine.Statement{SQL: getCounter.SQL, Batch: `SELECT id, n FROM counters WHERE id = ANY($1::text[])`})
		}
		for _, st := range bad {
			if err := e.Check(t.Context(), st); err == nil {
				t.Errorf("no error for %s, %s", st.SQL, st.Batch)
			}
		}
		if err := e.Check(t.Context(), good...); err != nil {
			t.Error(err)
		}
	})
}
