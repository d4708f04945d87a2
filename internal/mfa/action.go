package mfa

import (
	"encoding/json"
	"time"
)

// ActionOutcome is what the rules said of an action when it was tracked. It never changes.
type ActionOutcome string

const (
	OutcomeAllow     ActionOutcome = "allow"
	OutcomeChallenge ActionOutcome = "challenge"
	OutcomeReview    ActionOutcome = "review"
	OutcomeBlock     ActionOutcome = "block"
)

// Known reports whether it is one of the four.
func (o ActionOutcome) Known() bool { return o.State() != "" }

// State is where an action of the outcome begins.
func (o ActionOutcome) State() ActionState {
	switch o {
	case OutcomeAllow:
		return ActionAllow
	case OutcomeChallenge:
		return ActionChallengeRequired
	case OutcomeReview:
		return ActionReviewRequired
	case OutcomeBlock:
		return ActionBlock
	}
	return ""
}

// ActionState is where an action stands. Proofs move it forward, and the application may set any.
type ActionState string

const (
	ActionAllow              ActionState = "allow"
	ActionBlock              ActionState = "block"
	ActionChallengeRequired  ActionState = "challenge_required"
	ActionChallengeSucceeded ActionState = "challenge_succeeded"
	ActionChallengeFailed    ActionState = "challenge_failed"
	ActionReviewRequired     ActionState = "review_required"
	ActionReviewSucceeded    ActionState = "review_succeeded"
	ActionReviewFailed       ActionState = "review_failed"
)

// Known reports whether it is one of the eight.
func (s ActionState) Known() bool {
	switch s {
	case ActionAllow, ActionBlock, ActionChallengeRequired, ActionChallengeSucceeded, ActionChallengeFailed,
		ActionReviewRequired, ActionReviewSucceeded, ActionReviewFailed:
		return true
	}
	return false
}

// DecidedRule is a rule that matched, as it was then.
type DecidedRule struct {
	ID          RuleID          `json:"id"`
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Metadata    json.RawMessage `json:"metadata,omitempty"`
}

// Decision is what the rules said of an action.
type Decision struct {
	Outcome ActionOutcome
	// RuleIDs are all rules that matched, by priority; DecidedBy is the first of them, "" where none did. Rules are
	// the same with what they were called.
	RuleIDs   []RuleID
	DecidedBy RuleID
	Rules     []DecidedRule
	// Methods may prove the action; none: all that the application has. DefaultMethod is offered first, Uplift are
	// those to whose enrollment people are invited afterwards.
	Methods       []Method
	DefaultMethod Method
	Uplift        []Method
}

// ActionRequest is what the application told of an action. It is sealed at rest.
type ActionRequest struct {
	RedirectURL  string          `json:"redirect_url,omitempty"`
	ToSettings   bool            `json:"to_settings,omitempty"` // after the challenge to the settings, not back
	Email        string          `json:"email,omitempty"`
	Phone        string          `json:"phone,omitempty"`
	Username     string          `json:"username,omitempty"`
	DeviceID     string          `json:"device_id,omitempty"`
	UserAgent    string          `json:"user_agent,omitempty"`
	IP           string          `json:"ip,omitempty"`
	Locale       string          `json:"locale,omitempty"`
	CustomDomain string          `json:"custom_domain,omitempty"`
	Scopes       []string        `json:"scopes,omitempty"`
	Custom       json.RawMessage `json:"custom,omitempty"` // object of data points
	// BySignIn marks an action that began with somebody's own sign-in: nothing but its code and key was told, by them.
	BySignIn bool `json:"by_sign_in,omitempty"`
}

// Action is something that a user is about to do, and what was decided of it. User, code and key name it.
type Action struct {
	ID              ActionID
	OrganizationID  OrganizationID
	DirectoryID     DirectoryID
	ApplicationID   ApplicationID
	UserID          UserID
	Code            string // in the application's words, such as withdraw
	Key             string // the application's own, or made for it: tracking it again is the same action
	State           ActionState
	StateAt         time.Time
	Method          Method          // that proved it; "" not yet
	AuthenticatorID AuthenticatorID // likewise
	Decision
	Request ActionRequest
	// Facts are what the rules knew, as JSON that a decision can be made from once more. They are sealed at rest.
	Facts     json.RawMessage
	CreatedAt time.Time
	UpdatedAt time.Time
	ExpiresAt time.Time // of the token that was made when it was tracked
}

// ActionFilter narrows a list of one user's actions; zero fields do not.
type ActionFilter struct {
	ApplicationID ApplicationID
	UserID        UserID
	Since         time.Time
	Codes         []string
	State         ActionState
	Limit         int // 1 to 1000; 0 means 100
}

// DecisionFilter pages through the decisions of an application, oldest first.
type DecisionFilter struct {
	ApplicationID ApplicationID
	Code          string    // "": all
	From, To      time.Time // To is exclusive; zero: no such end
	After         ActionID  // leaves out those of From that sort up to this one
	Limit         int
}

// Decided is a decision with what it was made from.
type Decided struct {
	ID        ActionID
	UserID    UserID
	Code      string
	Outcome   ActionOutcome
	DecidedBy RuleID
	Facts     json.RawMessage
	CreatedAt time.Time
}

// Standing is where an action stands, without what it was decided from.
type Standing struct {
	ID            ActionID
	ApplicationID ApplicationID
	UserID        UserID
	Code          string
	Key           string
	State         ActionState
	StateAt       time.Time
	Method        Method
	// Asked says that a question to the user's devices is open, whose answer may not have been counted yet.
	Asked bool
}

// ActionReader looks actions up.
type ActionReader interface {
	Action(ActionID) (Action, error)
	ActionStanding(ActionID) (Standing, error)
	ActionByKey(application ApplicationID, user UserID, code, key string) (Action, error)
	// ActionsOf lists a user's, newest first.
	ActionsOf(ActionFilter) ([]Action, error)
	// Decisions lists by time: the next page begins From the last one's CreatedAt, After its id.
	Decisions(DecisionFilter) ([]Decided, error)
}

// ActionMove is a change of an action's state.
type ActionMove struct {
	From            []ActionState // the action is in one of them, or nothing is changed
	To              ActionState
	Method          Method          // "" leaves the one it has
	AuthenticatorID AuthenticatorID // likewise
	At              time.Time
}

// ActionWriter changes them.
type ActionWriter interface {
	// AddAction stores one. Where user, code and key have one already the whole Write is a Conflict: whoever may meet
	// that tries again and finds it.
	AddAction(Action) error
	// MoveAction reports false, and changes nothing, if the action is in none of the move's states.
	MoveAction(ActionID, ActionMove) (bool, error)
	// RemoveActions deletes a user's at an application.
	RemoveActions(user UserID, application ApplicationID) error
	// PurgeActions deletes up to limit that were tracked before the time.
	PurgeActions(before time.Time, limit int) (int, error)
}
