package mfa

import (
	"context"
	"time"
)

// Clock tells the time. Everything stored is in UTC at microsecond precision, the finest both engines
// keep; implementations return it so.
type Clock interface{ Now() time.Time }

// Waker carries hints that something changed. A hint may be lost or come twice; the tables are the
// truth, so a woken waiter reads again and a waiting one looks by itself now and then.
type Waker interface {
	// Announce never blocks. It is called after the commit that made the change.
	Announce(topics ...string)
	// Subscribe returns a channel that receives after announcements of the topic, and a function that
	// ends the subscription and must be called.
	Subscribe(topic string) (<-chan struct{}, func())
}

// TopicConfiguration says that applications, keys or settings changed: drop caches.
const TopicConfiguration = "configuration"

// TopicDeliveries wakes the workers.
const TopicDeliveries = "deliveries"

// TopicUserChallenges changes when a user's set of pending challenges does.
func TopicUserChallenges(id UserID) string { return "user:" + string(id) }

// TopicChallenge changes when a challenge is answered, cancelled or expires.
func TopicChallenge(id ChallengeID) string { return "challenge:" + string(id) }

// TopicHandoff changes when a handoff is authorized, used or revoked.
func TopicHandoff(id HandoffID) string { return "handoff:" + string(id) }

// TopicAction changes when an action's state does.
func TopicAction(id ActionID) string { return "action:" + string(id) }

// TopicPrompt changes when a prompt is claimed, answered or consumed.
func TopicPrompt(id PromptID) string { return "prompt:" + string(id) }

// Store keeps records. Both methods may run their function again after a conflict, so it must have no
// effect outside of what it does through its Records; assign results, do not append to them.
type Store interface {
	// Read gives committed data. Several reads in one function need not see the same moment.
	Read(ctx context.Context, f func(Records) error) error
	// Write runs f in one transaction that is durable before it returns nil. An error of f leaves
	// nothing behind and is returned as it is.
	Write(ctx context.Context, f func(WriteRecords) error) error
	// WriteTogether is Write for a caller who knows that others are about to write: it may wait as long as
	// patience for them to share its transaction, where one for each would cost more.
	WriteTogether(ctx context.Context, patience time.Duration, f func(WriteRecords) error) error
}

// Records is what can be read: the sum of one small interface per noun. Lookups answer [Missing] for
// what is not there.
type Records interface {
	OrganizationReader
	DirectoryReader
	ApplicationReader
	KeyReader
	PublicKeyReader
	SessionReader
	UserReader
	AuthenticatorReader
	EnrollmentReader
	ChallengeReader
	ReceiptReader
	CodeReader
	EventReader
	DeliveryReader
	WebhookReader
	LimitReader
	TallyReader
	InboxReader
	ServerSecretReader
	RelyingPartyReader
	CeremonyReader
	TransactionReader
	HandoffReader
	ActionReader
	RuleReader
	ValueListReader
	DataPointReader
	ProfileReader
	KnownDeviceReader
	PromptReader
	GrantReader
}

// WriteRecords is what can be read and changed in a Write.
type WriteRecords interface {
	Records
	OrganizationWriter
	DirectoryWriter
	ApplicationWriter
	KeyWriter
	PublicKeyWriter
	SessionWriter
	UserWriter
	AuthenticatorWriter
	EnrollmentWriter
	ChallengeWriter
	ReceiptWriter
	CodeWriter
	EventWriter
	DeliveryWriter
	WebhookWriter
	LimitWriter
	TallyWriter
	InboxWriter
	ServerSecretWriter
	ProofWriter
	CeremonyWriter
	TransactionWriter
	HandoffWriter
	ActionWriter
	VelocityWriter
	RuleWriter
	ValueListWriter
	DataPointWriter
	ProfileWriter
	KnownDeviceWriter
	PromptWriter
	GrantWriter
	// Announce wakes the topics' waiters once the transaction is durable, and never if it is not.
	Announce(topics ...string)
}
