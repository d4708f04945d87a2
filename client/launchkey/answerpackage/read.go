package answerpackage

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Parse reads the plaintext of the newer package as strictly as the strictest
// SDK: the objects inside have exactly the members that are known. A type,
// reason, method or requirement that is not known is kept, for the caller to
// call "something else".
func Parse(plaintext []byte) (Package, error) {
	if err := members(plaintext, []string{"type", "reason", "device_id", "service_pins", "auth_request"}, nil, tolerant); err != nil {
		return Package{}, fmt.Errorf("answer package: %w", err)
	}
	var p Package
	if err := json.Unmarshal(plaintext, &p); err != nil {
		return Package{}, fmt.Errorf("answer package: not understood: %w", err)
	}
	if p.DeviceID == "" || p.AuthRequest == "" || p.ServicePins == nil {
		return Package{}, errors.New("answer package: device_id, auth_request or service_pins is empty")
	}
	return p, nil
}

// UnmarshalJSON reads a row that has all of its members and no other.
func (m *AuthMethod) UnmarshalJSON(data []byte) error {
	all := []string{"method", "set", "active", "allowed", "supported", "user_required", "passed", "error"}
	if err := members(data, all, nil); err != nil {
		return fmt.Errorf("auth_methods: %w", err)
	}
	type plain AuthMethod
	return json.Unmarshal(data, (*plain)(m))
}

// UnmarshalJSON reads a policy that has no other members than its own.
func (p *AuthPolicy) UnmarshalJSON(data []byte) error {
	if err := members(data, nil, []string{"requirement", "amount", "types", "geofences"}); err != nil {
		return fmt.Errorf("auth_policy: %w", err)
	}
	type plain AuthPolicy
	return json.Unmarshal(data, (*plain)(p))
}

// tolerance says that members nobody named are let pass.
type tolerance bool

const tolerant tolerance = true

// members holds an object to its members by their exact names, which
// encoding/json alone would not do.
func members(data []byte, required, optional []string, more ...tolerance) error {
	var found map[string]json.RawMessage
	if err := json.Unmarshal(data, &found); err != nil || found == nil {
		return errors.New("not an object")
	}
	for _, name := range required {
		if _, ok := found[name]; !ok {
			return fmt.Errorf("%s is missing", name)
		}
	}
	if len(more) > 0 {
		return nil
	}
	for name := range found {
		if !slices.Contains(required, name) && !slices.Contains(optional, name) {
			return errors.New("there is a member that nobody knows")
		}
	}
	return nil
}
