package authsignal

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"
)

// Management changes how a tenant decides and looks, with its management key.
type Management struct{ transport transport }

// NewManagement returns a client of the tenant that has this management key, which
// is not its secret key. The base URL is that of [New].
func NewManagement(baseURL string, managementKey Secret, options ...Option) (*Management, error) {
	t, err := newTransport(baseURL, version, managementKey, options)
	if err != nil {
		return nil, err
	}
	t.base += "/management"
	return &Management{transport: *t}, nil
}

// String describes the client without its key.
func (m *Management) String() string { return "authsignal management client for " + m.transport.base }

// GoString is [Management.String].
func (m *Management) GoString() string { return m.String() }

// Format writes [Management.String] for every verb.
func (m *Management) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, m.String()) }

// LogValue is [Management.String].
func (m *Management) LogValue() slog.Value { return slog.StringValue(m.String()) }

// Change is a member of a change: the zero one leaves the setting as it is, [To]
// sets it, and [Cleared] takes it away.
type Change[T any] struct {
	value   T
	changes bool
	clears  bool
}

// To sets a setting.
func To[T any](value T) Change[T] { return Change[T]{value: value, changes: true} }

// Cleared takes a setting away.
func Cleared[T any]() Change[T] { return Change[T]{changes: true, clears: true} }

// IsZero is whether the setting stays as it is.
func (c Change[T]) IsZero() bool { return !c.changes }

// MarshalJSON writes the value, or null to clear.
func (c Change[T]) MarshalJSON() ([]byte, error) {
	if c.clears {
		return []byte("null"), nil
	}
	return encode(c.value)
}

// get reads something, which [ErrNotFound] may say is gone.
func (m *Management) get(ctx context.Context, op string, into any, path ...string) error {
	return m.transport.do(ctx, call{op: op, method: http.MethodGet, path: path}, into)
}

func (m *Management) post(ctx context.Context, op string, body, into any, path ...string) error {
	return m.transport.do(ctx, call{op: op, path: path, body: body}, into)
}

func (m *Management) patch(ctx context.Context, op string, body, into any, path ...string) error {
	return m.transport.do(ctx, call{op: op, method: http.MethodPatch, path: path, body: body}, into)
}

func (m *Management) delete(ctx context.Context, op string, path ...string) error {
	return m.transport.do(ctx, call{op: op, method: http.MethodDelete, path: path, again: true}, nil)
}

// ActionConfiguration is how an action is decided when no rule matches, and with
// which methods it may be proved.
type ActionConfiguration struct {
	Code            ActionCode      `json:"actionCode"`
	Default         Outcome         `json:"defaultUserActionResult,omitempty"`
	Methods         []Method        `json:"verificationMethods,omitempty"` // nil: all of the tenant
	DefaultMethod   Method          `json:"defaultVerificationMethod,omitempty"`
	PromptToEnroll  []Method        `json:"promptToEnrollVerificationMethods,omitempty"`
	Templates       json.RawMessage `json:"messagingTemplates,omitempty"` // by locale
	VerificationURL string          `json:"verificationWebhookUrl,omitempty"`
	TenantID        string          `json:"tenantId,omitempty"`            // of answers
	LastActionAt    string          `json:"lastActionCreatedAt,omitempty"` // of answers
}

// ActionConfigurationChange is what to change of one.
type ActionConfigurationChange struct {
	Default         Change[Outcome]         `json:"defaultUserActionResult,omitzero"`
	Methods         Change[[]Method]        `json:"verificationMethods,omitzero"`
	DefaultMethod   Change[Method]          `json:"defaultVerificationMethod,omitzero"`
	PromptToEnroll  Change[[]Method]        `json:"promptToEnrollVerificationMethods,omitzero"`
	Templates       Change[json.RawMessage] `json:"messagingTemplates,omitzero"`
	VerificationURL Change[string]          `json:"verificationWebhookUrl,omitzero"`
}

const actionsPath = "action-configurations"

// ActionConfigurations lists them.
func (m *Management) ActionConfigurations(ctx context.Context) ([]ActionConfiguration, error) {
	return ask[[]ActionConfiguration](ctx, &m.transport, call{op: "list action configurations", method: http.MethodGet, path: []string{actionsPath}})
}

// CreateActionConfiguration makes one.
func (m *Management) CreateActionConfiguration(ctx context.Context, n ActionConfiguration) (*ActionConfiguration, error) {
	if err := n.Code.check(); err != nil {
		return nil, err
	}
	var made ActionConfiguration
	err := m.post(ctx, "create action configuration", n, &made, actionsPath)
	return about(&made, made.Code, n.Code, err, "create action configuration")
}

// ActionConfiguration reads one.
func (m *Management) ActionConfiguration(ctx context.Context, code ActionCode) (*ActionConfiguration, error) {
	if err := code.check(); err != nil {
		return nil, err
	}
	var read ActionConfiguration
	err := m.get(ctx, "get action configuration", &read, actionsPath, string(code))
	return about(&read, read.Code, code, err, "get action configuration")
}

// UpdateActionConfiguration changes one.
func (m *Management) UpdateActionConfiguration(ctx context.Context, code ActionCode, change ActionConfigurationChange) (*ActionConfiguration, error) {
	if err := code.check(); err != nil {
		return nil, err
	}
	var read ActionConfiguration
	err := m.patch(ctx, "update action configuration", change, &read, actionsPath, string(code))
	return about(&read, read.Code, code, err, "update action configuration")
}

// DeleteActionConfiguration deletes one with its rules.
func (m *Management) DeleteActionConfiguration(ctx context.Context, code ActionCode) error {
	if err := code.check(); err != nil {
		return err
	}
	return m.delete(ctx, "delete action configuration", actionsPath, string(code))
}

// about holds an answer to what was asked for.
func about[T any, I comparable](read *T, got, want I, err error, op string) (*T, error) {
	if err != nil {
		return nil, err
	}
	var none I
	if got == none || want != none && got != want {
		return nil, unexpected(op, "it is about something else")
	}
	return read, nil
}

// Rule decides an action when its conditions hold. Of those that hold the one with
// the lowest priority decides, 0 first; no two of an action have the same.
type Rule struct {
	ID             RuleID          `json:"ruleId,omitempty"` // of answers
	Name           string          `json:"name"`
	Description    string          `json:"description,omitempty"`
	IsActive       bool            `json:"isActive"`
	Priority       int             `json:"priority"`
	Outcome        Outcome         `json:"type"`
	Conditions     json.RawMessage `json:"conditions,omitempty"` // JSON logic; none: always
	Methods        []Method        `json:"verificationMethods,omitempty"`
	DefaultMethod  Method          `json:"defaultVerificationMethod,omitempty"`
	PromptToEnroll []Method        `json:"promptToEnrollVerificationMethods,omitempty"`
	TenantID       string          `json:"tenantId,omitempty"`   // of answers
	Action         ActionCode      `json:"actionCode,omitempty"` // of answers
}

// RuleChange is what to change of a rule.
type RuleChange struct {
	Name           Change[string]          `json:"name,omitzero"`
	Description    Change[string]          `json:"description,omitzero"`
	IsActive       Change[bool]            `json:"isActive,omitzero"`
	Priority       Change[int]             `json:"priority,omitzero"`
	Outcome        Change[Outcome]         `json:"type,omitzero"`
	Conditions     Change[json.RawMessage] `json:"conditions,omitzero"`
	Methods        Change[[]Method]        `json:"verificationMethods,omitzero"`
	DefaultMethod  Change[Method]          `json:"defaultVerificationMethod,omitzero"`
	PromptToEnroll Change[[]Method]        `json:"promptToEnrollVerificationMethods,omitzero"`
}

// Rules lists the rules of an action.
func (m *Management) Rules(ctx context.Context, action ActionCode) ([]Rule, error) {
	if err := action.check(); err != nil {
		return nil, err
	}
	return ask[[]Rule](ctx, &m.transport, call{op: "list rules", method: http.MethodGet, path: []string{actionsPath, string(action), "rules"}})
}

// CreateRule makes a rule.
func (m *Management) CreateRule(ctx context.Context, action ActionCode, n Rule) (*Rule, error) {
	if err := action.check(); err != nil {
		return nil, err
	}
	n.ID, n.TenantID, n.Action = "", "", ""
	var made Rule
	err := m.post(ctx, "create rule", n, &made, actionsPath, string(action), "rules")
	return about(&made, made.ID, "", err, "create rule")
}

// Rule reads a rule.
func (m *Management) Rule(ctx context.Context, action ActionCode, id RuleID) (*Rule, error) {
	if err := first(action.check(), id.check()); err != nil {
		return nil, err
	}
	var read Rule
	err := m.get(ctx, "get rule", &read, actionsPath, string(action), "rules", string(id))
	return about(&read, read.ID, id, err, "get rule")
}

// UpdateRule changes a rule.
func (m *Management) UpdateRule(ctx context.Context, action ActionCode, id RuleID, change RuleChange) (*Rule, error) {
	if err := first(action.check(), id.check()); err != nil {
		return nil, err
	}
	var read Rule
	err := m.patch(ctx, "update rule", change, &read, actionsPath, string(action), "rules", string(id))
	return about(&read, read.ID, id, err, "update rule")
}

// DeleteRule deletes a rule.
func (m *Management) DeleteRule(ctx context.Context, action ActionCode, id RuleID) error {
	if err := first(action.check(), id.check()); err != nil {
		return err
	}
	return m.delete(ctx, "delete rule", actionsPath, string(action), "rules", string(id))
}

// moment reads a time of an answer, which may be missing.
func moment(text string) time.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// LastAction is when the action was tracked last, or the zero time.
func (c *ActionConfiguration) LastAction() time.Time { return moment(c.LastActionAt) }
