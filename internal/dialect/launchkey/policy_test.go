package launchkey_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/dialect/launchkey"
)

const blank = `{"type":"LEGACY","minimum_requirements":[],"factors":[]}`

// Fences that need nothing changed.
const (
	circleHQ = `{"type":"GEO_CIRCLE","name":"HQ","latitude":36.10,"longitude":-115.1,"radius":200.0}`
	nevada   = `{"type":"TERRITORY","name":"Home","country":"US","administrative_area":"US-NV","postal_code":"89120"}`
	minimum  = `{"requirement":"authenticated","any":2,"knowledge":0,"inherence":0,"possession":0}`
	geofence = `{"factor":"geofence","requirement":"forced requirement","quickfail":false,"priority":1,"attributes":{"locations":[{"name":"HQ","radius":500.0,"latitude":12.3,"longitude":23.40}]}}`
	rooted   = `{"factor":"device integrity","requirement":"forced requirement","attributes":{"factor enabled":1}}`
	weekdays = `{"factor":"timefence","requirement":"forced requirement","quickfail":false,"priority":1,"attributes":{"time fences":[
		{"name":"Week Days","days":["Tuesday","Monday"],"start hour":0,"start minute":0,"end hour":23,"end minute":59,"timezone":"America/Los_Angeles"},
		{"name":"Nights","days":["Sunday"],"start hour":22,"start minute":30,"end hour":6,"end minute":0,"timezone":"UTC"}]}}`
)

// readable are policies as they come, with how they are shown ("" for unchanged) and what they mean.
var readable = map[string]struct{ in, shown, means string }{
	"blank":             {blank, "", `{}`},
	"nothing at all":    {`{}`, blank, `{}`},
	"nulls":             {`{"type":null,"minimum_requirements":null,"factors":null}`, blank, `{}`},
	"a number":          {`{"type":"LEGACY","minimum_requirements":[` + minimum + `],"factors":[]}`, "", `{"methods":"2"}`},
	"a number, no type": {`{"minimum_requirements":[` + minimum + `],"factors":[]}`, `{"type":"LEGACY","minimum_requirements":[` + minimum + `],"factors":[]}`, `{"methods":"2"}`},
	"a number as all": {
		`{"minimum_requirements":[{"requirement":"authenticated","all":2}]}`,
		`{"type":"LEGACY","minimum_requirements":[` + minimum + `],"factors":[]}`, `{"methods":"2"}`,
	},
	"the last minimum counts": {
		`{"minimum_requirements":[{"requirement":"authenticated","any":5},` + minimum + `]}`,
		`{"type":"LEGACY","minimum_requirements":[` + minimum + `],"factors":[]}`, `{"methods":"2"}`,
	},
	"kinds": {
		`{"minimum_requirements":[{"requirement":"authenticated","any":null,"knowledge":1,"inherence":1,"possession":null}],"factors":[]}`,
		`{"type":"LEGACY","minimum_requirements":[{"requirement":"authenticated","any":0,"knowledge":1,"inherence":1,"possession":0}],"factors":[]}`,
		`{"factors":["inherence","knowledge"]}`,
	},
	"everything": {
		`{"type":"LEGACY","minimum_requirements":[` + minimum + `],"factors":[` + weekdays + `,` + geofence + `,` + rooted + `]}`, "",
		`{"deny_rooted":true,"methods":"2","places":[[{"kind":"circle","latitude":"12.3","longitude":"23.4","name":"HQ","radius":"500"}]],"times":[[
			{"days":["tuesday","monday"],"end":"23:59","name":"Week Days","start":"00:00","zone":"America/Los_Angeles"},
			{"days":["sunday"],"end":"06:00","name":"Nights","start":"22:30","zone":"UTC"}]]}`,
	},
	"integrity off": {
		`{"factors":[{"factor":"device integrity","requirement":"forced requirement","quickfail":false,"priority":1,"attributes":{"factor enabled":0}}]}`,
		`{"type":"LEGACY","minimum_requirements":[],"factors":[{"factor":"device integrity","requirement":"forced requirement","quickfail":false,"priority":1,"attributes":{"factor enabled":0}}]}`,
		`{}`,
	},
	"no places": {
		`{"factors":[{"factor":"geofence","requirement":"forced requirement","attributes":{}}]}`,
		`{"type":"LEGACY","minimum_requirements":[],"factors":[{"factor":"geofence","requirement":"forced requirement","attributes":{"locations":[]}}]}`, `{}`,
	},
	"the third form": {
		`{"type":"LEGACY","amount":2,"inherence_required":false,"knowledge_required":false,"possession_required":false,"deny_rooted_jailbroken":true,
			"fences":[{"type":"GEO_CIRCLE","name":"a","latitude":1.0,"longitude":2.0,"radius":3.0}],
			"time_restrictions":[{"name":"x","days":["Monday"],"start hour":1,"start minute":2,"end hour":3,"end minute":4,"timezone":"UTC"}]}`,
		`{"type":"LEGACY","minimum_requirements":[` + minimum + `],"factors":[
			{"factor":"device integrity","requirement":"forced requirement","attributes":{"factor enabled":1}},
			{"factor":"geofence","requirement":"forced requirement","attributes":{"locations":[{"name":"a","latitude":1.0,"longitude":2.0,"radius":3.0}]}},
			{"factor":"timefence","requirement":"forced requirement","attributes":{"time fences":[{"name":"x","days":["Monday"],"start hour":1,"start minute":2,"end hour":3,"end minute":4,"timezone":"UTC"}]}}]}`,
		`{"deny_rooted":true,"methods":"2","places":[[{"kind":"circle","latitude":"1","longitude":"2","name":"a","radius":"3"}]],
			"times":[[{"days":["monday"],"end":"03:04","name":"x","start":"01:02","zone":"UTC"}]]}`,
	},
	"METHOD_AMOUNT": {
		`{"type":"METHOD_AMOUNT","amount":2,"fences":[` + circleHQ + `,` + nevada + `],"deny_rooted_jailbroken":false,"deny_emulator_simulator":true}`, "",
		`{"deny_emulator":true,"methods":"2","places":[[{"kind":"circle","latitude":"36.1","longitude":"-115.1","name":"HQ","radius":"200"},
			{"area":"US-NV","country":"US","kind":"territory","name":"Home","postal_code":"89120"}]]}`,
	},
	"METHOD_AMOUNT of none, as a double": {
		`{"type":"METHOD_AMOUNT","amount":0.0,"fences":null}`,
		`{"type":"METHOD_AMOUNT","amount":0,"fences":[],"deny_rooted_jailbroken":false,"deny_emulator_simulator":false}`, `{"methods":"0"}`,
	},
	"FACTORS in any order": {
		`{"type":"FACTORS","factors":["POSSESSION","INHERENCE"],"fences":[{"type":"TERRITORY","name":null,"country":"US","administrative_area":null,"postal_code":null}],"deny_rooted_jailbroken":true,"deny_emulator_simulator":false}`,
		`{"type":"FACTORS","factors":["INHERENCE","POSSESSION"],"fences":[{"type":"TERRITORY","country":"US"}],"deny_rooted_jailbroken":true,"deny_emulator_simulator":false}`,
		`{"deny_rooted":true,"factors":["inherence","possession"],"places":[[{"country":"US","kind":"territory"}]]}`,
	},
	"COND_GEO": {
		`{"type":"COND_GEO","fences":[` + circleHQ + `],"inside":{"type":"METHOD_AMOUNT","amount":1,"fences":[],"deny_rooted_jailbroken":false},
			"outside":{"type":"FACTORS","factors":["KNOWLEDGE"],"fences":null,"deny_emulator_simulator":null},"deny_rooted_jailbroken":false,"deny_emulator_simulator":false}`,
		`{"type":"COND_GEO","fences":[` + circleHQ + `],"inside":{"type":"METHOD_AMOUNT","amount":1,"fences":[]},
			"outside":{"type":"FACTORS","factors":["KNOWLEDGE"],"fences":[]},"deny_rooted_jailbroken":false,"deny_emulator_simulator":false}`,
		`{"conditionals":[{"fences":[{"kind":"circle","latitude":"36.1","longitude":"-115.1","name":"HQ","radius":"200"}],"inside":{"methods":"1"},"outside":{"factors":["knowledge"]}}]}`,
	},
}

func TestPoliciesAreShownAsTheyCameAndMeanWhatTheySay(t *testing.T) {
	t.Parallel()
	for name, c := range readable {
		shown, means, err := launchkey.ReadPolicy(json.RawMessage(c.in))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := c.shown
		if want == "" {
			want = c.in
		}
		if !same(t, shown, want) {
			t.Errorf("%s: shown as %s", name, shown)
		}
		canonical, err := means.Canonical()
		if err != nil || !same(t, canonical, c.means) {
			t.Errorf("%s: means %s, %v", name, canonical, err)
		}
		again, _, err := launchkey.ReadPolicy(shown)
		if err != nil || string(again) != string(shown) {
			t.Errorf("%s: shown again as %s, %v", name, again, err)
		}
	}
}

// unreadable are policies that are refused.
var unreadable = map[string]string{
	"no object":                 `[]`,
	"null":                      `null`,
	"an unknown type":           `{"type":"MAGIC"}`,
	"a type that is a number":   `{"type":5}`,
	"no amount":                 `{"type":"METHOD_AMOUNT","fences":[]}`,
	"a negative amount":         `{"type":"METHOD_AMOUNT","amount":-1}`,
	"half a method":             `{"type":"METHOD_AMOUNT","amount":1.5}`,
	"more than there are":       `{"type":"METHOD_AMOUNT","amount":8}`,
	"an amount as text":         `{"type":"METHOD_AMOUNT","amount":"2"}`,
	"no factors":                `{"type":"FACTORS","factors":[]}`,
	"an unknown factor":         `{"type":"FACTORS","factors":["LUCK"]}`,
	"a factor in small letters": `{"type":"FACTORS","factors":["knowledge"]}`,
	"fences that are none":      `{"type":"METHOD_AMOUNT","amount":1,"fences":{}}`,
	"an unknown fence":          `{"type":"METHOD_AMOUNT","amount":1,"fences":[{"type":"SQUARE"}]}`,
	"a fence without a type":    `{"type":"METHOD_AMOUNT","amount":1,"fences":[{"latitude":1,"longitude":1,"radius":1}]}`,
	"off the globe":             `{"type":"METHOD_AMOUNT","amount":1,"fences":[{"type":"GEO_CIRCLE","latitude":91,"longitude":1,"radius":1}]}`,
	"no radius":                 `{"type":"METHOD_AMOUNT","amount":1,"fences":[{"type":"GEO_CIRCLE","latitude":1,"longitude":1}]}`,
	"a radius of nothing":       `{"type":"METHOD_AMOUNT","amount":1,"fences":[{"type":"GEO_CIRCLE","latitude":1,"longitude":1,"radius":0}]}`,
	"a radius beyond numbers":   `{"type":"METHOD_AMOUNT","amount":1,"fences":[{"type":"GEO_CIRCLE","latitude":1,"longitude":1,"radius":1e999}]}`,
	"a small country":           `{"type":"METHOD_AMOUNT","amount":1,"fences":[{"type":"TERRITORY","country":"us"}]}`,
	"no country":                `{"type":"METHOD_AMOUNT","amount":1,"fences":[{"type":"TERRITORY"}]}`,
	"another one's area":        `{"type":"METHOD_AMOUNT","amount":1,"fences":[{"type":"TERRITORY","country":"US","administrative_area":"CA-BC"}]}`,
	"a flag as text":            `{"type":"METHOD_AMOUNT","amount":1,"deny_rooted_jailbroken":"true"}`,
	"no inside":                 `{"type":"COND_GEO","fences":[` + circleHQ + `],"outside":{"type":"METHOD_AMOUNT","amount":1}}`,
	"no outside":                `{"type":"COND_GEO","fences":[` + circleHQ + `],"inside":{"type":"METHOD_AMOUNT","amount":1}}`,
	"no fence":                  `{"type":"COND_GEO","fences":[],"inside":{"type":"METHOD_AMOUNT","amount":1},"outside":{"type":"METHOD_AMOUNT","amount":1}}`,
	"one inside of another":     `{"type":"COND_GEO","fences":[` + circleHQ + `],"inside":{"type":"COND_GEO"},"outside":{"type":"METHOD_AMOUNT","amount":1}}`,
	"legacy inside":             `{"type":"COND_GEO","fences":[` + circleHQ + `],"inside":{"type":"LEGACY"},"outside":{"type":"METHOD_AMOUNT","amount":1}}`,
	"a fence inside":            `{"type":"COND_GEO","fences":[` + circleHQ + `],"inside":{"type":"METHOD_AMOUNT","amount":1,"fences":[` + nevada + `]},"outside":{"type":"METHOD_AMOUNT","amount":1}}`,
	"a flag inside":             `{"type":"COND_GEO","fences":[` + circleHQ + `],"inside":{"type":"METHOD_AMOUNT","amount":1,"deny_rooted_jailbroken":true},"outside":{"type":"METHOD_AMOUNT","amount":1}}`,
	"a number and kinds":        `{"minimum_requirements":[{"requirement":"authenticated","any":1,"knowledge":1}]}`,
	"an unknown requirement":    `{"minimum_requirements":[{"requirement":"hoped for","any":1}]}`,
	"a kind twice":              `{"minimum_requirements":[{"requirement":"authenticated","knowledge":2}]}`,
	"a minimum below none":      `{"minimum_requirements":[{"requirement":"authenticated","any":-1}]}`,
	"a list for a policy":       `{"minimum_requirements":{}}`,
	"a factor twice":            `{"factors":[` + rooted + `,` + rooted + `]}`,
	"a factor of no kind":       `{"factors":[{"factor":"weather","requirement":"forced requirement","attributes":{}}]}`,
	"a factor not demanded":     `{"factors":[{"factor":"geofence","requirement":"hoped for","attributes":{}}]}`,
	"integrity of two":          `{"factors":[{"factor":"device integrity","requirement":"forced requirement","attributes":{"factor enabled":2}}]}`,
	"a place without a name":    `{"factors":[{"factor":"geofence","requirement":"forced requirement","attributes":{"locations":[{"radius":1,"latitude":1,"longitude":1}]}}]}`,
	"two places of one name":    `{"factors":[{"factor":"geofence","requirement":"forced requirement","attributes":{"locations":[{"name":"a","radius":1,"latitude":1,"longitude":1},{"name":"A","radius":2,"latitude":1,"longitude":1}]}}]}`,
	"a place as text":           `{"factors":[{"factor":"geofence","requirement":"forced requirement","attributes":{"locations":[{"name":"a","radius":"wide","latitude":1,"longitude":1}]}}]}`,
	"an unknown zone":           timed(`"Monday"`, 1, "Mars/Base"),
	"an unknown day":            timed(`"Mon"`, 1, "UTC"),
	"no day":                    timed(``, 1, "UTC"),
	"hour 24":                   timed(`"Monday"`, 24, "UTC"),
	"too long":                  `{"type":"` + strings.Repeat("x", 70<<10) + `"}`,
}

func timed(days string, hour int, zone string) string {
	raw, err := json.Marshal(hour)
	if err != nil {
		panic(err)
	}
	return `{"factors":[{"factor":"timefence","requirement":"forced requirement","attributes":{"time fences":[{"name":"a","days":[` + days + `],"start hour":` +
		string(raw) + `,"start minute":0,"end hour":1,"end minute":0,"timezone":"` + zone + `"}]}}]}`
}

func TestPoliciesThatCannotBeDemandedAreRefused(t *testing.T) {
	t.Parallel()
	for name, raw := range unreadable {
		if shown, _, err := launchkey.ReadPolicy(json.RawMessage(raw)); err == nil {
			t.Errorf("%s: read as %s", name, shown)
		}
	}
}

func TestAServicesPolicyIsSetShownAndRemoved(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		const path = "/directory/v3/service/policy"
		set := func(id string, policy any) request {
			return by(onDir, http.MethodPut, path, object{"service_id": id, "policy": policy})
		}
		show := func(id string) request { return by(onDir, http.MethodPost, path+"/item", object{"service_id": id}) }
		remove := func(id string) request { return by(onDir, http.MethodDelete, path, object{"service_id": id}) }
		if a := w.ok(show(svcID), nil); !same(t, a.Body, blank) {
			t.Errorf("at first: %s", a.Body)
		}
		w.ok(remove(svcID), nil)
		for name, c := range readable {
			w.ok(set(svcID, json.RawMessage(c.in)), nil)
			want := c.shown
			if want == "" {
				want = c.in
			}
			if a := w.ok(show(svcID), nil); !same(t, a.Body, want) {
				t.Errorf("%s: %s", name, a.Body)
			}
		}
		w.ok(remove(svcID), nil)
		if a := w.ok(show(svcID), nil); !same(t, a.Body, blank) {
			t.Errorf("after it was removed: %s", a.Body)
		}
		for _, bad := range []string{"an unknown type", "off the globe", "no outside"} {
			w.refused(set(svcID, json.RawMessage(unreadable[bad])), 400, "SVC-002")
		}
		w.refused(set(svcID, "text"), 400, "SVC-002")
		w.refused(set(svcID, nil), 400, "ARG-001")
		for _, r := range []request{set(unknown, object{"type": "nonsense"}), show(unknown), remove(unknown), set(dirID, object{})} {
			w.refused(r, 400, "SVC-004")
		}
		// A policy is demanded of whoever is asked, by any door.
		w.ok(set(svcID, object{"type": "METHOD_AMOUNT", "amount": 2}), nil)
		caller, err := w.Service.CallerFor(w.Context(), svcID)
		w.must(err)
		if p := caller.Application.Settings.Policy; p == nil || p.Methods == nil || *p.Methods != 2 {
			t.Errorf("the application demands %+v", p)
		}
	})
}
