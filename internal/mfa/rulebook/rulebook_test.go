package rulebook_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/rule"
)

const overHundred = `{"and":[{">":[{"var":"custom.amount"},100]}]}`

func TestTheFirstRuleThatMatchesDecidesAndAllAreRecorded(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		third := s.rule(7, mfa.OutcomeReview, `{}`)
		second := s.rule(2, mfa.OutcomeChallenge, overHundred)
		first := s.rule(0, mfa.OutcomeBlock, `{"==":[{"var":"ip.isAnonymous"},true]}`)
		d := s.decide("withdraw", rule.Map{"custom.amount": 101, "ip.isAnonymous": false})
		if d.Outcome != mfa.OutcomeChallenge || d.DecidedBy != second.ID || !slices.Equal(d.RuleIDs, []mfa.RuleID{second.ID, third.ID}) {
			s.Errorf("decided %+v", d)
		}
		if len(d.Rules) != 2 || d.Rules[0].Name != second.Name {
			s.Errorf("recorded %+v", d.Rules)
		}
		if d = s.decide("withdraw", rule.Map{"ip.isAnonymous": true}); d.Outcome != mfa.OutcomeBlock || d.DecidedBy != first.ID {
			s.Errorf("decided %+v", d)
		}
	})
}

func TestWithoutARuleTheConfigurationAndThenTheApplicationDecide(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.rule(0, mfa.OutcomeBlock, overHundred)
	if d := s.decide("withdraw", rule.Map{}); d.Outcome != mfa.OutcomeAllow || d.DecidedBy != "" || len(d.RuleIDs) != 0 {
		t.Errorf("decided %+v", d)
	}
	if d := s.decide("sign-in", rule.Map{}); d.Outcome != mfa.OutcomeChallenge {
		t.Errorf("an action that nobody configured: %+v", d)
	}
}

func TestARuleThatIsOffDecidesNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	r := s.rule(0, mfa.OutcomeBlock, `{}`)
	_, err := s.book.UpdateRule(s.Context(), s.Caller, "withdraw", r.ID, func(r *mfa.Rule) error {
		r.Active = false
		return nil
	})
	s.must(err)
	if d := s.decide("withdraw", rule.Map{}); d.Outcome != mfa.OutcomeAllow {
		t.Errorf("decided %+v", d)
	}
}

func TestARuleTakesWhatItLeavesOpenFromTheConfiguration(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	_, err := s.book.UpdateConfiguration(s.Context(), s.Caller, "withdraw", func(a *mfa.ActionConfiguration) error {
		a.Methods, a.DefaultMethod = []mfa.Method{mfa.MethodSMS, mfa.MethodTOTP}, mfa.MethodTOTP
		return nil
	})
	s.must(err)
	r := s.rule(0, mfa.OutcomeChallenge, `{}`)
	if d := s.decide("withdraw", rule.Map{}); d.DefaultMethod != mfa.MethodTOTP || len(d.Methods) != 2 {
		t.Errorf("decided %+v", d)
	}
	_, err = s.book.UpdateRule(s.Context(), s.Caller, "withdraw", r.ID, func(r *mfa.Rule) error {
		r.Methods = []mfa.Method{mfa.MethodSMS}
		return nil
	})
	s.must(err)
	if d := s.decide("withdraw", rule.Map{}); d.DefaultMethod != "" || len(d.Methods) != 1 {
		t.Errorf("the rule's own methods: %+v", d)
	}
}

func TestConditionsAreKeptToTheByte(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		const written = `{"and":[{"==":[{"var":"ip.isAnonymous"},false]}, {"!=":[{"var":"custom.a"},"<&>"]}]}`
		r := s.rule(3, mfa.OutcomeAllow, written)
		got, err := s.book.Rule(s.Context(), s.Caller, "withdraw", r.ID)
		s.must(err)
		if string(got.Conditions) != written {
			s.Errorf("kept %s", got.Conditions)
		}
	})
}

func TestRulesThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.rule(5, mfa.OutcomeBlock, `{}`)
	good := mfa.Rule{ActionCode: "withdraw", Name: "Good", Priority: 6, Outcome: mfa.OutcomeBlock}
	for what, c := range map[string]struct {
		change func(*mfa.Rule)
		code   mfa.Code
		field  string
	}{
		"no name":              {func(r *mfa.Rule) { r.Name = "" }, mfa.Invalid, "name"},
		"no type":              {func(r *mfa.Rule) { r.Outcome = "" }, mfa.Invalid, "type"},
		"a low priority":       {func(r *mfa.Rule) { r.Priority = -1 }, mfa.Invalid, "priority"},
		"a high priority":      {func(r *mfa.Rule) { r.Priority = 100 }, mfa.Invalid, "priority"},
		"a taken priority":     {func(r *mfa.Rule) { r.Priority = 5 }, mfa.Conflict, "priority"},
		"broken conditions":    {func(r *mfa.Rule) { r.Conditions = json.RawMessage(`{"and":`) }, mfa.Invalid, "conditions"},
		"an unknown list":      {func(r *mfa.Rule) { r.Conditions = json.RawMessage(`{"in":["a",{"var":"valueList.none"}]}`) }, mfa.Invalid, "conditions"},
		"a method that is off": {func(r *mfa.Rule) { r.Methods = []mfa.Method{mfa.MethodWhatsApp} }, mfa.Forbidden, "verificationMethods"},
		"a method twice":       {func(r *mfa.Rule) { r.Methods = []mfa.Method{mfa.MethodSMS, mfa.MethodSMS} }, mfa.Invalid, "verificationMethods"},
		"another default": {func(r *mfa.Rule) {
			r.Methods, r.DefaultMethod = []mfa.Method{mfa.MethodSMS}, mfa.MethodTOTP
		}, mfa.Invalid, "defaultVerificationMethod"},
		"an unknown action": {func(r *mfa.Rule) { r.ActionCode = "none" }, mfa.NotFound, ""},
		"a failing test": {func(r *mfa.Rule) {
			r.Tests = json.RawMessage(`[{"name":"small sums","facts":{"custom.amount":5},"expect":false}]`)
		}, mfa.Invalid, "tests"},
		"a test without an end": {func(r *mfa.Rule) { r.Tests = json.RawMessage(`[{"facts":{}}]`) }, mfa.Invalid, "tests"},
		"no tests at all":       {func(r *mfa.Rule) { r.Tests = json.RawMessage(`{}`) }, mfa.Invalid, "tests"},
		"long metadata":         {func(r *mfa.Rule) { r.Metadata = json.RawMessage(`"` + strings.Repeat("a", 5000) + `"`) }, mfa.Invalid, "metadata"},
	} {
		bad := good
		c.change(&bad)
		_, err := s.book.CreateRule(s.Context(), s.Caller, bad)
		s.want(what, err, c.code, c.field)
	}
	_, err := s.book.CreateRule(s.Context(), s.Caller, good)
	s.must(err)
}

func TestRulesThatAreSlowTogetherAreRefused(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	terms := make([]string, 20)
	for i := range terms {
		terms[i] = `{"some":[{"var":"custom.tags"},{"==":[{"var":""},"t` + strconv.Itoa(i) + `"]}]}`
	}
	slow := mfa.Rule{ActionCode: "withdraw", Outcome: mfa.OutcomeBlock, Active: true, Conditions: json.RawMessage(`{"or":[` + strings.Join(terms, ",") + `]}`)}
	taken := 0
	var err error
	for slow.Priority = range 100 {
		slow.Name = "Rule " + strconv.Itoa(slow.Priority)
		if _, err = s.book.CreateRule(s.Context(), s.Caller, slow); err != nil {
			break
		}
		taken++
	}
	s.want("a rule too many", err, mfa.Invalid, "conditions")
	if taken < 2 {
		t.Errorf("%d rules were taken, want some", taken)
	}
	slow.Active = false
	_, err = s.book.CreateRule(s.Context(), s.Caller, slow) // costs nothing while it is off
	s.must(err)
}

func TestATestOfARuleSaysWhatItLeftOut(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	_, err := s.book.CreateRule(s.Context(), s.Caller, mfa.Rule{
		ActionCode: "withdraw", Name: "Large sums", Outcome: mfa.OutcomeBlock, Conditions: json.RawMessage(overHundred),
		Tests: json.RawMessage(`[{"name":"large","facts":{"custom.sum":500},"expect":true}]`),
	})
	var refusal *mfa.Error
	if !errors.As(err, &refusal) || !strings.Contains(refusal.Message, "says nothing of custom.amount") {
		t.Errorf("%v", err)
	}
}

func TestRulesOfOthersAreNotThere(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	r := s.rule(0, mfa.OutcomeBlock, `{}`)
	stranger := *s.Caller
	stranger.Application.ID = mfa.NewID[mfa.ApplicationID]()
	_, err := s.book.Rule(s.Context(), &stranger, "withdraw", r.ID)
	s.want("reading", err, mfa.NotFound, "")
	s.want("removing", s.book.RemoveRule(s.Context(), &stranger, "withdraw", r.ID), mfa.NotFound, "")
	_, err = s.book.Rule(s.Context(), s.Caller, "sign-in", r.ID)
	s.want("of another action", err, mfa.NotFound, "")
}

func TestRemovingAConfigurationRemovesItsRules(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		s.rule(0, mfa.OutcomeBlock, `{}`)
		s.must(s.book.RemoveConfiguration(s.Context(), s.Caller, "withdraw"))
		if d := s.decide("withdraw", rule.Map{}); d.Outcome != mfa.OutcomeChallenge {
			s.Errorf("decided %+v", d)
		}
		_, err := s.book.Rules(s.Context(), s.Caller, "withdraw")
		s.want("listing", err, mfa.NotFound, "")
	})
}

func TestConfiguringAnActionTwiceIsRefusedUnlessItWasOnlyTracked(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		_, err := s.book.CreateConfiguration(s.Context(), s.Caller, mfa.ActionConfiguration{Code: "withdraw"})
		s.want("again", err, mfa.Conflict, "actionCode")
		s.must(s.Store.Write(s.Context(), func(w mfa.WriteRecords) error {
			return w.NoteAction(s.Caller.Application.ID, "sign-in", s.Clock.Now())
		}))
		made, err := s.book.CreateConfiguration(s.Context(), s.Caller, mfa.ActionConfiguration{Code: "sign-in", Default: mfa.OutcomeBlock})
		s.must(err)
		if made.LastActionAt.IsZero() || made.Default != mfa.OutcomeBlock {
			s.Errorf("made %+v", made)
		}
	})
}

func TestConfigurationsThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for field, a := range map[string]mfa.ActionConfiguration{
		"actionCode":              {Code: "with draw"},
		"defaultUserActionResult": {Code: "a", Default: "maybe"},
		"verificationWebhookUrl":  {Code: "b", HookURL: "ftp://shop.example/hook"},
		"messagingTemplates":      {Code: "c", Templates: json.RawMessage(`{"en":{"defaultTemplate":7}}`)},
		"verificationMethods":     {Code: "d", Methods: []mfa.Method{mfa.MethodRecovery}},
	} {
		_, err := s.book.CreateConfiguration(s.Context(), s.Caller, a)
		s.want(field, err, mfa.Invalid, field)
	}
	_, err := s.book.CreateConfiguration(s.Context(), s.Caller, mfa.ActionConfiguration{
		Code: "e", HookURL: "http://127.0.0.1:8080/hook", Templates: json.RawMessage(`{"pt-BR":{"defaultTemplate":"Pagar {{amount}}"}}`),
	})
	s.must(err)
}
