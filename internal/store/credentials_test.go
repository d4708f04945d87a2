package store

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/pgtest"
	"github.com/twinseal/twinseal/internal/seal"
	"github.com/twinseal/twinseal/internal/store/engine"
)

var strayGenerations = &engine.Statement{SQL: `SELECT count(*) FROM users u JOIN authenticators a ON a.user_id = u.id WHERE a.generation <> u.generation`}

// Once nobody changes a user's authenticators any more, the hot path's one
// statement suffices again, even if many changed them without holding the lock.
func TestAuthenticatorsAgreeWithTheirUserInTheEnd(t *testing.T) {
	t.Parallel()
	master, err := seal.ParseMaster("123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0")
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []Options{
		{SQLitePath: filepath.Join(t.TempDir(), "twinseal.db"), Master: master},
		{PostgresURL: pgtest.Database(t), Master: master},
	} {
		s, err := Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		unsettle(t, s)
		err = s.engine.Read(t.Context(), func(tx engine.Tx) error {
			return tx.Query(strayGenerations, func(row engine.Row) error {
				var n int64
				if err := row.Scan(&n); err != nil || n != 0 {
					t.Errorf("%v: %d authenticators stray, %v", s.engine.Flavour(), n, err)
				}
				return nil
			})
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// unsettle adds, changes and removes authenticators of one user, all at once.
func unsettle(t *testing.T, s *Store) {
	t.Helper()
	write := func(f func(mfa.WriteRecords) error) {
		if err := s.Write(t.Context(), f); err != nil {
			t.Error(err)
		}
	}
	write(func(w mfa.WriteRecords) error {
		return w.AddUser(mfa.User{ID: "user", DirectoryID: "dir", Number: 1, CreatedAt: time.Unix(1, 0)})
	})
	var all sync.WaitGroup
	for i := range 30 {
		all.Go(func() {
			a := mfa.Authenticator{ID: mfa.AuthenticatorID(fmt.Sprint(i)), UserID: "user", CreatedAt: time.Unix(1, 0)}
			write(func(w mfa.WriteRecords) error {
				_, err := w.AddAuthenticator(a)
				return err
			})
			write(func(w mfa.WriteRecords) error {
				_, err := w.UpdateAuthenticator(a)
				return err
			})
			if i%3 == 0 {
				write(func(w mfa.WriteRecords) error { return w.RemoveAuthenticator(a.ID) })
			}
		})
	}
	all.Wait()
}
