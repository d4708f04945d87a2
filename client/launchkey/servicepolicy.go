package launchkey

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

type policyBody struct {
	ID     ServiceID `json:"service_id"`
	Policy any       `json:"policy,omitempty"`
}

// ServicePolicy reads the policy of a service: a [LegacyPolicy] that demands
// nothing when none was set. An unknown service is ErrServiceNotFound here.
func (m *ServiceManager) ServicePolicy(ctx context.Context, id ServiceID) (Policy, error) {
	const op = "read service policy"
	if err := id.check(); err != nil {
		return nil, err
	}
	var raw json.RawMessage
	if err := m.of.do(ctx, call{op, http.MethodPost, m.base + "/service/policy/item", policyBody{ID: id}}, &raw); err != nil {
		return nil, err
	}
	policy, err := readPolicy(raw)
	if err != nil {
		return nil, fmt.Errorf("launchkey: %s: %w", op, err)
	}
	return policy, nil
}

// SetServicePolicy makes a policy that of a service, in place of the one it had.
func (m *ServiceManager) SetServicePolicy(ctx context.Context, id ServiceID, policy Policy) error {
	if err := id.check(); err != nil {
		return err
	}
	if policy == nil {
		return &FormatError{Field: "policy", Reason: "must not be nil; RemoveServicePolicy takes one away"}
	}
	if err := policy.check(); err != nil {
		return err
	}
	return m.of.do(ctx, call{"set service policy", http.MethodPut, m.base + "/service/policy", policyBody{id, policy.wire()}}, nil)
}

// RemoveServicePolicy takes the policy of a service away, if it has one.
func (m *ServiceManager) RemoveServicePolicy(ctx context.Context, id ServiceID) error {
	if err := id.check(); err != nil {
		return err
	}
	return m.of.do(ctx, call{"remove service policy", http.MethodDelete, m.base + "/service/policy", policyBody{ID: id}}, nil)
}
