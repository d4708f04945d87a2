package mfa

import (
	"encoding/json"
	"time"
)

// ActionConfiguration says what becomes of the actions of a code that no rule decides.
type ActionConfiguration struct {
	ApplicationID ApplicationID
	Code          string
	Default       ActionOutcome // "": the application's
	Methods       []Method      // none: all that the application has
	DefaultMethod Method
	Uplift        []Method
	Templates     json.RawMessage // of messages, by locale
	HookURL       string          // is asked before an action counts as proved
	CreatedAt     time.Time
	UpdatedAt     time.Time
	LastActionAt  time.Time // to the minute; zero: never
}

// Rule is one condition on the actions of a code, and what it decides. Rules are looked at by priority, the lowest
// number first.
type Rule struct {
	ID            RuleID
	ApplicationID ApplicationID
	ActionCode    string
	Name          string
	Description   string
	Active        bool
	Priority      int // 0 to MaxRulePriority, unique among the rules of a code
	Outcome       ActionOutcome
	Conditions    json.RawMessage // as they were written; none: always
	Methods       []Method
	DefaultMethod Method
	Uplift        []Method
	Tests         json.RawMessage // facts, and what the rule must say to them
	Metadata      json.RawMessage
	Version       int64 // rises with every change
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// MaxRulePriority is the last place in the order of a code's rules.
const MaxRulePriority = 99

// RuleReader looks them up.
type RuleReader interface {
	ActionConfiguration(application ApplicationID, code string) (ActionConfiguration, error)
	// ActionConfigurations lists an application's by code.
	ActionConfigurations(ApplicationID) ([]ActionConfiguration, error)
	Rule(RuleID) (Rule, error)
	// RulesOf lists an application's, of one code or ("") of all, by code and priority.
	RulesOf(application ApplicationID, code string) ([]Rule, error)
}

// RuleWriter changes them.
type RuleWriter interface {
	// PutActionConfiguration adds it, or replaces everything but CreatedAt and LastActionAt.
	PutActionConfiguration(ActionConfiguration) error
	// NoteAction remembers that an action of the code was tracked, and adds the configuration, with nothing set, where
	// there is none.
	NoteAction(application ApplicationID, code string, at time.Time) error
	// RemoveActionConfiguration deletes it with its rules.
	RemoveActionConfiguration(application ApplicationID, code string) error
	// PutRule adds one whose Version is 0. Else it replaces everything but application, code and CreatedAt, where Version
	// is the one that is stored, and raises that by one; another Version is a Conflict of the field version. A priority
	// that another rule of the code has is a Conflict of the field priority.
	PutRule(Rule) error
	RemoveRule(RuleID) error
}
