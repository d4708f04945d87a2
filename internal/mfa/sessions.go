package mfa

import "encoding/json"

// EndAllSessions ends those of a user who is locked, and tells each application.
func (s *Service) EndAllSessions(w WriteRecords, u User) error {
	held, err := w.SessionsOf(u.ID)
	if err != nil {
		return err
	}
	for _, session := range held {
		if err := s.EndOneSession(w, session, "directory", ""); err != nil {
			return err
		}
	}
	return nil
}

// EndOneSession ends a session behind its application's back, which is told by the dialect that began it.
func (s *Service) EndOneSession(w WriteRecords, session Session, by, source string) error {
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
