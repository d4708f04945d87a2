package native_test

import (
	"crypto/ecdsa"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
)

// created decodes an answer of another good status than the usual one.
func created[T any](t *testing.T, status int, a answer) T {
	t.Helper()
	if a.status != status {
		t.Fatalf("%d %s, want %d", a.status, a.body, status)
	}
	a.status = http.StatusOK
	return read[T](t, a)
}

// asking is a device that lets another one in.
type asking struct {
	*desk
	t    *testing.T
	old  *mfatest.Device
	join api.JoinStarted
}

func ask(t *testing.T, d *desk, old *mfatest.Device, purpose string) asking {
	t.Helper()
	a := asking{d, t, old, created[api.JoinStarted](t, http.StatusCreated, d.post(old.Key, api.PathJoins, api.JoinRequest{Purpose: purpose}))}
	if !strings.HasSuffix(a.join.URI, "code="+a.join.Code+"&server=https%3A%2F%2Fmfa.example.test") {
		t.Errorf("the picture holds %s", a.join.URI)
	}
	return a
}

func (a asking) claim(key *ecdsa.PrivateKey) answer { return a.link(a.join.Code, key) }

func (a asking) look() answer { return a.get(a.old, path(api.PathJoin, "{id}", a.join.ID)) }

func (a asking) answer(in api.JoinAnswer) answer {
	return a.post(a.old.Key, path(api.PathJoinAnswer, "{id}", a.join.ID), in)
}

func TestADeviceLetsAnotherOneIn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ann := d.Register("4155550120")
	old := ann.Link()
	a := ask(t, d, old, api.JoinAdd)
	if j := read[api.Join](t, a.look()); j.State != api.JoinOpen || j.Purpose != api.JoinAdd || j.Device != nil || j.Choices != nil || j.ExpiresAt != a.join.ExpiresAt {
		t.Errorf("at first it is %+v", j)
	}
	refused(t, "too early", a.answer(api.JoinAnswer{Approve: true, Number: "10"}), http.StatusConflict, api.CodeJoinUnclaimed)
	key, _ := d.newKey()
	waiting := created[api.LinkPending](t, http.StatusAccepted, a.claim(key))
	if again := created[api.LinkPending](t, http.StatusAccepted, a.claim(key)); again != waiting || waiting.Join.ID != a.join.ID {
		t.Errorf("asking again gives %+v, first it was %+v", again, waiting)
	}
	j := read[api.Join](t, a.look())
	if j.State != api.JoinClaimed || *j.Device != (api.JoinsDevice{Name: "phone", Platform: "cli"}) || len(j.Choices) != 3 || !slices.Contains(j.Choices, waiting.Join.Number) {
		t.Errorf("claimed it is %+v", j)
	}
	if done := read[api.Join](t, a.answer(api.JoinAnswer{Approve: true, Number: waiting.Join.Number})); done.State != api.JoinApproved || done.Choices != nil {
		t.Errorf("approved it is %+v", done)
	}
	linked := read[api.LinkedAccount](t, a.claim(key))
	if linked.User.ID != string(ann.User.ID) || linked.TOTP == nil || linked.TOTP.Secret == "" || linked.Device.Name != "phone" {
		t.Errorf("the account is %+v", linked)
	}
	if lost := read[api.LinkedAccount](t, a.claim(key)); *lost.TOTP != *linked.TOTP || lost.Device != linked.Device {
		t.Errorf("when the answer was lost: %+v", lost)
	}
	refused(t, "once more", a.answer(api.JoinAnswer{Approve: true, Number: waiting.Join.Number}), http.StatusGone, api.CodeJoinOver)
	other, _ := d.newKey()
	refused(t, "somebody else with the code", a.claim(other), http.StatusForbidden, api.CodeLinkRefused)
}

func TestAMoveTakesThePlaceOfTheOldDevice(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	old := d.Register("4155550121").Link()
	a := ask(t, d, old, api.JoinMove)
	key, _ := d.newKey()
	waiting := created[api.LinkPending](t, http.StatusAccepted, a.claim(key))
	if j := read[api.Join](t, a.answer(api.JoinAnswer{Approve: true, Number: waiting.Join.Number})); j.State != api.JoinApproved {
		t.Errorf("approved it is %+v", j)
	}
	refused(t, "the old device", a.look(), http.StatusUnauthorized, api.CodeDeviceUnknown)
	linked := read[api.LinkedAccount](t, a.claim(key))
	list := read[api.DeviceList](t, d.do(request{method: http.MethodGet, target: api.PathDevices, sign: key}))
	if len(list.Devices) != 1 || list.Devices[0].ID != linked.Device.ID || !list.Devices[0].This {
		t.Errorf("left are %+v", list.Devices)
	}
}

func TestADeviceThatIsNotWantedStaysOut(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	old := d.Register("4155550122").Link()
	for what, end := range map[string]func(a asking, number string) answer{
		"denied": func(a asking, number string) answer { return a.answer(api.JoinAnswer{Number: number}) },
		"withdrawn": func(a asking, _ string) answer {
			gone := a.do(request{method: http.MethodDelete, target: path(api.PathJoin, "{id}", a.join.ID), sign: a.old.Key})
			if gone.status != http.StatusNoContent {
				t.Errorf("withdrawing: %d %s", gone.status, gone.body)
			}
			return a.look()
		},
	} {
		a := ask(t, d, old, api.JoinAdd)
		key, _ := d.newKey()
		waiting := created[api.LinkPending](t, http.StatusAccepted, a.claim(key))
		if j := read[api.Join](t, end(a, waiting.Join.Number)); j.State != api.JoinRefused {
			t.Errorf("%s it is %+v", what, j)
		}
		refused(t, what, a.claim(key), http.StatusForbidden, api.CodeLinkRefused)
	}
	a := ask(t, d, old, api.JoinAdd)
	key, _ := d.newKey()
	waiting := created[api.LinkPending](t, http.StatusAccepted, a.claim(key))
	wrong := slices.DeleteFunc(read[api.Join](t, a.look()).Choices, func(n string) bool { return n == waiting.Join.Number })
	refused(t, "a wrong number", a.answer(api.JoinAnswer{Approve: true, Number: wrong[0]}), http.StatusUnprocessableEntity, api.CodeJoinMismatch)
	refused(t, "the right one after it", a.answer(api.JoinAnswer{Approve: true, Number: waiting.Join.Number}), http.StatusGone, api.CodeJoinOver)
	refused(t, "the device after a wrong number", a.claim(key), http.StatusForbidden, api.CodeLinkRefused)
	if list := read[api.DeviceList](t, d.get(old, api.PathDevices)); len(list.Devices) != 1 {
		t.Errorf("linked are %+v", list.Devices)
	}
}

func TestJoinsBelongToTheDeviceThatBeganThem(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ann := d.Register("4155550123")
	old, second, stranger := ann.Link(), ann.Link(), d.Register("4155550124").Link()
	a := ask(t, d, old, api.JoinAdd)
	for what, by := range map[string]*mfatest.Device{"another device of the person": second, "somebody else's": stranger} {
		own := asking{d, t, by, a.join}
		refused(t, what, own.look(), http.StatusNotFound, api.CodeJoinUnknown)
		refused(t, what, own.answer(api.JoinAnswer{}), http.StatusNotFound, api.CodeJoinUnknown)
	}
	refused(t, "an unknown one", d.get(old, path(api.PathJoin, "{id}", "nonsense")), http.StatusNotFound, api.CodeJoinUnknown)
	refused(t, "for nothing", d.post(old.Key, api.PathJoins, api.JoinRequest{Purpose: "x"}), http.StatusBadRequest, api.CodeInvalidRequest)
	next := ask(t, d, old, api.JoinAdd)
	if j := read[api.Join](t, a.look()); j.State != api.JoinRefused {
		t.Errorf("after another one began it is %+v", j)
	}
	if j := read[api.Join](t, next.look()); j.State != api.JoinOpen {
		t.Errorf("the other one is %+v", j)
	}
}

func TestTheOldDeviceHearsOfTheNewOneAtOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	old := d.Register("4155550125").Link()
	a := ask(t, d, old, api.JoinAdd)
	held := make(chan answer)
	go func() { held <- d.get(old, path(api.PathJoin, "{id}", a.join.ID)+"?wait=60") }()
	key, _ := d.newKey()
	waiting := created[api.LinkPending](t, http.StatusAccepted, a.claim(key))
	if j := read[api.Join](t, <-held); j.State != api.JoinClaimed {
		t.Errorf("it heard of %+v", j)
	}
	go func() { held <- d.get(old, path(api.PathJoin, "{id}", a.join.ID)+"?wait=60&state=claimed") }()
	if j := read[api.Join](t, a.answer(api.JoinAnswer{Approve: true, Number: waiting.Join.Number})); j.State != api.JoinApproved {
		t.Errorf("approved it is %+v", j)
	}
	if j := read[api.Join](t, <-held); j.State != api.JoinApproved {
		t.Errorf("then it heard of %+v", j)
	}
	refused(t, "too long", d.get(old, path(api.PathJoin, "{id}", a.join.ID)+"?wait=61"), http.StatusBadRequest, api.CodeInvalidRequest)
}

func TestNoNumberOfAJoinIsToldToTheDeviceThatChooses(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := ask(t, d, d.Register("4155550126").Link(), api.JoinAdd)
	key, _ := d.newKey()
	created[api.LinkPending](t, http.StatusAccepted, a.claim(key))
	var members map[string]json.RawMessage
	d.check(json.Unmarshal(a.look().body, &members))
	if members["number"] != nil || len(members) != 6 {
		t.Errorf("it is told %s", a.look().body)
	}
}

// What a device is told once must not be had later, nor by its key in another browser.
func TestWhatADeviceWasToldIsRepeatedToItAloneAndNotForLong(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := ask(t, d, d.Register("4155550127").Link(), api.JoinAdd)
	key, public := d.newKey()
	claim := func(h http.Header) answer {
		body := d.json(api.LinkRequest{Code: a.join.Code, Name: "browser", Platform: "web", Key: public})
		return d.do(request{method: http.MethodPost, target: api.PathLinks, body: body, sign: key, header: h})
	}
	waiting := created[api.LinkPending](t, http.StatusAccepted, claim(cookie("k")))
	refused(t, "waiting in another browser", claim(nil), http.StatusForbidden, api.CodeLinkRefused)
	read[api.Join](t, a.answer(api.JoinAnswer{Approve: true, Number: waiting.Join.Number}))
	for what, h := range map[string]http.Header{"no browser": nil, "another browser": cookie("j")} {
		refused(t, what, claim(h), http.StatusForbidden, api.CodeLinkRefused)
	}
	read[api.LinkedAccount](t, claim(cookie("k")))
	d.Clock.Advance(d.Service.Limits().JoinLife)
	read[api.LinkedAccount](t, claim(cookie("k")))
	d.Clock.Advance(time.Minute)
	refused(t, "later", claim(cookie("k")), http.StatusForbidden, api.CodeLinkRefused)
}
