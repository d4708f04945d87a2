package mfa

import (
	"crypto"
	"encoding/json"
	"io"
	"time"
)

// Credential is what a factor made when it enrolled, wherever it is kept: in an authenticator or in a
// sent code.
type Credential struct {
	Data    json.RawMessage
	Secret  Secret
	Counter int64
}

// EnrolOptions says what kind of credential to make. A factor reads the fields that concern it and
// refuses values outside of its standard with [Invalid].
type EnrolOptions struct {
	Random io.Reader
	Now    time.Time
	TOTP   TOTPData        // totp: zero fields mean SHA1, 6 digits, 30 seconds
	Seed   Secret          // totp: a seed that is brought along, raw bytes; empty: make one
	Digits int             // otp: length of the code, 4 to 10
	Count  int             // recovery: how many codes
	Key    json.RawMessage // device: public JWK
	// PublicKey is what public_key enrols: PEM or DER in base64, of a SubjectPublicKeyInfo.
	PublicKey string
	Password  Secret // password: as it was typed
}

// Enrolled is a new credential. Codes are shown to the person once and never kept in the clear.
type Enrolled struct {
	Credential
	Codes      []string // recovery
	Thumbprint string   // device: RFC 7638
}

// Proof is what somebody presents: a token that was typed, or a signed statement that must be Expect byte
// for byte.
type Proof struct {
	Token     string
	Statement string
	Expect    []byte
}

// Finding is what a right proof showed.
type Finding struct {
	// Step is the time step that matched (totp). Replayed reports that it is not newer than the counter:
	// the proof is right and must not count again.
	Step     int64
	Replayed bool
	// Secret replaces the credential's secret when the proof used a part of it up (recovery).
	Secret *Secret
	// Remaining is how many uses are left (recovery).
	Remaining int
}

// Factor is the arithmetic of one kind of proof. It does no input or output and keeps nothing. Check
// answers false for a wrong proof; an error means that the credential itself cannot be read.
type Factor interface {
	Enrol(EnrolOptions) (Enrolled, error)
	Check(c Credential, p Proof, now time.Time) (Finding, bool, error)
}

// Factors are the factors that the service uses.
type Factors struct {
	TOTP     Factor
	OTP      Factor
	Recovery RecoveryFactor
	Device   Factor
}

// RecoveryFactor also counts.
type RecoveryFactor interface {
	Factor
	// Left is how many codes are left.
	Left(Credential) (int, error)
}

// PasskeyFactor is the arithmetic of WebAuthn, whose proofs are too rich for [Factor]. Refusals are [Invalid]
// and have one of the reasons ReasonPasskey….
type PasskeyFactor interface {
	// Register checks a new credential and gives what to keep of it, with its counter.
	Register(PasskeyExpectation, PasskeyRegistration) (PasskeyData, int64, error)
	// Assert checks a signature of a credential whose counter stood where it says.
	Assert(PasskeyExpectation, PasskeyData, int64, PasskeyAssertion) (PasskeyUse, error)
	// Import checks the COSE key of a credential that was registered elsewhere and gives its algorithm.
	Import(publicKey []byte) (algorithm int64, err error)
	// PublicKey gives the key of a credential to those who check its signatures elsewhere.
	PublicKey(PasskeyData) (crypto.PublicKey, error)
}
