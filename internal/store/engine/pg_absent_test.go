package engine_test

import (
	"context"
	"errors"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/twinseal/twinseal/internal/pgtest"
	"github.com/twinseal/twinseal/internal/store/engine"
)

// doorkeeper returns a function that lets connections to a database in, or
// keeps them out and ends those that exist.
func doorkeeper(t *testing.T, address string) func(open bool) {
	t.Helper()
	admin, err := pgx.Connect(t.Context(), os.Getenv(pgtest.Env))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close(context.Background()) })
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(u.Path, "/")
	return func(open bool) {
		sql := "ALTER DATABASE " + name + " ALLOW_CONNECTIONS false"
		if open {
			sql = "ALTER DATABASE " + name + " ALLOW_CONNECTIONS true"
		}
		if _, err := admin.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
		if !open {
			if _, err := admin.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1`, name); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestWriteWaitsForTheServerToComeBack(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	door := doorkeeper(t, address)
	e, err := engine.OpenPostgres(t.Context(), address, engine.Options{Writers: 1, Busy: time.Minute})
	e = migrated(t, opened(t, e, err))
	door(false)
	// The first Write is taken and finds its connection dead; while the writer
	// looks for a new one, the next is not even taken.
	first, taken := make(chan error), make(chan struct{})
	var once sync.Once
	go func() {
		first <- e.Write(context.Background(), func(tx engine.WriteTx) error {
			once.Do(func() { close(taken) })
			return mark("first")(tx)
		})
	}()
	<-taken
	ctx, cancel := context.WithCancel(t.Context())
	impatient := make(chan error)
	go func() { impatient <- e.Write(ctx, mark("impatient")) }()
	waitFor(e, 1)
	cancel()
	if err := <-impatient; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	door(true)
	if err := <-first; err != nil {
		t.Error(err)
	}
	if n := number(t, e, countMarks); n != 1 {
		t.Errorf("%d marks", n)
	}
}

func mark(id string) func(engine.WriteTx) error {
	return func(tx engine.WriteTx) error {
		_, err := tx.Exec(putMark, id, "o")
		return err
	}
}

func TestServerThatStaysAwayIsAnError(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	door := doorkeeper(t, address)
	e, err := engine.OpenPostgres(t.Context(), address, engine.Options{Writers: 1, Busy: time.Millisecond})
	e = migrated(t, opened(t, e, err))
	door(false)
	for range 2 {
		if err := e.Write(t.Context(), mark("a")); err == nil {
			t.Error("written")
		}
	}
	if err := e.Ping(t.Context()); err == nil {
		t.Error("reached")
	}
	door(true)
	if err := errors.Join(e.Ping(t.Context()), e.Write(t.Context(), mark("a"))); err != nil {
		t.Error(err)
	}
}

func TestCloseDoesNotWaitForAnAbsentServer(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	door := doorkeeper(t, address)
	e, err := engine.OpenPostgres(t.Context(), address, engine.Options{Writers: 1, Busy: time.Hour})
	e = migrated(t, opened(t, e, err))
	door(false)
	result, taken := make(chan error), make(chan struct{})
	var once sync.Once
	go func() {
		result <- e.Write(context.Background(), func(tx engine.WriteTx) error {
			once.Do(func() { close(taken) })
			return mark("a")(tx)
		})
	}()
	<-taken
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if err := <-result; !errors.Is(err, engine.ErrClosed) {
		t.Errorf("got %v", err)
	}
}
