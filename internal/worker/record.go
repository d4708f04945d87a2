package worker

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/twinseal/twinseal/internal/mfa"
)

// maxError bounds the text of an error that is kept with a delivery.
const maxError = 300

// record writes how a try went and returns what it means for the delivery. If the record cannot be written,
// the lease runs out and the delivery is tried again.
func (r *run) record(d mfa.Delivery, res result) Outcome {
	outcome := conclude(&d, res, r.Clock.Now())
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.trying), recordTimeout)
	defer cancel()
	kept := false
	err := r.Store.Write(ctx, func(w mfa.WriteRecords) (err error) {
		kept, err = w.FinishDelivery(d)
		if err != nil || !kept || outcome != OutcomeFailed {
			return err
		}
		return w.AppendEvent(failureOf(w, d))
	})
	r.report(d, outcome, kept, err)
	if outcome == OutcomeRetry || outcome == OutcomeDeferred {
		select {
		case r.nudge <- struct{}{}:
		default:
		}
	}
	return outcome
}

// conclude changes the delivery by what its try gave.
func conclude(d *mfa.Delivery, res result, now time.Time) Outcome {
	d.LastError, d.Reference = "", res.reference
	switch res.outcome {
	case OutcomeSent, OutcomeUnwanted:
		d.State, d.DoneAt = mfa.DeliverySent, now
		return res.outcome
	case OutcomeDeferred:
		d.State, d.DueAt = mfa.DeliveryPending, now.Add(deferral(d.Attempts))
		d.LastError = "put off: too many callbacks to this address are under way"
		return OutcomeDeferred
	case OutcomeRetry, OutcomeFailed:
	}
	s := scheduleOf(d.Kind)
	due := now.Add(s.pause(d.Attempts))
	d.LastError = shorten(res.err.Error())
	if mfa.IsPermanent(res.err) || s.over(*d, now) || worthless(*d, due) {
		d.State, d.DoneAt = mfa.DeliveryFailed, now
		return OutcomeFailed
	}
	d.State, d.DueAt = mfa.DeliveryPending, due
	return OutcomeRetry
}

func shorten(text string) string {
	if len(text) > maxError {
		text = text[:maxError]
	}
	return strings.ToValidUTF8(text, "")
}

// failureOf is the event of a delivery that was given up. It names neither address nor content.
func failureOf(w mfa.WriteRecords, d mfa.Delivery) mfa.Event {
	data, _ := json.Marshal(struct { // text and a number always encode
		Delivery mfa.DeliveryID   `json:"delivery"`
		Kind     mfa.DeliveryKind `json:"kind"`
		By       string           `json:"by"`
		Attempts int              `json:"attempts"`
		Error    string           `json:"error"`
	}{d.ID, d.Kind, by(d), d.Attempts, d.LastError})
	e := mfa.Event{
		Type: mfa.EventDeliveryFailed, OrganizationID: d.OrganizationID, ApplicationID: d.ApplicationID,
		UserID: d.UserID, ChallengeID: d.ChallengeID, Data: data, At: d.DoneAt,
		ID: mfa.EventID(uuid.Must(uuid.NewV7()).String()),
	}
	if a, err := w.Application(d.ApplicationID); err == nil {
		e.DirectoryID = a.DirectoryID // of an application that is gone, nothing remains to be named
	}
	return e
}

func (r *run) report(d mfa.Delivery, outcome Outcome, kept bool, err error) {
	log := r.log().With(slog.String("delivery", string(d.ID)), slog.String("kind", string(d.Kind)), slog.String("by", by(d)),
		slog.Int("attempts", d.Attempts), slog.String("application", string(d.ApplicationID)))
	switch {
	case err != nil:
		log.Error("the outcome of a delivery could not be recorded; it will be tried again", slog.String("outcome", string(outcome)), slog.Any("error", err))
	case !kept:
		log.Warn("a delivery took longer than its lease and was claimed again", slog.String("outcome", string(outcome)))
	case outcome == OutcomeFailed:
		log.Error("delivery given up", slog.String("error", d.LastError))
	case outcome == OutcomeRetry:
		log.Warn("delivery failed and will be tried again", slog.String("error", d.LastError), slog.Time("due", d.DueAt))
	default:
		log.Debug("delivery done", slog.String("outcome", string(outcome)))
	}
}
