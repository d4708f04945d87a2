package policy_test

import (
	"testing"
	"time"

	"github.com/twinseal/twinseal/policy"
)

func TestAPasskeyJudgesAsTheServerAccepts(t *testing.T) {
	t.Parallel()
	touched, verified, synced := policy.Passkey{}, policy.Passkey{Verified: true}, policy.Passkey{Verified: true, Synced: true}
	kinds := func(f ...policy.Factor) policy.Policy { return policy.Policy{Factors: f} }
	places := policy.Policy{Places: [][]policy.Fence{{hq}}, Methods: new(1)}
	conditional := policy.Policy{Conditionals: []policy.Conditional{{
		Fences: []policy.Fence{hq}, Inside: policy.Requirement{}, Outside: policy.Requirement{Methods: new(1)},
	}}}
	for name, c := range map[string]struct {
		policy policy.Policy
		key    policy.Passkey
		where  policy.Location
		want   policy.Failure
	}{
		"nothing is asked":             {policy.Policy{}, touched, vegas, ""},
		"one method, verified":         {policy.Policy{Methods: new(1)}, verified, vegas, ""},
		"one method, touched":          {policy.Policy{Methods: new(1)}, touched, vegas, policy.FailedConfiguration},
		"two methods":                  {policy.Policy{Methods: new(2)}, verified, vegas, policy.FailedConfiguration},
		"possession":                   {kinds(policy.Possession), touched, vegas, ""},
		"knowledge is not told":        {kinds(policy.Knowledge), verified, vegas, policy.FailedConfiguration},
		"inherence is not told":        {kinds(policy.Inherence), verified, vegas, policy.FailedConfiguration},
		"synced where it may be":       {policy.Policy{Methods: new(1)}, synced, vegas, ""},
		"synced where it may not":      {policy.Policy{DenySynced: true}, synced, vegas, policy.FailedPolicy},
		"one device alone":             {policy.Policy{DenySynced: true}, verified, vegas, ""},
		"in the right place":           {places, verified, vegas, ""},
		"in another place":             {places, verified, berlin, policy.FailedPolicy},
		"more outside, touched":        {conditional, touched, berlin, policy.FailedConfiguration},
		"more outside, verified":       {conditional, verified, berlin, ""},
		"less inside, touched":         {conditional, touched, vegas, ""},
		"another time than is allowed": {policy.Policy{Times: [][]policy.Window{{{Days: []time.Weekday{time.Sunday}, End: policy.Clock(23, 59), Zone: "UTC"}}}}, verified, vegas, policy.FailedPolicy},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			evidence, got := c.policy.Judge(facts(at(c.where), func(f *policy.Facts) { f.Passkey = &c.key }))
			if got != c.want {
				t.Errorf("judged %q, want %q", got, c.want)
			}
			if err := c.policy.AcceptsPasskey(evidence, c.key, monday); (err == nil) != (c.want == "") {
				t.Errorf("the server says %v", err)
			}
		})
	}
}

func TestAPasskeysEvidenceNamesNoMethods(t *testing.T) {
	t.Parallel()
	evidence := policy.Evidence{Methods: []policy.Method{policy.Fingerprint}}
	if err := (policy.Policy{Factors: []policy.Factor{policy.Inherence}}).AcceptsPasskey(evidence, policy.Passkey{Verified: true}, monday); err == nil {
		t.Error("a fingerprint that nobody saw was accepted")
	}
}

func TestAPolicySaysWhetherItNeedsMethods(t *testing.T) {
	t.Parallel()
	outside := policy.Policy{Conditionals: []policy.Conditional{{Fences: []policy.Fence{hq}, Outside: policy.Requirement{Methods: new(1)}}}}
	for _, c := range []struct {
		policy policy.Policy
		want   bool
	}{
		{policy.Policy{}, false},
		{policy.Policy{Methods: new(0), DenyRooted: true}, false},
		{policy.Policy{Methods: new(1)}, true},
		{policy.Policy{Factors: []policy.Factor{policy.Possession}}, true},
		{outside, true},
	} {
		if got := c.policy.NeedsMethods(); got != c.want {
			t.Errorf("%v: %v", c.policy.Explain(), got)
		}
	}
}

func TestADemandForKeysThatStayIsMergedAndExplained(t *testing.T) {
	t.Parallel()
	p := policy.Merge(policy.Policy{DenySynced: true}, policy.Policy{})
	if !p.DenySynced || p.IsZero() || len(p.Explain()) != 1 {
		t.Errorf("%+v: %q", p, p.Explain())
	}
	data, err := p.Canonical()
	if err != nil || string(data) != `{"deny_synced":true}` {
		t.Errorf("%s, %v", data, err)
	}
}
