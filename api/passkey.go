package api

import "encoding/json"

// PasskeyPrefix is where passkeys are linked and answer. Pages of the relying
// parties' origins call it across origins; no request proof and no cookie is
// needed, because each call carries the right to it: a linking code, or a
// challenge's id and then a passkey's signature.
const PasskeyPrefix = "/api/v1/passkeys"

// Routes of passkeys, as net/http patterns without the method.
const (
	PathPasskeyLinks   = PasskeyPrefix + "/registrations"                // POST PasskeyLinkRequest
	PathPasskeyLink    = PasskeyPrefix + "/registrations/{id}"           // POST PasskeyMade
	PathApproval       = PasskeyPrefix + "/approvals/{challenge}"        // GET Approval, POST ApprovalDecision
	PathApprovalAnswer = PasskeyPrefix + "/approvals/{challenge}/answer" // POST ApprovalAnswer, gives a receipt
)

// PathRelatedOrigins is where browsers look up which origins besides a relying
// party's own may use its passkeys (WebAuthn Level 3, section 5.11).
const PathRelatedOrigins = "/.well-known/webauthn"

// RelatedOrigins answers [PathRelatedOrigins] for the host that was asked.
type RelatedOrigins struct {
	Origins []string `json:"origins"`
}

// PasskeyLinkRequest spends a linking code, of whatever dialect, on a passkey
// in the place of a device. Name is what the person calls it, and may be empty.
type PasskeyLinkRequest struct {
	Code string `json:"code"`
	Name string `json:"name,omitempty"`
}

// PasskeyLinkStarted answers with what a page hands to
// PublicKeyCredential.parseCreationOptionsFromJSON. The code is spent by
// [PathPasskeyLink] and not before.
type PasskeyLinkStarted struct {
	ID        string          `json:"id"`
	ExpiresAt string          `json:"expires_at"`
	Options   CreationOptions `json:"options"`
}

// PasskeyMade is the body of POST /registrations/{id}: the credential as its
// toJSON gives it.
type PasskeyMade struct {
	Credential json.RawMessage `json:"credential"`
	Name       string          `json:"name,omitempty"`
}

// Passkey is a linked passkey. Synced says that it may be on several devices of
// its person.
type Passkey struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Synced    bool   `json:"synced"`
	CreatedAt string `json:"created_at"`
}

// CreationOptions are PublicKeyCredentialCreationOptionsJSON. Bytes are
// base64url without padding.
type CreationOptions struct {
	Challenge              string                 `json:"challenge"`
	RP                     RelyingParty           `json:"rp"`
	User                   CredentialUser         `json:"user"`
	PubKeyCredParams       []CredentialParameters `json:"pubKeyCredParams"`
	ExcludeCredentials     []CredentialDescriptor `json:"excludeCredentials"` // never null
	AuthenticatorSelection AuthenticatorSelection `json:"authenticatorSelection"`
	Attestation            string                 `json:"attestation"`
	Timeout                int64                  `json:"timeout"` // milliseconds
}

// RequestOptions are PublicKeyCredentialRequestOptionsJSON.
type RequestOptions struct {
	Challenge        string                 `json:"challenge"`
	RPID             string                 `json:"rpId"`
	AllowCredentials []CredentialDescriptor `json:"allowCredentials"` // never null
	UserVerification string                 `json:"userVerification"`
	Timeout          int64                  `json:"timeout"` // milliseconds
}

// RelyingParty is whose passkey it is.
type RelyingParty struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// CredentialUser is the person as an authenticator shows them.
type CredentialUser struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	DisplayName string `json:"displayName"`
}

// CredentialParameters offer one algorithm (COSE).
type CredentialParameters struct {
	Type string `json:"type"` // always "public-key"
	Alg  int64  `json:"alg"`
}

// CredentialDescriptor names a credential.
type CredentialDescriptor struct {
	Type       string   `json:"type"` // always "public-key"
	ID         string   `json:"id"`
	Transports []string `json:"transports,omitempty"`
}

// AuthenticatorSelection says what kind of passkey is wanted.
type AuthenticatorSelection struct {
	ResidentKey        string `json:"residentKey"`
	RequireResidentKey bool   `json:"requireResidentKey"`
	UserVerification   string `json:"userVerification"`
}

// Approval is a challenge as a page may show it to whoever has its id. Once it
// is over, only its state is told.
type Approval struct {
	ID       string         `json:"id"`
	State    ChallengeState `json:"state"`
	Question *Question      `json:"question,omitempty"`
	Logos    []Logo         `json:"logos,omitempty"`
	// ServerTime is the clock by which the question expires.
	ServerTime string `json:"server_time"`
}

// ApprovalDecision is what the person chose. It becomes a statement that the
// server writes and the passkey signs.
type ApprovalDecision struct {
	Decision string `json:"decision"` // "approved" or "denied"
	Reason   string `json:"reason,omitempty"`
	Fraud    bool   `json:"fraud,omitempty"`
	// Failure marks a denial that the page gave because the question's policy
	// cannot be satisfied.
	Failure string `json:"failure,omitempty"`
	// Evidence is what the page found out about the policy, as package policy
	// writes it. Its methods are empty: those of a passkey stand in what it
	// signs.
	Evidence json.RawMessage `json:"evidence,omitempty"`
	// Match is the number, with the approval of a question that asks for one.
	Match string `json:"match,omitempty"`
	// Packages is the hash of what the page encrypted for the recipient.
	Packages string `json:"packages,omitempty"`
}

// ApprovalStarted is what is to be signed. Statement is the canonical JSON of
// the statement in base64url; the challenge of Options is its SHA-256. A page
// looks whether the statement holds the question that it showed.
type ApprovalStarted struct {
	Statement string         `json:"statement"`
	Options   RequestOptions `json:"options"`
}

// ApprovalAnswer is the body of POST /approvals/{challenge}/answer: the
// credential as its toJSON gives it. The response is the receipt file. Sending
// the identical answer again gives the same receipt again.
type ApprovalAnswer struct {
	Statement  string          `json:"statement"`
	Credential json.RawMessage `json:"credential"`
	Packages   json.RawMessage `json:"packages,omitempty"`
}
