package storetest

import (
	"encoding/json"
	"sync/atomic"

	"github.com/twinseal/twinseal/internal/mfa"
)

var sessionScenes = []scene{
	{name: "come back as they were put, oldest first", play: func(w *world) {
		u := w.user()
		young := w.session(u, func(s *mfa.Session) { s.StartedAt = after(5) })
		old := w.session(u, func(s *mfa.Session) {
			s.ApplicationID, s.Reference, s.Dialect, s.Extra = newID[mfa.ApplicationID](), "", "", nil
		})
		w.session(w.user(), nil)
		same(w, "sessions", w.sessions(u), []mfa.Session{old, young})
		same(w, "none", w.sessions(w.user()), nil)
	}},
	{name: "one takes the place of the user's other at the application", play: func(w *world) {
		u := w.user()
		w.session(u, nil)
		second := w.session(u, func(s *mfa.Session) {
			s.Reference, s.Dialect, s.Extra, s.StartedAt = "other", "other", json.RawMessage(`{"n":2}`), after(9)
		})
		same(w, "sessions", w.sessions(u), []mfa.Session{second})
	}},
	{name: "a removed one is gone, and was there once", play: func(w *world) {
		u := w.user()
		w.session(u, nil)
		other := w.session(u, func(s *mfa.Session) { s.ApplicationID = newID[mfa.ApplicationID]() })
		remove := func(r mfa.WriteRecords) (bool, error) { return r.RemoveSession(u.ID, w.app.ID) }
		same(w, "first", change(w, remove), true)
		same(w, "second", change(w, remove), false)
		same(w, "left", w.sessions(u), []mfa.Session{other})
	}},
	{name: "go with their user", play: func(w *world) {
		u := w.user()
		w.session(u, nil)
		w.write(func(r mfa.WriteRecords) error { return r.RemoveUser(u.ID) })
		same(w, "left", w.sessions(u), nil)
	}},
	{name: "a crowd ends one once", play: func(w *world) {
		race(w, 1, func() func(mfa.WriteRecords) (bool, error) {
			u := w.user()
			w.session(u, nil)
			return func(r mfa.WriteRecords) (bool, error) { return r.RemoveSession(u.ID, w.app.ID) }
		})
	}},
	{name: "of a crowd that begins one, one is left", play: func(w *world) {
		var users atomic.Pointer[mfa.User]
		race(w, crowd, func() func(mfa.WriteRecords) (bool, error) {
			u := w.user()
			users.Store(&u)
			return func(r mfa.WriteRecords) (bool, error) { return true, r.PutSession(w.newSession(u)) }
		})
		same(w, "sessions", len(w.sessions(*users.Load())), 1)
	}},
}

func (w *world) sessions(u mfa.User) []mfa.Session {
	w.Helper()
	return read(w, func(r mfa.Records) ([]mfa.Session, error) { return r.SessionsOf(u.ID) })
}

func (w *world) newSession(u mfa.User) mfa.Session {
	return mfa.Session{
		ID: newID[mfa.SessionID](), UserID: u.ID, DirectoryID: w.dir.ID, ApplicationID: w.app.ID, Reference: newID[string](),
		Dialect: "launchkey", Extra: json.RawMessage(`{"issuer":"org:1"}`), StartedAt: start,
	}
}

func (w *world) session(u mfa.User, edit func(*mfa.Session)) mfa.Session {
	w.Helper()
	s := w.newSession(u)
	if edit != nil {
		edit(&s)
	}
	w.write(func(r mfa.WriteRecords) error { return r.PutSession(s) })
	return s
}
