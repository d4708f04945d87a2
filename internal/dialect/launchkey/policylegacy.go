package launchkey

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/twinseal/twinseal/policy"
)

// legacyPolicy is the older form, with its literal blanks in names.
type legacyPolicy struct {
	Type     string              `json:"type"`
	Minimums []legacyRequirement `json:"minimum_requirements"`
	Factors  []legacyFactor      `json:"factors"`
}

// legacyRequirement counts methods, or names what kinds of them must be among those passed.
type legacyRequirement struct {
	Requirement string `json:"requirement"`
	Any         whole  `json:"any"`
	Knowledge   whole  `json:"knowledge"`
	Inherence   whole  `json:"inherence"`
	Possession  whole  `json:"possession"`
}

// UnmarshalJSON takes all for any, as older clients write it.
func (r *legacyRequirement) UnmarshalJSON(data []byte) error {
	type plain legacyRequirement
	var in struct {
		plain

		All *whole `json:"all"`
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	*r = legacyRequirement(in.plain)
	if in.All != nil && r.Any == 0 {
		r.Any = *in.All
	}
	return nil
}

// legacyFactor is one of three things that a device or a moment must be; they stay in their order.
type legacyFactor struct {
	Factor      string           `json:"factor"`
	Requirement string           `json:"requirement"`
	QuickFail   *bool            `json:"quickfail,omitempty"`
	Priority    *whole           `json:"priority,omitempty"`
	Attributes  legacyAttributes `json:"attributes"`
}

type legacyAttributes struct {
	Enabled    *whole           `json:"factor enabled,omitempty"`
	Locations  []legacyLocation `json:"locations,omitzero"`
	TimeFences []legacyTime     `json:"time fences,omitzero"`
}

type legacyLocation struct {
	Name      string      `json:"name,omitempty"`
	Radius    json.Number `json:"radius"`
	Latitude  json.Number `json:"latitude"`
	Longitude json.Number `json:"longitude"`
}

type legacyTime struct {
	Name        string   `json:"name"`
	Days        []string `json:"days"`
	StartHour   whole    `json:"start hour"`
	StartMinute whole    `json:"start minute"`
	EndHour     whole    `json:"end hour"`
	EndMinute   whole    `json:"end minute"`
	Zone        string   `json:"timezone"`
}

// flatLegacy is a third way to write the same, of the youngest Python classes.
type flatLegacy struct {
	Amount     *whole       `json:"amount"`
	Inherence  bool         `json:"inherence_required"`
	Knowledge  bool         `json:"knowledge_required"`
	Possession bool         `json:"possession_required"`
	DenyRooted bool         `json:"deny_rooted_jailbroken"`
	Fences     []fence      `json:"fences"`
	Times      []legacyTime `json:"time_restrictions"`

	DenyEmulator bool `json:"deny_emulator_simulator"` // of the newer types, here only to be refused
}

// flatNames tell it from the older way.
var flatNames = []string{
	"amount", "inherence_required", "knowledge_required", "possession_required", "deny_rooted_jailbroken", "fences", "time_restrictions",
}

func (in flatLegacy) demands() bool {
	return in.Amount != nil && *in.Amount != 0 || in.Inherence || in.Knowledge || in.Possession || in.DenyRooted || len(in.Fences) > 0 || len(in.Times) > 0
}

// The words of the older form.
const (
	factorGeofence  = "geofence"
	factorIntegrity = "device integrity"
	factorTime      = "timefence"
	forced          = "forced requirement"
)

// readLegacy reads the older form. The places of a service's policy have names, those of a request need none.
func readLegacy(raw json.RawMessage, named bool) (*legacyPolicy, policy.Policy, error) {
	p, err := parseLegacy(raw)
	if err != nil {
		return nil, policy.Policy{}, err
	}
	p.Type = typeLegacy
	// Of several minimums the last counts, and is kept alone.
	p.Minimums = slices.Clone(p.Minimums[max(0, len(p.Minimums)-1):])
	if p.Minimums == nil {
		p.Minimums = []legacyRequirement{}
	}
	if p.Factors == nil {
		p.Factors = []legacyFactor{}
	}
	var means policy.Policy
	for _, minimum := range p.Minimums {
		if err := minimum.into(&means); err != nil {
			return nil, policy.Policy{}, err
		}
	}
	var seen []string
	for i := range p.Factors {
		f := &p.Factors[i]
		if slices.Contains(seen, f.Factor) {
			return nil, policy.Policy{}, errors.New("a factor is named twice")
		}
		seen = append(seen, f.Factor)
		if err := f.into(&means, named); err != nil {
			return nil, policy.Policy{}, err
		}
	}
	return p, means, nil
}

// parseLegacy reads a policy in one of the two ways to write it. One that demands something in either is refused: a
// half of it would be lost.
func parseLegacy(raw json.RawMessage) (*legacyPolicy, error) {
	var shape map[string]json.RawMessage
	if err := json.Unmarshal(raw, &shape); err != nil {
		return nil, errors.New("the policy is not an object")
	}
	has := func(name string) bool { return len(shape[name]) > 0 && string(shape[name]) != "null" }
	var flat flatLegacy
	p := &legacyPolicy{}
	if json.Unmarshal(raw, &flat) != nil || json.Unmarshal(raw, p) != nil {
		return nil, errors.New("a member of the policy is of the wrong type")
	}
	switch {
	case flat.DenyEmulator:
		return nil, errors.New("a legacy policy knows nothing of emulators")
	case !has("minimum_requirements") && !has("factors") && slices.ContainsFunc(flatNames, has):
		return flat.classic()
	case flat.demands():
		return nil, errors.New("the policy is written in two ways at once")
	}
	return p, nil
}

// classic is the same in the older words.
func (in flatLegacy) classic() (*legacyPolicy, error) {
	flag := func(on bool) whole {
		if on {
			return 1
		}
		return 0
	}
	p := &legacyPolicy{}
	minimum := legacyRequirement{
		Requirement: "authenticated", Knowledge: flag(in.Knowledge), Inherence: flag(in.Inherence), Possession: flag(in.Possession),
	}
	if in.Amount != nil {
		minimum.Any = *in.Amount
	}
	if minimum != (legacyRequirement{Requirement: minimum.Requirement}) {
		p.Minimums = []legacyRequirement{minimum}
	}
	enabled := flag(in.DenyRooted)
	p.Factors = append(p.Factors, legacyFactor{Factor: factorIntegrity, Requirement: forced, Attributes: legacyAttributes{Enabled: &enabled}})
	var places []legacyLocation
	for _, f := range in.Fences {
		if f.Type != "" && f.Type != fenceCircle {
			return nil, errors.New("a legacy policy knows circles alone")
		}
		places = append(places, legacyLocation{f.Name, f.Radius, f.Latitude, f.Longitude})
	}
	if len(places) > 0 {
		p.Factors = append(p.Factors, legacyFactor{Factor: factorGeofence, Requirement: forced, Attributes: legacyAttributes{Locations: places}})
	}
	if len(in.Times) > 0 {
		p.Factors = append(p.Factors, legacyFactor{Factor: factorTime, Requirement: forced, Attributes: legacyAttributes{TimeFences: in.Times}})
	}
	return p, nil
}

func (r legacyRequirement) into(means *policy.Policy) error {
	if r.Requirement != "authenticated" && r.Requirement != "enabled" {
		return errors.New("a minimum requirement is authenticated or enabled")
	}
	if r.Any < 0 || r.Any > policy.MaxMethods {
		return fmt.Errorf("any is a number from 0 to %d", policy.MaxMethods)
	}
	for _, flag := range []struct {
		set    whole
		factor policy.Factor
	}{{r.Inherence, policy.Inherence}, {r.Knowledge, policy.Knowledge}, {r.Possession, policy.Possession}} {
		switch flag.set {
		case 0:
		case 1:
			means.Factors = append(means.Factors, flag.factor)
		default:
			return errors.New("knowledge, inherence and possession are 0 or 1")
		}
	}
	if r.Any == 0 {
		return nil
	}
	if len(means.Factors) > 0 {
		return errors.New("a policy counts methods or names their kinds, not both")
	}
	n := int(r.Any)
	means.Methods = &n
	return nil
}

func (f *legacyFactor) into(means *policy.Policy, named bool) error {
	if f.Requirement != forced && f.Requirement != "allowed" {
		return errors.New("a factor's requirement is \"forced requirement\" or \"allowed\"")
	}
	switch f.Factor {
	case factorIntegrity:
		return f.integrity(means)
	case factorGeofence:
		return f.places(means, named)
	case factorTime:
		return f.times(means)
	}
	return errors.New("a factor is geofence, device integrity or timefence")
}

func (f *legacyFactor) integrity(means *policy.Policy) error {
	if f.Attributes.Enabled == nil {
		f.Attributes.Enabled = new(whole)
	}
	if *f.Attributes.Enabled != 0 && *f.Attributes.Enabled != 1 {
		return errors.New("factor enabled is 0 or 1")
	}
	means.DenyRooted = *f.Attributes.Enabled == 1
	return nil
}

func (f *legacyFactor) places(means *policy.Policy, named bool) error {
	if f.Attributes.Locations == nil {
		f.Attributes.Locations = []legacyLocation{} // clients expect the list
	}
	var names []string
	var group []policy.Fence
	for _, at := range f.Attributes.Locations {
		place, err := circle(at.Name, at.Latitude, at.Longitude, at.Radius)
		if err != nil {
			return err
		}
		if strings.ContainsRune(at.Name, 0) {
			return errors.New("a name cannot be shown")
		}
		names, group = append(names, at.Name), append(group, place)
	}
	if named && !unique(names) {
		return errors.New("locations have names, each another")
	}
	if len(group) > 0 {
		means.Places = append(means.Places, group)
	}
	return nil
}

func (f *legacyFactor) times(means *policy.Policy) error {
	if f.Attributes.TimeFences == nil {
		f.Attributes.TimeFences = []legacyTime{}
	}
	var names []string
	var group []policy.Window
	for _, at := range f.Attributes.TimeFences {
		window, err := at.window()
		if err != nil {
			return err
		}
		names, group = append(names, at.Name), append(group, window)
	}
	if !unique(names) {
		return errors.New("time fences have names, each another")
	}
	if len(group) > 0 {
		means.Times = append(means.Times, group)
	}
	return nil
}

// weekdays are the days' English names.
var weekdays = map[string]time.Weekday{
	"Sunday": time.Sunday, "Monday": time.Monday, "Tuesday": time.Tuesday, "Wednesday": time.Wednesday,
	"Thursday": time.Thursday, "Friday": time.Friday, "Saturday": time.Saturday,
}

func (t legacyTime) window() (policy.Window, error) {
	out := policy.Window{Name: t.Name, Zone: t.Zone}
	for _, name := range t.Days {
		day, ok := weekdays[name]
		if !ok {
			return out, errors.New("a day is a full English name such as Monday")
		}
		if !slices.Contains(out.Days, day) {
			out.Days = append(out.Days, day)
		}
	}
	const lastHour, lastMinute = 23, 59
	for _, n := range []struct{ value, most whole }{{t.StartHour, lastHour}, {t.EndHour, lastHour}, {t.StartMinute, lastMinute}, {t.EndMinute, lastMinute}} {
		if n.value < 0 || n.value > n.most {
			return out, errors.New("hours are 0 to 23 and minutes 0 to 59")
		}
	}
	if strings.ContainsRune(t.Name, 0) {
		return out, errors.New("a name cannot be shown")
	}
	out.Start, out.End = policy.Clock(int(t.StartHour), int(t.StartMinute)), policy.Clock(int(t.EndHour), int(t.EndMinute))
	return out, nil
}
