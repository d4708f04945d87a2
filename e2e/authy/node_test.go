package authy

import (
	"fmt"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/client/authy"
)

// npmAuthy makes the calls of the npm package authy in the forms of its documentation that no story used.
func (w *world) npmAuthy(t *testing.T) {
	c := nodeSDK{w.node, w.bank.key}
	p := w.NewPerson()
	spelled := p.Number[:3] + "-" + p.Number[3:6] + "-" + p.Number[6:]
	id := c.do(t, "register_user", p.Email, spelled).id // sends the install link by itself
	if id == 0 {
		t.Fatal("register_user with two arguments made nobody")
	}
	if m := w.Await(t, p.Phone, 1); !strings.Contains(m.Text, w.URL) {
		t.Errorf("the install link is %q", m.Text)
	}
	if again := c.do(t, "register_user", p.Email, spelled, "1").id; again != id {
		t.Errorf("the same person again is %d, was %d", again, id)
	}
	if got := c.do(t, "verify", id, "abc"); got.ok || got.raised != "Error" {
		t.Errorf("a token without digits: %+v", got)
	}
	c.do(t, "verify", id, "12-34-567", true).want(t, "a token with separators", "60020")

	start := c.do(t, "phones.verification_start", spelled, "1", map[string]any{"via": "sms", "locale": "en", "code_length": "6"})
	start.good(t, "verification_start")
	if start.body["is_cellphone"] != true || start.body["uuid"] == "" || integer(start.body["seconds_to_expire"]) == 0 {
		t.Errorf("verification_start: %v", start.body)
	}
	status := c.do(t, "phones.verification_status", spelled, "1")
	if !status.ok || status.body["status"] != "pending" {
		t.Errorf("verification_status: %+v", status)
	}
	code := w.Code(t, p.Phone, 1).Code()
	if len(code) != 6 {
		t.Errorf("the code is %q, want six digits", code)
	}
	c.do(t, "phones.verification_check", spelled, "1", code).good(t, "verification_check")
	if status := c.do(t, "phones.verification_status", spelled, "1"); status.body["status"] != "verified" {
		t.Errorf("verification_status afterwards: %+v", status)
	}
	w.customCodes(t, c)
	w.nodeWithoutExtras(t, c)
}

// customCodes are allowed to the bank and not to the shop.
func (w *world) customCodes(t *testing.T, c nodeSDK) {
	p := w.NewPerson()
	options := map[string]any{"custom_code": "778899", "custom_message": "Hello, {{code}} it is"}
	c.do(t, "phones.verification_start", p.Number, "1", options).good(t, "a custom code")
	if m := w.Code(t, p.Phone, 1); m.Text != "Hello, 778899 it is" {
		t.Errorf("the message is %q", m.Text)
	}
	c.do(t, "phones.verification_check", p.Number, "1", "778899").good(t, "the custom code")
	nodeSDK{w.node, w.shop.key}.do(t, "phones.verification_start", p.Number, "1", options).want(t, "a custom code in the shop", "60091")
}

// nodeWithoutExtras asks with a message alone, as most programs do.
func (w *world) nodeWithoutExtras(t *testing.T, c nodeSDK) {
	p := w.NewPerson()
	id := mustCreate(t, c, p)
	device := w.NewDevice(t)
	device.LinkTo(id, "--app", fmt.Sprint(w.bank.number))
	asked := c.do(t, "send_approval_request", fmt.Sprint(id), map[string]any{"message": "user message here"}, map[string]any{}, nil)
	asked.good(t, "send_approval_request")
	device.Approve("")
	got := c.do(t, "check_approval_status", asked.uuid)
	request, _ := got.body["approval_request"].(map[string]any)
	if got.state != "approved" || request["_app_name"] != "Bank" || integer(request["_authy_id"]) != id || request["processed_at"] == nil {
		t.Errorf("check_approval_status: %+v", got)
	}
}

// authyClient makes the calls of the npm package authy-client that no story used.
func (w *world) authyClient(t *testing.T) {
	c := clientSDK{w.client, w.bank.key}
	details := c.do(t, "getApplicationDetails", map[string]any{"ip": "203.0.113.7"})
	app, _ := details.body["app"].(map[string]any)
	if !details.ok || app["name"] != "Bank" {
		t.Errorf("getApplicationDetails: %+v", details)
	}
	if got := c.do(t, "getApplicationStatistics"); !got.ok || integer(got.body["count"]) < 0 {
		t.Errorf("getApplicationStatistics: %+v", got)
	}
	p := w.NewPerson()
	id := mustCreate(t, c, p)
	for _, kind := range []string{"password_reset", "banned", "unbanned", "cookie_login"} {
		c.do(t, "registerActivity", map[string]any{"authyId": id, "data": map[string]any{"reason": "foo"}, "type": kind}, map[string]any{"ip": "127.0.0.1"}).good(t, kind)
	}
	for call, channel := range map[string]string{"requestSms": "sms", "requestCall": "voice"} {
		other := w.NewPerson()
		otherID := mustCreate(t, c, other)
		c.do(t, call, who(otherID), map[string]any{"action": "login", "message": "Log in at the bank", "force": true}).good(t, call)
		m := w.Code(t, other.Phone, 1)
		if m.Channel != channel {
			t.Errorf("%s came by %s", call, m.Channel)
		}
		c.verify(t, otherID, m.Code(), true).want(t, "a code bound to an action, without it", "60020")
	}
	w.clientForms(t, c, id)
}

// clientForms: requests that never expire, and the refusals of this package.
func (w *world) clientForms(t *testing.T, c clientSDK, id int64) {
	device := w.NewDevice(t)
	device.LinkTo(id, "--app", fmt.Sprint(w.bank.number))
	made := c.do(t, "createApprovalRequest", map[string]any{"authyId": id, "message": "For ever"}, map[string]any{"ttl": 0})
	made.good(t, "createApprovalRequest without end")
	if shown := device.Show(made.uuid).Question; shown.ExpiresAt != nil && *shown.ExpiresAt != "" {
		t.Errorf("a request without end ends at %v", *shown.ExpiresAt)
	}
	got := c.approval(t, made.uuid)
	request, _ := got.body["approval_request"].(map[string]any)
	if integer(request["seconds_to_expire"]) != 0 || request["processed_at"] != nil {
		t.Errorf("a request without end is %v", request)
	}
	if wrongKey := (clientSDK{w.client, "wrong-key-wrong-key"}).do(t, "getApplicationDetails"); wrongKey.code != "60001" || wrongKey.raised != "HttpError" {
		t.Errorf("with a wrong key: %+v", wrongKey)
	}
	portuguese := w.NewPerson()
	foreign := c.do(t, "registerUser", map[string]any{"countryCode": "PT", "email": portuguese.Email, "phone": "91" + portuguese.Number[3:]})
	foreign.good(t, "registerUser in Portugal")
	if status := c.status(t, foreign.id); status.id != foreign.id {
		t.Errorf("the user in Portugal is %+v", status)
	}
}

// goPort makes the calls of the port that no story used.
func (w *world) goPort(t *testing.T) {
	c := w.goClient(t, w.bank)
	sdk := goSDK{c}
	p := w.NewPerson()
	id := authy.UserID(mustCreate(t, sdk, p))
	if err := c.UpdateEmail(t.Context(), id, "new."+p.Email); err != nil {
		t.Error(err)
	}
	if got, err := c.UserStatus(t.Context(), id); err != nil || got.Email != "new."+p.Email || got.PhoneNumber != "XXX-XXX-"+p.Number[6:] {
		t.Errorf("status: %+v, %v", got, err)
	}
	if _, err := c.SendEmail(t.Context(), id, authy.CodeOptions{}); err != nil {
		t.Error(err)
	}
	if _, err := c.VerifyToken(t.Context(), id, w.Code(t, "new."+p.Email, 1).Code(), authy.VerifyOptions{}); err != nil {
		t.Errorf("the code of the mail: %v", err)
	}
	if err := c.RegisterActivity(t.Context(), id, authy.Activity{Type: authy.ActivityCookieLogin, Data: map[string]string{"a": "b"}}); err != nil {
		t.Error(err)
	}
	if got, err := c.AppDetails(t.Context()); err != nil || got.Name != "Bank" || int64(got.ID) != w.bank.number || !got.OneTouchEnabled {
		t.Errorf("details: %+v, %v", got, err)
	}
	if _, err := c.AppStats(t.Context()); err != nil {
		t.Error(err)
	}
	started, err := c.StartVerification(t.Context(), authy.NewVerification{Phone: phoneOf(p), CodeLength: 8})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.VerificationStatusByID(t.Context(), started.ID); err != nil || got.State != authy.VerificationPending {
		t.Errorf("verification: %+v, %v", got, err)
	}
	if got, err := c.VerificationStatus(t.Context(), phoneOf(p)); err != nil || got.State != authy.VerificationPending {
		t.Errorf("verification: %+v, %v", got, err)
	}
	w.waiting(t, c, id)
}

// waiting: WaitApproval returns when the device has answered.
func (w *world) waiting(t *testing.T, c *authy.Client, id authy.UserID) {
	device := w.NewDevice(t)
	device.LinkTo(int64(id), "--app", fmt.Sprint(w.bank.number))
	uuid, err := c.CreateApproval(t.Context(), id, authy.NewApproval{Message: "Wait for me", NeverExpires: true})
	if err != nil {
		t.Fatal(err)
	}
	answered := make(chan *authy.Approval, 1)
	go func() {
		got, err := c.WaitApproval(t.Context(), uuid)
		if err != nil {
			t.Error(err)
		}
		answered <- got
	}()
	device.Approve(string(uuid))
	if got := <-answered; got == nil || got.Status != authy.Approved || got.ProcessedAt.IsZero() || got.ExpiresAfter != 0 {
		t.Errorf("the answer is %+v", got)
	}
}
