package mfa

import (
	"encoding/json"
	"time"
)

// EnrollmentState is the way of an enrollment.
type EnrollmentState string

const (
	EnrollmentPending   EnrollmentState = "pending"
	EnrollmentCompleted EnrollmentState = "completed"
	EnrollmentRefused   EnrollmentState = "refused" // by the person: a join that nobody wants
)

// EnrollmentKind says what proves an enrollment.
type EnrollmentKind string

const (
	EnrollByCode   EnrollmentKind = "code"   // a linking code, typed or scanned, links a device to UserID
	EnrollByPhone  EnrollmentKind = "phone"  // a code sent to Phone links a device to the user who has it
	EnrollByInvite EnrollmentKind = "invite" // a token that an application signed creates or finds the user of its custom id
	EnrollTOTP     EnrollmentKind = "totp"   // a seed shown as a picture under an unguessable name

	EnrollByJoin     EnrollmentKind = "join"     // a code that one device shows to another, which the first lets in
	EnrollByRecovery EnrollmentKind = "recovery" // a recovery code links a device in the place of those that were lost
)

// Enrollment is the pending step that becomes an authenticator once proved.
type Enrollment struct {
	ID              EnrollmentID
	Kind            EnrollmentKind
	State           EnrollmentState
	OrganizationID  OrganizationID
	DirectoryID     DirectoryID // "" for a phone that several directories may know
	ApplicationID   ApplicationID
	UserID          UserID // "" until known
	Phone           Phone
	CustomID        string          // the application's own name for the person (EnrollByInvite)
	AuthenticatorID AuthenticatorID // what it became, shows or will become
	// Secret is the linking code, the sent code or the picture's name. It is sealed at rest, and found by
	// keyed digest where it is the only name the holder knows.
	Secret Secret
	// Data describes the device that began an EnrollByPhone, as JSON of [PendingDevice], or says who is to be told
	// when an EnrollByCode is done, or where an EnrollByJoin stands.
	Data      json.RawMessage
	Attempts  int // wrong codes so far
	CreatedAt time.Time
	ExpiresAt time.Time
}

// EnrollmentReader looks enrollments up.
type EnrollmentReader interface {
	Enrollment(EnrollmentID) (Enrollment, error)
	EnrollmentBySecret(kind EnrollmentKind, secret Secret) (Enrollment, error)
	// EnrollmentByCustomID finds the newest of the application with that custom id.
	EnrollmentByCustomID(application ApplicationID, customID string) (Enrollment, error)
	// PendingEnrollments lists a user's of the kind that are pending and not past their time, oldest first.
	PendingEnrollments(user UserID, kind EnrollmentKind, now time.Time) ([]Enrollment, error)
}

// EnrollmentWriter changes them.
type EnrollmentWriter interface {
	AddEnrollment(Enrollment) error
	// CompleteEnrollment moves it from pending to completed with its user and authenticator, and reports
	// false if it is not pending any more: exactly one caller wins.
	CompleteEnrollment(id EnrollmentID, user UserID, authenticator AuthenticatorID) (bool, error)
	// ChangeEnrollment replaces state and data of one that is pending and whose data are still from; else it
	// reports false and changes nothing.
	ChangeEnrollment(e Enrollment, from json.RawMessage) (bool, error)
	// CountEnrollmentAttempt adds a wrong attempt and returns the new count.
	CountEnrollmentAttempt(EnrollmentID) (int, error)
	RemoveEnrollment(EnrollmentID) error
	// PurgeEnrollments deletes up to limit that expired before the time; it returns how many.
	PurgeEnrollments(before time.Time, limit int) (int, error)
}
