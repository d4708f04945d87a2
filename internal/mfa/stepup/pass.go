package stepup

import (
	"context"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

// Scopes are rights over one's own authenticators, in the words of tokens.
const (
	ScopeRead   = "read:authenticators"
	ScopeAdd    = "add:authenticators"
	ScopeUpdate = "update:authenticators"
	ScopeRemove = "remove:authenticators"
)

// AllScopes are what somebody has who has just proved an action.
func AllScopes() []string { return []string{ScopeRead, ScopeAdd, ScopeUpdate, ScopeRemove} }

// Pass says who is proving what, and with which rights: a token of theirs, read. Without UserID and ActionID it is
// anybody's, of whom only the application is known.
type Pass struct {
	Caller    *mfa.Caller
	UserID    mfa.UserID
	ActionID  mfa.ActionID
	Scopes    []string
	Source    string // the person's address
	UserAgent string
	DeviceID  string // by which the application knows the browser or phone
	Locale    string
}

// Anonymous reports whether it names no action: it is anybody's, or one that only looks after authenticators.
func (p Pass) Anonymous() bool { return p.ActionID == "" }

// Failure says why a proof did not count, where that is an outcome and no error.
type Failure string

const (
	FailureInvalid     Failure = "invalid_or_expired"
	FailureMaxAttempts Failure = "max_attempts" // of this code; another may be asked for
)

// Result is how a proof ended. A wrong one is a result; too many wrong ones are an error with [mfa.Limited].
type Result struct {
	Verified bool
	Failure  Failure
	// Claimed and Consumed tell of proofs that are waited for: somebody's phone has read the picture, the answer was
	// given. Consumed without Verified is a refusal.
	Claimed  bool
	Consumed bool
	Method   mfa.Method
	Number   mfa.Secret // that a waiting page shows; empty where the question asks for none
	// Mismatched says that a wrong number ended it.
	Mismatched bool
	// Entry is what proved it. Enrolled says that this made it one.
	Entry    *people.Entry
	Enrolled bool
	User     mfa.User
	Action   mfa.Action // as it stands now
	// Pass is what a new token may stand for. It has every right over the user's authenticators after a proof by one
	// that was enrolled before, or by the first one there is; else the rights that were there.
	Pass Pass
}

// Gate asks the application whether a proof may count, between its check and the write that burns it. An error keeps
// the proof from counting; it was not used up and may be tried again.
type Gate interface {
	MayVerify(ctx context.Context, c *mfa.Caller, a mfa.Action, m mfa.Method, by mfa.AuthenticatorID) error
}

// Entry is one means by which a user proves themselves.
type Entry = people.Entry
