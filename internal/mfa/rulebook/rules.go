package rulebook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
)

const (
	maxMetadata = 4 << 10 // what an operator hangs on a rule, which every decision carries along
	maxRules    = 1000    // of one application: they are made ready together, which takes half a second the first time
)

// sort puts the rules into the order in which they are looked at.
func (p *page) sort() {
	slices.SortStableFunc(p.entries, func(x, y entry) int { return x.rule.Priority - y.rule.Priority })
}

// Rules lists those of a code by priority.
func (s *Service) Rules(ctx context.Context, c *mfa.Caller, code string) ([]mfa.Rule, error) {
	var out []mfa.Rule
	err := s.store.Read(ctx, func(r mfa.Records) error {
		if _, err := r.ActionConfiguration(c.Application.ID, code); err != nil {
			return err
		}
		rules, err := r.RulesOf(c.Application.ID, code)
		out = rules
		return err
	})
	return out, err
}

// Rule looks one of a code up.
func (s *Service) Rule(ctx context.Context, c *mfa.Caller, code string, id mfa.RuleID) (mfa.Rule, error) {
	var out mfa.Rule
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		out, err = ruleOf(r, c, code, id)
		return err
	})
	return out, err
}

func ruleOf(r mfa.Records, c *mfa.Caller, code string, id mfa.RuleID) (mfa.Rule, error) {
	out, err := r.Rule(id)
	if err != nil {
		return mfa.Rule{}, err
	}
	if out.ApplicationID != c.Application.ID || out.ActionCode != code {
		return mfa.Rule{}, mfa.Missing("rule")
	}
	return out, nil
}

// CreateRule adds one to the rules of its code, which is configured already.
func (s *Service) CreateRule(ctx context.Context, c *mfa.Caller, in mfa.Rule) (mfa.Rule, error) {
	var out mfa.Rule
	err := s.change(ctx, c, "rule", func(w mfa.WriteRecords) (string, string, error) {
		if _, err := w.ActionConfiguration(c.Application.ID, in.ActionCode); err != nil {
			return "", "", err
		}
		out = in
		out.ID, out.ApplicationID, out.Version = mfa.NewID[mfa.RuleID](), c.Application.ID, 0
		out.CreatedAt, out.UpdatedAt = s.domain.Now(), s.domain.Now()
		if err := s.put(w, c, &out); err != nil {
			return "", "", err
		}
		out.Version = 1
		return string(out.ID), created, nil
	})
	return out, err
}

// UpdateRule lets change edit one. Change may run more than once.
func (s *Service) UpdateRule(ctx context.Context, c *mfa.Caller, code string, id mfa.RuleID, change func(*mfa.Rule) error) (mfa.Rule, error) {
	var out mfa.Rule
	err := s.change(ctx, c, "rule", func(w mfa.WriteRecords) (string, string, error) {
		have, err := ruleOf(w, c, code, id)
		if err != nil {
			return "", "", err
		}
		out = have
		if err := change(&out); err != nil {
			return "", "", err
		}
		out.UpdatedAt = s.domain.Now()
		if err := s.put(w, c, &out); err != nil {
			return "", "", err
		}
		out.Version++
		return string(id), updated, nil
	})
	return out, err
}

// RemoveRule deletes one. Decisions that it made keep its name.
func (s *Service) RemoveRule(ctx context.Context, c *mfa.Caller, code string, id mfa.RuleID) error {
	return s.change(ctx, c, "rule", func(w mfa.WriteRecords) (string, string, error) {
		if _, err := ruleOf(w, c, code, id); err != nil {
			return "", "", err
		}
		return string(id), removed, w.RemoveRule(id)
	})
}

// put checks a rule, by itself and among the others, and stores it.
func (s *Service) put(w mfa.WriteRecords, c *mfa.Caller, r *mfa.Rule) error {
	if err := checkRule(c, r); err != nil {
		return err
	}
	if err := s.checkAmong(w, c, r); err != nil {
		return err
	}
	err := w.PutRule(*r)
	if conflict, ok := errors.AsType[*mfa.Error](err); ok && conflict.Code == mfa.Conflict && conflict.Field == "priority" {
		return taken("priority", fmt.Sprintf("another rule of the action has priority %d", r.Priority))
	}
	return err
}

// checkAmong holds a rule to the value lists, data points and rules that there are.
func (s *Service) checkAmong(w mfa.WriteRecords, c *mfa.Caller, r *mfa.Rule) error {
	var d Draft
	if err := d.read(w, c.Application.ID); err != nil {
		return err
	}
	if len(d.Rules) >= maxRules && r.Version == 0 {
		return full("the application has as many rules as it may have; delete one first")
	}
	others := slices.DeleteFunc(d.Rules, func(have mfa.Rule) bool { return have.ID == r.ID || have.ActionCode != r.ActionCode })
	if len(others) >= s.domain.Limits().RulesPerAction {
		return full("the action has as many rules as it may have; delete one first")
	}
	for i := range others {
		if others[i].Priority == r.Priority {
			return taken("priority", fmt.Sprintf("the rule %q has priority %d already", others[i].Name, r.Priority))
		}
	}
	d.Rules = []mfa.Rule{*r}
	if err := s.prove(d); err != nil {
		return err
	}
	d.Rules = append(d.Rules, others...)
	_, err := s.Compile(d) // whether they are too slow together
	return err
}

// prove compiles a draft and runs the tests that its rules carry.
func (s *Service) prove(d Draft) error {
	book, err := s.Compile(d)
	if err != nil {
		return err
	}
	for i := range d.Rules {
		results, err := book.Test(i)
		if err != nil {
			return err
		}
		for _, result := range results {
			if !result.Passed() {
				return invalid(FieldTests, fmt.Sprintf("the test %q of the rule %q fails: %s", result.Name, d.Rules[i].Name, result.Complaint()))
			}
		}
	}
	return nil
}

// checkRule looks at a rule by itself.
func checkRule(c *mfa.Caller, r *mfa.Rule) error {
	if err := mfa.CheckName(r.Name); err != nil {
		return err
	}
	switch {
	case len(r.Description) > maxDescription || mfa.Showable(r.Description) != r.Description:
		return invalid("description", "a description has at most 1000 characters that can be shown")
	case !r.Outcome.Known():
		return invalid("type", "the type of a rule is ALLOW, CHALLENGE, REVIEW or BLOCK")
	case r.Priority < 0 || r.Priority > mfa.MaxRulePriority:
		return invalid("priority", "the priority of a rule is a whole number from 0 to 99")
	case len(r.Metadata) > maxMetadata || len(r.Metadata) > 0 && !json.Valid(r.Metadata):
		return invalid("metadata", "the metadata of a rule takes at most 4 KiB of JSON")
	}
	return checkMethods(c, r.Methods, r.DefaultMethod, r.Uplift)
}

// named says of which rule a refusal speaks, where there are several.
func named(r *mfa.Rule, err error) error {
	refusal, ok := errors.AsType[*mfa.Error](err)
	if !ok {
		return err
	}
	out := *refusal
	out.Message = fmt.Sprintf("the rule %q: %s", r.Name, refusal.Message)
	return &out
}
