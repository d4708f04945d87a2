package policy

import "slices"

// Factor is a kind of proof that a person can give to a device.
type Factor string

// The factors, in the order in which they are always written.
const (
	Inherence  Factor = "inherence"  // something the person is
	Knowledge  Factor = "knowledge"  // something the person knows
	Possession Factor = "possession" // something the person has, or a place where they are
)

// Factors lists all of them in their order.
func Factors() []Factor { return []Factor{Inherence, Knowledge, Possession} }

// Method is one way in which a person proves to their device who they are.
type Method string

// The methods, in the order in which devices report them.
const (
	Wearables   Method = "wearables"   // a paired device nearby
	Geofencing  Method = "geofencing"  // being where the application wants it
	Locations   Method = "locations"   // being where the person wants it
	PINCode     Method = "pin_code"    // digits
	CircleCode  Method = "circle_code" // a sequence of turns
	Face        Method = "face"
	Fingerprint Method = "fingerprint"
	// PasskeyUnlock is a passkey on the device that verified the person before
	// the device's key signed.
	PasskeyUnlock Method = "passkey"
)

// Methods lists all of them in their order.
func Methods() []Method {
	return []Method{Wearables, Geofencing, Locations, PINCode, CircleCode, Face, Fingerprint, PasskeyUnlock}
}

// Factor is the kind of proof a method gives, "" for a method nobody knows. A
// passkey is held; whether it asked for a PIN or a finger, it tells nobody, and
// so it is possession alone, as where it answers instead of a device.
func (m Method) Factor() Factor {
	switch m {
	case Wearables, Geofencing, Locations, PasskeyUnlock:
		return Possession
	case PINCode, CircleCode:
		return Knowledge
	case Face, Fingerprint:
		return Inherence
	}
	return ""
}

// satisfied reports whether methods, without repetition, and the passkey that
// answers, if one does, meet the requirement.
func (r Requirement) satisfied(methods []Method, key *Passkey) bool {
	if r.Methods != nil && len(methods)+key.methods() < *r.Methods {
		return false
	}
	for _, f := range r.Factors {
		if !key.shows(f) && !slices.ContainsFunc(methods, func(m Method) bool { return m.Factor() == f }) {
			return false
		}
	}
	return true
}

// inOrder gives the elements of list that all has, each once and in all's order.
func inOrder[T comparable](all, list []T) []T {
	var out []T
	for _, v := range all {
		if slices.Contains(list, v) {
			out = append(out, v)
		}
	}
	return out
}
