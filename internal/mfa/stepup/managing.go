package stepup

import (
	"context"
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

// Rename calls an authenticator of the user's something else; it needs [ScopeUpdate].
func (s *Service) Rename(ctx context.Context, p Pass, id mfa.AuthenticatorID, name string) error {
	if name = tidyName(name); name == "" {
		return &mfa.Error{Code: mfa.Invalid, Field: "name", Message: "a name needs a character that can be seen"}
	}
	return s.attempt(ctx, p, func(a *attempt) error {
		if !a.may(ScopeUpdate) {
			return errMayNotUpdate
		}
		e, err := a.editable(id)
		if err != nil {
			return err
		}
		e.Name = name
		won, err := a.w.UpdateAuthenticator(e.Authenticator)
		if err == nil && !won {
			err = errBusy
		}
		if err != nil {
			return err
		}
		return a.tell(mfa.EventAuthenticatorRenamed, Said{Method: e.Method, Kind: e.Kind, Authenticator: e.ID})
	})
}

// editable finds an authenticator that its user may change.
func (a *attempt) editable(id mfa.AuthenticatorID) (people.Entry, error) {
	e, ok := people.EntryOf(a.mine(), id)
	if !ok {
		return e, errNoKey
	}
	if may := a.settings(e.Method).EditableByUser; may != nil && !*may {
		return e, errNotOffered
	}
	return e, nil
}

// Remove takes an authenticator of the user's away, where the application lets people do so; it needs [ScopeRemove].
func (s *Service) Remove(ctx context.Context, p Pass, id mfa.AuthenticatorID) error {
	return s.attempt(ctx, p, func(a *attempt) error {
		if !a.Caller.Application.StepUpSettings().AllowDeleting {
			return errNotOffered
		}
		if !a.may(ScopeRemove) {
			return errMayNotRemove
		}
		if _, err := a.editable(id); err != nil {
			return err
		}
		_, err := a.people.RemoveEntry(a.w, a.Caller, a.user, id, a.Source)
		return err
	})
}

// SetDefault offers a method of the user's first from now on; it needs [ScopeUpdate].
func (s *Service) SetDefault(ctx context.Context, p Pass, m mfa.Method) error {
	return s.attempt(ctx, p, func(a *attempt) error {
		if !a.may(ScopeUpdate) {
			return errMayNotUpdate
		}
		if !slices.Contains(people.Methods(a.Caller, a.held), m) {
			return errNoKey
		}
		profile, err := people.ProfileOf(a.w, a.user)
		if err != nil || profile.DefaultMethod == m {
			return err
		}
		profile.DefaultMethod = m
		if err := a.people.Keep(a.w, profile); err != nil {
			return err
		}
		return a.note(mfa.EventUserUpdated, m, "")
	})
}

// DisableMFA takes all of the user's authenticators away, where the application lets people do so; it needs
// [ScopeRemove]. Recovery codes go with the last one.
func (s *Service) DisableMFA(ctx context.Context, p Pass) error {
	return s.attempt(ctx, p, func(a *attempt) error {
		if !a.Caller.Application.StepUpSettings().AllowDisabling {
			return errNotOffered
		}
		if !a.may(ScopeRemove) {
			return errMayNotRemove
		}
		for _, e := range a.mine() {
			if e.ParentID != "" {
				continue // it goes with the device that carries it
			}
			if _, err := a.people.RemoveEntry(a.w, a.Caller, a.user, e.ID, a.Source); err != nil {
				return err
			}
		}
		return nil
	})
}
