package storetest

import (
	"context"
	"sync"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

var deliveryScenes = []scene{
	{name: "comes back as it was queued, payload opened", play: func(w *world) {
		d := w.delivery(nil)
		same(w, "by id", w.deliveryNow(d), d)
		missing(w, func(r mfa.Records) (mfa.Delivery, error) { return r.Delivery("no-such") })
		w.refused(mfa.Conflict, "id", func(r mfa.WriteRecords) error {
			_, err := r.AddDelivery(d, start)
			return err
		})
	}},
	{name: "an application's are listed newest first, by state", play: func(w *world) {
		old, young := w.delivery(nil), w.delivery(func(d *mfa.Delivery) { d.CreatedAt = after(1) })
		sent := w.delivery(func(d *mfa.Delivery) { d.State, d.CreatedAt = mfa.DeliverySent, after(2) })
		for state, want := range map[mfa.DeliveryState][]mfa.Delivery{"": {sent, young, old}, mfa.DeliveryPending: {young, old}, mfa.DeliveryFailed: nil} {
			same(w, string(state), read(w, func(r mfa.Records) ([]mfa.Delivery, error) { return r.DeliveriesOf(w.app.ID, state, 10) }), want)
		}
		same(w, "limit", read(w, func(r mfa.Records) ([]mfa.Delivery, error) { return r.DeliveriesOf(w.app.ID, "", 1) }), []mfa.Delivery{sent})
	}},
	{name: "equal ones since a time are one", play: func(w *world) {
		name := newID[string]()
		add := func(created, since int) bool {
			d := w.newDelivery()
			d.Dedupe, d.CreatedAt = name, after(created)
			return change(w, func(r mfa.WriteRecords) (bool, error) { return r.AddDelivery(d, after(since)) })
		}
		same(w, "first", add(0, -10), true)
		same(w, "again", add(5, -5), false)
		same(w, "at the edge", add(9, 0), false)
		same(w, "later", add(11, 1), true)
		same(w, "again", add(12, 2), false)
		same(w, "queued", len(read(w, func(r mfa.Records) ([]mfa.Delivery, error) { return r.DeliveriesOf(w.app.ID, "", 10) })), 2)
	}},
	{name: "one that was refused with its Write does not stand in the way", play: func(w *world) {
		d := w.newDelivery()
		d.Dedupe = newID[string]()
		w.refused(mfa.Forbidden, "", func(r mfa.WriteRecords) error {
			if _, err := r.AddDelivery(d, after(-10)); err != nil {
				return err
			}
			return &mfa.Error{Code: mfa.Forbidden}
		})
		same(w, "again", change(w, func(r mfa.WriteRecords) (bool, error) { return r.AddDelivery(d, after(-10)) }), true)
	}},
	{name: "due ones are claimed in their order and leased", alone: true, play: claimDeliveries},
	{name: "a try ends as sent, failed or later, and only for its own claimant", alone: true, play: finishDeliveries},
	{name: "the purge takes finished ones by age", alone: true, play: func(w *world) {
		for i := range 3 {
			w.delivery(func(d *mfa.Delivery) { d.State, d.DoneAt = mfa.DeliverySent, after(i) })
		}
		open := w.delivery(nil)
		purge := func(r mfa.WriteRecords) (int, error) { return r.PurgeDeliveries(after(2), 1) }
		for _, want := range []int{1, 1, 0} {
			same(w, "purged", change(w, purge), want)
		}
		same(w, "open", w.deliveryNow(open), open)
	}},
	{name: "a crowd queues equal ones once", play: func(w *world) {
		race(w, 1, func() func(mfa.WriteRecords) (bool, error) {
			name := newID[string]()
			return func(r mfa.WriteRecords) (bool, error) {
				d := w.newDelivery()
				d.Dedupe = name
				return r.AddDelivery(d, after(-10))
			}
		})
	}},
	{name: "a crowd of workers claims each once", alone: true, play: func(w *world) {
		const queued = 3 * crowd
		for range queued {
			w.delivery(nil)
		}
		var mu sync.Mutex
		claims := make(map[mfa.DeliveryID]int)
		compete(w.T, []mfa.Store{w.store, w.open(nil)}, func(ctx context.Context, s mfa.Store) (bool, error) {
			got, err := tryChange(ctx, s, func(r mfa.WriteRecords) ([]mfa.Delivery, error) { return r.ClaimDeliveries(start, after(60), 2) })
			mu.Lock()
			defer mu.Unlock()
			for _, d := range got {
				claims[d.ID]++
			}
			return true, err
		})
		for id, n := range claims {
			if n != 1 {
				w.Errorf("%s was claimed %d times", id, n)
			}
		}
		rest := change(w, func(r mfa.WriteRecords) ([]mfa.Delivery, error) { return r.ClaimDeliveries(start, after(60), queued) })
		same(w, "claimed in all", len(claims)+len(rest), queued)
	}},
}

func claimDeliveries(w *world) {
	same(w, "nothing due", read(w, func(r mfa.Records) (time.Time, error) { return r.NextDeliveryDue() }), time.Time{})
	due := func(seconds int) mfa.Delivery {
		return w.delivery(func(d *mfa.Delivery) { d.DueAt = after(seconds) })
	}
	late, later, future := due(-5), due(-4), due(100)
	w.delivery(func(d *mfa.Delivery) { d.State = mfa.DeliverySent })
	same(w, "next", read(w, func(r mfa.Records) (time.Time, error) { return r.NextDeliveryDue() }), late.DueAt)
	claim := func(now int) []mfa.Delivery {
		return change(w, func(r mfa.WriteRecords) ([]mfa.Delivery, error) {
			return r.ClaimDeliveries(after(now), after(now+60), 10)
		})
	}
	for _, d := range []*mfa.Delivery{&late, &later} {
		d.Attempts, d.LeaseTill = 1, after(60)
	}
	same(w, "claimed", claim(0), []mfa.Delivery{late, later})
	same(w, "leased", claim(59), nil)
	same(w, "next", read(w, func(r mfa.Records) (time.Time, error) { return r.NextDeliveryDue() }), after(60))
	again := claim(60)
	same(w, "after the lease", ids(again, func(d mfa.Delivery) mfa.DeliveryID { return d.ID }), []mfa.DeliveryID{late.ID, later.ID})
	same(w, "attempts", again[0].Attempts, 2)
	same(w, "future", w.deliveryNow(future), future)
}

func finishDeliveries(w *world) {
	for range 3 {
		w.delivery(nil)
	}
	claimed := change(w, func(r mfa.WriteRecords) ([]mfa.Delivery, error) { return r.ClaimDeliveries(start, after(60), 10) })
	outcomes := []mfa.DeliveryState{mfa.DeliverySent, mfa.DeliveryFailed, mfa.DeliveryPending}
	for i := range claimed {
		d := claimed[i]
		d.State, d.LastError, d.Reference, d.DueAt = outcomes[i], "none", "SM1", after(30)
		stale := d
		stale.Attempts--
		same(w, "stale", change(w, func(r mfa.WriteRecords) (bool, error) { return r.FinishDelivery(stale) }), false)
		want := d
		want.LeaseTill = time.Time{}
		if d.State != mfa.DeliveryPending {
			d.DoneAt = after(1)
			want.DoneAt, want.Payload = d.DoneAt, mfa.Secret{}
		}
		same(w, "finished", change(w, func(r mfa.WriteRecords) (bool, error) { return r.FinishDelivery(d) }), true)
		same(w, "stored", w.deliveryNow(d), want)
	}
	same(w, "next", read(w, func(r mfa.Records) (time.Time, error) { return r.NextDeliveryDue() }), after(30))
	same(w, "done is done", change(w, func(r mfa.WriteRecords) (bool, error) { return r.FinishDelivery(claimed[0]) }), false)
}

func (w *world) newDelivery() mfa.Delivery {
	return mfa.Delivery{
		ID: newID[mfa.DeliveryID](), Kind: mfa.DeliveryMessage, State: mfa.DeliveryPending, OrganizationID: w.org.ID, ApplicationID: w.app.ID,
		UserID: newID[mfa.UserID](), ChallengeID: newID[mfa.ChallengeID](), Channel: mfa.ChannelSMS, To: newPhone().E164(), Dialect: "authy",
		Payload: mfa.SecretText(`{"text":"your code"}`), DueAt: start, GiveUpAt: after(600), CreatedAt: start,
	}
}

func (w *world) delivery(edit func(*mfa.Delivery)) mfa.Delivery {
	w.Helper()
	d := w.newDelivery()
	if edit != nil {
		edit(&d)
	}
	same(w, "queued", change(w, func(r mfa.WriteRecords) (bool, error) { return r.AddDelivery(d, start) }), true)
	return d
}

func (w *world) deliveryNow(d mfa.Delivery) mfa.Delivery {
	w.Helper()
	return read(w, func(r mfa.Records) (mfa.Delivery, error) { return r.Delivery(d.ID) })
}
