// Package inbox is the sandbox's provider for every channel: it sends nothing and keeps messages where a
// test can read them.
package inbox

import (
	"context"

	"github.com/google/uuid"

	"github.com/twinseal/twinseal/internal/delivery"
	"github.com/twinseal/twinseal/internal/mfa"
)

// Sender keeps messages.
type Sender struct {
	store mfa.Store
	clock mfa.Clock
}

// New gives a sender that keeps messages in the store, timed by the clock.
func New(store mfa.Store, clock mfa.Clock) *Sender { return &Sender{store: store, clock: clock} }

// Send keeps the message; the reference is its id in the inbox.
func (s *Sender) Send(ctx context.Context, m mfa.Message) (string, error) {
	if m.To == "" {
		return "", delivery.Unsuitable("the inbox", "it goes to nobody")
	}
	id, err := uuid.NewV7()
	if err != nil {
		return "", err
	}
	kept := mfa.InboxMessage{ID: id.String(), Message: m, At: s.clock.Now()}
	err = s.store.Write(ctx, func(w mfa.WriteRecords) error { return w.AddInboxMessage(kept) })
	if err != nil {
		return "", err
	}
	return kept.ID, nil
}
