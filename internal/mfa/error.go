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
