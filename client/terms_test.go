package client_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/client"
	"github.com/twinseal/twinseal/client/clienttest"
	"github.com/twinseal/twinseal/client/launchkey/answerpackage"
	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

func demanding(p policy.Policy) func(*receipt.Question) {
	return func(q *receipt.Question) { q.Policy = &p }
}

var choices = func(q *receipt.Question) {
	q.Reasons = []receipt.DenialReason{{ID: "a", Text: "I don't approve"}, {ID: "b", Text: "Not me", Fraud: true}, {ID: "c", Text: "Too late"}}
}

func statementOf(t *testing.T, data []byte) receipt.Statement {
	t.Helper()
	result, err := receipt.Verify(data, receipt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return result.Statement
}

func TestAnApprovalThatMeetsThePolicyCarriesEvidence(t *testing.T) {
	t.Parallel()
	s, d := linked(t)
	id := s.Ask("Pay?", clienttest.Sealed(t), demanding(policy.Policy{Methods: new(1), Places: [][]policy.Fence{{{Kind: policy.Territory, Country: "DE"}}}}))
	data, err := d.Answer(t.Context(), onlyChallenge(t, d), client.Decision{
		Approve: true, Facts: policy.Facts{Methods: []policy.Method{policy.PINCode}, Location: &policy.Location{Country: "DE"}, LocationAllowed: true},
		Supported: answerpackage.DefaultSupported(),
	})
	if err != nil {
		t.Fatal(err)
	}
	got := statementOf(t, data)
	if got.Evidence == nil || !slices.Equal(got.Evidence.Places, []policy.Side{policy.Inside}) {
		t.Errorf("signed was %+v", got)
	}
	p := clienttest.Opened(t, s.Packages(id))
	if !p.Authorized() || p.AuthRequest != id || p.DeviceID != d.Account().Linked.Device.ID || *p.AuthPolicy.Requirement != "amount" || len(p.AuthMethods) != 7 {
		t.Errorf("sealed was %+v", p)
	}
	if evidence := fmt.Sprintf("%+v", *got.Evidence); strings.Contains(evidence, "DE") {
		t.Errorf("the receipt says where the device was: %s", evidence)
	}
}

func TestAnApprovalThatCannotMeetThePolicyIsSentAsAFailure(t *testing.T) {
	t.Parallel()
	s, d := linked(t)
	id := s.Ask("Pay?", clienttest.Sealed(t), demanding(policy.Policy{Methods: new(2)}))
	data, err := d.Answer(t.Context(), onlyChallenge(t, d), client.Approve())
	unmet, ok := errors.AsType[*client.UnmetError](err)
	if !ok || unmet.Failure != policy.FailedConfiguration || !slices.Equal(unmet.Demands, []string{"confirm with 2 different methods"}) {
		t.Fatalf("%v", err)
	}
	if got := statementOf(t, data); got.Decision != receipt.Denied || got.Failure != policy.FailedConfiguration || s.State(id) != api.StateDenied {
		t.Errorf("signed was %+v, it stands as %s", got, s.State(id))
	}
	if p := clienttest.Opened(t, s.Packages(id)); p.Type != answerpackage.Failed || p.Reason != answerpackage.Configuration {
		t.Errorf("sealed was %s %s", p.Type, p.Reason)
	}
}

func TestADeviceMaySayThatItFailed(t *testing.T) {
	t.Parallel()
	s, d := linked(t)
	id := s.Ask("Pay?", clienttest.Sealed(t))
	if _, err := d.Answer(t.Context(), onlyChallenge(t, d), client.Fail(policy.FailedBusy)); err != nil {
		t.Fatal(err)
	}
	if p := clienttest.Opened(t, s.Packages(id)); p.Reason != answerpackage.BusyLocal {
		t.Errorf("sealed was %s %s", p.Type, p.Reason)
	}
}

func TestADenialChoosesAmongTheReasonsOffered(t *testing.T) {
	t.Parallel()
	cases := []struct {
		decision client.Decision
		want     string
	}{
		{client.Decision{}, "a"},
		{client.Decision{Fraud: true}, "b"},
		{client.Decision{ReasonID: "c"}, "c"},
		{client.Decision{ReasonID: "b"}, "b"},
		{client.Decision{Reason: "Too late"}, "c"},
		{client.Decision{ReasonID: "z"}, ""},
		{client.Decision{Reason: "Because"}, ""},
	}
	for _, c := range cases {
		s, d := linked(t)
		id := s.Ask("Pay?", clienttest.Sealed(t), choices)
		data, err := d.Answer(t.Context(), onlyChallenge(t, d), c.decision)
		if c.want == "" {
			if err == nil || !strings.Contains(err.Error(), "b (Not me)") {
				t.Errorf("%+v: %v", c.decision, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		p, got := clienttest.Opened(t, s.Packages(id)), statementOf(t, data)
		if p.DenialReason == nil || *p.DenialReason != c.want || p.Fraud() != (c.want == "b") || got.Fraud != p.Fraud() || got.Reason == "" {
			t.Errorf("%+v: sealed %+v, signed %q %v", c.decision, p, got.Reason, got.Fraud)
		}
	}
	s, d := linked(t)
	s.Ask("Pay?")
	if _, err := d.Answer(t.Context(), onlyChallenge(t, d), client.Decision{ReasonID: "a"}); err == nil {
		t.Error("a reason that was not offered was chosen")
	}
}

func TestPinsMoveOnWithEveryAnswerAndAreKept(t *testing.T) {
	t.Parallel()
	s, d := linked(t)
	var last []string
	for range 7 {
		id := s.Ask("Pay?", clienttest.Sealed(t))
		if _, err := d.Answer(t.Context(), onlyChallenge(t, d), client.Approve()); err != nil {
			t.Fatal(err)
		}
		pins := clienttest.Opened(t, s.Packages(id)).ServicePins
		if len(pins) == 0 || len(pins) > answerpackage.MaxPins || len(last) > 0 && !slices.Contains(pins, last[len(last)-1]) {
			t.Fatalf("%q follow %q", pins, last)
		}
		last = pins
	}
	kept, err := json.Marshal(d.Account())
	if err != nil {
		t.Fatal(err)
	}
	var again client.Account
	if err := json.Unmarshal(kept, &again); err != nil || !slices.Equal(again.Pins["app-bank"], last) {
		t.Errorf("kept are %q, %v", again.Pins, err)
	}
}

func TestARepeatedAnswerHasTheSamePackages(t *testing.T) {
	t.Parallel()
	s, d := linked(t)
	id := s.Ask("Pay?", clienttest.Sealed(t))
	s.DropAnswers(1)
	if _, err := d.Answer(t.Context(), onlyChallenge(t, d), client.Approve()); err != nil {
		t.Fatal(err)
	}
	if pins := clienttest.Opened(t, s.Packages(id)).ServicePins; len(pins) != 1 || !slices.Equal(d.Account().Pins["app-bank"], pins) {
		t.Errorf("sent %q, kept %q", pins, d.Account().Pins)
	}
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	t.Parallel()
	s, d := linked(t)
	first, second := s.Login("Shop"), s.Login("Bank")
	list, err := d.Sessions(t.Context())
	if err != nil || len(list) != 2 || list[0].ID != first || list[1].Application.Name != "Bank" {
		t.Fatalf("%+v, %v", list, err)
	}
	if err := d.EndSession(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if got := s.Sessions(); !slices.Equal(got, []string{second}) {
		t.Errorf("left are %q", got)
	}
	if err := d.EndSession(t.Context(), first); !client.HasCode(err, api.CodeSessionUnknown) {
		t.Errorf("once more: %v", err)
	}
}

func TestTheQuestionShownIsTheOneThatIsSigned(t *testing.T) {
	t.Parallel()
	s, d := linked(t)
	s.Ask("Pay?", func(q *receipt.Question) { q.Title = "Transfer" }, choices)
	c := onlyChallenge(t, d)
	if q := c.Signed(); q.Title != "Transfer" || len(q.Reasons) != 3 || q.Message != "Pay?" {
		t.Errorf("%+v", q)
	}
	if q := (&client.Challenge{}).Signed(); q.Message != "" {
		t.Errorf("%+v", q)
	}
}

func TestANumberIsBroughtWithAnApproval(t *testing.T) {
	t.Parallel()
	s, d := linked(t)
	id, number, err := s.AskMatching("Pay?", policy.MatchPick)
	if err != nil {
		t.Fatal(err)
	}
	asked := onlyChallenge(t, d)
	if _, err := d.Answer(t.Context(), asked, client.Approve()); !errors.Is(err, client.ErrNumberMissing) || s.State(id) != "pending" {
		t.Errorf("without a number: %v", err)
	}
	data, err := d.Answer(t.Context(), asked, client.Decision{Approve: true, Match: number})
	if err != nil {
		t.Fatal(err)
	}
	if got := statementOf(t, data); got.Match != number {
		t.Errorf("signed was %+v", got)
	}
	if id, _, err = s.AskMatching("Pay?", policy.MatchType); err != nil {
		t.Fatal(err)
	}
	data, err = d.Answer(t.Context(), onlyChallenge(t, d), client.Decision{Match: "42", Reason: "not me"})
	if err != nil || statementOf(t, data).Match != "" || s.State(id) != "denied" {
		t.Errorf("a denial: %v, it stands as %s", err, s.State(id))
	}
}

func TestAWrongNumberEndsTheRequest(t *testing.T) {
	t.Parallel()
	s, d := linked(t)
	id, number, err := s.AskMatching("Pay?", policy.MatchPick)
	if err != nil {
		t.Fatal(err)
	}
	asked := onlyChallenge(t, d)
	wrong := slices.DeleteFunc(slices.Clone(asked.Question.Match.Choices), func(n string) bool { return n == number })[0]
	_, err = d.Answer(t.Context(), asked, client.Decision{Approve: true, Match: wrong})
	if refusal, ok := errors.AsType[*client.Error](err); !ok || refusal.Code != api.CodeMatchWrong || refusal.Hint() == "" || s.State(id) != "denied" {
		t.Errorf("%v, it stands as %s", err, s.State(id))
	}
}
