package launchkey

import (
	"slices"
	"strings"
)

// Factor is a kind of proof.
type Factor string

// The kinds of proof: what the user is, knows and has.
const (
	Inherence  Factor = "INHERENCE"
	Knowledge  Factor = "KNOWLEDGE"
	Possession Factor = "POSSESSION"
)

// factorsInOrder is the order in which the protocol writes them.
var factorsInOrder = []Factor{Inherence, Knowledge, Possession}

func checkFactors(factors []Factor) error {
	for _, f := range factors {
		if !slices.Contains(factorsInOrder, f) {
			return &FormatError{Field: "factor", Reason: "must be Inherence, Knowledge or Possession"}
		}
	}
	return nil
}

func ordered(factors []Factor) []Factor {
	sorted := make([]Factor, 0, len(factors))
	for _, f := range factorsInOrder {
		if slices.Contains(factors, f) {
			sorted = append(sorted, f)
		}
	}
	return sorted
}

// Policy is what a service demands of every answer: a [LegacyPolicy], a
// [MethodAmountPolicy], a [FactorsPolicy] or a [ConditionalPolicy].
type Policy interface {
	wire() any
	check() error
}

// AuthPolicy is what one request demands beyond the policy of the service; it
// can only make it stricter. The zero value demands nothing.
type AuthPolicy struct {
	// Methods is how many different methods the user must pass. It excludes
	// Factors.
	Methods int
	// Factors are kinds of which the user must pass one method each.
	Factors []Factor
	// JailbreakProtection refuses devices that were broken open.
	JailbreakProtection bool
	// Fences are places, in one of which the device has to be.
	Fences []Circle
}

func (p AuthPolicy) check() error {
	switch {
	case p.Methods < 0:
		return &FormatError{Field: "methods", Reason: "must not be negative"}
	case p.Methods > 0 && len(p.Factors) > 0:
		return &FormatError{Field: "policy", Reason: "must ask for a number of methods or for factors, not for both"}
	}
	if err := checkFactors(p.Factors); err != nil {
		return err
	}
	return checkFences(p.Fences)
}

// LegacyPolicy is a policy of the first kind, the only one with time fences.
type LegacyPolicy struct {
	AuthPolicy

	TimeFences []TimeFence
}

func (p LegacyPolicy) check() error {
	if err := p.AuthPolicy.check(); err != nil {
		return err
	}
	for _, f := range p.Fences {
		if f.Name == "" {
			return &FormatError{Field: "fence", Reason: "must have a name in the policy of a service"}
		}
	}
	return checkTimeFences(p.TimeFences)
}

// MethodAmountPolicy demands a number of methods.
type MethodAmountPolicy struct {
	Amount       int
	Fences       []Fence // in one of which the device has to be
	DenyRooted   bool    // refuses devices that were broken open
	DenyEmulator bool    // refuses simulated devices
}

// FactorsPolicy demands kinds of proof, at least one.
type FactorsPolicy struct {
	Factors      []Factor
	Fences       []Fence // in one of which the device has to be
	DenyRooted   bool    // refuses devices that were broken open
	DenyEmulator bool    // refuses simulated devices
}

// ConditionalPolicy demands one thing inside its fences and another outside.
// Both are a MethodAmountPolicy or a FactorsPolicy without fences and refusals
// of their own.
type ConditionalPolicy struct {
	Fences          []Fence // at least one
	Inside, Outside Policy
	DenyRooted      bool // refuses devices that were broken open
	DenyEmulator    bool // refuses simulated devices
}

func (p MethodAmountPolicy) check() error {
	if p.Amount < 0 {
		return &FormatError{Field: "amount", Reason: "must not be negative"}
	}
	return checkFences(p.Fences)
}

func (p FactorsPolicy) check() error {
	if len(p.Factors) == 0 {
		return &FormatError{Field: "factors", Reason: "must not be empty"}
	}
	if err := checkFactors(p.Factors); err != nil {
		return err
	}
	return checkFences(p.Fences)
}

func (p ConditionalPolicy) check() error {
	if len(p.Fences) == 0 {
		return &FormatError{Field: "policy", Reason: "must have a fence to be inside or outside of"}
	}
	for _, nested := range []Policy{p.Inside, p.Outside} {
		if !mayBeNested(nested) {
			return &FormatError{Field: "policy", Reason: "must have a MethodAmountPolicy or a FactorsPolicy without fences and refusals, inside and outside"}
		}
		if err := nested.check(); err != nil {
			return err
		}
	}
	return checkFences(p.Fences)
}

func mayBeNested(p Policy) bool {
	switch p := p.(type) {
	case MethodAmountPolicy:
		return len(p.Fences) == 0 && !p.DenyRooted && !p.DenyEmulator
	case FactorsPolicy:
		return len(p.Fences) == 0 && !p.DenyRooted && !p.DenyEmulator
	default:
		return false
	}
}

// The types of policies on the wire.
const (
	kindLegacy       = "LEGACY"
	kindMethodAmount = "METHOD_AMOUNT"
	kindFactors      = "FACTORS"
	kindConditional  = "COND_GEO"
)

// policyWire is a policy of one of the new kinds. Refusals are pointers, since
// nested policies must not have them.
type policyWire struct {
	Type         string      `json:"type"`
	Amount       *float64    `json:"amount,omitempty"`
	Factors      []Factor    `json:"factors,omitempty"`
	Fences       []fenceWire `json:"fences"`
	Inside       any         `json:"inside,omitempty"`
	Outside      any         `json:"outside,omitempty"`
	DenyRooted   *bool       `json:"deny_rooted_jailbroken,omitempty"`
	DenyEmulator *bool       `json:"deny_emulator_simulator,omitempty"`
}

func (p MethodAmountPolicy) wire() any {
	amount := float64(p.Amount)
	return policyWire{
		Type: kindMethodAmount, Amount: &amount, Fences: fencesWire(p.Fences), DenyRooted: &p.DenyRooted, DenyEmulator: &p.DenyEmulator,
	}
}

func (p FactorsPolicy) wire() any {
	return policyWire{
		Type: kindFactors, Factors: ordered(p.Factors), Fences: fencesWire(p.Fences), DenyRooted: &p.DenyRooted, DenyEmulator: &p.DenyEmulator,
	}
}

func (p ConditionalPolicy) wire() any {
	return policyWire{
		Type: kindConditional, Fences: fencesWire(p.Fences), Inside: nested(p.Inside), Outside: nested(p.Outside),
		DenyRooted: &p.DenyRooted, DenyEmulator: &p.DenyEmulator,
	}
}

// nested writes a policy without the refusals.
func nested(p Policy) any {
	wire, ok := p.wire().(policyWire)
	if !ok {
		return nil
	}
	wire.DenyRooted, wire.DenyEmulator = nil, nil
	return wire
}

// has reports whether the policy demands a kind; Factors are few.
func (p AuthPolicy) has(f Factor) bool { return slices.Contains(p.Factors, f) }

// ParseFactor reads the name of a kind of proof in any case.
func ParseFactor(name string) (Factor, error) {
	f := Factor(strings.ToUpper(name))
	return f, checkFactors([]Factor{f})
}
