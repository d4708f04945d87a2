package authy

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Code is an error code of the protocol: digits, such as "60020".
type Code string

// Error is a refusal by the server.
type Error struct {
	Op      string            // what was asked for
	Status  int               // HTTP status
	Code    Code              // empty when the server gave none
	Message string            // the server's sentence, fit for a log line
	Fields  map[string]string // which parameters are wrong, and how; may be nil

	// RetryAfter is how long the server asks to wait, or zero. It is never
	// more than a minute.
	RetryAfter time.Duration
}

// Error says what was refused and why.
func (e *Error) Error() string {
	if e.Code == "" {
		return fmt.Sprintf("authy: %s: %s (HTTP %d)", e.Op, e.Message, e.Status)
	}
	return fmt.Sprintf("authy: %s: %s (HTTP %d, code %s)", e.Op, e.Message, e.Status, e.Code)
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

// The kinds of errors.
const (
	// ErrInvalidKey: the API key is missing, unknown or of another product.
	ErrInvalidKey Kind = "invalid API key"
	// ErrInvalidToken: the token is wrong, or was right but used before.
	ErrInvalidToken Kind = "invalid token"
	// ErrTokenReused: the token was right but has been used; also ErrInvalidToken.
	ErrTokenReused Kind = "token already used"
	// ErrIncorrectCode: the code of a phone verification is wrong.
	ErrIncorrectCode Kind = "incorrect verification code"
	// ErrNotPending: there is no pending phone verification, or the approval
	// request has been answered.
	ErrNotPending Kind = "nothing pending"
	// ErrNotFound: the server knows nothing by that name.
	ErrNotFound Kind = "not found"
	// ErrUserNotFound: the user is unknown to the application; mostly also
	// ErrNotFound.
	ErrUserNotFound Kind = "user not found"
	// ErrNoDevice: the user has no device that could approve.
	ErrNoDevice Kind = "user has no device for approvals"
	// ErrInvalidInput: a parameter is missing or wrong; see [Error.Fields].
	ErrInvalidInput Kind = "invalid input"
	// ErrRateLimited: too many requests, attempts or messages.
	ErrRateLimited Kind = "too many requests"
	// ErrDisabled: the application has not got this feature switched on.
	ErrDisabled Kind = "feature disabled"
	// ErrSuspended: the user, application or account is suspended.
	ErrSuspended Kind = "suspended"
	// ErrUndeliverable: a message or call to this number cannot be made.
	ErrUndeliverable Kind = "cannot be delivered"
	// ErrUnavailable: the server failed; the same request may succeed later.
	ErrUnavailable Kind = "service unavailable"

	// ErrFormat: a value was refused before anything was sent; the error is a
	// [*FormatError].
	ErrFormat Kind = "invalid format"
	// ErrUnexpectedAnswer: the answer is not one of this protocol.
	ErrUnexpectedAnswer Kind = "unexpected answer"
	// ErrBadSignature: a callback or webhook is not signed with the key.
	ErrBadSignature Kind = "bad signature"
	// ErrBadCallback: a callback or webhook cannot be understood.
	ErrBadCallback Kind = "malformed callback"
)

// kindsOf sorts the codes of the protocol into kinds. Without a code that it
// knows, the status decides.
func kindsOf(code Code, status int) []Kind {
	kinds := kindsOfCode(code)
	switch {
	case status == http.StatusNotFound && !slices.Contains(kinds, ErrNotPending):
		kinds = append(kinds, ErrNotFound)
	case status == http.StatusTooManyRequests && !slices.Contains(kinds, ErrRateLimited):
		kinds = append(kinds, ErrRateLimited)
	case status == http.StatusBadRequest && len(kinds) == 0:
		kinds = append(kinds, ErrInvalidInput)
	case status >= http.StatusInternalServerError && len(kinds) == 0:
		kinds = append(kinds, ErrUnavailable)
	}
	return kinds
}

func kindsOfCode(code Code) []Kind {
	switch code {
	case "60001", "60047":
		return []Kind{ErrInvalidKey}
	case "60020", "60118":
		return []Kind{ErrInvalidToken}
	case "60019":
		return []Kind{ErrInvalidToken, ErrTokenReused}
	case "60022":
		return []Kind{ErrIncorrectCode}
	case "60023", "60054", "60079":
		return []Kind{ErrNotPending}
	case "60016", "60026", "60050":
		return []Kind{ErrUserNotFound}
	case "60051":
		return []Kind{ErrNoDevice}
	case "60002", "60004", "60005", "60027", "60029", "60030", "60033", "60034", "60038", "60042", "60059", "60078", "60080", "60116":
		return []Kind{ErrInvalidInput}
	case "60003", "60009", "60010", "60011", "60012", "60120":
		return []Kind{ErrRateLimited}
	case "60006", "60007", "60065", "60085", "60091", "60123":
		return []Kind{ErrDisabled}
	case "60008", "60017", "60018", "60057", "60060", "60061", "60106", "60107", "60127":
		return []Kind{ErrSuspended}
	case "60013", "60014", "60015", "60021", "60082", "60083", "60115":
		return []Kind{ErrUndeliverable}
	case "60025", "60052", "60053", "60122":
		return []Kind{ErrUnavailable}
	default:
		return nil
	}
}

// FormatError is a value that was not sent because no server would take it. The
// value itself is not repeated.
type FormatError struct {
	Field  string
	Reason string
}

// Error names the field and the rule.
func (e *FormatError) Error() string { return "authy: " + e.Field + " " + e.Reason }

// Is makes every format error an [ErrFormat].
func (e *FormatError) Is(target error) bool { return target == ErrFormat }

// unexpected is an answer that proves nothing. It must never pass for a success.
func unexpected(op, why string) error {
	return fmt.Errorf("authy: %s: %w: %s", op, ErrUnexpectedAnswer, why)
}
