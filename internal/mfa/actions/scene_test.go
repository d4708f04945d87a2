package actions_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/actions"
	"github.com/twinseal/twinseal/internal/mfa/facts"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
)

// scene is a world in which actions are tracked.
type scene struct {
	*mfatest.World

	tb testing.TB
}

func scenes(t *testing.T, test func(t *testing.T, s *scene)) {
	t.Helper()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		t.Helper()
		test(t, &scene{w, t})
	})
}

func (s *scene) must(err error) {
	s.tb.Helper()
	if err != nil {
		s.tb.Fatal(err)
	}
}

func (s *scene) try(change func(*actions.Track)) (actions.Tracked, error) {
	in := actions.Track{Caller: s.Caller, User: "ann", Code: "pay"}
	if change != nil {
		change(&in)
	}
	return s.Actions.Track(s.Context(), in)
}

func (s *scene) track(change func(*actions.Track)) actions.Tracked {
	s.tb.Helper()
	out, err := s.try(change)
	s.must(err)
	return out
}

// from is an action that came from an address and a device.
func from(ip, device string) func(*actions.Track) {
	return func(in *actions.Track) { in.Request.IP, in.Request.DeviceID = ip, device }
}

// rule adds a rule to the actions of the code pay.
func (s *scene) rule(priority int, outcome mfa.ActionOutcome, conditions string, change func(*mfa.Rule)) mfa.Rule {
	s.tb.Helper()
	r := mfa.Rule{
		ID: mfa.NewID[mfa.RuleID](), ApplicationID: s.Caller.Application.ID, ActionCode: "pay", Name: conditions, Active: true, Priority: priority,
		Outcome: outcome, Conditions: json.RawMessage(conditions), CreatedAt: s.Clock.Now(),
	}
	if change != nil {
		change(&r)
	}
	s.must(s.Store.Write(s.Context(), func(w mfa.WriteRecords) error { return w.PutRule(r) }))
	return r
}

// succeed lets a proof count.
func (s *scene) succeed(a mfa.Action) (out mfa.Action, moved bool) {
	s.tb.Helper()
	s.must(s.Store.Write(s.Context(), func(w mfa.WriteRecords) (err error) {
		out, moved, err = s.Actions.Succeed(w, actions.Proof{Caller: s.Caller, Action: a, Method: mfa.MethodTOTP, AuthenticatorID: "seed"})
		return err
	}))
	return out, moved
}

// fact is what was recorded with an action.
func (s *scene) fact(a mfa.Action, name string) any {
	s.tb.Helper()
	recorded, err := facts.Parse(a.Facts)
	s.must(err)
	value, known := recorded.Fact(name)
	if !known {
		return nil
	}
	return value
}

func (s *scene) events(types ...mfa.EventType) []mfa.Event {
	s.tb.Helper()
	var out []mfa.Event
	s.must(s.Store.Read(s.Context(), func(r mfa.Records) (err error) {
		out, err = r.Events(mfa.EventFilter{ApplicationID: s.Caller.Application.ID, Types: types, Limit: 1000})
		return err
	}))
	return out
}

func (s *scene) read(f func(mfa.Records) error) {
	s.tb.Helper()
	s.must(s.Store.Read(context.Background(), f))
}
