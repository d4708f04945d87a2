package mfa

import (
	"encoding/json"
	"time"
)

// Session says that a user is logged in at an application, as the user's devices show it. There is one for
// each user and application at most, so that a user has [MaxApplications] at most.
type Session struct {
	ID            SessionID
	UserID        UserID
	DirectoryID   DirectoryID
	ApplicationID ApplicationID
	Reference     string // the dialect's name for the question that began it; "" for none
	Dialect       string // who is told when the user ends it
	Extra         json.RawMessage
	StartedAt     time.Time
}

// SessionReader looks sessions up.
type SessionReader interface {
	// SessionsOf lists a user's, oldest first.
	SessionsOf(UserID) ([]Session, error)
}

// SessionWriter changes them.
type SessionWriter interface {
	// PutSession adds one, in the place of the one that the user has at the application.
	PutSession(Session) error
	// RemoveSession reports whether there was one.
	RemoveSession(user UserID, application ApplicationID) (bool, error)
}
