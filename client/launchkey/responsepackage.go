package launchkey

import (
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // the protocol's older package is OAEP with SHA-1, where its weakness does not count
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
)

// openLegacy opens the older package: RSA alone, in Base64 with line breaks.
func (r *keyring) openLegacy(sealed string, id KeyID) ([]byte, error) {
	key, err := r.find(id)
	if err != nil {
		return nil, err
	}
	raw, err := base64.StdEncoding.DecodeString(strings.Map(withoutSpace, sealed))
	if err != nil {
		return nil, undecided("its package is not in Base64")
	}
	plain, err := rsa.DecryptOAEP(sha1.New(), nil, key, raw, nil) //nolint:gosec // see the import
	if err != nil {
		return nil, undecided("its package cannot be decrypted")
	}
	return plain, nil
}

func withoutSpace(r rune) rune {
	if strings.ContainsRune(" \t\r\n", r) {
		return -1
	}
	return r
}

func readLegacyPackage(plain []byte) (*AuthorizationResponse, error) {
	var w struct {
		Response *bool           `json:"response"`
		Request  AuthorizationID `json:"auth_request"`
		Device   DeviceID        `json:"device_id"`
		Pins     []string        `json:"service_pins"`
	}
	switch err := json.Unmarshal(plain, &w); {
	case err != nil:
		return nil, undecided("a member of the package has another type than the protocol says")
	case w.Response == nil:
		return nil, undecided("its package does not say what was decided")
	case w.Request.check() != nil || w.Device.check() != nil:
		return nil, undecided("its package does not name the request and the device")
	}
	return &AuthorizationResponse{Authorized: *w.Response, RequestID: w.Request, DeviceID: w.Device, ServicePins: w.Pins}, nil
}

type packageWire struct {
	Type         string          `json:"type"`
	Reason       string          `json:"reason"`
	DenialReason string          `json:"denial_reason"`
	Device       DeviceID        `json:"device_id"`
	Pins         []string        `json:"service_pins"`
	Request      AuthorizationID `json:"auth_request"`
	Policy       *insightWire    `json:"auth_policy"`
	Methods      []methodWire    `json:"auth_methods"`
}

type insightWire struct {
	Requirement string      `json:"requirement"`
	Amount      float64     `json:"amount"`
	Types       []string    `json:"types"`
	Fences      []fenceWire `json:"geofences"`
}

type methodWire struct {
	Name         string `json:"method"`
	Set          *bool  `json:"set"`
	Active       *bool  `json:"active"`
	Allowed      *bool  `json:"allowed"`
	Supported    *bool  `json:"supported"`
	UserRequired *bool  `json:"user_required"`
	Passed       *bool  `json:"passed"`
	Error        *bool  `json:"error"`
}

func readPackage(plain []byte) (*AuthorizationResponse, error) {
	var w packageWire
	switch err := json.Unmarshal(plain, &w); {
	case err != nil:
		return nil, undecided("a member of the package has another type than the protocol says")
	case w.Type == "" || w.Reason == "":
		return nil, undecided("its package does not say what was decided")
	case w.Request.check() != nil || w.Device.check() != nil:
		return nil, undecided("its package does not name the request and the device")
	}
	response := &AuthorizationResponse{
		Type: knownOr(ResponseType(w.Type), OtherOutcome, Authorized, Denied, Failed), DenialReason: w.DenialReason,
		Reason: knownOr(ResponseReason(w.Reason), ReasonOther, ReasonApproved, ReasonDisapproved, ReasonFraudulent, ReasonPolicy,
			ReasonPermission, ReasonAuthentication, ReasonConfiguration, ReasonBusyLocal, ReasonSensor),
		RequestID: w.Request, DeviceID: w.Device, ServicePins: w.Pins,
	}
	response.Authorized = response.Type == Authorized && response.Reason == ReasonApproved
	response.Fraud = response.Reason == ReasonFraudulent
	for _, m := range w.Methods {
		response.Methods = append(response.Methods, m.read())
	}
	var err error
	response.Policy, err = w.Policy.read()
	return response, err
}

// knownOr is the value when it is one of the known ones.
func knownOr[T comparable](value, other T, known ...T) T {
	if slices.Contains(known, value) {
		return value
	}
	return other
}

func (w *insightWire) read() (*ResponsePolicy, error) {
	if w == nil {
		return nil, nil
	}
	fences, err := readFences(w.Fences)
	if err != nil {
		return nil, err
	}
	policy := &ResponsePolicy{
		Requirement: knownOr(Requirement(w.Requirement), RequirementOther,
			RequirementNone, RequirementAmount, RequirementTypes, RequirementConditional),
		Fences: fences,
	}
	if policy.Requirement == RequirementAmount {
		if policy.Amount, err = readAmount(&w.Amount); err != nil {
			return nil, err
		}
	}
	for _, name := range w.Types {
		if factor, err := ParseFactor(name); err == nil {
			policy.Factors = append(policy.Factors, factor)
		}
	}
	return policy, nil
}

func (w methodWire) read() Method {
	return Method{
		Name: knownOr(MethodName(w.Name), MethodOther, MethodWearables, MethodGeofencing, MethodLocations,
			MethodPINCode, MethodCircleCode, MethodFace, MethodFingerprint),
		Set: w.Set, Active: isTrue(w.Active), Allowed: isTrue(w.Allowed), Supported: isTrue(w.Supported),
		UserRequired: w.UserRequired, Passed: w.Passed, Error: w.Error,
	}
}
