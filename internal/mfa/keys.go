package mfa

import (
	"context"
	"slices"
)

// RemoveKey forgets a key of an application, which opens nothing from then on: what was leaked must have an end.
func (s *Service) RemoveKey(ctx context.Context, application ApplicationID, id KeyID) error {
	return s.configure(ctx, func(w WriteRecords) error {
		held, err := w.KeysOf(application)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(held, func(k Key) bool { return k.ID == id }) {
			return Missing("key")
		}
		c, err := callerOfOwner(w, application.Owner())
		if err != nil {
			return err
		}
		if err := w.RemoveKey(id); err != nil {
			return err
		}
		return s.noteConfigured(w, c, "key", string(id), "removed")
	})
}
