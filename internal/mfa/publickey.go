package mfa

import "time"

// KeyPurpose says what a public key may be used for.
type KeyPurpose string

const (
	PurposeBoth       KeyPurpose = "both"
	PurposeEncryption KeyPurpose = "encryption" // we encrypt to its holder
	PurposeSignature  KeyPurpose = "signature"  // its holder signs requests
)

// PublicKey is a key by which its owner signs requests or reads what we send. The domain keeps it as text:
// whether it is of a usable kind, and its id, are matters of the dialect that adds it.
type PublicKey struct {
	ID        string // the dialect's name for the key, unique at its owner
	Owner     Owner
	Purpose   KeyPurpose
	PEM       string // as it was brought, to the byte
	Active    bool
	CreatedAt time.Time
	ExpiresAt time.Time // zero: never
}

// Live reports whether the key may be used at that moment.
func (k PublicKey) Live(now time.Time) bool {
	return k.Active && (k.ExpiresAt.IsZero() || now.Before(k.ExpiresAt))
}

// Signs reports whether requests may be signed with it.
func (k PublicKey) Signs() bool { return k.Purpose == PurposeBoth || k.Purpose == PurposeSignature }

// Encrypts reports whether we may encrypt to it.
func (k PublicKey) Encrypts() bool { return k.Purpose == PurposeBoth || k.Purpose == PurposeEncryption }

// PublicKeyReader looks public keys up.
type PublicKeyReader interface {
	// PublicKeysOf lists an owner's, whether or not they may be used, oldest first.
	PublicKeysOf(Owner) ([]PublicKey, error)
}

// PublicKeyWriter changes them.
type PublicKeyWriter interface {
	// AddPublicKey refuses an id that the owner has already with a Conflict of the field id.
	AddPublicKey(PublicKey) error
	// UpdatePublicKey replaces purpose, state and expiry.
	UpdatePublicKey(PublicKey) error
	RemovePublicKey(owner Owner, id string) error
}
