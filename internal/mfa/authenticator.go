package mfa

import (
	"bytes"
	"encoding/json"
	"time"
)

// AuthenticatorState is pending while a seed has been shown and not yet proved.
type AuthenticatorState string

const (
	AuthenticatorPending AuthenticatorState = "pending"
	AuthenticatorActive  AuthenticatorState = "active"
	AuthenticatorRevoked AuthenticatorState = "revoked" // kept for the list, never used again
)

// Authenticator is one enrolled means of one user.
type Authenticator struct {
	ID          AuthenticatorID
	UserID      UserID
	DirectoryID DirectoryID
	// ApplicationID is set where the means serves one application alone, as a generic TOTP seed does.
	ApplicationID ApplicationID
	// ParentID ties a TOTP seed to the device that carries it: both go together.
	ParentID   AuthenticatorID
	Kind       Kind
	State      AuthenticatorState
	Name       string // what a person calls it: "Ann's phone"
	Number     int64  // small serial, unique on this server, for dialects that show integer device ids
	Platform   string // "android", "ios", "web", "terminal", …; "" when it does not apply
	Thumbprint string // RFC 7638 of a device's key, or [PasskeyThumbprint]; unique on this server; "" otherwise
	// Data is the factor's own public part: TOTP parameters, a device's public JWK.
	Data json.RawMessage
	// Secret is the factor's secret part, sealed at rest to this row.
	Secret Secret
	// Counter is the last accepted step (TOTP) or count; a proof must be newer.
	Counter int64
	// Version counts changes other than those of Counter; UpdateAuthenticator compares it.
	Version      int64
	RegisteredBy string // how it came: "sms", "call", "push", "qr", "code", "import"
	CreatedAt    time.Time
	LastUsedAt   time.Time // zero: never
}

// Answers reports whether its holder can answer questions with it.
func (a Authenticator) Answers() bool {
	return a.State == AuthenticatorActive && (a.Kind == KindDevice || a.Kind == KindPasskey)
}

// SignsIn reports whether it is of a kind that people sign in with, in whatever state.
func (a Authenticator) SignsIn() bool {
	return a.Kind == KindPasskey || a.Kind == KindPassword || a.Kind == KindPublicKey
}

// RoomForOne refuses a user who has as many authenticators to sign in with as count at once.
func (s *Service) RoomForOne(held []Authenticator) error {
	n := 0
	for i := range held {
		if held[i].SignsIn() && held[i].State == AuthenticatorActive {
			n++
		}
	}
	if n >= s.limits.PasskeysPerUser {
		return refuse(Conflict, ReasonPasskeysFull, "the user has as many passkeys and keys as a person may have; revoke one first")
	}
	return nil
}

// TOTPData is the public part of a TOTP authenticator (RFC 6238).
type TOTPData struct {
	Algorithm string `json:"algorithm"` // SHA1, SHA256 or SHA512
	Digits    int    `json:"digits"`    // 6 to 8
	Period    int    `json:"period"`    // seconds, 1 to 3600
	Issuer    string `json:"issuer,omitempty"`
	Label     string `json:"label,omitempty"`
}

// DeviceData is the public part of a device.
type DeviceData struct {
	Key          json.RawMessage `json:"key"` // public JWK, P-256
	RegisteredIP string          `json:"registered_ip,omitempty"`
	LastIP       string          `json:"last_ip,omitempty"`
	Push         *PushTarget     `json:"push,omitempty"`
	// Binding is the [DigestOfBinding] of the browser that linked; each request must come from there. "" is bound to none.
	Binding string `json:"binding,omitempty"`
	// Attested is what a [DeviceAttestor] made of what the device brought along.
	Attested string `json:"attested,omitempty"`
}

// AddressData is the public part of a phone or e-mail address.
type AddressData struct {
	Method   Method    `json:"method"`             // of the several that the address serves, the one that was proved
	Channel  Channel   `json:"channel,omitempty"`  // by which a code reached it last
	Verified time.Time `json:"verified,omitzero"`  // when it was proved; zero: the application says so
	Agent    string    `json:"agent,omitempty"`    // of the browser that enrolled it
	DeviceID string    `json:"device_id,omitzero"` // likewise
}

// AppKeyData is the public part of a key that the application's own app holds.
type AppKeyData struct {
	PublicKey string    `json:"public_key"` // SubjectPublicKeyInfo in base64
	Use       Method    `json:"use"`        // push, qr_code, in_app or device
	PushToken string    `json:"push_token,omitempty"`
	DeviceID  string    `json:"device_id,omitempty"`
	Expires   time.Time `json:"expires,omitzero"` // zero: never
}

// Addresses reads a device's addresses, and nothing else, out of its Data without decoding the rest: every
// accepted token shows them. Data that this package did not write gives none.
func (a Authenticator) Addresses() DeviceData {
	return DeviceData{RegisteredIP: plainMember(a.Data, `"registered_ip":"`), LastIP: plainMember(a.Data, `"last_ip":"`)}
}

// plainMember finds the text after a mark. The texts that devices bring along stand in the data with their
// quotes escaped, so no mark can begin inside of one.
func plainMember(data []byte, mark string) string {
	_, rest, ok := bytes.Cut(data, []byte(mark))
	if !ok {
		return ""
	}
	text, _, _ := bytes.Cut(rest, []byte{'"'})
	return string(text)
}

// PushTarget is a Web Push subscription (RFC 8030, RFC 8291).
type PushTarget struct {
	Endpoint string `json:"endpoint"`
	P256DH   string `json:"p256dh"` // base64url, uncompressed point
	Auth     string `json:"auth"`   // base64url, 16 bytes
}

// AuthenticatorReader looks authenticators up. Secrets are opened.
type AuthenticatorReader interface {
	Authenticator(AuthenticatorID) (Authenticator, error)
	// AuthenticatorsOf lists a user's, oldest first.
	AuthenticatorsOf(UserID) ([]Authenticator, error)
	// AuthenticatorByThumbprint finds the device that holds a key, or the passkey of an id.
	AuthenticatorByThumbprint(kind Kind, thumbprint string) (Authenticator, error)
	// Credentials finds a user and the authenticators, oldest first, as they were at one moment.
	Credentials(directory DirectoryID, ref UserRef) (User, []Authenticator, error)
	// Holder is AuthenticatorByThumbprint together with the user, as they were at one moment.
	Holder(kind Kind, thumbprint string) (User, Authenticator, error)
}

// AuthenticatorWriter changes them.
type AuthenticatorWriter interface {
	// AddAuthenticator stores one, gives it its Number and returns it. A thumbprint that is taken is a
	// Conflict.
	AddAuthenticator(Authenticator) (Authenticator, error)
	// AdvanceCounter burns a step: it raises Counter to step and sets LastUsedAt, if Counter is below
	// step and the version is still the one given; else it reports false and changes nothing.
	AdvanceCounter(id AuthenticatorID, version, step int64, at time.Time) (bool, error)
	// SpendStep is AdvanceCounter together with the event that tells of it, as the last change of its Write,
	// which makes no statement after it and fails only if it reports false.
	SpendStep(id AuthenticatorID, version, step int64, e Event) (bool, error)
	// UsePasskey, of passwords and keys too, moves Counter on and sets LastUsedAt, and Data where some is given, if it is active
	// and version and counter are still those given; else it reports false and changes nothing.
	UsePasskey(id AuthenticatorID, version, from, to int64, data json.RawMessage, at time.Time) (bool, error)
	// NoteUse sets Data and LastUsedAt of an active one whose version and counter are still the given ones, and
	// leaves one alone that was changed meanwhile.
	NoteUse(Authenticator) error
	// UpdateAuthenticator replaces name, state, data, secret, counter and use time, if the version is
	// still a.Version, and raises it by one; else it reports false and changes nothing.
	UpdateAuthenticator(a Authenticator) (bool, error)
	// RemoveAuthenticator deletes it and those it is the parent of.
	RemoveAuthenticator(AuthenticatorID) error
}
