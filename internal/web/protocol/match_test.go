package protocol_test

import (
	"encoding/json"
	"testing"

	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

func TestTheBrowserAsksForTheNumbersThatTheServerAsksFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ways := []json.RawMessage{
		json.RawMessage(`{"choices":["17","42","63"]}`), json.RawMessage(`{"digits":"2"}`), json.RawMessage(`{}`), json.RawMessage(`{"digits":"6"}`),
		json.RawMessage(`{"choices":["17","42"]}`), json.RawMessage(`{"choices":["17","42","17"]}`), json.RawMessage(`{"choices":["17","42","06"]}`),
		json.RawMessage(`{"choices":["17","42","630"]}`), json.RawMessage(`{"choices":["17","42","63"],"digits":"2"}`),
		json.RawMessage(`{"choices":["17","42","63"],"hint":"42"}`), json.RawMessage(`["17","42","63"]`),
	}
	for _, way := range ways {
		for _, demanded := range []policy.Match{"", policy.MatchPick, policy.MatchType} {
			asked := question()
			if demanded != "" {
				asked.Policy = &policy.Policy{Match: demanded}
			}
			document := withMatch(t, asked, way)
			_, err := receipt.ParseQuestion(document)
			var shown bool
			w.evaluate(&shown, `const { signable } = await load("question"); return signable({ id: "req-1", question: given[0] });`, json.RawMessage(document))
			if shown != (err == nil) {
				t.Errorf("%s under %q: the browser says %v, the server %v", way, demanded, shown, err)
			}
		}
	}
}

func TestTheBrowserApprovesNothingWithoutItsNumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct {
		ask  receipt.Match
		said any
		ok   bool
	}{
		{receipt.Match{Choices: []string{"17", "42", "63"}}, "42", true},
		{receipt.Match{Choices: []string{"17", "42", "63"}}, "41", false},
		{receipt.Match{Choices: []string{"17", "42", "63"}}, nil, false},
		{receipt.Match{Digits: "2"}, "99", true},
		{receipt.Match{Digits: "2"}, "099", false},
		{receipt.Match{Digits: "2"}, 42, false},
	} {
		asked := question()
		asked.Match = &c.ask
		var drafted bool
		w.evaluate(&drafted, `
			const { draft } = await load("draft");
			return draft(given[0], "dev-1", [], { approve: true, match: given[1] }).then(({ decision }) => decision.approve && decision.match === given[1], () => false);`, asked, c.said)
		if drafted != c.ok {
			t.Errorf("%+v answered by %v: %v", c.ask, c.said, drafted)
		}
	}
	var denied map[string]any
	asked := question()
	asked.Match = &receipt.Match{Digits: "2"}
	w.evaluate(&denied, `const { draft } = await load("draft"); return draft(given[0], "dev-1", [], { approve: false, match: "42" });`, asked)
	if decision, _ := denied["decision"].(map[string]any); decision["match"] != nil || decision["approve"] != false {
		t.Errorf("a denial says %v", denied)
	}
}

func TestWhatUnlockedTheBrowserIsSigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	asked := question()
	asked.Policy = &policy.Policy{Factors: []policy.Factor{policy.Possession}}
	var got struct {
		Statement string
		Key       receipt.JWK
	}
	w.evaluate(&got, `
		const { makeKey } = await load("keys");
		const { draft } = await load("draft");
		const { makeStatement } = await load("statement");
		const key = await makeKey();
		const facts = { methods: ["passkey"], configured: [], time: 0 };
		const { decision } = await draft(given[0], "dev-1", [], { approve: true, facts });
		const statement = await makeStatement(key, "dev-1", { id: "req-1", question: given[0] }, decision, 0);
		return { Statement: statement, Key: key.jwk };`, asked)
	s, err := receipt.Open(got.Statement, got.Key)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.PolicyMet(); err != nil || len(s.Factors) != 2 || s.Factors[1] != receipt.FactorPasskey {
		t.Errorf("signed was %+v, %v", s, err)
	}
}

// withMatch puts a match of any form into a question's JSON.
func withMatch(t *testing.T, q receipt.Question, way json.RawMessage) []byte {
	t.Helper()
	data, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		t.Fatal(err)
	}
	members["match"] = way
	if data, err = json.Marshal(members); err != nil {
		t.Fatal(err)
	}
	return data
}
