package mfa

import "time"

// InboxMessage is a message that the sandbox kept instead of sending.
type InboxMessage struct {
	ID      string
	Message Message
	At      time.Time
}

// InboxReader reads the sandbox's inbox.
type InboxReader interface {
	// InboxMessages lists messages to one address, or ("") to all, newest first.
	InboxMessages(to string, limit int) ([]InboxMessage, error)
}

// InboxWriter fills it.
type InboxWriter interface {
	AddInboxMessage(InboxMessage) error
	PurgeInbox(before time.Time, limit int) (int, error)
}
