package accounts

import (
	"context"
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Credentials lists what a user signs in with, revoked or not, oldest first.
func (s *Service) Credentials(ctx context.Context, c *mfa.Caller, ref mfa.UserRef) (mfa.User, []mfa.Authenticator, error) {
	if err := c.Enabled(); err != nil {
		return mfa.User{}, nil, err
	}
	status, err := s.domain.UserStatus(ctx, c, ref)
	if err != nil {
		return mfa.User{}, nil, err
	}
	held := slices.DeleteFunc(status.Authenticators, func(a mfa.Authenticator) bool { return !a.SignsIn() })
	return status.User, held, nil
}

// Rename gives one of a user's credentials another name.
func (s *Service) Rename(ctx context.Context, c *mfa.Caller, ref mfa.UserRef, id mfa.AuthenticatorID, name, source string) (mfa.User, mfa.Authenticator, error) {
	if err := mfa.CheckName(name); err != nil {
		return mfa.User{}, mfa.Authenticator{}, err
	}
	return s.change(ctx, c, ref, id, func(w mfa.WriteRecords, u mfa.User, a *mfa.Authenticator, _ []mfa.Authenticator) error {
		if a.Name == name {
			return nil
		}
		a.Name = name
		return s.update(w, c, u, *a, mfa.EventAuthenticatorRenamed, source)
	})
}

// Revoke ends the use of one of a user's credentials for good; it stays in the list. With the last means to answer go
// the questions that nobody can answer any more. One that is revoked already stays as it is.
func (s *Service) Revoke(ctx context.Context, c *mfa.Caller, ref mfa.UserRef, id mfa.AuthenticatorID, source string) (mfa.User, mfa.Authenticator, error) {
	return s.change(ctx, c, ref, id, func(w mfa.WriteRecords, u mfa.User, a *mfa.Authenticator, held []mfa.Authenticator) error {
		if a.State == mfa.AuthenticatorRevoked {
			return nil
		}
		answered := a.Answers()
		a.State, a.Secret = mfa.AuthenticatorRevoked, mfa.Secret{}
		if err := s.update(w, c, u, *a, mfa.EventAuthenticatorRevoked, source); err != nil {
			return err
		}
		if err := s.forgetOld(w, held); err != nil {
			return err
		}
		rest := slices.DeleteFunc(slices.Clone(held), func(h mfa.Authenticator) bool { return h.ID == a.ID })
		if !answered || slices.ContainsFunc(rest, mfa.Authenticator.Answers) {
			return nil
		}
		return s.domain.DropQuestions(w, u)
	})
}

// forgetOld removes the oldest of a user's revoked credentials where there are more than are kept, one being revoked
// just now.
func (s *Service) forgetOld(w mfa.WriteRecords, held []mfa.Authenticator) error {
	revoked := slices.DeleteFunc(slices.Clone(held), func(a mfa.Authenticator) bool {
		return !a.SignsIn() || a.State != mfa.AuthenticatorRevoked
	})
	for len(revoked) >= s.domain.Limits().RevokedPerUser && len(revoked) > 0 {
		if err := w.RemoveAuthenticator(revoked[0].ID); err != nil {
			return err
		}
		revoked = revoked[1:]
	}
	return nil
}

// change edits one of a user's credentials; those of others look as if they were not there.
func (s *Service) change(
	ctx context.Context, c *mfa.Caller, ref mfa.UserRef, id mfa.AuthenticatorID,
	edit func(w mfa.WriteRecords, u mfa.User, a *mfa.Authenticator, held []mfa.Authenticator) error,
) (mfa.User, mfa.Authenticator, error) {
	var user mfa.User
	var out mfa.Authenticator
	err := s.store.Write(ctx, func(w mfa.WriteRecords) error {
		u, err := mfa.LockKnown(w, c, ref)
		if err != nil {
			return err
		}
		held, err := w.AuthenticatorsOf(u.ID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(held, func(a mfa.Authenticator) bool { return a.ID == id && a.SignsIn() })
		if i < 0 {
			return mfa.Missing("credential")
		}
		user, out = u, held[i]
		return edit(w, u, &out, held)
	})
	return user, out, err
}

func (s *Service) update(w mfa.WriteRecords, c *mfa.Caller, u mfa.User, a mfa.Authenticator, kind mfa.EventType, source string) error {
	won, err := w.UpdateAuthenticator(a)
	if err != nil {
		return err
	}
	if !won {
		return &mfa.Error{Code: mfa.Unavailable, Message: "the credential was changed at the same time; try again"}
	}
	return s.note(w, c, kind, source, SignedIn{User: u, Authenticator: a})
}
