package authsignal

import (
	"errors"
	"maps"
	"net/http"
	"strconv"
	"time"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// failure is an entry of the protocol's catalogue: the status and the word that clients branch on.
type failure struct {
	status int
	code   string
}

// The catalogue's entries, of all three APIs.
var (
	failRequest       = failure{http.StatusBadRequest, "invalid_request"}
	failConfiguration = failure{http.StatusBadRequest, "invalid_configuration"}
	failCredential    = failure{http.StatusBadRequest, "invalid_credential"}
	failUnknown       = failure{http.StatusBadRequest, "unknown_credential"}

	failUnauthorized  = failure{http.StatusUnauthorized, "unauthorized"}
	failExpired       = failure{http.StatusUnauthorized, "expired_token"}
	failTokenInvalid  = failure{http.StatusUnauthorized, "token_invalid"}
	failTokenRequired = failure{http.StatusUnauthorized, "token_required"}

	failForbidden = failure{http.StatusForbidden, "forbidden"}
	failMissing   = failure{http.StatusNotFound, "not_found"}
	failConflict  = failure{http.StatusConflict, "conflict"}
	failTooLarge  = failure{http.StatusRequestEntityTooLarge, "invalid_request"}
	failLimited   = failure{http.StatusTooManyRequests, "too_many_requests"}

	// Clients try these again, and only these.
	failUnavailable = failure{http.StatusServiceUnavailable, "service_unavailable"}
	failUnexpected  = failure{http.StatusInternalServerError, "internal_error"}
)

// messageUnauthorized is the vendor's sentence to the letter: the tests of six SDKs compare it.
const messageUnauthorized = "The request is unauthorized. Check that your API key and region base URL are correctly configured."

const messageUnexpected = "Something went wrong here."

// refusal is an answer that says no. It is the error that methods return where the catalogue alone does not decide, and
// what every other error becomes.
type refusal struct {
	failure

	message string
	after   time.Duration // when trying again may help
	cause   error
}

// Error is for the log. It repeats nothing of the request.
func (r *refusal) Error() string {
	text := r.code + ": " + r.message
	if r.cause != nil {
		text += ": " + r.cause.Error()
	}
	return text
}

// Unwrap gives the cause to the log and to errors.As.
func (r *refusal) Unwrap() error { return r.cause }

func refuse(f failure, message string) *refusal { return &refusal{failure: f, message: message} }

// invalid says what is wrong with a request.
func invalid(message string) *refusal { return refuse(failRequest, message) }

// unauthorized is the one answer to everything that is wrong with a key.
func unauthorized(cause error) *refusal {
	return &refusal{failure: failUnauthorized, message: messageUnauthorized, cause: cause}
}

// badToken answers to a token that does not open anything; the cause is for the log.
func badToken(cause error) *refusal {
	return &refusal{failure: failTokenInvalid, message: "The token is invalid.", cause: cause}
}

var (
	errExpired = refuse(failExpired, "The token has expired.")
	errNoToken = refuse(failTokenRequired, "The call needs the token of an action.")
	errScope   = refuse(failForbidden, "The token does not carry the scope that the call needs.")
)

// catalogue is the one table from our errors to theirs.
var catalogue = endpoint.Catalogue[realm, failure]{
	{Reason: endpoint.ReasonBodyTooLarge, Is: failTooLarge},
	{Code: mfa.Limited, Is: failLimited},
	{Code: mfa.Unavailable, Is: failUnavailable},
	{Code: mfa.Internal, Is: failUnexpected},
	{Reason: mfa.ReasonFeatureOff, Is: failConfiguration},
	{Reason: mfa.ReasonNoRelyingParty, Is: failConfiguration},
	// Browsers and phones forget a passkey that is unknown, and no other.
	{Code: mfa.NotFound, Reason: mfa.ReasonPasskeyCredential, Is: failUnknown},
	{Reason: mfa.ReasonPasskeyCredential, Is: failCredential},
	{Reason: mfa.ReasonPasskeyRevoked, Is: failCredential},
	{Reason: mfa.ReasonPasskeyTaken, Is: failCredential},
	{Reason: mfa.ReasonPasskeySignature, Is: failCredential},
	{Reason: mfa.ReasonPasskeyCounter, Is: failCredential},
	{Reason: mfa.ReasonPasskeyChallenge, Is: failCredential},
	{Reason: mfa.ReasonPasskeyOrigin, Is: failCredential},
	{Reason: mfa.ReasonPasskeyRPID, Is: failCredential},
	{Reason: mfa.ReasonPasskeyPresence, Is: failCredential},
	{Reason: mfa.ReasonPasskeyVerification, Is: failCredential},
	{Reason: mfa.ReasonPasskeyAttestation, Is: failCredential},
	{Reason: mfa.ReasonPasskeyRefused, Is: failCredential},
	{Reason: mfa.ReasonNoPasskey, Is: failCredential},
	{Reason: mfa.ReasonKeyWrong, Is: failCredential}, // of an app: no key of the API is meant
	{Reason: mfa.ReasonCeremony, Is: failRequest},
	{Code: mfa.Unauthenticated, Is: failUnauthorized},
	{Code: mfa.Forbidden, Is: failForbidden},
	{Code: mfa.NotFound, Is: failMissing},
	{Code: mfa.Conflict, Is: failRequest},
	{Code: mfa.Expired, Is: failRequest},
	{Code: mfa.Replayed, Is: failRequest},
	{Code: mfa.Invalid, Is: failRequest},
}

// refusalOf finds the answer to any error.
func refusalOf(err error) *refusal {
	if own, ok := errors.AsType[*refusal](err); ok {
		return own
	}
	ours, ok := errors.AsType[*mfa.Error](err)
	if !ok {
		return &refusal{failure: failUnexpected, message: messageUnexpected, cause: err}
	}
	r := &refusal{failure: catalogue.Entry(realmServer, ours, failUnexpected), message: ours.Message, after: ours.RetryAfter, cause: err}
	switch r.failure {
	case failUnexpected:
		r.message = messageUnexpected
	case failUnauthorized:
		r.message = messageUnauthorized
	}
	return r
}

// errorBody is the error as clients read it. Half of the SDKs take the code from the first member and half from the
// second, and one does not decode the body without all of them.
type errorBody struct {
	Error       string `json:"error"`
	Code        string `json:"errorCode"`
	Description string `json:"errorDescription"`
}

func (r *refusal) response() endpoint.Response {
	resp, err := reply(r.status, errorBody{r.code, r.code, r.message})
	if err != nil { // three texts are always written
		resp = endpoint.Response{Status: r.status}
	}
	if r.after > 0 {
		resp.Header = http.Header{"Retry-After": {strconv.Itoa(int((r.after + time.Second - 1) / time.Second))}}
	}
	return resp
}

// refused is a refusal with its answer on the way through the wrapper, which logs the one and sends the other.
type refused struct {
	*refusal

	resp endpoint.Response
}

// Unwrap gives the refusal.
func (r *refused) Unwrap() error { return r.refusal }

// render words an error: one of ours as it was worded, or one of the wrapper.
func (d *Dialect) render(r *endpoint.Request, err error) endpoint.Response {
	if own, ok := errors.AsType[*refused](err); ok {
		return own.resp
	}
	resp := refusalOf(err).response()
	if realmOfPath(r.URL.EscapedPath()) == realmClient {
		resp.Header = maps.Clone(resp.Header)
		d.share(nil, r, &resp)
	}
	return resp
}

func realmOfPath(path string) realm {
	var held [maxSegments]string
	segments, _ := below(held[:0], path)
	return realmOf(segments)
}
