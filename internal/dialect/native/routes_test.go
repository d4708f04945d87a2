package native_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/internal/dialect/native"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/receipt"
)

func TestADeviceLinksByCodeAndSeesItsAccount(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ann := d.Register("4155550101")
	key, public := d.newKey()
	linked := read[api.LinkedAccount](t, d.post(key, api.PathLinks, api.LinkRequest{
		Code: strings.ToLower(d.linkCode(ann)), Name: " Ann's\u202e phone\n", Platform: "Android", Key: public,
	}))
	if linked.Device.Name != "Ann's phone" || linked.Device.Platform != "android" || linked.Device.Key != receipt.JWK(public).Thumbprint() || linked.Device.Push {
		t.Errorf("the device is %+v", linked.Device)
	}
	if linked.User.Number != ann.User.Number || linked.User.Email != "a•••@example.com" || linked.User.Phone != "••• 01" {
		t.Errorf("the user is %+v", linked.User)
	}
	if linked.TOTP == nil || linked.TOTP.Algorithm != "SHA1" || linked.TOTP.Digits != 6 || linked.TOTP.Period != 30 || len(linked.TOTP.Secret) != 32 {
		t.Errorf("the seed is %+v", linked.TOTP)
	}
	if len(linked.Applications) != 1 || linked.Applications[0].Name != "Bank" || linked.Organization.Name != "Acme" || linked.Directory.Name != "customers" {
		t.Errorf("the account is %+v", linked.Account)
	}
	later := d.do(request{method: http.MethodGet, target: api.PathDevice, sign: key})
	if account := read[api.Account](t, later); account.Device != linked.Device || account.ServerKey != linked.ServerKey || account.User != linked.User {
		t.Errorf("later the account is %+v, first it was %+v", account, linked.Account)
	}
	if strings.Contains(string(later.body), linked.TOTP.Secret) || strings.Contains(string(later.body), "totp") {
		t.Error("the seed was given twice")
	}
}

func TestADeviceLinkedByItsDirectoryIsKnownByTheApplicationsName(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	started, err := d.Service.StartDeviceLink(t.Context(), mfa.StartDeviceLink{Caller: d.Caller, Alias: "ann@shop", Dialect: "test"})
	d.check(err)
	key, public := d.newKey()
	linked := read[api.LinkedAccount](t, d.post(key, api.PathLinks, api.LinkRequest{Code: started.Code, Name: "phone", Platform: "cli", Key: public}))
	if linked.User.Alias != "ann@shop" || linked.Device.ID != string(started.DeviceID) {
		t.Errorf("the account is %+v of %+v", linked.Device, linked.User)
	}
}

func TestADeviceLinksByPhone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ann := d.Register("4155550102")
	key, _ := d.newKey()
	started := read[api.PhoneLinkStarted](t, d.post(key, api.PathPhoneLinks, api.PhoneLinkRequest{Phone: "+1 415 555 0102", Name: "phone", Platform: "ios"}))
	finish := strings.Replace(api.PathPhoneLink, "{enrollment}", started.EnrollmentID, 1)
	code := d.sentCode(ann.User.Phone.E164())
	refused(t, "a wrong code", d.post(key, finish, api.PhoneLinkCode{Code: "x" + code}), http.StatusForbidden, api.CodeLinkRefused)
	linked := read[api.LinkedAccount](t, d.post(key, finish, api.PhoneLinkCode{Code: " " + code + " "}))
	if linked.User.ID != string(ann.User.ID) || linked.TOTP == nil {
		t.Errorf("the account is %+v", linked)
	}
}

// sentCode is the eight digits in the last message to an address.
func (d *desk) sentCode(address string) string {
	d.tb.Helper()
	for _, sent := range d.Outbox(d.Caller) {
		if sent.To == address {
			text := d.MessageOf(sent).Text
			for i := 0; i+8 <= len(text); i++ {
				if strings.Trim(text[i:i+8], "0123456789") == "" {
					return text[i : i+8]
				}
			}
		}
	}
	d.tb.Fatal("no code was sent")
	return ""
}

func TestARequestIsSeenAnsweredAndProved(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ann := d.Register("4155550103")
	phone := ann.Link()
	empty := read[api.ChallengeList](t, d.get(phone, api.PathChallenges+"?state=pending"))
	if empty.Challenges == nil || len(empty.Challenges) != 0 || empty.Cursor == "" {
		t.Errorf("an empty list is %+v", empty)
	}
	asked := ann.Ask("Transfer <money>?", mfa.Detail{Label: "To", Value: "Zoë & Co"})
	list := read[api.ChallengeList](t, d.get(phone, api.PathChallenges))
	if len(list.Challenges) != 1 || list.Cursor == empty.Cursor || list.Challenges[0].ID != string(asked.ID) || list.Challenges[0].State != api.StatePending {
		t.Fatalf("the list is %+v", list)
	}
	one := read[api.Challenge](t, d.get(phone, path(api.PathChallenge, "{id}", asked.ID)))
	if one.Question.Message != "Transfer <money>?" || one.Question.Details[0] != (api.Detail{Label: "To", Value: "Zoë & Co"}) {
		t.Errorf("the question is %+v", one.Question)
	}
	statement := phone.Statement(asked, receipt.Denied, func(s *receipt.Statement) { s.Reason, s.Fraud = "not me", true })
	first := d.post(phone.Key, path(api.PathChallengeAnswer, "{id}", asked.ID), api.Answer{Statement: statement})
	key, err := receipt.NewJWK(d.SealKey.Public())
	d.check(err)
	if _, err := receipt.Verify(first.body, receipt.Options{ServerKey: key.Thumbprint()}); err != nil {
		t.Fatalf("%d %s: %v", first.status, first.body, err)
	}
	again := d.post(phone.Key, path(api.PathChallengeAnswer, "{id}", asked.ID), api.Answer{Statement: statement})
	stored := d.get(phone, path(api.PathReceipt, "{challenge}", asked.ID))
	ours := d.do(request{method: http.MethodGet, target: path(native.PathReceipts, "{challenge}", asked.ID), header: http.Header{"Authorization": {"bearer  " + bankKey}}})
	for what, a := range map[string]answer{"sent again": again, "fetched by the device": stored, "fetched by the application": ours} {
		if a.status != http.StatusOK || string(a.body) != string(first.body) {
			t.Errorf("the receipt %s: %d %s", what, a.status, a.body)
		}
	}
	after := read[api.Challenge](t, d.get(phone, path(api.PathChallenge, "{id}", asked.ID)))
	if after.State != api.StateDenied || after.Reason != "not me" || !after.Fraud || after.AnsweredBy != string(phone.Caller.Device.ID) || after.AnsweredAt == "" {
		t.Errorf("afterwards it is %+v", after)
	}
}

// path fills the one variable of a route.
func path[ID ~string](pattern, name string, id ID) string {
	return strings.Replace(pattern, name, string(id), 1)
}

func TestHistoryIsReadPageByPage(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ann := d.Register("4155550104")
	phone := ann.Link()
	var ids []string
	for range 5 {
		ids = append([]string{string(ann.Ask("Log in?").ID)}, ids...)
	}
	var seen []string
	target := api.PathChallenges + "?state=all&limit=2"
	for pages := 0; ; pages++ {
		list := read[api.ChallengeList](t, d.get(phone, target))
		for _, c := range list.Challenges {
			seen = append(seen, c.ID)
		}
		if list.Next == "" || pages > len(ids) {
			break
		}
		target = api.PathChallenges + "?state=all&limit=2&after=" + list.Next
	}
	if strings.Join(seen, " ") != strings.Join(ids, " ") {
		t.Errorf("the pages gave %v, want %v", seen, ids)
	}
}

func TestPushSubscriptionsComeAndGo(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	phone := d.Register("4155550105").Link()
	if key := read[api.PushKey](t, d.get(phone, api.PathPushKey)); key.PublicKey != "push-key" {
		t.Errorf("the key is %q", key.PublicKey)
	}
	good := api.PushSubscription{Endpoint: "https://push.example.test/1", Keys: api.PushKeys{
		P256DH: base64.RawURLEncoding.EncodeToString(append([]byte{4}, make([]byte, 64)...)), Auth: base64.RawURLEncoding.EncodeToString(make([]byte, 16)),
	}}
	put := func(body string) answer {
		return d.do(request{method: http.MethodPut, target: api.PathPush, sign: phone.Key, body: body})
	}
	subscribed := func() bool { return read[api.Account](t, d.get(phone, api.PathDevice)).Device.Push }
	if a := put(d.json(good)); a.status != http.StatusNoContent || len(a.body) != 0 || !subscribed() {
		t.Errorf("subscribing: %d %s", a.status, a.body)
	}
	withExpiry := strings.TrimSuffix(d.json(good), "}") + `,"expirationTime":1.5}` // as browsers send it
	if a := put(withExpiry); a.status != http.StatusNoContent {
		t.Errorf("as a browser sends it: %d %s", a.status, a.body)
	}
	refused(t, "a subscription without keys", put(`{"endpoint":"https://push.example.test/1"}`), http.StatusBadRequest, api.CodeInvalidRequest)
	if a := d.do(request{method: http.MethodDelete, target: api.PathPush, sign: phone.Key}); a.status != http.StatusNoContent || subscribed() {
		t.Errorf("ending it: %d %s", a.status, a.body)
	}
}

func TestAnUnlinkedDeviceIsGone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	phone := d.Register("4155550106").Link()
	if a := d.do(request{method: http.MethodDelete, target: api.PathDevice, sign: phone.Key}); a.status != http.StatusNoContent || len(a.body) != 0 {
		t.Fatalf("unlinking: %d %s", a.status, a.body)
	}
	for _, target := range []string{api.PathDevice, api.PathChallenges, api.PathStream, api.PathPushKey} {
		refused(t, target, d.get(phone, target), http.StatusUnauthorized, api.CodeDeviceUnknown)
	}
}

func TestReceiptsAreForWhoAsked(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ann, bob := d.Register("4155550107"), d.Register("4155550108")
	phone, foreign := ann.Link(), bob.Link()
	asked := ann.Ask("Log in?")
	receipts := path(native.PathReceipts, "{challenge}", asked.ID)
	with := func(header string) answer {
		return d.do(request{method: http.MethodGet, target: receipts, header: http.Header{"Authorization": {header}}})
	}
	refused(t, "before the answer", with("Bearer "+bankKey), http.StatusNotFound, api.CodeReceiptUnknown)
	if _, err := d.Service.Answer(t.Context(), phone.Caller, asked.ID, phone.Statement(asked, receipt.Approved, nil), nil); err != nil {
		t.Fatal(err)
	}
	for _, header := range []string{"", "Bearer", "Bearer ", "Bearer wrong-key-000001", "Basic " + bankKey, bankKey} {
		refused(t, "Authorization: "+header, with(header), http.StatusUnauthorized, "key_invalid")
	}
	if a := with("Bearer " + bankKey); a.status != http.StatusOK {
		t.Errorf("the application: %d %s", a.status, a.body)
	}
	refused(t, "another person's device", d.get(foreign, path(api.PathReceipt, "{challenge}", asked.ID)), http.StatusNotFound, api.CodeReceiptUnknown)
	refused(t, "a challenge that never was", d.get(phone, path(api.PathReceipt, "{challenge}", "nonsense")), http.StatusNotFound, api.CodeReceiptUnknown)
}
