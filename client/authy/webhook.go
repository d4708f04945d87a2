package authy

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/twinseal/twinseal/client/authy/signature"
)

// DashboardKeys are the three secrets of the dashboard's interface.
type DashboardKeys struct {
	AppAPIKey  Secret // says which application
	AccessKey  Secret // says who is asking
	SigningKey Secret // signs the requests, and is never sent
}

// Dashboard manages the webhooks of an application. Its requests are signed, and
// authenticate differently from those of a [Client].
type Dashboard struct {
	transport transport
	keys      func() DashboardKeys // a function, so that printing an enclosing struct shows an address
}

// NewDashboard returns a dashboard client. The base URL must be the one under
// which the server knows itself, since it is part of what is signed.
func NewDashboard(keys DashboardKeys, options ...Option) (*Dashboard, error) {
	named := []struct {
		field string
		key   Secret
	}{{"app API key", keys.AppAPIKey}, {"access key", keys.AccessKey}, {"signing key", keys.SigningKey}}
	for _, n := range named {
		if err := checkKey(n.field, string(n.key)); err != nil {
			return nil, err
		}
	}
	s, err := apply(options)
	if err != nil {
		return nil, err
	}
	return &Dashboard{transport: s.transport(), keys: func() DashboardKeys { return keys }}, nil
}

// String describes the dashboard without its keys.
func (d *Dashboard) String() string { return "authy dashboard for " + d.transport.base }

// GoString is [Dashboard.String].
func (d *Dashboard) GoString() string { return d.String() }

// Format writes [Dashboard.String] for every verb.
func (d *Dashboard) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, d.String()) }

// LogValue is [Dashboard.String].
func (d *Dashboard) LogValue() slog.Value { return slog.StringValue(d.String()) }

// WebhookID names one webhook.
type WebhookID string

// NewWebhook is a subscription to make.
type NewWebhook struct {
	Name   string
	URL    string
	Events []EventName
}

// Webhook is a subscription to events.
type Webhook struct {
	ID         WebhookID
	Name       string
	URL        string
	Events     []EventName
	SigningKey Secret // for [ParseWebhook]
	AccountSID string
	ServiceID  string
	CreatedAt  time.Time
}

type webhookWire struct {
	ID         text        `json:"id"`
	Name       text        `json:"name"`
	URL        text        `json:"url"`
	Events     []EventName `json:"events"`
	SigningKey text        `json:"signing_key"`
	AccountSID text        `json:"account_sid"`
	ServiceID  text        `json:"service_id"`
	CreatedAt  instant     `json:"creation_date"`
}

func (w webhookWire) webhook() Webhook {
	return Webhook{
		ID: WebhookID(w.ID), Name: string(w.Name), URL: string(w.URL), Events: w.Events, SigningKey: Secret(w.SigningKey),
		AccountSID: string(w.AccountSID), ServiceID: string(w.ServiceID), CreatedAt: w.CreatedAt.Time,
	}
}

const webhooksPath = "/dashboard/json/application/webhooks"

// CreateWebhook subscribes a URL to events.
func (d *Dashboard) CreateWebhook(ctx context.Context, hook NewWebhook) (*Webhook, error) {
	const op = "create webhook"
	pairs := []signature.Pair{{Key: "name", Value: hook.Name}, {Key: "url", Value: hook.URL}}
	// Servers disagree whether the values of an array are sorted before
	// signing; sorted ones are the same either way.
	for _, event := range slices.Sorted(slices.Values(hook.Events)) {
		pairs = append(pairs, signature.Pair{Key: "events[]", Value: string(event)})
	}
	var wire struct {
		Webhook webhookWire `json:"webhook"`
	}
	if err := d.do(ctx, op, http.MethodPost, webhooksPath, pairs, &wire); err != nil {
		return nil, err
	}
	if wire.Webhook.ID == "" || wire.Webhook.SigningKey == "" {
		return nil, unexpected(op, "it has no id or no signing key")
	}
	created := wire.Webhook.webhook()
	return &created, nil
}

// Webhooks lists the subscriptions of the application.
func (d *Dashboard) Webhooks(ctx context.Context) ([]Webhook, error) {
	var wire struct {
		Webhooks []webhookWire `json:"webhooks"`
	}
	if err := d.do(ctx, "list webhooks", http.MethodGet, webhooksPath, nil, &wire); err != nil {
		return nil, err
	}
	hooks := make([]Webhook, 0, len(wire.Webhooks))
	for _, w := range wire.Webhooks {
		hooks = append(hooks, w.webhook())
	}
	return hooks, nil
}

// DeleteWebhook ends a subscription.
func (d *Dashboard) DeleteWebhook(ctx context.Context, id WebhookID) error {
	if id == "" || len(id) > maxID || strings.ContainsFunc(string(id), notInWebhookID) {
		return &FormatError{Field: "webhook id", Reason: "must consist of letters, digits, dashes and underscores"}
	}
	return d.do(ctx, "delete webhook", http.MethodDelete, webhooksPath+"/"+string(id), nil, nil)
}

func notInWebhookID(r rune) bool {
	return r != '_' && r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
}

// do signs and sends a request. All of them carry their parameters as a form in
// the body, even GET and DELETE.
func (d *Dashboard) do(ctx context.Context, op, method, path string, pairs []signature.Pair, into any) error {
	keys := d.keys()
	pairs = append(pairs,
		signature.Pair{Key: "app_api_key", Value: string(keys.AppAPIKey)},
		signature.Pair{Key: "access_key", Value: string(keys.AccessKey)})
	params, err := signature.CanonicalForm(pairs)
	if err != nil {
		return fmt.Errorf("authy: %s: %w", op, err)
	}
	nonce := rand.Text()
	header := http.Header{}
	header.Set(signature.HeaderNonce, nonce)
	header.Set(signature.HeaderSignature, signature.Sign(string(keys.SigningKey), nonce, method, d.transport.base+path, params))
	answer, err := d.transport.send(ctx, call{
		op: op, method: method, path: path, header: header,
		body: []byte(params), contentType: "application/x-www-form-urlencoded",
	})
	if err != nil {
		return err
	}
	return answer.decode(op, into)
}
