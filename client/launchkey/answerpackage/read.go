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
	var p Package
	required := []string{"type", "reason", "device_id", "service_pins", "auth_request"}
	if err := readOpen(plaintext, required, []string{"denial_reason", "auth_policy", "auth_methods"}, &p); err != nil {
		return Package{}, err
	}
	if p.DeviceID == "" || p.AuthRequest == "" || p.ServicePins == nil {
		return Package{}, errors.New("answer package: device_id, auth_request or service_pins is empty")
	}
	return p, nil
}

// UnmarshalJSON reads a row that has all of its members and no other.
func (m *AuthMethod) UnmarshalJSON(data []byte) error {
	all := []string{"method", "set", "active", "allowed", "supported", "user_required", "passed", "error"}
	if err := exactly(data, all, nil); err != nil {
		return fmt.Errorf("auth_methods: %w", err)
	}
	type plain AuthMethod
	return json.Unmarshal(data, (*plain)(m))
}

// UnmarshalJSON reads a policy that has no other members than its own.
func (p *AuthPolicy) UnmarshalJSON(data []byte) error {
	if err := exactly(data, nil, []string{"requirement", "amount", "types", "geofences"}); err != nil {
		return fmt.Errorf("auth_policy: %w", err)
	}
	type plain AuthPolicy
	return json.Unmarshal(data, (*plain)(p))
}

// exactly holds an object to its members by their exact names, which
// encoding/json alone would not do.
func exactly(data []byte, required, optional []string) error {
	found, err := present(data, required)
	if err != nil {
		return err
	}
	for name := range found {
		if !slices.Contains(required, name) && !slices.Contains(optional, name) {
			return errors.New("there is a member that nobody knows")
		}
	}
	return nil
}

// present gives the members of an object that has at least the required ones.
func present(data []byte, required []string) (map[string]json.RawMessage, error) {
	var found map[string]json.RawMessage
	if err := json.Unmarshal(data, &found); err != nil || found == nil {
		return nil, errors.New("not an object")
	}
	for _, name := range required {
		if _, ok := found[name]; !ok {
			return nil, fmt.Errorf("%s is missing", name)
		}
	}
	return found, nil
}

// readOpen reads an object that may have members nobody knows: they are left
// out, so that none of them is taken for a known one in other letters.
func readOpen(data []byte, required, optional []string, into any) error {
	found, err := present(data, required)
	if err != nil {
		return fmt.Errorf("answer package: %w", err)
	}
	for name := range found {
		if !slices.Contains(required, name) && !slices.Contains(optional, name) {
			delete(found, name)
		}
	}
	known, err := json.Marshal(found)
	if err != nil {
		return fmt.Errorf("answer package: %w", err)
	}
	if err := json.Unmarshal(known, into); err != nil {
		return fmt.Errorf("answer package: not understood: %w", err)
	}
	return nil
}
