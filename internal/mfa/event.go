package mfa

import (
	"encoding/json"
	"time"
)

// EventType names what happened: noun, dot, past participle.
type EventType string

const (
	EventUserCreated          EventType = "user.created"
	EventUserUpdated          EventType = "user.updated"
	EventUserRemoved          EventType = "user.removed"
	EventUserSuspended        EventType = "user.suspended"
	EventUserRestored         EventType = "user.restored"
	EventTokenAccepted        EventType = "token.accepted"
	EventTokenRefused         EventType = "token.refused"
	EventTokenReplayed        EventType = "token.replayed"
	EventTokenLimited         EventType = "token.limited"
	EventTokenWaved           EventType = "token.waved" // unforced check of a person who enrolled nothing
	EventSMSSent              EventType = "sms.sent"    // a code went out by SMS
	EventCallSent             EventType = "call.sent"   // by voice
	EventEmailSent            EventType = "email.sent"
	EventCodeIgnored          EventType = "code.ignored" // not sent because the user has a device
	EventCodeLimited          EventType = "code.limited"
	EventVerificationStarted  EventType = "verification.started"
	EventVerificationAccepted EventType = "verification.accepted"
	EventVerificationRefused  EventType = "verification.refused"
	EventVerificationMissing  EventType = "verification.missing"
	EventVerificationLimited  EventType = "verification.limited"
	EventVerificationsLimited EventType = "verifications.limited" // too many starts
	EventChallengeCreated     EventType = "challenge.created"
	EventChallengeApproved    EventType = "challenge.approved"
	EventChallengeDenied      EventType = "challenge.denied"
	EventChallengeMismatched  EventType = "challenge.mismatched" // an approval with a wrong number ended it
	EventChallengeExpired     EventType = "challenge.expired"
	EventChallengeCancelled   EventType = "challenge.cancelled" // the application withdrew it or let the user go
	EventChallengesLimited    EventType = "challenges.limited"  // too many requests to one user
	EventEnrollmentStarted    EventType = "enrollment.started"
	EventEnrollmentCompleted  EventType = "enrollment.completed"
	EventAuthenticatorAdded   EventType = "authenticator.added"
	EventAuthenticatorRemoved EventType = "authenticator.removed"
	EventPushDamped           EventType = "push.damped" // so many that the device hears of no more for a while
	EventRecoveryUsed         EventType = "recovery.used"
	EventActivityRecorded     EventType = "activity.recorded"
	EventDeliveryFailed       EventType = "delivery.failed"
	EventDeliveryReported     EventType = "delivery.reported" // the application says whether a message arrived
	EventConfigurationApplied EventType = "configuration.applied"
	EventConfigurationChanged EventType = "configuration.changed" // through an API
	EventSessionStarted       EventType = "session.started"
	EventSessionEnded         EventType = "session.ended"
	EventAuthenticatorRenamed EventType = "authenticator.renamed"
	EventAuthenticatorRevoked EventType = "authenticator.revoked"
	EventPasskeyAccepted      EventType = "passkey.accepted" // a sign-in
	EventPasskeyRefused       EventType = "passkey.refused"
	EventPasskeyCloned        EventType = "passkey.cloned" // its counter went back: there may be two of it
	EventPasswordAccepted     EventType = "password.accepted"
	EventPasswordRefused      EventType = "password.refused"
	EventPasswordLimited      EventType = "password.limited"
	EventPublicKeyAccepted    EventType = "public_key.accepted"
	EventPublicKeyRefused     EventType = "public_key.refused"
	EventHandoffIssued        EventType = "handoff.issued"
	EventHandoffAuthorized    EventType = "handoff.authorized"
	EventHandoffUsed          EventType = "handoff.used"
	EventHandoffRefused       EventType = "handoff.refused"
	EventHandoffLimited       EventType = "handoff.limited"
	EventHandoffsRevoked      EventType = "handoffs.revoked"
	EventTransactionCreated   EventType = "transaction.created"
	EventTransactionConfirmed EventType = "transaction.confirmed"
	EventTransactionRefused   EventType = "transaction.refused"
	EventActionTracked        EventType = "action.tracked"
	EventActionSucceeded      EventType = "action.succeeded" // a proof counted for it
	EventActionFailed         EventType = "action.failed"
	EventActionChanged        EventType = "action.changed" // by the application
	EventPromptSent           EventType = "prompt.sent"
	EventPromptAccepted       EventType = "prompt.accepted"
	EventPromptRefused        EventType = "prompt.refused"
	EventPromptLimited        EventType = "prompt.limited"
	EventAuthenticatorUpdated EventType = "authenticator.updated" // another address or name, the same means
	EventDeviceRemembered     EventType = "device.remembered"
	EventDeviceInvalidated    EventType = "device.invalidated"
	EventDeviceStolen         EventType = "device.stolen" // its token was used twice
	EventRuleChanged          EventType = "rule.changed"
	EventGrantIssued          EventType = "grant.issued"
	EventGrantRevoked         EventType = "grant.revoked"
)

// Event is what happened. The audit log is the ordered list of events. Data never holds a secret.
type Event struct {
	ID             EventID // version 7: sorts by time
	Type           EventType
	OrganizationID OrganizationID
	DirectoryID    DirectoryID
	ApplicationID  ApplicationID
	UserID         UserID
	ChallengeID    ChallengeID
	Source         string // the end user's address where the application told it
	Data           json.RawMessage
	At             time.Time
}

// EventFilter narrows a list; zero fields do not.
type EventFilter struct {
	ApplicationID ApplicationID
	UserID        UserID
	ChallengeID   ChallengeID
	Types         []EventType
	From, To      time.Time // To is exclusive
	After         EventID   // only events that sort after this one
	Limit         int       // 1 to 1000; 0 means 100
}

// EventReader reads the log.
type EventReader interface {
	// Events lists matching events in the order of their ids.
	Events(EventFilter) ([]Event, error)
	// CountEvents counts an application's events by type in a span of time, To exclusive.
	CountEvents(application ApplicationID, from, to time.Time) (map[EventType]int64, error)
}

// EventWriter appends to it.
type EventWriter interface {
	AppendEvent(Event) error
}
