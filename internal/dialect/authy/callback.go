package authy

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/twinseal/twinseal/client/authy/signature"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// callback renders what goes out to applications: answers to approval requests, and webhooks.
type callback struct{ d *Dialect }

// Callback is the dialect's part in deliveries.
func (d *Dialect) Callback() mfa.Callback { return callback{d} }

// Dialect is the dialect's name.
func (callback) Dialect() string { return Name }

// Render makes the request with the keys and addresses of this moment. A nil request means that the
// application does not want to hear of it.
func (c callback) Render(ctx context.Context, p mfa.CallbackPayload) (*http.Request, error) {
	caller, err := c.d.service.CallerFor(ctx, p.Event.ApplicationID)
	if mfa.IsCode(err, mfa.NotFound) {
		return nil, nil //nolint:nilnil // documented: nobody wants it any more
	}
	if err != nil {
		return nil, err
	}
	if p.WebhookID != "" {
		return c.renderWebhook(ctx, caller, p)
	}
	return c.renderAnswer(ctx, caller, p)
}

func (c callback) renderAnswer(ctx context.Context, caller *mfa.Caller, p mfa.CallbackPayload) (*http.Request, error) {
	set, err := settingsOf(caller.Application)
	if err != nil {
		return nil, mfa.Permanent(err)
	}
	if set.CallbackURL == "" {
		return nil, nil //nolint:nilnil // documented: nobody wants it
	}
	answer, err := c.answered(ctx, caller, p.Event.ChallengeID)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return nil, mfa.Permanent(fmt.Errorf("write the callback: %w", err))
	}
	key, ok, err := c.d.newestKey(ctx, caller.Application.ID, mfa.KeyAuthyAPI)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, mfa.Permanent(errors.New("the application has no live API key to sign the callback with"))
	}
	return c.signed(ctx, set, key, endpoint.AppendASCII(nil, body))
}

// signed wraps a body into the request of the application's choice. The address is signed as it is
// configured, without its query; whatever a proxy makes of it must lead back to it.
func (c callback) signed(ctx context.Context, set Settings, key mfa.Key, body []byte) (*http.Request, error) {
	params, err := signature.Canonical(body)
	if err != nil {
		return nil, mfa.Permanent(fmt.Errorf("write the callback: %w", err))
	}
	address, payload := set.CallbackURL, body
	if set.method() == http.MethodGet {
		address, payload = set.CallbackURL+"?"+params, nil
	}
	request, err := http.NewRequestWithContext(ctx, set.method(), address, bytes.NewReader(payload))
	if err != nil {
		return nil, mfa.Permanent(fmt.Errorf("write the callback: %w", err))
	}
	if payload == nil {
		request.Body, request.GetBody = http.NoBody, nil
	} else {
		request.Header.Set("Content-Type", "application/json")
	}
	now := c.d.service.Now()
	nonce := fmt.Sprintf("%d.%06d", now.Unix(), now.Nanosecond()/1000)
	request.Header.Set(signature.HeaderNonce, nonce)
	request.Header.Set(signature.HeaderSignature, signature.Sign(string(key.Secret.Reveal()), nonce, set.method(), set.CallbackURL, params))
	return request, nil
}

// notice is the body of an approval callback. Its device_uuid is a text, as the strictest verifier wants it,
// and it holds no fractions, which languages spell differently.
type notice struct {
	AuthyID         int64         `json:"authy_id"`
	DeviceUUID      string        `json:"device_uuid"`
	CallbackAction  string        `json:"callback_action"`
	UUID            string        `json:"uuid"`
	Status          string        `json:"status"`
	ApprovalRequest noticeRequest `json:"approval_request"`
	Signature       string        `json:"signature"`
	Device          *noticeDevice `json:"device,omitempty"`
}

type noticeRequest struct {
	Transaction         transaction  `json:"transaction"`
	ExpirationTimestamp int64        `json:"expiration_timestamp"`
	Logos               []noticeLogo `json:"logos"`
	AppID               string       `json:"app_id"`
}

type noticeLogo struct {
	Res string `json:"res"`
	URL string `json:"url"`
}

type transaction struct {
	Details           any      `json:"details"`
	DeviceDetails     struct{} `json:"device_details"`
	DeviceGeolocation string   `json:"device_geolocation"`
	DeviceSigningTime int64    `json:"device_signing_time"`
	Encrypted         bool     `json:"encrypted"`
	Flagged           bool     `json:"flagged"`
	HiddenDetails     any      `json:"hidden_details"`
	Message           string   `json:"message"`
	Reason            string   `json:"reason"`
	RequesterDetails  *string  `json:"requester_details"`
	Status            string   `json:"status"`
	UUID              string   `json:"uuid"`
	CreatedAtTime     int64    `json:"created_at_time"`
	CustomerUUID      int64    `json:"customer_uuid"`
}

type noticeDevice struct {
	City                  *string `json:"city"`
	Country               *string `json:"country"`
	IP                    *string `json:"ip"`
	Region                *string `json:"region"`
	RegistrationCity      *string `json:"registration_city"`
	RegistrationCountry   *string `json:"registration_country"`
	RegistrationIP        *string `json:"registration_ip"`
	RegistrationMethod    *string `json:"registration_method"`
	RegistrationRegion    *string `json:"registration_region"`
	OSType                string  `json:"os_type"`
	LastAccountRecoveryAt *int64  `json:"last_account_recovery_at"`
	ID                    int64   `json:"id"`
	RegistrationDate      int64   `json:"registration_date"`
	LastSyncDate          int64   `json:"last_sync_date"`
}

// answered gathers what an answered challenge says.
func (c callback) answered(ctx context.Context, caller *mfa.Caller, id mfa.ChallengeID) (notice, error) {
	found, err := c.d.service.ApprovalFor(ctx, caller, id)
	if err != nil {
		return notice{}, gone(err)
	}
	kept, err := c.d.service.ReceiptFor(ctx, caller, id)
	if err != nil {
		return notice{}, gone(err)
	}
	answer, err := kept.Answer()
	if err != nil {
		return notice{}, mfa.Permanent(err)
	}
	device, err := c.device(ctx, caller, found.Challenge)
	if err != nil {
		return notice{}, err
	}
	out := noticeOf(caller, found.Challenge, answer)
	if device != nil {
		out.DeviceUUID, out.Device = fmt.Sprint(device.Number), noticeDeviceOf(*device)
	}
	return out, nil
}

// gone gives up on what was purged; other failures are worth another try.
func gone(err error) error {
	if mfa.IsCode(err, mfa.NotFound) {
		return mfa.Permanent(err)
	}
	return err
}

// device is the one that answered, unless it was unlinked or its user removed since.
func (c callback) device(ctx context.Context, caller *mfa.Caller, asked mfa.Challenge) (*mfa.Authenticator, error) {
	held, err := c.d.service.UserStatus(ctx, caller, mfa.UserRef{ID: asked.UserID})
	if mfa.IsCode(err, mfa.NotFound) {
		return nil, nil //nolint:nilnil // documented: it may be gone
	}
	if err != nil {
		return nil, err
	}
	for i := range held.Authenticators {
		if held.Authenticators[i].ID == asked.AuthenticatorID {
			return &held.Authenticators[i], nil
		}
	}
	return nil, nil //nolint:nilnil // documented: it may be gone
}

func noticeOf(caller *mfa.Caller, asked mfa.Challenge, answer mfa.Answer) notice {
	state := stateWord(asked.State)
	var marks extra
	if json.Unmarshal(asked.Extra, &marks) != nil {
		marks = extra{} // it only chooses the shape of the details
	}
	return notice{
		AuthyID: asked.UserNumber, DeviceUUID: string(asked.AuthenticatorID), CallbackAction: "approval_request_status",
		UUID: string(asked.ID), Status: state,
		ApprovalRequest: noticeRequest{
			Transaction: transaction{
				Details: shown(asked.Details, marks.DetailsText), DeviceSigningTime: epoch(answer.SignedAt),
				HiddenDetails: shown(asked.HiddenDetails, marks.HiddenText), Message: asked.Message, Reason: asked.Reason, Status: state,
				UUID: string(asked.ID), CreatedAtTime: epoch(asked.CreatedAt), CustomerUUID: caller.Application.Number,
			},
			ExpirationTimestamp: epoch(asked.ExpiresAt), Logos: noticeLogos(asked.Logos), AppID: objectID(asked.ApplicationID),
		},
		Signature: base64.StdEncoding.EncodeToString(answer.Signature),
	}
}

// shown gives details back in the shape in which they came: null, a text, or an object. Labels that became
// equal when they were cut are one member, with the last value: two readers of a repeated name would choose
// differently.
func shown(details []mfa.Detail, plainText bool) any {
	if len(details) == 0 {
		return nil
	}
	if plainText {
		return details[0].Value
	}
	var out object
	place := map[string]int{}
	for _, d := range details {
		if i, again := place[d.Label]; again {
			out[i].value = d.Value
			continue
		}
		place[d.Label] = len(out)
		out = append(out, property{d.Label, d.Value})
	}
	return out
}

func noticeLogos(logos []mfa.Logo) []noticeLogo {
	var out []noticeLogo
	for _, l := range logos {
		out = append(out, noticeLogo{l.Resolution, l.URL})
	}
	return out
}

func noticeDeviceOf(a mfa.Authenticator) *noticeDevice {
	data := addresses(a)
	return &noticeDevice{
		IP: text(data.LastIP), RegistrationIP: text(data.RegisteredIP), RegistrationMethod: registrationMethod(a), OSType: osType(a),
		ID: a.Number, RegistrationDate: epoch(a.CreatedAt), LastSyncDate: epoch(a.LastUsedAt),
	}
}
