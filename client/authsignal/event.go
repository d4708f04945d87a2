package authsignal

import (
	"encoding/json"
	"time"
)

// EventType is what an event is about. Servers may send more than these.
type EventType string

// The events. The server waits for the answers to the first four: anything but a
// success fails the challenge.
const (
	EventEmailCreated         EventType = "email.created"
	EventSMSCreated           EventType = "sms.created"
	EventPushCreated          EventType = "push.created"
	EventActionVerify         EventType = "action.verify"
	EventAuthenticatorCreated EventType = "authenticator.created"
	EventAuthenticatorUpdated EventType = "authenticator.updated"
	EventAuthenticatorDeleted EventType = "authenticator.deleted"
	EventActionLogged         EventType = "action.log_created"
	EventChallengeLogged      EventType = "challenge.log_created"
)

// Instance names an action in the data of events.
type Instance struct {
	UserID         UserID         `json:"userId"`
	Action         ActionCode     `json:"actionCode"`
	IdempotencyKey IdempotencyKey `json:"idempotencyKey"`
}

// MessageCreated is a message that the application is to send: an e-mail with a
// code or a link, or a text message with a code.
type MessageCreated struct {
	Instance

	To        string          `json:"to"`
	Code      Secret          `json:"code"`
	URL       Secret          `json:"url"` // of a magic link
	Method    Method          `json:"verificationMethod"`
	Locale    string          `json:"locale"`
	IPAddress string          `json:"ipAddress"`
	UserAgent string          `json:"userAgent"`
	Timezone  string          `json:"timezone"`
	Variables json.RawMessage `json:"customVariables"`
}

// PushCreated is a push that the application is to send to its app.
type PushCreated struct {
	Instance

	ChallengeID string `json:"challengeId"`
	IPAddress   string `json:"ipAddress"`
	UserAgent   string `json:"userAgent"`
	Timezone    string `json:"timezone"`
}

// ActionVerify asks for leave to let a challenge succeed.
type ActionVerify struct {
	UserID          UserID          `json:"userId"`
	Action          ActionCode      `json:"action"`
	IdempotencyKey  IdempotencyKey  `json:"idempotencyKey"`
	VerifiedAt      time.Time       `json:"verifiedAt"`
	State           State           `json:"state"`
	Method          Method          `json:"verificationMethod"`
	AuthenticatorID AuthenticatorID `json:"userAuthenticatorId"`
}

// AuthenticatorChanged is an authenticator that came, changed or went.
type AuthenticatorChanged struct {
	UserID         UserID          `json:"userId"`
	ID             AuthenticatorID `json:"userAuthenticatorId"`
	Method         Method          `json:"verificationMethod"`
	CreatedAt      time.Time       `json:"createdAt"`
	UpdatedAt      time.Time       `json:"updatedAt"`
	DeletedAt      time.Time       `json:"deletedAt"`
	Email          string          `json:"email"`
	PhoneNumber    string          `json:"phoneNumber"`
	CredentialID   string          `json:"credentialId"`
	PublicKey      string          `json:"credentialPublicKey"`
	AAGUID         string          `json:"aaguid"`
	CredentialName string          `json:"credentialName"`
}

// ActionLogged is what became of an action.
type ActionLogged struct {
	Instance

	TenantID     string          `json:"tenantId"`
	CreatedAt    time.Time       `json:"createdAt"`
	UpdatedAt    time.Time       `json:"updatedAt"`
	State        State           `json:"state"`
	StateSince   time.Time       `json:"stateUpdatedAt"`
	Outcome      Outcome         `json:"outcome"`
	Method       Method          `json:"verificationMethod"`
	Allowed      []Method        `json:"allowedVerificationMethods"`
	Rules        json.RawMessage `json:"rules"`
	DecidingRule RuleID          `json:"priorityRuleId"`
	IPAddress    string          `json:"ipAddress"`
	CountryCode  string          `json:"countryCode"`
	Email        string          `json:"email"`
	PhoneNumber  string          `json:"phoneNumber"`
	DeviceID     DeviceID        `json:"deviceId"`
}

// ChallengeLogged is a step of a challenge. Type is as EMAIL_OTP_SENT.
type ChallengeLogged struct {
	Instance

	TenantID    string          `json:"tenantId"`
	CreatedAt   time.Time       `json:"createdAt"`
	Type        string          `json:"type"`
	Method      Method          `json:"verificationMethod"`
	Email       string          `json:"email"`
	PhoneNumber string          `json:"phoneNumber"`
	Error       string          `json:"errorDescription"`
	Status      int             `json:"statusCode"`
	Data        json.RawMessage `json:"data"`
}

// Decode reads the data of an event, or a record of a log, into what its type has:
// a [MessageCreated], [PushCreated], [ActionVerify], [AuthenticatorChanged],
// [ActionLogged] or [ChallengeLogged].
func (e *Event) Decode(into any) error {
	if json.Unmarshal(e.Data, into) != nil {
		return unexpected("webhook", "its data is not what its type says")
	}
	return nil
}
