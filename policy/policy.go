package policy

import (
	"reflect"
	"slices"
	"time"
)

// Policy is what a challenge demands. The zero value demands nothing.
type Policy struct {
	// Methods is how many different methods the person must pass. Nil asks
	// for none; 0 is a number that was given and asks for none either.
	Methods *int `json:"methods,omitempty,string"`
	// Factors demands one method of each, in the order of [Factors].
	Factors []Factor `json:"factors,omitempty"`
	// Places are groups of fences: the device must be inside at least one
	// fence of every group. Groups come from merging.
	Places [][]Fence `json:"places,omitempty"`
	// Times are groups of windows: the moment must fall into at least one
	// window of every group.
	Times [][]Window `json:"times,omitempty"`
	// Conditionals demand more depending on where the device is. Several
	// come from merging; each counts.
	Conditionals []Conditional `json:"conditionals,omitempty"`
	DenyRooted   bool          `json:"deny_rooted,omitempty"`
	DenyEmulator bool          `json:"deny_emulator,omitempty"`
	// DenySynced lets no passkey answer that can leave its device.
	DenySynced bool `json:"deny_synced,omitempty"`
	// Match makes the person bring a number from where the question was caused.
	// The device shows no verdict on it: the server alone knows the number.
	Match Match `json:"match,omitempty"`
}

// Requirement is a demand for methods, as in [Policy].
type Requirement struct {
	Methods *int     `json:"methods,omitempty,string"`
	Factors []Factor `json:"factors,omitempty"`
}

// Conditional demands Inside where the device is inside at least one of the
// fences, and Outside everywhere else.
type Conditional struct {
	Fences  []Fence     `json:"fences"`
	Inside  Requirement `json:"inside"`
	Outside Requirement `json:"outside"`
}

// FenceKind says how a fence is drawn.
type FenceKind string

// The kinds of fences.
const (
	Circle    FenceKind = "circle"
	Territory FenceKind = "territory"
)

// Fence is a place: a circle around a point, or a territory with a name that
// every map knows.
type Fence struct {
	Kind FenceKind
	Name string // for people; may be empty
	// Latitude and Longitude are degrees, Radius metres: of circles.
	Latitude, Longitude, Radius float64
	// Country is ISO 3166-1 alpha-2; Area, ISO 3166-2, and PostalCode narrow
	// it further when they are set: of territories.
	Country, Area, PostalCode string
}

// Window is a time of day on some days of the week. The minute of End is
// inside. When End is before Start the window runs over midnight and belongs
// to the day on which it starts.
type Window struct {
	Name  string
	Days  []time.Weekday
	Start TimeOfDay
	End   TimeOfDay
	Zone  string // of the IANA database
}

// IsZero reports whether p demands nothing and says nothing.
func (p Policy) IsZero() bool {
	return p.Methods == nil && len(p.Factors) == 0 && len(p.Places) == 0 && len(p.Times) == 0 &&
		len(p.Conditionals) == 0 && !p.DenyRooted && !p.DenyEmulator && !p.DenySynced && p.Match == ""
}

// Merge gives the policy that demands what a and b demand: the larger number,
// the factors of both, the fences and windows of both. It can only tighten,
// and is in normal form. Merged policies may be larger than [Policy.Validate]
// allows.
func Merge(a, b Policy) Policy {
	return Policy{
		Methods:      larger(a.Methods, b.Methods),
		Factors:      slices.Concat(a.Factors, b.Factors),
		Places:       slices.Concat(a.Places, b.Places),
		Times:        slices.Concat(a.Times, b.Times),
		Conditionals: slices.Concat(a.Conditionals, b.Conditionals),
		DenyRooted:   a.DenyRooted || b.DenyRooted,
		DenyEmulator: a.DenyEmulator || b.DenyEmulator,
		DenySynced:   a.DenySynced || b.DenySynced,
		Match:        StricterMatch(a.Match, b.Match),
	}.Normal()
}

func larger(a, b *int) *int {
	if a == nil || b != nil && *b > *a {
		return b
	}
	return a
}

// Normal gives the same policy in the form that [Policy.Validate] wants:
// factors in their order and once, no empty groups, no group twice.
func (p Policy) Normal() Policy {
	p.Factors = inOrder(Factors(), p.Factors)
	p.Places = distinct(p.Places, func(g []Fence) bool { return len(g) == 0 })
	p.Times = distinct(p.Times, func(g []Window) bool { return len(g) == 0 })
	conditionals := slices.Clone(p.Conditionals)
	for i := range conditionals {
		conditionals[i].Inside.Factors = inOrder(Factors(), conditionals[i].Inside.Factors)
		conditionals[i].Outside.Factors = inOrder(Factors(), conditionals[i].Outside.Factors)
	}
	p.Conditionals = distinct(conditionals, func(Conditional) bool { return false })
	return p
}

// distinct drops what is empty or was there before; nothing left is nil.
func distinct[T any](list []T, empty func(T) bool) []T {
	var out []T
	for _, v := range list {
		if !empty(v) && !slices.ContainsFunc(out, func(o T) bool { return reflect.DeepEqual(o, v) }) {
			out = append(out, v)
		}
	}
	return out
}

// NeedsLocation reports whether a device must know where it is to judge p.
func (p Policy) NeedsLocation() bool { return len(p.Places) > 0 || len(p.Conditionals) > 0 }

// Fences lists every fence of p once, those of conditionals last: for showing
// and reporting, not for judging.
func (p Policy) Fences() []Fence {
	all := slices.Concat(p.Places...)
	for _, c := range p.Conditionals {
		all = append(all, c.Fences...)
	}
	return distinct(all, func(Fence) bool { return false })
}
