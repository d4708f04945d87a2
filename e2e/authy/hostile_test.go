package authy

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/client"
	"github.com/twinseal/twinseal/client/authy"
	"github.com/twinseal/twinseal/e2e/harness"
)

// victim is somebody to whom nothing may happen.
type victim struct {
	w      *world
	person harness.Person
	id     authy.UserID
	device *client.Device
	uuid   string // of a request that waits
}

func newVictim(t *testing.T, w *world) *victim {
	t.Helper()
	c := w.goClient(t, w.bank)
	v := &victim{w: w, person: w.NewPerson()}
	v.id = authy.UserID(mustCreate(t, goSDK{c}, v.person))
	v.device = w.inProcess(t, v.id)
	uuid, err := c.CreateApproval(t.Context(), v.id, authy.NewApproval{Message: "Still waiting?"})
	if err != nil {
		t.Fatal(err)
	}
	v.uuid = string(uuid)
	return v
}

// state is all that an attacker might want to change about the victim.
func (v *victim) state(t *testing.T) string {
	t.Helper()
	c := v.w.goClient(t, v.w.bank)
	status, err := c.UserStatus(t.Context(), v.id)
	if err != nil {
		t.Fatal(err)
	}
	request, err := c.ApprovalStatus(t.Context(), authy.ApprovalID(v.uuid))
	if err != nil {
		t.Fatal(err)
	}
	pending, err := v.device.Challenges(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range status.DetailedDevices {
		status.DetailedDevices[i].LastSyncAt = status.DetailedDevices[i].CreatedAt // the look itself changes it
	}
	request.Notified = true // by the look that was just taken
	return fmt.Sprintf("%+v\n%+v\n%d pending\n%v", status, request, len(pending.Challenges), v.w.Messages(t, v.person.Phone))
}

// users counts the bank's.
func (w *world) users(t *testing.T) int {
	t.Helper()
	stats, err := w.goClient(t, w.bank).AppStats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return stats.TotalUsers
}

// route is a call with a body that would succeed.
type route struct {
	method, path string
	body         string // JSON
}

// routes are the calls of the dialect, about the victim where they are about somebody.
func (v *victim) routes() []route {
	phone := fmt.Sprintf(`"country_code":"1","phone_number":%q`, v.person.Number)
	id := v.id.String()
	return []route{
		{"POST", "/protected/json/users/new", fmt.Sprintf(`{"user":{"email":"x@example.com","cellphone":%q,"country_code":"1"}}`, v.person.Number)},
		{"GET", "/protected/json/users/" + id + "/status", `{}`},
		{"POST", "/protected/json/users/" + id + "/delete", `{}`},
		{"POST", "/protected/json/users/delete/" + id, `{}`},
		{"POST", "/protected/json/users/" + id + "/remove", `{}`},
		{"POST", "/protected/json/users/" + id + "/update", `{"email":"changed@example.com"}`},
		{"POST", "/protected/json/users/" + id + "/secret", `{"qr_size":300,"label":"x"}`},
		{"POST", "/protected/json/users/" + id + "/register_activity", `{"type":"banned","data":{"reason":"x"}}`},
		{"GET", "/protected/json/verify/1234567/" + id, `{"force":"true","action":"x"}`},
		{"GET", "/protected/json/sms/" + id, `{"force":"true","action":"x"}`},
		{"GET", "/protected/json/call/" + id, `{"force":"true","action":"x"}`},
		{"POST", "/protected/json/email/" + id, `{"force":"true"}`},
		{"GET", "/protected/json/registrations/status", `{"custom_user_id":"x"}`},
		{"GET", "/protected/json/app/details", `{}`},
		{"GET", "/protected/json/app/stats", `{}`},
		{"POST", "/protected/json/phones/verification/start", "{" + phone + `,"via":"sms","locale":"en","code_length":4}`},
		{"GET", "/protected/json/phones/verification/check", "{" + phone + `,"verification_code":"1234"}`},
		{"GET", "/protected/json/phones/verification/status", "{" + phone + "}"},
		{"GET", "/protected/json/phones/info", "{" + phone + "}"},
		{"POST", "/onetouch/json/users/" + id + "/approval_requests", `{"message":"x","details":{"a":"b"},"hidden_details":{},"logos":[],"seconds_to_expire":120}`},
		{"GET", "/onetouch/json/approval_requests/" + v.uuid, `{}`},
		{"POST", "/protected/json/sdk/registrations", `{"authy_id":` + id + `}`},
		{"GET", "/protected/json/reporting/events", `{"page":"1"}`},
		{"GET", "/protected/json/reporting/date_histogram", `{"interval":"day"}`},
		{"POST", "/dashboard/json/application/webhooks", `{"url":"http://127.0.0.1:1/","name":"x","events":["user_added"]}`},
		{"GET", "/dashboard/json/application/webhooks", `{}`},
		{"DELETE", "/dashboard/json/application/webhooks/WH_x", `{}`},
	}
}

// attack turns a good request into a bad one.
type attack struct {
	name    string
	request func(r harness.Request, body string) harness.Request
	refused bool // it must be refused everywhere; others must only do no harm
}

func withBody(body, contentType string) func(harness.Request, string) harness.Request {
	return func(r harness.Request, _ string) harness.Request {
		r.Body, r.Type = body, contentType
		return r
	}
}

// attacks are what may be wrong with any request.
var attacks = []attack{
	{"not JSON", withBody(`{"message":`, "application/json"), true},
	{"a list instead of an object", withBody(`[1,2,3]`, "application/json"), true},
	{"a text instead of an object", withBody(`"x"`, "application/json"), true},
	{"two objects", withBody(`{"a":"b"}{"a":"c"}`, "application/json"), true},
	{"deep nesting", withBody(strings.Repeat(`{"a":`, 5000)+"1"+strings.Repeat("}", 5000), "application/json"), true},
	{"broken UTF-8 in JSON", withBody("{\"message\":\"\xff\xfe\"}", "application/json"), true},
	{"broken UTF-8 in a form", withBody("message=%ff%fe", formType), true},
	{"a broken escape in a form", withBody("message=%zz", formType), true},
	{"an enormous body", withBody(`{"message":"`+strings.Repeat("x", 1<<20)+`"}`, "application/json"), true},
	{"thousands of members", withBody("a"+strings.Repeat("=1&a", 20000), formType), true},
	{"two different keys", func(r harness.Request, body string) harness.Request {
		r.Path += "?api_key=another-key-than-the-header"
		r.Body, r.Type = body, "application/json"
		return r
	}, true},
	{"no key", func(r harness.Request, body string) harness.Request {
		r.Header, r.Body, r.Type = nil, body, "application/json"
		return r
	}, true},
	{"another method", func(r harness.Request, body string) harness.Request {
		r.Method, r.Body, r.Type = http.MethodPatch, body, "application/json"
		return r
	}, true},
	{"a climb out of the path", func(r harness.Request, body string) harness.Request {
		at := strings.LastIndex(r.Path, "/")
		r.Path, r.Body, r.Type = r.Path[:at]+"%2f%2e%2e%2f"+r.Path[at+1:], body, "application/json"
		return r
	}, true},
	{"more at the end of the path", func(r harness.Request, body string) harness.Request {
		r.Path, r.Body, r.Type = r.Path+"/..%2f..%2fapp%2fdetails", body, "application/json"
		return r
	}, true},
	{"a very long path", func(r harness.Request, body string) harness.Request {
		r.Path, r.Body, r.Type = r.Path+strings.Repeat("9", 8000), body, "application/json"
		return r
	}, false},
	{"bad XML", func(r harness.Request, _ string) harness.Request {
		r.Path = strings.Replace(r.Path, "/json/", "/xml/", 1)
		r.Body, r.Type = `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><user><email>&e;</email>`, "application/xml"
		return r
	}, true},
}

// wrongTypes gives every parameter of the body something else than it takes.
func wrongTypes(t *testing.T, body string) []string {
	t.Helper()
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(body), &members); err != nil {
		t.Fatal(err)
	}
	var out []string
	for name := range members {
		for _, wrong := range []string{
			`{"a":{"b":["c"]}}`, `[["x"]]`, `[{"a":1},2,"x"]`, `1e400`, `-1`, `true`, `99999999999999999999`,
			`"` + strings.Repeat("x", 100000) + `"`, `"\u0000"`, `"\ud800"`, `" "`,
		} {
			changed := maps.Clone(members)
			changed[name] = json.RawMessage(wrong)
			text, err := json.Marshal(changed)
			if err != nil {
				continue // what no JSON library writes
			}
			out = append(out, string(text))
		}
		// twice, and the second time differently
		out = append(out, strings.Replace(body, "{", `{"`+name+`":"7",`, 1))
	}
	return out
}

// TestHostileRequests: whatever is wrong with a request, the answer is the protocol's and nothing happens.
func TestHostileRequests(t *testing.T) {
	t.Parallel()
	harness.Each(t, func(t *testing.T, engine harness.Engine) {
		w := newServer(t, engine)
		v := newVictim(t, w)
		before, users := v.state(t), w.users(t)
		for _, r := range v.routes() {
			for _, a := range attacks {
				sent := a.request(v.request(r), r.body)
				judge(t, a.name, sent, w.Send(t, sent), a.refused)
			}
		}
		if now := w.users(t); now != users {
			t.Errorf("there were %d users, and are %d", users, now)
		}
		if after := v.state(t); after != before {
			t.Errorf("the victim was\n%s\nand is\n%s", before, after)
		}
		v.foreign(t)
		v.deviceDoor(t)
		// Some of these are only odd, and do what they say; they are tried on somebody else.
		odd := newVictim(t, w)
		for _, r := range odd.routes() {
			for _, body := range wrongTypes(t, r.body) {
				sent := odd.request(r)
				sent.Body, sent.Type = body, "application/json"
				judge(t, "a wrong type", sent, w.Send(t, sent), false)
			}
		}
		if after := v.state(t); after != before {
			t.Errorf("what was done to somebody else made the victim\n%s\nfrom\n%s", after, before)
		}
	})
}

func (v *victim) request(r route) harness.Request {
	return harness.Request{Method: r.method, Path: r.path, Header: http.Header{"X-Authy-Api-Key": {v.w.bank.key}}}
}

var (
	digits = regexp.MustCompile(`^[0-9]{5}$`)
	inside = regexp.MustCompile(`(?i)sql|goroutine|panic|runtime|\.go:|internal/|postgres|constraint`)
)

// judge holds an answer to the protocol's form of an error.
func judge(t *testing.T, name string, sent harness.Request, got harness.Answer, refused bool) {
	t.Helper()
	what := fmt.Sprintf("%s: %s %.120s %.80s: %d %.300s", name, sent.Method, sent.Path, sent.Body, got.Status, got.Body)
	if got.Status >= http.StatusInternalServerError || inside.Match(got.Body) {
		t.Errorf("a failure of the server: %s", what)
	}
	if got.Status == http.StatusOK {
		if refused {
			t.Errorf("not refused: %s", what)
		}
		return
	}
	if got.Status >= 300 && got.Status < 400 {
		t.Errorf("a redirect: %s", what)
	}
	if strings.Contains(sent.Path, "/xml/") {
		if !strings.Contains(string(got.Body), "<errors><message>") {
			t.Errorf("no error of the protocol: %s", what)
		}
		return
	}
	var body struct {
		Message string            `json:"message"`
		Success *bool             `json:"success"`
		Errors  map[string]string `json:"errors"`
		Code    string            `json:"error_code"`
	}
	if err := json.Unmarshal(got.Body, &body); err != nil || body.Message == "" || body.Success == nil || *body.Success || body.Errors == nil || !digits.MatchString(body.Code) {
		t.Errorf("no error of the protocol (%v): %s", err, what)
	}
	for _, b := range got.Body {
		if b >= 0x80 {
			t.Errorf("not ASCII: %s", what)
			break
		}
	}
}

// foreign: without a valid key nobody learns who exists, and with the key of another organization neither.
func (v *victim) foreign(t *testing.T) {
	t.Helper()
	same := func(what, key, mine, nobodys string) {
		t.Helper()
		answers := map[string]bool{}
		for _, path := range []string{mine, nobodys} {
			got := v.w.Send(t, harness.Request{Path: path, Header: http.Header{"X-Authy-Api-Key": {key}}})
			body := strings.NewReplacer(v.uuid, "UUID", nobody, "UUID").Replace(string(got.Body))
			answers[fmt.Sprint(got.Status, body)] = true
		}
		if len(answers) != 1 {
			t.Errorf("%s: %v", what, answers)
		}
	}
	for what, key := range map[string]string{"a wrong key": "0123456789abcdef0123456789abcdef", "a foreign key": v.w.elsewhere.key} {
		for _, path := range []string{"/protected/json/users/%s/status", "/protected/json/sms/%s", "/protected/json/verify/1234567/%s"} {
			same(what, key, fmt.Sprintf(path, v.id), fmt.Sprintf(path, "2000000000"))
		}
		same(what, key, "/onetouch/json/approval_requests/"+v.uuid, "/onetouch/json/approval_requests/"+nobody)
	}
}

// nobody is the uuid of no request.
const nobody = "996221c0-b7a7-4133-8c06-0e67b818e6fb"

// deviceDoor: our own API refuses the same kinds of nonsense, in its own words.
func (v *victim) deviceDoor(t *testing.T) {
	t.Helper()
	for _, r := range []route{
		{"POST", "/api/v1/device/links", ""},
		{"POST", "/api/v1/device/links/phone", ""},
		{"POST", "/api/v1/device/links/phone/" + nobody, ""},
		{"GET", "/api/v1/device", ""},
		{"DELETE", "/api/v1/device", ""},
		{"GET", "/api/v1/device/push/key", ""},
		{"PUT", "/api/v1/device/push", ""},
		{"GET", "/api/v1/device/challenges", ""},
		{"GET", "/api/v1/device/challenges/" + v.uuid, ""},
		{"POST", "/api/v1/device/challenges/" + v.uuid + "/answer", ""},
		{"GET", "/api/v1/device/receipts/" + v.uuid, ""},
		{"GET", "/api/v1/device/stream", ""},
		{"GET", "/api/v1/receipts/" + v.uuid, ""},
		{"GET", "/api/v1/nothing", ""},
	} {
		for name, header := range map[string]http.Header{
			"no proof": nil, "no JWS": {"Dpop": {"nonsense"}}, "two proofs": {"Dpop": {"a.b.c", "a.b.c"}}, "an enormous proof": {"Dpop": {strings.Repeat("a", 20000)}},
			"an empty JWS": {"Dpop": {"e30.e30.e30"}}, "no algorithm": {"Dpop": {"eyJhbGciOiJub25lIn0.e30."}},
		} {
			for _, body := range []string{"", "{", `{"code":1}`, strings.Repeat("x", 1<<20)} {
				got := v.w.Send(t, harness.Request{Method: r.method, Path: r.path, Type: "application/json", Header: header, Body: body})
				what := fmt.Sprintf("%s: %s %s %.20s: %d %.200s", name, r.method, r.path, body, got.Status, got.Body)
				if got.Status < 400 || got.Status >= 500 || inside.Match(got.Body) {
					t.Errorf("not refused in order: %s", what)
				}
				if kind := got.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/problem+json") {
					t.Errorf("the answer is %s: %s", kind, what)
				}
			}
		}
	}
}
