package authy

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

func rendered(t *testing.T, o op, format string, err error) (endpoint.Response, string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	resp := refusalOf(o, err).response(&endpoint.Request{Request: r}, format)
	return resp, string(resp.Body)
}

func TestTheCatalogueJoinsOurErrorsToTheirs(t *testing.T) {
	t.Parallel()
	ours := func(code mfa.Code, reason mfa.Reason) error {
		return &mfa.Error{Code: code, Reason: reason, Message: "a sentence"}
	}
	for _, test := range []struct {
		op     op
		err    error
		status int
		code   string
	}{
		{opOther, errors.New("sql: no rows"), 500, "60000"},
		{opOther, ours(mfa.Internal, ""), 500, "60000"},
		{opOther, ours(mfa.Unavailable, ""), 503, "60000"},
		{opOther, ours(mfa.Unauthenticated, ""), 401, "60001"},
		{opOther, errMalformed, 400, "60002"},
		{opOther, errTooDeep, 400, "60002"},
		{opOther, errTooMany, 400, "60002"},
		{opOther, endpoint.ErrBodyTooLarge, 400, "60002"},
		{opOther, ours(mfa.Limited, ""), 429, "60003"},
		{opOther, ours(mfa.Invalid, ""), 400, "60004"},
		{opOther, errEncoding, 400, "60005"},
		{opCall, ours(mfa.Forbidden, mfa.ReasonFeatureOff), 403, "60006"},
		{opSMS, ours(mfa.Forbidden, mfa.ReasonFeatureOff), 403, "60007"},
		{opPhoneStart, ours(mfa.Forbidden, mfa.ReasonFeatureOff), 403, "60007"},
		{opPhoneCall, ours(mfa.Forbidden, mfa.ReasonFeatureOff), 403, "60006"},
		{opCall, ours(mfa.Invalid, mfa.ReasonNoPhone), 400, "60014"},
		{opSMS, ours(mfa.Invalid, mfa.ReasonNoPhone), 400, "60015"},
		{opVerify, ours(mfa.NotFound, ""), 404, "60016"},
		{opSMS, ours(mfa.NotFound, ""), 404, "60016"},
		{opCall, ours(mfa.NotFound, ""), 404, "60016"},
		{opEmail, ours(mfa.NotFound, ""), 404, "60016"},
		{opVerify, ours(mfa.Forbidden, mfa.ReasonUserSuspended), 503, "60017"},
		{opAsk, ours(mfa.Forbidden, mfa.ReasonUserSuspended), 503, "60017"},
		{opOther, ours(mfa.NotFound, ""), 404, "60026"},
		{opSecret, ours(mfa.NotFound, ""), 404, "60026"},
		{opAsk, ours(mfa.NotFound, ""), 404, "60026"},
		{opActivity, ours(mfa.Invalid, ""), 400, "60029"},
		{opEmail, ours(mfa.Forbidden, mfa.ReasonFeatureOff), 403, "60031"},
		{opFeedback, ours(mfa.NotFound, ""), 400, "60032"},
		{opPhone, ours(mfa.Invalid, mfa.ReasonPhoneInvalid), 400, "60033"},
		{opPhone, ours(mfa.Invalid, mfa.ReasonCountryInvalid), 400, "60033"},
		{opRegistration, ours(mfa.NotFound, ""), 404, "60035"},
		{opOther, ours(mfa.Invalid, mfa.ReasonEmailInvalid), 400, "60038"},
		{opEmail, ours(mfa.Invalid, mfa.ReasonNoEmail), 400, "60038"},
		{opAsk, ours(mfa.Invalid, mfa.ReasonNoDevice), 400, "60051"},
		{opOther, ours(mfa.Conflict, mfa.ReasonNotPending), 400, "60054"},
		{opPhoneStart, ours(mfa.Invalid, mfa.ReasonCountryInvalid), 403, "60078"},
		{opAsk, ours(mfa.Invalid, ""), 400, "60080"},
		{opPhoneStart, ours(mfa.Forbidden, mfa.ReasonLandline), 403, "60082"},
		{opAsk, ours(mfa.Forbidden, mfa.ReasonFeatureOff), 403, "60085"},
		{opReporting, ours(mfa.Invalid, ""), 400, "60089"},
		{opPhoneStart, &mfa.Error{Code: mfa.Forbidden, Reason: mfa.ReasonFeatureOff, Field: "custom_code"}, 403, "60091"},
		{opHooksCreate, ours(mfa.Invalid, ""), 400, "60098"},
		{opHooksCreate, ours(mfa.Conflict, ""), 400, "60098"},
		{opHooksDelete, ours(mfa.NotFound, ""), 404, "60100"},
		{opSecret, ours(mfa.Forbidden, mfa.ReasonFeatureOff), 403, "60123"},
	} {
		resp, body := rendered(t, test.op, formatJSON, fmt.Errorf("wrapped: %w", test.err))
		if resp.Status != test.status || !strings.Contains(body, `"error_code":"`+test.code+`"`) {
			t.Errorf("%s, %v: %d %s, want %d with %s", test.op, test.err, resp.Status, body, test.status, test.code)
		}
	}
}

func TestEveryCodeOfTheDomainHasAnAnswer(t *testing.T) {
	t.Parallel()
	for _, code := range []mfa.Code{
		mfa.Invalid, mfa.Unauthenticated, mfa.Forbidden, mfa.NotFound, mfa.Conflict, mfa.Expired, mfa.Replayed, mfa.Limited, mfa.Unavailable,
	} {
		if got := catalogue.Entry(opOther, &mfa.Error{Code: code}, failUnexpected); got == failUnexpected {
			t.Errorf("%s falls through the catalogue", code)
		}
	}
}

func TestErrorBodiesHaveTheShapeThatStrictClientsDecode(t *testing.T) {
	t.Parallel()
	for _, r := range catalogue {
		_, body := rendered(t, r.Op, formatJSON, &mfa.Error{Code: r.Code, Reason: r.Reason, Field: r.Field, Message: "a sentence"})
		var strict struct {
			Message string            `json:"message"`
			Success *bool             `json:"success"`
			Errors  map[string]string `json:"errors"`
			Code    string            `json:"error_code"`
		}
		if err := json.Unmarshal([]byte(body), &strict); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		if strict.Message == "" || strict.Success == nil || *strict.Success || strict.Errors["message"] != strict.Message || !digits(strict.Code) {
			t.Errorf("%s", body)
		}
	}
}

// inside are words of the machinery that nobody outside should read.
var inside = []string{"sql", "sqlite", "postgres", "goroutine", "panic", ".go:", "nil pointer", "mfa.", "record", "transaction", "secret", "disk"}

func TestErrorBodiesSayNothingOfTheInside(t *testing.T) {
	t.Parallel()
	cause := errors.New("sqlite: disk I/O error in record at store/user.go:12: goroutine 1: nil pointer: secret-key")
	causes := []error{
		cause,
		&mfa.Error{Code: mfa.Internal, Message: "the transaction of a record failed", Cause: cause},
		carrying(cause),
	}
	for _, code := range []mfa.Code{mfa.Invalid, mfa.Forbidden, mfa.NotFound, mfa.Conflict, mfa.Limited, mfa.Unavailable, mfa.Unauthenticated} {
		causes = append(causes, &mfa.Error{Code: code, Message: "a sentence for people", Cause: cause})
	}
	for _, err := range causes {
		for _, o := range []op{opOther, opVerify, opAsk, opHooksCreate} {
			for _, format := range []string{formatJSON, formatXML} {
				_, body := rendered(t, o, format, err)
				for _, word := range inside {
					if strings.Contains(strings.ToLower(body), word) {
						t.Errorf("%v shows %q: %s", err, word, body)
					}
				}
			}
		}
	}
}

// carrying is a refusal of our own with a cause.
func carrying(cause error) error { return &refusal{failure: failRequest, cause: cause} }

func TestTheFormsOfErrors(t *testing.T) {
	t.Parallel()
	fields := &refusal{failure: failUserInvalid, fields: []property{{"cellphone", "is invalid"}}}
	bare := &refusal{failure: failure{404, "60049", "Approval request not found: 1"}, bare: true}
	for _, test := range []struct {
		name, format string
		err          error
		want         string
	}{
		{"simple", formatJSON, mfa.Missing("user"), `{"message":"User not found.","success":false,"errors":{"message":"User not found."},"error_code":"60026"}`},
		{"fields stand twice", formatJSON, fields, `{"cellphone":"is invalid","message":"User was not valid","success":false,"errors":{"cellphone":"is invalid","message":"User was not valid"},"error_code":"60027"}`},
		{"empty errors", formatJSON, bare, `{"message":"Approval request not found: 1","success":false,"errors":{},"error_code":"60049"}`},
		{"token", formatJSON, &refusal{failure: failToken, token: true}, `{"message":"Token is invalid","token":"is invalid","success":false,"errors":{"message":"Token is invalid"},"error_code":"60020"}`},
		{"XML", formatXML, mfa.Missing("user"), xmlHead + `<errors><message>User not found.</message><error-code>60026</error-code></errors>`},
		{"XML with fields", formatXML, fields, xmlHead + `<errors><message>User was not valid</message><cellphone>is invalid</cellphone><error-code>60027</error-code></errors>`},
	} {
		if _, body := rendered(t, opOther, test.format, test.err); body != test.want {
			t.Errorf("%s:\n%s\nwant\n%s", test.name, body, test.want)
		}
	}
}

const xmlHead = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

func TestLimitsSayWhenToComeBack(t *testing.T) {
	t.Parallel()
	resp, _ := rendered(t, opOther, formatJSON, &mfa.Error{Code: mfa.Limited, RetryAfter: 90 * time.Second})
	if got := resp.Header.Get("Retry-After"); got != "91" {
		t.Errorf("Retry-After %q", got)
	}
}

func TestAnswersInXMLCarryTypes(t *testing.T) {
	t.Parallel()
	created := createdUser{Message: "User created successfully.", Success: true}
	created.User.ID = 1000
	for _, test := range []struct {
		name   string
		answer any
		want   string
	}{
		{"user", created, `<hash><message>User created successfully.</message><user><id type="integer">1000</id></user><success type="boolean">true</success></hash>`},
		{"ignored", ignored{Message: "m", Cellphone: "c", Device: text("android"), Ignored: true, Success: true}, `<hash><message>m</message><cellphone>c</cellphone><device>android</device><ignored type="boolean">true</ignored><success type="boolean">true</success></hash>`},
		{"null", ignored{Message: "m", Ignored: true, Success: true}, `<hash><message>m</message><device nil="true"/><ignored type="boolean">true</ignored><success type="boolean">true</success></hash>`},
		{"lists", object{{"devices", []string{"ios", "android"}}}, `<hash><devices type="array"><device>ios</device><device>android</device></devices></hash>`},
		{"escapes", done{Message: "a<b & \"é\" ☕\x01"}, `<hash><message>a&lt;b &amp; &#34;&#233;&#34; &#9749;&#65533;</message><success type="boolean">false</success></hash>`},
	} {
		resp, err := encodeXML(http.StatusOK, "hash", test.answer)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(resp.Body); got != xmlHead+test.want {
			t.Errorf("%s:\n%s\nwant\n%s", test.name, got, test.want)
		}
	}
}

func FuzzXML(f *testing.F) {
	f.Add(`<user><cellphone>1</cellphone><country_code>1</country_code></user>`)
	f.Add(`<?xml version="1.0"?><request a="b"><!-- c --><details><From>x</From></details></request>`)
	f.Add(`<a><![CDATA[<b>]]></a>`)
	f.Fuzz(func(t *testing.T, body string) {
		v, err := decodeXML([]byte(body))
		if err != nil {
			return
		}
		if v.kind != kindObject {
			t.Fatalf("the root is of kind %d", v.kind)
		}
		checkTree(t, v, 0)
	})
}
