package launchkey

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/twinseal/twinseal/policy"
)

// The types of policies.
const (
	typeLegacy      = "LEGACY"
	typeAmount      = "METHOD_AMOUNT"
	typeFactors     = "FACTORS"
	typeConditional = "COND_GEO"
)

// The types of fences.
const (
	fenceCircle    = "GEO_CIRCLE"
	fenceTerritory = "TERRITORY"
)

// blankPolicy is that of a service that never had one.
var blankPolicy = json.RawMessage(`{"type":"LEGACY","minimum_requirements":[],"factors":[]}`)

// maxPolicy bounds what is read, in bytes; a hundred fences with names take a quarter of it.
const maxPolicy = 64 << 10

// ReadPolicy reads a service's policy in any of its forms: it gives the form that clients are shown, in which
// names, numbers, days and their order are as they came, and what it means. Everything is demanded that it
// names: a legacy factor that is merely "allowed" and methods that need merely be "enabled" count as well.
func ReadPolicy(raw json.RawMessage) (json.RawMessage, policy.Policy, error) {
	if len(raw) > maxPolicy {
		return nil, policy.Policy{}, errors.New("the policy is too long")
	}
	var head struct {
		Type member[string] `json:"type"`
	}
	if err := json.Unmarshal(raw, &head); err != nil || string(bytes.TrimSpace(raw)) == "null" {
		return nil, policy.Policy{}, errors.New("the policy is not an object")
	}
	var shown any
	var means policy.Policy
	var err error
	switch {
	case !head.Type.bad && head.Type.value == "", head.Type.value == typeLegacy:
		shown, means, err = readLegacy(raw, true)
	default:
		shown, means, err = readTyped(raw, head.Type.value)
	}
	if err != nil {
		return nil, policy.Policy{}, err
	}
	means = means.Normal()
	if err := means.Validate(); err != nil {
		return nil, policy.Policy{}, err
	}
	out, err := json.Marshal(shown)
	return out, means, err
}

// readDynamic reads the policy that a request brings along: the legacy form alone, whose places need no names.
func readDynamic(raw json.RawMessage) (policy.Policy, error) {
	if len(raw) > maxPolicy {
		return policy.Policy{}, errors.New("the policy is too long")
	}
	var head struct {
		Type member[string] `json:"type"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return policy.Policy{}, errors.New("the policy is not an object")
	}
	if head.Type.bad || head.Type.given() && head.Type.value != typeLegacy {
		return policy.Policy{}, errors.New("a request brings a policy of the type LEGACY")
	}
	_, means, err := readLegacy(raw, false)
	if err != nil {
		return policy.Policy{}, err
	}
	means = means.Normal()
	return means, means.Validate()
}

// typedPolicy is a policy of one of the newer types as it comes in.
type typedPolicy struct {
	Type         member[string]          `json:"type"`
	Amount       member[whole]           `json:"amount"`
	Factors      member[[]string]        `json:"factors"`
	Fences       member[[]fence]         `json:"fences"`
	Inside       member[json.RawMessage] `json:"inside"`
	Outside      member[json.RawMessage] `json:"outside"`
	DenyRooted   member[bool]            `json:"deny_rooted_jailbroken"`
	DenyEmulator member[bool]            `json:"deny_emulator_simulator"`
}

// shownPolicy is how one goes out: the members of its type alone, because clients are strict. The deny flags
// stand at the top, never inside of another policy.
type shownPolicy struct {
	Type         string       `json:"type"`
	Amount       *int         `json:"amount,omitempty"`
	Factors      []string     `json:"factors,omitempty"`
	Fences       []fence      `json:"fences"`
	Inside       *shownPolicy `json:"inside,omitempty"`
	Outside      *shownPolicy `json:"outside,omitempty"`
	DenyRooted   *bool        `json:"deny_rooted_jailbroken,omitempty"`
	DenyEmulator *bool        `json:"deny_emulator_simulator,omitempty"`
}

func readTyped(raw json.RawMessage, kind string) (*shownPolicy, policy.Policy, error) {
	var in typedPolicy
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, policy.Policy{}, errors.New("the policy is not an object")
	}
	if in.Fences.bad || in.DenyRooted.bad || in.DenyEmulator.bad {
		return nil, policy.Policy{}, errors.New("fences are a list, and the deny flags booleans")
	}
	out := &shownPolicy{Type: kind, Fences: []fence{}, DenyRooted: &in.DenyRooted.value, DenyEmulator: &in.DenyEmulator.value}
	means := policy.Policy{DenyRooted: in.DenyRooted.value, DenyEmulator: in.DenyEmulator.value}
	places := make([]policy.Fence, 0, len(in.Fences.value))
	for i, f := range in.Fences.value {
		place, err := f.policy()
		if err != nil {
			return nil, policy.Policy{}, fmt.Errorf("fence %d: %w", i+1, err)
		}
		places = append(places, place)
		out.Fences = append(out.Fences, f)
	}
	if kind == typeConditional {
		err := in.conditional(out, &means, places)
		return out, means, err
	}
	if len(places) > 0 {
		means.Places = [][]policy.Fence{places}
	}
	demand, err := in.requirement(out, kind)
	means.Methods, means.Factors = demand.Methods, demand.Factors
	return out, means, err
}

// requirement reads what a policy of one of the two plain types demands.
func (in *typedPolicy) requirement(out *shownPolicy, kind string) (policy.Requirement, error) {
	switch kind {
	case typeAmount:
		if !in.Amount.given() || in.Amount.value < 0 || in.Amount.value > policy.MaxMethods {
			return policy.Requirement{}, fmt.Errorf("amount is a whole number from 0 to %d", policy.MaxMethods)
		}
		n := int(in.Amount.value)
		out.Amount = &n
		return policy.Requirement{Methods: &n}, nil
	case typeFactors:
		factors, err := readFactors(in.Factors)
		for _, f := range factors {
			out.Factors = append(out.Factors, strings.ToUpper(string(f)))
		}
		return policy.Requirement{Factors: factors}, err
	}
	return policy.Requirement{}, errors.New("the type of the policy is unknown")
}

// readFactors brings a set of factors into the order in which they are shown.
func readFactors(m member[[]string]) ([]policy.Factor, error) {
	if !m.given() || len(m.value) == 0 {
		return nil, errors.New("factors are one or more of KNOWLEDGE, INHERENCE and POSSESSION")
	}
	var out []policy.Factor
	known := 0
	for _, f := range policy.Factors() {
		n := 0
		for _, word := range m.value {
			if word == strings.ToUpper(string(f)) {
				n++
			}
		}
		if n > 0 {
			out = append(out, f)
		}
		known += n
	}
	if known != len(m.value) {
		return nil, errors.New("factors are one or more of KNOWLEDGE, INHERENCE and POSSESSION")
	}
	return out, nil
}

// conditional reads the two policies of which one applies, depending on the place.
func (in *typedPolicy) conditional(out *shownPolicy, means *policy.Policy, places []policy.Fence) error {
	if len(places) == 0 {
		return errors.New("a policy that depends on the place needs a fence")
	}
	inside, demandInside, err := readNested(in.Inside)
	if err != nil {
		return fmt.Errorf("inside: %w", err)
	}
	outside, demandOutside, err := readNested(in.Outside)
	if err != nil {
		return fmt.Errorf("outside: %w", err)
	}
	out.Inside, out.Outside = inside, outside
	means.Conditionals = []policy.Conditional{{Fences: places, Inside: demandInside, Outside: demandOutside}}
	return nil
}

func readNested(m member[json.RawMessage]) (*shownPolicy, policy.Requirement, error) {
	var in typedPolicy
	if !m.given() || json.Unmarshal(m.value, &in) != nil {
		return nil, policy.Requirement{}, errors.New("a policy is missing")
	}
	if in.Fences.bad || len(in.Fences.value) > 0 || in.DenyRooted.bad || in.DenyRooted.value || in.DenyEmulator.bad || in.DenyEmulator.value {
		return nil, policy.Requirement{}, errors.New("a policy inside of another has no fences and no deny flags")
	}
	out := &shownPolicy{Type: in.Type.value, Fences: []fence{}}
	demand, err := in.requirement(out, in.Type.value)
	return out, demand, err
}

// fence is a place as it comes and goes: numbers in the digits that they came in, and null is absent.
type fence struct {
	Type      string      `json:"type"`
	Name      string      `json:"name,omitempty"`
	Latitude  json.Number `json:"latitude,omitempty"`
	Longitude json.Number `json:"longitude,omitempty"`
	Radius    json.Number `json:"radius,omitempty"`
	Country   string      `json:"country,omitempty"`
	Area      string      `json:"administrative_area,omitempty"`
	Postal    string      `json:"postal_code,omitempty"`
}

// policy is what the fence means. What does not belong to its type is dropped from what is shown.
func (f *fence) policy() (policy.Fence, error) {
	if strings.ContainsRune(f.Name+f.Postal, 0) {
		return policy.Fence{}, errors.New("a name cannot be shown")
	}
	switch f.Type {
	case fenceCircle:
		f.Country, f.Area, f.Postal = "", "", ""
		return circle(f.Name, f.Latitude, f.Longitude, f.Radius)
	case fenceTerritory:
		f.Latitude, f.Longitude, f.Radius = "", "", ""
		if f.Area != "" && !strings.HasPrefix(f.Area, f.Country+"-") {
			return policy.Fence{}, errors.New("the administrative area is of another country")
		}
		return policy.Fence{Kind: policy.Territory, Name: f.Name, Country: f.Country, Area: f.Area, PostalCode: f.Postal}, nil
	}
	return policy.Fence{}, errors.New("the type of a fence is GEO_CIRCLE or TERRITORY")
}

func circle(name string, latitude, longitude, radius json.Number) (policy.Fence, error) {
	out := policy.Fence{Kind: policy.Circle, Name: name}
	for _, n := range []struct {
		from json.Number
		into *float64
	}{{latitude, &out.Latitude}, {longitude, &out.Longitude}, {radius, &out.Radius}} {
		f, err := strconv.ParseFloat(string(n.from), 64)
		if err != nil || math.IsInf(f, 0) {
			return policy.Fence{}, errors.New("latitude, longitude and radius are numbers")
		}
		*n.into = f
	}
	return out, nil
}

// unique reports whether names are there and differ, in whatever letter case.
func unique(names []string) bool {
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		folded := strings.ToLower(name)
		if name == "" || seen[folded] {
			return false
		}
		seen[folded] = true
	}
	return true
}
