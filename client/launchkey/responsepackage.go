package launchkey

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"slices"

	"github.com/twinseal/twinseal/client/launchkey/answerpackage"
)

// openLegacy opens the older package, which says little more than yes or no.
func (r *keyring) openLegacy(sealed string, id KeyID) (*AuthorizationResponse, error) {
	key, err := r.find(id)
	if err != nil {
		return nil, err
	}
	read, err := answerpackage.OpenLegacy(sealed, key)
	if err != nil {
		return nil, undecided(err.Error())
	}
	return &AuthorizationResponse{
		Authorized: read.Response, ServicePins: read.ServicePins,
		RequestID: AuthorizationID(read.AuthRequest), DeviceID: DeviceID(read.DeviceID),
	}, nil
}

// openFull opens the package that says everything.
func (r *keyring) openFull(sealed string) (*AuthorizationResponse, error) {
	var missing error
	read, err := answerpackage.Open(sealed, func(id string) *rsa.PrivateKey {
		var key *rsa.PrivateKey
		key, missing = r.find(KeyID(id))
		return key
	})
	switch {
	case errors.Is(err, answerpackage.ErrUnknownKey):
		return nil, missing
	case err != nil:
		return nil, undecided(err.Error())
	}
	response := &AuthorizationResponse{
		Authorized: read.Authorized(), Fraud: read.Fraud(), ServicePins: read.ServicePins,
		RequestID: AuthorizationID(read.AuthRequest), DeviceID: DeviceID(read.DeviceID),
		Type: knownOr(ResponseType(read.Type), OtherOutcome, Authorized, Denied, Failed),
		Reason: knownOr(ResponseReason(read.Reason), ReasonOther, ReasonApproved, ReasonDisapproved, ReasonFraudulent, ReasonPolicy,
			ReasonPermission, ReasonAuthentication, ReasonConfiguration, ReasonBusyLocal, ReasonSensor),
		Policy: policyOf(read.AuthPolicy),
	}
	if read.DenialReason != nil {
		response.DenialReason = *read.DenialReason
	}
	for _, m := range read.AuthMethods {
		response.Methods = append(response.Methods, methodOf(m))
	}
	return response, nil
}

func undecided(why string) error { return fmt.Errorf("%w: %s", ErrUnexpectedAnswer, printable(why)) }

// knownOr is the value when it is one of the known ones.
func knownOr[T comparable](value, other T, known ...T) T {
	if slices.Contains(known, value) {
		return value
	}
	return other
}

func policyOf(told *answerpackage.AuthPolicy) *ResponsePolicy {
	if told == nil {
		return nil
	}
	policy := &ResponsePolicy{}
	if told.Requirement != nil {
		policy.Requirement = knownOr(Requirement(*told.Requirement), RequirementOther,
			RequirementAmount, RequirementTypes, RequirementConditional)
	}
	if policy.Requirement == RequirementAmount {
		policy.Amount = told.Amount
	}
	for _, name := range told.Types {
		if factor, err := ParseFactor(string(name)); err == nil {
			policy.Factors = append(policy.Factors, factor)
		}
	}
	for _, g := range told.Geofences {
		policy.Fences = append(policy.Fences, fenceOf(g))
	}
	return policy
}

func fenceOf(g answerpackage.Geofence) Fence {
	if g.Type == answerpackage.Territory {
		return Territory{Name: g.Name, Country: g.Country, AdministrativeArea: g.AdministrativeArea, PostalCode: g.PostalCode}
	}
	return Circle{Name: g.Name, Latitude: g.Latitude, Longitude: g.Longitude, Radius: g.Radius}
}

func methodOf(m answerpackage.AuthMethod) Method {
	return Method{
		Name: knownOr(MethodName(m.Method), MethodOther, MethodWearables, MethodGeofencing, MethodLocations,
			MethodPINCode, MethodCircleCode, MethodFace, MethodFingerprint),
		Set: m.Set, Active: m.Active, Allowed: m.Allowed, Supported: m.Supported,
		UserRequired: m.UserRequired, Passed: m.Passed, Error: m.Error,
	}
}
