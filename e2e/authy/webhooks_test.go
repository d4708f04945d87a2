package authy

import (
	"fmt"
	"net/url"
	"slices"
	"testing"

	"github.com/twinseal/twinseal/client/authy"
	"github.com/twinseal/twinseal/e2e/harness"
)

// dashboard is the port's client for webhooks.
func (w *world) dashboard(t *testing.T, keys authy.DashboardKeys) *authy.Dashboard {
	t.Helper()
	d, err := authy.NewDashboard(keys, authy.WithBaseURL(w.URL))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (a application) dashboardKeys() authy.DashboardKeys {
	return authy.DashboardKeys{AppAPIKey: authy.Secret(a.key), AccessKey: authy.Secret(a.access), SigningKey: authy.Secret(a.sign)}
}

// webhooks are made, told of what happens, listed and deleted.
func (w *world) webhooks(t *testing.T) {
	d := w.dashboard(t, w.bank.dashboardKeys())
	hook, err := d.CreateWebhook(t.Context(), authy.NewWebhook{
		Name: "events & more", URL: w.callbacks.URL + "/hook",
		Events: []authy.EventName{authy.EventUserAdded, authy.EventTokenVerified, authy.EventOneTouchResponded, authy.EventUserRemoved},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Log.Secret(string(hook.SigningKey))
	c := goSDK{w.goClient(t, w.bank)}
	p := w.NewPerson()
	id := mustCreate(t, c, p)
	c.sms(t, id, true).good(t, "sms")
	c.verify(t, id, w.Code(t, p.Phone, 1).Code(), true).good(t, "verify")
	device := w.NewDevice(t)
	device.LinkTo(id, "--app", fmt.Sprint(w.bank.number))
	asked := c.ask(t, id, question{message: "Tell the webhook"})
	device.Deny(asked.uuid)
	c.remove(t, id).good(t, "delete")
	for _, name := range []authy.EventName{authy.EventUserAdded, authy.EventTokenVerified, authy.EventUserRemoved} {
		w.event(t, hook, name, func(e *authy.WebhookEvent) bool { return e.Objects["user"].Int("authy_id") == id })
	}
	w.event(t, hook, authy.EventOneTouchResponded, func(e *authy.WebhookEvent) bool {
		return e.Objects["onetouch_request"].Text("uuid") == asked.uuid && e.Objects["onetouch_request"].Text("status") == "denied"
	})
	w.webhookEnds(t, d, hook)
}

// event waits for the delivery of an event, which the webhook's key must have signed.
func (w *world) event(t *testing.T, hook *authy.Webhook, name authy.EventName, match func(*authy.WebhookEvent) bool) {
	t.Helper()
	w.callbacks.Await(t, string(name), func(got harness.Callback) bool {
		form, err := url.ParseQuery(string(got.Body))
		if err != nil || got.Path != "/hook" {
			return false
		}
		e, err := authy.ParseWebhook(form, hook.SigningKey)
		if err != nil {
			t.Errorf("a delivery that the webhook's key did not sign: %v", err)
			return false
		}
		return e.Name == name && match(e)
	})
}

func (w *world) webhookEnds(t *testing.T, d *authy.Dashboard, hook *authy.Webhook) {
	t.Helper()
	is := func(h authy.Webhook) bool { return h.ID == hook.ID }
	if all, err := d.Webhooks(t.Context()); err != nil || !slices.ContainsFunc(all, is) {
		t.Errorf("the list is %v, %v", all, err)
	}
	stranger := w.bank.dashboardKeys()
	stranger.SigningKey = "not-the-signing-key-but-as-long"
	if err := w.dashboard(t, stranger).DeleteWebhook(t.Context(), hook.ID); err == nil {
		t.Error("a stranger deletes a webhook")
	}
	if err := d.DeleteWebhook(t.Context(), hook.ID); err != nil {
		t.Error(err)
	}
	if all, err := d.Webhooks(t.Context()); err != nil || slices.ContainsFunc(all, is) {
		t.Errorf("after deleting the list is %v, %v", all, err)
	}
}
