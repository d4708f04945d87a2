package receipt_test

import (
	"crypto/rand"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

func picking() *receipt.Match { return &receipt.Match{Choices: []string{"17", "42", "63"}} }
func typing() *receipt.Match  { return &receipt.Match{Digits: "2"} }

func TestANumberIsDrawnAmongThoseOffered(t *testing.T) {
	t.Parallel()
	places := map[int]bool{}
	for range 60 {
		m, number, err := receipt.NewMatch(policy.MatchPick, rand.Reader)
		if err != nil || m.Way() != policy.MatchPick || !m.Takes(number) {
			t.Fatalf("%+v with %q, %v", m, number, err)
		}
		q := sampleQuestion()
		q.Match = m
		if err := q.Validate(); err != nil {
			t.Fatalf("%+v: %v", m, err)
		}
		for i, choice := range m.Choices {
			places[i] = places[i] || choice == number
		}
	}
	if len(places) != 3 || !places[0] || !places[1] || !places[2] {
		t.Errorf("the right number stands in the places %v", places)
	}
	m, number, err := receipt.NewMatch(policy.MatchType, rand.Reader)
	if err != nil || m.Way() != policy.MatchType || !m.Takes(number) || m.Choices != nil {
		t.Errorf("typed: %+v with %q, %v", m, number, err)
	}
	if m, number, err := receipt.NewMatch("", rand.Reader); m != nil || number != "" || err != nil || m.Takes("42") {
		t.Errorf("not asked for: %+v with %q, %v", m, number, err)
	}
	if _, _, err := receipt.NewMatch(policy.MatchPick, strings.NewReader("")); err == nil {
		t.Error("a number came from nowhere")
	}
}

func TestOnlyNumbersThatPeopleReadAreAskedFor(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]*receipt.Match{
		"nothing":           {},
		"two choices":       {Choices: []string{"17", "42"}},
		"four choices":      {Choices: []string{"17", "42", "63", "80"}},
		"one twice":         {Choices: []string{"17", "42", "17"}},
		"three digits":      {Choices: []string{"17", "42", "630"}},
		"a leading zero":    {Choices: []string{"17", "42", "06"}},
		"words":             {Choices: []string{"17", "42", "no"}},
		"six digits":        {Digits: "6"},
		"a word for digits": {Digits: "two"},
		"both":              {Digits: "2", Choices: []string{"17", "42", "63"}},
	} {
		q := sampleQuestion()
		if q.Match = m; q.Validate() == nil {
			t.Errorf("%s was asked for", name)
		}
	}
	for _, c := range []struct {
		way policy.Match
		m   *receipt.Match
		ok  bool
	}{
		{"", nil, true},
		{"", typing(), true},
		{policy.MatchPick, nil, false},
		{policy.MatchPick, picking(), true},
		{policy.MatchPick, typing(), true},
		{policy.MatchType, picking(), false},
		{policy.MatchType, typing(), true},
	} {
		q := sampleQuestion()
		q.Policy, q.Match = &policy.Policy{Methods: new(0), Match: c.way}, c.m
		if err := q.Validate(); (err == nil) != c.ok {
			t.Errorf("%q with %+v: %v", c.way, c.m, err)
		}
	}
}

func TestAnApprovalHasTheNumberThatWasAskedFor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ask    *receipt.Match
		said   string
		denied bool
		ok     bool
	}{
		"one of the choices":          {picking(), "42", false, true},
		"another number":              {picking(), "43", false, false},
		"no number":                   {picking(), "", false, false},
		"typed":                       {typing(), "99", false, true},
		"typed too long":              {typing(), "420", false, false},
		"typed with a zero":           {typing(), "07", false, false},
		"nothing typed":               {typing(), "", false, false},
		"a denial":                    {picking(), "", true, true},
		"a denial with a number":      {picking(), "42", true, false},
		"a number nobody asked for":   {nil, "42", false, false},
		"a question that asks for no": {nil, "", false, true},
	} {
		s := sampleStatement(receipt.JWK{})
		s.Device.Key, s.Question.Match, s.Match = someKey, c.ask, c.said
		if c.denied {
			s.Decision = receipt.Denied
		}
		if err := s.Validate(); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestANumberHasItsPlaceInTheCanonicalBytes(t *testing.T) {
	t.Parallel()
	s := sampleStatement(receipt.JWK{})
	s.Device.Key, s.Question.Match, s.Match = someKey, picking(), "42"
	got, err := s.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"fraud":false,"match":"42","question":{`, `"expires_at":"2026-03-01T09:40:00.000Z","match":{"choices":["17","42","63"]},"message":`} {
		if !strings.Contains(string(got), want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
	back, err := receipt.ParseStatement(got)
	if err != nil || back.Match != "42" || back.Question.Match.Way() != policy.MatchPick {
		t.Errorf("came back as %+v, %v", back, err)
	}
}

func TestAPasskeyThatUnlockedStandsAmongTheFactors(t *testing.T) {
	t.Parallel()
	s := meeting(t, receipt.JWK{})
	s.Device.Key, s.Evidence.Methods = someKey, []policy.Method{policy.PasskeyUnlock}
	if err := s.Validate(); err == nil {
		t.Error("evidence named a passkey that the factors do not")
	}
	s.Factors = []string{receipt.FactorDevice, receipt.FactorPasskey}
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
	if err := s.PolicyMet(); err != nil {
		t.Errorf("one method was asked for: %v", err)
	}
}
