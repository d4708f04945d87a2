package mfa

import (
	"context"
	"time"
)

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

// MaxInboxList bounds one look into the inbox.
const MaxInboxList = 500

// Inbox lists what the sandbox kept, newest first: to one address, or ("") to all. Outside of the sandbox
// there is no inbox.
func (s *Service) Inbox(ctx context.Context, to string, limit int) ([]InboxMessage, error) {
	if !s.options.Sandbox {
		return nil, Missing("inbox")
	}
	var out []InboxMessage
	err := s.store.Read(ctx, func(r Records) (err error) {
		out, err = r.InboxMessages(to, min(max(limit, 1), MaxInboxList))
		return err
	})
	return out, err
}
