package loginid

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// v2Word is a msgCode. Clients know these and no others.
type v2Word string

const (
	v2BadRequest   v2Word = "bad_request"
	v2Unauthorized v2Word = "unauthorized"
	v2Forbidden    v2Word = "forbidden"
	v2NotFound     v2Word = "not_found"
	v2Internal     v2Word = "internal_error"
	v2MoreNeeded   v2Word = "additional_auth_required"
)

// v2Failure is one entry of the catalogue: a status, a word, and a sentence where the refusal's own is not for
// clients.
type v2Failure struct {
	status int
	word   v2Word
	text   string
}

// v2Op names what is special about an operation's errors.
type v2Op int

const (
	v2OpOther    v2Op = iota
	v2OpProve         // a finishing call: a refused proof is a bad request, whatever is wrong with it
	v2OpRegister      // the right to add a passkey is asked for
)

// v2Catalogue is the one table from our errors to the words of this generation.
var v2Catalogue = endpoint.Catalogue[v2Op, v2Failure]{
	{Reason: endpoint.ReasonBodyTooLarge, Is: v2Failure{http.StatusRequestEntityTooLarge, v2BadRequest, ""}},
	{Op: v2OpProve, Code: mfa.Unauthenticated, Is: v2Failure{http.StatusBadRequest, v2BadRequest, ""}},
	{Op: v2OpProve, Code: mfa.Replayed, Is: v2Failure{http.StatusBadRequest, v2BadRequest, ""}},
	{Op: v2OpProve, Code: mfa.Expired, Is: v2Failure{http.StatusBadRequest, v2BadRequest, ""}},
	{Op: v2OpProve, Code: mfa.Conflict, Is: v2Failure{http.StatusBadRequest, v2BadRequest, ""}},
	{Op: v2OpProve, Code: mfa.NotFound, Is: v2Failure{http.StatusBadRequest, v2BadRequest, ""}},
	{Op: v2OpRegister, Reason: mfa.ReasonUserExists, Is: v2Failure{http.StatusForbidden, v2Forbidden, "this username has an account: a token with reg:write is needed to add a passkey to it"}},
	{Code: mfa.Unauthenticated, Is: v2Failure{http.StatusUnauthorized, v2Unauthorized, ""}},
	{Code: mfa.Forbidden, Is: v2Failure{http.StatusForbidden, v2Forbidden, ""}},
	{Code: mfa.NotFound, Is: v2Failure{http.StatusNotFound, v2NotFound, ""}},
	{Code: mfa.Limited, Is: v2Failure{http.StatusTooManyRequests, v2Forbidden, "too many attempts; wait and try again"}},
	{Code: mfa.Unavailable, Is: v2Failure{http.StatusServiceUnavailable, v2Internal, "the server cannot answer now; try again"}},
	{Code: mfa.Invalid, Is: v2Failure{http.StatusBadRequest, v2BadRequest, ""}},
	{Code: mfa.Conflict, Is: v2Failure{http.StatusBadRequest, v2BadRequest, ""}},
	{Code: mfa.Expired, Is: v2Failure{http.StatusBadRequest, v2BadRequest, ""}},
	{Code: mfa.Replayed, Is: v2Failure{http.StatusBadRequest, v2BadRequest, ""}},
}

// v2InternalFailure shows nothing of the inside.
var v2InternalFailure = v2Failure{http.StatusInternalServerError, v2Internal, "something went wrong here"}

// v2Refusal is an answer that says no: the error that handlers return where the catalogue does not decide alone,
// and what every other error becomes.
type v2Refusal struct {
	v2Failure

	header http.Header
	cause  error
}

// Error is for the log. It repeats nothing of the request.
func (r *v2Refusal) Error() string {
	text := string(r.word)
	if r.cause != nil {
		text += ": " + r.cause.Error()
	}
	return text
}

// Unwrap gives the cause to the log.
func (r *v2Refusal) Unwrap() error { return r.cause }

func v2Refuse(status int, word v2Word, text string) *v2Refusal {
	return &v2Refusal{v2Failure: v2Failure{status, word, text}}
}

func v2Bad(text string) *v2Refusal { return v2Refuse(http.StatusBadRequest, v2BadRequest, text) }

// v2NoAuthority is the one answer to everything that is wrong with a token, a session or a key.
func v2NoAuthority(cause error) *v2Refusal {
	r := v2Refuse(http.StatusUnauthorized, v2Unauthorized, "the token is missing, unknown or has expired")
	r.cause = cause
	return r
}

// v2RefusalOf finds the answer to any error.
func v2RefusalOf(o v2Op, err error) *v2Refusal {
	if own, ok := errors.AsType[*v2Refusal](err); ok {
		return own
	}
	if older, ok := errors.AsType[*refusal](err); ok {
		return &v2Refusal{v2Failure: v2Failure{older.status, v2WordOf(older.status), older.message}, cause: err}
	}
	ours, ok := errors.AsType[*mfa.Error](err)
	if !ok {
		return &v2Refusal{v2Failure: v2InternalFailure, cause: err}
	}
	r := &v2Refusal{v2Failure: v2Catalogue.Entry(o, ours, v2InternalFailure), cause: err}
	if r.text == "" {
		r.text = ours.Message
	}
	if ours.RetryAfter > 0 {
		seconds := int64((ours.RetryAfter + time.Second - 1) / time.Second)
		r.header = http.Header{"Retry-After": {strconv.FormatInt(seconds, 10)}}
	}
	return r
}

// v2WordOf is the word for a refusal by what both generations share, such as reading bodies.
func v2WordOf(status int) v2Word {
	switch {
	case status == http.StatusNotFound:
		return v2NotFound
	case status == http.StatusForbidden:
		return v2Forbidden
	case status >= http.StatusInternalServerError:
		return v2Internal
	}
	return v2BadRequest
}

// v2ErrorBody is an error as clients read it: the browser's by the first two members, servers' by the others.
type v2ErrorBody struct {
	Msg       string `json:"msg"`
	MsgCode   v2Word `json:"msgCode"`
	Message   string `json:"message"`
	ErrorCode v2Word `json:"error_code"`
}

// response words the refusal. It is JSON always, because clients show anything else as a plain text.
func (r *v2Refusal) response() endpoint.Response {
	resp, err := endpoint.JSON(r.status, v2ErrorBody{r.text, r.word, r.text, r.word})
	if err != nil {
		return endpoint.PlainError(nil, err)
	}
	resp.Header = r.header
	return resp
}
