package storetest

import (
	"context"
	"sync/atomic"

	"github.com/twinseal/twinseal/internal/mfa"
)

var stepScenes = []scene{
	{name: "a spent step leaves its counter and its event, one that is not newer neither", play: func(w *world) {
		a := w.authenticator(w.user())
		var left []mfa.Event
		for i, try := range []struct {
			version, step int64
			want          bool
		}{{a.Version, a.Counter, false}, {a.Version + 1, a.Counter + 1, false}, {a.Version, a.Counter + 2, true}, {a.Version, a.Counter + 2, false}, {a.Version, a.Counter + 1, false}} {
			e := w.newEvent(mfa.EventTokenAccepted, after(i))
			e.UserID = a.UserID
			got := change(w, func(r mfa.WriteRecords) (bool, error) { return r.SpendStep(a.ID, try.version, try.step, e) })
			same(w, "spent", got, try.want)
			if got {
				a.Counter, a.LastUsedAt, left = try.step, e.At, append(left, e)
			}
		}
		same(w, "stored", read(w, func(r mfa.Records) (mfa.Authenticator, error) { return r.Authenticator(a.ID) }), a)
		same(w, "events", w.events(mfa.EventFilter{UserID: a.UserID}), left)
	}},
	{name: "an event whose id is taken spends no step", play: func(w *world) {
		a, e := w.authenticator(w.user()), w.event(mfa.EventTokenAccepted, start)
		w.refused(mfa.Conflict, "", func(r mfa.WriteRecords) error {
			_, err := r.SpendStep(a.ID, a.Version, a.Counter+1, e)
			return err
		})
		same(w, "stored", read(w, func(r mfa.Records) (mfa.Authenticator, error) { return r.Authenticator(a.ID) }), a)
	}},
	{name: "a crowd spends a step once, with one event", play: func(w *world) {
		race(w, 1, func() func(mfa.WriteRecords) (bool, error) {
			a := w.authenticator(w.user())
			return func(r mfa.WriteRecords) (bool, error) {
				e := w.newEvent(mfa.EventTokenAccepted, after(1))
				return r.SpendStep(a.ID, a.Version, a.Counter+1, e)
			}
		})
	}},
	{name: "a crowd that looks under the lock spends every step of its own once", play: func(w *world) {
		u := w.user()
		a := w.authenticator(u)
		var next atomic.Int64
		won := compete(w.T, []mfa.Store{w.store, w.open(nil)}, func(ctx context.Context, s mfa.Store) (bool, error) {
			step := a.Counter + next.Add(1)
			return tryChange(ctx, s, func(r mfa.WriteRecords) (bool, error) {
				_, held, err := r.LockCredentials(w.dir.ID, mfa.UserRef{Number: u.Number})
				if err != nil {
					return false, err
				}
				e := w.newEvent(mfa.EventTokenAccepted, after(1))
				e.UserID = u.ID
				return r.SpendStep(a.ID, held[0].Version, step, e)
			})
		})
		same(w, "events", len(w.events(mfa.EventFilter{UserID: u.ID, Limit: 1000})), won)
		got := read(w, func(r mfa.Records) (mfa.Authenticator, error) { return r.Authenticator(a.ID) })
		same(w, "counter", got.Counter, a.Counter+next.Load())
	}},
}
