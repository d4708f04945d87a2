package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// result is what one try gave.
type result struct {
	outcome   Outcome // OutcomeSent, OutcomeUnwanted, OutcomeDeferred, or OutcomeRetry with err
	reference string
	err       error
}

func failed(err error) result { return result{outcome: OutcomeRetry, err: err} }

var (
	errWorthless = errors.New("not sent in time: what it carries has expired")
	errPayload   = errors.New("the queued payload cannot be read")
)

// try does what the delivery asks for. A panic below is a failed try like any other.
func (r *run) try(d mfa.Delivery) (res result) {
	defer func() {
		if p := recover(); p != nil {
			res = failed(r.panicked(p))
		}
	}()
	if worthless(d, r.Clock.Now()) {
		return failed(mfa.Permanent(errWorthless))
	}
	switch d.Kind {
	case mfa.DeliveryMessage:
		return r.message(d)
	case mfa.DeliveryCallback:
		return r.callback(d)
	default:
		return failed(mfa.Permanent(fmt.Errorf("deliveries of kind %q are unknown here", d.Kind)))
	}
}

// worthless reports whether the delivery is of no use at that time any more.
func worthless(d mfa.Delivery, at time.Time) bool {
	return !d.GiveUpAt.IsZero() && !at.Before(d.GiveUpAt)
}

// panicked keeps what the runtime says. Any other value may hold a part of the message, and is not kept.
func (r *run) panicked(p any) error {
	err := errors.New("the program broke while sending")
	if fault, ok := p.(runtime.Error); ok {
		err = fmt.Errorf("%w: %w", err, fault)
	}
	r.log().Error("panic while sending", slog.Any("error", err), slog.String("stack", string(debug.Stack())))
	return err
}

func (r *run) message(d mfa.Delivery) result {
	ctx, cancel := context.WithTimeout(r.trying, tryTimeout)
	defer cancel()
	var m mfa.Message
	if err := json.Unmarshal(d.Payload.Reveal(), &m); err != nil {
		return failed(mfa.Permanent(errPayload))
	}
	reference, err := r.Sender.Send(ctx, m)
	if err != nil {
		return failed(err)
	}
	return result{outcome: OutcomeSent, reference: reference}
}
