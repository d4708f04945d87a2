package policy_test

import (
	"testing"

	"github.com/twinseal/twinseal/policy"
)

func TestMergingKeepsTheNumberThatIsHarderToGuess(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ a, b, want policy.Match }{
		{"", "", ""},
		{"", policy.MatchPick, policy.MatchPick},
		{policy.MatchPick, policy.MatchPick, policy.MatchPick},
		{policy.MatchPick, policy.MatchType, policy.MatchType},
		{policy.MatchType, "", policy.MatchType},
	} {
		for _, got := range []policy.Match{
			policy.Merge(policy.Policy{Match: c.a}, policy.Policy{Match: c.b}).Match,
			policy.Merge(policy.Policy{Match: c.b}, policy.Policy{Match: c.a}).Match,
		} {
			if got != c.want {
				t.Errorf("%q and %q become %q", c.a, c.b, got)
			}
		}
	}
	if (policy.Policy{Match: policy.MatchPick}).IsZero() || (policy.Policy{Match: policy.MatchPick}).NeedsMethods() {
		t.Error("a number is nothing, or a method")
	}
}
