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

// row joins one of our errors to the catalogue. Empty fields of the left side match everything; the first row
// that matches counts.
type row struct {
	op     op
	code   mfa.Code
	reason mfa.Reason
	field  string
	is     failure
}

// catalogue is the one table from our errors to theirs.
var catalogue = []row{
	{code: mfa.Unauthenticated, is: failUnauthorized},
	{code: mfa.Limited, is: failLimited},
	{code: mfa.Unavailable, is: failUnavailable},
	{code: mfa.Internal, is: failUnexpected},
	{reason: mfa.ReasonPolicyClosed, is: failClosed},
	{code: mfa.Forbidden, is: failForbidden},

	{op: opLink, code: mfa.Invalid, field: "alias", is: failIdentifier},
	{reason: mfa.ReasonDevicesFull, is: failure{http.StatusBadRequest, "ARG-001", ""}},
	{op: opAsk, reason: mfa.ReasonApprovalPending, is: failInProgress},
	{op: opAsk, reason: mfa.ReasonNoDevice, is: failMissing},
	{op: opAsk, code: mfa.Invalid, field: "policy", is: failPolicy},
	{op: opCancel, reason: mfa.ReasonCancelled, is: failCancelled},
	{op: opCancel, reason: mfa.ReasonNotPending, is: failResponded},
	{op: opCancel, code: mfa.Expired, is: failMissing},

	{op: opDirectory, code: mfa.Conflict, field: "name", is: failDirectoryName},
	{op: opService, code: mfa.Conflict, field: "name", is: failServiceName},
	{op: opKey, code: mfa.Conflict, field: "id", is: failKeyInUse},
	{op: opKey, reason: mfa.ReasonLastKey, is: failLastKey},
	{op: opKey, code: mfa.NotFound, is: failNoKey},
	{op: opPolicy, code: mfa.NotFound, is: failNoService},
	{op: opService, code: mfa.NotFound, is: failForbidden},
	{op: opKnown, code: mfa.NotFound, is: failForbidden},

	{code: mfa.NotFound, is: failMissing},
	{code: mfa.Invalid, is: failure{http.StatusBadRequest, "ARG-001", ""}},
	{code: mfa.Conflict, is: failure{http.StatusConflict, "", ""}},
	{code: mfa.Expired, is: failTimedOut},
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
	r := &refusal{failure: lookUp(o, ours), cause: err}
	if r.code != "" && r.detail == "" {
		r.detail = ours.Message
		if r.code == "ARG-001" && ours.Field != "" {
			r.fields = map[string]string{ours.Field: ours.Message}
		}
	}
	return r
}

func lookUp(o op, e *mfa.Error) failure {
	for _, row := range catalogue {
		if (row.op == opOther || row.op == o) && (row.code == "" || row.code == e.Code) &&
			(row.reason == "" || row.reason == e.Reason) && (row.field == "" || row.field == e.Field) {
			return row.is
		}
	}
	return failUnexpected
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
