package mfa

import (
	"fmt"

	"github.com/google/uuid"
)

// Identifiers are UUIDs in lower-case dashed text. Those made here are of version 7, so that rows sort
// by age; a caller may bring its own of any version through an apply file.
type (
	OrganizationID  string
	DirectoryID     string
	ApplicationID   string
	KeyID           string
	UserID          string
	AuthenticatorID string
	EnrollmentID    string
	ChallengeID     string
	CodeID          string
	EventID         string
	DeliveryID      string
	WebhookID       string
	SessionID       string
	CeremonyID      string
	TransactionID   string
	HandoffID       string
	ActionID        string
	RuleID          string
	DataPointID     string
	PromptID        string
	GrantID         string
)

// ParseUUID returns the canonical text of a caller's UUID, or an [Invalid] error that names the field.
func ParseUUID(field, text string) (string, error) {
	id, err := uuid.Parse(text)
	if err != nil || len(text) != 36 {
		return "", &Error{Code: Invalid, Field: field, Message: fmt.Sprintf("%s is not a UUID such as 6f6a2c3e-0d0f-4b3c-9a61-2f6f8d1c7b10", field)}
	}
	return id.String(), nil
}

// NewID makes a version 7 UUID. Its time is the machine's even where the service's clock was set, as a sandbox's
// may be: ids give the order in which rows came to be, which a clock that goes back must not turn around. What
// a row says of its time is in the row; where the two are far apart, lists by time read a longer stretch of ids
// and are right all the same. The random source of the operating system never fails on the systems we
// run on, which is the only way this could.
func NewID[T ~string]() T {
	return T(uuid.Must(uuid.NewV7()).String())
}
