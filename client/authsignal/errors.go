package authsignal

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/twinseal/twinseal/client/internal/line"
)

// Code is an error code of the protocol, such as "invalid_request".
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
		return fmt.Sprintf("authsignal: %s: %s (HTTP %d)", e.Op, message, e.Status)
	}
	return fmt.Sprintf("authsignal: %s: %s (HTTP %d, code %s)", e.Op, message, e.Status, e.Code)
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
	// ErrUnauthorized: the key is not the tenant's, or the base URL not its
	// region's; or a session is over.
	ErrUnauthorized Kind = "unauthorized"
	// ErrExpiredToken: the token of a challenge is too old.
	ErrExpiredToken Kind = "token expired"
	// ErrInvalidToken: a token that the server cannot read.
	ErrInvalidToken Kind = "token invalid"
	// ErrInvalidConfiguration: the tenant has not switched that on, or not set
	// up who sends it.
	ErrInvalidConfiguration Kind = "invalid configuration"
	// ErrInvalidCredential: the passkey cannot be used for this user.
	ErrInvalidCredential Kind = "invalid credential"
	// ErrUnknownCredential: nobody has such a passkey.
	ErrUnknownCredential Kind = "unknown credential"
	// ErrForbidden: the token may not do that.
	ErrForbidden Kind = "forbidden"
	// ErrConflict: it belongs to somebody else.
	ErrConflict Kind = "conflict"
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
	// ErrNotPassed: the token does not prove that this user passed this
	// challenge.
	ErrNotPassed Kind = "challenge not passed"
	// ErrNoChallenge: no such challenge is open.
	ErrNoChallenge Kind = "no challenge is open"
	// ErrSignature: a webhook is not signed by a key of the tenant, or not
	// lately.
	ErrSignature Kind = "webhook not verified"
	// ErrFormat: a value was refused before anything was sent; the error is a
	// [*FormatError].
	ErrFormat Kind = "invalid format"
	// ErrUnexpectedAnswer: what came is not an answer of this protocol.
	ErrUnexpectedAnswer Kind = "unexpected answer"
)

var kindOfCode = map[Code]Kind{
	"unauthorized":          ErrUnauthorized,
	"expired_token":         ErrExpiredToken,
	"token_invalid":         ErrInvalidToken,
	"token_required":        ErrInvalidToken,
	"invalid_request_token": ErrInvalidToken,
	"invalid_configuration": ErrInvalidConfiguration,
	"invalid_credential":    ErrInvalidCredential,
	"unknown_credential":    ErrUnknownCredential,
	"forbidden":             ErrForbidden,
	"conflict":              ErrConflict,
	"invalid_request":       ErrInvalidRequest,
	"not_found":             ErrNotFound,
	"too_many_requests":     ErrRateLimited,
}

var kindOfStatus = map[int]Kind{
	http.StatusBadRequest:          ErrInvalidRequest,
	http.StatusUnprocessableEntity: ErrInvalidRequest,
	http.StatusForbidden:           ErrForbidden,
	http.StatusNotFound:            ErrNotFound,
	http.StatusConflict:            ErrConflict,
	http.StatusTooManyRequests:     ErrRateLimited,
}

// kindsOf is what the code says and what the status says. Without a code that is
// known, the status alone tells who is refused.
func kindsOf(code Code, status int) []Kind {
	var kinds []Kind
	if kind, ok := kindOfCode[code]; ok {
		kinds = append(kinds, kind)
	} else if status == http.StatusUnauthorized {
		kinds = append(kinds, ErrUnauthorized)
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
func (e *FormatError) Error() string { return "authsignal: " + e.Field + " " + e.Reason }

// Is makes every format error an [ErrFormat].
func (e *FormatError) Is(target error) bool { return target == ErrFormat }

// unexpected is an answer that proves nothing. It must never pass for a success.
func unexpected(op, why string) error {
	return fmt.Errorf("authsignal: %s: %w: %s", op, ErrUnexpectedAnswer, why)
}

// maxSentence bounds what an error repeats of a server's words, so that a log line
// stays one.
const maxSentence = 500

func printable(s string) string { return line.Printable(s, maxSentence) }

// refusal reads the body of a refusal, which may make no sense: it only explains
// what the status says already. Servers name the code in two ways.
func refusal(op string, answered *answer) *Error {
	refused := &Error{Op: op, Status: answered.status, RetryAfter: answered.retryAfter}
	var wire map[string]json.RawMessage
	if json.Unmarshal(answered.body, &wire) != nil {
		return refused
	}
	text := func(name string) (said string) {
		if json.Unmarshal(wire[name], &said) != nil {
			return ""
		}
		return printable(said)
	}
	refused.Code = Code(cmp.Or(text("errorCode"), text("error")))
	refused.Message = text("errorDescription")
	return refused
}
