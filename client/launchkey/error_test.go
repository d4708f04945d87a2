package launchkey_test

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
)

func textResponse(status int, keyID, body string) *http.Response {
	header := http.Header{}
	if keyID != "" {
		header.Set("X-IOV-KEY-ID", keyID)
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body))}
}

func decode64(text string) []byte {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return raw
}

func TestEveryCodeAndStatusHasItsKind(t *testing.T) {
	t.Parallel()
	for code, kind := range map[string]launchkey.Kind{
		"ARG-001": launchkey.ErrInvalidParameters, "ARG-002": launchkey.ErrInvalidRoute,
		"SVC-001": launchkey.ErrServiceNameTaken, "SVC-002": launchkey.ErrInvalidPolicyInput, "SVC-003": launchkey.ErrPolicyFailure,
		"SVC-004": launchkey.ErrServiceNotFound, "SVC-005": launchkey.ErrAuthorizationInProgress,
		"SVC-006": launchkey.ErrAuthorizationResponseExists, "SVC-007": launchkey.ErrAuthorizationRequestCanceled,
		"DIR-001": launchkey.ErrInvalidDirectoryIdentifier, "KEY-001": launchkey.ErrInvalidPublicKey,
		"KEY-002": launchkey.ErrPublicKeyAlreadyInUse, "KEY-003": launchkey.ErrPublicKeyDoesNotExist,
		"KEY-004": launchkey.ErrLastRemainingKey, "ORG-003": launchkey.ErrDirectoryNameInUse,
		"ORG-005": launchkey.ErrLastRemainingSDKKey, "ORG-006": launchkey.ErrInvalidSDKKey,
	} {
		for _, status := range []int{400, 409} {
			err := end(t, newPlatform(t, func(asked) reply { return reply{status: status, body: `{"error_code":"` + code + `"}`} }))
			refused, ok := errors.AsType[*launchkey.Error](err)
			if !ok || !errors.Is(err, kind) || string(refused.Code) != code || refused.Status != status {
				t.Errorf("%s with %d: %v", code, status, err)
			}
		}
	}
	for status, kind := range map[int]launchkey.Kind{
		400: launchkey.ErrInvalidRequest, 401: launchkey.ErrUnauthorized, 403: launchkey.ErrForbidden, 404: launchkey.ErrNotFound,
		408: launchkey.ErrRequestTimedOut, 409: launchkey.ErrConflict, 429: launchkey.ErrRateLimited,
	} {
		err := end(t, newPlatform(t, func(asked) reply { return reply{status: status} }))
		if !errors.Is(err, kind) || errors.Is(err, launchkey.ErrInvalidParameters) {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestFailuresOfTheServerNeedNoProof(t *testing.T) {
	t.Parallel()
	for _, status := range []int{500, 502, 503} {
		err := end(t, newPlatform(t, func(asked) reply { return reply{status: status, raw: "<html>", noToken: true} }))
		if !errors.Is(err, launchkey.ErrUnavailable) || strings.Contains(err.Error(), "html") {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestRefusalsExplainThemselves(t *testing.T) {
	t.Parallel()
	many := `{"a":"1"`
	for range 40 {
		many += `,"` + strings.Repeat("x", len(many)%37+1) + `":"y"`
	}
	many += `}`
	for name, c := range map[string]struct {
		body string
		want *launchkey.Error
		text string
	}{
		"a sentence": {
			`{"error_code":"ARG-001","error_detail":"bad\nname","error_data":null}`, &launchkey.Error{Code: "ARG-001", Detail: "bad name"},
			"launchkey: end session: bad name (HTTP 400, code ARG-001)",
		},
		"fields, within each other": {
			`{"error_code":"ARG-001","error_detail":{"name":"too long","policy":{"amount":"negative","deep":{"er":{"still":"no"}}},"n":7}}`,
			&launchkey.Error{Code: "ARG-001", Detail: "name: too long; policy.amount: negative", Fields: map[string]string{"name": "too long", "policy.amount": "negative"}},
			"launchkey: end session: name: too long; policy.amount: negative (HTTP 400, code ARG-001)",
		},
		"an unknown code": {
			`{"error_code":"XYZ-1","error_detail":"?"}`, &launchkey.Error{Code: "XYZ-1", Detail: "?"}, "launchkey: end session: ? (HTTP 400, code XYZ-1)",
		},
		"no code": {`{"error_code":7,"error_detail":null}`, &launchkey.Error{}, "launchkey: end session: bad request (HTTP 400)"},
		"no JSON": {`oops`, &launchkey.Error{}, "launchkey: end session: bad request (HTTP 400)"},
		"what is pending": {
			`{"error_code":"SVC-005","error_detail":"wait","error_data":{"auth_request":"` + requestID + `","expires":"2026-01-31T12:05:00Z","from_same_service":true}}`,
			&launchkey.Error{Code: "SVC-005", Detail: "wait", Pending: &launchkey.PendingAuthorization{
				ID: requestID, ExpiresAt: time.Date(2026, 1, 31, 12, 5, 0, 0, time.UTC), FromSameService: true,
			}},
			"launchkey: end session: wait (HTTP 400, code SVC-005)",
		},
		"what is pending, untold": {
			`{"error_code":"SVC-005","error_detail":"wait","error_data":{"auth_request":1}}`, &launchkey.Error{Code: "SVC-005", Detail: "wait"},
			"launchkey: end session: wait (HTTP 400, code SVC-005)",
		},
	} {
		err := end(t, newPlatform(t, func(asked) reply { return reply{status: 400, body: c.body} }))
		c.want.Op, c.want.Status = "end session", 400
		got, ok := errors.AsType[*launchkey.Error](err)
		if !ok || !reflect.DeepEqual(got, c.want) || err.Error() != c.text {
			t.Errorf("%s:\n got %+v\nwant %+v\n%v", name, got, c.want, err)
		}
	}
	err := end(t, newPlatform(t, func(asked) reply { return reply{status: 400, body: `{"error_detail":` + many + `}`} }))
	if got, ok := errors.AsType[*launchkey.Error](err); !ok || len(got.Fields) != 20 || len(got.Detail) > 600 {
		t.Errorf("%v", err)
	}
}

func TestRefusalsWithoutBodyInTheProtocolAreNotOpened(t *testing.T) {
	t.Parallel()
	stranger := encryptionKey()
	err := end(t, newPlatform(t, func(asked) reply { return reply{status: 403, body: `{"error_code":"ARG-001"}`, key: &stranger} }))
	if refused, ok := errors.AsType[*launchkey.Error](err); !ok || refused.Code != "" || !errors.Is(err, launchkey.ErrForbidden) {
		t.Errorf("%v", err)
	}
}

func TestNetworkErrorsDoNotShowTheAddress(t *testing.T) {
	t.Parallel()
	cause := errors.New("connection refused")
	p := newPlatform(t, func(asked) reply { return reply{status: 204} })
	broken := roundTripper(func(r *http.Request) (*http.Response, error) {
		if strings.HasPrefix(r.URL.Path, "/service/") {
			return nil, cause
		}
		return http.DefaultTransport.RoundTrip(r)
	})
	_, err := p.service(launchkey.WithHTTPClient(&http.Client{Transport: broken})).AuthorizationResponse(t.Context(), requestID)
	if !errors.Is(err, cause) || strings.Contains(err.Error(), requestID) {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.service().AuthorizationResponse(ctx, requestID); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestRequestsAreSentOnce(t *testing.T) {
	t.Parallel()
	for _, status := range []int{401, 429, 500, 503} {
		sent := 0
		p := newPlatform(t, func(asked) reply {
			sent++
			return reply{status: status}
		})
		if err := end(t, p); err == nil || sent != 1 {
			t.Errorf("HTTP %d: sent %d times, %v", status, sent, err)
		}
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	p := newPlatform(t, func(asked) reply { return reply{status: 307} })
	p.answer = func(asked) reply {
		return reply{status: 307, header: map[string]string{"Location": p.URL + "/elsewhere"}, claims: func(c map[string]any) {
			c["response"] = map[string]any{"status": 307, "location": p.URL + "/elsewhere"}
		}}
	}
	err := end(t, p)
	if refused, ok := errors.AsType[*launchkey.Error](err); !ok || refused.Status != 307 {
		t.Errorf("%v", err)
	}
}
