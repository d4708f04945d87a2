package authy_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/dialect/authy"
	"github.com/twinseal/twinseal/internal/dialect/dialecttest"
	"github.com/twinseal/twinseal/internal/mfa"
)

func TestRegisteringUsers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const path = "/protected/json/users/new"
	created := []mfa.EventType{mfa.EventUserCreated, mfa.EventEnrollmentStarted}
	w.Run(t, []dialecttest.Scenario{
		{Name: "new, with a link to the app by default", Request: post(path, "user[email]=jo@example.com&user[cellphone]=(415) 555.2671&user[country_code]=%2B1"), Status: 200, Exact: `{"message":"User created successfully.","user":{"id":1001},"success":true}`, Messages: []string{"sms +14155552671"}, Events: created},
		{Name: "the same phone again", Request: post(path, "user[email]=jo@example.com&user[cellphone]=4155552671&user[country_code]=1&send_install_link_via_sms=false"), Status: 200, Exact: `{"message":"User created successfully.","user":{"id":1001},"success":true}`, Quiet: true},
		{Name: "the same phone with another address", Request: post(path, "user[email]=bo@example.com&user[cellphone]=4155552671&user[country_code]=1&send_install_link_via_sms=False"), Status: 200, Exact: `{"message":"User created successfully.","user":{"id":1001},"success":true}`, Events: []mfa.EventType{mfa.EventUserUpdated}, Messages: []string{}},
		{Name: "without a link", Request: post(path, `{"user": {"email": "al@example.com", "cellphone": "415-555-2672", "country_code": 1}, "send_install_link_via_sms": false}`), Status: 200, Events: created[:1], Messages: []string{}},
		{Name: "the switch nested as PHP does", Request: post(path+"?user[email]=cy@example.com&user[cellphone]=4155552673&user[send_install_link_via_sms]=false", ""), Status: 200, Events: created[:1], Messages: []string{}},
		{Name: "a bad phone", Request: post(path, "user[email]=jo@example.com&user[cellphone]=12x&user[country_code]=1"), Status: 400, Quiet: true, Exact: `{"cellphone":"is invalid","message":"User was not valid","success":false,"errors":{"cellphone":"is invalid","message":"User was not valid"},"error_code":"60027"}`},
		{Name: "nothing at all", Request: post(path, ""), Status: 400, Quiet: true, Exact: `{"cellphone":"is invalid and can't be blank","email":"is invalid and can't be blank","message":"User was not valid","success":false,"errors":{"cellphone":"is invalid and can't be blank","email":"is invalid and can't be blank","message":"User was not valid"},"error_code":"60027"}`},
		{Name: "a calling code that does not exist", Request: post(path, "user[email]=jo@example.com&user[cellphone]=4155552671&user[country_code]=999"), Status: 400, Quiet: true, Contains: []string{`"country_code":"is not supported"`, `"60027"`}},
		{Name: "a bad address", Request: post(path, "user[email]=jo&user[cellphone]=4155552671&user[country_code]=1"), Status: 400, Quiet: true, Contains: []string{`"email":"is invalid"`, `"60027"`}},
		{Name: "a user of the wrong type", Request: post(path, `{"user":"jo"}`), Status: 400, Quiet: true, Exact: failed("Invalid parameter: user - is not an object", "60004")},
		{Name: "a phone of the wrong type", Request: post(path, `{"user":{"cellphone":["1"]}}`), Status: 400, Quiet: true, Contains: []string{`"60004"`}},
		{Name: "bytes that are no text", Request: post(path, "user[email]=%ff"), Status: 400, Quiet: true, Exact: failed("Invalid UTF-8 in parameters", "60005")},
		{Name: "too large", Request: post(path, "a="+strings.Repeat("x", 600<<10)), Status: 400, Quiet: true, Exact: failed("Invalid request: it is too large", "60002")},
		{Name: "in XML", Request: dialecttest.Request{Method: http.MethodPost, URL: "/protected/xml/users/new", Header: by(bankKey), Body: xmlUser}, Status: 200, Contains: []string{`<hash><message>User created successfully.</message><user><id type="integer">`, `</id></user><success type="boolean">true</success></hash>`}},
	})
}

func TestChangingAndJudgingUsers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	strict := w.shop(authy.Settings{}, func(s *mfa.ApplicationSettings) { s.LockOnBan = true })
	p := w.Person("4155552671")
	user := fmt.Sprintf("/protected/json/users/%d", p.User.Number)
	w.Run(t, []dialecttest.Scenario{
		{Name: "a new address", Request: post(user+"/update", "email=new@example.com"), Status: 200, Exact: `{"message":"User was updated successfully","success":true}`, Events: []mfa.EventType{mfa.EventUserUpdated}},
		{Name: "is shown", Request: get(user + "/status"), Status: 200, Contains: []string{`"email":"new@example.com"`}},
		{Name: "a bad address", Request: post(user+"/update", "email=new"), Status: 400, Exact: failed("Email is invalid", "60038"), Quiet: true},
		{Name: "nobody's address", Request: post("/protected/json/users/7/update", "email=new@example.com"), Status: 404, Exact: failed("User not found.", "60026"), Quiet: true},
		{Name: "an activity", Request: post(user+"/register_activity", "type=banned&data[reason]=fraud&data[by][name]=al&user_ip=192.0.2.1"), Status: 200, Exact: `{"message":"Activity was created.","success":true}`, Events: []mfa.EventType{mfa.EventActivityRecorded}},
		{Name: "does not ban by itself", Request: get(user + "/status"), Status: 200, Contains: []string{`"account_disabled":false`}},
		{Name: "an unknown activity", Request: post(user+"/register_activity", `{"type":"danced"}`), Status: 400, Exact: failed("You can only create the following activities: password_reset, banned, unbanned, cookie_login.", "60029"), Quiet: true},
		{Name: "no activity", Request: post(user+"/register_activity", ``), Status: 400, Contains: []string{`"60029"`}, Quiet: true},
		{Name: "too much data", Request: post(user+"/register_activity", `{"type":"banned","data":{"a":"`+strings.Repeat("x", 9<<10)+`"}}`), Status: 400, Contains: []string{`"60029"`}, Quiet: true},
		{Name: "nobody's activity", Request: post("/protected/json/users/7/register_activity", `{"type":"banned"}`), Status: 404, Exact: failed("User not found.", "60026"), Quiet: true},
		{Name: "a ban where bans count", Request: as(shopKey, post(user+"/register_activity", `{"type":"banned"}`)), Status: 200, Application: strict},
		{Name: "disables", Request: get(user + "/status"), Status: 200, Contains: []string{`"account_disabled":true`}},
		{Name: "a token of the suspended", Request: get(fmt.Sprintf("/protected/json/verify/1234567/%d", p.User.Number)), Status: 503, Exact: failed("User has been suspended.", "60017"), Quiet: true},
		{Name: "a message to the suspended", Request: get(fmt.Sprintf("/protected/json/sms/%d", p.User.Number)), Status: 503, Contains: []string{`"60017"`}, Quiet: true},
		{Name: "a question to the suspended", Request: post(fmt.Sprintf("/onetouch/json/users/%d/approval_requests", p.User.Number), `{"message":"x"}`), Status: 503, Contains: []string{`"60017"`}, Quiet: true},
		{Name: "unbanned", Request: as(shopKey, post(user+"/register_activity", `{"type":"unbanned"}`)), Status: 200, Application: strict},
		{Name: "enables", Request: get(user + "/status"), Status: 200, Contains: []string{`"account_disabled":false`}},
	})
}

func TestSentCodesAreVerified(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Person("4155552671")
	id := p.User.Number
	last := func() string {
		messages := w.Messages(w.Caller.Application.ID)
		m := messages[len(messages)-1]
		return codeIn(t, m.Text)
	}
	verify := func(query string) func() dialecttest.Request {
		return func() dialecttest.Request {
			return get(fmt.Sprintf("/protected/json/verify/%s/%d?force=true%s", last(), id, query))
		}
	}
	for _, test := range []struct {
		name    string
		send    dialecttest.Request
		refused func() dialecttest.Request
		device  string
	}{
		{"SMS", get(fmt.Sprintf("/protected/json/sms/%d", id)), verify("&action=other"), `"registration_method":"sms","registration_region":null,"os_type":"sms","last_account_recovery_at":null,"id":null,`},
		{"call", get(fmt.Sprintf("/protected/json/call/%d", id)), verify("&action=other"), `"registration_method":"call"`},
		{"mail", post(fmt.Sprintf("/protected/json/email/%d", id), "force=true"), verify("&action=other"), `"registration_method":"email"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			w.ok(t, test.send)
			if a := w.Do(test.refused()); a.Status != 401 {
				t.Errorf("with another action: %d %s", a.Status, a.Body)
			}
			if a := w.ok(t, verify("")()); !strings.Contains(a.Body, test.device) {
				t.Errorf("%s lacks %s", a.Body, test.device)
			}
			w.Later(time.Hour)
		})
	}
	t.Run("bound to an action", func(t *testing.T) {
		w.ok(t, get(fmt.Sprintf("/protected/json/sms/%d?action=transfer-991&action_message=Pay+Bo", id)))
		if a := w.Do(verify("")()); a.Status != 401 {
			t.Errorf("without the action: %d %s", a.Status, a.Body)
		}
		w.ok(t, verify("&action=transfer-991")())
	})
	t.Run("confirms the user", func(t *testing.T) {
		if a := w.ok(t, get(fmt.Sprintf("/protected/json/users/%d/status", id))); !strings.Contains(a.Body, `"confirmed":true`) {
			t.Error(a.Body)
		}
	})
	t.Run("a mail has an id that stays while the code does", func(t *testing.T) {
		first, again := w.ok(t, post(fmt.Sprintf("/protected/json/email/%d", id), "")), w.ok(t, post(fmt.Sprintf("/protected/json/email/%d", id), ""))
		if first.Body != again.Body || !strings.HasPrefix(first.Body, `{"success":true,"message":"Email token was sent","email":"ann@example.com","email_id":"EM`) {
			t.Errorf("%s, %s", first.Body, again.Body)
		}
	})
}

func TestSendingHasItsRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := w.shop(authy.Settings{}, func(s *mfa.ApplicationSettings) { s.SMS, s.Voice, s.Email = false, false, false })
	p := w.Person("4155552671")
	id := p.User.Number
	long := strings.Repeat("a", 256)
	w.Run(t, []dialecttest.Scenario{
		{Name: "SMS off", Application: shop, Request: as(shopKey, get(fmt.Sprintf("/protected/json/sms/%d", id))), Status: 403, Exact: failed("SMS is not enabled", "60007"), Quiet: true},
		{Name: "calls off", Application: shop, Request: as(shopKey, get(fmt.Sprintf("/protected/json/call/%d", id))), Status: 403, Exact: failed("Phone calls are not enabled on this account", "60006"), Quiet: true},
		{Name: "mail off", Application: shop, Request: as(shopKey, post(fmt.Sprintf("/protected/json/email/%d", id), "")), Status: 403, Contains: []string{`"60031"`}, Quiet: true},
		{Name: "verification by SMS off", Application: shop, Request: as(shopKey, post("/protected/json/phones/verification/start", "phone_number=4155552671&country_code=1")), Status: 403, Contains: []string{`"60007"`}, Quiet: true},
		{Name: "verification by call off", Application: shop, Request: as(shopKey, post("/protected/json/phones/verification/start", "phone_number=4155552671&country_code=1&via=call")), Status: 403, Contains: []string{`"60006"`}, Quiet: true},
		{Name: "custom code off", Application: shop, Request: as(shopKey, post("/protected/json/phones/verification/start", "phone_number=4155552671&country_code=1&custom_code=1234")), Status: 403, Quiet: true},
		{Name: "a long action", Request: get(fmt.Sprintf("/protected/json/sms/%d?action=%s", id, long)), Status: 400, Contains: []string{`"60004"`, "action"}, Quiet: true},
		{Name: "a long action message", Request: get(fmt.Sprintf("/protected/json/sms/%d?action_message=%s", id, long)), Status: 400, Contains: []string{`"60004"`}, Quiet: true},
		{Name: "a long action at verify", Request: get(fmt.Sprintf("/protected/json/verify/123456/%d?action=%s", id, long)), Status: 400, Contains: []string{`"60004"`}, Quiet: true},
	})
	for i := range 5 {
		w.Later(11 * time.Second)
		if a := w.Do(get(fmt.Sprintf("/protected/json/sms/%d", id))); a.Status != 200 {
			t.Fatalf("message %d: %s", i, a.Body)
		}
	}
	w.Later(11 * time.Second)
	w.Run(t, []dialecttest.Scenario{
		{Name: "the sixth within the hour", Request: get(fmt.Sprintf("/protected/json/sms/%d", id)), Status: 429, Exact: failed("DoS protection: User has requested too many tokens in the last hour.", "60003"), Messages: []string{}, Events: []mfa.EventType{mfa.EventCodeLimited}},
	})
}

func TestWrongTokensFillAWindowOfTheirSourceAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Person("4155552671")
	d := p.Link()
	verify := func(token, source string) dialecttest.Answer {
		return w.Do(get(fmt.Sprintf("/protected/json/verify/%s/%d?user_ip=%s", token, p.User.Number, source)))
	}
	for range 10 {
		if a := verify("0000001", "192.0.2.66"); a.Status != 401 {
			t.Fatal(a.Body)
		}
	}
	a := verify("0000001", "192.0.2.66")
	if a.Status != 429 || !strings.Contains(a.Body, `"60003"`) || a.Header.Get("Retry-After") == "" {
		t.Errorf("%d %s %v", a.Status, a.Body, a.Header)
	}
	if a := verify(d.Code(0), "192.0.2.1"); a.Status != 200 {
		t.Errorf("the owner is locked out: %s", a.Body)
	}
}

func TestVerifyingPhones(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const start, check, status = "/protected/json/phones/verification/start", "/protected/json/phones/verification/check", "/protected/json/phones/verification/status"
	const number = "phone_number=987-654-3210&country_code=1"
	w.Run(t, []dialecttest.Scenario{
		{Name: "no country", Request: post(start, "phone_number=1"), Status: 400, Exact: failed("Invalid parameter: country_code - Parameter is required", "60004"), Quiet: true},
		{Name: "no number", Request: post(start, `{"country_code":1}`), Status: 400, Exact: failed("Invalid parameter: phone_number - Parameter is required", "60004"), Quiet: true},
		{Name: "a country that is no number", Request: post(start, "phone_number=1&country_code=xxx"), Status: 400, Exact: failed("Invalid parameter: country_code - 'xxx' is not a valid Integer", "60004"), Quiet: true},
		{Name: "a country that does not exist", Request: post(start, "phone_number=4155552671&country_code=999"), Status: 403, Exact: failed("Invalid country code", "60078"), Quiet: true},
		{Name: "a bad number", Request: post(start, "phone_number=12a4567&country_code=1"), Status: 400, Exact: failed("Phone number is invalid", "60033"), Quiet: true},
		{Name: "a landline", Request: post(start, "phone_number=2079460000&country_code=44"), Status: 403, Exact: failed("Cannot send SMS to landline phone numbers", "60082"), Quiet: true},
		{Name: "an unknown way", Request: post(start, number+"&via=pigeon"), Status: 400, Contains: []string{`"60004"`, "via"}, Quiet: true},
		{Name: "a long code", Request: post(start, number+"&code_length=11"), Status: 400, Contains: []string{`"60004"`}, Quiet: true},
		{Name: "nothing to check", Request: get(check + "?" + number + "&verification_code=1234"), Status: 404, Exact: failed("No pending verifications for +1 987-654-3210 found.", "60023"), Events: []mfa.EventType{mfa.EventVerificationMissing}},
		{Name: "nothing to see", Request: get(status + "?" + number), Status: 404, Exact: failed("No pending verifications for +1 987-654-3210 found.", "60023"), Quiet: true},
		{Name: "nothing to see by uuid", Request: get(status + "?uuid=098c3580-c01e-4135-ab00-0e5d90336a8c"), Status: 404, Exact: failed("No pending verifications found.", "60023"), Quiet: true},
		{Name: "a uuid that is none", Request: get(status + "?uuid=1"), Status: 404, Contains: []string{`"60023"`}, Quiet: true},
		{Name: "neither uuid nor number", Request: get(status), Status: 400, Exact: failed("Either uuid or country_code and phone number are required", "60042"), Quiet: true},
		{Name: "start", Request: post(start, `{"phone_number": "987-654-3210", "country_code": 1, "via": "sms", "locale": "es", "code_length": 6}`), Status: 200, Contains: []string{`{"carrier":"unknown","is_cellphone":`, `,"is_ported":false,"message":"Mensaje de texto enviado a +1 987-654-3210.","seconds_to_expire":600,"uuid":"`, `","success":true}`}, Messages: []string{"sms +19876543210"}},
		{Name: "no code", Request: get(check + "?" + number), Status: 400, Contains: []string{`"60004"`}, Quiet: true},
		{Name: "wrong", Request: get(check + "?" + number + "&verification_code=1"), Status: 401, Exact: failed("Verification code is incorrect", "60022"), Events: []mfa.EventType{mfa.EventVerificationRefused}},
		{Name: "pending", Before: func() { w.Later(126 * time.Second) }, Request: get(status + "?" + number), Status: 200, Exact: `{"message":"Phone Verification status.","status":"pending","seconds_to_expire":474,"success":true}`},
	})
	code := codeIn(t, w.Messages(w.Caller.Application.ID)[0].Text)
	if len(code) != 6 {
		t.Errorf("code of %d digits", len(code))
	}
	w.Run(t, []dialecttest.Scenario{
		{Name: "right", Request: get(check + "?" + number + "&verification_code=" + code), Status: 200, Exact: `{"message":"Verification code is correct.","success":true}`, Events: []mfa.EventType{mfa.EventVerificationAccepted}},
		{Name: "right again", Request: get(check + "?" + number + "&verification_code=" + code), Status: 404, Exact: failed("No pending verifications for +1 987-654-3210 found.", "60023")},
		{Name: "verified", Request: get(status + "?" + number), Status: 200, Exact: `{"message":"Phone Verification status.","status":"verified","seconds_to_expire":0,"success":true}`},
		{Name: "start by call", Request: post(start, "phone_number=987-654-3211&country_code=1&via=call&locale=es"), Status: 200, Contains: []string{"Llamada a +1 987-654-3211 fue iniciada."}, Messages: []string{"voice +19876543211"}},
		{Name: "expired", Before: func() { w.Later(10 * time.Minute) }, Request: get(status + "?phone_number=9876543211&country_code=1"), Status: 200, Exact: `{"message":"Phone Verification status.","status":"expired","seconds_to_expire":0,"success":true}`},
		{Name: "a custom code", Request: post(start, "phone_number=987-654-3212&country_code=1&custom_code=9911&custom_message=Say+{{code}}"), Status: 200, Contains: []string{`"sms_id":"SM`}, Messages: []string{"sms +19876543212"}},
		{Name: "is checked", Request: get(check + "?phone_number=9876543212&country_code=1&verification_code=9911"), Status: 200},
		{Name: "guess 1 of 5", Request: post(start, "phone_number=987-654-3213&country_code=1"), Status: 200},
	})
	wrong := get(check + "?phone_number=9876543213&country_code=1&verification_code=00000")
	for range 5 {
		if a := w.Do(wrong); a.Status != 401 {
			t.Fatal(a.Body)
		}
	}
	if a := w.Do(wrong); a.Status != 429 || !strings.Contains(a.Body, `"60003"`) {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

func TestPhoneInformationIsWhatThePlanKnows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stamp := w.Clock.Now().UTC().Format("2006-01-02 15:04:05")
	for query, want := range map[string]string{
		"phone_number=415-555-2671&country_code=1": "cellphone",
		"phone_number=2079460000&country_code=44":  "landline",
		"phone_number=7912345678&country_code=44":  "cellphone",
		"phone_number=987-654-3210&country_code=1": "unknown",
	} {
		exact := fmt.Sprintf(`{"message":"Phone number information as of %s UTC","type":%q,"provider":"unknown","ported":false,"success":true}`, stamp, want)
		if a := w.ok(t, get("/protected/json/phones/info?"+query)); a.Body != exact {
			t.Errorf("%s: %s, want %s", query, a.Body, exact)
		}
	}
	w.Run(t, []dialecttest.Scenario{
		{Name: "a bad number", Request: get("/protected/json/phones/info?phone_number=1&country_code=1"), Status: 400, Exact: failed("Phone number is invalid", "60033"), Quiet: true},
	})
}

func TestFeedbackIsNoted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.shop(authy.Settings{}, nil)
	w.ok(t, post("/protected/json/phones/verification/start", "phone_number=987-654-3212&country_code=1&custom_code=9911"))
	id := strings.ReplaceAll(string(w.DeliveryIDs(w.Caller.Application.ID)[0]), "-", "")
	path := func(key, id string) string {
		return "/2010-04-01/Accounts/" + key + "/SMS/Messages/SM" + id + "/Feedback.json"
	}
	bare := func(url, body string) dialecttest.Request {
		return dialecttest.Request{Method: http.MethodPost, URL: url, Header: map[string]string{"Content-Type": form}, Body: body}
	}
	date := w.Clock.Now().UTC().Format(time.RFC1123Z)
	unknown := failed("SMS not found", "60032")
	w.Run(t, []dialecttest.Scenario{
		{Name: "known", Request: bare(path(bankKey, id), "Outcome=received"), Status: 200, Events: []mfa.EventType{mfa.EventDeliveryReported}, Exact: fmt.Sprintf(`{"account_sid":"","message_sid":"SM%s","outcome":"received","date_created":%q,"date_updated":%q,"uri":"","success":true}`, id, date, date)},
		{Name: "unknown", Request: bare(path(bankKey, strings.Repeat("0", 32)), "Outcome=received"), Status: 400, Exact: unknown, Quiet: true},
		{Name: "malformed", Request: bare(path(bankKey, "..%2F"), "Outcome=not-received"), Status: 400, Exact: unknown, Quiet: true},
		{Name: "another's", Request: bare(path(shopKey, id), "Outcome=received"), Status: 400, Exact: unknown, Quiet: true},
		{Name: "no outcome", Request: bare(path(bankKey, id), ""), Status: 400, Contains: []string{`"60004"`}, Quiet: true},
		{Name: "wrong key", Request: bare(path("wrong", id), "Outcome=received"), Status: 401, Exact: failed("Invalid API key", "60001"), Quiet: true},
		{Name: "two keys", Request: post(path("wrong", id), "Outcome=received"), Status: 401, Exact: failed("Invalid API key", "60001"), Quiet: true},
	})
}

func TestApplicationsDescribeThemselves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.shop(authy.Settings{Plan: "pay_as_you_go"}, func(s *mfa.ApplicationSettings) { s.Voice, s.Approvals = false, false })
	now := w.Clock.Now()
	p := w.Person("4155552671")
	w.ok(t, get(fmt.Sprintf("/protected/json/verify/%s/%d", p.Link().Code(0), p.User.Number)))
	w.Run(t, []dialecttest.Scenario{
		{Name: "details", Request: get("/protected/json/app/details"), Status: 200, Exact: `{"app":{"name":"Bank","plan":"starter","sms_enabled":true,"phone_calls_enabled":true,"app_id":1001,"onetouch_enabled":true},"message":"Application information.","success":true}`},
		{Name: "another's details", Request: as(shopKey, get("/protected/json/app/details")), Status: 200, Exact: `{"app":{"name":"Shop","plan":"pay_as_you_go","sms_enabled":true,"phone_calls_enabled":false,"app_id":46113,"onetouch_enabled":false},"message":"Application information.","success":true}`},
		{Name: "statistics", Request: get("/protected/json/app/stats"), Status: 200, Exact: fmt.Sprintf(`{"app_id":1001,"count":1,"message":"Monthly statistics.","stats":[{"api_calls_count":0,"auths_count":1,"calls_count":0,"month":%q,"sms_count":0,"users_count":1,"year":%d}],"total_users":1,"success":true}`, now.Month(), now.Year())},
	})
}

func TestAskingForApprovals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	off := w.shop(authy.Settings{}, func(s *mfa.ApplicationSettings) { s.Approvals = false })
	p, alone := w.Person("4155552671"), w.Person("4155552672")
	d := p.Link()
	path := fmt.Sprintf("/onetouch/json/users/%d/approval_requests", p.User.Number)
	many := strings.Repeat(`"k%d":"v",`, 51)
	numbers := make([]any, 51)
	for i := range numbers {
		numbers[i] = i
	}
	bad := func(name, body string) dialecttest.Scenario {
		return dialecttest.Scenario{Name: name, Request: post(path, body), Status: 400, Contains: []string{`"60080"`}, Quiet: true}
	}
	w.Run(t, []dialecttest.Scenario{
		{Name: "off", Application: off, Request: as(shopKey, post(path, `{"message":"x"}`)), Status: 403, Contains: []string{`"60085"`}, Quiet: true},
		{Name: "no device", Request: post(fmt.Sprintf("/onetouch/json/users/%d/approval_requests", alone.User.Number), `{"message":"x"}`), Status: 400, Contains: []string{`"60051"`}, Quiet: true},
		bad("no message", `{"details":{"a":"b"}}`),
		bad("an empty message", "message=+"),
		bad("a message of the wrong type", `{"message":{"a":"b"}}`),
		bad("a logo without address", `{"message":"x","logos":[{"res":"default"}]}`),
		bad("a logo with an address of another kind", `{"message":"x","logos":[{"res":"default","url":"javascript:alert(1)"}]}`),
		bad("logos without a default", `{"message":"x","logos":[{"res":"low","url":"https://example.com/l.png"}]}`),
		bad("logos that are none", `{"message":"x","logos":"x"}`),
		bad("details that are a list", `{"message":"x","details":["a"]}`),
		bad("details in details", `{"message":"x","details":{"a":{"b":"c"}}}`),
		bad("hidden details in hidden details", `{"message":"x","hidden_details":{"a":["c"]}}`),
		bad("too many details", fmt.Sprintf(`{"message":"x","details":{%s"z":"z"}}`, fmt.Sprintf(many, numbers...))),
		{Name: "as Python asks", Request: post(path, `{"message": "Python", "details": {}, "hidden_details": {}, "logos": [], "seconds_to_expire": null}`), Status: 200, Contains: []string{`{"message":"Approval request created.","approval_request":{"uuid":"`, `"},"success":true}`}, Events: []mfa.EventType{mfa.EventChallengeCreated}},
	})
	t.Run("a plain text is one line", func(t *testing.T) {
		asked := w.challenge(t, d, w.ok(t, post(path, "message=plain&details=Pay+Bo")))
		if len(asked.Details) != 1 || asked.Details[0] != (mfa.Detail{Value: "Pay Bo"}) {
			t.Errorf("%v", asked.Details)
		}
	})
	t.Run("long texts are cut", func(t *testing.T) {
		asked := w.challenge(t, d, w.ok(t, post(path, fmt.Sprintf(`{"message":%q,"details":{%q:%q}}`, strings.Repeat("é", 300), strings.Repeat("k", 300), strings.Repeat("v", 300)))))
		if len([]rune(asked.Message)) != 200 || len(asked.Details[0].Label) != 200 || len(asked.Details[0].Value) != 200 {
			t.Errorf("%d, %v", len(asked.Message), asked.Details)
		}
	})
	t.Run("the status before it is seen, and after", func(t *testing.T) {
		a := w.ok(t, post(path, `{"message":"Seen?"}`))
		request, _ := decoded(t, a)["approval_request"].(map[string]any)
		status := get(fmt.Sprint("/onetouch/json/approval_requests/", request["uuid"]))
		if body := w.ok(t, status).Body; !strings.Contains(body, `"notified":false,"processed_at":null,"seconds_to_expire":86400,"status":"pending"`) {
			t.Error(body)
		}
		if _, err := w.Service.PendingFor(w.Context(), d.Caller); err != nil {
			t.Fatal(err)
		}
		if body := w.ok(t, status).Body; !strings.Contains(body, `"notified":true`) {
			t.Error(body)
		}
		w.Later(25 * time.Hour)
		if body := w.ok(t, status).Body; !strings.Contains(body, `"status":"expired"`) || strings.Contains(body, `"processed_at":null`) {
			t.Error(body)
		}
	})
}

func TestWhatIsLeftOutSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	absent := failed("This call is not available on this server.", "60031")
	for _, r := range []dialecttest.Request{
		{Method: http.MethodDelete, URL: "/protected/json/sdk/devices/1"},
		{Method: http.MethodGet, URL: "/protected/json/reporting/terms"},
		{Method: http.MethodPost, URL: "/dashboard/json/application/update"},
		{Method: http.MethodGet, URL: "/dashboard/json/application/details"},
		{Method: http.MethodPost, URL: "/dashboard/json/applications"},
	} {
		if a := w.Do(r); a.Status != 403 || a.Body != absent {
			t.Errorf("%s %s: %d %s", r.Method, r.URL, a.Status, a.Body)
		}
	}
}
