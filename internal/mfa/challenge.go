package mfa

import (
	"encoding/json"
	"time"

	"github.com/twinseal/twinseal/policy"
)

// ChallengeState is the way of a challenge; every state but pending is final.
type ChallengeState string

const (
	ChallengePending   ChallengeState = "pending"
	ChallengeApproved  ChallengeState = "approved"
	ChallengeDenied    ChallengeState = "denied"
	ChallengeExpired   ChallengeState = "expired"
	ChallengeCancelled ChallengeState = "cancelled"
)

// Detail is one line shown with a question, in the order given.
type Detail struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// Amount is money as shown: a decimal text and an ISO 4217 currency.
type Amount struct {
	Value    string `json:"value"`
	Currency string `json:"currency"`
}

// Logo is a picture for one screen density: default, low, med or high.
type Logo struct {
	Resolution string `json:"res"`
	URL        string `json:"url"`
}

// DenialReason is one of the reasons from which a denial chooses.
type DenialReason struct {
	ID    string `json:"id"`
	Text  string `json:"text"`
	Fraud bool   `json:"fraud"`
}

// Recipient is who alone may read the particulars of an answer, which the device encrypts to its key.
type Recipient struct {
	Format string          `json:"format"` // of the packages, in the words of the receipt package
	KeyID  string          `json:"kid"`
	Key    json.RawMessage `json:"key"` // public JWK
}

// Terms are what a question demands of its answer, and how it is headed; most have none.
type Terms struct {
	Title     string         `json:"title,omitempty"`
	Policy    *policy.Policy `json:"policy,omitempty"`
	Reasons   []DenialReason `json:"reasons,omitempty"`
	Recipient *Recipient     `json:"recipient,omitempty"`
}

// Outcome is what an answer brought along beyond the decision; most bring nothing.
type Outcome struct {
	Failure policy.Failure `json:"failure,omitempty"` // of a denial: what kept the device from approving
	// Packages are for the question's recipient alone, as the device sent them.
	Packages json.RawMessage `json:"packages,omitempty"`
}

// Empty reports whether there is nothing of it.
func (o Outcome) Empty() bool { return o.Failure == "" && len(o.Packages) == 0 }

// Challenge is one question to one user. An approval request is a challenge whose kind is device.
type Challenge struct {
	ID             ChallengeID
	OrganizationID OrganizationID
	DirectoryID    DirectoryID
	ApplicationID  ApplicationID
	UserID         UserID
	UserNumber     int64
	Kind           Kind
	Dialect        string // who asked, and so whose callback answers
	State          ChallengeState
	Message        string
	Details        []Detail
	HiddenDetails  []Detail // kept for the application, never shown
	Amount         *Amount
	Logos          []Logo
	Terms
	// Number is what an approval must bring, for those alone who show it where the question was caused: never for devices.
	// Empty where none is asked for.
	Number Secret
	// Question is the canonical JSON of what must be shown and signed, fixed when it was asked.
	Question json.RawMessage
	// Extra is the asking dialect's own, for its callback.
	Extra           json.RawMessage
	AuthenticatorID AuthenticatorID // who answered
	Reason          string          // why denied
	Fraud           bool            // denied as fraud
	Outcome
	CreatedAt  time.Time
	ExpiresAt  time.Time // zero: never
	NotifiedAt time.Time // zero: no device has seen it or been pushed yet
	AnsweredAt time.Time // zero: not yet
	UpdatedAt  time.Time
	// Asked are the devices and passkeys that could answer when it was asked. It is not kept.
	Asked []AuthenticatorID
}

// StateAt is the state at a moment: a pending challenge past its time has expired, whether or not the
// worker has written so yet.
func (c Challenge) StateAt(now time.Time) ChallengeState {
	if c.State == ChallengePending && !c.ExpiresAt.IsZero() && !now.Before(c.ExpiresAt) {
		return ChallengeExpired
	}
	return c.State
}

// ChallengeReader looks challenges up.
type ChallengeReader interface {
	Challenge(ChallengeID) (Challenge, error)
	// PendingChallenges lists those of the user that are pending and not past their time, newest first.
	PendingChallenges(user UserID, now time.Time, limit int) ([]Challenge, error)
	// ChallengesOf lists a user's of every state, newest first: those before the given one, or ("") from the
	// newest on.
	ChallengesOf(user UserID, before ChallengeID, limit int) ([]Challenge, error)
}

// ChallengeAnswer is what AnswerChallenge writes.
type ChallengeAnswer struct {
	State           ChallengeState
	AuthenticatorID AuthenticatorID
	Reason          string
	Fraud           bool
	Outcome
	At time.Time
}

// ChallengeWriter changes them.
type ChallengeWriter interface {
	AddChallenge(Challenge) error
	// AnswerChallenge moves it from pending to the answer's state, if it is pending and not past its time
	// at answer.At; else it reports false and changes nothing: exactly one answer wins.
	AnswerChallenge(ChallengeID, ChallengeAnswer) (bool, error)
	// MarkNotified sets NotifiedAt where it is zero.
	MarkNotified(id ChallengeID, at time.Time) error
	// ExpireChallenges moves up to limit pending ones that are past their time to expired, sets AnsweredAt
	// to now and returns them.
	ExpireChallenges(now time.Time, limit int) ([]Challenge, error)
	// CancelChallenge moves it from pending to cancelled, if it is pending and not past its time; else it reports
	// false and changes nothing.
	CancelChallenge(id ChallengeID, at time.Time) (bool, error)
	// CancelChallenges moves a user's pending ones of one application to cancelled and returns them.
	CancelChallenges(user UserID, application ApplicationID, at time.Time) ([]Challenge, error)
	// PurgeChallenges deletes up to limit final ones last changed before the time, with their receipts.
	PurgeChallenges(before time.Time, limit int) (int, error)
}
