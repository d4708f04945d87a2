package storetest

import (
	"time"

	"github.com/twinseal/twinseal/internal/bucket"
	"github.com/twinseal/twinseal/internal/mfa"
)

// three is three hits in a minute.
var three = mfa.Limit{Name: "three", Burst: 3, Per: time.Minute}

var limitScenes = []scene{
	{name: "allows its burst in the window that the first hit opens, then nothing", play: func(w *world) {
		key := newID[string]()
		for i, want := range []bool{true, true, true, false, false} {
			w.take(three, key, after(i), want, after(60))
		}
		w.take(three, key, after(59), false, after(60))
		w.take(three, key, after(60), true, after(120))
	}},
	{name: "is full when its burst is used up, and looking counts nothing", play: func(w *world) {
		key := newID[string]()
		w.look(three, key, start, false)
		for i := range 3 {
			w.look(three, key, after(i), false)
			w.take(three, key, after(i), true, after(60))
		}
		w.look(three, key, after(3), true)
		w.look(three, key, after(59), true)
		w.look(three, key, after(60), false)
	}},
	{name: "keys and names have windows of their own", play: func(w *world) {
		key, one := newID[string](), mfa.Limit{Name: "one", Burst: 1, Per: time.Minute}
		w.take(one, key, start, true, after(60))
		w.take(one, key, start, false, after(60))
		w.take(three, key, start, true, after(60))
		w.take(one, key+"x", start, true, after(60))
	}},
	{name: "a burst of 0 allows nothing", play: func(w *world) {
		none := mfa.Limit{Name: "none", Per: time.Minute}
		w.look(none, "k", start, true)
		w.take(none, newID[string](), start, false, after(60))
	}},
	{name: "a window that ends too late is drawn in and keeps its count", play: func(w *world) {
		key := newID[string]()
		for range 3 {
			w.take(three, key, after(3600), true, after(3660))
		}
		w.look(three, key, start, true)
		w.take(three, key, start, false, after(60))
	}},
	{name: "the purge takes windows that are over", alone: true, play: func(w *world) {
		w.take(three, "old", start, true, after(60))
		w.take(three, "new", after(30), true, after(90))
		purge := func(r mfa.WriteRecords) (int, error) { return r.PurgeLimits(after(61), 10) }
		same(w, "purged", change(w, purge), 1)
		same(w, "no more", change(w, purge), 0)
		w.take(three, "new", after(40), true, after(90))
	}},
	{name: "says what the arithmetic of package bucket says, hit by hit", play: func(w *world) {
		// A pseudo-random walk through time, backwards now and then, that is the same in every run.
		key, state, at := newID[string](), bucket.State{}, start
		for i := range 200 {
			at = at.Add(time.Duration((i*i*7919)%40-8) * time.Second)
			var want bucket.Decision
			state, want = bucket.Take(state, bucket.Limit{Burst: three.Burst, Per: three.Per}, at)
			w.take(three, key, at, want.Allowed, state.Until)
		}
	}},
	{name: "a crowd is allowed exactly the burst", play: func(w *world) {
		limit := mfa.Limit{Name: "crowd", Burst: 37, Per: time.Hour}
		race(w, limit.Burst, func() func(mfa.WriteRecords) (bool, error) {
			key := newID[string]()
			return func(r mfa.WriteRecords) (bool, error) {
				allowed, _, err := r.TakeLimit(limit, key, start)
				return allowed, err
			}
		})
	}},
	{name: "hits of Writes that fail do not count", play: func(w *world) {
		key := newID[string]()
		for range 5 {
			w.refused(mfa.Forbidden, "", func(r mfa.WriteRecords) error {
				if _, _, err := r.TakeLimit(three, key, start); err != nil {
					return err
				}
				return &mfa.Error{Code: mfa.Forbidden}
			})
		}
		w.look(three, key, start, false)
	}},
}

func (w *world) take(l mfa.Limit, key string, now time.Time, want bool, end time.Time) {
	w.Helper()
	var until time.Time
	allowed := change(w, func(r mfa.WriteRecords) (allowed bool, err error) {
		allowed, until, err = r.TakeLimit(l, key, now)
		return allowed, err
	})
	same(w, "allowed", allowed, want)
	same(w, "end of the window", until, end)
}

func (w *world) look(l mfa.Limit, key string, now time.Time, want bool) {
	w.Helper()
	reached := read(w, func(r mfa.Records) (bool, error) {
		reached, _, err := r.LimitReached(l, key, now)
		return reached, err
	})
	same(w, "reached", reached, want)
}
