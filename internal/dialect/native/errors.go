package native

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// codeKeyInvalid refuses an application's key.
const codeKeyInvalid = "key_invalid"

// statuses is the one table of this API's errors.
var statuses = map[string]int{
	api.CodeInvalidRequest: 400, api.CodeKeyMismatch: 400, api.CodeStatementInvalid: 400,
	api.CodeProofMissing: 401, api.CodeProofInvalid: 401, api.CodeProofTime: 401, api.CodeProofReplayed: 401,
	api.CodeDeviceUnknown: 401, api.CodeDeviceUnbound: 401, api.CodeRecoveryRefused: 403, codeKeyInvalid: 401, api.CodeLinkRefused: 403, api.CodeOriginUnknown: 403, api.CodeUserDisabled: 403, api.CodeDisabled: 403,
	api.CodeNotFound: 404, api.CodeChallengeUnknown: 404, api.CodeReceiptUnknown: 404, api.CodePushUnavailable: 404, api.CodeSessionUnknown: 404,
	api.CodeLogoUnknown: 404, api.CodeDeviceMissing: 404, api.CodeJoinUnknown: 404,
	api.CodeJoinUnclaimed: 409, api.CodeJoinOver: 410, api.CodeJoinMismatch: 422,
	api.CodeRegistration: 404, api.CodeNoPasskey: 404, api.CodePasskeyTaken: 409, api.CodePasskeyRefused: 422,
	api.CodeMethodNotAllowed: 405, api.CodeKeyInUse: 409, api.CodeAlreadyAnswered: 409, api.CodeDirectoryRequired: 409,
	api.CodeExpired: 410, api.CodeCancelled: 410, api.CodeTooLarge: 413, api.CodeMediaType: 415,
	api.CodeMismatch: 422, api.CodeMatchWrong: 422, api.CodePolicyUnmet: 422, api.CodePackagesInvalid: 422, api.CodeStatementTime: 422,
	api.CodeRateLimited: 429, api.CodeInternal: 500, api.CodeUnavailable: 503,
}

// problemError is a refusal in this API's own words.
type problemError struct {
	code   string
	detail string
	header http.Header
	cause  error
}

func problem(code, detail string) *problemError { return &problemError{code: code, detail: detail} }

func (e *problemError) Error() string {
	if e.cause == nil {
		return e.code + ": " + e.detail
	}
	return e.code + ": " + e.detail + ": " + e.cause.Error()
}

// Unwrap gives the cause to the log.
func (e *problemError) Unwrap() error { return e.cause }

// missing gives what is not there the code of the operation.
func missing(code string, err error) error {
	if mfa.IsCode(err, mfa.NotFound) {
		return &problemError{code: code, detail: "there is no such thing for you", cause: err}
	}
	return err
}

// byReason and byCode turn the domain's refusals into codes; what they do not name is internal.
var (
	byReason = map[mfa.Reason]string{
		endpoint.ReasonBodyTooLarge: api.CodeTooLarge,
		mfa.ReasonProofTime:         api.CodeProofTime,
		mfa.ReasonStatementInvalid:  api.CodeStatementInvalid,
		mfa.ReasonStatementMismatch: api.CodeMismatch,
		mfa.ReasonStatementTime:     api.CodeStatementTime,
		mfa.ReasonPolicyUnmet:       api.CodePolicyUnmet,
		mfa.ReasonPackagesInvalid:   api.CodePackagesInvalid,
		mfa.ReasonMatchWrong:        api.CodeMatchWrong,
		mfa.ReasonDisabled:          api.CodeDisabled,
		mfa.ReasonUserSuspended:     api.CodeUserDisabled,
		mfa.ReasonNotPending:        api.CodeAlreadyAnswered,
		mfa.ReasonCodeWrong:         api.CodeLinkRefused,
		mfa.ReasonDevicesFull:       api.CodeLinkRefused,
		mfa.ReasonDeviceUnbound:     api.CodeDeviceUnbound,
		mfa.ReasonRecoveryWrong:     api.CodeRecoveryRefused,
		mfa.ReasonJoinUnclaimed:     api.CodeJoinUnclaimed,
		mfa.ReasonJoinOver:          api.CodeJoinOver,
		mfa.ReasonJoinMismatch:      api.CodeJoinMismatch,
		mfa.ReasonDirectoryRequired: api.CodeDirectoryRequired,
		mfa.ReasonCancelled:         api.CodeCancelled,

		mfa.ReasonCeremony:            api.CodeRegistration,
		mfa.ReasonNoPasskey:           api.CodeNoPasskey,
		mfa.ReasonNoRelyingParty:      api.CodeOriginUnknown,
		mfa.ReasonPasskeyOrigin:       api.CodeOriginUnknown,
		mfa.ReasonPasskeyTaken:        api.CodePasskeyTaken,
		mfa.ReasonPasskeysFull:        api.CodeLinkRefused,
		mfa.ReasonPasskeyRevoked:      api.CodePasskeyRefused,
		mfa.ReasonPasskeyMalformed:    api.CodePasskeyRefused,
		mfa.ReasonPasskeyType:         api.CodePasskeyRefused,
		mfa.ReasonPasskeyChallenge:    api.CodePasskeyRefused,
		mfa.ReasonPasskeyRPID:         api.CodePasskeyRefused,
		mfa.ReasonPasskeyPresence:     api.CodePasskeyRefused,
		mfa.ReasonPasskeyVerification: api.CodePasskeyRefused,
		mfa.ReasonPasskeyAlgorithm:    api.CodePasskeyRefused,
		mfa.ReasonPasskeyAttestation:  api.CodePasskeyRefused,
		mfa.ReasonPasskeyRefused:      api.CodePasskeyRefused,
		mfa.ReasonPasskeyCredential:   api.CodePasskeyRefused,
		mfa.ReasonPasskeySignature:    api.CodePasskeyRefused,
		mfa.ReasonPasskeyCounter:      api.CodePasskeyRefused,
	}
	byCode = map[mfa.Code]string{
		mfa.Invalid: api.CodeInvalidRequest, mfa.Unauthenticated: api.CodeDeviceUnknown, mfa.Forbidden: api.CodeLinkRefused,
		mfa.NotFound: api.CodeNotFound, mfa.Conflict: api.CodeKeyInUse, mfa.Expired: api.CodeExpired,
		mfa.Replayed: api.CodeProofReplayed, mfa.Limited: api.CodeRateLimited, mfa.Unavailable: api.CodeUnavailable,
	}
)

func (d *Dialect) renderError(r *endpoint.Request, err error) endpoint.Response {
	code, detail, header := api.CodeInternal, "something went wrong on our side; try again", http.Header(nil)
	if own, ok := errors.AsType[*problemError](err); ok {
		code, detail, header = own.code, own.detail, own.header
	} else if refusal, ok := errors.AsType[*mfa.Error](err); ok {
		if named, ok := byReason[refusal.Reason]; ok {
			code, detail = named, refusal.Message
		} else if named, ok := byCode[refusal.Code]; ok {
			code, detail = named, refusal.Message
		}
		if refusal.RetryAfter > 0 {
			header = http.Header{"Retry-After": {strconv.Itoa(int(refusal.RetryAfter.Seconds()) + 1)}}
		}
	}
	p := newProblem(code, detail)
	if code == api.CodeProofTime || code == api.CodeStatementTime {
		p.ServerTime = stamp(d.service.Now())
	}
	response, encodeErr := endpoint.JSON(p.Status, p)
	if encodeErr != nil {
		return endpoint.Text(http.StatusInternalServerError, api.CodeInternal)
	}
	response.ContentType, response.Header = api.ProblemMediaType, header
	if shared(r) {
		d.pages.Share(r, &response)
	}
	return response
}

func newProblem(code, detail string) api.Problem {
	status := statuses[code]
	return api.Problem{Type: api.ProblemTypePrefix + code, Title: http.StatusText(status), Status: status, Detail: detail, Code: code}
}

// unknownRoute tells a wrong method from a wrong path.
func unknownRoute(mux *http.ServeMux) endpoint.Func {
	return func(_ context.Context, r *endpoint.Request) (endpoint.Response, error) {
		if known := methodsAt(mux, r); len(known) > 0 {
			return endpoint.Response{}, &problemError{
				code: api.CodeMethodNotAllowed, detail: "this address knows other methods",
				header: http.Header{"Allow": {strings.Join(known, ", ")}},
			}
		}
		return endpoint.Response{}, problem(api.CodeNotFound, "there is nothing at this address; see docs/authenticator-protocol.md")
	}
}

// methodsAt lists the methods that the request's path knows.
func methodsAt(mux *http.ServeMux, r *endpoint.Request) []string {
	var known []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		probe := r.Clone(r.Context())
		probe.Method = method
		if _, pattern := mux.Handler(probe); strings.HasPrefix(pattern, method+" ") && plainPath(probe) {
			known = append(known, method)
		}
	}
	return known
}
