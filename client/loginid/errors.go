package loginid

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Code is an error code of the protocol, such as "user_not_found".
type Code string

// Error is a refusal by the server.
type Error struct {
	Op      string // what was asked for
	Status  int    // HTTP status
	Code    Code   // empty when the server gave none
	Message string // the server's sentence, fit for a log line

	// RetryAfter is how long the server asks to wait, or zero. It is never
	// more than a minute.
	RetryAfter time.Duration
}

// Error says what was refused and why.
func (e *Error) Error() string {
	message := e.Message
	if message == "" {
		message = strings.ToLower(http.StatusText(e.Status))
	}
	if e.Code == "" {
		return fmt.Sprintf("loginid: %s: %s (HTTP %d)", e.Op, message, e.Status)
	}
	return fmt.Sprintf("loginid: %s: %s (HTTP %d, code %s)", e.Op, message, e.Status, e.Code)
}

// Is reports whether the error is of the given [Kind].
func (e *Error) Is(target error) bool {
	kind, ok := target.(Kind)
	return ok && slices.Contains(kindsOf(e.Code, e.Status), kind)
}

// Kind is a group of errors that a caller would treat alike; compare with
// errors.Is.
type Kind string

// Error makes every kind an error to compare with.
func (k Kind) Error() string { return string(k) }

// The refusals that the protocol has codes for.
const (
	// ErrUserNotFound: the namespace has no such user, or id and name are of
	// two.
	ErrUserNotFound Kind = "user not found"
	// ErrUsernameTaken: there is a user of that name.
	ErrUsernameTaken Kind = "username taken"
	// ErrInvalidUsername: the server takes no such name.
	ErrInvalidUsername Kind = "invalid username"
	// ErrAccountDeactivated: the user may not sign in.
	ErrAccountDeactivated Kind = "account deactivated"
	// ErrCredentialNotFound: the user has no such credential, or none to sign
	// in with.
	ErrCredentialNotFound Kind = "credential not found"
	// ErrAuthenticationFailed: the proof is wrong: signature, password, or a
	// ceremony that is over.
	ErrAuthenticationFailed Kind = "authentication failed"
	// ErrInvalidCode: there is no such code; it is wrong, of another user, type
	// or purpose, or used.
	ErrInvalidCode Kind = "invalid code"
	// ErrCodeExpired: the code was right and is too old.
	ErrCodeExpired Kind = "code expired"
	// ErrWaitTimedOut: nobody authorized the code while the server held the
	// request. [LoginID.WaitCode] goes on by itself.
	ErrWaitTimedOut Kind = "nobody has authorized the code yet"
	// ErrUnauthorized: the service token was refused: key unknown, clocks too
	// far apart.
	ErrUnauthorized Kind = "unauthorized"
	// ErrNotAllowed: it is not allowed to this client, for this user or in this
	// state, or the server has switched it off.
	ErrNotAllowed Kind = "operation not allowed"
	// ErrDeprecated: the server has given up this call.
	ErrDeprecated Kind = "endpoint deprecated"
)

// The refusals that are told by the status of HTTP.
const (
	// ErrInvalidRequest: refused as wrong.
	ErrInvalidRequest Kind = "invalid request"
	// ErrNotFound: the server knows nothing by that name.
	ErrNotFound Kind = "not found"
	// ErrRateLimited: too many requests; wait before the next.
	ErrRateLimited Kind = "too many requests"
	// ErrUnavailable: the server failed; the same request may succeed later.
	ErrUnavailable Kind = "service unavailable"
)

// The errors that are found on this side.
const (
	// ErrUnverified: a token is not proved to be the server's, for this client,
	// of this user and of now; or a transaction's is not about this payload.
	ErrUnverified Kind = "not verified"
	// ErrPending: nobody has authorized the code yet.
	ErrPending Kind = "not authorized yet"
	// ErrFormat: a value was refused before anything was sent; the error is a
	// [*FormatError].
	ErrFormat Kind = "invalid format"
	// ErrUnexpectedAnswer: what came is not an answer of this protocol.
	ErrUnexpectedAnswer Kind = "unexpected answer"
	// ErrNoKey: the call needs a service token, and the client has no private
	// key; see [WithPrivateKey].
	ErrNoKey Kind = "a private key is needed"
)

var kindOfCode = map[Code]Kind{
	"user_not_found":              ErrUserNotFound,
	"username_taken":              ErrUsernameTaken,
	"user_already_registered":     ErrUsernameTaken,
	"username_empty":              ErrInvalidUsername,
	"username_invalid":            ErrInvalidUsername,
	"account_deactivated":         ErrAccountDeactivated,
	"credential_not_found":        ErrCredentialNotFound,
	"authenticator_not_found":     ErrCredentialNotFound,
	"failed_to_authenticate":      ErrAuthenticationFailed,
	"invalid_credential":          ErrAuthenticationFailed,
	"credential_not_created":      ErrAuthenticationFailed,
	"invalid_verification_code":   ErrInvalidCode,
	"verification_code_not_found": ErrInvalidCode,
	"verification_code_expired":   ErrCodeExpired,
	"remote_session_timeout":      ErrWaitTimedOut,
	"unauthorized":                ErrUnauthorized,
	"invalid_jwt":                 ErrUnauthorized,
	"operation_not_allowed":       ErrNotAllowed,
	"forbidden":                   ErrNotAllowed,
	"insufficient_license":        ErrNotAllowed,
	"endpoint_deprecated":         ErrDeprecated,
}

var kindOfStatus = map[int]Kind{
	http.StatusBadRequest:      ErrInvalidRequest,
	http.StatusNotFound:        ErrNotFound,
	http.StatusTooManyRequests: ErrRateLimited,
}

// kindsOf is what the code says and what the status says. Without a code that is
// known, the status alone tells who is refused.
func kindsOf(code Code, status int) []Kind {
	var kinds []Kind
	if kind, ok := kindOfCode[code]; ok {
		kinds = append(kinds, kind)
	} else if status == http.StatusUnauthorized {
		kinds = append(kinds, ErrUnauthorized)
	} else if status == http.StatusForbidden {
		kinds = append(kinds, ErrNotAllowed)
	}
	if kind, ok := kindOfStatus[status]; ok {
		kinds = append(kinds, kind)
	}
	if status >= http.StatusInternalServerError {
		kinds = append(kinds, ErrUnavailable)
	}
	return kinds
}

// FormatError is a value that was not sent because no server would take it. The
// value itself is not repeated.
type FormatError struct {
	Field  string
	Reason string
}

// Error names the field and the rule.
func (e *FormatError) Error() string { return "loginid: " + e.Field + " " + e.Reason }

// Is makes every format error an [ErrFormat].
func (e *FormatError) Is(target error) bool { return target == ErrFormat }

// unexpected is an answer that proves nothing. It must never pass for a success.
func unexpected(op, why string) error {
	return fmt.Errorf("loginid: %s: %w: %s", op, ErrUnexpectedAnswer, why)
}

func unverified(why string) error {
	return fmt.Errorf("loginid: the token is %w: %s", ErrUnverified, why)
}

// refusal reads the body of a refusal, which may make no sense: it only explains
// what the status says already.
func refusal(op string, answered *answer) *Error {
	refused := &Error{Op: op, Status: answered.status, RetryAfter: answered.retryAfter}
	var wire struct {
		Code    json.RawMessage `json:"code"`
		Message json.RawMessage `json:"message"`
	}
	if json.Unmarshal(answered.body, &wire) != nil {
		return refused
	}
	var code, message string
	if json.Unmarshal(wire.Code, &code) == nil {
		refused.Code = Code(printable(code))
	}
	if json.Unmarshal(wire.Message, &message) == nil {
		refused.Message = printable(message)
	}
	return refused
}
