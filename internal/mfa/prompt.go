package mfa

import (
	"encoding/json"
	"time"
)

// PromptState is the way of a prompt. Rejected and consumed are final.
type PromptState string

const (
	PromptPending  PromptState = "pending"
	PromptClaimed  PromptState = "claimed"  // bound to a user or app key, not answered yet
	PromptVerified PromptState = "verified" // answered rightly; it counts once it is consumed
	PromptRejected PromptState = "rejected"
	PromptConsumed PromptState = "consumed" // has counted
)

// Prompt is one way in which an action is being challenged, answered at most once.
type Prompt struct {
	ID              PromptID
	OrganizationID  OrganizationID
	DirectoryID     DirectoryID
	ApplicationID   ApplicationID
	UserID          UserID   // "": nobody's yet
	ActionID        ActionID // "": of no tracked action yet
	ActionCode      string
	ActionKey       string
	Method          Method
	AuthenticatorID AuthenticatorID // that is asked, or that answered
	To              Secret          // where it went, sealed at rest
	Secret          Secret          // what answers it, sealed at rest so that it can be sent again
	// Lookup is a long secret by which the prompt is found, such as a link's. Only its keyed digest is kept, so what is
	// read has none.
	Lookup      Secret
	ChallengeID ChallengeID // of the question to the user's devices
	Enrols      bool        // a right answer enrols To, or the key that answers
	State       PromptState
	Attempts    int // wrong ones
	Sends       int
	Data        json.RawMessage // of the method, public
	DeviceID    string
	IP          string
	UserAgent   string
	Locale      string
	CreatedAt   time.Time
	SentAt      time.Time // zero: never
	ExpiresAt   time.Time
	AnsweredAt  time.Time // when the state last changed; zero: never
}

// Live reports whether it is past neither its time nor its last state.
func (p Prompt) Live(now time.Time) bool {
	return p.State != PromptRejected && p.State != PromptConsumed && now.Before(p.ExpiresAt)
}

// PromptReader looks prompts up, live or not. Secrets are opened.
type PromptReader interface {
	Prompt(PromptID) (Prompt, error)
	// PromptsOf lists an action's, newest first, 50 at most.
	PromptsOf(ActionID) ([]Prompt, error)
	// PromptsByKey lists an application's of a code and key, newest first, 50 at most.
	PromptsByKey(application ApplicationID, code, key string) ([]Prompt, error)
	// PendingPrompts lists a user's that wait for an answer at now, at an application, newest first, 50 at most.
	PendingPrompts(application ApplicationID, user UserID, now time.Time) ([]Prompt, error)
	// OpenPrompt finds the newest of a user's code and method that is live at now.
	OpenPrompt(application ApplicationID, user UserID, code string, method Method, now time.Time) (Prompt, error)
	// PromptBySecret finds the one of a method by its Lookup.
	PromptBySecret(method Method, lookup Secret) (Prompt, error)
	PromptByChallenge(ChallengeID) (Prompt, error)
}

// PromptAnswer is a change of a prompt's state.
type PromptAnswer struct {
	From []PromptState // the prompt is in one of them and lives at At, or nothing is changed
	To   PromptState
	// What is not empty replaces what the prompt has.
	UserID          UserID
	ActionID        ActionID
	AuthenticatorID AuthenticatorID
	Data            json.RawMessage
	At              time.Time
}

// PromptWriter changes them.
type PromptWriter interface {
	// LockPrompt finds a prompt and keeps every other Write that locks it waiting until this one ends.
	LockPrompt(PromptID) (Prompt, error)
	// AddPrompt refuses a Lookup that is taken as a Conflict of the field lookup.
	AddPrompt(Prompt) error
	// UpdatePrompt replaces To, Secret, ChallengeID, AuthenticatorID, Data, DeviceID, IP, UserAgent, Locale and ExpiresAt;
	// the caller holds the prompt's lock.
	UpdatePrompt(Prompt) error
	// AnswerPrompt reports false, and changes nothing, if the prompt is in none of the answer's states, or past its time:
	// exactly one answer wins.
	AnswerPrompt(PromptID, PromptAnswer) (bool, error)
	// CountPromptAttempt adds a wrong attempt and returns the new count.
	CountPromptAttempt(PromptID) (int, error)
	// ResendPrompt sets SentAt, adds one to Sends and returns the new count.
	ResendPrompt(id PromptID, at time.Time) (int, error)
	// PurgePrompts deletes up to limit that expired before the time.
	PurgePrompts(before time.Time, limit int) (int, error)
}
