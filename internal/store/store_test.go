package store_test

import (
	"path/filepath"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/pgtest"
	"github.com/twinseal/twinseal/internal/seal"
	"github.com/twinseal/twinseal/internal/store"
	"github.com/twinseal/twinseal/internal/store/storetest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestContractOnSQLite(t *testing.T) { storetest.Run(t, fresh(sqlite)) }

func TestContractOnPostgres(t *testing.T) { storetest.Run(t, fresh(postgres)) }

// databases are the two kinds of fresh database that tests run on.
var databases = map[string]func(testing.TB) store.Options{"sqlite": sqlite, "postgres": postgres}

func sqlite(tb testing.TB) store.Options {
	return store.Options{SQLitePath: filepath.Join(tb.TempDir(), "twinseal.db"), Master: master(tb, "1")}
}

func postgres(tb testing.TB) store.Options {
	return store.Options{PostgresURL: pgtest.Database(tb), Master: master(tb, "1")}
}

// master is a key that the first digit tells from others.
func master(tb testing.TB, digit string) seal.Master {
	tb.Helper()
	m, err := seal.ParseMaster(digit + "23456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0")
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

type announcer func(topics ...string)

func (a announcer) Announce(topics ...string) { a(topics...) }

func fresh(database func(testing.TB) store.Options) func(testing.TB) storetest.Opener {
	return func(tb testing.TB) storetest.Opener {
		options := database(tb)
		return func(announce func(topics ...string)) mfa.Store {
			o := options
			if announce != nil {
				o.Waker = announcer(announce)
			}
			return open(tb, o)
		}
	}
}

func open(tb testing.TB, o store.Options) *store.Store {
	tb.Helper()
	s, err := store.Open(tb.Context(), o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}
