package policy_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/policy"
)

func TestMergingOnlyTightens(t *testing.T) {
	t.Parallel()
	service := policy.Policy{
		Methods: new(1), Factors: []policy.Factor{policy.Knowledge}, Places: [][]policy.Fence{{hq}}, DenyRooted: true,
		Conditionals: []policy.Conditional{{Fences: []policy.Fence{nevada}}},
	}
	request := policy.Policy{
		Methods: new(3), Factors: []policy.Factor{policy.Inherence}, Places: [][]policy.Fence{{hq}, {germany}, {}}, DenyEmulator: true,
		Conditionals: []policy.Conditional{{Fences: []policy.Fence{nevada}}, {Fences: []policy.Fence{germany}}},
	}
	want := policy.Policy{
		Methods: new(3), Factors: []policy.Factor{policy.Inherence, policy.Knowledge}, Places: [][]policy.Fence{{hq}, {germany}},
		DenyRooted: true, DenyEmulator: true,
		Conditionals: []policy.Conditional{{Fences: []policy.Fence{nevada}}, {Fences: []policy.Fence{germany}}},
	}
	if got := policy.Merge(service, request); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	if got := policy.Merge(request, service); *got.Methods != 3 || len(got.Places) != 2 {
		t.Errorf("the other way round: %+v", got)
	}
	if got := policy.Merge(service, policy.Policy{}); !reflect.DeepEqual(got, service.Normal()) {
		t.Errorf("with nothing: %+v", got)
	}
	if !policy.Merge(policy.Policy{}, policy.Policy{}).IsZero() {
		t.Error("nothing and nothing is something")
	}
}

// TestAMergedPolicyAcceptsNoMoreThanEither: whatever satisfies the merged policy satisfies both.
func TestAMergedPolicyAcceptsNoMoreThanEither(t *testing.T) {
	t.Parallel()
	parts := []policy.Policy{
		{},
		{Methods: new(0)},
		{Methods: new(2)},
		{Factors: []policy.Factor{policy.Knowledge}},
		{Factors: []policy.Factor{policy.Inherence, policy.Possession}},
		{Places: [][]policy.Fence{{hq}}},
		{Places: [][]policy.Fence{{germany, nevada}}},
		{DenyRooted: true},
		{DenyEmulator: true},
		{Conditionals: []policy.Conditional{{Fences: []policy.Fence{hq}, Inside: policy.Requirement{Methods: new(1)}, Outside: policy.Requirement{Methods: new(3)}}}},
	}
	var known []policy.Facts
	for _, where := range []policy.Location{vegas, berlin} {
		for _, methods := range [][]policy.Method{nil, {policy.PINCode}, {policy.PINCode, policy.Face}, {policy.Wearables, policy.PINCode, policy.Face}} {
			for _, bad := range []bool{false, true} {
				known = append(known, facts(at(where), pass(methods...), func(f *policy.Facts) { f.Rooted, f.Emulator = bad, bad }))
			}
		}
	}
	for _, a := range parts {
		for _, b := range parts {
			merged := policy.Merge(a, b)
			if err := merged.Validate(); err != nil {
				t.Fatal(err)
			}
			for _, f := range known {
				_, failure := merged.Judge(f)
				_, failureA := a.Judge(f)
				_, failureB := b.Judge(f)
				if (failure == "") != (failureA == "" && failureB == "") {
					t.Errorf("%+v and %+v: %q and %q become %q", a, b, failureA, failureB, failure)
				}
			}
		}
	}
}

func TestEveryMethodHasAFactor(t *testing.T) {
	t.Parallel()
	for _, m := range policy.Methods() {
		if !slices.Contains(policy.Factors(), m.Factor()) {
			t.Errorf("%s has none", m)
		}
	}
	if len(policy.Methods()) != policy.MaxMethods+1 || policy.Method("telepathy").Factor() != "" {
		t.Error("there are other methods")
	}
}

func TestAPolicyIsExplained(t *testing.T) {
	t.Parallel()
	got := strings.Join(full().Explain(), "\n")
	want := `confirm with 2 different methods
confirm with your fingerprint or face
confirm with a code that you know
be inside HQ (200 m around 36.1, -115.125) or US-NV 89120
outside of 1 m around 0, 0: confirm with something that you have near you, or with your location
answer Monday, Sunday from 22:30 to 06:00 (America/Los_Angeles)
use a device that is not rooted or jailbroken
use a real device, not an emulated one
type the number that is shown where you started this`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if lines := (policy.Policy{Methods: new(0)}).Explain(); len(lines) != 0 {
		t.Errorf("nothing is explained as %q", lines)
	}
}

func TestFencesAreListedOnce(t *testing.T) {
	t.Parallel()
	p := policy.Policy{Places: [][]policy.Fence{{hq, germany}, {hq}}, Conditionals: []policy.Conditional{{Fences: []policy.Fence{germany, nevada}}}}
	if got := p.Fences(); !reflect.DeepEqual(got, []policy.Fence{hq, germany, nevada}) || !p.NeedsLocation() {
		t.Errorf("%+v", got)
	}
}
