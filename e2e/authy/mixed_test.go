package authy

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/e2e/harness"
)

// mixed: an application may be written with one package here and another there. Each step is taken with the next
// one, about the same person and the same request.
func (w *world) mixed(t *testing.T) {
	c := w.sdks(t, w.bank)
	p := w.NewPerson()
	id := mustCreate(t, c["npm authy"], p)
	for name, same := range c {
		if got := same.create(t, p); got.id != id {
			t.Errorf("%s makes %+v of user %d", name, got, id)
		}
	}
	device := w.NewDevice(t)
	device.LinkByPhone(p.Phone, 1)
	c["authy-client"].sms(t, id, true).good(t, "sms")
	code := w.Code(t, p.Phone, 2).Code()
	c["python"].verify(t, id, code, true).good(t, "verify")
	for name, again := range c {
		if got := again.verify(t, id, code, true); got.ok {
			t.Errorf("%s has the same code count again", name)
		}
	}
	w.mixedApproval(t, c, device, id)
}

func (w *world) mixedApproval(t *testing.T, c map[string]sdk, device *harness.Device, id int64) {
	t.Helper()
	q := transfer("everybody@example.com")
	asked := c["python"].ask(t, id, q)
	asked.good(t, "ask")
	other := c["npm authy"].ask(t, id, q)
	other.good(t, "ask the same again")
	if other.uuid == asked.uuid {
		t.Error("two equal transfers are one") // somebody may well pay the same twice
	}
	device.Deny(other.uuid)
	for name, polls := range c {
		if got := polls.approval(t, asked.uuid); got.state != "pending" {
			t.Errorf("%s sees %+v", name, got)
		}
	}
	device.Approve(asked.uuid)
	for name, polls := range c {
		if got := polls.approval(t, asked.uuid); got.state != "approved" || got.uuid != asked.uuid {
			t.Errorf("%s sees %+v", name, got)
		}
	}
	got := w.callbacks.Await(t, "the callback", func(got harness.Callback) bool { return strings.Contains(string(got.Body), asked.uuid) })
	var body map[string]any
	if err := json.Unmarshal(got.Body, &body); err != nil {
		t.Fatal(err)
	}
	w.accepted(t, got, body)
}
