package authy

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/e2e/harness"
)

const formType = "application/x-www-form-urlencoded"

// workshop sends what the library of the OneTouch workshop sends: the key in the query, the expiry as a text.
func (w *world) workshop(t *testing.T) {
	p := w.NewPerson()
	key := "?api_key=" + w.bank.key
	made := w.Send(t, harness.Request{
		Method: http.MethodPost, Path: "/protected/json/users/new" + key, Type: "application/json",
		Body: fmt.Sprintf(`{"user": {"email": %q, "cellphone": %q, "country_code": "1"}}`, p.Email, p.Number),
	})
	var created struct{ User struct{ ID int64 } }
	made.JSON(t, &created)
	if want := fmt.Sprintf(`{"message":"User created successfully.","user":{"id":%d},"success":true}`, created.User.ID); string(made.Body) != want {
		t.Errorf("created: %s, want %s", made.Body, want)
	}
	device := w.NewDevice(t)
	device.LinkByPhone(p.Phone, 1)
	asked := w.Send(t, harness.Request{
		Method: http.MethodPost, Path: fmt.Sprintf("/onetouch/json/users/%d/approval_requests%s", created.User.ID, key), Type: "application/json",
		Body: `{"message": "Transfer Money to bob@example.com", "details": {"From": "ann@example.com", "To": "bob@example.com", "Account Number": "12345", "US Dollar Amount": "$ 50"}, "seconds_to_expire": "600"}`,
	})
	var request struct {
		Approval struct {
			UUID    string
			Status  string
			Seconds int `json:"seconds_to_expire"`
		} `json:"approval_request"`
	}
	asked.JSON(t, &request)
	device.Approve(request.Approval.UUID)
	w.Get(t, "/onetouch/json/approval_requests/"+request.Approval.UUID+key).JSON(t, &request)
	if request.Approval.Status != "approved" || request.Approval.Seconds != 600 {
		t.Errorf("polled: %+v", request)
	}
	w.verifiedBytes(t, created.User.ID, p)
}

// verifiedBytes: the bytes that programs search for.
func (w *world) verifiedBytes(t *testing.T, id int64, p harness.Person) {
	t.Helper()
	c := goSDK{w.goClient(t, w.bank)}
	c.sms(t, id, true).good(t, "sms")
	code := w.Code(t, p.Phone, 2).Code()
	got := w.Get(t, fmt.Sprintf("/protected/json/verify/%s/%d?force=True&api_key=%s", code, id, w.bank.key))
	if got.Status != http.StatusOK || !strings.HasPrefix(string(got.Body), `{"message":"Token is valid.","token":"is valid","success":"true","device":{`) {
		t.Errorf("verified: %d %s", got.Status, got.Body)
	}
}

// forms of the other clients: bracketed names in a form, everything in the query, a form in the body of a GET.
func (w *world) forms(t *testing.T) {
	key := http.Header{"X-Authy-Api-Key": {w.bank.key}}
	ruby, php, goAuthy := w.NewPerson(), w.NewPerson(), w.NewPerson()
	bodies := map[string]harness.Request{
		"form":            {Path: "/protected/json/users/new", Header: key, Type: formType, Body: "send_install_link_via_sms=false&" + userForm(ruby)},
		"query":           {Path: "/protected/json/users/new?user[send_install_link_via_sms]=false&" + userForm(php), Header: key},
		"key in the form": {Path: "/protected/json/users/new", Type: formType, Body: "api_key=" + w.bank.key + "&send_install_link_via_sms=false&" + userForm(goAuthy)},
	}
	for name, r := range bodies {
		r.Method = http.MethodPost
		if got := w.Send(t, r); got.Status != http.StatusOK {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
	for _, path := range []string{"//protected/json/app/details", "/protected//json/app/details"} {
		if got := w.Send(t, harness.Request{Path: path, Header: key}); got.Status != http.StatusOK {
			t.Errorf("%s: %d %s", path, got.Status, got.Body)
		}
	}
}

func userForm(p harness.Person) string {
	return "user%5Bemail%5D=" + url.QueryEscape(p.Email) + "&user[cellphone]=" + p.Number + "&user[country_code]=%2B1"
}

// xmlSamples are what early programs for Java and PHP read.
func (w *world) xmlSamples(t *testing.T) {
	p := w.NewPerson()
	key := "?api_key=" + w.bank.key
	made := w.Send(t, harness.Request{
		Method: http.MethodPost, Path: "/protected/xml/users/new" + key + "&send_install_link_via_sms=false", Type: "application/xml",
		Body: fmt.Sprintf(`<?xml version="1.0"?><user><cellphone>%s</cellphone><country_code>1</country_code><email>%s</email></user>`, p.Number, p.Email),
	})
	id := goSDK{w.goClient(t, w.bank)}.create(t, p).id
	if want := fmt.Sprintf(`<hash><message>User created successfully.</message><user><id type="integer">%d</id></user><success type="boolean">true</success></hash>`, id); !strings.HasSuffix(string(made.Body), want) {
		t.Errorf("made: %d %s, want %s", made.Status, made.Body, want)
	}
	w.NewDevice(t).LinkTo(id, "--app", fmt.Sprint(w.bank.number))
	ignored := w.Get(t, fmt.Sprintf("/protected/xml/sms/%d%s", id, key))
	for _, part := range []string{"<hash>", `<ignored type="boolean">true</ignored>`, `<success type="boolean">true</success>`} {
		if !strings.Contains(string(ignored.Body), part) {
			t.Errorf("ignored: %s, want %s in it", ignored.Body, part)
		}
	}
	missing := w.Get(t, "/protected/xml/users/2000000000/status"+key)
	if want := `<errors><message>User not found.</message><error-code>60026</error-code></errors>`; missing.Status != http.StatusNotFound || !strings.HasSuffix(string(missing.Body), want) {
		t.Errorf("missing: %d %s, want %s", missing.Status, missing.Body, want)
	}
}

// deletions by all three addresses.
func (w *world) deletions(t *testing.T) {
	c := goSDK{w.goClient(t, w.bank)}
	for _, path := range []string{"users/%d/delete", "users/delete/%d", "users/%d/remove"} {
		id := mustCreate(t, c, w.NewPerson())
		got := w.Send(t, harness.Request{
			Method: http.MethodPost, Path: "/protected/json/" + fmt.Sprintf(path, id), Type: "application/json", Header: http.Header{"X-Authy-Api-Key": {w.bank.key}},
		})
		if got.Status != http.StatusOK || string(got.Body) != `{"message":"User removed from application","success":true}` {
			t.Errorf("%s: %d %s", path, got.Status, got.Body)
		}
		c.status(t, id).want(t, path, "60026")
	}
}

// rollout lets people through who enrolled nothing, and checks everybody else.
func (w *world) rolledOut(t *testing.T) {
	c := nodeSDK{w.node, w.rollout.key}
	id := mustCreate(t, c, w.NewPerson())
	c.verify(t, id, "1234567", false).good(t, "an unforced check of somebody who enrolled nothing")
	c.verify(t, id, "1234567", true).want(t, "the same, forced", "60020")
	c.sms(t, id, true).want(t, "sms where it is off", "60007")
	c.call(t, id, true).want(t, "a call where it is off", "60006")
	c.ask(t, id, question{message: "Really?"}).want(t, "an approval where it is off", "60085")
}
