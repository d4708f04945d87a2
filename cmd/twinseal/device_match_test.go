package main

import (
	"strings"
	"testing"

	"github.com/twinseal/twinseal/policy"
)

func TestANumberIsAskedForShownAndBrought(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	p.link()
	for _, way := range []policy.Match{policy.MatchPick, policy.MatchType} {
		id, number, err := p.server.AskMatching("Pay?", way)
		if err != nil {
			t.Fatal(err)
		}
		contains(t, p.must("show"), "To approve, bring the number that is shown where you started this: ", " (--match)\n")
		if _, err := p.run("", "approve"); err == nil || !strings.Contains(err.Error(), "repeat with --match") || p.server.State(id) != "pending" {
			t.Errorf("without a number: %v", err)
		}
		contains(t, p.must("approve", "--match", number), "Approved. This is", number+", the one that was shown")
		if p.server.State(id) != "approved" {
			t.Errorf("it stands as %s", p.server.State(id))
		}
	}
}

func TestAWrongNumberIsSaidToHaveEndedTheRequest(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	p.link()
	id, number, err := p.server.AskMatching("Pay?", policy.MatchType)
	if err != nil {
		t.Fatal(err)
	}
	wrong := "10"
	if number == wrong {
		wrong = "11"
	}
	if _, err := p.run("", "approve", "--match", wrong); err == nil || !strings.Contains(err.Error(), "the request has ended") {
		t.Errorf("a wrong number: %v", err)
	}
	if p.server.State(id) != "denied" {
		t.Errorf("it stands as %s", p.server.State(id))
	}
	if _, err := p.run("", "receipt", id); err == nil {
		t.Error("there is a receipt of it")
	}
	p.server.Ask("Log in?")
	contains(t, p.must("deny"), "Denied")
}
