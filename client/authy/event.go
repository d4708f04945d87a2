package authy

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// EventName is a kind of event that a webhook can be subscribed to. Servers may
// know others than those named here.
type EventName string

// The events of the protocol.
const (
	EventAccountRecoveryApproved     EventName = "account_recovery_approved"
	EventAccountRecoveryCanceled     EventName = "account_recovery_canceled"
	EventAccountRecoveryStarted      EventName = "account_recovery_started"
	EventCustomMessageNotAllowed     EventName = "custom_message_not_allowed"
	EventDeviceRegistrationCompleted EventName = "device_registration_completed"
	EventOneTouchResponded           EventName = "one_touch_request_responded"
	EventPhoneChangeCanceled         EventName = "phone_change_canceled"
	EventPhoneChangePinSent          EventName = "phone_change_pin_sent"
	EventPhoneChangeRequested        EventName = "phone_change_requested"
	EventVerificationCodeInvalid     EventName = "phone_verification_code_is_invalid"
	EventVerificationCodeValid       EventName = "phone_verification_code_is_valid"
	EventVerificationFailed          EventName = "phone_verification_failed"
	EventVerificationNotFound        EventName = "phone_verification_not_found"
	EventVerificationStarted         EventName = "phone_verification_started"
	EventSuspendedAccount            EventName = "suspended_account"
	EventTokenInvalid                EventName = "token_invalid"
	EventTokenVerified               EventName = "token_verified"
	EventTooManyCodeVerifications    EventName = "too_many_code_verifications"
	EventTooManyPhoneVerifications   EventName = "too_many_phone_verifications"
	EventTOTPTokenSent               EventName = "totp_token_sent"
	EventUserAdded                   EventName = "user_added"
	EventUserPhoneChanged            EventName = "user_phone_changed"
	EventUserRemoved                 EventName = "user_removed"
	EventUserAccountDeleted          EventName = "user_account_deleted"
	EventUserRegistrationCompleted   EventName = "user_registration_completed"
)

// WebhookEvent is one delivery of a webhook.
type WebhookEvent struct {
	Name      EventName
	Time      time.Time // zero when the server's way of writing it is unknown
	RequestID string
	RequestIP string

	// Objects are what the event is about: "app", "user", "onetouch_request",
	// "phone_verification" or "registration".
	Objects map[string]EventObject
}

// EventObject holds the attributes of an object in an event. The server prefixes
// their names with their type; the methods take the name without it, and return
// the zero value for what is missing or of another type.
type EventObject map[string]json.RawMessage

// Text returns a string attribute, or the literal of a number.
func (o EventObject) Text(name string) string {
	for _, prefix := range []string{"s_", "i_"} {
		var t text
		if raw, ok := o[prefix+name]; ok && t.UnmarshalJSON(raw) == nil {
			return string(t)
		}
	}
	return ""
}

// Int returns an integer attribute, or a string attribute that holds digits, as
// which servers send ids.
func (o EventObject) Int(name string) int64 {
	for _, prefix := range []string{"i_", "s_"} {
		var n number
		if raw, ok := o[prefix+name]; ok && n.UnmarshalJSON(raw) == nil {
			return int64(n)
		}
	}
	return 0
}

// Bool returns a boolean attribute.
func (o EventObject) Bool(name string) bool {
	var f flag
	raw, ok := o["b_"+name]
	return ok && f.UnmarshalJSON(raw) == nil && bool(f)
}

// Texts returns an attribute that is an array of strings.
func (o EventObject) Texts(name string) []string {
	var list []text
	if raw, ok := o["as_"+name]; !ok || json.Unmarshal(raw, &list) != nil {
		return nil
	}
	texts := make([]string, len(list))
	for i, t := range list {
		texts[i] = string(t)
	}
	return texts
}

// maxWebhook bounds a delivery; events are a few hundred bytes.
const maxWebhook = 256 << 10

// eventLeeway is how far the clocks of the two sides may be apart.
const eventLeeway = 5 * time.Minute

// ReadWebhook reads a delivery from a request; see [ParseWebhook].
func ReadWebhook(r *http.Request, signingKey Secret) (*WebhookEvent, error) {
	if r.Method != http.MethodPost {
		return nil, badWebhook(errors.New("it is not a POST"))
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxWebhook+1))
	if err != nil {
		return nil, badWebhook(err)
	}
	if len(body) > maxWebhook {
		return nil, badWebhook(fmt.Errorf("it is longer than %d bytes", maxWebhook))
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, badWebhook(errors.New("it is not a form"))
	}
	return ParseWebhook(form, signingKey)
}

// ParseWebhook reads a delivery from its form and checks that it is signed with
// the webhook's signing key. Only HMAC-SHA256 is accepted, whatever the delivery
// says of itself. Errors are ErrBadSignature or ErrBadCallback.
func ParseWebhook(form url.Values, signingKey Secret) (*WebhookEvent, error) {
	if signingKey == "" {
		return nil, &FormatError{Field: "signing key", Reason: "must not be empty"}
	}
	bodies := form["body"]
	if len(bodies) != 1 || len(bodies[0]) > maxWebhook {
		return nil, badWebhook(errors.New("it has not one field named body"))
	}
	token, err := jwt.ParseSigned(bodies[0], []jose.SignatureAlgorithm{jose.HS256})
	if err != nil {
		return nil, badWebhook(errors.New("its body is not a token signed by HS256"))
	}
	var standard jwt.Claims
	var wire eventWire
	if err := token.Claims(hmacKey(signingKey)); err != nil {
		return nil, fmt.Errorf("authy: webhook: %w: not signed with this key", ErrBadSignature)
	}
	if err := token.Claims(hmacKey(signingKey), &standard, &wire); err != nil {
		return nil, badWebhook(errors.New("its claims have other types than the protocol says"))
	}
	if err := standard.ValidateWithLeeway(jwt.Expected{Time: time.Now()}, eventLeeway); err != nil {
		return nil, badWebhook(errors.New("its token has expired or is not valid yet"))
	}
	if wire.Event == "" {
		return nil, badWebhook(errors.New("it names no event"))
	}
	return &WebhookEvent{
		Name: EventName(wire.Event), Time: wire.at(), Objects: wire.Objects,
		RequestID: string(wire.Request.ID), RequestIP: string(wire.Request.IP),
	}, nil
}

func badWebhook(cause error) error {
	return fmt.Errorf("authy: webhook: %w: %w", ErrBadCallback, cause)
}

type eventWire struct {
	Event   text            `json:"event"`
	Time    json.RawMessage `json:"time"`
	Request struct {
		ID text `json:"id"`
		IP text `json:"ip"`
	} `json:"request"`
	Objects map[string]EventObject `json:"objects"`
}

// at is lenient, because nobody has written down how the time is spelled.
func (w eventWire) at() time.Time {
	var i instant
	if i.UnmarshalJSON(w.Time) != nil {
		return time.Time{}
	}
	return i.Time
}
