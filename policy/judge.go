package policy

import (
	"errors"
	"slices"
	"time"
)

// Failure says why a device could not satisfy a policy; "" says that it did.
type Failure string

// The failures.
const (
	FailedPolicy         Failure = "policy"         // wrong place, wrong time or a device that is not trusted
	FailedPermission     Failure = "permission"     // the device may not know what it would have to
	FailedAuthentication Failure = "authentication" // the person did not pass what is set up
	FailedConfiguration  Failure = "configuration"  // too little is set up on the device
	FailedBusy           Failure = "busy"           // the device is answering something of its own
	FailedSensor         Failure = "sensor"         // a sensor is missing or silent
)

// Failures lists all of them.
func Failures() []Failure {
	return []Failure{FailedPolicy, FailedPermission, FailedAuthentication, FailedConfiguration, FailedBusy, FailedSensor}
}

// Facts are what a device knows when its owner approves.
type Facts struct {
	// Methods are those that the person just passed; Configured those that
	// are set up. A method that was passed counts as set up.
	Methods    []Method
	Configured []Method
	// Location is nil when the device cannot tell where it is.
	// LocationAllowed says whether it may find out.
	Location        *Location
	LocationAllowed bool
	Rooted          bool
	Emulator        bool
	Time            time.Time
	// Passkey is what answers instead of a device; nil for a device.
	Passkey *Passkey
}

// Side says on which side of a group of fences a device is.
type Side string

// The sides.
const (
	Inside  Side = "inside"
	Outside Side = "outside"
)

// Evidence is what a device found out about a policy, fit to be signed: it
// says whether the device is where it should be, and not where it is.
type Evidence struct {
	Methods []Method `json:"methods"`
	// Places has one verdict for each group of [Policy.Places], Conditionals
	// one for each of [Policy.Conditionals].
	Places       []Side `json:"places,omitempty"`
	Conditionals []Side `json:"conditionals,omitempty"`
	Rooted       bool   `json:"rooted"`
	Emulator     bool   `json:"emulator"`
}

// Judge weighs what the device knows. The evidence is complete exactly when
// there is no failure, and then [Policy.Accepts] takes it at the same moment.
func (p Policy) Judge(f Facts) (Evidence, Failure) {
	e := Evidence{Methods: passed(f.Methods), Rooted: f.Rooted, Emulator: f.Emulator}
	if !p.OpenAt(f.Time) || p.DenyRooted && f.Rooted || p.DenyEmulator && f.Emulator || p.denies(f.Passkey) {
		return e, FailedPolicy
	}
	if p.NeedsLocation() && f.Location == nil {
		if f.LocationAllowed {
			return e, FailedSensor
		}
		return e, FailedPermission
	}
	for _, group := range p.Places {
		e.Places = append(e.Places, sideOf(group, *f.Location))
	}
	for _, c := range p.Conditionals {
		e.Conditionals = append(e.Conditionals, sideOf(c.Fences, *f.Location))
	}
	if slices.Contains(e.Places, Outside) {
		return e, FailedPolicy
	}
	return e, p.judgeMethods(e, slices.Concat(f.Methods, f.Configured), f.Passkey)
}

func (p Policy) judgeMethods(e Evidence, configured []Method, key *Passkey) Failure {
	for _, r := range p.Required(e.Conditionals) {
		if !r.satisfied(passed(configured), key) {
			return FailedConfiguration
		}
	}
	for _, r := range p.Required(e.Conditionals) {
		if !r.satisfied(e.Methods, key) {
			return FailedAuthentication
		}
	}
	return ""
}

// Required lists the demands for methods that hold on these sides of the
// conditionals, one side for each. All of them count.
func (p Policy) Required(sides []Side) []Requirement {
	out := []Requirement{{Methods: p.Methods, Factors: p.Factors}}
	for i, c := range p.Conditionals {
		if i < len(sides) && sides[i] == Inside {
			out = append(out, c.Inside)
		} else {
			out = append(out, c.Outside)
		}
	}
	return out
}

// passed gives the known methods of a list in their order, never nil.
func passed(methods []Method) []Method { return append([]Method{}, inOrder(Methods(), methods)...) }

func sideOf(fences []Fence, l Location) Side {
	if anyContains(fences, l) {
		return Inside
	}
	return Outside
}

// Accepts reports why a device's evidence does not satisfy p at that moment;
// nil says that it does.
func (p Policy) Accepts(e Evidence, at time.Time) error { return p.accepts(e, nil, at) }

// AcceptsPasskey is [Policy.Accepts] for a passkey that answered. Its evidence
// names no methods: what it showed of the person stands in key.
func (p Policy) AcceptsPasskey(e Evidence, key Passkey, at time.Time) error {
	if len(e.Methods) > 0 {
		return errors.New("a passkey tells no methods, and the evidence names some")
	}
	if p.denies(&key) {
		return errors.New("the passkey can leave its device, which the policy forbids")
	}
	return p.accepts(e, &key, at)
}

func (p Policy) accepts(e Evidence, key *Passkey, at time.Time) error {
	if err := e.Validate(); err != nil {
		return err
	}
	switch {
	case !p.OpenAt(at):
		return errors.New("it is answered outside of the times the policy allows")
	case p.DenyRooted && e.Rooted:
		return errors.New("the device is rooted, which the policy forbids")
	case p.DenyEmulator && e.Emulator:
		return errors.New("the device is emulated, which the policy forbids")
	case len(e.Places) != len(p.Places) || len(e.Conditionals) != len(p.Conditionals):
		return errors.New("the evidence is about another policy's places")
	case slices.Contains(e.Places, Outside):
		return errors.New("the device is outside of the places the policy allows")
	}
	for _, r := range p.Required(e.Conditionals) {
		if !r.satisfied(e.Methods, key) {
			return errors.New("the person passed fewer methods than the policy demands")
		}
	}
	return nil
}
