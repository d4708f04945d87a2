package provision

import (
	"slices"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/configuration"
)

// PlannedPublicKey is a public key that its owner should have, found by its id. Purpose, state and expiry of
// one that is there become what the plan says; the text of the key stays as it was brought first.
type PlannedPublicKey struct {
	Dialect   string // whose it is: that dialect checks the key and gives it its id
	Place     string // where it stands in its owner's part, such as launchkey.keys[0]: for refusals
	ID        string
	Purpose   mfa.KeyPurpose
	PEM       string
	Active    bool
	ExpiresAt time.Time // zero: never
}

// publicKeys adds and changes the owner's keys, and reports whether there was anything to do.
func (r *applying) publicKeys(path string, o mfa.Owner, want []PlannedPublicKey) (changed bool, err error) {
	if len(want) == 0 {
		return false, nil
	}
	held, err := r.w.PublicKeysOf(o)
	if err != nil {
		return false, at(path, err)
	}
	count := len(held)
	for _, k := range want {
		next := mfa.PublicKey{ID: k.ID, Owner: o, Purpose: k.Purpose, PEM: k.PEM, Active: k.Active, CreatedAt: r.s.domain.Now(), ExpiresAt: k.ExpiresAt}
		i := slices.IndexFunc(held, func(h mfa.PublicKey) bool { return h.ID == k.ID })
		var have mfa.PublicKey
		existed := i >= 0
		if existed {
			have = held[i]
		}
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
func (r *applying) publicKey(next, have mfa.PublicKey, existed bool, count int) (bool, error) {
	if err := configuration.CheckPublicKey(next); err != nil {
		return false, err
	}
	if !existed {
		if count >= configuration.MaxPublicKeys {
			return false, configuration.ErrKeysFull
		}
		if err := r.w.AddPublicKey(next); err != nil {
			return false, err
		}
		return true, configuration.NotePublicKey(r.s.domain, r.w, next.Owner, next.ID, "added")
	}
	if next.Purpose == have.Purpose && next.Active == have.Active && next.ExpiresAt.Equal(have.ExpiresAt) {
		return false, nil
	}
	have.Purpose, have.Active, have.ExpiresAt = next.Purpose, next.Active, next.ExpiresAt
	if err := r.w.UpdatePublicKey(have); err != nil {
		return false, err
	}
	return true, configuration.NotePublicKey(r.s.domain, r.w, next.Owner, next.ID, "updated")
}
