package accounts

import (
	"context"

	"github.com/twinseal/twinseal/internal/mfa"
)

// CreateUser makes a user who has nothing to sign in with yet. A name that is taken, be it in other case, is a Conflict
// with [mfa.ReasonUserExists].
func (s *Service) CreateUser(ctx context.Context, c *mfa.Caller, name, source string) (mfa.User, error) {
	var out mfa.User
	err := s.store.Write(ctx, func(w mfa.WriteRecords) (err error) {
		out, err = s.domain.AddNamedUser(w, mfa.NamedUser{Caller: c, Name: name, Source: source})
		return err
	})
	return out, err
}

// FindUser looks a user up, suspended or not.
func (s *Service) FindUser(ctx context.Context, c *mfa.Caller, ref mfa.UserRef) (mfa.User, error) {
	if err := c.Enabled(); err != nil {
		return mfa.User{}, err
	}
	status, err := s.domain.UserStatus(ctx, c, ref)
	return status.User, err
}

// SetState suspends a user, whose proofs are refused from then on, or takes that back. A user who is in the state
// already stays as it is.
func (s *Service) SetState(ctx context.Context, c *mfa.Caller, ref mfa.UserRef, state mfa.UserState, source string) (mfa.User, error) {
	var out mfa.User
	err := s.store.Write(ctx, func(w mfa.WriteRecords) (err error) {
		if out, err = mfa.LockKnown(w, c, ref); err != nil || out.State == state {
			return err
		}
		out.State, out.UpdatedAt = state, s.domain.Now()
		if err := w.UpdateUser(out); err != nil {
			return err
		}
		kind := mfa.EventUserRestored
		if state == mfa.UserSuspended {
			kind = mfa.EventUserSuspended
		}
		return s.domain.Append(w, c, mfa.Event{Type: kind, UserID: out.ID, Source: source})
	})
	return out, err
}

// Delete removes a user from the directory for good, with everything enrolled.
func (s *Service) Delete(ctx context.Context, c *mfa.Caller, ref mfa.UserRef, source string) error {
	return s.domain.DeleteUser(ctx, c, ref, source)
}
