package mfa

import (
	"context"
	"encoding/json"
)

// directorySeed reports whether a is a seed that serves all of the directory and no device carries.
func directorySeed(a *Authenticator) bool {
	return a.Kind == KindTOTP && a.ApplicationID == "" && a.ParentID == ""
}

// ReplaceSeed gives the directory's user of that alias, who is created if there is none, a TOTP seed for all
// applications of the directory, in the place of the one before. It counts at once.
func (s *Service) ReplaceSeed(ctx context.Context, c *Caller, alias string) (Seed, error) {
	if err := checkAlias(alias); err != nil {
		return Seed{}, err
	}
	var out Seed
	err := s.store.Write(ctx, func(w WriteRecords) error {
		u, err := s.namedUser(w, c, alias)
		if err != nil {
			return err
		}
		if err := UsableBy(u, c); err != nil {
			return err
		}
		if _, err := s.removeSeeds(w, u); err != nil {
			return err
		}
		wanted := TOTPData{Issuer: c.Directory.Name, Label: alias}
		made, err := s.factors.TOTP.Enrol(EnrolOptions{Random: s.random, Now: s.Now(), TOTP: wanted})
		if err != nil {
			return err
		}
		a, err := w.AddAuthenticator(Authenticator{
			ID: NewID[AuthenticatorID](), UserID: u.ID, DirectoryID: u.DirectoryID, Kind: KindTOTP, State: AuthenticatorActive,
			Data: made.Data, Secret: made.Secret, RegisteredBy: "qr", CreatedAt: s.Now(),
		})
		if err != nil {
			return err
		}
		if out, err = seedOf(a); err != nil {
			return err
		}
		return s.Append(w, c, Event{Type: EventAuthenticatorAdded, UserID: u.ID, Data: json.RawMessage(`{"kind":"totp"}`)})
	})
	return out, err
}

// RemoveSeed ends the user's TOTP for the directory. That there is no such user or seed is no error.
func (s *Service) RemoveSeed(ctx context.Context, c *Caller, ref UserRef) error {
	if err := c.Enabled(); err != nil {
		return err
	}
	return s.store.Write(ctx, func(w WriteRecords) error {
		u, err := w.LockUser(c.Directory.ID, ref)
		if IsCode(err, NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		removed, err := s.removeSeeds(w, u)
		if err != nil || !removed {
			return err
		}
		return s.Append(w, c, Event{Type: EventAuthenticatorRemoved, UserID: u.ID, Data: json.RawMessage(`{"kind":"totp"}`)})
	})
}

func (s *Service) removeSeeds(w WriteRecords, u User) (removed bool, err error) {
	held, err := w.AuthenticatorsOf(u.ID)
	if err != nil {
		return false, err
	}
	for i := range held {
		if !directorySeed(&held[i]) {
			continue
		}
		if err := w.RemoveAuthenticator(held[i].ID); err != nil {
			return false, err
		}
		removed = true
	}
	return removed, nil
}
