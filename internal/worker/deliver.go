package worker

import (
	"context"
	"log/slog"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// deliver claims and starts until the context ends.
func (r *run) deliver(ctx context.Context) {
	woken, stop := r.Waker.Subscribe(mfa.TopicDeliveries)
	defer stop()
	for {
		free := r.takeHands(ctx)
		if free == 0 {
			return
		}
		claimed, err := r.claim(ctx, free)
		for i := range claimed {
			r.start(claimed[i])
		}
		for range free - len(claimed) {
			<-r.hands
		}
		switch {
		case err != nil && ctx.Err() == nil:
			r.log().Warn("deliveries could not be claimed", slog.Any("error", err))
			pause(ctx, time.Second)
		case len(claimed) < free:
			pause(ctx, r.untilNext(ctx), woken, r.nudge)
		}
	}
}

// takeHands waits for a free hand and takes as many more as one claim can use; 0 means that it is over.
func (r *run) takeHands(ctx context.Context) int {
	select {
	case <-ctx.Done():
		return 0
	case r.hands <- struct{}{}:
	}
	if ctx.Err() != nil {
		<-r.hands
		return 0
	}
	for n := 1; n < claimBatch; n++ {
		select {
		case r.hands <- struct{}{}:
		default:
			return n
		}
	}
	return claimBatch
}

func (r *run) claim(ctx context.Context, limit int) (claimed []mfa.Delivery, err error) {
	now := r.Clock.Now()
	err = r.Store.Write(ctx, func(w mfa.WriteRecords) error {
		claimed, err = w.ClaimDeliveries(now, now.Add(lease), limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	return claimed, nil
}

// untilNext is how long nothing is due, at most one poll.
func (r *run) untilNext(ctx context.Context) time.Duration {
	var due time.Time
	err := r.Store.Read(ctx, func(records mfa.Records) (err error) {
		due, err = records.NextDeliveryDue()
		return err
	})
	if err != nil || due.IsZero() {
		return poll
	}
	return min(max(due.Sub(r.Clock.Now()), breather), poll)
}

// start tries one delivery and records how it went. Its hand was taken by the caller.
func (r *run) start(d mfa.Delivery) {
	r.tries.Go(func() {
		defer func() { <-r.hands }()
		begun := time.Now()
		result := r.try(d)
		outcome := r.record(d, result)
		if r.Metrics != nil {
			r.Metrics.Delivery(d.Kind, by(d), outcome, time.Since(begun))
		}
	})
}

// by says in metrics and logs what carries a delivery.
func by(d mfa.Delivery) string {
	if d.Kind == mfa.DeliveryCallback {
		return d.Dialect
	}
	return string(d.Channel)
}
