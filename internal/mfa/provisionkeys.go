package mfa

import (
	"context"
	"slices"
	"time"
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

// PlannedPublicKey is a public key that its owner should have, found by its id. Purpose, state and expiry of
// one that is there become what the plan says; the text of the key stays as it was brought first.
type PlannedPublicKey struct {
	Dialect   string // whose it is: that dialect checks the key and gives it its id
	Place     string // where it stands in its owner's part, such as launchkey.keys[0]: for refusals
	ID        string
	Purpose   KeyPurpose
	PEM       string
	Active    bool
	ExpiresAt time.Time // zero: never
}

// publicKeys adds and changes the owner's keys, and reports whether there was anything to do.
func (r *applying) publicKeys(path string, o Owner, want []PlannedPublicKey) (changed bool, err error) {
	if len(want) == 0 {
		return false, nil
	}
	held, err := r.w.PublicKeysOf(o)
	if err != nil {
		return false, at(path, err)
	}
	count := len(held)
	for _, k := range want {
		next := PublicKey{ID: k.ID, Owner: o, Purpose: k.Purpose, PEM: k.PEM, Active: k.Active, CreatedAt: r.s.Now(), ExpiresAt: k.ExpiresAt}
		have, existed := keyNamed(held, k.ID)
		did, err := r.publicKey(next, have, existed, count)
		if err != nil {
			return changed, at(path, at(k.Place, err))
		}
		if !existed {
			count++
		}
		changed = changed || did
	}
	return changed, nil
}

// publicKey makes one true at an owner that has so many.
func (r *applying) publicKey(next, have PublicKey, existed bool, count int) (bool, error) {
	if err := checkPublicKey(next); err != nil {
		return false, err
	}
	if !existed {
		if count >= MaxPublicKeys {
			return false, errKeysFull
		}
		if err := r.w.AddPublicKey(next); err != nil {
			return false, err
		}
		return true, r.s.noteKey(r.w, next.Owner, next.ID, "added")
	}
	if next.Purpose == have.Purpose && next.Active == have.Active && next.ExpiresAt.Equal(have.ExpiresAt) {
		return false, nil
	}
	have.Purpose, have.Active, have.ExpiresAt = next.Purpose, next.Active, next.ExpiresAt
	if err := r.w.UpdatePublicKey(have); err != nil {
		return false, err
	}
	return true, r.s.noteKey(r.w, next.Owner, next.ID, "updated")
}
