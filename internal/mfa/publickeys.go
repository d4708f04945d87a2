package mfa

import (
	"context"
	"slices"
	"time"
)

// Bounds of public keys.
const (
	MaxPublicKeys   = 100      // of one owner: all are read to choose one
	maxPublicKeyPEM = 16 << 10 // bytes; a key of 16384 bits is a fifth of it
	maxPublicKeyID  = 200      // bytes; the longest in use are digests in hexadecimal
)

// AddPublicKey gives an owner one more key. A key that the owner has is a Conflict of the field id; others
// may have the same.
func (s *Service) AddPublicKey(ctx context.Context, k PublicKey) (PublicKey, error) {
	if err := CheckPublicKey(k); err != nil {
		return PublicKey{}, err
	}
	k.CreatedAt = s.Now()
	return k, s.configure(ctx, func(w WriteRecords) error {
		held, err := w.PublicKeysOf(k.Owner)
		if err != nil {
			return err
		}
		if len(held) >= MaxPublicKeys {
			return ErrKeysFull
		}
		if err := w.AddPublicKey(k); err != nil {
			return err
		}
		return s.NotePublicKey(w, k.Owner, k.ID, "added")
	})
}

// ErrKeysFull answers to one key too many.
var ErrKeysFull = refuse(Conflict, ReasonKeysFull, "there are as many keys as one may have; remove one first")

// CheckPublicKey refuses keys that could not be kept or would serve nothing.
func CheckPublicKey(k PublicKey) error {
	switch {
	case k.ID == "" || len(k.ID) > maxPublicKeyID:
		return &Error{Code: Invalid, Field: "id", Message: "a public key needs an id of at most 200 characters"}
	case k.PEM == "" || len(k.PEM) > maxPublicKeyPEM:
		return &Error{Code: Invalid, Field: "public_key", Message: "a public key is a PEM text of at most 16 KiB"}
	case !k.Signs() && !k.Encrypts():
		return &Error{Code: Invalid, Field: "purpose", Message: "a key's purpose is both, encryption or signature"}
	}
	return nil
}

// PublicKeyChange says what of a key changes; nil members do not.
type PublicKeyChange struct {
	Active    *bool
	ExpiresAt *time.Time // the zero time: never
}

// UpdatePublicKey switches an owner's key on or off, or sets when it expires.
func (s *Service) UpdatePublicKey(ctx context.Context, o Owner, id string, change PublicKeyChange) error {
	return s.configure(ctx, func(w WriteRecords) error {
		held, err := w.PublicKeysOf(o)
		if err != nil {
			return err
		}
		k, ok := keyNamed(held, id)
		if !ok {
			return Missing("public key")
		}
		if change.Active != nil {
			k.Active = *change.Active
		}
		if change.ExpiresAt != nil {
			k.ExpiresAt = *change.ExpiresAt
		}
		if err := w.UpdatePublicKey(k); err != nil {
			return err
		}
		return s.NotePublicKey(w, o, id, "updated")
	})
}

// RemovePublicKey forgets an owner's key. The only one it has, usable or not, stays: [ReasonLastKey].
func (s *Service) RemovePublicKey(ctx context.Context, o Owner, id string) error {
	return s.configure(ctx, func(w WriteRecords) error {
		held, err := w.PublicKeysOf(o)
		if err != nil {
			return err
		}
		if _, ok := keyNamed(held, id); !ok {
			return Missing("public key")
		}
		if len(held) == 1 {
			return refuse(Conflict, ReasonLastKey, "this is the only key; add another one first")
		}
		if err := w.RemovePublicKey(o, id); err != nil {
			return err
		}
		return s.NotePublicKey(w, o, id, "removed")
	})
}

// NotePublicKey writes into the log what was done to an owner's key.
func (s *Service) NotePublicKey(w WriteRecords, o Owner, id, did string) error {
	c, err := callerOfOwner(w, o)
	if err != nil {
		return err
	}
	return s.noteConfigured(w, c, "public_key", id, did)
}

// PublicKeysOf lists an owner's keys, of every state, as they are now, oldest first.
func (s *Service) PublicKeysOf(ctx context.Context, o Owner) ([]PublicKey, error) {
	var out []PublicKey
	err := s.store.Read(ctx, func(r Records) (err error) {
		out, err = r.PublicKeysOf(o)
		return err
	})
	return out, err
}

// PublicKeys is [Service.PublicKeysOf] through the cache, for requests: what was changed elsewhere may be
// seen [callerLife] later. The list is shared and must not be changed.
func (s *Service) PublicKeys(ctx context.Context, o Owner) ([]PublicKey, error) {
	if held, ok, _ := s.keys.get(o); ok {
		return held, nil
	}
	return s.loadKeys(ctx, o)
}

// KeysOfCaller is [Service.PublicKeys] of an application that proved itself, so that having none is remembered too.
func (s *Service) KeysOfCaller(ctx context.Context, c *Caller) ([]PublicKey, error) {
	owner := c.Application.ID.Owner()
	held, ok, generation := s.keys.get(owner)
	if ok {
		return held, nil
	}
	held, err := s.PublicKeysOf(ctx, owner)
	if err == nil {
		s.keys.put(owner, held, generation)
	}
	return held, err
}

// PublicKey finds an owner's key, usable or not, through the cache. One that the cache does not know is looked
// for in the tables, so that a new key serves at once.
func (s *Service) PublicKey(ctx context.Context, o Owner, id string) (PublicKey, error) {
	held, _, _ := s.keys.get(o)
	if k, ok := keyNamed(held, id); ok {
		return k, nil
	}
	held, err := s.loadKeys(ctx, o)
	if err != nil {
		return PublicKey{}, err
	}
	if k, ok := keyNamed(held, id); ok {
		return k, nil
	}
	return PublicKey{}, Missing("public key")
}

// loadKeys fills the cache; owners without keys, which anybody can make up, take no room in it.
func (s *Service) loadKeys(ctx context.Context, o Owner) ([]PublicKey, error) {
	_, _, generation := s.keys.get(o)
	held, err := s.PublicKeysOf(ctx, o)
	if err == nil && len(held) > 0 {
		s.keys.put(o, held, generation)
	}
	return held, err
}

func keyNamed(held []PublicKey, id string) (PublicKey, bool) {
	i := slices.IndexFunc(held, func(k PublicKey) bool { return k.ID == id })
	if i < 0 {
		return PublicKey{}, false
	}
	return held[i], true
}
