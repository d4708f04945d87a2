package storetest

import (
	"context"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

var tallyScenes = []scene{
	{name: "adds up by month and name, listed oldest first", play: func(w *world) {
		march, april := time.Date(2031, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2031, 4, 1, 0, 0, 0, 0, time.UTC)
		for _, t := range []mfa.Tally{
			{Month: april, Name: "b", Count: 1}, {Month: march, Name: "a", Count: 2}, {Month: april, Name: "b", Count: 3}, {Month: april, Name: "a", Count: 4},
		} {
			t.ApplicationID = w.app.ID
			w.write(func(r mfa.WriteRecords) error { return r.AddTally(t) })
		}
		list := func(since time.Time) []mfa.Tally {
			return read(w, func(r mfa.Records) ([]mfa.Tally, error) { return r.Tallies(w.app.ID, since) })
		}
		late := []mfa.Tally{w.tally(april, "a", 4), w.tally(april, "b", 4)}
		same(w, "since march", list(march), append([]mfa.Tally{w.tally(march, "a", 2)}, late...))
		same(w, "since april", list(april), late)
	}},
	{name: "a final count is kept once", play: func(w *world) {
		march := time.Date(2031, 3, 1, 0, 0, 0, 0, time.UTC)
		compete(w.T, []mfa.Store{w.store, w.open(nil)}, func(ctx context.Context, s mfa.Store) (bool, error) {
			return true, s.Write(ctx, func(r mfa.WriteRecords) error {
				return r.KeepTally(mfa.Tally{ApplicationID: w.app.ID, Month: march, Name: mfa.TallySMS, Count: 7})
			})
		})
		w.write(func(r mfa.WriteRecords) error {
			return r.KeepTally(mfa.Tally{ApplicationID: w.app.ID, Month: march, Name: mfa.TallySMS, Count: 8})
		})
		got := read(w, func(r mfa.Records) ([]mfa.Tally, error) { return r.Tallies(w.app.ID, march) })
		same(w, "kept", got, []mfa.Tally{w.tally(march, mfa.TallySMS, 7)})
	}},
	{name: "those of a crowd all count", play: func(w *world) {
		month := time.Date(2031, 3, 1, 0, 0, 0, 0, time.UTC)
		compete(w.T, []mfa.Store{w.store, w.open(nil)}, func(ctx context.Context, s mfa.Store) (bool, error) {
			return true, s.Write(ctx, func(r mfa.WriteRecords) error {
				return r.AddTally(mfa.Tally{ApplicationID: w.app.ID, Month: month, Name: mfa.TallyAPICalls, Count: 2})
			})
		})
		got := read(w, func(r mfa.Records) ([]mfa.Tally, error) { return r.Tallies(w.app.ID, month) })
		same(w, "sum", got, []mfa.Tally{w.tally(month, mfa.TallyAPICalls, 2*crowd)})
	}},
}

func (w *world) tally(month time.Time, name string, count int64) mfa.Tally {
	return mfa.Tally{ApplicationID: w.app.ID, Month: month, Name: name, Count: count}
}
