package protocol_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/clienttest"
	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

// policies are judged by both implementations.
func policies() []policy.Policy {
	hours := func(start, end policy.TimeOfDay, zone string, days ...time.Weekday) [][]policy.Window {
		return [][]policy.Window{{{Name: "Hours", Days: days, Start: start, End: end, Zone: zone}}}
	}
	circle := policy.Fence{Kind: policy.Circle, Latitude: 52.52, Longitude: 13.405, Radius: 1000}
	return []policy.Policy{
		{},
		wide(), conditional(),
		{Methods: new(0)},
		{Methods: new(1)},
		{Methods: new(3)},
		{Factors: policy.Factors()},
		{Factors: []policy.Factor{policy.Knowledge}},
		{Places: [][]policy.Fence{{circle}}},
		{Places: [][]policy.Fence{{{Kind: policy.Circle, Latitude: 0, Longitude: 179.9995, Radius: 200}}}},
		{DenyRooted: true},
		{DenyEmulator: true},
		{DenySynced: true},
		{Factors: []policy.Factor{policy.Possession}},
		{Conditionals: []policy.Conditional{{Fences: []policy.Fence{circle}, Inside: policy.Requirement{Methods: new(1)}, Outside: policy.Requirement{Methods: new(2), Factors: []policy.Factor{policy.Knowledge}}}}},
		{Times: hours(policy.Clock(9, 0), policy.Clock(17, 0), "UTC", time.Monday)},
		{Times: hours(policy.Clock(22, 0), policy.Clock(6, 0), "Europe/Berlin", time.Sunday, time.Monday)},
		{Times: hours(0, policy.Clock(23, 59), "America/Los_Angeles", time.Sunday)},
		{Times: hours(0, policy.Clock(23, 59), "Mars/Base", time.Monday)},
		{Match: policy.MatchPick},
		{Match: policy.MatchType, Methods: new(1)},
	}
}

// situations are what a device may know.
func situations() []policy.Facts {
	berlin, datelineEast := &policy.Location{Latitude: 52.5205, Longitude: 13.41}, &policy.Location{Latitude: 0, Longitude: -179.9995}
	moments := []time.Time{
		time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), time.Date(2026, 3, 2, 7, 59, 59, 0, time.UTC), time.Date(2026, 3, 2, 17, 0, 59, 0, time.UTC),
		time.Date(2026, 3, 2, 23, 30, 0, 0, time.UTC), time.Date(2026, 7, 6, 4, 0, 59, 0, time.UTC), time.Date(2026, 7, 7, 6, 1, 0, 0, time.UTC),
	}
	var out []policy.Facts
	for _, passed := range [][]policy.Method{{}, {policy.PINCode}, {policy.Face, policy.PINCode}, {policy.PasskeyUnlock}, {policy.Geofencing, policy.Fingerprint, policy.CircleCode}} {
		for _, where := range []*policy.Location{nil, berlin, datelineEast} {
			for i, at := range moments {
				out = append(out, policy.Facts{
					Methods: passed, Configured: policy.Methods()[i:], Location: where, LocationAllowed: where != nil || i%2 == 0,
					Rooted: i == 4, Emulator: i == 5, Time: at,
				})
			}
		}
	}
	for _, key := range []policy.Passkey{{}, {Verified: true}, {Verified: true, Synced: true}} {
		for _, where := range []*policy.Location{nil, berlin} {
			out = append(out, policy.Facts{Methods: []policy.Method{}, Location: where, Time: moments[0], Passkey: &key})
		}
	}
	return out
}

func TestTheBrowserJudgesLikeTheServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	facts := situations()
	given := make([]map[string]any, len(facts))
	for i, f := range facts {
		given[i] = map[string]any{"methods": f.Methods, "configured": append([]policy.Method{}, f.Configured...), "locationAllowed": f.LocationAllowed, "rooted": f.Rooted, "emulator": f.Emulator, "time": f.Time.UnixMilli()}
		if f.Location != nil {
			given[i]["location"] = map[string]any{"latitude": f.Location.Latitude, "longitude": f.Location.Longitude}
		}
	}
	for i, f := range facts {
		if f.Passkey != nil {
			given[i]["passkey"] = map[string]any{"verified": f.Passkey.Verified, "synced": f.Passkey.Synced}
		}
	}
	for _, p := range policies() {
		var got []struct {
			Evidence policy.Evidence
			Failure  policy.Failure
		}
		w.evaluate(&got, `
			const { judge } = await load("policy");
			return given[1].map((facts) => judge(given[0], facts));`, p, given)
		for i, f := range facts {
			evidence, failure := p.Judge(f)
			if got[i].Failure != failure || !reflect.DeepEqual(got[i].Evidence, evidence) {
				t.Errorf("%s with %s:\ngot  %+v\nwant %+v %s", plain(p), plain(given[i]), got[i], evidence, failure)
			}
		}
		var lines []string
		w.evaluate(&lines, `const { explain } = await load("demands"); return explain(given[0]);`, p)
		if want := append([]string{}, p.Explain()...); !reflect.DeepEqual(lines, want) {
			t.Errorf("explained as %q, want %q", lines, want)
		}
	}
}

func TestTheBrowserSignsDemandsItUnderstands(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	asked := question()
	asked.Title, asked.Recipient = "Transfer", clienttest.Recipient(t)
	asked.Reasons = []receipt.DenialReason{{ID: "a", Text: "No"}, {ID: "b", Text: "Not me", Fraud: true}}
	both := policy.Merge(wide(), conditional())
	both.Times = policies()[16].Times
	asked.Policy = &both
	data, err := json.Marshal(asked)
	if err != nil {
		t.Fatal(err)
	}
	good := string(data)
	cases := map[string]string{
		"":                         good,
		"an unknown demand":        strings.Replace(good, `"deny_rooted":true`, `"deny_rooted":true,"deny_left_handed":true`, 1),
		"a demand that is not one": strings.Replace(good, `"deny_rooted":true`, `"deny_rooted":false`, 1),
		"an unknown fence":         strings.Replace(good, `"kind":"circle"`, `"kind":"square"`, 1),
		"a number":                 strings.Replace(good, `"methods":"2"`, `"methods":2`, 1),
		"an unknown factor":        strings.Replace(good, `"factors":["knowledge"]`, `"factors":["luck"]`, 1),
		"an unknown day":           strings.Replace(good, `"sunday"`, `"someday"`, 1),
		"an unknown format":        strings.Replace(good, `"format":"launchkey"`, `"format":"other"`, 1),
		"a private key":            strings.Replace(good, `"kty":"RSA"`, `"kty":"RSA","d":"AA"`, 1),
		"a reason without a flag":  strings.Replace(good, `"fraud":true`, `"fraud":1`, 1),
		"an empty reason":          strings.Replace(good, `"text":"No"`, `"text":""`, 1),
		"a title that is none":     strings.Replace(good, `"title":"Transfer"`, `"title":{}`, 1),
	}
	for name, document := range cases {
		if name != "" && document == good {
			t.Fatalf("%s: the case changes nothing", name)
		}
		var shown bool
		w.evaluate(&shown, `const { signable } = await load("question"); return signable({ id: "req-1", question: JSON.parse(given[0]) });`, document)
		if shown != (name == "") {
			t.Errorf("%q: signable = %v", name, shown)
		}
	}
}
