package mfa

import (
	"errors"
	"time"
)

// Code is the kind of a refusal. There are few on purpose: a dialect maps each to its own catalogue, and
// uses [Reason] where its catalogue is finer.
type Code string

const (
	Invalid         Code = "invalid"         // the request is malformed or breaks a stated limit
	Unauthenticated Code = "unauthenticated" // the caller did not prove who it is
	Forbidden       Code = "forbidden"       // the caller is known and may not, or a feature is off
	NotFound        Code = "not_found"       // no such thing for this caller; foreign things look the same
	Conflict        Code = "conflict"        // the thing is no longer in the state the request needs
	Expired         Code = "expired"         // too late
	Replayed        Code = "replayed"        // this very proof was used before
	Limited         Code = "limited"         // too many; see Error.RetryAfter
	Unavailable     Code = "unavailable"     // something we depend on is down; try again
	Internal        Code = "internal"        // our fault; no detail is ever shown
)

// Reason narrows a Code where some dialect answers differently. It is stable text, safe to show.
type Reason string

const (
	ReasonUserSuspended     Reason = "user_suspended"
	ReasonFeatureOff        Reason = "feature_off"
	ReasonNoDevice          Reason = "no_device"
	ReasonNoPhone           Reason = "no_phone"
	ReasonNoEmail           Reason = "no_email"
	ReasonLandline          Reason = "landline"
	ReasonPhoneInvalid      Reason = "phone_invalid"
	ReasonCountryInvalid    Reason = "country_invalid"
	ReasonEmailInvalid      Reason = "email_invalid"
	ReasonNotPending        Reason = "not_pending"
	ReasonStatementMismatch Reason = "statement_mismatch"
	ReasonStatementInvalid  Reason = "statement_invalid"
	ReasonCancelled         Reason = "cancelled"
	ReasonStatementTime     Reason = "statement_time"
	ReasonProofTime         Reason = "proof_time"
	ReasonDirectoryRequired Reason = "directory_required"
	ReasonDevicesFull       Reason = "devices_full"
	ReasonCodeWrong         Reason = "code_wrong"
	ReasonDisabled          Reason = "disabled"
	ReasonLastKey           Reason = "last_key"
	ReasonKeysFull          Reason = "keys_full"
	ReasonFull              Reason = "full"
	ReasonApprovalPending   Reason = "approval_pending"
	ReasonPolicyClosed      Reason = "policy_closed"
	ReasonPolicyUnmet       Reason = "policy_unmet"
	ReasonPackagesInvalid   Reason = "packages_invalid"
	ReasonMatchWrong        Reason = "match_wrong"
	ReasonNumberUnshown     Reason = "number_unshown" // nobody would show the number that a policy demands
	ReasonUserExists        Reason = "user_exists"
	ReasonNoPasskey         Reason = "no_passkey"
	ReasonNoRelyingParty    Reason = "no_relying_party"
	ReasonPasskeysFull      Reason = "passkeys_full"
	ReasonPasskeyTaken      Reason = "passkey_taken" // the credential id is registered already
	ReasonDeviceUnbound     Reason = "device_unbound"
	ReasonRecoveryWrong     Reason = "recovery_wrong"
	ReasonJoinUnclaimed     Reason = "join_unclaimed"
	ReasonJoinOver          Reason = "join_over"
	ReasonJoinMismatch      Reason = "join_mismatch"
	ReasonPasskeyRevoked    Reason = "passkey_revoked" // the credential is known and does not count any more
	ReasonCeremony          Reason = "ceremony"        // unknown, over or somebody else's
	ReasonPasswordWrong     Reason = "password_wrong"
	ReasonPasswordWeak      Reason = "password_weak"
	ReasonKeyWrong          Reason = "key_wrong" // a signature by another key, or none at all
	ReasonNotAuthorized     Reason = "not_authorized"
)

// Reasons for which a [PasskeyFactor] refuses, in the order in which things are looked at.
const (
	ReasonPasskeyMalformed    Reason = "passkey_malformed"
	ReasonPasskeyType         Reason = "passkey_type"
	ReasonPasskeyChallenge    Reason = "passkey_challenge"
	ReasonPasskeyOrigin       Reason = "passkey_origin"
	ReasonPasskeyRPID         Reason = "passkey_rp_id"
	ReasonPasskeyPresence     Reason = "passkey_presence"
	ReasonPasskeyVerification Reason = "passkey_verification"
	ReasonPasskeyAlgorithm    Reason = "passkey_algorithm"
	ReasonPasskeyAttestation  Reason = "passkey_attestation"
	ReasonPasskeyRefused      Reason = "passkey_refused" // by the relying party's lists: model, format or being synced
	ReasonPasskeyCredential   Reason = "passkey_credential"
	ReasonPasskeySignature    Reason = "passkey_signature"
	ReasonPasskeyCounter      Reason = "passkey_counter"
)

// Error is every refusal of this package. Message is one sentence for people and holds no secret and
// nothing of the inside; Cause is for the log alone and is never rendered.
type Error struct {
	Code       Code
	Reason     Reason
	Field      string // the parameter at fault, when one is
	Message    string
	RetryAfter time.Duration // set with Limited when known
	Cause      error
}

func (e *Error) Error() string {
	text := string(e.Code) + ": " + e.Message
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	return text
}

// Unwrap gives the cause to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.Cause }

// Is matches another *Error that has the same code, and the same reason where the target names one.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && (t.Reason == "" || t.Reason == e.Reason)
}

// CodeOf returns the code of err; anything that is not an *Error is [Internal].
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Internal
}

// IsCode reports whether err is a refusal of that code.
func IsCode(err error, code Code) bool { return err != nil && CodeOf(err) == code }

func refuse(code Code, reason Reason, message string) *Error {
	return &Error{Code: code, Reason: reason, Message: message}
}

// Missing is what every lookup of a noun answers for things that are absent or somebody else's.
func Missing(noun string) *Error { return &Error{Code: NotFound, Message: noun + " not found"} }
