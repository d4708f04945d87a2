package launchkey

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/twinseal/twinseal/client/launchkey/envelope"
)

// maxWebhook bounds what is read of a webhook: one answer with its insight.
const maxWebhook = 256 << 10

// ServiceWebhook is what a service is told: a [*ResponseWebhook] or a
// [*SessionEndWebhook].
type ServiceWebhook interface{ serviceWebhook() }

// ResponseWebhook: a user has answered.
type ResponseWebhook struct{ *AuthorizationResponse }

// SessionEndWebhook: a user has logged out on the device, or was logged out of
// all services. End the sessions of that user that are older than the request to
// log out, then call [ServiceClient.SessionEnd].
type SessionEndWebhook struct {
	ServiceUserHash string // as in the answer that began the session
	RequestedAt     time.Time
}

func (*ResponseWebhook) serviceWebhook()   {}
func (*SessionEndWebhook) serviceWebhook() {}

// DeviceLinkWebhook: a user has completed the link of a device.
type DeviceLinkWebhook struct {
	DeviceID    DeviceID
	PublicKey   string // PEM
	PublicKeyID KeyID
}

// ErrUnknownWebhook: the webhook is genuine, but of a type that this package does
// not know. Answer it with success, so that it is not sent again.
const ErrUnknownWebhook Kind = "unknown webhook"

// Webhook is a webhook as it arrived, for servers that do not use net/http.
type Webhook struct {
	Method string
	Path   string // of the URL that the server was given, without query
	Header http.Header
	Body   []byte
}

// ReadWebhook reads a webhook from a request: see [ServiceClient.HandleWebhook].
// The path is that of the URL as the server was given it; empty is the path of
// the request, which is the same unless a proxy changes it.
func ReadWebhook(r *http.Request, path string) (Webhook, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxWebhook+1))
	if err != nil {
		return Webhook{}, fmt.Errorf("launchkey: webhook: reading it: %w", err)
	}
	if len(body) > maxWebhook {
		return Webhook{}, unexpected("webhook", fmt.Sprintf("it is longer than %d bytes", maxWebhook))
	}
	if path == "" {
		path = r.URL.EscapedPath()
	}
	return Webhook{Method: r.Method, Path: path, Header: r.Header, Body: body}, nil
}

const (
	typeResponse = "AUTHORIZATION_RESPONSE"
	typeLink     = "DEVICE_LINK_COMPLETION"
)

// HandleWebhook proves that a webhook comes from the server, is of now, for this
// factory and about this service, and unchanged; and reads it. What fails is
// ErrUnverified, and must not be acted upon.
func (c *ServiceClient) HandleWebhook(ctx context.Context, hook Webhook) (ServiceWebhook, error) {
	read, err := c.handle(ctx, hook)
	if err != nil {
		return nil, fmt.Errorf("launchkey: webhook: %w", err)
	}
	return read, nil
}

func (c *ServiceClient) handle(ctx context.Context, hook Webhook) (ServiceWebhook, error) {
	if err := c.on.verifyWebhook(ctx, hook); err != nil {
		return nil, err
	}
	if !sealedWebhook(hook) {
		return readSessionEnd(hook.Body)
	}
	keys := c.on.issuer.keys()
	plain, err := keys.open(string(hook.Body))
	if err != nil {
		return nil, err
	}
	// Servers of the first years sent answers without a type.
	if kind := webhookType(plain); kind != typeResponse && kind != "" {
		return nil, ErrUnknownWebhook
	}
	response, err := keys.openResponse(plain)
	if err != nil {
		return nil, err
	}
	return &ResponseWebhook{response}, nil
}

// HandleWebhook is [ServiceClient.HandleWebhook] for the webhook of a directory.
func (c *DirectoryClient) HandleWebhook(ctx context.Context, hook Webhook) (*DeviceLinkWebhook, error) {
	read, err := c.handle(ctx, hook)
	if err != nil {
		return nil, fmt.Errorf("launchkey: webhook: %w", err)
	}
	return read, nil
}

func (c *DirectoryClient) handle(ctx context.Context, hook Webhook) (*DeviceLinkWebhook, error) {
	if err := c.on.verifyWebhook(ctx, hook); err != nil {
		return nil, err
	}
	if !sealedWebhook(hook) {
		return nil, ErrUnknownWebhook
	}
	plain, err := c.on.issuer.keys().open(string(hook.Body))
	if err != nil {
		return nil, err
	}
	if webhookType(plain) != typeLink {
		return nil, ErrUnknownWebhook
	}
	return readDeviceLink(plain)
}

// verifyWebhook checks the token of a webhook and everything that it covers.
func (c client) verifyWebhook(ctx context.Context, hook Webhook) error {
	read, err := c.verify(ctx, hook.Header.Get(envelope.Header))
	switch {
	case err != nil:
		return err
	case read.Request == nil:
		return unverified("its token is not that of a webhook")
	case read.Request.Method != hook.Method:
		return unverified("its method is another one")
	case read.Request.Path != hook.Path:
		return unverified("its path is another one; give the path of the URL that the server was given")
	case len(hook.Body) == 0:
		return unverified("it has no body")
	}
	return read.Request.check(hook.Body)
}

func sealedWebhook(hook Webhook) bool {
	return strings.HasPrefix(hook.Header.Get("Content-Type"), envelope.ContentType)
}

// webhookType is empty for a text without a type, and for one that is no object.
func webhookType(plain []byte) string {
	var w struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(plain, &w) != nil {
		return ""
	}
	return w.Type
}

func readSessionEnd(body []byte) (*SessionEndWebhook, error) {
	var w struct {
		ServiceRef string  `json:"service_user_hash"`
		Time       instant `json:"api_time"`
	}
	if err := json.Unmarshal(body, &w); err != nil || w.ServiceRef == "" || w.Time.IsZero() {
		return nil, undecided("it does not say whose session ended, and when")
	}
	return &SessionEndWebhook{ServiceUserHash: w.ServiceRef, RequestedAt: w.Time.Time}, nil
}

func readDeviceLink(plain []byte) (*DeviceLinkWebhook, error) {
	var w struct {
		Device DeviceID `json:"device_id"`
		Key    string   `json:"device_public_key"`
		KeyID  KeyID    `json:"device_public_key_id"`
	}
	if err := json.Unmarshal(plain, &w); err != nil || w.Device.check() != nil {
		return nil, undecided("it does not name the device")
	}
	return &DeviceLinkWebhook{DeviceID: w.Device, PublicKey: w.Key, PublicKeyID: w.KeyID}, nil
}

// WebhookHandler serves the callback URL of the service: it verifies each
// webhook and passes it on. The server takes 204 for delivered, which is the
// answer when handle returns nil; otherwise it gets 500 and may try again, and
// 403 or 400 for what is no webhook of it. No answer explains itself to the
// caller. The path is that of [ReadWebhook].
func (c *ServiceClient) WebhookHandler(path string, handle func(context.Context, ServiceWebhook) error) http.Handler {
	return webhookHandler(path, c.HandleWebhook, handle)
}

// WebhookHandler is [ServiceClient.WebhookHandler] for the webhook URL of the
// directory.
func (c *DirectoryClient) WebhookHandler(path string, handle func(context.Context, *DeviceLinkWebhook) error) http.Handler {
	return webhookHandler(path, c.HandleWebhook, handle)
}

func webhookHandler[T any](path string, read func(context.Context, Webhook) (T, error), handle func(context.Context, T) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		hook, err := ReadWebhook(r, path)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		told, err := read(r.Context(), hook)
		switch {
		case errors.Is(err, ErrUnknownWebhook):
			w.WriteHeader(http.StatusNoContent)
		case errors.Is(err, ErrUnverified):
			w.WriteHeader(http.StatusForbidden)
		case errors.Is(err, ErrUnexpectedAnswer), errors.Is(err, ErrEntityKeyNotFound):
			w.WriteHeader(http.StatusBadRequest)
		case err != nil, handle(r.Context(), told) != nil:
			w.WriteHeader(http.StatusInternalServerError)
		default:
			w.WriteHeader(http.StatusNoContent)
		}
	})
}
