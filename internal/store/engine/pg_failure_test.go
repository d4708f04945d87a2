package engine_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/twinseal/twinseal/internal/pgtest"
	"github.com/twinseal/twinseal/internal/store/engine"
)

// killOthers ends all connections to the database but the one it runs on.
var killOthers = &engine.Statement{SQL: `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
	WHERE datname = current_database() AND pid <> pg_backend_pid()`}

// killer opens an engine and returns a function that ends the connections of
// all others.
func killer(t *testing.T, url string) func() {
	t.Helper()
	e, err := engine.OpenPostgres(t.Context(), url, oneWriter)
	e = opened(t, e, err)
	return func() { number(t, e, killOthers) }
}

func TestKilledConnectionsAreReplaced(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	e, err := engine.OpenPostgres(t.Context(), url, engine.Options{Readers: 2})
	e = migrated(t, opened(t, e, err))
	kill := killer(t, url)
	exec(t, e, putCounter, "a", 0)
	for i := range 5 {
		number(t, e, getCounter, "a")
		kill()
		if n := number(t, e, getCounter, "a"); n != int64(i) {
			t.Errorf("read %d", n)
		}
		exec(t, e, addCounter, "a")
	}
}

func TestConnectionKilledInsideAGroupRunsItAgain(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 2, 20} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			url := pgtest.Database(t)
			e, err := engine.OpenPostgres(t.Context(), url, oneWriter)
			e = migrated(t, opened(t, e, err))
			kill := killer(t, url)
			exec(t, e, putCounter, "a", 0)
			var killed atomic.Bool
			var writes []func(engine.WriteTx) error
			for i := range size {
				writes = append(writes, func(tx engine.WriteTx) error {
					if _, err := tx.Exec(addCounter, "a"); err != nil {
						return err
					}
					if i == 0 && killed.CompareAndSwap(false, true) {
						kill()
					}
					_, err := tx.Exec(putMark, fmt.Sprint(i), "o")
					return err
				})
			}
			if err := errors.Join(together(t, e, writes...)...); err != nil {
				t.Error(err)
			}
			if n := number(t, e, getCounter, "a"); n != int64(size) {
				t.Errorf("counted %d", n)
			}
		})
	}
}

// dieAtCommit makes the connection die in the middle of COMMIT once a mark
// "poison" was written.
const dieAtCommit = `
CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER die AFTER INSERT ON marks DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW WHEN (NEW.id = 'poison') EXECUTE FUNCTION die();
`

func TestConnectionKilledDuringCommitIsNeverTriedAgain(t *testing.T) {
	t.Parallel()
	e, err := engine.OpenPostgres(t.Context(), pgtest.Database(t), oneWriter)
	e = opened(t, e, err)
	if err := e.Migrate(t.Context(), files("0001_a.sql", `CREATE TABLE marks (id TEXT PRIMARY KEY, owner TEXT NOT NULL);`, "0002_b.sql", dieAtCommit)); err != nil {
		t.Fatal(err)
	}
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
				tx.AfterCommit(func() { t.Error("called though nobody knows") })
				_, err := tx.Exec(putMark, id, "o")
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
	exec(t, e, putMark, "fine", "o")
}

func TestCommitThatTheServerRefusesBlamesOnlyItsWrite(t *testing.T) {
	t.Parallel()
	e, err := engine.OpenPostgres(t.Context(), pgtest.Database(t), oneWriter)
	e = opened(t, e, err)
	if err := e.Migrate(t.Context(), files("0001_a.sql", `
		CREATE TABLE owners (id TEXT PRIMARY KEY);
		CREATE TABLE marks (id TEXT PRIMARY KEY, owner TEXT NOT NULL REFERENCES owners (id) DEFERRABLE INITIALLY DEFERRED);
		INSERT INTO owners (id) VALUES ('o');`)); err != nil {
		t.Fatal(err)
	}
	var writes []func(engine.WriteTx) error
	for i := range 10 {
		owner := "o"
		if i == 4 {
			owner = "nobody"
		}
		writes = append(writes, func(tx engine.WriteTx) error {
			_, err := tx.Exec(putMark, fmt.Sprint(i), owner)
			return err
		})
	}
	for i, err := range together(t, e, writes...) {
		if (i == 4) != (err != nil) {
			t.Errorf("%d: %v", i, err)
		}
	}
	if n := number(t, e, countMarks); n != 9 {
		t.Errorf("%d marks", n)
	}
}

func TestSerializationFailuresAreRunAgain(t *testing.T) {
	t.Parallel()
	e, err := engine.OpenPostgres(t.Context(), pgtest.Database(t), oneWriter)
	e = opened(t, e, err)
	if err := e.Migrate(t.Context(), files("0001_a.sql", `
		CREATE SEQUENCE tries;
		CREATE FUNCTION fail_twice(state TEXT) RETURNS BIGINT LANGUAGE plpgsql AS $$
		BEGIN
			IF nextval('tries') < 3 THEN RAISE EXCEPTION 'not yet' USING ERRCODE = state; END IF;
			RETURN 1;
		END $$;`)); err != nil {
		t.Fatal(err)
	}
	call := &engine.Statement{SQL: `SELECT fail_twice(?)`}
	if err := e.Write(context.Background(), func(tx engine.WriteTx) error {
		_, err := tx.Exec(call, "40001")
		return err
	}); err != nil {
		t.Error(err)
	}
	always := &engine.Statement{SQL: `SELECT setval('tries', 1), fail_twice(?)`}
	err = e.Write(context.Background(), func(tx engine.WriteTx) error {
		_, err := tx.Exec(always, "40P01")
		return err
	})
	if !errors.Is(err, engine.ErrBusy) {
		t.Errorf("got %v", err)
	}
}

func TestAddressThatCannotBeReachedIsAnErrorAtOnce(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"postgres://127.0.0.1:1/none", "postgres://%zz", "nonsense"} {
		if e, err := engine.OpenPostgres(t.Context(), url, engine.Options{}); err == nil {
			t.Error("opened", url, e.Close())
		}
	}
}
