package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

var eventScenes = []scene{
	{name: "comes back as it was appended", play: func(w *world) {
		e := w.event(mfa.EventTokenAccepted, start)
		same(w, "list", w.events(mfa.EventFilter{ApplicationID: w.app.ID}), []mfa.Event{e})
		w.refused(mfa.Conflict, "", func(r mfa.WriteRecords) error { return r.AppendEvent(e) })
	}},
	{name: "are listed in the order of their ids", play: func(w *world) {
		b, a := w.event(mfa.EventUserCreated, after(1)), w.event(mfa.EventUserUpdated, start)
		same(w, "list", w.events(mfa.EventFilter{ApplicationID: w.app.ID}), []mfa.Event{a, b})
	}},
	{name: "each filter narrows the list", play: func(w *world) {
		a, b, c := w.event(mfa.EventUserCreated, start), w.event(mfa.EventUserUpdated, after(10)), w.event(mfa.EventUserRemoved, after(20))
		for name, f := range map[string]struct {
			filter mfa.EventFilter
			want   []mfa.Event
		}{
			"none":             {mfa.EventFilter{}, []mfa.Event{a, b, c}},
			"user":             {mfa.EventFilter{UserID: b.UserID}, []mfa.Event{b}},
			"challenge":        {mfa.EventFilter{ChallengeID: c.ChallengeID}, []mfa.Event{c}},
			"no such":          {mfa.EventFilter{ChallengeID: c.ChallengeID, UserID: a.UserID}, nil},
			"types":            {mfa.EventFilter{Types: []mfa.EventType{mfa.EventUserCreated, mfa.EventUserRemoved}}, []mfa.Event{a, c}},
			"part of a type":   {mfa.EventFilter{Types: []mfa.EventType{"user"}}, nil},
			"from":             {mfa.EventFilter{From: b.At}, []mfa.Event{b, c}},
			"to is exclusive":  {mfa.EventFilter{To: b.At}, []mfa.Event{a}},
			"from and to":      {mfa.EventFilter{From: a.At.Add(1000), To: c.At}, []mfa.Event{b}},
			"after":            {mfa.EventFilter{After: a.ID}, []mfa.Event{b, c}},
			"after and limit":  {mfa.EventFilter{After: a.ID, Limit: 1}, []mfa.Event{b}},
			"everything given": {mfa.EventFilter{UserID: b.UserID, ChallengeID: b.ChallengeID, Types: []mfa.EventType{b.Type}, From: b.At, To: c.At, After: a.ID, Limit: 9}, []mfa.Event{b}},
		} {
			f.filter.ApplicationID = w.app.ID
			same(w, name, w.events(f.filter), f.want)
		}
	}},
	{name: "a list is 100 long unless asked for, and 1000 at most", play: func(w *world) {
		w.write(func(r mfa.WriteRecords) error {
			for i := range 1002 {
				if err := r.AppendEvent(w.newEvent(mfa.EventUserUpdated, start.Add(time.Duration(i)*time.Millisecond))); err != nil {
					return err
				}
			}
			return nil
		})
		for limit, want := range map[int]int{0: 100, 7: 7, 1001: 1000} {
			same(w, "length", len(w.events(mfa.EventFilter{ApplicationID: w.app.ID, Limit: limit})), want)
		}
	}},
	{name: "are counted by type in a span of time", play: func(w *world) {
		for i, kind := range []mfa.EventType{mfa.EventUserCreated, mfa.EventUserCreated, mfa.EventUserUpdated, mfa.EventUserRemoved} {
			w.event(kind, after(i))
		}
		got := read(w, func(r mfa.Records) (map[mfa.EventType]int64, error) { return r.CountEvents(w.app.ID, start, after(3)) })
		same(w, "counts", got, map[mfa.EventType]int64{mfa.EventUserCreated: 2, mfa.EventUserUpdated: 1})
	}},
	{name: "spans of time hold also when a clock was set", alone: true, play: func(w *world) {
		near := w.event(mfa.EventUserCreated, start)
		far := w.newEvent(mfa.EventUserUpdated, start)
		far.ID = eventIDAt(start.AddDate(0, 0, 400))
		foreign := w.newEvent(mfa.EventUserRemoved, start)
		foreign.ID = "00000000-0000-4000-8000-000000000000"
		want := []mfa.Event{near}
		span := mfa.EventFilter{ApplicationID: w.app.ID, From: start, To: after(1)}
		same(w, "usual", w.events(span), want)
		for _, e := range []mfa.Event{far, foreign} {
			w.write(func(r mfa.WriteRecords) error { return r.AppendEvent(e) })
		}
		same(w, "all", w.events(span), []mfa.Event{foreign, near, far})
		counts := read(w, func(r mfa.Records) (map[mfa.EventType]int64, error) { return r.CountEvents(w.app.ID, start, after(1)) })
		same(w, "counts", len(counts), 3)
	}},
	{name: "those of a crowd are all there", play: func(w *world) {
		compete(w.T, []mfa.Store{w.store, w.open(nil)}, func(ctx context.Context, s mfa.Store) (bool, error) {
			return true, s.Write(ctx, func(r mfa.WriteRecords) error { return r.AppendEvent(w.newEvent(mfa.EventTokenAccepted, start)) })
		})
		same(w, "events", len(w.events(mfa.EventFilter{ApplicationID: w.app.ID, Limit: 1000})), crowd)
	}},
}

// eventIDAt makes an id of version 7 for a moment.
func eventIDAt(at time.Time) mfa.EventID {
	random := newID[string]()
	stamp := fmt.Sprintf("%012x", at.UnixMilli())
	return mfa.EventID(stamp[:8] + "-" + stamp[8:] + random[13:])
}

func (w *world) newEvent(kind mfa.EventType, at time.Time) mfa.Event {
	return mfa.Event{
		ID: eventIDAt(at), Type: kind, OrganizationID: w.org.ID, DirectoryID: w.dir.ID, ApplicationID: w.app.ID, UserID: newID[mfa.UserID](),
		ChallengeID: newID[mfa.ChallengeID](), Source: "192.0.2.1", Data: json.RawMessage(`{"a":"é"}`), At: at,
	}
}

func (w *world) event(kind mfa.EventType, at time.Time) mfa.Event {
	w.Helper()
	e := w.newEvent(kind, at)
	w.write(func(r mfa.WriteRecords) error { return r.AppendEvent(e) })
	return e
}

func (w *world) events(f mfa.EventFilter) []mfa.Event {
	w.Helper()
	return read(w, func(r mfa.Records) ([]mfa.Event, error) { return r.Events(f) })
}
