package storetest

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/twinseal/twinseal/internal/mfa"
)

var errWanted = errors.New("wanted")

var transactionScenes = []scene{
	{name: "an error leaves nothing behind and comes back as it is", play: func(w *world) {
		u := w.newUser()
		err := w.store.Write(w.Context(), func(r mfa.WriteRecords) error {
			if err := r.AddUser(u); err != nil {
				return err
			}
			if err := r.AppendEvent(w.newEvent(mfa.EventUserCreated, start)); err != nil {
				return err
			}
			return errWanted
		})
		if err != errWanted { //nolint:errorlint // as it is means unwrapped
			w.Errorf("got %v", err)
		}
		missing(w, func(r mfa.Records) (mfa.User, error) { return r.User(w.dir.ID, mfa.UserRef{ID: u.ID}) })
		same(w, "events", w.events(mfa.EventFilter{ApplicationID: w.app.ID}), nil)
		err = w.store.Read(w.Context(), func(mfa.Records) error { return errWanted })
		if err != errWanted { //nolint:errorlint // as it is means unwrapped
			w.Errorf("got %v", err)
		}
	}},
	{name: "a Write sees what it has written", play: func(w *world) {
		u := w.newUser()
		same(w, "found", change(w, func(r mfa.WriteRecords) (mfa.User, error) {
			if err := r.AddUser(u); err != nil {
				return mfa.User{}, err
			}
			return r.User(w.dir.ID, mfa.UserRef{Alias: u.Alias})
		}), u)
	}},
	{name: "of a crowd those that fail disturb nobody", play: func(w *world) {
		var mu sync.Mutex
		var turn int
		var stay []mfa.UserID
		kept := compete(w.T, []mfa.Store{w.store}, func(ctx context.Context, s mfa.Store) (bool, error) {
			mu.Lock()
			turn++
			fails := turn%3 == 0
			mu.Unlock()
			u := w.newUser()
			err := s.Write(ctx, func(r mfa.WriteRecords) error {
				if err := r.AddUser(u); err != nil || !fails {
					return err
				}
				return errWanted
			})
			if errors.Is(err, errWanted) {
				return false, nil
			}
			mu.Lock()
			defer mu.Unlock()
			stay = append(stay, u.ID)
			return true, err
		})
		list := read(w, func(r mfa.Records) ([]mfa.User, error) { return r.ListUsers(w.dir.ID, "", crowd) })
		slices.Sort(stay)
		same(w, "users", ids(list, func(u mfa.User) mfa.UserID { return u.ID }), stay)
		same(w, "kept", len(list), kept)
	}},
	{name: "announces once after the commit, never before and never without", play: func(w *world) {
		var mu sync.Mutex
		var heard [][]string
		u := w.newUser()
		var store mfa.Store
		store = w.open(func(topics ...string) {
			// What is announced can be read by then.
			if _, err := tryRead(&world{T: w.T, store: store}, func(r mfa.Records) (mfa.User, error) { return r.User(w.dir.ID, mfa.UserRef{ID: u.ID}) }); err != nil {
				w.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			heard = append(heard, slices.Clone(topics))
		})
		write := func(end error) {
			err := store.Write(w.Context(), func(r mfa.WriteRecords) error {
				r.Announce("a", "b")
				if err := r.AddUser(u); err != nil {
					return err
				}
				r.Announce("c")
				return end
			})
			if !errors.Is(err, end) {
				w.Error(err)
			}
		}
		write(errWanted)
		same(w, "after a failure", heard, nil)
		write(nil)
		same(w, "after a commit", heard, [][]string{{"a", "b", "c"}})
	}},
	{name: "text that no database can keep is invalid, and disturbs nobody", play: func(w *world) {
		for _, text := range []string{"zero \x00 byte", "not \xff UTF-8"} {
			w.refused(mfa.Invalid, "", func(r mfa.WriteRecords) error { return r.PutOrganization(mfa.Organization{ID: "x", Name: text}) })
			_, err := tryRead(w, func(r mfa.Records) (mfa.User, error) { return r.User(w.dir.ID, mfa.UserRef{Alias: text}) })
			w.isError(err, mfa.Invalid, "")
		}
	}},
	{name: "a context that has ended is unavailable, not a fault", play: func(w *world) {
		ctx, cancel := context.WithCancel(w.Context())
		cancel()
		w.isError(w.store.Read(ctx, func(r mfa.Records) error {
			_, err := r.Organization(w.org.ID)
			return err
		}), mfa.Unavailable, "")
		w.isError(w.store.Write(ctx, func(mfa.WriteRecords) error { return nil }), mfa.Unavailable, "")
	}},
}
