package authy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/twinseal/twinseal/internal/mfa"
)

type createdWebhook struct {
	Webhook webhook `json:"webhook"`
	Message string  `json:"message"`
	Success bool    `json:"success"`
}

type listedWebhooks struct {
	Webhooks []webhook `json:"webhooks"`
	Message  string    `json:"message"`
	Success  bool      `json:"success"`
}

type webhook struct {
	ID           string   `json:"id"`
	Name         string   `json:"name"`
	AccountSID   string   `json:"account_sid"`
	ServiceID    string   `json:"service_id"`
	URL          string   `json:"url"`
	SigningKey   string   `json:"signing_key"`
	Events       []string `json:"events"`
	CreationDate string   `json:"creation_date"`
}

// The prefixes of a webhook's id and of the key that signs its deliveries. The prefix is a part of the key.
const (
	prefixWebhook    = "WH_"
	prefixSigningKey = "WSK_"
)

func webhookOf(c *mfa.Caller, h mfa.Webhook) webhook {
	return webhook{
		ID: sid(prefixWebhook, h.ID), Name: h.Name, AccountSID: sid("AC", c.Organization.ID), ServiceID: objectID(c.Application.ID),
		URL: h.URL, SigningKey: prefixSigningKey + string(h.SigningKey.Reveal()), Events: h.Events, CreationDate: stamp(h.CreatedAt),
	}
}

var failWebhook = failure{http.StatusBadRequest, "60098", ""}

func (d *Dialect) createWebhook(ctx context.Context, c *call) (any, error) {
	hook := mfa.Webhook{Dialect: Name, Name: c.params.text("name"), URL: c.params.text("url")}
	listed, ok := c.params.root.get("events").list()
	if err := c.params.failed(); err != nil || !ok {
		return nil, refuseFor(failWebhook, "A webhook needs a name, a url and a list of events")
	}
	for _, e := range listed {
		if e.kind != kindText || !slices.Contains(eventNames, e.text) {
			return nil, repeating(failWebhook, "'"+clip(e.text)+"' is not an event of this protocol", "an event that is not one of this protocol")
		}
		if !slices.Contains(hook.Events, e.text) {
			hook.Events = append(hook.Events, e.text)
		}
	}
	made, err := d.webhooks.Add(ctx, c.caller, hook)
	if err != nil {
		return nil, err
	}
	return createdWebhook{Webhook: webhookOf(c.caller, made), Message: "Webhook created", Success: true}, nil
}

func (d *Dialect) listWebhooks(ctx context.Context, c *call) (any, error) {
	hooks, err := d.webhooks.Of(ctx, c.caller)
	if err != nil {
		return nil, err
	}
	answer := listedWebhooks{Webhooks: []webhook{}, Message: "Webhooks list", Success: true}
	for _, h := range hooks {
		if h.Dialect == Name {
			answer.Webhooks = append(answer.Webhooks, webhookOf(c.caller, h))
		}
	}
	return answer, nil
}

// deleteWebhook takes the id from the path, or from the body as earlier clients send it.
func (d *Dialect) deleteWebhook(ctx context.Context, c *call) (any, error) {
	given, inPath := c.path["webhook"]
	if !inPath {
		given = c.params.required("webhook_id")
	}
	if err := c.params.failed(); err != nil {
		return nil, err
	}
	id := uuidOf(prefixWebhook, given)
	if id == "" {
		return nil, mfa.Missing("webhook")
	}
	if err := d.webhooks.Remove(ctx, c.caller, mfa.WebhookID(id)); err != nil {
		return nil, err
	}
	return done{"Webhook deleted", true}, nil
}

// renderWebhook makes the delivery of an event to a subscription: a form whose field "body" is a token
// signed with the webhook's own key.
func (c callback) renderWebhook(ctx context.Context, caller *mfa.Caller, p mfa.CallbackPayload) (*http.Request, error) {
	hooks, err := c.d.webhooks.Of(ctx, caller)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(hooks, func(h mfa.Webhook) bool { return h.ID == p.WebhookID })
	name := c.Wants(p.Event)
	if at < 0 || name == "" {
		return nil, nil //nolint:nilnil // documented: it was deleted since
	}
	objects, err := c.d.objects(ctx, caller, p.Event, &lookedUp{})
	if err != nil {
		return nil, err
	}
	token, err := sealEvent(hooks[at].SigningKey, eventClaims{
		Event: name, Time: stamp(p.Event.At), Public: true, Request: eventRequest{ID: string(p.Event.ID), IP: p.Event.Source}, Objects: objects,
	})
	if err != nil {
		return nil, mfa.Permanent(fmt.Errorf("write the webhook: %w", err))
	}
	form := url.Values{"body": {token}}.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, hooks[at].URL, strings.NewReader(form))
	if err != nil {
		return nil, mfa.Permanent(errors.New("the webhook's address cannot be called"))
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return request, nil
}

type eventClaims struct {
	Event   string       `json:"event"`
	Time    string       `json:"time"`
	Public  bool         `json:"public"`
	Request eventRequest `json:"request"`
	Objects object       `json:"objects"`
}

type eventRequest struct {
	ID string `json:"id"`
	IP string `json:"ip"`
}

func sealEvent(key mfa.Secret, claims eventClaims) (string, error) {
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.HS256, Key: hmacKey(prefixSigningKey + string(key.Reveal()))},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	token, err := signer.Sign(payload)
	if err != nil {
		return "", err
	}
	return token.CompactSerialize()
}

// hmacKey is a key as HMAC-SHA256 uses it: short ones are filled with zeros up to the block size, which
// changes no signature. Keys that were brought along may be shorter than the library takes.
func hmacKey(key string) []byte {
	const block = 64
	if len(key) >= block {
		return []byte(key)
	}
	filled := make([]byte, block)
	copy(filled, key)
	return filled
}
