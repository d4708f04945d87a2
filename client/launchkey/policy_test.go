package launchkey_test

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
)

func hq() launchkey.Circle {
	return launchkey.Circle{Name: "HQ", Latitude: 36.1, Longitude: -115.1, Radius: 200}
}

func nevada() launchkey.Territory {
	return launchkey.Territory{Name: "Nevada", Country: "US", AdministrativeArea: "US-NV", PostalCode: "89120"}
}

const (
	hqJSON     = `{"type":"GEO_CIRCLE","name":"HQ","latitude":36.1,"longitude":-115.1,"radius":200}`
	nevadaJSON = `{"type":"TERRITORY","name":"Nevada","country":"US","administrative_area":"US-NV","postal_code":"89120"}`
	blankJSON  = `{"type":"LEGACY","minimum_requirements":[],"factors":[]}`
)

// policies are the same policy in Go and on the wire, both ways.
func policies() []struct {
	name   string
	policy launchkey.Policy
	wire   string
} {
	days := []time.Weekday{time.Monday, time.Sunday}
	return []struct {
		name   string
		policy launchkey.Policy
		wire   string
	}{
		{"nothing", launchkey.LegacyPolicy{}, blankJSON},
		{
			"methods",
			launchkey.LegacyPolicy{AuthPolicy: launchkey.AuthPolicy{Methods: 2}},
			`{"type":"LEGACY","minimum_requirements":[{"requirement":"authenticated","any":2,"knowledge":0,"inherence":0,"possession":0}],"factors":[]}`,
		},
		{
			"factors, in the order of the protocol",
			launchkey.LegacyPolicy{AuthPolicy: launchkey.AuthPolicy{Factors: []launchkey.Factor{launchkey.Inherence, launchkey.Knowledge, launchkey.Possession}}},
			`{"type":"LEGACY","minimum_requirements":[{"requirement":"authenticated","any":0,"knowledge":1,"inherence":1,"possession":1}],"factors":[]}`,
		},
		{
			"places, state of the device and times",
			launchkey.LegacyPolicy{
				AuthPolicy: launchkey.AuthPolicy{JailbreakProtection: true, Fences: []launchkey.Circle{hq()}},
				TimeFences: []launchkey.TimeFence{{
					Name: "Night", Days: days, Start: launchkey.TimeOfDay{Hour: 22, Minute: 30}, End: launchkey.TimeOfDay{Hour: 5, Minute: 59}, Zone: "America/Los_Angeles",
				}},
			},
			`{"type":"LEGACY","minimum_requirements":[],"factors":[` +
				`{"factor":"geofence","requirement":"forced requirement","quickfail":false,"priority":1,"attributes":{"locations":[{"name":"HQ","radius":200,"latitude":36.1,"longitude":-115.1}]}},` +
				`{"factor":"device integrity","requirement":"forced requirement","quickfail":false,"priority":1,"attributes":{"factor enabled":1}},` +
				`{"factor":"timefence","requirement":"forced requirement","quickfail":false,"priority":1,"attributes":{"time fences":[` +
				`{"name":"Night","days":["Monday","Sunday"],"start hour":22,"start minute":30,"end hour":5,"end minute":59,"timezone":"America/Los_Angeles"}]}}]}`,
		},
		{"an amount of none", launchkey.MethodAmountPolicy{}, `{"type":"METHOD_AMOUNT","amount":0,"fences":[],"deny_rooted_jailbroken":false,"deny_emulator_simulator":false}`},
		{
			"an amount",
			launchkey.MethodAmountPolicy{Amount: 5, DenyRooted: true, Fences: []launchkey.Fence{hq(), nevada()}},
			`{"type":"METHOD_AMOUNT","amount":5,"fences":[` + hqJSON + `,` + nevadaJSON + `],"deny_rooted_jailbroken":true,"deny_emulator_simulator":false}`,
		},
		{
			"factors of the new kind",
			launchkey.FactorsPolicy{Factors: []launchkey.Factor{launchkey.Inherence, launchkey.Possession}, DenyEmulator: true},
			`{"type":"FACTORS","factors":["INHERENCE","POSSESSION"],"fences":[],"deny_rooted_jailbroken":false,"deny_emulator_simulator":true}`,
		},
		{
			"a condition",
			launchkey.ConditionalPolicy{
				Fences: []launchkey.Fence{launchkey.Territory{Country: "US"}}, Inside: launchkey.MethodAmountPolicy{Amount: 1},
				Outside: launchkey.FactorsPolicy{Factors: []launchkey.Factor{launchkey.Knowledge}},
			},
			`{"type":"COND_GEO","fences":[{"type":"TERRITORY","country":"US"}],"inside":{"type":"METHOD_AMOUNT","amount":1,"fences":[]},` +
				`"outside":{"type":"FACTORS","factors":["KNOWLEDGE"],"fences":[]},"deny_rooted_jailbroken":false,"deny_emulator_simulator":false}`,
		},
	}
}

func readPolicy(ctx context.Context, m *launchkey.ServiceManager) (launchkey.Policy, error) {
	return m.ServicePolicy(ctx, serviceID)
}

func TestPoliciesAreWrittenAndReadAlike(t *testing.T) {
	t.Parallel()
	const id = `{"service_id":"` + serviceID + `"`
	var table []exchange
	for _, p := range policies() {
		set := func(ctx context.Context, m *launchkey.ServiceManager) (any, error) {
			return nil, m.SetServicePolicy(ctx, serviceID, p.policy)
		}
		table = append(table, onBoth(exchange{name: "set " + p.name, body: id + `,"policy":` + p.wire + `}`}, "PUT", "/service/policy", set)...)
		table = append(table, onBoth(exchange{name: "read " + p.name, body: id + `}`, answer: p.wire, want: p.policy}, "POST", "/service/policy/item", readPolicy)...)
	}
	remove := func(ctx context.Context, m *launchkey.ServiceManager) (any, error) {
		return nil, m.RemoveServicePolicy(ctx, serviceID)
	}
	table = append(table, onBoth(exchange{name: "remove", body: id + `}`}, "DELETE", "/service/policy", remove)...)
	table = append(table, onBoth(exchange{name: "remove of none", status: 400, answer: `{"error_code":"SVC-004"}`, wantErr: launchkey.ErrServiceNotFound}, "", "", remove)...)
	exchangeAll(t, table)
}

func TestPoliciesThatTheServerMustNotSend(t *testing.T) {
	t.Parallel()
	var table []exchange
	for name, wire := range map[string]string{
		"no object":                      `[]`,
		"an unknown type":                `{"type":"MOOD"}`,
		"half a method":                  `{"type":"METHOD_AMOUNT","amount":1.5,"fences":[]}`,
		"no amount":                      `{"type":"METHOD_AMOUNT","fences":[]}`,
		"no factors":                     `{"type":"FACTORS","factors":[],"fences":[]}`,
		"an unknown factor":              `{"type":"FACTORS","factors":["LUCK"],"fences":[]}`,
		"an unknown fence":               `{"type":"FACTORS","factors":["KNOWLEDGE"],"fences":[{"type":"SQUARE"}]}`,
		"a circle without centre":        `{"type":"METHOD_AMOUNT","amount":1,"fences":[{"type":"GEO_CIRCLE","radius":1}]}`,
		"a territory of nowhere":         `{"type":"METHOD_AMOUNT","amount":1,"fences":[{"type":"TERRITORY"}]}`,
		"a condition without outside":    `{"type":"COND_GEO","fences":[],"inside":{"type":"METHOD_AMOUNT","amount":1}}`,
		"a condition inside a condition": `{"type":"COND_GEO","fences":[],"inside":{"type":"COND_GEO"},"outside":{"type":"METHOD_AMOUNT","amount":1}}`,
		"a legacy factor of no kind":     `{"type":"LEGACY","minimum_requirements":[],"factors":[{"factor":"smell"}]}`,
		"an eighth day":                  `{"type":"LEGACY","minimum_requirements":[],"factors":[{"factor":"timefence","attributes":{"time fences":[{"name":"x","days":["Someday"]}]}}]}`,
	} {
		table = append(table, onBoth(exchange{name: name, answer: wire, wantErr: launchkey.ErrUnexpectedAnswer}, "", "", readPolicy)[0])
	}
	exchangeAll(t, table)
}

func TestOlderFormsOfPoliciesAreRead(t *testing.T) {
	t.Parallel()
	exchangeAll(t, []exchange{
		onBoth(exchange{
			name: "nulls, no priority, and protection switched off", want: launchkey.LegacyPolicy{AuthPolicy: launchkey.AuthPolicy{Fences: []launchkey.Circle{{Radius: 1, Latitude: 2, Longitude: 3}}}},
			answer: `{"type":"LEGACY","minimum_requirements":[{"requirement":"authenticated","any":null,"knowledge":null}],"factors":[` +
				`{"factor":"device integrity","attributes":{"factor enabled":0}},{"factor":"geofence","attributes":{"locations":[{"radius":1,"latitude":2,"longitude":3}]}}]}`,
		}, "", "", readPolicy)[0],
		onBoth(exchange{
			name: "an amount with a point", want: launchkey.MethodAmountPolicy{Amount: 2}, answer: `{"type":"METHOD_AMOUNT","amount":2.0,"fences":null}`,
		}, "", "", readPolicy)[0],
	})
}

func TestPoliciesThatAreNotSent(t *testing.T) {
	t.Parallel()
	manager := unreachable(t).OrganizationClient()
	auth := func(p launchkey.AuthPolicy) launchkey.Policy { return launchkey.LegacyPolicy{AuthPolicy: p} }
	times := func(f launchkey.TimeFence) launchkey.Policy {
		return launchkey.LegacyPolicy{TimeFences: []launchkey.TimeFence{f}}
	}
	in := func(f ...launchkey.Fence) launchkey.Policy { return launchkey.MethodAmountPolicy{Fences: f} }
	one, fences := launchkey.MethodAmountPolicy{Amount: 1}, []launchkey.Fence{hq()}
	monday := []time.Weekday{time.Monday}
	for name, policy := range map[string]launchkey.Policy{
		"none":                           nil,
		"a number and factors":           auth(launchkey.AuthPolicy{Methods: 1, Factors: []launchkey.Factor{launchkey.Knowledge}}),
		"a negative number":              auth(launchkey.AuthPolicy{Methods: -1}),
		"an unknown factor":              auth(launchkey.AuthPolicy{Factors: []launchkey.Factor{"LUCK"}}),
		"a fence without name":           auth(launchkey.AuthPolicy{Fences: []launchkey.Circle{{Radius: 1}}}),
		"a name twice":                   auth(launchkey.AuthPolicy{Fences: []launchkey.Circle{{Name: "a", Radius: 1}, {Name: "A", Radius: 1}}}),
		"a time fence without name":      times(launchkey.TimeFence{Days: monday}),
		"a time fence without days":      times(launchkey.TimeFence{Name: "x"}),
		"a time fence of an eighth day":  times(launchkey.TimeFence{Name: "x", Days: []time.Weekday{7}}),
		"a time fence beyond midnight":   times(launchkey.TimeFence{Name: "x", Days: monday, End: launchkey.TimeOfDay{Hour: 24}}),
		"a time fence's name twice":      launchkey.LegacyPolicy{TimeFences: []launchkey.TimeFence{{Name: "x", Days: monday}, {Name: "X", Days: monday}}},
		"a negative amount":              launchkey.MethodAmountPolicy{Amount: -1},
		"a latitude beyond the pole":     in(launchkey.Circle{Latitude: 91, Radius: 1}),
		"a longitude that is no number":  in(launchkey.Circle{Longitude: math.NaN(), Radius: 1}),
		"a circle that is a point":       in(launchkey.Circle{}),
		"an endless circle":              in(launchkey.Circle{Radius: math.Inf(1)}),
		"a country in small letters":     in(launchkey.Territory{Country: "us"}),
		"an area of another country":     in(launchkey.Territory{Country: "US", AdministrativeArea: "CA-QC"}),
		"an area that is no code":        in(launchkey.Territory{Country: "US", AdministrativeArea: "US-Nevada"}),
		"a short area":                   in(launchkey.Territory{Country: "US", AdministrativeArea: "US-"}),
		"no factors":                     launchkey.FactorsPolicy{},
		"a condition without fences":     launchkey.ConditionalPolicy{Inside: one, Outside: one},
		"a condition without outside":    launchkey.ConditionalPolicy{Fences: fences, Inside: one},
		"a condition inside a condition": launchkey.ConditionalPolicy{Fences: fences, Inside: one, Outside: launchkey.ConditionalPolicy{}},
		"a condition with a legacy one":  launchkey.ConditionalPolicy{Fences: fences, Inside: one, Outside: launchkey.LegacyPolicy{}},
		"a nested refusal":               launchkey.ConditionalPolicy{Fences: fences, Inside: one, Outside: launchkey.MethodAmountPolicy{DenyRooted: true}},
		"a nested fence":                 launchkey.ConditionalPolicy{Fences: fences, Inside: one, Outside: launchkey.FactorsPolicy{Factors: []launchkey.Factor{launchkey.Knowledge}, Fences: fences}},
		"a nested policy that is wrong":  launchkey.ConditionalPolicy{Fences: fences, Inside: one, Outside: launchkey.FactorsPolicy{}},
	} {
		if err := manager.SetServicePolicy(t.Context(), serviceID, policy); !errors.Is(err, launchkey.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
