package authy_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/dialect/authy"
	"github.com/twinseal/twinseal/internal/dialect/dialecttest"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/provision"
	"github.com/twinseal/twinseal/receipt"
)

// The second half of the protocol's conformance checklist.

// Line 10, the vectors of signatures, is proved in client/authy/signature; that a callback by GET equals the
// one by POST, in TestCallbacksAreSignedAlikeByPostAndGet.

func TestChecklist11LogosAndTheOrderOfDetails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Person("4155552671")
	d := p.Link()
	path := fmt.Sprintf("/onetouch/json/users/%d/approval_requests", p.User.Number)
	want := []mfa.Detail{{Label: "From", Value: "a"}, {Label: "To", Value: "b"}, {Label: "Account Number", Value: "12"}, {Label: "Amount", Value: "$ 5.00"}}
	hidden := []mfa.Detail{{Label: "z", Value: "1"}, {Label: "a", Value: "2"}}
	logos := []mfa.Logo{{Resolution: "default", URL: "https://example.com/d.png"}, {Resolution: "low", URL: "https://example.com/l.png"}}
	for name, body := range map[string]string{
		"JSON":           `{"message":"JSON","details":{"From":"a","To":"b","Account Number":12,"Amount":"$ 5.00"},"hidden_details":{"z":1,"a":"2"},"logos":[{"res":"default","url":"https://example.com/d.png"},{"res":"low","url":"https://example.com/l.png"},{"res":"huge","url":"https://example.com/h.png"}]}`,
		"empty brackets": "message=brackets&details[From]=a&details[To]=b&details[Account Number]=12&details[Amount]=%24+5.00&hidden_details[z]=1&hidden_details[a]=2&logos[][res]=default&logos[][url]=https://example.com/d.png&logos[][res]=low&logos[][url]=https://example.com/l.png",
		"positions":      "message=positions&details%5BFrom%5D=a&details%5BTo%5D=b&details%5BAccount%20Number%5D=12&details%5BAmount%5D=%24%205.00&hidden_details[z]=1&hidden_details[a]=2&logos[0][res]=default&logos[0][url]=https://example.com/d.png&logos[1][res]=low&logos[1][url]=https://example.com/l.png",
	} {
		t.Run(name, func(t *testing.T) {
			asked := w.challenge(t, d, w.ok(t, post(path, strings.ReplaceAll(body, "Account Number]", "Account+Number]"))))
			if !slices.Equal(asked.Details, want) || !slices.Equal(asked.HiddenDetails, hidden) || !slices.Equal(asked.Logos, logos) {
				t.Errorf("%v, %v, %v", asked.Details, asked.HiddenDetails, asked.Logos)
			}
		})
	}
}

func TestChecklist12HowLongAnAnswerIsWaitedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Person("4155552671")
	d := p.Link()
	path := fmt.Sprintf("/onetouch/json/users/%d/approval_requests", p.User.Number)
	for i, test := range []struct {
		given string
		want  time.Duration
	}{
		{`,"seconds_to_expire":"600"`, 600 * time.Second},
		{`,"seconds_to_expire":600`, 600 * time.Second},
		{`,"seconds_to_expire":null`, 24 * time.Hour},
		{`,"seconds_to_expire":""`, 24 * time.Hour},
		{`,"seconds_to_expire":0`, 0},
		{``, 24 * time.Hour},
	} {
		asked := w.challenge(t, d, w.ok(t, post(path, fmt.Sprintf(`{"message":"question %d"%s}`, i, test.given))))
		if test.want == 0 && !asked.ExpiresAt.IsZero() || test.want != 0 && asked.ExpiresAt.Sub(asked.CreatedAt) != test.want {
			t.Errorf("%s: %s to %s", test.given, asked.CreatedAt, asked.ExpiresAt)
		}
	}
	for _, bad := range []string{`-1`, `"ten"`, `1.5`, `true`, `[1]`, `99999999999`} {
		a := w.Do(post(path, `{"message":"x","seconds_to_expire":`+bad+`}`))
		if a.Status != 400 || !strings.Contains(a.Body, `"60080"`) {
			t.Errorf("%s: %d %s", bad, a.Status, a.Body)
		}
	}
}

// challenge is what an answer's uuid stands for, as the device sees it.
func (w *world) challenge(t *testing.T, d *mfatest.Device, a dialecttest.Answer) mfa.Challenge {
	t.Helper()
	var body struct {
		ApprovalRequest struct {
			UUID mfa.ChallengeID `json:"uuid"`
		} `json:"approval_request"`
	}
	if err := json.Unmarshal([]byte(a.Body), &body); err != nil {
		t.Fatal(err)
	}
	device := d.Authenticate("jti-" + string(body.ApprovalRequest.UUID))
	asked, err := w.Service.ChallengeFor(w.Context(), device, body.ApprovalRequest.UUID)
	if err != nil {
		t.Fatal(err)
	}
	return asked
}

func TestChecklist13PathTricksNeverSucceed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.shop(authy.Settings{}, func(s *mfa.ApplicationSettings) { s.PassThrough = true })
	p := w.Person("4155552671")
	d := p.Link()
	w.Person("4155552672") // enrolled nothing: unforced checks of well-formed tokens pass for them at the shop
	for _, id := range []int64{p.User.Number, p.User.Number + 1} {
		for _, token := range []string{
			"..%2Fsms", "%2e%2e%2fsms", "%2e%2e%2Fsms%2F", "..", ".", "%2e%2e", "123456%2F..", "123456%00", "123456%0a", "%31%32%33%34%35%36%37", "12345a", "+123456",
			"-123456", "1e6", "１２３４５６", "123", "1234567890123", "%20123456", "1234567;", "true", "null", d.Code(0) + "%20", "%c3%28",
		} {
			for _, key := range []string{bankKey, shopKey} {
				for _, force := range []string{"", "?force=false", "?force=true"} {
					a := w.Do(as(key, get(fmt.Sprintf("/protected/json/verify/%s/%d%s", token, id, force))))
					if a.Status == 200 || strings.Contains(a.Body, "is valid") || a.Body == "" {
						t.Fatalf("%s: %d %s", token, a.Status, a.Body)
					}
				}
			}
		}
	}
	for _, path := range []string{
		"/protected/json/verify/../sms/1001", "/protected/json/verify/%2e%2e/sms/1001", "/protected/json/verify/1234567/1001/..", "/protected/json/verify/1234567/..%2f1001",
		"/protected/json/verify/1234567/%31001", "/protected/json/verify//1001", "/protected/json/verify/1234567/1001%2F", "/protected/json/verify/1234567/01001/x",
		"/protected/json%2Fverify/1234567/1001", "/protected/json/verify/1234567/1001%00", "/protected/json/verify/1234567/99999999999999999999",
	} {
		if a := w.Do(as(shopKey, get(path))); a.Status == 200 || a.Body == "" {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
}

func TestChecklist14UnknownApprovalRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const unknown = "098c3580-c01e-4135-ab00-0e5d90336a8c"
	none := func(shown string) string {
		return `{"message":"Approval request not found` + shown + `","success":false,"errors":{},"error_code":"60049"}`
	}
	w.Run(t, []dialecttest.Scenario{
		{Name: "unknown", Request: get("/onetouch/json/approval_requests/" + unknown), Status: 404, Exact: none(": " + unknown)},
		{Name: "not a uuid", Request: get("/onetouch/json/approval_requests/abc-1"), Status: 404, Exact: none(": abc-1")},
		{Name: "not hexadecimal", Request: get("/onetouch/json/approval_requests/%3Cscript%3E"), Status: 404, Exact: none("")},
		{Name: "in XML", Request: get("/onetouch/xml/approval_requests/" + unknown), Status: 404, Contains: []string{"<error-code>60049</error-code>"}},
	})
}

// Line 15, the callback as verifiers see it, is in callback_test.go.

func TestChecklist16TheWorkshopsFlow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	created := decoded(t, w.ok(t, dialecttest.Request{
		Method: http.MethodPost, URL: "/protected/json/users/new?api_key=" + bankKey, Header: map[string]string{"Content-Type": "application/json"},
		Body: `{"user": {"cellphone": "4155552671", "country_code": "1", "email": "jo@example.com"}}`,
	}))
	user, _ := created["user"].(map[string]any)
	p := w.Person("4155552671")
	if float64(p.User.Number) != user["id"] {
		t.Fatalf("user %v, want %d", user["id"], p.User.Number)
	}
	d := p.Link()
	poll := func(uuid mfa.ChallengeID) string {
		body := decoded(t, w.ok(t, dialecttest.Request{Method: http.MethodGet, URL: "/onetouch/json/approval_requests/" + string(uuid) + "?api_key=" + bankKey}))
		request, _ := body["approval_request"].(map[string]any)
		status, _ := request["status"].(string)
		return status
	}
	transfer := func() mfa.ChallengeID {
		asked := w.challenge(t, d, w.ok(t, dialecttest.Request{
			Method: http.MethodPost, URL: fmt.Sprintf("/onetouch/json/users/%d/approval_requests?api_key=%s", p.User.Number, bankKey),
			Header: map[string]string{"Content-Type": "application/json"},
			Body:   `{"message": "Transfer Money to bo@example.com", "details": {"From": "jo@example.com", "To": "bo@example.com", "Account Number": "123", "US Dollar Amount": "$ 100"}, "seconds_to_expire": "600"}`,
		}))
		if status := poll(asked.ID); status != "pending" {
			t.Fatalf("status %q", status)
		}
		return asked.ID
	}
	for _, test := range []struct {
		want string
		act  func(mfa.ChallengeID)
	}{
		{"approved", func(id mfa.ChallengeID) { w.Answer(d, id, receipt.Approved) }},
		{"denied", func(id mfa.ChallengeID) { w.Answer(d, id, receipt.Denied) }},
		{"expired", func(mfa.ChallengeID) { w.Later(600 * time.Second) }},
	} {
		id := transfer()
		test.act(id)
		if got := poll(id); got != test.want {
			t.Errorf("status %q, want %q", got, test.want)
		}
		w.Later(time.Minute)
	}
}

func TestChecklist17TheStatusOfAnUnregisteredUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Person("4155552671")
	want := fmt.Sprintf(`{"status":{"authy_id":%d,"confirmed":false,"registered":false,"country_code":1,"phone_number":"XXX-XXX-2671","email":"ann@example.com","devices":[],"has_hard_token":false,"account_disabled":false,"detailed_devices":[],"deleted_devices":[]},"message":"User status.","success":true}`, p.User.Number)
	if body := w.ok(t, get(fmt.Sprintf("/protected/json/users/%d/status", p.User.Number))).Body; body != want {
		t.Errorf("got\n%s\nwant\n%s", body, want)
	}
}

// Line 18, the picture of a seed, is in qr_test.go.

func TestChecklist19AnswersAreASCIIAndOrdered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	caller := w.Add(dialecttest.Application{Name: "Café ☕ & Söhne", Keys: []provision.PlannedKey{{Kind: mfa.KeyAuthyAPI, Secret: mfa.SecretText(shopKey)}}})
	details := w.ok(t, as(shopKey, get("/protected/json/app/details")))
	if want := `"name":"Caf\u00e9 \u2615 & S\u00f6hne"`; !strings.Contains(details.Body, want) {
		t.Errorf("%s lacks %s", details.Body, want)
	}
	if got := decoded(t, details)["app"].(map[string]any)["name"]; got != caller.Application.Name {
		t.Errorf("name %q", got)
	}
	p := w.Person("4155552671")
	body := w.ok(t, get(fmt.Sprintf("/protected/json/verify/%s/%d", p.Link().Code(0), p.User.Number))).Body
	last := -1
	for _, key := range []string{`{"message":`, `,"token":`, `,"success":`, `,"device":{`} {
		at := strings.Index(body, key)
		if at <= last {
			t.Errorf("%s is out of order in %s", key, body)
		}
		last = at
	}
	for _, r := range body {
		if r > 127 {
			t.Errorf("%q is not ASCII", r)
		}
	}
}

func TestChecklist20ARepeatedRequestSendsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Person("4155552671")
	other := w.Person("4155552672")
	subscribe(t, w, other.Link())
	requests := []dialecttest.Request{
		get(fmt.Sprintf("/protected/json/sms/%d", p.User.Number)),
		post("/protected/json/phones/verification/start", "via=sms&phone_number=4155552673&country_code=1"),
		post("/protected/json/users/new", "user[email]=x@example.com&user[cellphone]=4155552674&user[country_code]=1"),
		post(fmt.Sprintf("/onetouch/json/users/%d/approval_requests", other.User.Number), "message=Log+in&details[a]=b"),
	}
	different := w.repeated(t, requests)
	for i, r := range requests[:3] {
		if different[i] != 1 {
			t.Errorf("%s: %d different answers", r.URL, different[i])
		}
	}
	if different[3] != 5 {
		t.Errorf("%d approval requests of 5: one approval would count for two", different[3])
	}
	sent := map[string]int{}
	for _, m := range w.Messages(w.Caller.Application.ID) {
		if m.Channel == mfa.ChannelPush {
			m.To = "device"
		}
		sent[string(m.Channel)+" "+m.To]++
	}
	for _, to := range []string{"sms +14155552671", "sms +14155552673", "sms +14155552674", "push device"} {
		if sent[to] != 1 {
			t.Errorf("%d messages by %s", sent[to], to)
		}
	}
}

// subscribe lets a device be pushed to.
func subscribe(t *testing.T, w *world, d *mfatest.Device) {
	t.Helper()
	point, err := d.Key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	err = w.Service.SetPush(w.Context(), d.Caller, &mfa.PushTarget{
		Endpoint: "https://push.example.test/1", P256DH: base64.RawURLEncoding.EncodeToString(point),
		Auth: base64.RawURLEncoding.EncodeToString(make([]byte, 16)),
	})
	if err != nil {
		t.Fatal(err)
	}
}

// repeated makes each request five times at once and counts the different answers.
func (w *world) repeated(t *testing.T, requests []dialecttest.Request) []int {
	t.Helper()
	bodies := make([]map[string]bool, len(requests))
	var mu sync.Mutex
	var all sync.WaitGroup
	for i, r := range requests {
		bodies[i] = map[string]bool{}
		for range 5 {
			all.Go(func() {
				a := w.Do(r)
				mu.Lock()
				defer mu.Unlock()
				bodies[i][a.Body] = true
				if a.Status != 200 {
					t.Errorf("%s: %d %s", r.URL, a.Status, a.Body)
				}
			})
		}
	}
	all.Wait()
	counts := make([]int, len(bodies))
	for i := range bodies {
		counts[i] = len(bodies[i])
	}
	return counts
}

func TestAnApplicationThatShowsNumbersIsGivenThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Person("4155552690")
	d := p.Link()
	path := fmt.Sprintf("/onetouch/json/users/%d/approval_requests", p.User.Number)
	ask := func(body string) (asked struct {
		ApprovalRequest struct {
			UUID   mfa.ChallengeID
			Number string `json:"number_match"`
		} `json:"approval_request"`
	},
	) {
		if err := json.Unmarshal([]byte(w.ok(t, post(path, body)).Body), &asked); err != nil {
			t.Fatal(err)
		}
		return asked
	}
	for _, plain := range []string{`{"message":"Log in?"}`, `{"message":"Log in?","number_matching":"after_denial"}`} {
		if got := ask(plain); got.ApprovalRequest.Number != "" {
			t.Errorf("%s gave the number %s", plain, got.ApprovalRequest.Number)
		}
	}
	if a := w.Do(post(path, `{"message":"Log in?","number_matching":"guess"}`)); a.Status != 400 || !strings.Contains(a.Body, `"60080"`) {
		t.Errorf("an unknown way: %d %s", a.Status, a.Body)
	}
	for name, c := range map[string]struct {
		right  bool
		status string
	}{"the right number": {true, "approved"}, "a wrong number": {false, "denied"}} {
		got := ask(`{"message":"` + name + `","number_matching":"type"}`).ApprovalRequest
		say := got.Number
		if !c.right {
			if say = "10"; say == got.Number {
				say = "11"
			}
		}
		device := d.Authenticate("jti-" + string(got.UUID))
		asked, err := w.Service.ChallengeFor(w.Context(), device, got.UUID)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Service.Answer(w.Context(), device, got.UUID, d.Statement(asked, receipt.Approved, func(s *receipt.Statement) { s.Match = say }), nil)
		if (err == nil) != c.right {
			t.Errorf("%s: %v", name, err)
		}
		if a := w.ok(t, get("/onetouch/json/approval_requests/"+string(got.UUID))); !strings.Contains(a.Body, `"status":"`+c.status+`"`) || strings.Contains(a.Body, "number_match") {
			t.Errorf("%s: %s", name, a.Body)
		}
	}
}
