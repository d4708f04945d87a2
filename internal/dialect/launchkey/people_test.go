package launchkey_test

import (
	"crypto/rsa"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/launchkey/answerpackage"
	"github.com/twinseal/twinseal/internal/factor/totp"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

const (
	devices     = "/directory/v3/devices"
	dirSessions = "/directory/v3/sessions"
	dirTOTP     = "/directory/v3/totp"
	auths       = "/service/v3/auths"
	svcSessions = "/service/v3/sessions"
	svcTOTP     = "/service/v3/totp"
)

// deviceRow is a device as clients read it.
type deviceRow struct {
	ID, Name, Type   *string
	Status           int
	Created, Updated *string
}

func (w *world) devices(name string) (out []deviceRow) {
	w.tb.Helper()
	w.ok(by(onDir, http.MethodPost, devices+"/list", object{"identifier": name}), &out)
	return out
}

// link links a device to a person.
func (w *world) link(name string) *mfatest.Device {
	w.tb.Helper()
	var made struct {
		Code     string
		DeviceID string `json:"device_id"`
	}
	w.ok(by(onDir, http.MethodPost, devices, object{"identifier": name}), &made)
	d := w.LinkWith(made.Code)
	if string(d.Account.Device.ID) != made.DeviceID {
		w.tb.Errorf("the device is called %s, announced as %s", d.Account.Device.ID, made.DeviceID)
	}
	return d
}

func TestDevicesAreLinkedListedAndUnlinked(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		if a := w.ok(by(onDir, http.MethodPost, devices+"/list", object{"identifier": "ann"}), nil); string(a.Body) != "[]" {
			t.Errorf("of nobody: %s", a.Body)
		}
		var made struct {
			Code, QRCode string
			DeviceID     string `json:"device_id"`
		}
		if a := w.ok(by(onDir, http.MethodPost, devices, object{"identifier": "ann", "ttl": 300}), &made); a.Status != http.StatusCreated {
			t.Errorf("made with %d", a.Status)
		}
		if len(made.Code) < 7 || made.QRCode != "https://mfa.example.test/public/v3/qr/"+made.Code {
			t.Errorf("made %+v", made)
		}
		if rows := w.devices("ann"); len(rows) != 1 || rows[0].Status != 0 || text(rows[0].ID) != made.DeviceID || rows[0].Name != nil || rows[0].Type != nil || rows[0].Updated == nil {
			t.Errorf("pending: %+v", rows)
		}
		w.LinkWith(made.Code)
		second := w.link("ann")
		w.ok(by(onDir, http.MethodPost, devices, object{"identifier": "ann"}), nil)
		rows := w.devices("ann")
		if len(rows) != 3 || rows[0].Status != 1 || text(rows[0].Name) != "phone" || text(rows[0].Type) != "test" || rows[1].Status != 1 || rows[2].Status != 0 {
			t.Errorf("three: %+v", rows)
		}
		unlink := func(name, id string) request {
			return by(onDir, http.MethodDelete, devices, object{"identifier": name, "device_id": id})
		}
		w.link("bob")
		for _, r := range []request{unlink("nobody", made.DeviceID), unlink("ann", unknown), unlink("bob", made.DeviceID)} {
			w.refused(r, 404, "")
		}
		w.ok(unlink("ann", made.DeviceID), nil)
		w.ok(unlink("ann", text(rows[2].ID)), nil)
		if rows := w.devices("ann"); len(rows) != 1 || text(rows[0].ID) != string(second.Account.Device.ID) {
			t.Errorf("one is left: %+v", rows)
		}
		for _, bad := range []any{nil, "", 5, []string{"ann"}, strings.Repeat("x", 501), "a\x00b"} {
			w.refused(by(onDir, http.MethodPost, devices, object{"identifier": bad}), 400, "DIR-001")
		}
		w.refused(by(onDir, http.MethodPost, devices, object{}), 400, "DIR-001")
		for _, bad := range []any{59, 604_801, "300", 60.5} {
			w.refused(by(onDir, http.MethodPost, devices, object{"identifier": "ann", "ttl": bad}), 400, "ARG-001")
		}
		w.refused(unlink("ann", "x"), 400, "ARG-001")
	})
}

// asked is what an authorization request is answered with.
type asked struct {
	ID      string   `json:"auth_request"`
	Devices []string `json:"device_ids"`
}

func (w *world) ask(body object) asked {
	w.tb.Helper()
	var out asked
	if a := w.ok(by(onSvc, http.MethodPost, auths, body), &out); a.Status != http.StatusCreated {
		w.tb.Errorf("asked with %d", a.Status)
	}
	return out
}

// respond has a device answer what waits, as a device does.
func (w *world) respond(d *mfatest.Device, decision receipt.Decision, bend func(*answerpackage.Answer, *receipt.Statement)) error {
	w.tb.Helper()
	waiting, err := w.Service.PendingFor(w.Context(), d.Caller)
	w.must(err)
	if len(waiting) != 1 {
		w.tb.Fatalf("%d requests wait", len(waiting))
	}
	c := waiting[0]
	question, err := receipt.ParseQuestion(c.Question)
	w.must(err)
	say := answerpackage.Answer{
		AuthRequest: string(c.ID), DeviceID: string(d.Account.Device.ID), ServicePins: []string{"8074", "1234"}, Approved: decision == receipt.Approved,
		Device: answerpackage.Capabilities{Supported: answerpackage.DefaultSupported()},
	}
	var packages json.RawMessage
	statement := d.Statement(c, decision, func(s *receipt.Statement) {
		if question.Policy != nil {
			say.Policy = *question.Policy
			s.Evidence = &policy.Evidence{Methods: []policy.Method{}}
			say.Evidence = *s.Evidence
		}
		if bend != nil {
			bend(&say, s)
		}
		key, err := question.Recipient.Key.PublicKey()
		w.must(err)
		sealed, err := answerpackage.Seal(answerpackage.New(say), answerpackage.Recipient{KeyID: question.Recipient.KeyID, Key: key})
		w.must(err)
		packages, err = json.Marshal(sealed)
		w.must(err)
		s.Packages, err = receipt.HashPackages(packages)
		w.must(err)
	})
	_, err = w.Service.Answer(w.Context(), d.Caller, c.ID, statement, packages)
	return err
}

// response is what a poll is answered with.
type response struct {
	Auth            string
	AuthJWE         string `json:"auth_jwe"`
	ServiceUserHash string `json:"service_user_hash"`
	OrgUserHash     string `json:"org_user_hash"`
	UserPushID      string `json:"user_push_id"`
	PublicKeyID     string `json:"public_key_id"`
}

func pollOf(id string) request { return by(onSvc, http.MethodGet, auths+"/"+id, nil) }

func cancelOf(id string) request { return by(onSvc, http.MethodDelete, auths+"/"+id, nil) }

func TestARequestIsAskedAnsweredAndPolled(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		first, second := w.link("ann"), w.link("ann")
		for _, decision := range []receipt.Decision{receipt.Approved, receipt.Denied} {
			made := w.ask(object{"username": "ann", "context": strings.Repeat("ü", 400), "title": "Log in", "ttl": 60, "push_title": "P", "push_body": "B", "policy": nil})
			if !slices.Equal(made.Devices, []string{string(first.Account.Device.ID), string(second.Account.Device.ID)}) {
				t.Errorf("asked %v", made.Devices)
			}
			if a := w.ok(pollOf(made.ID), nil); a.Status != http.StatusNoContent {
				t.Errorf("while it waits: %d", a.Status)
			}
			w.must(w.respond(second, decision, func(_ *answerpackage.Answer, s *receipt.Statement) {
				if len([]rune(s.Question.Message)) != 400 || s.Question.Title != "Log in" {
					t.Errorf("the device is shown %q, %q", s.Question.Title, s.Question.Message)
				}
				if decision == receipt.Denied {
					s.Reason = s.Question.Reasons[0].Text
				}
			}))
			var out response
			for range 2 {
				w.ok(pollOf(made.ID), &out)
			}
			said, err := answerpackage.Open(out.AuthJWE, holder)
			w.must(err)
			legacy, err := answerpackage.OpenLegacy(out.Auth, private("organization"))
			w.must(err)
			yes := decision == receipt.Approved
			if said.Authorized() != yes || legacy.Response != yes || said.AuthRequest != made.ID || said.DeviceID != string(second.Account.Device.ID) {
				t.Errorf("%s is %+v, %+v", decision, said, legacy)
			}
			if out.PublicKeyID != kid(private("organization")) || out.UserPushID != string(first.Account.User.ID) || len(out.ServiceUserHash) != 43 || len(out.OrgUserHash) != 43 || out.ServiceUserHash == out.OrgUserHash {
				t.Errorf("around it: %+v", out)
			}
			w.refused(cancelOf(made.ID), 409, "SVC-006")
			w.Clock.Advance(time.Second)
		}
		// Whoever was named by an id that the service was told may be asked by it.
		w.ask(object{"username": string(first.Account.User.ID)})
	})
}

func holder(id string) *rsa.PrivateKey {
	for _, name := range holders {
		if key := private(name); kid(key) == id {
			return key
		}
	}
	return nil
}

func TestWhoCannotBeAskedIsNotFound(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		w.ok(by(onDir, http.MethodPost, devices, object{"identifier": "pending"}), nil)
		three := object{"minimum_requirements": []object{{"requirement": "authenticated", "any": 3}}, "factors": []object{}}
		for _, body := range []object{
			{"username": "nobody"}, {"username": nil, "context": "x"}, {}, {"username": ""}, {"username": "pending"}, {"username": "nobody", "policy": three},
		} {
			w.refused(by(onSvc, http.MethodPost, auths, body), 404, "")
		}
		// An organization's own service has no users here.
		var made struct{ ID string }
		w.ok(by(onOrg, http.MethodPost, "/organization/v3/services", object{"name": "Own"}), &made)
		w.refused(by("svc:"+made.ID, http.MethodPost, auths, object{"username": "ann"}), 404, "")
		w.refused(by("svc:"+made.ID, http.MethodPost, auths, object{"username": "ann", "title": "x"}), 400, "ARG-001")
		w.refused(by("svc:"+made.ID, http.MethodPost, svcSessions, object{"username": "ann"}), 404, "")
		w.refused(by("svc:"+made.ID, http.MethodPost, svcTOTP, object{"identifier": "ann", "otp": "123456"}), 404, "")
	})
}

func TestARequestIsCheckedBeforeItIsAsked(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		w.link("ann")
		reason := func(id string, fraud any) object { return object{"id": id, "reason": "why " + id, "fraud": fraud} }
		for name, c := range map[string]struct {
			body object
			code string
		}{
			"a long context":       {object{"context": strings.Repeat("x", 401)}, "ARG-001"},
			"a long title":         {object{"title": strings.Repeat("x", 201)}, "ARG-001"},
			"a long push":          {object{"push_body": strings.Repeat("x", 501)}, "ARG-001"},
			"a context of a kind":  {object{"context": 5}, "ARG-001"},
			"too short a life":     {object{"ttl": 29}, "ARG-001"},
			"too long a life":      {object{"ttl": 601}, "ARG-001"},
			"a life as text":       {object{"ttl": "60"}, "ARG-001"},
			"one reason":           {object{"denial_reasons": []object{reason("a", true)}}, "ARG-001"},
			"no reason":            {object{"denial_reasons": []object{}}, "ARG-001"},
			"all are fraud":        {object{"denial_reasons": []object{reason("a", true), reason("b", true)}}, "ARG-001"},
			"none is fraud":        {object{"denial_reasons": []object{reason("a", false), reason("b", false)}}, "ARG-001"},
			"one id twice":         {object{"denial_reasons": []object{reason("a", true), reason("a", false)}}, "ARG-001"},
			"a long id":            {object{"denial_reasons": []object{reason("abcdef", true), reason("b", false)}}, "ARG-001"},
			"fraud as text":        {object{"denial_reasons": []object{reason("a", "true"), reason("b", false)}}, "ARG-001"},
			"a policy of no kind":  {object{"policy": object{"type": "nonsense"}}, "SVC-002"},
			"a policy of a newer":  {object{"policy": object{"type": "METHOD_AMOUNT", "amount": 1}}, "SVC-002"},
			"a policy as text":     {object{"policy": "LEGACY"}, "SVC-002"},
			"a contradiction":      {object{"policy": json.RawMessage(unreadable["a number and kinds"])}, "SVC-002"},
			"a name of a kind":     {object{"username": 5}, "ARG-001"},
			"a title of no screen": {object{"title": "a\x00b"}, "ARG-001"},
		} {
			body := object{"username": "ann"}
			maps.Copy(body, c.body)
			a := w.do(by(onSvc, http.MethodPost, auths, body))
			if a.Status != 400 || !strings.Contains(string(a.Body), c.code) {
				t.Errorf("%s: %d %s", name, a.Status, a.Body)
			}
		}
		w.patch(object{"denial_context_inquiry_enabled": false})
		w.refused(by(onSvc, http.MethodPost, auths, object{"username": "ann", "denial_reasons": []object{reason("a", true), reason("b", false)}}), 400, "ARG-001")
		made := w.ask(object{"username": "ann", "context": " \n "}) // which says as much as none
		held, err := w.Service.ApprovalFor(w.Context(), w.service(), mfa.ChallengeID(made.ID))
		w.must(err)
		if len(held.Challenge.Reasons) > 0 || held.Challenge.Message != "Login" {
			t.Errorf("asked %q with %v", held.Challenge.Message, held.Challenge.Reasons)
		}
	})
}

// service is the world's service as a caller.
func (w *world) service() *mfa.Caller {
	w.tb.Helper()
	c, err := w.Service.CallerFor(w.Context(), svcID)
	w.must(err)
	return c
}

func TestOneRequestWaitsAtATime(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		w.link("ann")
		var twin struct{ ID string }
		w.ok(by(onDir, http.MethodPost, "/directory/v3/services", object{"name": "Twin"}), &twin)
		made := w.ask(object{"username": "ann", "ttl": 60})
		until := w.Clock.Now().Add(time.Minute).Format(time.RFC3339)
		for subject, mine := range map[string]bool{onSvc: true, "svc:" + twin.ID: false} {
			a := w.do(by(subject, http.MethodPost, auths, object{"username": "ann"}))
			want := fmt.Sprintf(`{"auth_request":%q,"expires":%q,"from_same_service":%v}`, made.ID, until, mine)
			if a.Status != 409 || !strings.Contains(string(a.Body), `"SVC-005"`) || !strings.Contains(string(a.Body), want) {
				t.Errorf("%s: %d %s", subject, a.Status, a.Body)
			}
			// What another service asked is unknown to it.
			if a := w.do(by(subject, http.MethodGet, auths+"/"+made.ID, nil)); a.Status != http.StatusNoContent {
				t.Errorf("%s polls: %d", subject, a.Status)
			}
		}
		w.refused(by("svc:"+twin.ID, http.MethodDelete, auths+"/"+made.ID, nil), 404, "")
		w.ok(cancelOf(made.ID), nil)
		w.refused(cancelOf(made.ID), 409, "SVC-007")
		w.refused(pollOf(made.ID), 409, "SVC-007")
		late := w.ask(object{"username": "ann", "ttl": 30})
		w.Clock.Advance(31 * time.Second)
		w.refused(pollOf(late.ID), 408, "")
		w.refused(cancelOf(late.ID), 404, "")
		if a := w.ok(pollOf(unknown), nil); a.Status != http.StatusNoContent {
			t.Errorf("nobody's: %d", a.Status)
		}
		w.refused(cancelOf(unknown), 404, "")
		w.refused(pollOf("x"), 400, "ARG-001")
		w.ask(object{"username": "ann"})
	})
}

func TestWhatIsSwitchedOffConcernsNobody(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		d := w.link("ann")
		w.callHome("https://a.b/hook")
		asked := w.ask(object{"username": "ann"}).ID
		w.must(w.respond(d, receipt.Approved, nil))
		calls := []request{
			by(onDir, http.MethodPost, devices, object{"identifier": "ann"}), by(onDir, http.MethodPost, devices+"/list", object{"identifier": "ann"}),
			by(onDir, http.MethodDelete, devices, object{"identifier": "ann", "device_id": unknown}), by(onDir, http.MethodPost, dirSessions+"/list", object{"identifier": "ann"}),
			by(onDir, http.MethodDelete, dirSessions, object{"identifier": "ann"}), by(onDir, http.MethodPost, dirTOTP, object{"identifier": "ann"}),
			by(onDir, http.MethodDelete, dirTOTP, object{"identifier": "ann"}),
		}
		own := []request{
			by(onSvc, http.MethodPost, auths, object{"username": "ann"}), by(onSvc, http.MethodPost, svcSessions, object{"username": "ann"}),
			by(onSvc, http.MethodDelete, svcSessions, object{"username": "ann"}), by(onSvc, http.MethodPost, svcTOTP, object{"identifier": "ann", "otp": "123456"}),
			pollOf(asked), cancelOf(asked),
		}
		w.ok(by(onDir, http.MethodPatch, "/directory/v3/services", object{"service_id": svcID, "active": false}), nil)
		for _, r := range own {
			w.refused(r, 403, "")
		}
		if told := w.hooks(w.service(), onOrg, onSvc); len(told) > 0 {
			t.Errorf("told %+v", told)
		}
		w.ok(by(onDir, http.MethodPatch, "/directory/v3/services", object{"service_id": svcID, "active": true}), nil)
		w.patch(object{"active": false})
		for _, r := range slices.Concat(calls, own) {
			w.refused(r, 403, "")
		}
		// It can still be managed, and switched on again.
		w.ok(by(onDir, http.MethodGet, "/directory/v3/services", nil), nil)
		w.patch(object{"active": true})
		w.ok(pollOf(asked), nil)
		w.ask(object{"username": "ann"})
	})
}

func TestSessionsAreStartedListedAndEnded(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		w.link("ann")
		list := func() string {
			a := w.ok(by(onDir, http.MethodPost, dirSessions+"/list", object{"identifier": "ann"}), nil)
			return string(a.Body)
		}
		if list() != "[]" {
			t.Errorf("at first: %s", list())
		}
		start := func(more object) request {
			body := object{"username": "ann"}
			maps.Copy(body, more)
			return by(onSvc, http.MethodPost, svcSessions, body)
		}
		w.ok(start(nil), nil)
		w.ok(start(object{"auth_request": nil}), nil)
		w.Clock.Advance(time.Second)
		w.ok(start(object{"auth_request": unknown}), nil)
		want := fmt.Sprintf(`[{"auth_request":%q,"date_created":%q,"service_icon":null,"service_id":%q,"service_name":"Login"}]`, unknown, w.Clock.Now().Format(time.RFC3339), svcID)
		if list() != want {
			t.Errorf("one: %s", list())
		}
		end := by(onSvc, http.MethodDelete, svcSessions, object{"username": "ann"})
		w.ok(end, nil)
		w.ok(end, nil)
		if list() != "[]" {
			t.Errorf("ended: %s", list())
		}
		w.ok(start(nil), nil)
		w.ok(by(onDir, http.MethodDelete, dirSessions, object{"identifier": "ann"}), nil)
		if list() != "[]" {
			t.Errorf("all ended: %s", list())
		}
		for _, r := range []request{
			by(onSvc, http.MethodPost, svcSessions, object{"username": "nobody"}), by(onSvc, http.MethodDelete, svcSessions, object{"username": "nobody"}),
			by(onDir, http.MethodPost, dirSessions+"/list", object{"identifier": "nobody"}), by(onDir, http.MethodDelete, dirSessions, object{"identifier": "nobody"}),
		} {
			w.refused(r, 404, "")
		}
		w.refused(start(object{"auth_request": "x"}), 400, "ARG-001")
		w.refused(by(onSvc, http.MethodPost, svcSessions, object{}), 400, "ARG-001")
	})
}

func TestTOTPIsGivenCheckedAndTaken(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		var seed struct {
			Secret, Algorithm string
			Period, Digits    int
		}
		generate := by(onDir, http.MethodPost, dirTOTP, object{"identifier": "ann"})
		w.ok(generate, &seed)
		if len(seed.Secret) != 32 || seed.Algorithm != "SHA1" || seed.Period != 30 || seed.Digits != 6 {
			t.Errorf("seed %+v", seed)
		}
		check := func(code any) request {
			return by(onSvc, http.MethodPost, svcTOTP, object{"identifier": "ann", "otp": code})
		}
		valid := func(code string) bool {
			var out struct{ Valid bool }
			w.ok(check(code), &out)
			return out.Valid
		}
		raw, err := base32.StdEncoding.DecodeString(seed.Secret)
		w.must(err)
		code, err := totp.Code(mfa.NewSecret(raw), mfa.TOTPData{Algorithm: "SHA1", Digits: 6, Period: 30}, w.Clock.Now())
		w.must(err)
		if !valid(strings.TrimLeft(code, "0")) || valid(code) {
			t.Error("a code counts once, with its zeros or without")
		}
		for _, wrong := range []string{"notvalid", "123456", "", "1", "12345678901234567890"} {
			if wrong != code && valid(wrong) {
				t.Errorf("%q counts", wrong)
			}
		}
		w.refused(check(5), 400, "ARG-001")
		w.refused(by(onSvc, http.MethodPost, svcTOTP, object{"identifier": "nobody", "otp": "123456"}), 404, "")
		before := seed.Secret
		w.ok(generate, &seed)
		if seed.Secret == before {
			t.Error("the seed is the old one")
		}
		for _, name := range []string{"ann", "ann", "nobody"} {
			w.ok(by(onDir, http.MethodDelete, dirTOTP, object{"identifier": name}), nil)
		}
		w.refused(check("123456"), 404, "")
	})
}
