package launchkey

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/google/uuid"

	"github.com/go-jose/go-jose/v4"

	"github.com/twinseal/twinseal/client/launchkey/envelope"
	"github.com/twinseal/twinseal/internal/mfa"
)

// callback renders what goes out to services and directories: answers, ended sessions, linked devices.
type callback struct{ d *Dialect }

// Callback is the dialect's part in deliveries.
func (d *Dialect) Callback() mfa.Callback { return callback{d} }

// Dialect is the dialect's name.
func (callback) Dialect() string { return Name }

// Wants names no event: applications subscribe to none, and are told what they began.
func (callback) Wants(mfa.Event) string { return "" }

// Render makes the request with the address and the time of this moment, so that each try is a token of its own;
// clients refuse old ones. A nil request means that nobody wants to hear of it.
func (c callback) Render(ctx context.Context, p mfa.CallbackPayload) (*http.Request, error) {
	var request *http.Request
	var err error
	switch p.Event.Type {
	case mfa.EventChallengeApproved, mfa.EventChallengeDenied, mfa.EventChallengeMismatched:
		request, err = c.answered(ctx, p)
	case mfa.EventSessionEnded:
		request, err = c.ended(ctx, p)
	case mfa.EventEnrollmentCompleted:
		request, err = c.linked(ctx, p)
	}
	if mfa.IsCode(err, mfa.NotFound) || mfa.IsCode(err, mfa.Forbidden) {
		return nil, nil //nolint:nilnil // documented: what it is about is gone, or who asked for it, or is switched off
	}
	return request, err
}

// typeAnswer and typeLinked are what clients tell webhooks apart by.
const (
	typeAnswer = "AUTHORIZATION_RESPONSE"
	typeLinked = "DEVICE_LINK_COMPLETION"
)

// answered tells a service what a device answered.
func (c callback) answered(ctx context.Context, p mfa.CallbackPayload) (*http.Request, error) {
	caller, address, err := c.service(ctx, p)
	if err != nil || address == "" {
		return nil, err
	}
	held, err := c.d.service.ApprovalFor(ctx, caller, p.Event.ChallengeID)
	if err != nil {
		return nil, err
	}
	from, err := originOf(held.Challenge.Extra)
	if err != nil {
		return nil, mfa.Permanent(err)
	}
	response, err := c.d.response(ctx, held.Challenge)
	if err != nil {
		return nil, err
	}
	response.Type = typeAnswer
	return c.sealed(ctx, outgoing{address: address, from: from, about: "svc:" + string(p.Event.ApplicationID)}, response)
}

// service finds the address of the event's service; "" when there is none.
func (c callback) service(ctx context.Context, p mfa.CallbackPayload) (*mfa.Caller, string, error) {
	caller, err := c.d.service.CallerFor(ctx, p.Event.ApplicationID)
	if err != nil {
		return nil, "", err
	}
	set, err := settingsOf(caller.Application)
	return caller, set.CallbackURL, mfa.Permanent(err)
}

// endedBody is the one body that is not sealed; it has exactly these members.
type endedBody struct {
	ServiceUserHash string   `json:"service_user_hash"`
	Time            wireTime `json:"api_time"`
}

// ended tells a service that a session was ended by somebody else than itself.
func (c callback) ended(ctx context.Context, p mfa.CallbackPayload) (*http.Request, error) {
	_, address, err := c.service(ctx, p)
	if err != nil || address == "" {
		return nil, err
	}
	from, err := originOf(p.Extra)
	if err != nil {
		return nil, mfa.Permanent(err)
	}
	hash, err := c.d.serviceHash(ctx, p.Event.UserID, p.Event.ApplicationID)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(endedBody{hash, wireTime(p.Event.At)})
	if err != nil {
		return nil, mfa.Permanent(fmt.Errorf("write a webhook: %w", err))
	}
	about := "svc:" + string(p.Event.ApplicationID)
	return c.signed(ctx, outgoing{address: address, from: from, about: about, contentType: "application/json"}, body)
}

// linkedBody tells which device was linked, and the key that it signs with.
type linkedBody struct {
	Type        string `json:"type"`
	DeviceID    string `json:"device_id"`
	PublicKey   string `json:"device_public_key"`
	PublicKeyID string `json:"device_public_key_id"`
}

// linked tells a directory that a device is linked.
func (c callback) linked(ctx context.Context, p mfa.CallbackPayload) (*http.Request, error) {
	caller, err := c.d.service.CallerForDirectory(ctx, p.Event.DirectoryID)
	if err != nil {
		return nil, err
	}
	set, err := directorySettingsOf(caller.Directory)
	if err != nil || set.WebhookURL == "" {
		return nil, mfa.Permanent(err)
	}
	from, err := originOf(p.Extra)
	if err != nil {
		return nil, mfa.Permanent(err)
	}
	body, err := c.device(ctx, caller, p.Event)
	if err != nil {
		return nil, err
	}
	return c.sealed(ctx, outgoing{address: set.WebhookURL, from: from, about: "dir:" + string(p.Event.DirectoryID)}, body)
}

func (c callback) device(ctx context.Context, caller *mfa.Caller, e mfa.Event) (linkedBody, error) {
	out := linkedBody{Type: typeLinked}
	var data struct {
		Authenticator mfa.AuthenticatorID `json:"authenticator"`
	}
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return out, mfa.Permanent(fmt.Errorf("read an event: %w", err))
	}
	held, err := c.d.service.UserStatus(ctx, caller, mfa.UserRef{ID: e.UserID})
	if err != nil {
		return out, err
	}
	for _, a := range held.Authenticators {
		if a.ID != data.Authenticator {
			continue
		}
		out.DeviceID = string(a.ID)
		out.PublicKey, out.PublicKeyID, err = devicePEM(a)
		return out, mfa.Permanent(err)
	}
	return out, mfa.Missing("device")
}

// devicePEM is a device's public key as the protocol writes keys. It is an elliptic-curve key: what clients make of
// it is to keep it.
func devicePEM(a mfa.Authenticator) (text, id string, err error) {
	var data mfa.DeviceData
	if err := json.Unmarshal(a.Data, &data); err != nil {
		return "", "", fmt.Errorf("read a device: %w", err)
	}
	var key jose.JSONWebKey
	if err := key.UnmarshalJSON(data.Key); err != nil {
		return "", "", fmt.Errorf("read a device's key: %w", err)
	}
	if text, err = publicPEM(key.Key); err != nil {
		return "", "", err
	}
	id, err = envelope.KeyID(key.Key)
	return text, id, err
}

// outgoing is a webhook on its way: where to, for whom, about whom.
type outgoing struct {
	address     string
	from        origin
	about       string
	contentType string
}

// sealed makes the request of a body that its receiver alone opens.
func (c callback) sealed(ctx context.Context, out outgoing, v any) (*http.Request, error) {
	plaintext, err := json.Marshal(v)
	if err != nil {
		return nil, mfa.Permanent(fmt.Errorf("write a webhook: %w", err))
	}
	to, err := c.d.recipients.of(out.from.PEM)
	if err != nil {
		return nil, mfa.Permanent(err)
	}
	body, err := to.seal(plaintext)
	if err != nil {
		return nil, err
	}
	out.contentType = envelope.ContentType
	return c.signed(ctx, out, body)
}

// signed makes the request. Both headers carry the token: handlers written from older papers read the second.
func (c callback) signed(ctx context.Context, out outgoing, body []byte) (*http.Request, error) {
	address, err := url.Parse(out.address)
	if err != nil || address.Host == "" {
		return nil, mfa.Permanent(errors.New("the address of the webhook cannot be read"))
	}
	path := address.EscapedPath()
	if path == "" {
		path = "/"
	}
	name := envelope.SHA256
	hash, _ := envelope.Digest(name, body)
	compact, err := c.d.sign(ctx, answerClaims{
		Audience: out.from.Issuer, Subject: out.about, ID: uuid.NewString(),
		Request: &requestClaims{Method: http.MethodPost, Path: path, Hash: &hash, Func: &name},
	})
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, out.address, bytes.NewReader(body))
	if err != nil {
		return nil, mfa.Permanent(fmt.Errorf("write a webhook: %w", err))
	}
	request.Header.Set("Content-Type", out.contentType)
	request.Header.Set(envelope.Header, compact)
	request.Header.Set("Authorization", envelope.Scheme+" "+compact)
	return request, nil
}
