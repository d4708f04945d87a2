// Package webhooks holds the rules of subscriptions of applications to events.
package webhooks

import (
	"context"
	"io"
	"net/url"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Service holds the rules. Its methods are safe for concurrent use.
type Service struct {
	domain *mfa.Service
	store  mfa.Store
	random io.Reader
}

// New returns the service, beside the one of the domain.
func New(domain *mfa.Service) *Service {
	parts := domain.Parts()
	return &Service{domain: domain, store: parts.Store, random: parts.Random}
}

// Bounds of webhooks; texts count in bytes.
const (
	MaxWebhooks      = 50   // of one application: each costs a row for every event that it wants
	MaxWebhookEvents = 100  // of one webhook: no dialect has as many names
	maxWebhookURL    = 2048 // what every proxy and server on the way takes
	maxWebhookName   = 200  // one line on every screen
	webhookKeyLength = 32   // 160 bits
)

// Add subscribes an application to events and makes the key that signs them.
func (s *Service) Add(ctx context.Context, c *mfa.Caller, hook mfa.Webhook) (mfa.Webhook, error) {
	if err := checkWebhook(hook); err != nil {
		return mfa.Webhook{}, err
	}
	key, err := mfa.RandomText(s.random, webhookKeyLength)
	if err != nil {
		return mfa.Webhook{}, err
	}
	hook.ID, hook.ApplicationID, hook.SigningKey, hook.CreatedAt = mfa.NewID[mfa.WebhookID](), c.Application.ID, mfa.SecretText(key), s.domain.Now()
	err = s.store.Write(ctx, func(w mfa.WriteRecords) error {
		existing, err := w.WebhooksOf(c.Application.ID)
		if err != nil {
			return err
		}
		if len(existing) >= MaxWebhooks {
			return &mfa.Error{Code: mfa.Conflict, Message: "the application has as many webhooks as it may have; delete one first"}
		}
		w.Announce(mfa.TopicConfiguration)
		return w.AddWebhook(hook)
	})
	return hook, err
}

func checkWebhook(hook mfa.Webhook) error {
	u, err := url.Parse(hook.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return &mfa.Error{Code: mfa.Invalid, Field: "url", Message: "a webhook needs an http or https address"}
	case len(hook.URL) > maxWebhookURL:
		return &mfa.Error{Code: mfa.Invalid, Field: "url", Message: "the address is longer than 2048 characters"}
	case hook.Name == "" || len(hook.Name) > maxWebhookName:
		return &mfa.Error{Code: mfa.Invalid, Field: "name", Message: "a webhook needs a name of at most 200 characters"}
	case len(hook.Events) == 0 || len(hook.Events) > MaxWebhookEvents:
		return &mfa.Error{Code: mfa.Invalid, Field: "events", Message: "a webhook has 1 to 100 events"}
	}
	return nil
}

// Of lists an application's subscriptions as they are now.
func (s *Service) Of(ctx context.Context, c *mfa.Caller) ([]mfa.Webhook, error) {
	var out []mfa.Webhook
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		out, err = r.WebhooksOf(c.Application.ID)
		return err
	})
	return out, err
}

// Remove ends a subscription.
func (s *Service) Remove(ctx context.Context, c *mfa.Caller, id mfa.WebhookID) error {
	return s.store.Write(ctx, func(w mfa.WriteRecords) error {
		hook, err := w.Webhook(id)
		if err == nil && hook.ApplicationID != c.Application.ID {
			err = mfa.Missing("webhook")
		}
		if err != nil {
			return err
		}
		w.Announce(mfa.TopicConfiguration)
		return w.RemoveWebhook(id)
	})
}
