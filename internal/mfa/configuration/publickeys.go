package configuration

import (
	"context"
	"slices"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Bounds of public keys.
const (
	MaxPublicKeys   = 100      // of one owner: all are read to choose one
	maxPublicKeyPEM = 16 << 10 // bytes; a key of 16384 bits is a fifth of it
	maxPublicKeyID  = 200      // bytes; the longest in use are digests in hexadecimal
)

// AddPublicKey gives an owner one more key. A key that the owner has is a Conflict of the field id; others
// may have the same.
func (s *Service) AddPublicKey(ctx context.Context, k mfa.PublicKey) (mfa.PublicKey, error) {
	if err := CheckPublicKey(k); err != nil {
		return mfa.PublicKey{}, err
	}
	k.CreatedAt = s.domain.Now()
	return k, s.domain.Configure(ctx, func(w mfa.WriteRecords) error {
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
		return NotePublicKey(s.domain, w, k.Owner, k.ID, "added")
	})
}

// PublicKeyChange says what of a key changes; nil members do not.
type PublicKeyChange struct {
	Active    *bool
	ExpiresAt *time.Time // the zero time: never
}

// UpdatePublicKey switches an owner's key on or off, or sets when it expires.
func (s *Service) UpdatePublicKey(ctx context.Context, o mfa.Owner, id string, change PublicKeyChange) error {
	return s.domain.Configure(ctx, func(w mfa.WriteRecords) error {
		held, err := w.PublicKeysOf(o)
		if err != nil {
			return err
		}
		k, ok := keyNamed(held, id)
		if !ok {
			return mfa.Missing("public key")
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
		return NotePublicKey(s.domain, w, o, id, "updated")
	})
}

// RemovePublicKey forgets an owner's key. The only one it has, usable or not, stays: [ReasonLastKey].
func (s *Service) RemovePublicKey(ctx context.Context, o mfa.Owner, id string) error {
	return s.domain.Configure(ctx, func(w mfa.WriteRecords) error {
		held, err := w.PublicKeysOf(o)
		if err != nil {
			return err
		}
		if _, ok := keyNamed(held, id); !ok {
			return mfa.Missing("public key")
		}
		if len(held) == 1 {
			return &mfa.Error{Code: mfa.Conflict, Reason: mfa.ReasonLastKey, Message: "this is the only key; add another one first"}
		}
		if err := w.RemovePublicKey(o, id); err != nil {
			return err
		}
		return NotePublicKey(s.domain, w, o, id, "removed")
	})
}

// ErrKeysFull answers to one key too many.
var ErrKeysFull = &mfa.Error{Code: mfa.Conflict, Reason: mfa.ReasonKeysFull, Message: "there are as many keys as one may have; remove one first"}

// CheckPublicKey refuses keys that could not be kept or would serve nothing.
func CheckPublicKey(k mfa.PublicKey) error {
	switch {
	case k.ID == "" || len(k.ID) > maxPublicKeyID:
		return &mfa.Error{Code: mfa.Invalid, Field: "id", Message: "a public key needs an id of at most 200 characters"}
	case k.PEM == "" || len(k.PEM) > maxPublicKeyPEM:
		return &mfa.Error{Code: mfa.Invalid, Field: "public_key", Message: "a public key is a PEM text of at most 16 KiB"}
	case !k.Signs() && !k.Encrypts():
		return &mfa.Error{Code: mfa.Invalid, Field: "purpose", Message: "a key's purpose is both, encryption or signature"}
	}
	return nil
}

// NotePublicKey writes into the log what was done to an owner's key.
func NotePublicKey(domain *mfa.Service, w mfa.WriteRecords, o mfa.Owner, id, did string) error {
	c, err := mfa.CallerOfOwner(w, o)
	if err != nil {
		return err
	}
	return domain.NoteConfigured(w, c, "public_key", id, did)
}

func keyNamed(held []mfa.PublicKey, id string) (mfa.PublicKey, bool) {
	i := slices.IndexFunc(held, func(k mfa.PublicKey) bool { return k.ID == id })
	if i < 0 {
		return mfa.PublicKey{}, false
	}
	return held[i], true
}
