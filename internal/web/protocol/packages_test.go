package protocol_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"github.com/twinseal/twinseal/client/clienttest"
	"github.com/twinseal/twinseal/client/launchkey/answerpackage"
	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

// wide is a policy with everything in it.
func wide() policy.Policy {
	return policy.Policy{
		Methods: new(2), Factors: []policy.Factor{policy.Knowledge}, DenyRooted: true, DenyEmulator: true,
		Places: [][]policy.Fence{
			{{Kind: policy.Circle, Name: "Café <HQ>", Latitude: 36.1, Longitude: -115.125, Radius: 200.5}, {Kind: policy.Territory, Country: "US", Area: "US-NV", PostalCode: "89120"}},
			{{Kind: policy.Circle, Name: "Café <HQ>", Latitude: 36.1, Longitude: -115.125, Radius: 200.5}},
		},
	}
}

func conditional() policy.Policy {
	return policy.Policy{Conditionals: []policy.Conditional{{
		Fences: []policy.Fence{{Kind: policy.Territory, Name: "Home", Country: "DE"}, {Kind: policy.Circle, Latitude: 1, Longitude: 2, Radius: 3}},
		Inside: policy.Requirement{Methods: new(0)}, Outside: policy.Requirement{Factors: []policy.Factor{policy.Inherence, policy.Possession}},
	}}}
}

func TestTheBrowserSealsWhatTheApplicationOpens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	base := answerpackage.Answer{
		AuthRequest: "f2b4a9e0-1111-4222-8333-0123456789ab", DeviceID: "1b4f0e98-2222-4333-8444-ba9876543210", ServicePins: []string{"8074", "0012", "1", "2", "3"},
		Device: answerpackage.Capabilities{Supported: []policy.Method{policy.Geofencing, policy.PINCode}},
	}
	type change func(*answerpackage.Answer)
	cases := map[string]change{
		"a plain yes":     func(a *answerpackage.Answer) { a.Approved = true },
		"a no":            func(*answerpackage.Answer) {},
		"a chosen reason": func(a *answerpackage.Answer) { a.DenialReason = "r1" },
		"fraud":           func(a *answerpackage.Answer) { a.DenialReason, a.Fraud = "r2", true },
		"all met": func(a *answerpackage.Answer) {
			a.Approved, a.Policy = true, wide()
			a.Evidence = policy.Evidence{Methods: []policy.Method{policy.PINCode, policy.Face}, Places: []policy.Side{policy.Inside, policy.Inside}}
		},
		"not set up": func(a *answerpackage.Answer) {
			a.Policy, a.Failure = policy.Policy{Methods: new(1)}, policy.FailedConfiguration
		},
		"not passed": func(a *answerpackage.Answer) {
			a.Policy, a.Failure, a.Device.Configured = policy.Policy{Factors: []policy.Factor{policy.Knowledge}}, policy.FailedAuthentication, []policy.Method{policy.PINCode}
		},
		"outside": func(a *answerpackage.Answer) {
			a.Policy, a.Failure, a.Evidence.Places = wide(), policy.FailedPolicy, []policy.Side{policy.Outside, policy.Inside}
		},
		"conditional": func(a *answerpackage.Answer) { a.Approved, a.Policy = true, conditional() },
		"no location": func(a *answerpackage.Answer) { a.Policy, a.Failure = conditional(), policy.FailedPermission },
		"busy":        func(a *answerpackage.Answer) { a.Failure = policy.FailedBusy },
		"no sensor":   func(a *answerpackage.Answer) { a.Failure = policy.FailedSensor },
	}
	for name, change := range cases {
		a := base
		change(&a)
		if a.Evidence.Methods == nil {
			a.Evidence.Methods = []policy.Method{}
		}
		given := map[string]any{
			"challenge": a.AuthRequest, "device": a.DeviceID, "pins": a.ServicePins, "approved": a.Approved, "failure": a.Failure, "reasonID": a.DenialReason,
			"fraud": a.Fraud, "policy": a.Policy, "evidence": a.Evidence, "configured": append([]policy.Method{}, a.Device.Configured...),
		}
		var got struct {
			Packages json.RawMessage
			Hash     string
		}
		w.evaluate(&got, `
			const { newPackage, seal } = await load("packages");
			const { packages, hash } = await seal(newPackage(given[0]), given[1]);
			return { Packages: packages, Hash: hash };`, given, clienttest.Recipient(t))
		if full, want := clienttest.Opened(t, got.Packages), answerpackage.New(a); !reflect.DeepEqual(full, want) {
			t.Errorf("%s:\ngot  %+v\nwant %+v", name, plain(full), plain(want))
		}
		if sum, err := receipt.HashPackages(got.Packages); err != nil || sum != got.Hash {
			t.Errorf("%s: the hash is %s, want %s; %v", name, got.Hash, sum, err)
		}
	}
}

func plain(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(data)
}

func TestTheBrowsersPinsMoveOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var rows [][]string
	w.evaluate(&rows, `
		const { nextPins } = await load("packages");
		const rows = [nextPins()];
		while (rows.length < 20) rows.push(nextPins(rows.at(-1)));
		return rows;`)
	for i, pins := range rows[1:] {
		before := rows[i]
		if kept := before[max(0, len(before)-4):]; !slices.Equal(pins[:len(pins)-1], kept) || len(pins) > answerpackage.MaxPins || len(pins[len(pins)-1]) != 4 || slices.Contains(kept, pins[len(pins)-1]) {
			t.Errorf("%q follow %q", pins, before)
		}
	}
}
