package rulebook_test

import (
	"encoding/json"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/rule"
)

func TestAValueListIsKnownByAnAliasOfItsName(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	l, err := s.book.CreateValueList(s.Context(), s.Caller, mfa.ValueList{
		Name: "Terraform Acc Test Strings", Items: json.RawMessage(`["DE","AT"]`), Active: true,
	})
	s.must(err)
	if l.Alias != "terraform-acc-test-strings" || l.ItemType != mfa.ItemString {
		t.Errorf("made %+v", l)
	}
	l, err = s.book.CreateValueList(s.Context(), s.Caller, mfa.ValueList{Name: "(Numbers)", Items: json.RawMessage(` [ 1, 2.5 ]`)})
	s.must(err)
	if l.Alias != "numbers" || l.ItemType != mfa.ItemNumber {
		t.Errorf("made %+v", l)
	}
}

func TestRulesLookIntoListsAsTheyAreNow(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		l, err := s.book.CreateValueList(s.Context(), s.Caller, mfa.ValueList{Name: "Risky", Items: json.RawMessage(`["DE"]`), Active: true})
		s.must(err)
		s.rule(0, mfa.OutcomeBlock, `{"in":[{"var":"ip.countryCode"},{"var":"valueList.risky"}]}`)
		outcome := func() mfa.ActionOutcome {
			return s.decide("withdraw", rule.Map{"ip.countryCode": "DE"}).Outcome
		}
		if got := outcome(); got != mfa.OutcomeBlock {
			s.Errorf("on the list: %s", got)
		}
		for what, change := range map[string]func(*mfa.ValueList) error{
			"off the list": func(l *mfa.ValueList) error { l.Active, l.Items = true, json.RawMessage(`["AT"]`); return nil },
			"list off":     func(l *mfa.ValueList) error { l.Active, l.Items = false, json.RawMessage(`["DE"]`); return nil },
		} {
			_, err = s.book.UpdateValueList(s.Context(), s.Caller, l.Alias, change)
			s.must(err)
			if got := outcome(); got != mfa.OutcomeAllow {
				s.Errorf("%s: %s", what, got)
			}
		}
		s.want("taking it away", s.book.RemoveValueList(s.Context(), s.Caller, l.Alias), mfa.Invalid, "conditions")
	})
}

func TestAListThatNoRuleNeedsCanGo(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	l, err := s.book.CreateValueList(s.Context(), s.Caller, mfa.ValueList{Name: "Idle"})
	s.must(err)
	s.must(s.book.RemoveValueList(s.Context(), s.Caller, l.Alias))
	s.want("again", s.book.RemoveValueList(s.Context(), s.Caller, l.Alias), mfa.NotFound, "")
}

func TestAChangeThatBreaksTheTestOfARuleIsRefused(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	l, err := s.book.CreateValueList(s.Context(), s.Caller, mfa.ValueList{Name: "Risky", Items: json.RawMessage(`["DE"]`), Active: true})
	s.must(err)
	_, err = s.book.CreateRule(s.Context(), s.Caller, mfa.Rule{
		ActionCode: "withdraw", Name: "Risky places", Active: true, Outcome: mfa.OutcomeBlock,
		Conditions: json.RawMessage(`{"in":[{"var":"ip.countryCode"},{"var":"valueList.risky"}]}`),
		Tests: json.RawMessage(`[{"facts":{"ip.countryCode":"DE"},"expect":true},
			{"facts":{"ip.countryCode":"AT","valueList.risky":["AT"]},"expect":true}]`),
	})
	s.must(err)
	_, err = s.book.UpdateValueList(s.Context(), s.Caller, l.Alias, func(l *mfa.ValueList) error {
		l.Items = json.RawMessage(`["AT"]`)
		return nil
	})
	s.want("another country", err, mfa.Invalid, "tests")
}

func TestListsThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	_, err := s.book.CreateValueList(s.Context(), s.Caller, mfa.ValueList{Name: "There"})
	s.must(err)
	many, err := json.Marshal(make([]string, 10_001))
	s.must(err)
	for what, c := range map[string]struct {
		list  mfa.ValueList
		code  mfa.Code
		field string
	}{
		"taken":      {mfa.ValueList{Name: "there!"}, mfa.Conflict, "name"},
		"nameless":   {mfa.ValueList{Name: "?!"}, mfa.Invalid, "name"},
		"mixed":      {mfa.ValueList{Name: "a", Items: json.RawMessage(`[1,"a"]`)}, mfa.Invalid, "valueListItems"},
		"null":       {mfa.ValueList{Name: "b", Items: json.RawMessage(`[null]`)}, mfa.Invalid, "valueListItems"},
		"no list":    {mfa.ValueList{Name: "c", Items: json.RawMessage(`{"a":1}`)}, mfa.Invalid, "valueListItems"},
		"wrong type": {mfa.ValueList{Name: "d", ItemType: mfa.ItemNumber, Items: json.RawMessage(`["a"]`)}, mfa.Invalid, "valueListItems"},
		"no type":    {mfa.ValueList{Name: "e", ItemType: "boolean"}, mfa.Invalid, "itemType"},
		"many":       {mfa.ValueList{Name: "f", Items: many}, mfa.Invalid, "valueListItems"},
	} {
		_, err := s.book.CreateValueList(s.Context(), s.Caller, c.list)
		s.want(what, err, c.code, c.field)
	}
}

func TestDataPointsGiveRulesTheirTypes(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		s.rule(0, mfa.OutcomeBlock, overHundred)
		point := mfa.DataPoint{Name: "amount", Type: mfa.DataText, Model: mfa.DataOfAction}
		_, err := s.book.CreateDataPoint(s.Context(), s.Caller, point)
		s.want("a text where a rule compares numbers", err, mfa.Invalid, "conditions")
		point.Type = mfa.DataNumber
		made, err := s.book.CreateDataPoint(s.Context(), s.Caller, point)
		s.must(err)
		if d := s.decide("withdraw", rule.Map{"custom.amount": "101"}); d.Outcome != mfa.OutcomeAllow {
			s.Errorf("a value of another type counts: %+v", d)
		}
		_, err = s.book.UpdateDataPoint(s.Context(), s.Caller, made.ID, func(p *mfa.DataPoint) error {
			p.Type = mfa.DataBoolean
			return nil
		})
		s.want("changed under a rule", err, mfa.Invalid, "conditions")
		_, err = s.book.CreateDataPoint(s.Context(), s.Caller, point)
		s.want("twice", err, mfa.Conflict, "name")
		point.Model = mfa.DataOfUser
		_, err = s.book.CreateDataPoint(s.Context(), s.Caller, point)
		s.must(err)
		s.must(s.book.RemoveDataPoint(s.Context(), s.Caller, made.ID))
		left, err := s.book.DataPoints(s.Context(), s.Caller)
		s.must(err)
		if len(left) != 1 || left[0].Model != mfa.DataOfUser {
			s.Errorf("left %+v", left)
		}
	})
}
