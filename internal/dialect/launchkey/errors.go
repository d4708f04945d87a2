package launchkey

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// op is a call of the protocol where its errors differ from those of others.
type op string

const (
	opOther     op = ""
	opKnown     op = "known" // names something that must be there, and is Forbidden when it is not
	opDirectory op = "directory"
	opService   op = "service"
	opKey       op = "key"
	opPolicy    op = "policy"
	opLink      op = "link"
	opAsk       op = "ask"
	opCancel    op = "cancel"
)

// failure is an entry of the protocol's catalogue. Without a code the answer has no body; with one, its status
// is 400 or 409, the only ones whose bodies clients read.
type failure struct {
	status int
	code   string
	detail string // "" takes that of our own error, which is made to be shown
}

// The catalogue's entries.
var (
	failUnauthorized = failure{http.StatusUnauthorized, "", ""}
	failForbidden    = failure{http.StatusForbidden, "", ""}
	failMissing      = failure{http.StatusNotFound, "", ""}
	failTimedOut     = failure{http.StatusRequestTimeout, "", ""}
	failLimited      = failure{http.StatusTooManyRequests, "", ""}
	failUnavailable  = failure{http.StatusServiceUnavailable, "", ""}
	failUnexpected   = failure{http.StatusInternalServerError, "", ""}

	failArguments     = failure{http.StatusBadRequest, "ARG-001", "The request cannot be read."}
	failRoute         = failure{http.StatusBadRequest, "ARG-002", "There is no such call."}
	failDirectoryName = failure{http.StatusBadRequest, "ORG-003", "The name is that of another directory."}
	failLastSDKKey    = failure{http.StatusBadRequest, "ORG-005", "The last SDK key cannot be removed."}
	failSDKKey        = failure{http.StatusBadRequest, "ORG-006", "The SDK key is not one of the directory."}
	failServiceName   = failure{http.StatusBadRequest, "SVC-001", "The name is that of another service."}
	failPolicy        = failure{http.StatusBadRequest, "SVC-002", "The policy cannot be used."}
	failClosed        = failure{http.StatusBadRequest, "SVC-003", "The policy cannot be met at this time."}
	failNoService     = failure{http.StatusBadRequest, "SVC-004", "There is no such service."}
	failInProgress    = failure{http.StatusConflict, "SVC-005", "Another request waits for the user's answer."}
	failResponded     = failure{http.StatusConflict, "SVC-006", "The request has been answered."}
	failCancelled     = failure{http.StatusConflict, "SVC-007", "The request was canceled."}
	failIdentifier    = failure{http.StatusBadRequest, "DIR-001", "The identifier is a text of 1 to 500 characters."}
	failKey           = failure{http.StatusBadRequest, "KEY-001", "The key is not an RSA public key in PEM, of 2048 to 8192 bits."}
	failKeyInUse      = failure{http.StatusBadRequest, "KEY-002", "The key is there already."}
	failNoKey         = failure{http.StatusBadRequest, "KEY-003", "There is no such key."}
	failLastKey       = failure{http.StatusBadRequest, "KEY-004", "The last key cannot be removed."}
)

// catalogue is the one table from our errors to theirs.
var catalogue = endpoint.Catalogue[op, failure]{
	{Code: mfa.Unauthenticated, Is: failUnauthorized},
	{Code: mfa.Replayed, Is: failUnauthorized},
	{Code: mfa.Limited, Is: failLimited},
	{Code: mfa.Unavailable, Is: failUnavailable},
	{Code: mfa.Internal, Is: failUnexpected},
	{Reason: mfa.ReasonPolicyClosed, Is: failClosed},
	{Code: mfa.Forbidden, Is: failForbidden},

	{Op: opLink, Code: mfa.Invalid, Field: "alias", Is: failIdentifier},
	{Reason: mfa.ReasonDevicesFull, Is: failure{http.StatusBadRequest, "ARG-001", ""}},
	{Op: opAsk, Reason: mfa.ReasonApprovalPending, Is: failInProgress},
	{Op: opAsk, Reason: mfa.ReasonNoDevice, Is: failMissing},
	{Op: opAsk, Code: mfa.Invalid, Field: "policy", Is: failPolicy},
	{Op: opCancel, Reason: mfa.ReasonCancelled, Is: failCancelled},
	{Op: opCancel, Reason: mfa.ReasonNotPending, Is: failResponded},
	{Op: opCancel, Code: mfa.Expired, Is: failMissing},

	{Op: opDirectory, Code: mfa.Conflict, Field: "name", Is: failDirectoryName},
	{Op: opService, Code: mfa.Conflict, Field: "name", Is: failServiceName},
	{Op: opKey, Code: mfa.Conflict, Field: "id", Is: failKeyInUse},
	{Op: opKey, Reason: mfa.ReasonLastKey, Is: failLastKey},
	{Op: opKey, Code: mfa.NotFound, Is: failNoKey},
	{Op: opPolicy, Code: mfa.NotFound, Is: failNoService},
	{Op: opService, Code: mfa.NotFound, Is: failForbidden},
	{Op: opKnown, Code: mfa.NotFound, Is: failForbidden},

	{Code: mfa.NotFound, Is: failMissing},
	{Code: mfa.Invalid, Is: failure{http.StatusBadRequest, "ARG-001", ""}},
	{Code: mfa.Conflict, Is: failure{http.StatusConflict, "", ""}},
	{Code: mfa.Expired, Is: failTimedOut},
}

// refusal is an answer that says no. It is the error that methods return where the catalogue alone does not
// decide, and what every other error becomes.
type refusal struct {
	failure

	fields map[string]string // what is wrong, by parameter; instead of the detail
	data   any               // an object, or nothing
	cause  error
}

// Error is for the log. It repeats nothing of the request.
func (r *refusal) Error() string {
	text := http.StatusText(r.status)
	if r.code != "" {
		text = r.code
	}
	if r.cause != nil {
		text += ": " + r.cause.Error()
	}
	return text
}

// Unwrap gives the cause to the log and to errors.As.
func (r *refusal) Unwrap() error { return r.cause }

func refuse(f failure) *refusal { return &refusal{failure: f} }

// unauthorized is the one answer to everything that is wrong with a token.
func unauthorized(cause error) *refusal { return &refusal{failure: failUnauthorized, cause: cause} }

// badArgument names the parameter at fault.
func badArgument(name, problem string) *refusal {
	return &refusal{failure: failArguments, fields: map[string]string{name: problem}}
}

// refusalOf finds the answer to any error.
func refusalOf(o op, err error) *refusal {
	if own, ok := errors.AsType[*refusal](err); ok {
		return own
	}
	ours, ok := errors.AsType[*mfa.Error](err)
	if !ok {
		return &refusal{failure: failUnexpected, cause: err}
	}
	r := &refusal{failure: catalogue.Entry(o, ours, failUnexpected), cause: err}
	if r.code != "" && r.detail == "" {
		r.detail = ours.Message
		if r.code == "ARG-001" && ours.Field != "" {
			r.fields = map[string]string{ours.Field: ours.Message}
		}
	}
	return r
}

// errorBody is the error as clients read it. The detail is a text, or an object of parameters; the data an
// object or null, never anything else.
type errorBody struct {
	Code   string `json:"error_code"`
	Detail any    `json:"error_detail"`
	Data   any    `json:"error_data"`
}

func (r *refusal) body() ([]byte, error) {
	b := errorBody{Code: r.code, Detail: r.detail, Data: r.data}
	if r.fields != nil {
		b.Detail = r.fields
	}
	return json.Marshal(b)
}

// failed is a refusal on its way through the wrapper, with the call that it ends.
type failed struct {
	*refusal

	call *call
}

// Unwrap gives the refusal.
func (f *failed) Unwrap() error { return f.refusal }

// render words an error: sealed where a code is to be told, signed wherever there was a token. What cannot be
// signed is said by its status alone.
func (d *Dialect) render(r *endpoint.Request, err error) endpoint.Response {
	f, ok := errors.AsType[*failed](err)
	if !ok {
		f = &failed{refusalOf(opOther, err), &call{claims: claimed(r)}}
	}
	plain := endpoint.Response{Status: f.status, Header: http.Header{"Cache-Control": nil}}
	if f.call.claims.ID == "" {
		return plain
	}
	resp, err := d.refused(r.Context(), f)
	if err != nil {
		return plain
	}
	return resp
}

func (d *Dialect) refused(ctx context.Context, f *failed) (endpoint.Response, error) {
	if f.code == "" || f.call.to == nil {
		return d.signed(ctx, f.call.claims, f.status, nil)
	}
	plaintext, err := f.body()
	if err != nil {
		return endpoint.Response{}, err
	}
	body, err := f.call.to.seal(plaintext)
	if err != nil {
		return endpoint.Response{}, err
	}
	return d.signed(ctx, f.call.claims, f.status, body)
}
