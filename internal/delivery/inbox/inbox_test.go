package inbox_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/delivery/deliverytest"
	"github.com/twinseal/twinseal/internal/delivery/inbox"
	"github.com/twinseal/twinseal/internal/mfa"
)

// drawer is the part of a store that the inbox uses.
type drawer struct {
	mfa.WriteRecords
	mode deliverytest.Mode
	mu   sync.Mutex
	kept []mfa.InboxMessage
}

func (d *drawer) Read(context.Context, func(mfa.Records) error) error {
	return errors.New("not read here")
}

func (d *drawer) Write(_ context.Context, f func(mfa.WriteRecords) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.mode != deliverytest.Accepts {
		return errors.New("disk full")
	}
	return f(d)
}

func (d *drawer) WriteTogether(ctx context.Context, _ time.Duration, f func(mfa.WriteRecords) error) error {
	return d.Write(ctx, f)
}

func (d *drawer) AddInboxMessage(m mfa.InboxMessage) error {
	d.kept = append(d.kept, m)
	return nil
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

type still struct{}

func (still) Now() time.Time { return noon }

func TestSender(t *testing.T) {
	t.Parallel()
	deliverytest.Run(t, deliverytest.Subject{
		New:        func(_ *testing.T, m deliverytest.Mode) mfa.Sender { return inbox.New(&drawer{mode: m}, still{}) },
		Message:    mfa.Message{Channel: mfa.ChannelVoice, To: "+14155552671", Text: "what it is about", Speech: "one two three"},
		Unsuitable: map[string]mfa.Message{"to nobody": {Text: "x"}},
		Lacks:      []deliverytest.Mode{deliverytest.Refuses, deliverytest.Babbles},
	})
}

func TestMessagesAreKeptWhole(t *testing.T) {
	t.Parallel()
	d := &drawer{mode: deliverytest.Accepts}
	want := mfa.Message{Channel: mfa.ChannelEmail, To: "a@example.com", Subject: "s", Text: "t", HTML: "<p>", Locale: "de", From: "Bank"}
	reference, err := inbox.New(d, still{}).Send(t.Context(), want)
	if err != nil || len(d.kept) != 1 || d.kept[0].Message != want || d.kept[0].ID != reference || !d.kept[0].At.Equal(noon) {
		t.Errorf("kept %+v, %v", d.kept, err)
	}
}
