package launchkey

import (
	"crypto/rand"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
)

var (
	weekdays = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}
	weekend  = []time.Weekday{time.Saturday, time.Sunday}

	wholeDay   = launchkey.TimeOfDay{Hour: 23, Minute: 59}
	timeFences = []launchkey.TimeFence{
		{Name: "Week days", Days: weekdays, End: wholeDay, Zone: "America/Los_Angeles"},
		{Name: "Weekend", Days: weekend, Start: launchkey.TimeOfDay{Hour: 9, Minute: 30}, End: launchkey.TimeOfDay{Hour: 17}, Zone: "America/New_York"},
	}
	namedCircles = []launchkey.Circle{
		{Name: "Here", Latitude: 36.1, Longitude: -115.2, Radius: 500}, {Name: "There", Latitude: -12.3, Longitude: 23.45, Radius: 1000.5},
	}
	fourFences = []launchkey.Fence{
		namedCircles[0], namedCircles[1],
		launchkey.Territory{Name: "Vegas", Country: "US", AdministrativeArea: "US-NV", PostalCode: "89120"},
		launchkey.Territory{Name: "Germany", Country: "DE"},
	}
	everyFactor = []launchkey.Factor{launchkey.Inherence, launchkey.Knowledge, launchkey.Possession}
)

// policies are kept and shown as they were set, for services of both kinds.
func policies(t *testing.T, s *scene) {
	policiesOf(t, s.dir, s.svcID)
	policiesOf(t, s.org, must(s.org.CreateService(t.Context(), launchkey.NewService{Name: rand.Text()}))(t))
}

func policiesOf(t *testing.T, c serviceManager, id launchkey.ServiceID) {
	t.Helper()
	ctx, blank := t.Context(), launchkey.Policy(launchkey.LegacyPolicy{})
	shows := func(what string, want launchkey.Policy) {
		t.Helper()
		if got := must(c.ServicePolicy(ctx, id))(t); !reflect.DeepEqual(tidy(got), tidy(want)) {
			t.Errorf("%s: the policy is\n%+v, want\n%+v", what, got, want)
		}
	}
	remove := func(what string) {
		t.Helper()
		if err := c.RemoveServicePolicy(ctx, id); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		shows(what, blank)
	}
	shows("before any was set", blank)
	remove("without one")
	for name, policy := range everyPolicy() {
		if err := c.SetServicePolicy(ctx, id, policy); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		shows(name, policy)
	}
	remove("with one")
	refused(t, "set nobody's policy", c.SetServicePolicy(ctx, unknownID, launchkey.MethodAmountPolicy{}), launchkey.ErrServiceNotFound)
	refused(t, "remove nobody's policy", c.RemoveServicePolicy(ctx, unknownID), launchkey.ErrServiceNotFound)
	_, err := c.ServicePolicy(ctx, unknownID)
	refused(t, "nobody's policy", err, launchkey.ErrServiceNotFound)
	refusedPolicies(t, c, id)
}

// everyPolicy is one of each kind, with everything that it can hold.
func everyPolicy() map[string]launchkey.Policy {
	legacy := func(p launchkey.AuthPolicy, times ...launchkey.TimeFence) launchkey.Policy {
		return launchkey.LegacyPolicy{AuthPolicy: p, TimeFences: times}
	}
	all := map[string]launchkey.Policy{
		"two factors":       legacy(launchkey.AuthPolicy{Methods: 2}),
		"all kinds":         legacy(launchkey.AuthPolicy{Factors: everyFactor}),
		"jailbreak":         legacy(launchkey.AuthPolicy{JailbreakProtection: true}),
		"times":             legacy(launchkey.AuthPolicy{}, timeFences...),
		"places":            legacy(launchkey.AuthPolicy{Fences: namedCircles}),
		"number and places": legacy(launchkey.AuthPolicy{Methods: 2, Fences: namedCircles}),
		"kinds and all":     legacy(launchkey.AuthPolicy{Factors: everyFactor, JailbreakProtection: true, Fences: namedCircles}, timeFences...),
		"number and all":    legacy(launchkey.AuthPolicy{Methods: 2, JailbreakProtection: true, Fences: namedCircles}, timeFences...),

		"amount with fences":    launchkey.MethodAmountPolicy{Amount: 2, Fences: fourFences},
		"amount, no rooted":     launchkey.MethodAmountPolicy{Amount: 1, DenyRooted: true},
		"amount, no emulators":  launchkey.MethodAmountPolicy{Amount: 1, DenyEmulator: true},
		"factors with fences":   launchkey.FactorsPolicy{Factors: everyFactor, Fences: fourFences},
		"factors, no rooted":    launchkey.FactorsPolicy{Factors: everyFactor[:1], DenyRooted: true},
		"factors, no emulators": launchkey.FactorsPolicy{Factors: everyFactor[:1], DenyEmulator: true},
		"condition": launchkey.ConditionalPolicy{
			Fences: append([]launchkey.Fence{launchkey.Circle{Name: "A", Latitude: 1, Longitude: 2, Radius: 3}}, fourFences...),
			Inside: launchkey.MethodAmountPolicy{Amount: 1}, Outside: launchkey.FactorsPolicy{Factors: everyFactor[1:2]}, DenyRooted: true, DenyEmulator: true,
		},
		"condition the other way": launchkey.ConditionalPolicy{
			Fences: fourFences[:1], Inside: launchkey.FactorsPolicy{Factors: everyFactor[:1]}, Outside: launchkey.MethodAmountPolicy{Amount: 3},
		},
	}
	for amount := range 6 {
		all[fmt.Sprintf("amount %d", amount)] = launchkey.MethodAmountPolicy{Amount: amount}
	}
	for subset := 1; subset < 1<<len(everyFactor); subset++ {
		var some []launchkey.Factor
		for i, f := range everyFactor {
			if subset>>i&1 == 1 {
				some = append(some, f)
			}
		}
		all[fmt.Sprint("factors ", some)] = launchkey.FactorsPolicy{Factors: some}
	}
	return all
}

// tidy makes empty lists and none the same.
func tidy(p launchkey.Policy) launchkey.Policy {
	switch p := p.(type) {
	case launchkey.LegacyPolicy:
		p.Fences, p.TimeFences, p.Factors = orNil(p.Fences), orNil(p.TimeFences), orNil(p.Factors)
		return p
	case launchkey.MethodAmountPolicy:
		p.Fences = orNil(p.Fences)
		return p
	case launchkey.FactorsPolicy:
		p.Fences = orNil(p.Fences)
		return p
	case launchkey.ConditionalPolicy:
		p.Fences, p.Inside, p.Outside = orNil(p.Fences), tidy(p.Inside), tidy(p.Outside)
		return p
	}
	return p
}

func orNil[S ~[]E, E any](list S) S {
	if len(list) == 0 {
		return nil
	}
	return slices.Clone(list)
}

// refusedPolicies are stopped by the package or by the server.
func refusedPolicies(t *testing.T, c serviceManager, id launchkey.ServiceID) {
	t.Helper()
	inside := launchkey.MethodAmountPolicy{Amount: 1}
	for name, policy := range map[string]launchkey.Policy{
		"a refusal inside":       launchkey.ConditionalPolicy{Fences: fourFences, Inside: launchkey.MethodAmountPolicy{DenyRooted: true}, Outside: inside},
		"a refusal outside":      launchkey.ConditionalPolicy{Fences: fourFences, Inside: inside, Outside: launchkey.FactorsPolicy{Factors: everyFactor, DenyEmulator: true}},
		"fences inside":          launchkey.ConditionalPolicy{Fences: fourFences, Inside: launchkey.MethodAmountPolicy{Fences: fourFences}, Outside: inside},
		"a condition inside":     launchkey.ConditionalPolicy{Fences: fourFences, Inside: launchkey.ConditionalPolicy{Fences: fourFences, Inside: inside, Outside: inside}, Outside: inside},
		"a condition of nothing": launchkey.ConditionalPolicy{Inside: inside, Outside: inside},
		"no factors":             launchkey.FactorsPolicy{},
		"less than nothing":      launchkey.MethodAmountPolicy{Amount: -1},
		"off the earth":          launchkey.MethodAmountPolicy{Fences: []launchkey.Fence{launchkey.Circle{Latitude: 91, Radius: 1}}},
		"no country":             launchkey.MethodAmountPolicy{Fences: []launchkey.Fence{launchkey.Territory{Country: "Nevada"}}},
		"no time zone":           launchkey.LegacyPolicy{TimeFences: []launchkey.TimeFence{{Name: "A", Days: weekend, End: wholeDay, Zone: "US/Nowhere"}}},
	} {
		if err := c.SetServicePolicy(t.Context(), id, policy); err == nil {
			t.Errorf("%s: it can be set", name)
		}
	}
	if got := must(c.ServicePolicy(t.Context(), id))(t); !reflect.DeepEqual(tidy(got), launchkey.Policy(launchkey.LegacyPolicy{})) {
		t.Errorf("after refusals the policy is %+v", got)
	}
}
