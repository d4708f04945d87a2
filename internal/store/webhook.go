package store

import (
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

const selectWebhook = `SELECT id, application_id, dialect, name, url, events, sealed_signing_key, created_at FROM webhooks `

var (
	webhookByID = &engine.Statement{SQL: selectWebhook + `WHERE id = ?`}

	webhooksOf = &engine.Statement{SQL: selectWebhook + `WHERE application_id = ? ORDER BY created_at, id`}

	addWebhook = &engine.Statement{SQL: `INSERT INTO webhooks (id, application_id, dialect, name, url, events, sealed_signing_key, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`}

	removeWebhook = &engine.Statement{SQL: `DELETE FROM webhooks WHERE id = ?`}
)

var webhookNoun = noun[mfa.Webhook]{
	name: "webhook",
	scan: func(row engine.Row, h *mfa.Webhook) error {
		var events string
		var sealed []byte
		var created int64
		err := row.Scan((*string)(&h.ID), (*string)(&h.ApplicationID), &h.Dialect, &h.Name, &h.URL, &events, &sealed, &created)
		if err != nil {
			return err
		}
		h.SigningKey, h.CreatedAt = mfa.NewSecret(sealed), moment(created)
		h.Events, err = decodeTexts[string]("a webhook's events", events)
		return err
	},
	open: func(r *records, h *mfa.Webhook) error {
		return r.unseal("webhooks", "sealed_signing_key", string(h.ID), &h.SigningKey)
	},
}

func (r *records) Webhook(id mfa.WebhookID) (mfa.Webhook, error) {
	return one(r, webhookNoun, webhookByID, string(id))
}

// WebhooksOf lists an application's, oldest first.
func (r *records) WebhooksOf(application mfa.ApplicationID) ([]mfa.Webhook, error) {
	return many(r, webhookNoun, webhooksOf, string(application))
}

func (w *writeRecords) AddWebhook(h mfa.Webhook) error {
	events, err := encodeList("a webhook's events", h.Events)
	if err != nil {
		return err
	}
	return w.insert("id", addWebhook, string(h.ID), string(h.ApplicationID), h.Dialect, h.Name, h.URL, events,
		w.sealed("webhooks", "sealed_signing_key", string(h.ID), h.SigningKey), micros(h.CreatedAt))
}

func (w *writeRecords) RemoveWebhook(id mfa.WebhookID) error {
	return w.change("webhook", removeWebhook, string(id))
}
