package mfa

import "time"

// Webhook is an application's subscription to events, as a dialect offers it.
type Webhook struct {
	ID            WebhookID
	ApplicationID ApplicationID
	Dialect       string
	Name          string
	URL           string
	Events        []string // in the dialect's own words
	SigningKey    Secret   // sealed at rest
	CreatedAt     time.Time
}

// WebhookReader looks webhooks up.
type WebhookReader interface {
	Webhook(WebhookID) (Webhook, error)
	WebhooksOf(ApplicationID) ([]Webhook, error)
}

// WebhookWriter changes them.
type WebhookWriter interface {
	AddWebhook(Webhook) error
	RemoveWebhook(WebhookID) error
}
