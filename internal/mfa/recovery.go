package mfa

import (
	"context"
	"encoding/json"
)

// RecoveryCodes is how many single-use codes a person gets.
const RecoveryCodes = 10

// MakeRecoveryCodes gives a user fresh recovery codes, shown once; older ones stop working. They are
// digits, so every front door that takes a token takes them.
func (s *Service) MakeRecoveryCodes(ctx context.Context, c *Caller, ref UserRef) ([]string, error) {
	var codes []string
	err := s.store.Write(ctx, func(w WriteRecords) error {
		u, held, err := w.LockCredentials(c.Directory.ID, ref)
		if err != nil {
			return err
		}
		if err := UsableBy(u, c); err != nil {
			return err
		}
		codes, err = s.RenewRecoveryCodes(w, c, u, held)
		return err
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

// RenewRecoveryCodes is [Service.MakeRecoveryCodes] in the transaction of whoever holds the user's lock.
func (s *Service) RenewRecoveryCodes(w WriteRecords, c *Caller, u User, held []Authenticator) ([]string, error) {
	made, err := s.factors.Recovery.Enrol(EnrolOptions{Random: s.random, Now: s.Now(), Count: RecoveryCodes})
	if err != nil {
		return nil, err
	}
	for i := range held {
		if held[i].Kind != KindRecovery {
			continue
		}
		if err := w.RemoveAuthenticator(held[i].ID); err != nil {
			return nil, err
		}
	}
	_, err = w.AddAuthenticator(Authenticator{
		ID: NewID[AuthenticatorID](), UserID: u.ID, DirectoryID: u.DirectoryID, Kind: KindRecovery, State: AuthenticatorActive,
		Data: made.Data, Secret: made.Secret, RegisteredBy: "code", CreatedAt: s.Now(),
	})
	if err != nil {
		return nil, err
	}
	return made.Codes, s.Append(w, c, Event{Type: EventAuthenticatorAdded, UserID: u.ID, Data: json.RawMessage(`{"kind":"recovery"}`)})
}
