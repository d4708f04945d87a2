package answerpackage

import (
	"slices"

	"github.com/twinseal/twinseal/policy"
)

// Type says how a request ended.
type Type string

// The types. An SDK takes any other one for "something else", never for a yes.
const (
	Authorized Type = "AUTHORIZED"
	Denied     Type = "DENIED"
	Failed     Type = "FAILED"
)

// Reason says why it ended so.
type Reason string

// The reasons. Approved goes with Authorized; Disapproved and Fraudulent with
// Denied; the others with Failed.
const (
	Approved       Reason = "APPROVED"
	Disapproved    Reason = "DISAPPROVED"
	Fraudulent     Reason = "FRAUDULENT"
	Policy         Reason = "POLICY"
	Permission     Reason = "PERMISSION"
	Authentication Reason = "AUTHENTICATION"
	Configuration  Reason = "CONFIGURATION"
	BusyLocal      Reason = "BUSY_LOCAL"
	Sensor         Reason = "SENSOR"
)

// Package is everything a device says about an answer.
type Package struct {
	Type   Type   `json:"type"`
	Reason Reason `json:"reason"`
	// DenialReason is the id of the reason the person chose, nil for none.
	DenialReason *string `json:"denial_reason"`
	DeviceID     string  `json:"device_id"`
	// ServicePins are the device's last few one-time numbers for the
	// application, never nil; see [NextPins].
	ServicePins []string `json:"service_pins"`
	AuthRequest string   `json:"auth_request"`
	// AuthPolicy is the policy that was in force, AuthMethods what the device
	// can do and did; nil where a device said nothing.
	AuthPolicy  *AuthPolicy  `json:"auth_policy"`
	AuthMethods []AuthMethod `json:"auth_methods"`
}

// Answer is what a device knows when it makes a package.
type Answer struct {
	AuthRequest string
	DeviceID    string
	ServicePins []string
	// Approved is the person's yes; Failure says that the device could not
	// satisfy the policy, whatever the person said.
	Approved bool
	Failure  policy.Failure
	// DenialReason is the id of an offered reason, "" for none.
	DenialReason string
	Fraud        bool
	Policy       policy.Policy
	Evidence     policy.Evidence
	Device       Capabilities
}

// New makes the package of an answer, with a type and a reason that fit.
func New(a Answer) Package {
	p := Package{
		DeviceID: a.DeviceID, AuthRequest: a.AuthRequest, ServicePins: append([]string{}, a.ServicePins...),
		AuthPolicy: NewAuthPolicy(a.Policy), AuthMethods: newAuthMethods(a),
	}
	switch {
	case a.Failure != "":
		p.Type, p.Reason = Failed, failureReason(a.Failure)
	case a.Approved:
		p.Type, p.Reason = Authorized, Approved
	case a.Fraud:
		p.Type, p.Reason = Denied, Fraudulent
	default:
		p.Type, p.Reason = Denied, Disapproved
	}
	if p.Type == Denied && a.DenialReason != "" {
		p.DenialReason = &a.DenialReason
	}
	return p
}

func failureReason(f policy.Failure) Reason {
	switch f {
	case policy.FailedPermission:
		return Permission
	case policy.FailedAuthentication:
		return Authentication
	case policy.FailedConfiguration:
		return Configuration
	case policy.FailedBusy:
		return BusyLocal
	case policy.FailedSensor:
		return Sensor
	}
	return Policy
}

// Authorized reports the person's yes: type and reason must agree.
func (p Package) Authorized() bool { return p.Type == Authorized && p.Reason == Approved }

// Fraud reports that the person said that it was not them.
func (p Package) Fraud() bool { return p.Reason == Fraudulent }

// AuthMethod is one row of what a device says about its methods. A nil value
// is one that was not asked or not tried.
type AuthMethod struct {
	Method       policy.Method `json:"method"`
	Set          *bool         `json:"set"`           // the person has set it up
	Active       bool          `json:"active"`        // it can be used now
	Allowed      bool          `json:"allowed"`       // the application's app allows it
	Supported    bool          `json:"supported"`     // the hardware can do it
	UserRequired *bool         `json:"user_required"` // the person's own wish demands it
	Passed       *bool         `json:"passed"`
	Error        *bool         `json:"error"`
}

// Capabilities are the methods that a device could offer, and those that are
// set up on it.
type Capabilities struct {
	Supported  []policy.Method
	Configured []policy.Method
}

// DefaultSupported is what a phone without a paired wearable and without a
// face sensor can do.
func DefaultSupported() []policy.Method {
	return []policy.Method{policy.Geofencing, policy.Locations, policy.PINCode, policy.CircleCode, policy.Fingerprint}
}

// newAuthMethods lists every method in its order but the passkey that unlocked a
// device, of which the SDKs know nothing. Being inside of an
// application's fence is always at hand and never set up.
func newAuthMethods(a Answer) []AuthMethod {
	out := make([]AuthMethod, 0, policy.MaxMethods)
	for _, m := range policy.Methods() {
		if m == policy.PasskeyUnlock {
			continue
		}
		passed := slices.Contains(a.Evidence.Methods, m)
		set := passed || slices.Contains(a.Device.Configured, m)
		row := AuthMethod{Method: m, Set: new(set), Active: set, Allowed: true, Supported: set || slices.Contains(a.Device.Supported, m)}
		if m == policy.Geofencing {
			row.Set, row.Active, row.Supported = nil, true, true
		}
		if passed || a.tried(m, set) {
			row.UserRequired, row.Passed, row.Error = new(false), new(passed), new(false)
		}
		out = append(out, row)
	}
	return out
}

// tried reports whether the device put a method to the test that was not
// passed: those set up when authentication failed, and the place when there is
// a verdict about it.
func (a Answer) tried(m policy.Method, set bool) bool {
	if m == policy.Geofencing {
		return slices.Contains(a.Evidence.Places, policy.Outside)
	}
	return set && a.Failure == policy.FailedAuthentication
}

// The requirements that an [AuthPolicy] may name.
const (
	RequireTypes   = "types"
	RequireAmount  = "amount"
	RequireCondGeo = "cond_geo"
)

// AuthPolicy is a policy in the flat form of answers.
type AuthPolicy struct {
	// Requirement is one of the constants above, nil for none.
	Requirement *string         `json:"requirement"`
	Amount      int             `json:"amount"`
	Types       []policy.Factor `json:"types"`
	Geofences   []Geofence      `json:"geofences"`
}

// NewAuthPolicy puts a policy into the flat form. A policy that demands both a
// number and factors is named by its factors; the number stays beside them.
func NewAuthPolicy(p policy.Policy) *AuthPolicy {
	out := &AuthPolicy{Types: append([]policy.Factor{}, p.Factors...), Geofences: []Geofence{}}
	if p.Methods != nil {
		out.Amount = *p.Methods
	}
	switch {
	case len(p.Conditionals) > 0:
		out.Requirement = new(RequireCondGeo)
	case len(p.Factors) > 0:
		out.Requirement = new(RequireTypes)
	case p.Methods != nil:
		out.Requirement = new(RequireAmount)
	}
	for _, f := range p.Fences() {
		out.Geofences = append(out.Geofences, newGeofence(f))
	}
	return out
}
