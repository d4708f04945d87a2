package launchkey

import (
	"context"
	"net/http"
	"time"
)

// KeyType is what a public key may be used for.
type KeyType int

// The types of keys.
const (
	KeyBoth       KeyType = 0
	KeyEncryption KeyType = 1 // the server encrypts for it; it signs nothing
	KeySignature  KeyType = 2 // it signs; the server encrypts nothing for it
)

// String names the type.
func (t KeyType) String() string {
	switch t {
	case KeyBoth:
		return "both"
	case KeyEncryption:
		return "encryption"
	case KeySignature:
		return "signature"
	default:
		return "other"
	}
}

func (t KeyType) check() error {
	if t < KeyBoth || t > KeySignature {
		return &FormatError{Field: "key type", Reason: "must be KeyBoth, KeyEncryption or KeySignature"}
	}
	return nil
}

// PublicKey is a key that the server knows of an entity.
type PublicKey struct {
	ID        KeyID
	PEM       string // as it was given
	Type      KeyType
	Active    bool
	CreatedAt time.Time
	ExpiresAt time.Time // zero for never
}

// NewPublicKey is a key to give to the server.
type NewPublicKey struct {
	PEM       string // RSA, of 2048 bits at least
	Type      KeyType
	Inactive  bool
	ExpiresAt time.Time // zero for never
}

// PublicKeyUpdate is what to change of a key; the zero value changes nothing.
type PublicKeyUpdate struct {
	Active    *bool
	ExpiresAt Change[time.Time]
}

// keyHolder is an entity with public keys, as the calls name it: exactly one of
// the ids is set.
type keyHolder struct {
	Directory DirectoryID `json:"directory_id,omitempty"`
	Service   ServiceID   `json:"service_id,omitempty"`
}

// keyCalls are the four calls about public keys, which differ by whose keys they
// are and by the path alone.
type keyCalls struct {
	on     client
	path   string
	what   string // "directory" or "service", for errors
	holder keyHolder
}

func (k keyCalls) list(ctx context.Context) ([]PublicKey, error) {
	op := "list " + k.what + " keys"
	var wire []struct {
		ID      KeyID   `json:"id"`
		PEM     string  `json:"public_key"`
		Type    KeyType `json:"key_type"`
		Active  bool    `json:"active"`
		Created instant `json:"date_created"`
		Expires instant `json:"date_expires"`
	}
	if err := k.on.do(ctx, call{op, http.MethodPost, k.path + "/list", k.holder}, &wire); err != nil {
		return nil, err
	}
	keys := make([]PublicKey, 0, len(wire))
	for _, w := range wire {
		if w.ID == "" {
			return nil, unexpected(op, "a key has no id")
		}
		keys = append(keys, PublicKey{
			ID: w.ID, PEM: w.PEM, Type: w.Type, Active: w.Active, CreatedAt: w.Created.Time, ExpiresAt: w.Expires.Time,
		})
	}
	return keys, nil
}

func (k keyCalls) add(ctx context.Context, key NewPublicKey) (KeyID, error) {
	op := "add " + k.what + " key"
	if err := key.Type.check(); err != nil {
		return "", err
	}
	body := struct {
		keyHolder
		PEM     string  `json:"public_key"`
		Expires instant `json:"date_expires,omitzero"`
		Active  bool    `json:"active"`
		Type    KeyType `json:"key_type"`
	}{k.holder, key.PEM, instant{key.ExpiresAt}, !key.Inactive, key.Type}
	var wire struct {
		ID KeyID `json:"key_id"`
	}
	if err := k.on.do(ctx, call{op, http.MethodPost, k.path, body}, &wire); err != nil {
		return "", err
	}
	if wire.ID == "" {
		return "", unexpected(op, "it has no key id")
	}
	return wire.ID, nil
}

func (k keyCalls) update(ctx context.Context, id KeyID, update PublicKeyUpdate) error {
	body := struct {
		keyHolder
		ID      KeyID           `json:"key_id"`
		Active  *bool           `json:"active,omitempty"`
		Expires Change[instant] `json:"date_expires,omitzero"`
	}{k.holder, id, update.Active, instantChange(update.ExpiresAt)}
	return k.on.do(ctx, call{"update " + k.what + " key", http.MethodPatch, k.path, body}, nil)
}

func (k keyCalls) remove(ctx context.Context, id KeyID) error {
	body := struct {
		keyHolder
		ID KeyID `json:"key_id"`
	}{k.holder, id}
	return k.on.do(ctx, call{"remove " + k.what + " key", http.MethodDelete, k.path, body}, nil)
}

func instantChange(change Change[time.Time]) Change[instant] {
	if change.value == nil {
		return Change[instant]{made: change.made}
	}
	return To(instant{*change.value})
}
