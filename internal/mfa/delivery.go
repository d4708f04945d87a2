package mfa

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"
)

// DeliveryKind tells messages to people from requests to applications.
type DeliveryKind string

const (
	DeliveryMessage  DeliveryKind = "message"
	DeliveryCallback DeliveryKind = "callback"
)

// DeliveryState is the way of a delivery.
type DeliveryState string

const (
	DeliveryPending DeliveryState = "pending" // waiting for its time, or claimed by a worker until its lease ends
	DeliverySent    DeliveryState = "sent"
	DeliveryFailed  DeliveryState = "failed" // given up, visibly
)

// Delivery is something on its way out.
type Delivery struct {
	ID             DeliveryID
	Kind           DeliveryKind
	State          DeliveryState
	OrganizationID OrganizationID
	ApplicationID  ApplicationID
	UserID         UserID
	ChallengeID    ChallengeID
	// Channel and To say where a message goes: E.164, mail address or authenticator id (push).
	Channel Channel
	To      string
	// Dialect renders a callback at sending time, with the keys of that moment.
	Dialect string
	// Payload is a [Message] or a [CallbackPayload] as JSON, sealed at rest because messages carry codes.
	// It is wiped once sent.
	Payload Secret
	// Dedupe names what equal messages within seconds have in common, so that they become one; it holds
	// nothing secret. "" for none.
	Dedupe    string
	Attempts  int
	LastError string // of the last try, without secrets
	Reference string // the provider's number for what it took
	DueAt     time.Time
	GiveUpAt  time.Time // not tried at or after it, because what it carries is worthless then; zero: no such time
	LeaseTill time.Time
	CreatedAt time.Time
	DoneAt    time.Time
}

// Message is one message to a person, already worded.
type Message struct {
	Channel Channel     `json:"channel"`
	To      string      `json:"to"`
	Subject string      `json:"subject,omitempty"` // mail, push title
	Text    string      `json:"text"`              // SMS, mail body, push body; what a voice call is about
	HTML    string      `json:"html,omitempty"`    // mail
	Speech  string      `json:"speech,omitempty"`  // voice: what to say, in Locale
	Locale  string      `json:"locale,omitempty"`  // BCP 47 of the text
	Push    *PushTarget `json:"push,omitempty"`
	From    string      `json:"from,omitempty"` // the application's name
	// Challenge is what a push asks to look at; "" for one that says all it has to say.
	Challenge ChallengeID `json:"challenge,omitempty"`
}

// Sender hands one message to a provider. It returns the provider's reference. An error wrapped by
// [Permanent] is not tried again.
type Sender interface {
	Send(ctx context.Context, m Message) (reference string, err error)
}

// CallbackPayload is what a dialect needs to render a callback when its time comes.
type CallbackPayload struct {
	Event     Event           `json:"event"`
	WebhookID WebhookID       `json:"webhook_id,omitempty"` // "" for the application's own callback address
	Extra     json.RawMessage `json:"extra,omitempty"`
}

// Callback turns an event into the request that a dialect's clients expect. Render is called anew for
// every try. A nil request without error means that nobody wants it any more.
type Callback interface {
	Dialect() string
	Render(ctx context.Context, p CallbackPayload) (*http.Request, error)
	// Wants names the dialect's webhook event for e, or "" where it has none.
	Wants(e Event) string
}

// Report is a request to an application that its settings ask for, where a [Webhook] names its address itself.
type Report struct {
	Extra json.RawMessage // what rendering needs beside the event; it may hold secrets
	// Dedupe names what equal reports have in common, so that they become one; "" for none.
	Dedupe string
	DueAt  time.Time // zero: now
	// GiveUpAt is when it is worthless; zero: never.
	GiveUpAt time.Time
}

// Subscriber is a [Callback] that tells applications of events as their settings say.
type Subscriber interface {
	Reports(c *Caller, e Event) []Report
}

// permanent marks an error that trying again cannot mend.
type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// Permanent marks err as one that trying again cannot mend; nil stays nil.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return permanent{err}
}

// IsPermanent reports whether err, or one it wraps, was marked by [Permanent].
func IsPermanent(err error) bool {
	_, ok := errors.AsType[permanent](err)
	return ok
}

// DeliveryReader looks deliveries up.
type DeliveryReader interface {
	Delivery(DeliveryID) (Delivery, error)
	// DeliveriesOf lists an application's, newest first, of one state or ("") of all.
	DeliveriesOf(application ApplicationID, state DeliveryState, limit int) ([]Delivery, error)
	// NextDeliveryDue is when the earliest pending delivery may be tried; zero: there is none.
	NextDeliveryDue() (time.Time, error)
}

// DeliveryWriter changes them.
type DeliveryWriter interface {
	// AddDelivery queues it. It reports false and changes nothing if an equal one, by Dedupe, was queued
	// since the given time.
	AddDelivery(d Delivery, since time.Time) (bool, error)
	// ClaimDeliveries leases up to limit due ones to the caller until the time and counts the attempt. No
	// two callers get the same one while its lease runs.
	ClaimDeliveries(now, leaseTill time.Time, limit int) ([]Delivery, error)
	// FinishDelivery writes the outcome of a try: state, reference, last error, due time; a delivery that
	// is done loses its payload. It reports false if the attempt is not d.Attempts any more, because the
	// lease ran out and somebody else tried.
	FinishDelivery(d Delivery) (bool, error)
	PurgeDeliveries(before time.Time, limit int) (int, error)
}

// ReportArrival notes what an application's user says about a message that was sent for it. Messages of
// others are as unknown as those that never were.
func (s *Service) ReportArrival(ctx context.Context, c *Caller, id DeliveryID, arrived bool) error {
	return s.store.Write(ctx, func(w WriteRecords) error {
		d, err := w.Delivery(id)
		if err == nil && (d.ApplicationID != c.Application.ID || d.Kind != DeliveryMessage) {
			err = Missing("delivery")
		}
		if err != nil {
			return err
		}
		data, err := json.Marshal(map[string]any{"delivery": id, "arrived": arrived})
		if err != nil {
			return &Error{Code: Internal, Message: "an event could not be written", Cause: err}
		}
		return s.Append(w, c, Event{Type: EventDeliveryReported, UserID: d.UserID, Data: data})
	})
}
