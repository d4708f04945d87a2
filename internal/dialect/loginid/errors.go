package loginid

import (
	"errors"
	"maps"
	"net/http"
	"strconv"
	"time"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// op is a call of the protocol where its errors differ from those of others.
type op string

const (
	opOther      op = ""
	opRegister   op = "register"   // a first credential: the user must not be there yet
	opEnroll     op = "enroll"     // a credential is checked and stored
	opProve      op = "prove"      // examines what a user proves with
	opPassword   op = "password"   // the same with a password
	opCode       op = "code"       // spends a code or authorizes it
	opCredential op = "credential" // names a credential that must be there
	opConfirm    op = "confirm"    // names a transaction that must be there
	opTxProve    op = "prove tx"   // examines the signature over one
	opDeleteUser op = "delete user"
	opActivate   op = "activate user"
	opDeactivate op = "deactivate user"
)

// failure is an entry of the protocol's catalogue: the status and the word that clients branch on.
type failure struct {
	status int
	code   string
}

// The catalogue's entries. The browser SDK has a text for each of these codes and for no other.
var (
	failRequest       = failure{http.StatusBadRequest, "bad_request"}
	failValidation    = failure{http.StatusBadRequest, "request_validation_error"}
	failParameter     = failure{http.StatusBadRequest, "missing_parameter"}
	failNoBody        = failure{http.StatusBadRequest, "missing_body"}
	failTaken         = failure{http.StatusBadRequest, "username_taken"}
	failNameEmpty     = failure{http.StatusBadRequest, "username_empty"}
	failNameInvalid   = failure{http.StatusBadRequest, "username_invalid"}
	failCodeWrong     = failure{http.StatusBadRequest, "invalid_verification_code"}
	failCodeExpired   = failure{http.StatusBadRequest, "verification_code_expired"}
	failNotCreated    = failure{http.StatusBadRequest, "credential_not_created"}
	failTimeout       = failure{http.StatusBadRequest, "remote_session_timeout"}
	failNotDeleted    = failure{http.StatusBadRequest, "user_not_deleted"}
	failNotActivated  = failure{http.StatusBadRequest, "user_not_activated"}
	failNotDeactivate = failure{http.StatusBadRequest, "user_not_deactivated"}
	failNoMail        = failure{http.StatusBadRequest, "email_verification_not_sent"}
	failAttestation   = failure{http.StatusBadRequest, "invalid_credential"}

	failUnauthorized = failure{http.StatusUnauthorized, "unauthorized"}
	failProof        = failure{http.StatusUnauthorized, "failed_to_authenticate"}
	failCredential   = failure{http.StatusUnauthorized, "invalid_credential"}

	failNotAllowed  = failure{http.StatusForbidden, "operation_not_allowed"}
	failForbidden   = failure{http.StatusForbidden, "forbidden"}
	failDeactivated = failure{http.StatusForbidden, "account_deactivated"}

	failNoUser       = failure{http.StatusNotFound, "user_not_found"}
	failMissing      = failure{http.StatusNotFound, "not_found"}
	failNoClient     = failure{http.StatusNotFound, "client_not_found"}
	failNoCredential = failure{http.StatusNotFound, "credential_not_found"}
	failNoCode       = failure{http.StatusNotFound, "verification_code_not_found"}
	failDeprecated   = failure{http.StatusNotFound, "endpoint_deprecated"}

	failMethod      = failure{http.StatusMethodNotAllowed, "bad_request"}
	failTooLarge    = failure{http.StatusRequestEntityTooLarge, "request_validation_error"}
	failEncoding    = failure{http.StatusUnsupportedMediaType, "bad_request"}
	failLimited     = failure{http.StatusTooManyRequests, "remote_session_maximum_retry_attempts"}
	failUnavailable = failure{http.StatusServiceUnavailable, "internal_server_error"}
	failUnexpected  = failure{http.StatusInternalServerError, "internal_server_error"}
)

// refusal is an answer that says no. It is the error that methods return where the catalogue alone does not
// decide, and what every other error becomes.
type refusal struct {
	failure

	message string
	after   time.Duration // when trying again may help
	header  http.Header   // of the answer, beside what every answer has
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

// unauthorized is the one answer to everything that is wrong with a token.
func unauthorized(cause error) *refusal {
	return &refusal{failure: failUnauthorized, message: "the authorization token is missing or cannot be verified", cause: cause}
}

// forbidden answers to a token that is sound and says something else.
func forbidden(message string) *refusal { return refuse(failNotAllowed, message) }

// missingParameter names a member that must be there.
func missingParameter(name string) *refusal {
	return refuse(failParameter, "the parameter "+name+" is missing")
}

// invalidParameter says what is wrong with a member.
func invalidParameter(name, problem string) *refusal {
	return refuse(failValidation, "the parameter "+name+" "+problem)
}

// refusalOf finds the answer to any error.
func refusalOf(o op, err error) *refusal {
	if own, ok := errors.AsType[*refusal](err); ok {
		return own
	}
	ours, ok := errors.AsType[*mfa.Error](err)
	if !ok {
		return &refusal{failure: failUnexpected, message: messageUnexpected, cause: err}
	}
	r := &refusal{failure: catalogue.Entry(o, ours, failUnexpected), message: ours.Message, after: ours.RetryAfter, cause: err}
	if r.failure == failUnexpected {
		r.message = messageUnexpected
	}
	return r
}

const messageUnexpected = "something went wrong here"

// errorBody is the error as clients read it. Some index both members without looking whether they are there.
type errorBody struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (r *refusal) response() endpoint.Response {
	resp, err := endpoint.JSON(r.status, errorBody{r.code, r.message})
	if err != nil { // two texts are always written
		resp = endpoint.Response{Status: r.status}
	}
	resp.Header = http.Header{}
	maps.Copy(resp.Header, r.header)
	if r.after > 0 {
		resp.Header.Set("Retry-After", strconv.Itoa(int((r.after+time.Second-1)/time.Second)))
	}
	return resp
}

// failed is a refusal on its way through the wrapper, with the origin that may read it.
type failed struct {
	*refusal

	origin string
}

// Unwrap gives the refusal.
func (f *failed) Unwrap() error { return f.refusal }

// render words an error.
func (d *Dialect) render(r *endpoint.Request, err error) endpoint.Response {
	f, ok := errors.AsType[*failed](err)
	if !ok {
		f = &failed{refusalOf(opOther, err), d.pages().Reader(r)}
	}
	resp := f.response()
	endpoint.ShareWith(f.origin, &resp)
	return resp
}
