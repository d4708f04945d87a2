package mfa

import (
	"context"
	"encoding/json"
	"slices"
	"time"
)

// Append writes an event of the caller's application and queues the webhooks that want it, in the
// transaction of the change it reports. Id, time and owner are filled in here.
func (s *Service) Append(w WriteRecords, c *Caller, e Event) error {
	_, err := s.appendEvent(w, c, e)
	return err
}

// event fills in what every event has.
func (s *Service) event(c *Caller, e Event) Event {
	if e.ID == "" {
		e.ID = NewID[EventID]()
	}
	if e.At.IsZero() {
		e.At = s.Now()
	}
	e.ApplicationID, e.DirectoryID, e.OrganizationID = c.Application.ID, c.Application.DirectoryID, c.Application.OrganizationID
	return e
}

func (s *Service) appendEvent(w WriteRecords, c *Caller, e Event) (Event, error) {
	e = s.event(c, e)
	if err := w.AppendEvent(e); err != nil {
		return e, err
	}
	return e, s.queueWebhooks(w, c, e)
}

// wants reports whether a webhook is to be told of an event.
func (s *Service) wants(hook Webhook, e Event) bool {
	callback := s.callback(hook.Dialect)
	if callback == nil {
		return false
	}
	// An event without a name in the dialect is wanted by nobody, whatever a subscription lists.
	name := callback.Wants(e)
	return name != "" && slices.Contains(hook.Events, name)
}

func (s *Service) queueWebhooks(w WriteRecords, c *Caller, e Event) error {
	for _, hook := range c.Webhooks {
		if !s.wants(hook, e) {
			continue
		}
		if err := s.queueCallback(w, hook.Dialect, CallbackPayload{Event: e, WebhookID: hook.ID}); err != nil {
			return err
		}
	}
	return s.queueReports(w, c, e)
}

// queueReports asks the dialects what the application's settings want to hear.
func (s *Service) queueReports(w WriteRecords, c *Caller, e Event) error {
	for _, callback := range s.calls {
		subscriber, ok := callback.(Subscriber)
		if !ok {
			continue
		}
		for _, report := range subscriber.Reports(c, e) {
			if _, err := s.QueueReport(w, callback.Dialect(), e, report); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) callback(dialect string) Callback {
	for _, c := range s.calls {
		if c.Dialect() == dialect {
			return c
		}
	}
	return nil
}

func (s *Service) queueCallback(w WriteRecords, dialect string, p CallbackPayload) error {
	_, err := s.queueRequest(w, dialect, p, Report{})
	return err
}

// QueueReport puts a request to the application of a complete event into the outbox, unless an equal one was put there
// before: then it succeeds and returns "".
func (s *Service) QueueReport(w WriteRecords, dialect string, e Event, r Report) (DeliveryID, error) {
	return s.queueRequest(w, dialect, CallbackPayload{Event: e, Extra: r.Extra}, r)
}

// Report is [Service.QueueReport] in a transaction of its own.
func (s *Service) Report(ctx context.Context, dialect string, e Event, r Report) error {
	return s.store.Write(ctx, func(w WriteRecords) error {
		_, err := s.QueueReport(w, dialect, e, r)
		return err
	})
}

func (s *Service) queueRequest(w WriteRecords, dialect string, p CallbackPayload, r Report) (DeliveryID, error) {
	payload, err := json.Marshal(p)
	if err != nil {
		return "", &Error{Code: Internal, Message: "a callback could not be written", Cause: err}
	}
	now := s.Now()
	d := Delivery{
		ID: NewID[DeliveryID](), Kind: DeliveryCallback, State: DeliveryPending, Dialect: dialect,
		OrganizationID: p.Event.OrganizationID, ApplicationID: p.Event.ApplicationID, UserID: p.Event.UserID,
		ChallengeID: p.Event.ChallengeID, Payload: NewSecret(payload), Dedupe: r.Dedupe, DueAt: r.DueAt, GiveUpAt: r.GiveUpAt, CreatedAt: now,
	}
	if d.DueAt.IsZero() {
		d.DueAt = now
	}
	queued, err := w.AddDelivery(d, time.Time{})
	if err != nil || !queued {
		return "", err
	}
	w.Announce(TopicDeliveries)
	return d.ID, nil
}

// EventsOf lists an application's own events; whatever else the filter says. Callers that are no application
// have none.
func (s *Service) EventsOf(ctx context.Context, c *Caller, f EventFilter) ([]Event, error) {
	if c.Application.ID == "" {
		return nil, nil
	}
	f.ApplicationID = c.Application.ID
	var out []Event
	err := s.store.Read(ctx, func(r Records) (err error) {
		out, err = r.Events(f)
		return err
	})
	return out, err
}
