package authy_test

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/authy"
)

// refused asks anything of a server that gives one answer.
func refused(t *testing.T, status int, body string) error {
	t.Helper()
	_, err := answering(t, status, body).AppDetails(t.Context())
	return err
}

func TestRefusalsAreTypedErrors(t *testing.T) {
	t.Parallel()
	err := refused(t, 400, `{"cellphone":"is invalid","message":"User was not valid","success":false,"errors":{"cellphone":"is invalid","country_code":"is not supported","message":"User was not valid"},"error_code":"60027"}`)
	var refusal *authy.Error
	if !errors.As(err, &refusal) {
		t.Fatalf("%T: %v", err, err)
	}
	if refusal.Status != 400 || refusal.Code != "60027" || refusal.Message != "User was not valid" {
		t.Errorf("%+v", refusal)
	}
	if want := map[string]string{"cellphone": "is invalid", "country_code": "is not supported"}; !maps.Equal(refusal.Fields, want) {
		t.Errorf("fields %v", refusal.Fields)
	}
	if want := "authy: application details: User was not valid (HTTP 400, code 60027)"; err.Error() != want {
		t.Errorf("%q", err)
	}
}

func TestCodesHaveKinds(t *testing.T) {
	t.Parallel()
	all := []authy.Kind{
		authy.ErrInvalidKey, authy.ErrInvalidToken, authy.ErrTokenReused, authy.ErrIncorrectCode, authy.ErrNotPending, authy.ErrNotFound,
		authy.ErrUserNotFound, authy.ErrNoDevice, authy.ErrInvalidInput, authy.ErrRateLimited, authy.ErrDisabled, authy.ErrSuspended,
		authy.ErrUndeliverable, authy.ErrUnavailable, authy.ErrFormat, authy.ErrUnexpectedAnswer, authy.ErrBadSignature, authy.ErrBadCallback,
	}
	cases := []struct {
		name, code string
		status     int
		want       []authy.Kind
	}{
		{"unknown key", "60001", 401, []authy.Kind{authy.ErrInvalidKey}},
		{"wrong token", "60020", 401, []authy.Kind{authy.ErrInvalidToken}},
		{"used token", "60019", 401, []authy.Kind{authy.ErrInvalidToken, authy.ErrTokenReused}},
		{"wrong code", "60022", 401, []authy.Kind{authy.ErrIncorrectCode}},
		{"no verification", "60023", 404, []authy.Kind{authy.ErrNotPending}},
		{"answered request", "60054", 400, []authy.Kind{authy.ErrNotPending}},
		{"user of verify", "60016", 404, []authy.Kind{authy.ErrUserNotFound, authy.ErrNotFound}},
		{"user", "60026", 404, []authy.Kind{authy.ErrUserNotFound, authy.ErrNotFound}},
		{"user of approval", "60050", 400, []authy.Kind{authy.ErrUserNotFound}},
		{"approval", "60049", 404, []authy.Kind{authy.ErrNotFound}},
		{"no device", "60051", 400, []authy.Kind{authy.ErrNoDevice}},
		{"parameter", "60004", 400, []authy.Kind{authy.ErrInvalidInput}},
		{"too many tokens", "60003", 429, []authy.Kind{authy.ErrRateLimited}},
		{"too many, in the old way", "60003", 503, []authy.Kind{authy.ErrRateLimited}},
		{"monthly limit", "60009", 429, []authy.Kind{authy.ErrRateLimited}},
		{"SMS off", "60007", 403, []authy.Kind{authy.ErrDisabled}},
		{"SMS off, in the old way", "60007", 503, []authy.Kind{authy.ErrDisabled}},
		{"OneTouch off", "60085", 403, []authy.Kind{authy.ErrDisabled}},
		{"banned", "60017", 503, []authy.Kind{authy.ErrSuspended}},
		{"landline", "60082", 403, []authy.Kind{authy.ErrUndeliverable}},
		{"lookup failed", "60025", 500, []authy.Kind{authy.ErrUnavailable}},
		{"a code nobody knows", "60999", 403, nil},
		{"a code nobody knows, not found", "60999", 404, []authy.Kind{authy.ErrNotFound}},
		{"a code nobody knows, rate limit", "60999", 429, []authy.Kind{authy.ErrRateLimited}},
		{"generic", "60000", 400, []authy.Kind{authy.ErrInvalidInput}},
		{"generic failure", "60000", 500, []authy.Kind{authy.ErrUnavailable}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := refused(t, c.status, `{"message":"m","success":false,"errors":{"message":"m"},"error_code":"`+c.code+`"}`)
			for _, kind := range all {
				wanted := slices.Contains(c.want, kind)
				if errors.Is(err, kind) != wanted {
					t.Errorf("is %q: %v, want %v", kind, !wanted, wanted)
				}
			}
		})
	}
}

func TestAnswersThatAreNoSuccess(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, body string
		status     int
		want       error // nil for a refusal without a kind
	}{
		{"nothing", "", 200, authy.ErrUnexpectedAnswer},
		{"a page", "<html>fine</html>", 200, authy.ErrUnexpectedAnswer},
		{"null", "null", 200, authy.ErrUnexpectedAnswer},
		{"no word of success", `{"app":{"name":"x"}}`, 200, authy.ErrUnexpectedAnswer},
		{"success null", `{"success":null}`, 200, authy.ErrUnexpectedAnswer},
		{"success of another type", `{"success":{"a":1}}`, 200, authy.ErrUnexpectedAnswer},
		{"success another text", `{"success":"maybe"}`, 200, authy.ErrUnexpectedAnswer},
		{"two documents", `{"success":true}{"success":true}`, 200, authy.ErrUnexpectedAnswer},
		{"too long", `{"success":true,"x":"` + strings.Repeat("x", 1<<20) + `"}`, 200, authy.ErrUnexpectedAnswer},
		{"a field of another type", `{"success":true,"app":{"app_id":"x"}}`, 200, authy.ErrUnexpectedAnswer},
		{"success false with 200", `{"success":false,"message":"no"}`, 200, nil},
		{"success as the text false", `{"success":"false"}`, 200, nil},
		{"success with 201", `{"success":true,"app":{}}`, 201, nil},
		{"success with 204", ``, 204, nil},
		{"success with 403", `{"success":true,"app":{}}`, 403, nil},
		{"a page of a proxy", `<html>`, 502, authy.ErrUnavailable},
		{"a page of a proxy, rate limit", `slow down`, 429, authy.ErrRateLimited},
		{"nothing at all, not found", ``, 404, authy.ErrNotFound},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := refused(t, c.status, c.body)
			if err == nil {
				t.Fatal("it passes for a success")
			}
			if c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			var refusal *authy.Error
			if isRefusal := errors.As(err, &refusal); isRefusal == errors.Is(err, authy.ErrUnexpectedAnswer) {
				t.Errorf("both or neither of a refusal and an unexpected answer: %v", err)
			}
		})
	}
}

func TestTruthIsReadInEverySpelling(t *testing.T) {
	t.Parallel()
	for _, success := range []string{`true`, `"true"`, `"True"`, `1`, `"1"`} {
		if err := refused(t, 200, `{"app":{},"success":`+success+`}`); err != nil {
			t.Errorf("%s: %v", success, err)
		}
	}
}

func TestErrorsAreFitForALog(t *testing.T) {
	t.Parallel()
	err := refused(t, 500, `{"message":"a\nb\u001b[31m`+strings.Repeat("x", 5000)+`","success":false,"errors":{"f\n":"\r"},"error_code":60000}`)
	if strings.ContainsAny(err.Error(), "\n\r\x1b") || len(err.Error()) > 700 {
		t.Errorf("%d bytes: %q", len(err.Error()), err)
	}
	var refusal *authy.Error
	if !errors.As(err, &refusal) || refusal.Code != "60000" {
		t.Errorf("a numeric code: %+v", refusal)
	}
	for name, text := range refusal.Fields {
		if strings.ContainsAny(name+text, "\n\r") {
			t.Errorf("field %q: %q", name, text)
		}
	}
}

func TestFieldsOfAnyShapeDoNotHideTheRefusal(t *testing.T) {
	t.Parallel()
	for _, fields := range []string{`{}`, `[]`, `null`, `"x"`, `{"a":[1],"b":{"c":2}}`} {
		err := refused(t, 404, `{"message":"Approval request not found: x","success":false,"errors":`+fields+`,"error_code":"60049"}`)
		var refusal *authy.Error
		if !errors.As(err, &refusal) || refusal.Code != "60049" || len(refusal.Fields) != 0 {
			t.Errorf("%s: %v", fields, err)
		}
	}
}

func TestRetryAfterIsBounded(t *testing.T) {
	t.Parallel()
	cases := map[string]time.Duration{"": 0, "7": 7 * time.Second, "0": 0, "-3": 0, "soon": 0, "999999999999": time.Minute, "86400": time.Minute}
	for header, want := range cases {
		client := over(t, func(*http.Request) (*http.Response, error) {
			r := response(429, `{"message":"m","success":false,"errors":{},"error_code":"60003"}`)
			r.Header.Set("Retry-After", header)
			return r, nil
		})
		_, err := client.AppDetails(t.Context())
		var refusal *authy.Error
		if !errors.As(err, &refusal) || refusal.RetryAfter != want {
			t.Errorf("%q: %v, want %v", header, refusal.RetryAfter, want)
		}
	}
}
