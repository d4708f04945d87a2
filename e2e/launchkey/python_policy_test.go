package launchkey

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
)

// pythonPolicy is a policy as an argument: the package has a class for each kind, and an older one with methods.
func pythonPolicy(p launchkey.Policy) object {
	switch p := p.(type) {
	case launchkey.LegacyPolicy:
		return legacyObject("ServiceSecurityPolicy", p)
	case launchkey.MethodAmountPolicy:
		return denying("MethodAmountPolicy", object{"amount": p.Amount}, p.Fences, p.DenyRooted, p.DenyEmulator)
	case launchkey.FactorsPolicy:
		named := object{}
		for _, f := range p.Factors {
			named[strings.ToLower(string(f))+"_required"] = true
		}
		return denying("FactorsPolicy", named, p.Fences, p.DenyRooted, p.DenyEmulator)
	case launchkey.ConditionalPolicy:
		named := object{"inside": pythonPolicy(p.Inside), "outside": pythonPolicy(p.Outside)}
		return denying("ConditionalGeoFencePolicy", named, p.Fences, p.DenyRooted, p.DenyEmulator)
	}
	return nil
}

func denying(class string, named object, fences []launchkey.Fence, rooted, emulator bool) object {
	list := []object{}
	for _, f := range fences {
		list = append(list, pythonFence(f))
	}
	named["fences"] = list
	if rooted {
		named["deny_rooted_jailbroken"] = true
	}
	if emulator {
		named["deny_emulator_simulator"] = true
	}
	return object{"$": "new", "class": class, "named": named}
}

func pythonFence(f launchkey.Fence) object {
	switch f := f.(type) {
	case launchkey.Circle:
		return object{"$": "new", "class": "GeoCircleFence", "args": []any{f.Latitude, f.Longitude, f.Radius}, "named": given("name", f.Name)}
	case launchkey.Territory:
		named := given("name", f.Name, "administrative_area", f.AdministrativeArea, "postal_code", f.PostalCode)
		return object{"$": "new", "class": "TerritoryFence", "args": []any{f.Country}, "named": named}
	}
	return nil
}

// given are the named arguments that are not empty.
func given(pairs ...string) object {
	named := object{}
	for pair := range slices.Chunk(pairs, 2) {
		if pair[1] != "" {
			named[pair[0]] = pair[1]
		}
	}
	return named
}

// legacyObject is a policy of the older classes: AuthPolicy for one request, ServiceSecurityPolicy for a service.
func legacyObject(class string, p launchkey.LegacyPolicy) object {
	named := object{"any": p.Methods, "jailbreak_protection": p.JailbreakProtection}
	for _, f := range p.Factors {
		named[strings.ToLower(string(f))] = true
	}
	var then []object
	for _, f := range p.Fences {
		then = append(then, object{"call": "add_geofence", "args": []any{f.Latitude, f.Longitude, f.Radius}, "named": given("name", f.Name)})
	}
	for _, f := range p.TimeFences {
		days := object{}
		for _, day := range f.Days {
			days[strings.ToLower(day.String())] = true
		}
		clock := func(at launchkey.TimeOfDay) object {
			return object{"$": "time", "hour": at.Hour, "minute": at.Minute, "zone": f.Zone}
		}
		then = append(then, object{"call": "add_timefence", "args": []any{f.Name, clock(f.Start), clock(f.End)}, "named": days})
	}
	return object{"$": "new", "class": class, "named": named, "then": then}
}

// pythonPolicyEntity is a policy of the package, of any class.
type pythonPolicyEntity struct {
	Class      string              `json:"class"`
	Amount     int                 `json:"amount"`
	Inherence  bool                `json:"inherence_required"`
	Knowledge  bool                `json:"knowledge_required"`
	Possession bool                `json:"possession_required"`
	Rooted     *bool               `json:"deny_rooted_jailbroken"`
	Emulator   *bool               `json:"deny_emulator_simulator"`
	Fences     []pythonFenceEntity `json:"fences"`
	TimeFences []pythonTimeFence   `json:"time_restrictions"`
	Inside     *pythonPolicyEntity `json:"inside"`
	Outside    *pythonPolicyEntity `json:"outside"`
}

type pythonFenceEntity struct {
	Class      string  `json:"class"`
	Name       string  `json:"name"`
	Latitude   float64 `json:"latitude"`
	Longitude  float64 `json:"longitude"`
	Radius     float64 `json:"radius"`
	Country    string  `json:"country"`
	Area       string  `json:"administrative_area"`
	PostalCode string  `json:"postal_code"`
}

type pythonTimeFence struct {
	Name  string          `json:"name"`
	Days  []string        `json:"days"`
	Start pythonTimeOfDay `json:"start_time"`
	End   pythonTimeOfDay `json:"end_time"`
	Zone  string          `json:"timezone"`
}

type pythonTimeOfDay struct {
	Hour   int `json:"hour"`
	Minute int `json:"minute"`
}

func (p pythonPolicyEntity) factors() []launchkey.Factor {
	var out []launchkey.Factor
	for _, f := range []struct {
		demanded bool
		factor   launchkey.Factor
	}{{p.Inherence, launchkey.Inherence}, {p.Knowledge, launchkey.Knowledge}, {p.Possession, launchkey.Possession}} {
		if f.demanded {
			out = append(out, f.factor)
		}
	}
	return out
}

func isTrue(b *bool) bool { return b != nil && *b }

func (p pythonPolicyEntity) read() launchkey.Policy {
	fences := readFences(p.Fences)
	switch p.Class {
	case "MethodAmountPolicy":
		return launchkey.MethodAmountPolicy{Amount: p.Amount, Fences: fences, DenyRooted: isTrue(p.Rooted), DenyEmulator: isTrue(p.Emulator)}
	case "FactorsPolicy":
		return launchkey.FactorsPolicy{Factors: p.factors(), Fences: fences, DenyRooted: isTrue(p.Rooted), DenyEmulator: isTrue(p.Emulator)}
	case "ConditionalGeoFencePolicy":
		return launchkey.ConditionalPolicy{
			Fences: fences, Inside: p.Inside.read(), Outside: p.Outside.read(), DenyRooted: isTrue(p.Rooted), DenyEmulator: isTrue(p.Emulator),
		}
	}
	out := launchkey.LegacyPolicy{AuthPolicy: launchkey.AuthPolicy{Methods: p.Amount, Factors: p.factors(), JailbreakProtection: isTrue(p.Rooted)}}
	for _, f := range fences {
		out.Fences = append(out.Fences, f.(launchkey.Circle))
	}
	for _, f := range p.TimeFences {
		out.TimeFences = append(out.TimeFences, f.read())
	}
	return out
}

func (f pythonTimeFence) read() launchkey.TimeFence {
	out := launchkey.TimeFence{Name: f.Name, Start: launchkey.TimeOfDay(f.Start), End: launchkey.TimeOfDay(f.End), Zone: f.Zone}
	for _, name := range f.Days {
		out.Days = append(out.Days, weekday(name))
	}
	return out
}

func weekday(name string) time.Weekday {
	for day := time.Sunday; day <= time.Saturday; day++ {
		if day.String() == name {
			return day
		}
	}
	panic(fmt.Sprintf("%q is no day", name))
}

func readFences(found []pythonFenceEntity) []launchkey.Fence {
	var out []launchkey.Fence
	for _, f := range found {
		if f.Class == "TerritoryFence" {
			out = append(out, launchkey.Territory{Name: f.Name, Country: f.Country, AdministrativeArea: f.Area, PostalCode: f.PostalCode})
			continue
		}
		out = append(out, launchkey.Circle{Name: f.Name, Latitude: f.Latitude, Longitude: f.Longitude, Radius: f.Radius})
	}
	return out
}

// pythonResponsePolicy is the policy that a device judged by.
type pythonResponsePolicy struct {
	pythonPolicyEntity

	Requirement string `json:"requirement"`
}

// requirements are the package's names. It calls nothing OTHER too.
var requirements = map[string]launchkey.Requirement{
	"AMOUNT": launchkey.RequirementAmount, "TYPES": launchkey.RequirementTypes, "COND_GEO": launchkey.RequirementConditional,
}

func (p pythonResponsePolicy) read() *launchkey.ResponsePolicy {
	return &launchkey.ResponsePolicy{Requirement: requirements[p.Requirement], Amount: p.Amount, Factors: p.factors(), Fences: readFences(p.Fences)}
}
