package launchkey

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Code is an error code of the protocol, such as "SVC-005".
type Code string

// Error is a refusal by the server.
type Error struct {
	Op     string // what was asked for
	Status int    // HTTP status
	Code   Code   // empty when the server gave none
	Detail string // the server's sentence, fit for a log line

	// Fields says which parameters are wrong, and how; may be nil. A
	// parameter inside another one is named with a dot between them.
	Fields map[string]string

	// Pending describes the request that is in the way when the error is
	// ErrAuthorizationInProgress and the server tells.
	Pending *PendingAuthorization
}

// PendingAuthorization is a request that the user has not answered yet.
type PendingAuthorization struct {
	ID              AuthorizationID
	ExpiresAt       time.Time
	FromSameService bool
}

// Error says what was refused and why.
func (e *Error) Error() string {
	detail := e.Detail
	if detail == "" {
		detail = strings.ToLower(http.StatusText(e.Status))
	}
	if e.Code == "" {
		return fmt.Sprintf("launchkey: %s: %s (HTTP %d)", e.Op, detail, e.Status)
	}
	return fmt.Sprintf("launchkey: %s: %s (HTTP %d, code %s)", e.Op, detail, e.Status, e.Code)
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

// The refusals that the protocol has a code for.
const (
	// ErrInvalidParameters: a parameter is missing or wrong; see [Error.Fields].
	ErrInvalidParameters Kind = "invalid parameters"
	// ErrInvalidRoute: the server has no such call.
	ErrInvalidRoute Kind = "invalid route"
	// ErrServiceNameTaken: the organization has a service of that name.
	ErrServiceNameTaken Kind = "service name taken"
	// ErrInvalidPolicyInput: the policy is malformed or contradicts itself.
	ErrInvalidPolicyInput Kind = "invalid policy"
	// ErrPolicyFailure: the policy cannot be met now, so nobody was asked.
	ErrPolicyFailure Kind = "policy cannot be met"
	// ErrServiceNotFound: the calls for policies know no such service.
	ErrServiceNotFound Kind = "service not found"
	// ErrAuthorizationInProgress: the user has a pending request; see
	// [Error.Pending].
	ErrAuthorizationInProgress Kind = "authorization in progress"
	// ErrAuthorizationResponseExists: what was to be canceled is answered.
	ErrAuthorizationResponseExists Kind = "authorization response exists"
	// ErrAuthorizationRequestCanceled: the request has been canceled.
	ErrAuthorizationRequestCanceled Kind = "authorization request canceled"
	// ErrInvalidDirectoryIdentifier: the user identifier is not acceptable.
	ErrInvalidDirectoryIdentifier Kind = "invalid user identifier"
	// ErrInvalidPublicKey: the text is not a usable RSA public key.
	ErrInvalidPublicKey Kind = "invalid public key"
	// ErrPublicKeyAlreadyInUse: the entity has that key already.
	ErrPublicKeyAlreadyInUse Kind = "public key already in use"
	// ErrPublicKeyDoesNotExist: the entity has no such key.
	ErrPublicKeyDoesNotExist Kind = "public key does not exist"
	// ErrLastRemainingKey: the only key cannot be removed.
	ErrLastRemainingKey Kind = "last remaining key"
	// ErrDirectoryNameInUse: the organization has a directory of that name.
	ErrDirectoryNameInUse Kind = "directory name in use"
	// ErrLastRemainingSDKKey: the only SDK key cannot be removed.
	ErrLastRemainingSDKKey Kind = "last remaining SDK key"
	// ErrInvalidSDKKey: the directory has no such SDK key.
	ErrInvalidSDKKey Kind = "invalid SDK key"
)

// The refusals that are told by the status of HTTP.
const (
	// ErrInvalidRequest: refused as wrong, with or without a code.
	ErrInvalidRequest Kind = "invalid request"
	// ErrUnauthorized: the key is unknown, not live or not for signing, or
	// the clocks differ too much.
	ErrUnauthorized Kind = "unauthorized"
	// ErrForbidden: the entity does not belong to the one that signs.
	ErrForbidden Kind = "forbidden"
	// ErrNotFound: no such user, device or request.
	ErrNotFound Kind = "not found"
	// ErrRequestTimedOut: the authorization request expired unanswered.
	ErrRequestTimedOut Kind = "authorization request timed out"
	// ErrConflict: it cannot be done in the present state.
	ErrConflict Kind = "conflict"
	// ErrRateLimited: too many requests; wait before the next.
	ErrRateLimited Kind = "too many requests"
	// ErrUnavailable: the server failed; the same request may succeed later.
	ErrUnavailable Kind = "service unavailable"
)

// The errors that are found on this side.
const (
	// ErrPending: the user has not answered yet.
	ErrPending Kind = "no response yet"
	// ErrFormat: a value was refused before anything was sent; the error is a
	// [*FormatError].
	ErrFormat Kind = "invalid format"
	// ErrUnexpectedAnswer: what came is genuine but not of this protocol.
	ErrUnexpectedAnswer Kind = "unexpected answer"
	// ErrUnverified: an answer or webhook is not proved to come from the
	// server, to belong to this call, or to be of now.
	ErrUnverified Kind = "not verified"
	// ErrEntityKeyNotFound: what came is encrypted for a key that the factory
	// was not given.
	ErrEntityKeyNotFound Kind = "key not found"
)

var kindOfCode = map[Code]Kind{
	"ARG-001": ErrInvalidParameters,
	"ARG-002": ErrInvalidRoute,
	"SVC-001": ErrServiceNameTaken,
	"SVC-002": ErrInvalidPolicyInput,
	"SVC-003": ErrPolicyFailure,
	"SVC-004": ErrServiceNotFound,
	"SVC-005": ErrAuthorizationInProgress,
	"SVC-006": ErrAuthorizationResponseExists,
	"SVC-007": ErrAuthorizationRequestCanceled,
	"DIR-001": ErrInvalidDirectoryIdentifier,
	"KEY-001": ErrInvalidPublicKey,
	"KEY-002": ErrPublicKeyAlreadyInUse,
	"KEY-003": ErrPublicKeyDoesNotExist,
	"KEY-004": ErrLastRemainingKey,
	"ORG-003": ErrDirectoryNameInUse,
	"ORG-005": ErrLastRemainingSDKKey,
	"ORG-006": ErrInvalidSDKKey,
}

var kindOfStatus = map[int]Kind{
	http.StatusBadRequest:      ErrInvalidRequest,
	http.StatusUnauthorized:    ErrUnauthorized,
	http.StatusForbidden:       ErrForbidden,
	http.StatusNotFound:        ErrNotFound,
	http.StatusRequestTimeout:  ErrRequestTimedOut,
	http.StatusConflict:        ErrConflict,
	http.StatusTooManyRequests: ErrRateLimited,
}

// kindsOf is what the code says and what the status says.
func kindsOf(code Code, status int) []Kind {
	var kinds []Kind
	if kind, ok := kindOfCode[code]; ok {
		kinds = append(kinds, kind)
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
func (e *FormatError) Error() string { return "launchkey: " + e.Field + " " + e.Reason }

// Is makes every format error an [ErrFormat].
func (e *FormatError) Is(target error) bool { return target == ErrFormat }

// unexpected is an answer that proves nothing. It must never pass for a success.
func unexpected(op, why string) error {
	return fmt.Errorf("launchkey: %s: %w: %s", op, ErrUnexpectedAnswer, why)
}

func unverified(why string) error { return fmt.Errorf("%w: %s", ErrUnverified, why) }

// refusal reads the body of a refusal, which may be empty or make no sense: it
// only explains what the status says already.
func refusal(op string, status int, body []byte) *Error {
	refused := &Error{Op: op, Status: status}
	var wire struct {
		Code   json.RawMessage `json:"error_code"`
		Detail json.RawMessage `json:"error_detail"`
		Data   json.RawMessage `json:"error_data"`
	}
	if json.Unmarshal(body, &wire) != nil {
		return refused
	}
	var code, detail string
	if json.Unmarshal(wire.Code, &code) == nil {
		refused.Code = Code(printable(code))
	}
	if json.Unmarshal(wire.Detail, &detail) == nil {
		refused.Detail = printable(detail)
	} else {
		refused.Fields = fieldsOf(wire.Detail)
		refused.Detail = summary(refused.Fields)
	}
	if refused.Code == "SVC-005" {
		refused.Pending = pendingOf(wire.Data)
	}
	return refused
}

func pendingOf(raw []byte) *PendingAuthorization {
	var wire struct {
		ID              AuthorizationID `json:"auth_request"`
		Expires         instant         `json:"expires"`
		FromSameService bool            `json:"from_same_service"`
	}
	if json.Unmarshal(raw, &wire) != nil || wire.ID.check() != nil {
		return nil
	}
	return &PendingAuthorization{ID: wire.ID, ExpiresAt: wire.Expires.Time, FromSameService: wire.FromSameService}
}
