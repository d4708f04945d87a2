package mfa

import "time"

// KeyKind says what a key opens.
type KeyKind string

// KeyAuthyAPI is the secret of the Authy dialect: it authenticates calls, signs approval callbacks and
// registration tokens. KeyAuthyAccess and KeyAuthySigning are the caller's and the signing secret of
// that dialect's dashboard calls.
const (
	KeyAuthyAPI     KeyKind = "authy_api"
	KeyAuthyAccess  KeyKind = "authy_access"
	KeyAuthySigning KeyKind = "authy_signing"

	// KeyLoginIDClient and KeyLoginIDAPI are by which the LoginID dialect finds its callers. The first is no secret but
	// a public name, kept like one.
	KeyLoginIDClient KeyKind = "loginid_client" // a client id
	KeyLoginIDAPI    KeyKind = "loginid_api"    // the id of a management key

	// KeyAuthsignalTenant is a public name like KeyLoginIDClient. The newest secret key signs tokens and callbacks.
	KeyAuthsignalTenant     KeyKind = "authsignal_tenant"
	KeyAuthsignalSecret     KeyKind = "authsignal_secret"
	KeyAuthsignalManagement KeyKind = "authsignal_management"
)

// Key is a credential of an application. Several live at once, so that they can be rolled.
type Key struct {
	ID            KeyID
	Kind          KeyKind
	ApplicationID ApplicationID
	Secret        Secret // sealed at rest; found by its keyed digest
	CreatedAt     time.Time
	ExpiresAt     time.Time // zero: never
}

// Live reports whether the key may be used at that moment.
func (k Key) Live(now time.Time) bool { return k.ExpiresAt.IsZero() || now.Before(k.ExpiresAt) }

// KeyReader looks keys up.
type KeyReader interface {
	// KeyBySecret finds the key of that kind with that secret, by keyed digest.
	KeyBySecret(kind KeyKind, secret Secret) (Key, error)
	// KeysOf lists an application's keys, newest first.
	KeysOf(ApplicationID) ([]Key, error)
}

// KeyWriter changes them.
type KeyWriter interface {
	// AddKey stores a key. A secret that already opens another application is a Conflict; the same
	// secret of the same application is no change.
	AddKey(Key) error
	RemoveKey(KeyID) error
}
