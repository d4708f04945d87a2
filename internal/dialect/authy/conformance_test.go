package authy_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/dialect/authy"
	"github.com/twinseal/twinseal/internal/dialect/dialecttest"
	"github.com/twinseal/twinseal/internal/mfa"
)

// The tests of this file are the lines of the protocol's conformance checklist, in its order. What needs the
// published clients themselves is proved with them end to end; here their assertions are repeated.

func TestChecklist01RawBytesOfAGoodToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Person("4155552671")
	d := p.Link()
	body := w.ok(t, get(fmt.Sprintf("/protected/json/verify/%s/%d?force=true", d.Code(0), p.User.Number))).Body
	for _, part := range []string{`"token":"is valid"`, `"success":"true"`} {
		if !strings.Contains(body, part) {
			t.Errorf("%s lacks %s", body, part)
		}
	}
}

// xmlUser is the body of the earliest Java client.
const xmlUser = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<user><cellphone>405-342-5699</cellphone><country_code>1</country_code><email>jo@example.com</email></user>`

func TestChecklist02EveryClientsEncodingRegistersTheSameUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const path = "/protected/json/users/new"
	jsonType := "application/json"
	var first string
	for _, client := range []struct {
		name    string
		request dialecttest.Request
	}{
		{"Python 2.x", dialecttest.Request{URL: path, Header: with(bankKey, jsonType), Body: `{"user": {"email": "jo@example.com", "cellphone": "405-342-5699", "country_code": 1}, "send_install_link_via_sms": false}`}},
		{"workshop library", dialecttest.Request{URL: path + "?api_key=" + bankKey, Header: map[string]string{"Content-Type": jsonType}, Body: `{"user": {"cellphone": "405-342-5699", "country_code": "1", "email": "jo@example.com"}}`}},
		{"Ruby 3.x", dialecttest.Request{URL: path, Header: with(bankKey, form), Body: "user[email]=jo%40example.com&user[cellphone]=405-342-5699&user[country_code]=1&send_install_link_via_sms=true"}},
		{"npm authy", dialecttest.Request{URL: path + "?api_key=" + bankKey + "&send_install_link_via_sms=true", Header: map[string]string{"Content-Type": form}, Body: "user%5Bemail%5D=jo%40example.com&user%5Bcellphone%5D=405-342-5699&user%5Bcountry_code%5D=1"}},
		{"npm authy-client", dialecttest.Request{URL: path, Header: with(bankKey, jsonType), Body: `{"user":{"cellphone":"4053425699","country_code":"1","email":"jo@example.com"}}`}},
		{"Java", dialecttest.Request{URL: path, Header: with(bankKey, jsonType), Body: `{"user":{"country_code":"1","cellphone":"405-342-5699","email":"jo@example.com"}}`}},
		{"early Java", dialecttest.Request{URL: "/protected/xml/users/new?api_key=" + bankKey, Header: map[string]string{"Content-Type": "application/xml"}, Body: xmlUser}},
		{"PHP", dialecttest.Request{URL: path + "?user[email]=jo%40example.com&user[cellphone]=405-342-5699&user[country_code]=1&user[send_install_link_via_sms]=1", Header: by(bankKey)}},
		{"go-authy", dialecttest.Request{URL: path, Header: map[string]string{"Content-Type": form}, Body: "api_key=" + bankKey + "&user%5Bcellphone%5D=405-342-5699&user%5Bcountry_code%5D=1&user%5Bemail%5D=jo%40example.com"}},
		{"Rust, Perl, curl", dialecttest.Request{URL: path, Header: with(bankKey, form), Body: "user[email]=jo@example.com&user[cellphone]=405-342-5699&user[country_code]=1"}},
		{"authy-ssh", dialecttest.Request{URL: path + "?api_key=" + bankKey, Header: map[string]string{"Content-Type": form}, Body: "user[email]=jo@example.com&user[cellphone]=405-342-5699&user[country_code]=1"}},
		{"base URL with a slash", dialecttest.Request{URL: "/" + path, Header: with(bankKey, form), Body: "user[email]=jo@example.com&user[cellphone]=405-342-5699&user[country_code]=1"}},
	} {
		t.Run(client.name, func(t *testing.T) {
			client.request.Method = http.MethodPost
			body := w.ok(t, client.request).Body
			id := regexp.MustCompile("[0-9]+").FindAllString(strings.TrimPrefix(body, `<?xml version="1.0" encoding="UTF-8"?>`), -1)
			if len(id) != 1 || strings.Contains(body, "cellphone") || strings.Contains(body, "email") {
				t.Fatalf("a shell client misreads %s", body)
			}
			if first == "" {
				first = id[0]
			}
			if id[0] != first {
				t.Errorf("user %s, want %s", id[0], first)
			}
		})
	}
}

func TestChecklist03FormBodiesOnGetAreRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	started := w.ok(t, post("/protected/json/phones/verification/start", "via=sms&phone_number=987-654-3210&country_code=1"))
	code := codeIn(t, w.Messages(w.Caller.Application.ID)[0].Text)
	ask := func(path, body string) dialecttest.Answer {
		return w.ok(t, dialecttest.Request{
			Method: http.MethodGet, URL: path + "?api_key=" + bankKey, Header: map[string]string{"Content-Type": form}, Body: body,
		})
	}
	uuid, _ := decoded(t, started)["uuid"].(string)
	if status := ask("/protected/json/phones/verification/status", "uuid="+uuid); decoded(t, status)["status"] != "pending" {
		t.Errorf("status %s", status.Body)
	}
	ask("/protected/json/phones/verification/check", "phone_number=987-654-3210&country_code=1&verification_code="+code)
	ask("/protected/json/phones/info", "phone_number=987-654-3210&country_code=1")
	if status := ask("/protected/json/phones/verification/status", "phone_number=987-654-3210&country_code=1"); decoded(t, status)["status"] != "verified" {
		t.Errorf("status %s", status.Body)
	}
}

// codeIn is the code in the text of a message.
func codeIn(t *testing.T, text string) string {
	t.Helper()
	code := regexp.MustCompile(`\d{4,10}`).FindString(text)
	if code == "" {
		t.Fatalf("no code in %q", text)
	}
	return code
}

func TestChecklist04TheKeyIsTakenFromHeaderQueryAndBody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const path = "/protected/json/app/details"
	for _, r := range []dialecttest.Request{
		{Method: http.MethodGet, URL: path, Header: map[string]string{"x-authy-api-key": bankKey}},
		{Method: http.MethodGet, URL: path + "?api_key=" + bankKey},
		{Method: http.MethodGet, URL: path, Header: map[string]string{"Content-Type": form}, Body: "api_key=" + bankKey},
		{Method: http.MethodGet, URL: path + "?api_key=" + bankKey, Header: by(bankKey)},
	} {
		w.ok(t, r)
	}
	wrong := failed("Invalid API key", "60001")
	w.Run(t, []dialecttest.Scenario{
		{Name: "none", Request: dialecttest.Request{Method: http.MethodGet, URL: path}, Status: 401, Exact: wrong},
		{Name: "wrong", Request: as("wrong", get(path)), Status: 401, Exact: wrong},
		{Name: "two that differ", Request: get(path + "?api_key=other"), Status: 401, Exact: wrong},
		{Name: "wrong, with a broken body", Request: as("wrong", post("/protected/json/users/new", `{"user":`)), Status: 401, Exact: wrong},
		{Name: "right, with a broken body", Request: post("/protected/json/users/new", `{"user":`), Status: 400, Exact: failed("Invalid request", "60002")},
		{Name: "wrong, in XML", Request: as("wrong", get("/protected/xml/app/details")), Status: 401, Contains: []string{"<errors><message>Invalid API key</message><error-code>60001</error-code></errors>"}},
	})
}

func TestChecklist05ThreeWaysToDelete(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i, r := range []func(id int64) dialecttest.Request{
		func(id int64) dialecttest.Request {
			return post(fmt.Sprintf("/protected/json/users/%d/delete", id), `{"user_ip":"192.0.2.1"}`)
		},
		func(id int64) dialecttest.Request {
			return dialecttest.Request{Method: http.MethodPost, URL: fmt.Sprintf("/protected/json/users/delete/%d", id), Header: with(bankKey, "application/json")}
		},
		func(id int64) dialecttest.Request {
			return post(fmt.Sprintf("/protected/json/users/%d/remove", id), "")
		},
	} {
		p := w.Person(fmt.Sprintf("41555526%02d", i))
		w.Run(t, []dialecttest.Scenario{
			{Name: "first", Request: r(p.User.Number), Status: 200, Exact: `{"message":"User removed from application","success":true}`, Events: []mfa.EventType{mfa.EventUserRemoved}},
			{Name: "again", Request: r(p.User.Number), Status: 404, Exact: failed("User not found.", "60026"), Quiet: true},
		})
	}
}

func TestChecklist06ForceInAllItsSpellings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.shop(authy.Settings{}, func(s *mfa.ApplicationSettings) { s.PassThrough = true })
	p := w.Person("4155552671")
	ask := func(key, force string) dialecttest.Answer {
		return w.Do(as(key, get(fmt.Sprintf("/protected/json/verify/1234567/%d%s", p.User.Number, force))))
	}
	for _, test := range []struct {
		key, force string
		status     int
	}{
		{shopKey, "?force=True", 401},
		{shopKey, "?force=true", 401},
		{shopKey, "?force=1", 401},
		{shopKey, "?force=False", 200},
		{shopKey, "?force=", 200},
		{shopKey, "", 200},
		{shopKey, "?force=maybe", 400},
		{bankKey, "", 401}, // pass-through is off unless somebody turned it on
		{bankKey, "?force=False", 401},
	} {
		if a := ask(test.key, test.force); a.Status != test.status {
			t.Errorf("%s %q: %d %s, want %d", test.key, test.force, a.Status, a.Body, test.status)
		}
	}
}

func TestChecklist07IgnoredIsThereOnlyWhenNothingWasSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Person("4155552671")
	sms, call := fmt.Sprintf("/protected/json/sms/%d", p.User.Number), fmt.Sprintf("/protected/json/call/%d", p.User.Number)
	w.Run(t, []dialecttest.Scenario{
		{Name: "SMS to nobody's app", Request: get(sms), Status: 200, Exact: `{"success":true,"message":"SMS token was sent","cellphone":"+1-XXX-XXX-XX71"}`, Messages: []string{"sms +14155552671"}, Events: []mfa.EventType{mfa.EventSMSSent}},
		{Name: "call to nobody's app", Request: get(call), Status: 200, Exact: `{"success":true,"message":"Call started...","cellphone":"+1-XXX-XXX-XX71"}`, Messages: []string{"voice +14155552671"}, Events: []mfa.EventType{mfa.EventCallSent}},
	})
	p.Link()
	w.Later(time.Minute)
	w.Run(t, []dialecttest.Scenario{
		{Name: "SMS ignored", Request: get(sms), Status: 200, Exact: `{"message":"Ignored: SMS is not needed for smartphones. Pass force=true if you want to actually send it anyway.","cellphone":"+1-XXX-XXX-XX71","device":"unknown","ignored":true,"success":true}`, Messages: []string{}, Events: []mfa.EventType{mfa.EventCodeIgnored}},
		{Name: "call ignored", Request: get(call), Status: 200, Exact: `{"message":"Call ignored. User is using  App Tokens and this call is not necessary. Pass force=true if you still want to call users that are using the App.","cellphone":"+1-XXX-XXX-XX71","device":"unknown","ignored":true,"success":true}`},
		{Name: "SMS forced", Request: get(sms + "?force=True"), Status: 200, Forbidden: []string{"ignored"}, Messages: []string{"sms +14155552671"}},
		{Name: "call forced", Request: get(call + "?force=1"), Status: 200, Forbidden: []string{"ignored"}, Messages: []string{"voice +14155552671"}},
	})
}

// The strictest client asserts of each answer its exact message, and the types of members.
func TestChecklist08TheStrictClientsAssertionsHold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Person("4155552671")
	d := p.Link()
	id := p.User.Number
	w.ok(t, post("/protected/json/phones/verification/start", `{"phone_number":"4155552672","country_code":"1","via":"sms"}`))
	messages := w.Messages(w.Caller.Application.ID)
	code := codeIn(t, messages[len(messages)-1].Text)
	asked := decoded(t, w.ok(t, post(fmt.Sprintf("/onetouch/json/users/%d/approval_requests", id), `{"message":"Login","details":{"a":"b"}}`)))
	request, _ := asked["approval_request"].(map[string]any)
	for _, test := range []struct {
		name    string
		request dialecttest.Request
		message string
		types   map[string]string
	}{
		{"register", post("/protected/json/users/new", `{"user":{"cellphone":"4155552673","country_code":"1","email":"x@example.com"}}`), `^User created successfully\.$`, map[string]string{"user.id": "integer"}},
		{"status", dialecttest.Request{Method: http.MethodGet, URL: fmt.Sprintf("/protected/json/users/%d/status", id), Header: with(bankKey, "application/json"), Body: `{}`}, `^User status\.$`, map[string]string{
			"status.authy_id": "integer", "status.confirmed": "boolean", "status.country_code": "integer", "status.devices": "texts",
			"status.has_hard_token": "boolean", "status.phone_number": "text", "status.registered": "boolean", "status.account_disabled": "boolean",
		}},
		{"verify", get(fmt.Sprintf("/protected/json/verify/%s/%d", d.Code(0), id)), `^Token is valid\.$`, map[string]string{"token": "text", "success": "text"}},
		{"sms", get(fmt.Sprintf("/protected/json/sms/%d", id)), `^Ignored: SMS`, map[string]string{"cellphone": "text", "ignored": "boolean", "device": "text"}},
		{"call", get(fmt.Sprintf("/protected/json/call/%d?force=true", id)), `^Call started\.\.\.$`, map[string]string{"cellphone": "text"}},
		{"activity", post(fmt.Sprintf("/protected/json/users/%d/register_activity", id), `{"type":"password_reset","data":{"reason":"foo"},"user_ip":"192.0.2.1"}`), `^Activity was created\.$`, nil},
		{"details", get("/protected/json/app/details"), `^Application information\.$`, map[string]string{
			"app.app_id": "integer", "app.name": "text", "app.plan": "text", "app.sms_enabled": "boolean", "app.onetouch_enabled": "boolean", "app.phone_calls_enabled": "boolean",
		}},
		{"statistics", get("/protected/json/app/stats"), `^Monthly statistics\.$`, map[string]string{"app_id": "integer", "count": "integer", "total_users": "integer", "stats": "rows"}},
		{"start", post("/protected/json/phones/verification/start", `{"phone_number":"4155552674","country_code":"1","via":"call","locale":"en"}`), `^Call to \+1 415-555-2674 initiated\.$`, map[string]string{
			"carrier": "text", "is_cellphone": "boolean", "is_ported": "boolean", "seconds_to_expire": "integer", "uuid": "text",
		}},
		{"check", get("/protected/json/phones/verification/check?phone_number=4155552672&country_code=1&verification_code=" + code), `^Verification code is correct\.$`, nil},
		{"info", get("/protected/json/phones/info?phone_number=4155552672&country_code=1"), `^Phone number information as of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$`, map[string]string{"type": "text", "provider": "text", "ported": "boolean"}},
		{"ask", post(fmt.Sprintf("/onetouch/json/users/%d/approval_requests", id), `{"message":"Again","details":{},"hidden_details":{},"logos":[{"res":"default","url":"https://example.com/l.png"}],"seconds_to_expire":120}`), `.`, map[string]string{"approval_request.uuid": "text"}},
		{"approval", get(fmt.Sprint("/onetouch/json/approval_requests/", request["uuid"])), `.`, map[string]string{
			"approval_request._app_name": "text", "approval_request._app_serial_id": "integer", "approval_request._authy_id": "integer", "approval_request._id": "text",
			"approval_request._user_email": "email", "approval_request.app_id": "text", "approval_request.created_at": "time", "approval_request.notified": "boolean",
			"approval_request.processed_at": "null", "approval_request.seconds_to_expire": "integer", "approval_request.status": "text",
			"approval_request.updated_at": "time", "approval_request.user_id": "text", "approval_request.uuid": "text",
		}},
		{"delete", post(fmt.Sprintf("/protected/json/users/%d/remove", id), `{}`), `.`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			body := decoded(t, w.ok(t, test.request))
			if message, _ := body["message"].(string); !regexp.MustCompile(test.message).MatchString(message) {
				t.Errorf("message %q", message)
			}
			if body["success"] != true && body["success"] != "true" {
				t.Errorf("success %v", body["success"])
			}
			for path, want := range test.types {
				if got := typeAt(body, path); got != want {
					t.Errorf("%s is %s, want %s", path, got, want)
				}
			}
		})
	}
}

var monthKeys = []string{"api_calls_count", "auths_count", "calls_count", "month", "sms_count", "users_count", "year"}

// typeAt names the type of a member, as finely as its path asks.
func typeAt(body map[string]any, path string) string {
	var v any = body
	for name := range strings.SplitSeq(path, ".") {
		inner, _ := v.(map[string]any)
		v = inner[name]
	}
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case float64:
		if v == float64(int64(v)) {
			return "integer"
		}
	case string:
		if _, err := time.Parse(time.RFC3339, v); err == nil {
			return "time"
		}
		if strings.HasSuffix(path, "email") && strings.Contains(v, "@") {
			return "email"
		}
		return "text"
	case []any:
		for _, e := range v {
			row, isRow := e.(map[string]any)
			if !isRow {
				return "texts"
			}
			keys := make([]string, 0, len(row))
			for key := range row {
				keys = append(keys, key)
			}
			if slices.Sort(keys); slices.Equal(keys, monthKeys) {
				return "rows"
			}
		}
		return "texts"
	}
	return fmt.Sprintf("%T", v)
}

func TestChecklist09RefusedTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Person("4155552671")
	d := p.Link()
	verify := func(token string, id int64) dialecttest.Request {
		return get(fmt.Sprintf("/protected/json/verify/%s/%d?force=true", token, id))
	}
	right := verify(d.Code(0), p.User.Number)
	w.Run(t, []dialecttest.Scenario{
		{Name: "right", Request: right, Status: 200, Events: []mfa.EventType{mfa.EventTokenAccepted}},
		{Name: "used", Request: right, Status: 401, Exact: `{"message":"Token is invalid. Token was used recently","token":"is invalid","success":false,"errors":{"message":"Token is invalid. Token was used recently"},"error_code":"60019"}`, Events: []mfa.EventType{mfa.EventTokenReplayed}},
		{Name: "wrong", Request: verify("0000001", p.User.Number), Status: 401, Exact: `{"message":"Token is invalid","token":"is invalid","success":false,"errors":{"message":"Token is invalid"},"error_code":"60020"}`, Events: []mfa.EventType{mfa.EventTokenRefused}},
		{Name: "of an unknown user", Request: verify("1234567", 999999), Status: 404, Exact: failed("User doesn't exist", "60016"), Quiet: true},
		{Name: "SMS to an unknown user", Request: get("/protected/json/sms/999999"), Status: 404, Exact: failed("User doesn't exist", "60016"), Quiet: true},
		{Name: "call to an unknown user", Request: get("/protected/json/call/999999"), Status: 404, Exact: failed("User doesn't exist", "60016"), Quiet: true},
		{Name: "mail to an unknown user", Request: post("/protected/json/email/999999", ""), Status: 404, Exact: failed("User doesn't exist", "60016"), Quiet: true},
		{Name: "status of an unknown user", Request: get("/protected/json/users/999999/status"), Status: 404, Exact: failed("User not found.", "60026"), Quiet: true},
		{Name: "deleting an unknown user", Request: post("/protected/json/users/999999/delete", ""), Status: 404, Exact: failed("User not found.", "60026"), Quiet: true},
		{Name: "seed of an unknown user", Request: post("/protected/json/users/999999/secret", `{}`), Status: 404, Exact: failed("User not found.", "60026"), Quiet: true},
		{Name: "asking an unknown user", Request: post("/onetouch/json/users/999999/approval_requests", `{"message":"x"}`), Status: 404, Exact: failed("User not found.", "60026"), Quiet: true},
		{Name: "an unknown path", Request: get("/protected/json/nothing"), Status: 404, Exact: failed("Requested URL was not found.", "60000"), Quiet: true},
		{Name: "an unknown path in XML", Request: get("/protected/xml/nothing"), Status: 404, Contains: []string{"<error-code>60000</error-code>"}},
		{Name: "another method", Request: get("/protected/json/users/new"), Status: 405, Exact: failed("This URL does not take that method.", "60000"), Quiet: true},
	})
}
