package mfa

import "time"

// HandoffForm is how a handoff's code looks.
type HandoffForm string

const (
	HandoffShort  HandoffForm = "short"  // six digits, to be typed
	HandoffLong   HandoffForm = "long"   // 32 characters, for links
	HandoffPhrase HandoffForm = "phrase" // words, to be read aloud or kept on paper
)

// HandoffPurpose says what a handoff is good for; a code counts for its purpose alone.
type HandoffPurpose string

const (
	HandoffSignIn   HandoffPurpose = "temporary_authentication" // one sign-in on another device
	HandoffAdd      HandoffPurpose = "add_credential"           // one more authenticator
	HandoffRecovery HandoffPurpose = "recovery"                 // the same for who has lost all, kept on paper, for ever
)

// Handoff is a code that carries a sign-in, or the right to add an authenticator, to another device. It counts
// once, and only after somebody who is in already has authorized it.
type Handoff struct {
	ID            HandoffID
	DirectoryID   DirectoryID
	ApplicationID ApplicationID // who issued it
	UserID        UserID
	Form          HandoffForm
	Purpose       HandoffPurpose
	Secret        Secret    // only to add one: it is kept as a keyed digest and never read back
	AuthorizedAt  time.Time // zero: not yet
	UsedAt        time.Time // zero: not yet
	CreatedAt     time.Time
	ExpiresAt     time.Time // zero: never
}

// Authorized reports whether it may be used.
func (h Handoff) Authorized() bool { return !h.AuthorizedAt.IsZero() }

// Live reports whether it is unused and not past its time.
func (h Handoff) Live(now time.Time) bool {
	return h.UsedAt.IsZero() && (h.ExpiresAt.IsZero() || now.Before(h.ExpiresAt))
}

// HandoffReader looks handoffs up, live or not.
type HandoffReader interface {
	Handoff(HandoffID) (Handoff, error)
	// HandoffBySecret finds a user's by its code.
	HandoffBySecret(user UserID, form HandoffForm, purpose HandoffPurpose, secret Secret) (Handoff, error)
	// CountHandoffs counts a user's that live at now.
	CountHandoffs(user UserID, form HandoffForm, purpose HandoffPurpose, now time.Time) (int64, error)
}

// HandoffWriter changes them.
type HandoffWriter interface {
	// AddHandoff answers Conflict of the field secret if the user has the code already; drawing another helps.
	AddHandoff(Handoff) error
	// AuthorizeHandoff sets AuthorizedAt where it is zero, if it lives at that moment; else it reports false.
	AuthorizeHandoff(id HandoffID, at time.Time) (bool, error)
	// UseHandoff burns one that is authorized and lives at that moment: exactly one caller wins.
	UseHandoff(id HandoffID, at time.Time) (bool, error)
	// RemoveHandoffs deletes a user's of a form and purpose and returns them.
	RemoveHandoffs(user UserID, form HandoffForm, purpose HandoffPurpose) ([]HandoffID, error)
	// PurgeHandoffs deletes up to limit that expired before the time.
	PurgeHandoffs(before time.Time, limit int) (int, error)
}
