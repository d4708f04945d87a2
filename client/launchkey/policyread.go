package launchkey

import (
	"encoding/json"
	"fmt"
	"math"
)

// maxAmount bounds what a server may say is demanded; there are seven methods.
const maxAmount = 1 << 16

// readPolicy reads what the server keeps for a service.
func readPolicy(raw []byte) (Policy, error) {
	var kind struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(raw, &kind); err != nil {
		return nil, malformed("it is no object")
	}
	if kind.Type == kindLegacy {
		return readLegacy(raw)
	}
	return readNewPolicy(raw, false)
}

func malformed(why string) error { return fmt.Errorf("%w: a policy: %s", ErrUnexpectedAnswer, why) }

// readNewPolicy reads a policy of the new kinds; a nested one is no condition.
func readNewPolicy(raw []byte, nested bool) (Policy, error) {
	var w struct {
		policyWire
		Inside  json.RawMessage `json:"inside"`
		Outside json.RawMessage `json:"outside"`
	}
	if err := json.Unmarshal(raw, &w); err != nil {
		return nil, malformed("a member has another type than the protocol says")
	}
	fences, err := readFences(w.Fences)
	if err != nil {
		return nil, err
	}
	rooted, emulator := isTrue(w.DenyRooted), isTrue(w.DenyEmulator)
	switch {
	case w.Type == kindMethodAmount:
		amount, err := readAmount(w.Amount)
		return MethodAmountPolicy{Amount: amount, Fences: fences, DenyRooted: rooted, DenyEmulator: emulator}, err
	case w.Type == kindFactors:
		if len(w.Factors) == 0 || checkFactors(w.Factors) != nil {
			return nil, malformed("its factors are unknown")
		}
		return FactorsPolicy{Factors: ordered(w.Factors), Fences: fences, DenyRooted: rooted, DenyEmulator: emulator}, nil
	case w.Type == kindConditional && !nested:
		inside, outside, err := readNested(w.Inside, w.Outside)
		return ConditionalPolicy{Fences: fences, Inside: inside, Outside: outside, DenyRooted: rooted, DenyEmulator: emulator}, err
	default:
		return nil, malformed("its type is unknown")
	}
}

func readNested(insideRaw, outsideRaw []byte) (inside, outside Policy, err error) {
	if inside, err = readNewPolicy(insideRaw, true); err != nil {
		return nil, nil, err
	}
	outside, err = readNewPolicy(outsideRaw, true)
	return inside, outside, err
}

func isTrue(b *bool) bool { return b != nil && *b }

func readAmount(amount *float64) (int, error) {
	if amount == nil || *amount < 0 || *amount > maxAmount || *amount != math.Trunc(*amount) {
		return 0, malformed("its amount is no number of methods")
	}
	return int(*amount), nil
}

// legacyWire is a policy of the first kind, and the policy of one request.
type legacyWire struct {
	Type         string              `json:"type,omitempty"`
	Requirements []requirementWire   `json:"minimum_requirements"`
	Factors      []legacyFactorsWire `json:"factors"`
}

type requirementWire struct {
	Requirement string `json:"requirement"`
	Any         int    `json:"any"`
	Knowledge   int    `json:"knowledge"`
	Inherence   int    `json:"inherence"`
	Possession  int    `json:"possession"`
}

type legacyFactorsWire struct {
	Factor      string         `json:"factor"`
	Requirement string         `json:"requirement"`
	QuickFail   bool           `json:"quickfail"`
	Priority    int            `json:"priority"`
	Attributes  attributesWire `json:"attributes"`
}

type attributesWire struct {
	Locations  []locationWire  `json:"locations,omitempty"`
	Enabled    *int            `json:"factor enabled,omitempty"`
	TimeFences []timeFenceWire `json:"time fences,omitempty"`
}

type locationWire struct {
	Name      string  `json:"name,omitempty"`
	Radius    float64 `json:"radius"`
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

const (
	factorGeofence  = "geofence"
	factorIntegrity = "device integrity"
	factorTimefence = "timefence"
)

func (p LegacyPolicy) wire() any {
	wire := p.legacy()
	wire.Type = kindLegacy
	if len(p.TimeFences) > 0 {
		var attributes attributesWire
		for _, f := range p.TimeFences {
			attributes.TimeFences = append(attributes.TimeFences, f.wire())
		}
		wire.Factors = append(wire.Factors, forced(factorTimefence, attributes))
	}
	return wire
}

// legacy writes what a request may demand, which has no type.
func (p AuthPolicy) legacy() legacyWire {
	wire := legacyWire{Requirements: []requirementWire{}, Factors: []legacyFactorsWire{}}
	if p.Methods > 0 || len(p.Factors) > 0 {
		wire.Requirements = append(wire.Requirements, requirementWire{
			Requirement: "authenticated", Any: p.Methods,
			Knowledge: flag(p.has(Knowledge)), Inherence: flag(p.has(Inherence)), Possession: flag(p.has(Possession)),
		})
	}
	if len(p.Fences) > 0 {
		var attributes attributesWire
		for _, f := range p.Fences {
			attributes.Locations = append(attributes.Locations, locationWire{f.Name, f.Radius, f.Latitude, f.Longitude})
		}
		wire.Factors = append(wire.Factors, forced(factorGeofence, attributes))
	}
	if p.JailbreakProtection {
		enabled := 1
		wire.Factors = append(wire.Factors, forced(factorIntegrity, attributesWire{Enabled: &enabled}))
	}
	return wire
}

func forced(factor string, attributes attributesWire) legacyFactorsWire {
	return legacyFactorsWire{Factor: factor, Requirement: "forced requirement", Priority: 1, Attributes: attributes}
}

func flag(on bool) int {
	if on {
		return 1
	}
	return 0
}

func readLegacy(raw []byte) (Policy, error) {
	var w legacyWire
	if err := json.Unmarshal(raw, &w); err != nil {
		return nil, malformed("a member has another type than the protocol says")
	}
	var p LegacyPolicy
	for _, r := range w.Requirements {
		p.Methods, p.Factors = max(r.Any, 0), nil
		for _, f := range []struct {
			factor Factor
			on     int
		}{{Inherence, r.Inherence}, {Knowledge, r.Knowledge}, {Possession, r.Possession}} {
			if f.on > 0 {
				p.Factors = append(p.Factors, f.factor)
			}
		}
	}
	for _, f := range w.Factors {
		if err := p.take(f); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *LegacyPolicy) take(f legacyFactorsWire) error {
	switch f.Factor {
	case factorGeofence:
		for _, l := range f.Attributes.Locations {
			p.Fences = append(p.Fences, Circle{Name: l.Name, Latitude: l.Latitude, Longitude: l.Longitude, Radius: l.Radius})
		}
	case factorIntegrity:
		p.JailbreakProtection = f.Attributes.Enabled != nil && *f.Attributes.Enabled > 0
	case factorTimefence:
		for _, t := range f.Attributes.TimeFences {
			p.TimeFences = append(p.TimeFences, t.read())
		}
	default:
		return malformed("a factor is unknown")
	}
	return nil
}
