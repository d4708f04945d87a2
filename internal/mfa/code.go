package mfa

import "time"

// Purpose says what a code is for; a code counts for its purpose alone.
type Purpose string

const (
	PurposeToken        Purpose = "token"        // a sent second factor of a user
	PurposeVerification Purpose = "verification" // possession of a phone number, no user involved
)

// SentCode is a short secret that we issued and sent.
type SentCode struct {
	ID            CodeID
	Purpose       Purpose
	ApplicationID ApplicationID
	UserID        UserID // "" for PurposeVerification
	Phone         Phone
	Channel       Channel
	Action        string    // the code counts with this very action alone; "" for none
	Secret        Secret    // the digits, sealed at rest so that the same code can be sent again
	Attempts      int       // wrong attempts at this code
	UsedAt        time.Time // zero: unused
	SentAt        time.Time // when it last went out
	CreatedAt     time.Time
	ExpiresAt     time.Time
}

// CodeReader looks codes up. Secrets are opened.
type CodeReader interface {
	Code(CodeID) (SentCode, error)
	// OpenCodes lists a user's unused codes for the application that live at now, newest first, 20 at most.
	OpenCodes(user UserID, application ApplicationID, now time.Time) ([]SentCode, error)
	// PhoneCode finds the newest verification code of the application for the number, of any state.
	PhoneCode(application ApplicationID, phone Phone) (SentCode, error)
}

// CodeWriter changes them.
type CodeWriter interface {
	// LockPhone keeps every other Write that locks the same number for the same application waiting until
	// this one ends.
	LockPhone(application ApplicationID, phone Phone) error
	AddCode(SentCode) error
	// UseCode burns it: it reports false if it was used or had expired by then.
	UseCode(id CodeID, at time.Time) (bool, error)
	// ResendCode sets SentAt.
	ResendCode(id CodeID, at time.Time) error
	// CountCodeAttempt adds a wrong attempt and returns the new count.
	CountCodeAttempt(CodeID) (int, error)
	PurgeCodes(before time.Time, limit int) (int, error)
}
