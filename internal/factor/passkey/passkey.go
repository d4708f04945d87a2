// Package passkey is the factor of WebAuthn credentials. It reads what a browser answers to creation and request
// options, strictly and within declared sizes, and says whether it fits what was expected. CBOR, COSE keys, signatures
// and most attestation statements are go-webauthn's work; what may be accepted is decided here.
//
// # What an attestation is worth
//
// No trust anchors are shipped: which makers to believe is the operator's decision, and [Config.Anchors] holds it.
// A statement must be right in itself in any case, and every certificate in its chain valid today and signed by the
// next. [mfa.PasskeyData.Trust] then says what is left of it:
//
//   - none: nothing was shown, or a format that is not known here and that nobody asked for;
//   - self: the credential signed for itself, which shows possession and no maker;
//   - unanchored: a chain that ends at nobody the operator knows. Anybody can make one;
//   - basic, attca, anonca: a chain that ends at an anchor, by its kind.
//
// A list of models that are denied works on what the authenticator says of itself. A list of models that are allowed
// counts only what is proven: an anchored chain whose statement covers the model's AAGUID. That leaves out fido-u2f,
// which knows no models, and packed statements whose certificate does not name the model, because one root may stand
// for many. Makers' metadata (FIDO MDS) is not read; a file of theirs can become the source of anchors later.
package passkey

import (
	"crypto/x509"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// What strangers send is bounded before it is read; the parts of an assertion as package receipt bounds them.
const (
	// maxAttestation leaves room for the longest certificate chains seen, some ten kilobytes, several times over.
	maxAttestation = 64 << 10
	// Credential ids have 100 bits of entropy or a sealed key in them, and at most 1023 bytes (WebAuthn, section 4).
	minCredentialID = 16
	maxCredentialID = 1023
	// minChallenge is what section 13.4.3 asks for. A shorter one is our fault, not the browser's.
	minChallenge = 16
	// maxTransports is how many kinds there are.
	maxTransports = 7
)

// Values of user verification, of an application's or a ceremony's.
const (
	preferred   = "preferred"
	discouraged = "discouraged"
)

// Config is what a [Factor] needs.
type Config struct {
	// Now is by what clock certificates and SafetyNet's answers are judged.
	Now func() time.Time
	// Anchors are the roots (or, of makers without one, the certificates) that the operator believes; nil: none.
	Anchors *x509.CertPool
}

// Factor checks registrations and assertions. It keeps nothing and may be used by several goroutines.
type Factor struct {
	now     func() time.Time
	anchors *x509.CertPool
}

// New gives the factor.
func New(c Config) *Factor { return &Factor{now: c.Now, anchors: c.Anchors} }

var _ mfa.PasskeyFactor = (*Factor)(nil)

func refuse(reason mfa.Reason, message string, cause error) error {
	return &mfa.Error{Code: mfa.Invalid, Reason: reason, Message: message, Cause: cause}
}

func malformed(message string, cause error) error {
	return refuse(mfa.ReasonPasskeyMalformed, message, cause)
}

// verified says whether a ceremony demands that the person was verified. Whatever is not known demands it.
func verified(e mfa.PasskeyExpectation) bool {
	wanted := e.UserVerification
	if wanted == "" {
		wanted = e.RelyingParty.UserVerification
	}
	return wanted != preferred && wanted != discouraged
}
