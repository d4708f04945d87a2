package authsignal

import (
	"context"
	"encoding/json"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// managedRuleView is a rule. Its tests and metadata are this server's own members.
type managedRuleView struct {
	ID            mfa.RuleID      `json:"ruleId,omitempty"`
	TenantID      string          `json:"tenantId,omitempty"`
	Code          string          `json:"actionCode,omitempty"`
	Name          string          `json:"name"`
	Description   string          `json:"description,omitempty"`
	Active        bool            `json:"isActive"`
	Priority      int             `json:"priority"`
	Type          string          `json:"type"`
	Conditions    json.RawMessage `json:"conditions,omitempty"`
	Methods       []string        `json:"verificationMethods,omitempty"`
	DefaultMethod string          `json:"defaultVerificationMethod,omitempty"`
	Uplift        []string        `json:"promptToEnrollVerificationMethods,omitempty"`
	Tests         json.RawMessage `json:"tests,omitempty"`
	Metadata      json.RawMessage `json:"metadata,omitempty"`
}

func (d *Dialect) managedRuleView(c *call, r *mfa.Rule) managedRuleView {
	view := shownRule(r)
	view.TenantID, view.Code = d.tenantID(c.caller), r.ActionCode
	return view
}

// rule writes the edit into a rule. What a rule cannot be without is not cleared.
func (e *edit) rule(r *mfa.Rule) error {
	member(e, "name", &r.Name)
	member(e, "description", &r.Description)
	member(e, "isActive", &r.Active)
	member(e, "priority", &r.Priority)
	outcomeMember(e, "type", &r.Outcome)
	written(e, "conditions", &r.Conditions)
	methodList(e, "verificationMethods", &r.Methods)
	methodMember(e, "defaultVerificationMethod", &r.DefaultMethod)
	methodList(e, "promptToEnrollVerificationMethods", &r.Uplift)
	written(e, "tests", &r.Tests)
	written(e, "metadata", &r.Metadata)
	for _, needed := range []string{"name", "isActive", "priority", "type"} {
		if raw, said := e.in[needed]; said && isNull(raw) && e.err == nil {
			e.err = invalid(needed + " cannot be cleared: a rule has one")
		}
	}
	return e.err
}

func (d *Dialect) listRules(ctx context.Context, c *call) (endpoint.Response, error) {
	all, err := d.rulebook.Rules(ctx, c.caller, c.values[0])
	if err != nil {
		return endpoint.Response{}, err
	}
	out := make([]managedRuleView, len(all))
	for i := range all {
		out[i] = d.managedRuleView(c, &all[i])
	}
	return ok(out)
}

// createRule makes a rule. Older clients leave out whatever is zero or false, so that is what a missing priority and a
// missing isActive mean.
func (d *Dialect) createRule(ctx context.Context, c *call, e *edit) (endpoint.Response, error) {
	r := mfa.Rule{ActionCode: c.values[0]}
	if err := e.rule(&r); err != nil {
		return endpoint.Response{}, err
	}
	return d.showRule(c)(d.rulebook.CreateRule(ctx, c.caller, r))
}

func (d *Dialect) getRule(ctx context.Context, c *call) (endpoint.Response, error) {
	return d.showRule(c)(d.rulebook.Rule(ctx, c.caller, c.values[0], mfa.RuleID(c.values[1])))
}

func (d *Dialect) updateRule(ctx context.Context, c *call, e *edit) (endpoint.Response, error) {
	return d.showRule(c)(d.rulebook.UpdateRule(ctx, c.caller, c.values[0], mfa.RuleID(c.values[1]), e.rule))
}

func (d *Dialect) removeRule(ctx context.Context, c *call) (endpoint.Response, error) {
	if err := d.rulebook.RemoveRule(ctx, c.caller, c.values[0], mfa.RuleID(c.values[1])); err != nil {
		return endpoint.Response{}, err
	}
	return done()
}

func (d *Dialect) showRule(c *call) func(mfa.Rule, error) (endpoint.Response, error) {
	return func(r mfa.Rule, err error) (endpoint.Response, error) {
		if err != nil {
			return endpoint.Response{}, err
		}
		return ok(d.managedRuleView(c, &r))
	}
}
