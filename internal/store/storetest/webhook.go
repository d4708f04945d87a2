package storetest

import "github.com/twinseal/twinseal/internal/mfa"

var webhookScenes = []scene{
	{name: "comes back as it was added, key opened", play: func(w *world) {
		h := w.webhook(nil)
		same(w, "by id", read(w, func(r mfa.Records) (mfa.Webhook, error) { return r.Webhook(h.ID) }), h)
		missing(w, func(r mfa.Records) (mfa.Webhook, error) { return r.Webhook("no-such") })
		w.refused(mfa.Conflict, "id", func(r mfa.WriteRecords) error { return r.AddWebhook(h) })
	}},
	{name: "are listed by application, until removed", play: func(w *world) {
		young, old := w.webhook(func(h *mfa.Webhook) { h.CreatedAt = after(1) }), w.webhook(func(h *mfa.Webhook) { h.Events = nil })
		list := func(r mfa.Records) ([]mfa.Webhook, error) { return r.WebhooksOf(w.app.ID) }
		same(w, "both", read(w, list), []mfa.Webhook{old, young})
		w.write(func(r mfa.WriteRecords) error { return r.RemoveWebhook(old.ID) })
		same(w, "one", read(w, list), []mfa.Webhook{young})
		w.refused(mfa.NotFound, "", func(r mfa.WriteRecords) error { return r.RemoveWebhook(old.ID) })
	}},
}

func (w *world) webhook(edit func(*mfa.Webhook)) mfa.Webhook {
	w.Helper()
	h := mfa.Webhook{
		ID: newID[mfa.WebhookID](), ApplicationID: w.app.ID, Dialect: "authy", Name: "mine", URL: "https://example.com/hook",
		Events: []string{"user_added", "token_verified"}, SigningKey: mfa.SecretText(newID[string]()), CreatedAt: start,
	}
	if edit != nil {
		edit(&h)
	}
	w.write(func(r mfa.WriteRecords) error { return r.AddWebhook(h) })
	return h
}
