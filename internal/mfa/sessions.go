package mfa

import (
	"context"
	"encoding/json"
	"slices"
)

// Bounds of what a dialect keeps with a session, in bytes.
const (
	maxSessionReference = 200     // an id of any kind
	maxSessionExtra     = 8 << 10 // a few ids and a public key
)

// StartSession notes that a user has logged in at the caller's application.
type StartSession struct {
	Caller    *Caller
	User      UserRef
	Reference string
	Dialect   string
	Extra     json.RawMessage
	Source    string
}

// StartSession begins a session. It takes the place of the one that the user has at the application.
func (s *Service) StartSession(ctx context.Context, in StartSession) (Session, error) {
	if len(in.Reference) > maxSessionReference || len(in.Extra) > maxSessionExtra {
		return Session{}, &Error{Code: Invalid, Field: "reference", Message: "what is kept with the session is too long"}
	}
	var out Session
	err := s.store.Write(ctx, func(w WriteRecords) error {
		u, err := w.LockUser(in.Caller.Directory.ID, in.User)
		if err != nil {
			return err
		}
		if err := UsableBy(u, in.Caller); err != nil {
			return err
		}
		out = Session{
			ID: NewID[SessionID](), UserID: u.ID, DirectoryID: u.DirectoryID, ApplicationID: in.Caller.Application.ID,
			Reference: in.Reference, Dialect: in.Dialect, Extra: in.Extra, StartedAt: s.Now(),
		}
		if err := w.PutSession(out); err != nil {
			return err
		}
		return s.Append(w, in.Caller, Event{Type: EventSessionStarted, UserID: u.ID, Source: in.Source})
	})
	return out, err
}

// EndSession ends the caller's own session with a user; that there is none is no error. Nobody is told,
// because the application knows.
func (s *Service) EndSession(ctx context.Context, c *Caller, ref UserRef) error {
	return s.store.Write(ctx, func(w WriteRecords) error {
		u, err := LockKnown(w, c, ref)
		if err != nil {
			return err
		}
		ended, err := w.RemoveSession(u.ID, c.Application.ID)
		if err != nil || !ended {
			return err
		}
		return s.Append(w, c, Event{Type: EventSessionEnded, UserID: u.ID, Data: json.RawMessage(`{"by":"application"}`)})
	})
}

// OpenSession is a session with its application.
type OpenSession struct {
	Session
	Application Application
}

// SessionsOf lists the sessions of a directory's user, oldest first.
func (s *Service) SessionsOf(ctx context.Context, c *Caller, ref UserRef) ([]OpenSession, error) {
	if err := c.Enabled(); err != nil {
		return nil, err
	}
	var out []OpenSession
	err := s.store.Read(ctx, func(r Records) error {
		u, err := r.User(c.Directory.ID, ref)
		if err == nil {
			out, err = openSessions(r, u.ID)
		}
		return err
	})
	return out, err
}

func openSessions(r Records, user UserID) ([]OpenSession, error) {
	held, err := r.SessionsOf(user)
	if err != nil {
		return nil, err
	}
	out := make([]OpenSession, 0, len(held))
	for _, session := range held {
		a, err := r.Application(session.ApplicationID)
		if err != nil {
			return nil, err
		}
		out = append(out, OpenSession{session, a})
	}
	return out, nil
}

// EndSessions ends all sessions of a directory's user and tells each application.
func (s *Service) EndSessions(ctx context.Context, c *Caller, ref UserRef) error {
	return s.store.Write(ctx, func(w WriteRecords) error {
		u, err := LockKnown(w, c, ref)
		if err != nil {
			return err
		}
		return s.endSessions(w, u)
	})
}

func (s *Service) endSessions(w WriteRecords, u User) error {
	held, err := w.SessionsOf(u.ID)
	if err != nil {
		return err
	}
	for _, session := range held {
		if err := s.endSession(w, session, "directory", ""); err != nil {
			return err
		}
	}
	return nil
}

// SessionsFor lists where the device's user is logged in, oldest first.
func (s *Service) SessionsFor(ctx context.Context, d *DeviceCaller) ([]OpenSession, error) {
	var out []OpenSession
	err := s.store.Read(ctx, func(r Records) (err error) {
		out, err = openSessions(r, d.Device.UserID)
		return err
	})
	return out, err
}

// EndSessionFor ends one session at the wish of the device's user and tells its application.
func (s *Service) EndSessionFor(ctx context.Context, d *DeviceCaller, id SessionID) error {
	return s.store.Write(ctx, func(w WriteRecords) error {
		u, err := w.LockUser(d.Device.DirectoryID, UserRef{ID: d.Device.UserID})
		if err != nil {
			return err
		}
		held, err := w.SessionsOf(u.ID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(held, func(session Session) bool { return session.ID == id })
		if i < 0 {
			return Missing("session")
		}
		return s.endSession(w, held[i], "device", d.Data.LastIP)
	})
}

// endSession ends a session behind its application's back, which is told by the dialect that began it.
func (s *Service) endSession(w WriteRecords, session Session, by, source string) error {
	ended, err := w.RemoveSession(session.UserID, session.ApplicationID)
	if err != nil || !ended {
		return err
	}
	c, err := callerOf(w, Key{ApplicationID: session.ApplicationID})
	if err != nil {
		return err
	}
	data := json.RawMessage(`{"by":"` + by + `"}`)
	e, err := s.appendEvent(w, c, Event{Type: EventSessionEnded, UserID: session.UserID, Source: source, Data: data})
	if err != nil || s.callback(session.Dialect) == nil {
		return err
	}
	return s.queueCallback(w, session.Dialect, CallbackPayload{Event: e, Extra: session.Extra})
}

// LockKnown locks a user from whom something is taken, suspended or not.
func LockKnown(w WriteRecords, c *Caller, ref UserRef) (User, error) {
	if err := c.Enabled(); err != nil {
		return User{}, err
	}
	u, err := w.LockUser(c.Directory.ID, ref)
	if err == nil && !u.KnownTo(c.Application) {
		err = Missing("user")
	}
	return u, err
}
