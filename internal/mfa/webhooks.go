package mfa

import (
	"context"
	"net/url"
)

// Bounds of webhooks; texts count in bytes.
const (
	MaxWebhooks      = 50   // of one application: each costs a row for every event that it wants
	MaxWebhookEvents = 100  // of one webhook: no dialect has as many names
	maxWebhookURL    = 2048 // what every proxy and server on the way takes
	maxWebhookName   = 200  // one line on every screen
	webhookKeyLength = 32   // 160 bits
)

// AddWebhook subscribes an application to events and makes the key that signs them.
func (s *Service) AddWebhook(ctx context.Context, c *Caller, hook Webhook) (Webhook, error) {
	if err := checkWebhook(hook); err != nil {
		return Webhook{}, err
	}
	key, err := randomText(s.random, webhookKeyLength)
	if err != nil {
		return Webhook{}, err
	}
	hook.ID, hook.ApplicationID, hook.SigningKey, hook.CreatedAt = NewID[WebhookID](), c.Application.ID, SecretText(key), s.Now()
	err = s.store.Write(ctx, func(w WriteRecords) error {
		existing, err := w.WebhooksOf(c.Application.ID)
		if err != nil {
			return err
		}
		if len(existing) >= MaxWebhooks {
			return refuse(Conflict, "", "the application has as many webhooks as it may have; delete one first")
		}
		w.Announce(TopicConfiguration)
		return w.AddWebhook(hook)
	})
	return hook, err
}

func checkWebhook(hook Webhook) error {
	u, err := url.Parse(hook.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return &Error{Code: Invalid, Field: "url", Message: "a webhook needs an http or https address"}
	case len(hook.URL) > maxWebhookURL:
		return &Error{Code: Invalid, Field: "url", Message: "the address is longer than 2048 characters"}
	case hook.Name == "" || len(hook.Name) > maxWebhookName:
		return &Error{Code: Invalid, Field: "name", Message: "a webhook needs a name of at most 200 characters"}
	case len(hook.Events) == 0 || len(hook.Events) > MaxWebhookEvents:
		return &Error{Code: Invalid, Field: "events", Message: "a webhook has 1 to 100 events"}
	}
	return nil
}

// WebhooksOf lists an application's subscriptions as they are now.
func (s *Service) WebhooksOf(ctx context.Context, c *Caller) ([]Webhook, error) {
	var out []Webhook
	err := s.store.Read(ctx, func(r Records) (err error) {
		out, err = r.WebhooksOf(c.Application.ID)
		return err
	})
	return out, err
}

// RemoveWebhook ends a subscription.
func (s *Service) RemoveWebhook(ctx context.Context, c *Caller, id WebhookID) error {
	return s.store.Write(ctx, func(w WriteRecords) error {
		hook, err := w.Webhook(id)
		if err == nil && hook.ApplicationID != c.Application.ID {
			err = Missing("webhook")
		}
		if err != nil {
			return err
		}
		w.Announce(TopicConfiguration)
		return w.RemoveWebhook(id)
	})
}
