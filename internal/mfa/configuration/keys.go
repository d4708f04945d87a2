package configuration

import (
	"context"
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
)

// RemoveKey forgets a key of an application, which opens nothing from then on: what was leaked must have an end.
func (s *Service) RemoveKey(ctx context.Context, application mfa.ApplicationID, id mfa.KeyID) error {
	return s.domain.Configure(ctx, func(w mfa.WriteRecords) error {
		held, err := w.KeysOf(application)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(held, func(k mfa.Key) bool { return k.ID == id }) {
			return mfa.Missing("key")
		}
		c, err := mfa.CallerOfOwner(w, application.Owner())
		if err != nil {
			return err
		}
		if err := w.RemoveKey(id); err != nil {
			return err
		}
		return s.domain.NoteConfigured(w, c, "key", string(id), "removed")
	})
}
