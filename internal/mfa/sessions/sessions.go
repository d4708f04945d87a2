// Package sessions holds the rules of users who are logged in at applications, as their devices show it: the application
// says so, and application, directory and device may end it.
package sessions

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Service holds the rules. Its methods are safe for concurrent use.
type Service struct {
	domain *mfa.Service
	store  mfa.Store
}

// New returns the service, beside the one of the domain.
func New(domain *mfa.Service) *Service {
	return &Service{domain: domain, store: domain.Parts().Store}
}

// Bounds of what a dialect keeps with a session, in bytes.
const (
	maxSessionReference = 200     // an id of any kind
	maxSessionExtra     = 8 << 10 // a few ids and a public key
)

// Start notes that a user has logged in at the caller's application.
type Start struct {
	Caller    *mfa.Caller
	User      mfa.UserRef
	Reference string
	Dialect   string
	Extra     json.RawMessage
	Source    string
}

// Start begins a session. It takes the place of the one that the user has at the application.
func (s *Service) Start(ctx context.Context, in Start) (mfa.Session, error) {
	if len(in.Reference) > maxSessionReference || len(in.Extra) > maxSessionExtra {
		return mfa.Session{}, &mfa.Error{Code: mfa.Invalid, Field: "reference", Message: "what is kept with the session is too long"}
	}
	var out mfa.Session
	err := s.store.Write(ctx, func(w mfa.WriteRecords) error {
		u, err := w.LockUser(in.Caller.Directory.ID, in.User)
		if err != nil {
			return err
		}
		if err := mfa.UsableBy(u, in.Caller); err != nil {
			return err
		}
		out = mfa.Session{
			ID: mfa.NewID[mfa.SessionID](), UserID: u.ID, DirectoryID: u.DirectoryID, ApplicationID: in.Caller.Application.ID,
			Reference: in.Reference, Dialect: in.Dialect, Extra: in.Extra, StartedAt: s.domain.Now(),
		}
		if err := w.PutSession(out); err != nil {
			return err
		}
		return s.domain.Append(w, in.Caller, mfa.Event{Type: mfa.EventSessionStarted, UserID: u.ID, Source: in.Source})
	})
	return out, err
}

// End ends the caller's own session with a user; that there is none is no error. Nobody is told,
// because the application knows.
func (s *Service) End(ctx context.Context, c *mfa.Caller, ref mfa.UserRef) error {
	return s.store.Write(ctx, func(w mfa.WriteRecords) error {
		u, err := mfa.LockKnown(w, c, ref)
		if err != nil {
			return err
		}
		ended, err := w.RemoveSession(u.ID, c.Application.ID)
		if err != nil || !ended {
			return err
		}
		return s.domain.Append(w, c, mfa.Event{Type: mfa.EventSessionEnded, UserID: u.ID, Data: json.RawMessage(`{"by":"application"}`)})
	})
}

// Open is a session with its application.
type Open struct {
	mfa.Session
	Application mfa.Application
}

// Of lists the sessions of a directory's user, oldest first.
func (s *Service) Of(ctx context.Context, c *mfa.Caller, ref mfa.UserRef) ([]Open, error) {
	if err := c.Enabled(); err != nil {
		return nil, err
	}
	var out []Open
	err := s.store.Read(ctx, func(r mfa.Records) error {
		u, err := r.User(c.Directory.ID, ref)
		if err == nil {
			out, err = openSessions(r, u.ID)
		}
		return err
	})
	return out, err
}

func openSessions(r mfa.Records, user mfa.UserID) ([]Open, error) {
	held, err := r.SessionsOf(user)
	if err != nil {
		return nil, err
	}
	out := make([]Open, 0, len(held))
	for _, session := range held {
		a, err := r.Application(session.ApplicationID)
		if err != nil {
			return nil, err
		}
		out = append(out, Open{session, a})
	}
	return out, nil
}

// EndAll ends all sessions of a directory's user and tells each application.
func (s *Service) EndAll(ctx context.Context, c *mfa.Caller, ref mfa.UserRef) error {
	return s.store.Write(ctx, func(w mfa.WriteRecords) error {
		u, err := mfa.LockKnown(w, c, ref)
		if err != nil {
			return err
		}
		return s.domain.EndAllSessions(w, u)
	})
}

// For lists where the device's user is logged in, oldest first.
func (s *Service) For(ctx context.Context, d *mfa.DeviceCaller) ([]Open, error) {
	var out []Open
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		out, err = openSessions(r, d.Device.UserID)
		return err
	})
	return out, err
}

// EndFor ends one session at the wish of the device's user and tells its application.
func (s *Service) EndFor(ctx context.Context, d *mfa.DeviceCaller, id mfa.SessionID) error {
	return s.store.Write(ctx, func(w mfa.WriteRecords) error {
		u, err := w.LockUser(d.Device.DirectoryID, mfa.UserRef{ID: d.Device.UserID})
		if err != nil {
			return err
		}
		held, err := w.SessionsOf(u.ID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(held, func(session mfa.Session) bool { return session.ID == id })
		if i < 0 {
			return mfa.Missing("session")
		}
		return s.domain.EndOneSession(w, held[i], "device", d.Data.LastIP)
	})
}
