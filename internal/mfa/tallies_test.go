package mfa_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/statistics"
)

// countingStore counts how often a stretch of the log is counted.
type countingStore struct {
	mfa.Store
	counted *atomic.Int64
}

type countingRecords struct {
	mfa.Records
	counted *atomic.Int64
}

func (s countingStore) Read(ctx context.Context, f func(mfa.Records) error) error {
	return s.Store.Read(ctx, func(r mfa.Records) error { return f(countingRecords{r, s.counted}) })
}

func (r countingRecords) CountEvents(a mfa.ApplicationID, from, to time.Time) (map[mfa.EventType]int64, error) {
	r.counted.Add(1)
	return r.Records.CountEvents(a, from, to)
}

// happened writes events of one type at a moment, about a person of that day.
func happened(t *testing.T, w *mfatest.World, at time.Time, kind mfa.EventType, n int) {
	t.Helper()
	saved := w.Clock.Now()
	w.Clock.Advance(at.Sub(saved))
	defer func() { w.Clock.Advance(saved.Sub(at)) }()
	ann := w.Register("405555" + at.Format("0102"))
	for range n {
		switch kind {
		case mfa.EventUserCreated: // that was it
		case mfa.EventSMSSent:
			if _, err := send(w, ann, nil); err != nil {
				t.Fatal(err)
			}
			w.Clock.Advance(time.Minute)
			at = w.Clock.Now()
		default:
			t.Fatalf("no way to make %s happen", kind)
		}
	}
}

func TestTheLogOfAFinishedMonthIsCountedOnce(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		w.Clock.Advance(time.Date(2031, 3, 10, 12, 0, 0, 0, time.UTC).Sub(w.Clock.Now()))
		application := w.Caller.Application
		application.CreatedAt = w.Clock.Now()
		happened(t, w, w.Clock.Now(), mfa.EventSMSSent, 3)
		w.Clock.Advance(time.Date(2031, 5, 10, 12, 0, 0, 0, time.UTC).Sub(w.Clock.Now()))
		happened(t, w, w.Clock.Now(), mfa.EventUserCreated, 1)

		var counted atomic.Int64
		store := w.Store
		w.Store = countingStore{store, &counted}
		production := w.Beside(mfa.Options{})
		w.Store = store
		wantMonths := []statistics.Month{
			{Month: time.Date(2031, 3, 1, 0, 0, 0, 0, time.UTC), SMS: 3, Users: 1},
			{Month: time.Date(2031, 5, 1, 0, 0, 0, 0, time.UTC), Users: 1},
		}
		for i, want := range []int64{3, 1, 1} { // March, April and May; then May alone
			counted.Store(0)
			got, err := statistics.New(production).Of(t.Context(), application)
			if err != nil || got.TotalUsers != 2 || len(got.Months) != 2 || got.Months[0] != wantMonths[0] || got.Months[1] != wantMonths[1] {
				t.Fatalf("statistics %d: %+v, %v", i, got, err)
			}
			if counted.Load() != want {
				t.Errorf("statistics %d counted %d months, want %d", i, counted.Load(), want)
			}
		}
	})
}

func TestAMonthIsNotFinalBeforeItHasSettled(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		midnight := time.Date(2031, 4, 1, 0, 0, 0, 0, time.UTC)
		w.Clock.Advance(midnight.Add(time.Minute).Sub(w.Clock.Now()))
		application := w.Caller.Application
		application.CreatedAt = midnight.Add(-time.Hour)
		production := w.Beside(mfa.Options{})
		march := func() int64 {
			got, err := statistics.New(production).Of(t.Context(), application)
			if err != nil {
				t.Fatal(err)
			}
			return got.Months[0].Users
		}
		happened(t, w, midnight.Add(-time.Minute), mfa.EventUserCreated, 1)
		if n := march(); n != 1 {
			t.Errorf("%d users in March, want 1", n)
		}
		happened(t, w, midnight.Add(-48*time.Hour), mfa.EventUserCreated, 1) // committed late
		if n := march(); n != 2 {
			t.Errorf("%d users in March, want 2", n)
		}
	})
}

func TestNodesThatFinishAMonthTogetherCountItOnce(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		application := w.Caller.Application
		w.Register("4055551601")
		w.Clock.Advance(62 * 24 * time.Hour)
		var group sync.WaitGroup
		for range 20 {
			node := w.Beside(mfa.Options{})
			group.Go(func() {
				got, err := statistics.New(node).Of(t.Context(), application)
				if err != nil || got.Months[0].Users != 1 {
					t.Errorf("%+v, %v, want one user", got, err)
				}
			})
		}
		group.Wait()
		got, err := statistics.New(w.Beside(mfa.Options{})).Of(t.Context(), application)
		if err != nil || got.Months[0].Users != 1 {
			t.Errorf("afterwards: %+v, %v, want one user", got, err)
		}
	})
}

func TestCallsAreCountedWhenTheServiceEnds(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- w.Service.Run(ctx) }()
		for range 7 {
			w.Service.CountCall(w.Caller.Application.ID)
		}
		stop()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		got, err := statistics.New(w.Service).Of(t.Context(), w.Caller.Application)
		if err != nil || len(got.Months) != 1 || got.Months[0].APICalls != 7 {
			t.Errorf("%+v, %v, want 7 calls", got, err)
		}
	})
}

func TestEventsAreCountedInEqualSpans(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		from := w.Clock.Now()
		w.Register("4055551602")
		w.Clock.Advance(90 * time.Minute)
		w.Register("4055551603")
		got, err := statistics.New(w.Service).EventCounts(t.Context(), w.Caller, from, from.Add(3*time.Hour-time.Minute), time.Hour)
		if err != nil || len(got) != 3 || got[0][mfa.EventUserCreated] != 1 || got[1][mfa.EventUserCreated] != 1 || len(got[2]) != 0 {
			t.Errorf("%v, %v", got, err)
		}
		for what, span := range map[string]time.Duration{"no span": 0, "a span back": -time.Hour, "too many spans": time.Minute} {
			_, err := statistics.New(w.Service).EventCounts(t.Context(), w.Caller, from, from.AddDate(0, 0, 1), span)
			want(t, what, err, mfa.Invalid, "")
		}
	})
}
