package rulebook_test

import (
	"encoding/json"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/rulebook"
	"github.com/twinseal/twinseal/internal/rule"
)

// drafted is a set of changes that names the withdrawals, a list and a point.
func drafted() rulebook.Draft {
	return rulebook.Draft{
		Configurations: []mfa.ActionConfiguration{{Code: "withdraw", Default: mfa.OutcomeChallenge}},
		Rules: []mfa.Rule{
			{ActionCode: "withdraw", Name: "Large", Active: true, Priority: 0, Outcome: mfa.OutcomeBlock, Conditions: json.RawMessage(overHundred)},
			{ActionCode: "withdraw", Name: "Risky", Active: true, Priority: 1, Outcome: mfa.OutcomeReview, Conditions: json.RawMessage(`{"in":[{"var":"ip.countryCode"},{"var":"valueList.risky"}]}`)},
		},
		Lists:  []mfa.ValueList{{Name: "Risky", Alias: "risky", Items: json.RawMessage(`["DE"]`), Active: true}},
		Points: []mfa.DataPoint{{Name: "amount", Type: mfa.DataNumber, Model: mfa.DataOfAction}},
	}
}

func (s *scene) apply(changes rulebook.Draft) rulebook.Applied {
	s.Helper()
	did, err := s.book.Apply(s.Context(), s.Caller, changes)
	s.must(err)
	return did
}

func TestASetOfRulesIsPutInForceAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		s.rule(4, mfa.OutcomeAllow, `{}`) // goes, because the changes say all of what they name
		if did := s.apply(drafted()); did != (rulebook.Applied{Created: 4, Updated: 1, Removed: 1}) {
			s.Errorf("did %+v", did)
		}
		if did := s.apply(drafted()); did != (rulebook.Applied{Unchanged: 5}) {
			s.Errorf("again did %+v", did)
		}
		for want, facts := range map[mfa.ActionOutcome]rule.Map{
			mfa.OutcomeBlock: {"custom.amount": 101, "ip.countryCode": "DE"}, mfa.OutcomeReview: {"ip.countryCode": "DE"}, mfa.OutcomeChallenge: {},
		} {
			if d := s.decide("withdraw", facts); d.Outcome != want {
				s.Errorf("%v: %s, want %s", facts, d.Outcome, want)
			}
		}
	})
}

func TestRulesChangePlacesAndKeepTheirIds(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		s.apply(drafted())
		before, err := s.book.Rules(s.Context(), s.Caller, "withdraw")
		s.must(err)
		swapped := drafted()
		swapped.Rules[0].Priority, swapped.Rules[1].Priority = 1, 0
		if did := s.apply(swapped); did != (rulebook.Applied{Updated: 2, Unchanged: 3}) {
			s.Errorf("did %+v", did)
		}
		after, err := s.book.Rules(s.Context(), s.Caller, "withdraw")
		s.must(err)
		if after[0].ID != before[1].ID || after[1].ID != before[0].ID || after[0].Name != "Risky" {
			s.Errorf("before %+v, after %+v", before, after)
		}
		_, err = s.book.UpdateRule(s.Context(), s.Caller, "withdraw", after[0].ID, func(r *mfa.Rule) error { r.Active = false; return nil })
		s.must(err)
	})
}

func TestOfASetThatIsWrongNothingIsInForce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		for what, c := range map[string]struct {
			change func(*rulebook.Draft)
			field  string
			code   mfa.Code
		}{
			"a bad code":        {func(d *rulebook.Draft) { d.Configurations[0].Code = "a b" }, "actionCode", mfa.Invalid},
			"a bad rule":        {func(d *rulebook.Draft) { d.Rules[1].Name = "" }, "name", mfa.Invalid},
			"bad conditions":    {func(d *rulebook.Draft) { d.Rules[1].Conditions = json.RawMessage(`{"x":1}`) }, "conditions", mfa.Invalid},
			"the same place":    {func(d *rulebook.Draft) { d.Rules[1].Priority = 0 }, "priority", mfa.Conflict},
			"no list":           {func(d *rulebook.Draft) { d.Lists = nil }, "conditions", mfa.Invalid},
			"a bad list":        {func(d *rulebook.Draft) { d.Lists[0].Items = json.RawMessage(`[[]]`) }, "valueListItems", mfa.Invalid},
			"a bad point":       {func(d *rulebook.Draft) { d.Points[0].Type = "date" }, "dataType", mfa.Invalid},
			"a point as a text": {func(d *rulebook.Draft) { d.Points[0].Type = mfa.DataText }, "conditions", mfa.Invalid},
			"a failing test": {func(d *rulebook.Draft) {
				d.Rules[0].Tests = json.RawMessage(`[{"facts":{"custom.amount":1},"expect":true}]`)
			}, rulebook.FieldTests, mfa.Invalid},
		} {
			d := drafted()
			c.change(&d)
			_, err := s.book.Apply(s.Context(), s.Caller, d)
			s.want(what, err, c.code, c.field)
		}
		left, err := s.book.Draft(s.Context(), s.Caller)
		s.must(err)
		if len(left.Rules)+len(left.Lists)+len(left.Points) != 0 || left.Configurations[0].Default != mfa.OutcomeAllow {
			s.Errorf("left %+v", left)
		}
	})
}

func TestRulesOfOtherActionsStay(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.rule(0, mfa.OutcomeBlock, `{}`)
	changes := rulebook.Draft{Configurations: []mfa.ActionConfiguration{{Code: "sign-in", Default: mfa.OutcomeReview}}}
	if did := s.apply(changes); did != (rulebook.Applied{Created: 1, Unchanged: 2}) {
		t.Errorf("did %+v", did)
	}
	if d := s.decide("withdraw", rule.Map{}); d.Outcome != mfa.OutcomeBlock {
		t.Errorf("decided %+v", d)
	}
}

func TestARuleOfAFileIsFoundByItsIdWhenItIsRenamed(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	have := s.rule(0, mfa.OutcomeBlock, `{}`)
	renamed := have
	renamed.Name = "Other name"
	stranger := have
	stranger.ID, stranger.Priority, stranger.Name = mfa.NewID[mfa.RuleID](), 1, "Unknown id"
	changes := rulebook.Draft{Configurations: []mfa.ActionConfiguration{{Code: "withdraw", Default: mfa.OutcomeAllow}}, Rules: []mfa.Rule{renamed, stranger}}
	if did := s.apply(changes); did != (rulebook.Applied{Created: 1, Updated: 1, Unchanged: 1}) {
		t.Errorf("did %+v", did)
	}
	all, err := s.book.Rules(s.Context(), s.Caller, "withdraw")
	s.must(err)
	if all[0].ID != have.ID || all[0].Name != "Other name" || all[1].ID == stranger.ID {
		t.Errorf("left %+v", all)
	}
}
