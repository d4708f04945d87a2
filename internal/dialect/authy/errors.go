package authy

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// op is a call of the protocol where its errors differ from those of others.
type op string

const (
	opOther        op = ""
	opVerify       op = "verify"
	opSMS          op = "sms"
	opCall         op = "call"
	opEmail        op = "email"
	opSecret       op = "secret"
	opActivity     op = "activity"
	opAsk          op = "ask"
	opPhoneStart   op = "phone start"
	opPhoneCall    op = "phone start by call"
	opPhone        op = "phone"
	opRegistration op = "registration"
	opFeedback     op = "feedback"
	opHooksCreate  op = "webhooks create"
	opHooksDelete  op = "webhooks delete"
	opReporting    op = "reporting"
	opPicture      op = "picture"
)

// failure is an entry of the protocol's catalogue. An empty message takes that of our own error, which is
// made to be shown.
type failure struct {
	status  int
	code    string
	message string
}

// The entries that are chosen where they happen, or in several rows.
var (
	failUnexpected   = failure{http.StatusInternalServerError, "60000", "An error occurred"}
	failUnavailable  = failure{http.StatusServiceUnavailable, "60000", "An error occurred. Please try again later"}
	failUnknownPath  = failure{http.StatusNotFound, "60000", "Requested URL was not found."}
	failMethod       = failure{http.StatusMethodNotAllowed, "60000", "This URL does not take that method."}
	failAbsent       = failure{http.StatusForbidden, "60031", "This call is not available on this server."}
	failKey          = failure{http.StatusUnauthorized, "60001", "Invalid API key"}
	failRequest      = failure{http.StatusBadRequest, "60002", "Invalid request"}
	failTooLarge     = failure{http.StatusBadRequest, "60002", "Invalid request: it is too large"}
	failLimited      = failure{http.StatusTooManyRequests, "60003", "DoS protection: User has requested too many tokens in the last hour."}
	failEncoding     = failure{http.StatusBadRequest, "60005", "Invalid UTF-8 in parameters"}
	failCalls        = failure{http.StatusForbidden, "60006", "Phone calls are not enabled on this account"}
	failSMS          = failure{http.StatusForbidden, "60007", "SMS is not enabled"}
	failReplayed     = failure{http.StatusUnauthorized, "60019", "Token is invalid. Token was used recently"}
	failToken        = failure{http.StatusUnauthorized, "60020", "Token is invalid"}
	failPhoneCode    = failure{http.StatusUnauthorized, "60022", "Verification code is incorrect"}
	failNoPhoneCode  = failure{http.StatusNotFound, "60023", "No pending verifications found."}
	failUserInvalid  = failure{http.StatusBadRequest, "60027", "User was not valid"}
	failActivity     = failure{http.StatusBadRequest, "60029", "You can only create the following activities: password_reset, banned, unbanned, cookie_login."}
	failRegistration = failure{http.StatusNotFound, "60035", "Registration not found."}
	failNoPhone      = failure{http.StatusBadRequest, "60042", "Either uuid or country_code and phone number are required"}
	failNoApproval   = failure{http.StatusNotFound, "60049", "Approval request not found"}
	failApproval     = failure{http.StatusBadRequest, "60080", ""}
	failQuery        = failure{http.StatusBadRequest, "60089", ""}
	failInterval     = failure{http.StatusBadRequest, "60094", ""}
	failReportName   = failure{http.StatusBadRequest, "60095", ""}
)

// catalogue is the one table from our errors to theirs.
var catalogue = endpoint.Catalogue[op, failure]{
	{Code: mfa.Unauthenticated, Is: failKey},
	{Code: mfa.Limited, Is: failLimited},
	{Code: mfa.Unavailable, Is: failUnavailable},
	{Code: mfa.Internal, Is: failUnexpected},
	{Reason: endpoint.ReasonBodyTooLarge, Is: failTooLarge},

	{Op: opVerify, Code: mfa.NotFound, Is: failure{http.StatusNotFound, "60016", "User doesn't exist"}},
	{Op: opSMS, Code: mfa.NotFound, Is: failure{http.StatusNotFound, "60016", "User doesn't exist"}},
	{Op: opCall, Code: mfa.NotFound, Is: failure{http.StatusNotFound, "60016", "User doesn't exist"}},
	{Op: opEmail, Code: mfa.NotFound, Is: failure{http.StatusNotFound, "60016", "User doesn't exist"}},
	{Op: opPhone, Code: mfa.NotFound, Is: failNoPhoneCode},
	{Op: opRegistration, Code: mfa.NotFound, Is: failRegistration},
	{Op: opFeedback, Code: mfa.NotFound, Is: failure{http.StatusBadRequest, "60032", "SMS not found"}},
	{Op: opHooksDelete, Code: mfa.NotFound, Is: failure{http.StatusNotFound, "60100", "Webhook not found"}},
	{Op: opPicture, Code: mfa.NotFound, Is: failUnknownPath},
	{Code: mfa.NotFound, Is: failure{http.StatusNotFound, "60026", "User not found."}},

	{Reason: mfa.ReasonUserSuspended, Is: failure{http.StatusServiceUnavailable, "60017", "User has been suspended."}},
	{Op: opSMS, Reason: mfa.ReasonFeatureOff, Is: failSMS},
	{Op: opCall, Reason: mfa.ReasonFeatureOff, Is: failCalls},
	{Op: opSecret, Reason: mfa.ReasonFeatureOff, Is: failure{http.StatusForbidden, "60123", "Generic authenticator tokens are not enabled"}},
	{Op: opAsk, Reason: mfa.ReasonFeatureOff, Is: failure{http.StatusForbidden, "60085", "OneTouch is not enabled for this application"}},
	{Reason: mfa.ReasonFeatureOff, Field: "custom_code", Is: failure{http.StatusForbidden, "60091", "Custom codes and messages are not enabled"}},
	{Op: opPhoneCall, Reason: mfa.ReasonFeatureOff, Is: failCalls},
	{Op: opPhoneStart, Reason: mfa.ReasonFeatureOff, Is: failSMS},
	{Reason: mfa.ReasonNoDevice, Is: failure{http.StatusBadRequest, "60051", "User has no device that can receive approval requests"}},
	{Op: opCall, Reason: mfa.ReasonNoPhone, Is: failure{http.StatusBadRequest, "60014", "Call could not be started: the user has no phone number"}},
	{Reason: mfa.ReasonNoPhone, Is: failure{http.StatusBadRequest, "60015", "SMS token not sent: the user has no phone number"}},
	{Reason: mfa.ReasonNoEmail, Is: failure{http.StatusBadRequest, "60038", "Email token not sent: the user has no e-mail address"}},
	{Reason: mfa.ReasonEmailInvalid, Is: failure{http.StatusBadRequest, "60038", "Email is invalid"}},
	{Reason: mfa.ReasonLandline, Is: failure{http.StatusForbidden, "60082", "Cannot send SMS to landline phone numbers"}},
	{Op: opPhoneStart, Reason: mfa.ReasonCountryInvalid, Is: failure{http.StatusForbidden, "60078", "Invalid country code"}},
	{Op: opPhoneCall, Reason: mfa.ReasonCountryInvalid, Is: failure{http.StatusForbidden, "60078", "Invalid country code"}},
	{Reason: mfa.ReasonCountryInvalid, Is: failure{http.StatusBadRequest, "60033", "Phone number is invalid"}},
	{Reason: mfa.ReasonPhoneInvalid, Is: failure{http.StatusBadRequest, "60033", "Phone number is invalid"}},
	{Reason: mfa.ReasonNotPending, Is: failure{http.StatusBadRequest, "60054", "Approval request is not pending"}},
	{Code: mfa.Forbidden, Is: failure{http.StatusForbidden, "60031", ""}},

	{Op: opAsk, Code: mfa.Invalid, Is: failApproval},
	{Op: opActivity, Code: mfa.Invalid, Is: failure{http.StatusBadRequest, "60029", ""}},
	{Op: opHooksCreate, Code: mfa.Invalid, Is: failure{http.StatusBadRequest, "60098", ""}},
	{Op: opHooksCreate, Code: mfa.Conflict, Is: failure{http.StatusBadRequest, "60098", ""}},
	{Op: opReporting, Code: mfa.Invalid, Is: failQuery},
	{Code: mfa.Invalid, Is: failure{http.StatusBadRequest, "60004", ""}},
	{Code: mfa.Conflict, Is: failRequest},
	{Code: mfa.Expired, Is: failRequest},
	{Code: mfa.Replayed, Is: failReplayed},
}

// refusal is an answer that says no. It is the error that handlers return where the catalogue alone does not
// decide, and what every other error becomes.
type refusal struct {
	failure

	fields     []property // repeated at the top and in errors
	bare       bool       // errors is an empty object
	token      bool       // says that the token is invalid, where raw bytes are searched for it
	allow      string     // the methods that the path takes
	retryAfter time.Duration
	logged     string // stands for a message in the log that repeats what the caller sent
	cause      error
}

// Error is for the log. It repeats nothing of the request, which may be a phone number, a code or a key that
// stands in the wrong place.
func (r *refusal) Error() string {
	text := r.code + ": " + cmp.Or(r.logged, r.message)
	if r.cause != nil {
		text += ": " + r.cause.Error()
	}
	return text
}

// Unwrap gives the cause to the log and to errors.As.
func (r *refusal) Unwrap() error { return r.cause }

func refuse(f failure) *refusal { return &refusal{failure: f} }

// refuseFor is a refusal whose sentence depends on the request.
func refuseFor(f failure, message string) *refusal {
	f.message = message
	return &refusal{failure: f}
}

// repeating is refuseFor with a sentence that repeats what the caller sent; the log gets another one.
func repeating(f failure, message, logged string) *refusal {
	f.message = message
	return &refusal{failure: f, logged: logged}
}

// badParameter names the parameter at fault, in the protocol's words.
func badParameter(name, problem string) *refusal {
	named := "Invalid parameter: " + name
	return repeating(failure{http.StatusBadRequest, "60004", ""}, named+" - "+problem, named)
}

// refusalOf finds the answer to any error.
func refusalOf(o op, err error) *refusal {
	if own, ok := errors.AsType[*refusal](err); ok {
		return own
	}
	switch {
	case errors.Is(err, errEncoding):
		return &refusal{failure: failEncoding, cause: err}
	case errors.Is(err, errTooMany):
		return &refusal{failure: failTooLarge, cause: err}
	case errors.Is(err, errMalformed), errors.Is(err, errTooDeep), errors.Is(err, errShape):
		return &refusal{failure: failRequest, cause: err}
	}
	ours, ok := errors.AsType[*mfa.Error](err)
	if !ok {
		return &refusal{failure: failUnexpected, cause: err}
	}
	r := &refusal{failure: catalogue.Entry(o, ours, failUnexpected), retryAfter: ours.RetryAfter, cause: err}
	if r.message == "" {
		r.message = sentence(r.code, ours)
	}
	return r
}

// sentence is our own message in the protocol's manner.
func sentence(code string, e *mfa.Error) string {
	if code == "60004" && e.Field != "" {
		return "Invalid parameter: " + e.Field + " - " + e.Message
	}
	return e.Message
}

// body is the canonical error: message, success, errors whose values are all texts, and the code as a text.
// Fields come first and twice.
func (r *refusal) body() object {
	message := property{"message", r.message}
	inner := append(append(object{}, r.fields...), message)
	if r.bare {
		inner = object{}
	}
	all := append(append(object{}, r.fields...), message)
	if r.token {
		all = append(all, property{"token", "is invalid"})
	}
	return append(all, property{"success", false}, property{"errors", inner}, property{"error_code", r.code})
}

// xmlBody is the error in XML, which has a shape of its own.
func (r *refusal) xmlBody() object {
	all := append(object{{"message", r.message}}, r.fields...)
	return append(all, property{"error_code", r.code})
}

// response renders a refusal. A body that cannot be encoded cannot happen, since it holds texts and one
// boolean; should it, the plain words of the wrapper stand in.
func (r *refusal) response(req *endpoint.Request, format string) endpoint.Response {
	root, body := "hash", r.body()
	if format == formatXML {
		root, body = "errors", r.xmlBody()
	}
	resp, err := encode(format, r.status, root, body)
	if err != nil {
		return endpoint.PlainError(req, err)
	}
	resp.Header = http.Header{}
	if r.allow != "" {
		resp.Header.Set("Allow", r.allow)
	}
	if r.retryAfter > 0 {
		resp.Header.Set("Retry-After", strconv.Itoa(int(r.retryAfter.Seconds())+1))
	}
	return resp
}
