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
	made, err := s.factors.Recovery.Enrol(EnrolOptions{Random: s.random, Now: s.Now(), Count: RecoveryCodes})
	if err != nil {
		return nil, err
	}
	err = s.store.Write(ctx, func(w WriteRecords) error {
		u, held, err := w.LockCredentials(c.Directory.ID, ref)
		if err != nil {
			return err
		}
		if err := UsableBy(u, c); err != nil {
			return err
		}
		for i := range held {
			if held[i].Kind != KindRecovery {
				continue
			}
			if err := w.RemoveAuthenticator(held[i].ID); err != nil {
				return err
			}
		}
		_, err = w.AddAuthenticator(Authenticator{
			ID: NewID[AuthenticatorID](), UserID: u.ID, DirectoryID: u.DirectoryID, Kind: KindRecovery, State: AuthenticatorActive,
			Data: made.Data, Secret: made.Secret, RegisteredBy: "code", CreatedAt: s.Now(),
		})
		if err != nil {
			return err
		}
		return s.Append(w, c, Event{Type: EventAuthenticatorAdded, UserID: u.ID, Data: json.RawMessage(`{"kind":"recovery"}`)})
	})
	if err != nil {
		return nil, err
	}
	return made.Codes, nil
}
