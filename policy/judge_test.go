package policy_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/twinseal/twinseal/policy"
)

var (
	monday  = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	vegas   = policy.Location{Latitude: 36.1, Longitude: -115.1, Country: "US", Area: "US-NV", PostalCode: "89120"}
	berlin  = policy.Location{Latitude: 52.52, Longitude: 13.405, Country: "DE", Area: "DE-BE"}
	hq      = policy.Fence{Kind: policy.Circle, Name: "HQ", Latitude: 36.1, Longitude: -115.1, Radius: 200}
	nevada  = policy.Fence{Kind: policy.Territory, Country: "US", Area: "US-NV"}
	germany = policy.Fence{Kind: policy.Territory, Country: "DE"}
)

func facts(changes ...func(*policy.Facts)) policy.Facts {
	f := policy.Facts{Time: monday, LocationAllowed: true, Location: &vegas}
	for _, change := range changes {
		change(&f)
	}
	return f
}

func at(l policy.Location) func(*policy.Facts) {
	return func(f *policy.Facts) { f.Location = &l }
}

func pass(methods ...policy.Method) func(*policy.Facts) {
	return func(f *policy.Facts) { f.Methods = methods }
}

func TestADeviceJudges(t *testing.T) {
	t.Parallel()
	inHQ := policy.Policy{Places: [][]policy.Fence{{hq}}}
	two := policy.Policy{Methods: new(2)}
	kinds := policy.Policy{Factors: []policy.Factor{policy.Inherence, policy.Knowledge}}
	conditional := policy.Policy{Conditionals: []policy.Conditional{{
		Fences: []policy.Fence{hq}, Inside: policy.Requirement{Methods: new(1)}, Outside: policy.Requirement{Factors: []policy.Factor{policy.Knowledge}},
	}}}
	closed := policy.Policy{Times: [][]policy.Window{{{Days: []time.Weekday{time.Sunday}, Start: 0, End: policy.Clock(23, 59), Zone: "UTC"}}}}
	lost := func(f *policy.Facts) { f.Location = nil }
	forbidden := func(f *policy.Facts) { f.Location, f.LocationAllowed = nil, false }
	setUp := func(methods ...policy.Method) func(*policy.Facts) {
		return func(f *policy.Facts) { f.Configured = methods }
	}
	cases := map[string]struct {
		policy policy.Policy
		facts  policy.Facts
		want   policy.Failure
	}{
		"nothing is asked":                   {policy.Policy{}, policy.Facts{}, ""},
		"no place is asked":                  {policy.Policy{}, facts(forbidden), ""},
		"a passkey is held":                  {policy.Policy{Factors: []policy.Factor{policy.Possession}}, facts(pass(policy.PasskeyUnlock)), ""},
		"a passkey is one method":            {policy.Policy{Methods: new(1)}, facts(pass(policy.PasskeyUnlock)), ""},
		"and not two":                        {two, facts(pass(policy.PasskeyUnlock)), policy.FailedConfiguration},
		"with a code it is":                  {two, facts(pass(policy.PasskeyUnlock, policy.PINCode)), ""},
		"what verified it is not told":       {kinds, facts(pass(policy.PasskeyUnlock)), policy.FailedConfiguration},
		"a number is not the device's":       {policy.Policy{Match: policy.MatchType}, facts(), ""},
		"inside":                             {inHQ, facts(), ""},
		"outside":                            {inHQ, facts(at(berlin)), policy.FailedPolicy},
		"one of a group is enough":           {policy.Policy{Places: [][]policy.Fence{{germany, hq}}}, facts(), ""},
		"every group counts":                 {policy.Policy{Places: [][]policy.Fence{{germany}, {hq}}}, facts(), policy.FailedPolicy},
		"no permission":                      {inHQ, facts(forbidden), policy.FailedPermission},
		"no position":                        {inHQ, facts(lost), policy.FailedSensor},
		"rooted is nobody's business":        {policy.Policy{}, facts(func(f *policy.Facts) { f.Rooted = true }), ""},
		"rooted":                             {policy.Policy{DenyRooted: true}, facts(func(f *policy.Facts) { f.Rooted = true }), policy.FailedPolicy},
		"emulated":                           {policy.Policy{DenyEmulator: true}, facts(func(f *policy.Facts) { f.Emulator = true }), policy.FailedPolicy},
		"closed":                             {closed, facts(), policy.FailedPolicy},
		"two methods":                        {two, facts(pass(policy.PINCode, policy.Face)), ""},
		"one method twice":                   {two, facts(pass(policy.PINCode, policy.PINCode)), policy.FailedConfiguration},
		"one of two set up":                  {two, facts(pass(policy.PINCode), setUp(policy.PINCode, policy.Face)), policy.FailedAuthentication},
		"none set up":                        {two, facts(), policy.FailedConfiguration},
		"no method is asked by 0":            {policy.Policy{Methods: new(0)}, facts(), ""},
		"both factors":                       {kinds, facts(pass(policy.Fingerprint, policy.CircleCode)), ""},
		"one factor":                         {kinds, facts(pass(policy.Fingerprint, policy.Face)), policy.FailedConfiguration},
		"unknown methods are none":           {policy.Policy{Methods: new(1)}, facts(pass("telepathy")), policy.FailedConfiguration},
		"inside: one method":                 {conditional, facts(pass(policy.Face)), ""},
		"outside: knowledge":                 {conditional, facts(at(berlin), pass(policy.PINCode)), ""},
		"outside: a face is no knowledge":    {conditional, facts(at(berlin), pass(policy.Face)), policy.FailedConfiguration},
		"a conditional needs the place":      {conditional, facts(forbidden), policy.FailedPermission},
		"the place comes before the methods": {policy.Merge(inHQ, two), facts(at(berlin)), policy.FailedPolicy},

		"possession is a wearable or being there":  {policy.Policy{Factors: []policy.Factor{policy.Possession}}, facts(pass(policy.Geofencing)), ""},
		"an unknown territory contains no unknown": {policy.Policy{Places: [][]policy.Fence{{nevada}}}, facts(at(policy.Location{Latitude: 36.1, Longitude: -115.1})), policy.FailedPolicy},
	}
	for name, c := range cases {
		e, got := c.policy.Judge(c.facts)
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if err := c.policy.Accepts(e, c.facts.Time); (err == nil) != (got == "") {
			t.Errorf("%s: the device says %q, the server %v", name, got, err)
		}
		if err := e.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEvidenceSaysWhetherAndNotWhere(t *testing.T) {
	t.Parallel()
	p := policy.Policy{
		Places:       [][]policy.Fence{{hq}, {nevada, germany}},
		Conditionals: []policy.Conditional{{Fences: []policy.Fence{germany}}},
	}
	e, failure := p.Judge(facts(pass(policy.Face, policy.PINCode), func(f *policy.Facts) { f.Rooted = true }))
	want := policy.Evidence{
		Methods: []policy.Method{policy.PINCode, policy.Face}, Places: []policy.Side{policy.Inside, policy.Inside},
		Conditionals: []policy.Side{policy.Outside}, Rooted: true,
	}
	if failure != "" || !reflect.DeepEqual(e, want) {
		t.Errorf("%+v, %q", e, failure)
	}
}

func TestTheServerRefusesEvidence(t *testing.T) {
	t.Parallel()
	p := policy.Policy{
		Methods: new(1), DenyRooted: true, DenyEmulator: true,
		Places:       [][]policy.Fence{{hq}},
		Conditionals: []policy.Conditional{{Fences: []policy.Fence{nevada}, Inside: policy.Requirement{Factors: []policy.Factor{policy.Knowledge}}, Outside: policy.Requirement{Methods: new(2)}}},
		Times:        [][]policy.Window{{{Days: []time.Weekday{time.Monday}, Start: policy.Clock(12, 0), End: policy.Clock(12, 0), Zone: "UTC"}}},
	}
	cases := map[string]func(e *policy.Evidence, at *time.Time){
		"none at all":            func(e *policy.Evidence, _ *time.Time) { *e = policy.Evidence{} },
		"late":                   func(_ *policy.Evidence, at *time.Time) { *at = at.Add(time.Minute) },
		"rooted":                 func(e *policy.Evidence, _ *time.Time) { e.Rooted = true },
		"emulated":               func(e *policy.Evidence, _ *time.Time) { e.Emulator = true },
		"outside":                func(e *policy.Evidence, _ *time.Time) { e.Places[0] = policy.Outside },
		"no place":               func(e *policy.Evidence, _ *time.Time) { e.Places = nil },
		"one place more":         func(e *policy.Evidence, _ *time.Time) { e.Places = append(e.Places, policy.Inside) },
		"no conditional":         func(e *policy.Evidence, _ *time.Time) { e.Conditionals = nil },
		"beyond the conditional": func(e *policy.Evidence, _ *time.Time) { e.Conditionals[0] = policy.Outside },
		"no method":              func(e *policy.Evidence, _ *time.Time) { e.Methods = []policy.Method{} },
		"another method":         func(e *policy.Evidence, _ *time.Time) { e.Methods = []policy.Method{policy.Face} },
		"an unknown method":      func(e *policy.Evidence, _ *time.Time) { e.Methods = append(e.Methods, "telepathy") },
		"a method twice":         func(e *policy.Evidence, _ *time.Time) { e.Methods = append(e.Methods, e.Methods...) },
		"another verdict":        func(e *policy.Evidence, _ *time.Time) { e.Places[0] = "near" },
	}
	good := func() policy.Evidence {
		return policy.Evidence{Methods: []policy.Method{policy.PINCode}, Places: []policy.Side{policy.Inside}, Conditionals: []policy.Side{policy.Inside}}
	}
	if err := p.Accepts(good(), monday); err != nil {
		t.Fatal(err)
	}
	for name, change := range cases {
		e, moment := good(), monday
		change(&e, &moment)
		if err := p.Accepts(e, moment); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestWindows(t *testing.T) {
	t.Parallel()
	days := func(d ...time.Weekday) []time.Weekday { return d }
	day := policy.Window{Days: days(time.Monday), Start: policy.Clock(9, 0), End: policy.Clock(17, 0), Zone: "UTC"}
	night := policy.Window{Days: days(time.Monday), Start: policy.Clock(22, 0), End: policy.Clock(6, 0), Zone: "UTC"}
	pacific := policy.Window{Days: days(time.Sunday), Start: policy.Clock(0, 0), End: policy.Clock(23, 59), Zone: "America/Los_Angeles"}
	cases := []struct {
		name   string
		window policy.Window
		at     string
		open   bool
	}{
		{"the first minute", day, "2026-03-02T09:00:00Z", true},
		{"before it", day, "2026-03-02T08:59:59Z", false},
		{"the whole last minute", day, "2026-03-02T17:00:59Z", true},
		{"after it", day, "2026-03-02T17:01:00Z", false},
		{"another day", day, "2026-03-03T12:00:00Z", false},
		{"the evening it starts", night, "2026-03-02T22:00:00Z", true},
		{"the morning after", night, "2026-03-03T06:00:59Z", true},
		{"the morning of its own day", night, "2026-03-02T05:00:00Z", false},
		{"the evening after", night, "2026-03-03T22:00:00Z", false},
		{"between", night, "2026-03-02T12:00:00Z", false},
		{"Sunday over there", pacific, "2026-03-02T07:59:00Z", true},
		{"Monday over there", pacific, "2026-03-02T08:00:00Z", false},
		{"Monday in summer time", pacific, "2026-07-06T07:00:00Z", false},
		{"Sunday in summer time", pacific, "2026-07-06T06:59:00Z", true},
		{"a zone nobody knows", policy.Window{Days: days(time.Monday), End: policy.Clock(23, 59), Zone: "Mars/Base"}, "2026-03-02T12:00:00Z", false},
	}
	for _, c := range cases {
		moment, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := (policy.Policy{Times: [][]policy.Window{{c.window}}}).OpenAt(moment); got != c.open {
			t.Errorf("%s: open = %v", c.name, got)
		}
	}
	both := policy.Policy{Times: [][]policy.Window{{day, night}, {night}}}
	if both.OpenAt(monday) {
		t.Error("one group is closed, and all are open")
	}
}

func TestFences(t *testing.T) {
	t.Parallel()
	circle := func(lat, lon, radius float64) policy.Fence {
		return policy.Fence{Kind: policy.Circle, Latitude: lat, Longitude: lon, Radius: radius}
	}
	point := func(lat, lon float64) policy.Location { return policy.Location{Latitude: lat, Longitude: lon} }
	cases := []struct {
		name  string
		fence policy.Fence
		at    policy.Location
		want  bool
	}{
		{"the centre", circle(10, 10, 1), point(10, 10), true},
		{"a degree of latitude is 111.2 km", circle(0, 0, 111_200), point(1, 0), true},
		{"and not less", circle(0, 0, 111_190), point(1, 0), false},
		{"a degree of longitude is half as much at 60 north", circle(60, 0, 55_600), point(60, 1), true},
		{"and not less either", circle(60, 0, 55_500), point(60, 1), false},
		{"the date line is no wall", circle(0, 179.9995, 200), point(0, -179.9995), true},
		{"the pole has all longitudes", circle(90, 0, 200), point(89.9999, 180), true},
		{"the other side of the world", circle(0, 0, 20_000_000), point(0, 180), false},
		{"a country", germany, berlin, true},
		{"another country", germany, vegas, false},
		{"an area", nevada, vegas, true},
		{"another area", policy.Fence{Kind: policy.Territory, Country: "US", Area: "US-CA"}, vegas, false},
		{"a postal code", policy.Fence{Kind: policy.Territory, Country: "US", PostalCode: "89120"}, vegas, true},
		{"another postal code", policy.Fence{Kind: policy.Territory, Country: "US", PostalCode: "10115"}, vegas, false},
		{"no kind", policy.Fence{}, vegas, false},
	}
	for _, c := range cases {
		if got := c.fence.Contains(c.at); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
