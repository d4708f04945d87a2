package api

// ProblemMediaType is the content type of every error of the API.
const ProblemMediaType = "application/problem+json"

// Problem is an error in the form of RFC 9457. Programs decide by Code, which
// never changes its meaning; Title and Detail are for people. Type is
// ProblemTypePrefix followed by the code.
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	Code   string `json:"code"`
	// ServerTime comes with proof_time and statement_time: the clock to
	// correct by. The Date header says the same to the second.
	ServerTime string `json:"server_time,omitempty"`
	// Directories comes with directory_required: what to choose from.
	Directories []Named `json:"directories,omitempty"`
}

// ProblemTypePrefix makes a problem's type from its code.
const ProblemTypePrefix = "urn:twinseal:problem:"

// Codes of the device protocol, with the status each travels under.
const (
	CodeInvalidRequest    = "invalid_request"     // 400: malformed JSON, wrong types, missing members
	CodeKeyMismatch       = "key_mismatch"        // 400: the key announced is not the key that signed
	CodeStatementInvalid  = "statement_invalid"   // 400: not a well-formed, correctly signed statement
	CodeProofMissing      = "proof_missing"       // 401: no DPoP header
	CodeProofInvalid      = "proof_invalid"       // 401: the proof is not for this request
	CodeProofTime         = "proof_time"          // 401: the proof's clock is off; correct by the Date header
	CodeProofReplayed     = "proof_replayed"      // 401: this proof was used before
	CodeDeviceUnknown     = "device_unknown"      // 401: the key is not linked, or no longer
	CodeDeviceUnbound     = "device_unbound"      // 401: the request comes from another browser than the one that linked
	CodeRecoveryRefused   = "recovery_refused"    // 403: no such person, or not a code of theirs
	CodeLinkRefused       = "link_refused"        // 403: code or token unknown, used up, expired or wrong
	CodeDisabled          = "disabled"            // 403: the application or the directory is switched off
	CodeOriginUnknown     = "origin_unknown"      // 403: the page is of no relying party that could do this
	CodeUserDisabled      = "user_disabled"       // 403: the person's account is closed
	CodeNotFound          = "not_found"           // 404: no such route
	CodeChallengeUnknown  = "challenge_unknown"   // 404: not a challenge of this device's person
	CodeReceiptUnknown    = "receipt_unknown"     // 404: no receipt for that challenge
	CodeSessionUnknown    = "session_unknown"     // 404: not a session of this device's person
	CodeLogoUnknown       = "logo_unknown"        // 404: there is no picture, or it cannot be had
	CodeDeviceMissing     = "device_missing"      // 404: not a device of this device's person
	CodeJoinUnknown       = "join_unknown"        // 404: not a join of this device
	CodeJoinUnclaimed     = "join_unclaimed"      // 409: no device has come with its code
	CodeJoinOver          = "join_over"           // 410: answered, withdrawn or expired
	CodeJoinMismatch      = "join_mismatch"       // 422: another number than the new device shows; the join is over
	CodeRegistration      = "registration_gone"   // 404: the registration is over, or never was
	CodeNoPasskey         = "no_passkey"          // 404: the person has no passkey that could answer here
	CodePushUnavailable   = "push_unavailable"    // 404: the server sends no Web Push
	CodeMethodNotAllowed  = "method_not_allowed"  // 405
	CodeKeyInUse          = "key_in_use"          // 409: this key is already a linked device
	CodePasskeyTaken      = "passkey_taken"       // 409: this passkey is registered already
	CodeDirectoryRequired = "directory_required"  // 409: several directories know the phone number; name one
	CodeAlreadyAnswered   = "already_answered"    // 409: somebody answered first, or differently
	CodeExpired           = "challenge_expired"   // 410: too late
	CodeCancelled         = "challenge_cancelled" // 410: the application withdrew it
	CodeTooLarge          = "too_large"           // 413: body above MaxDeviceBody
	CodeMediaType         = "media_type"          // 415: the body is not application/json
	CodeMismatch          = "statement_mismatch"  // 422: signed, but not what was asked
	CodePolicyUnmet       = "policy_unmet"        // 422: the approval's evidence does not satisfy the policy
	CodeMatchWrong        = "match_wrong"         // 422: not the number that is shown where it was started; it has ended
	CodePasskeyRefused    = "passkey_refused"     // 422: the passkey's answer does not fit; the detail says why
	CodePackagesInvalid   = "packages_invalid"    // 422: the packages are missing, unasked or not those signed for
	CodeStatementTime     = "statement_time"      // 422: device_time is off; correct by the Date header
	CodeRateLimited       = "rate_limited"        // 429: with Retry-After
	CodeInternal          = "internal"            // 500
	CodeUnavailable       = "unavailable"         // 503: try again later
)
