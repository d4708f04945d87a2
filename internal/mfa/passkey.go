package mfa

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
)

// Octets are bytes that JSON shows as WebAuthn does: base64url without padding.
type Octets []byte

// MarshalText writes them.
func (o Octets) MarshalText() ([]byte, error) {
	return base64.RawURLEncoding.AppendEncode(nil, o), nil
}

// UnmarshalText reads them, with padding or without.
func (o *Octets) UnmarshalText(text []byte) error {
	plain, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(string(text), "="))
	if err != nil {
		return fmt.Errorf("not base64url: %w", err)
	}
	*o = plain
	return nil
}

// PasskeyData is the public part of a passkey.
type PasskeyData struct {
	RPID         string `json:"rp_id"`
	CredentialID Octets `json:"credential_id"`
	PublicKey    Octets `json:"public_key"` // COSE
	// Key is the same as a public JWK with its alg, under the name that a device's has.
	Key          json.RawMessage `json:"key,omitempty"`
	Algorithm    int64           `json:"algorithm"` // COSE
	AAGUID       string          `json:"aaguid"`    // of the model, as a UUID; zeros where it is not told
	Transports   []string        `json:"transports,omitempty"`
	UserHandle   Octets          `json:"user_handle"`
	UserVerified bool            `json:"user_verified"` // when it was registered
	// A passkey that may be backed up can be on several devices of its person; one that is, probably is.
	BackupEligible bool   `json:"backup_eligible"`
	BackedUp       bool   `json:"backed_up"`
	Discoverable   bool   `json:"discoverable"`
	Format         string `json:"format"`               // of the attestation
	Trust          string `json:"trust"`                // what it shows: none, self, basic, attca, …
	UserAgent      string `json:"user_agent,omitempty"` // of the browser that registered it
	LastAgent      string `json:"last_agent,omitempty"` // of the browser that used it last
	// SecurityKey says that people were asked for a key of their own and not for a passkey, which it may be all the same.
	SecurityKey bool   `json:"security_key,omitempty"`
	Attachment  string `json:"attachment,omitempty"` // as the browser that registered it told
	DeviceID    string `json:"device_id,omitempty"`  // by which the application knew that browser
}

// PasskeyThumbprint names a credential of a relying party among all authenticators, so that none is registered
// twice.
func PasskeyThumbprint(rpID string, credential []byte) string {
	sum := sha256.Sum256([]byte("passkey\x00" + rpID + "\x00" + string(credential)))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// ImportedPasskey is a credential that was registered elsewhere, for the same relying party.
type ImportedPasskey struct {
	CredentialID []byte
	PublicKey    []byte // COSE
	Name         string
	AAGUID       string
	Transports   []string
}

// PasskeyExpectation is what a ceremony's answer must fit.
type PasskeyExpectation struct {
	RelyingParty     RelyingParty
	Challenge        []byte
	UserVerification string  // "": the relying party's
	Algorithms       []int64 // COSE, of a registration
	// Unattended takes a registration with nobody there, as password managers make it beside a sign-in.
	Unattended bool
}

// PasskeyRegistration is what a browser answers to creation options. It is strangers' input.
type PasskeyRegistration struct {
	CredentialID []byte
	ClientData   []byte // JSON, as it was hashed
	Attestation  []byte // the attestation object
	Transports   []string
}

// PasskeyAssertion is what a browser answers to request options. It is strangers' input.
type PasskeyAssertion struct {
	CredentialID      []byte
	ClientData        []byte
	AuthenticatorData []byte
	Signature         []byte
	UserHandle        []byte // nil where the browser tells none
}

// PasskeyUse is what a right assertion showed.
type PasskeyUse struct {
	Counter      int64
	UserVerified bool
	BackedUp     bool
	// CounterWentBack says that the signature is right and the counter is not above the one known, as that of a
	// copy would be.
	CounterWentBack bool
}
