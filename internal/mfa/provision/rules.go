package provision

import (
	"encoding/json"
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
)

// stepUp makes the rest true: what has rows of its own.
func (r *applying) stepUp(path string, c *mfa.Caller, want *PlannedStepUp) (changed bool, err error) {
	if want == nil {
		return false, nil
	}
	id := c.Application.ID
	for _, l := range want.Lists {
		did, err := r.valueList(id, l)
		if err != nil {
			return changed, at(path, at(l.Place, err))
		}
		changed = changed || did
	}
	for _, d := range want.Points {
		did, err := r.dataPoint(id, d)
		if err != nil {
			return changed, at(path, at(d.Place, err))
		}
		changed = changed || did
	}
	for _, a := range want.Actions {
		did, err := r.action(id, a)
		if err != nil {
			return changed, at(path, at(a.Place, err))
		}
		changed = changed || did
		for i, one := range a.Rules {
			did, err := r.rule(c, a.Code, i, one)
			if err != nil {
				return changed, at(path, at(one.Place, err))
			}
			changed = changed || did
		}
	}
	if changed {
		err = r.s.rules.JudgeAll(r.w, c)
	}
	return changed, at(path, err)
}

func (r *applying) action(id mfa.ApplicationID, want PlannedAction) (bool, error) {
	have, err := r.w.ActionConfiguration(id, want.Code)
	if err != nil && !mfa.IsCode(err, mfa.NotFound) {
		return false, err
	}
	existed := err == nil
	next := have
	if !existed {
		next = mfa.ActionConfiguration{ApplicationID: id, Code: want.Code, CreatedAt: r.s.domain.Now()}
	}
	or(&next.Default, want.Default)
	or(&next.DefaultMethod, want.DefaultMethod)
	or(&next.HookURL, want.HookURL)
	given(&next.Methods, want.Methods)
	given(&next.Uplift, want.Uplift)
	given(&next.Templates, want.Templates)
	if changed, err := differ(have, next); err != nil || existed && !changed {
		return false, err
	}
	next.UpdatedAt = r.s.domain.Now()
	return true, r.w.PutActionConfiguration(next)
}

func (r *applying) rule(c *mfa.Caller, code string, place int, want PlannedRule) (bool, error) {
	id := c.Application.ID
	all, err := r.w.RulesOf(id, code)
	if err != nil {
		return false, err
	}
	have, next := mfa.Rule{}, mfa.Rule{ID: mfa.NewID[mfa.RuleID](), ApplicationID: id, ActionCode: code, Name: want.Name, Active: true, Priority: place, CreatedAt: r.s.domain.Now()}
	if i := slices.IndexFunc(all, func(one mfa.Rule) bool { return one.Name == want.Name }); i >= 0 {
		have, next = all[i], all[i]
	}
	or(&next.Description, want.Description)
	or(&next.Outcome, want.Outcome)
	or(&next.DefaultMethod, want.DefaultMethod)
	given(&next.Conditions, want.Conditions)
	given(&next.Methods, want.Methods)
	given(&next.Uplift, want.Uplift)
	given(&next.Tests, want.Tests)
	said(&next.Active, want.Active)
	said(&next.Priority, want.Priority)
	if next.Outcome == "" {
		return false, &mfa.Error{Code: mfa.Invalid, Field: "type", Message: "a new rule needs a type, which says what it decides"}
	}
	if changed, err := differ(have, next); err != nil || !changed {
		return false, err
	}
	next.UpdatedAt = r.s.domain.Now()
	return true, r.s.rules.PutPlanned(r.w, c, next)
}

func (r *applying) valueList(id mfa.ApplicationID, want PlannedList) (bool, error) {
	have, err := r.w.ValueList(id, want.Alias)
	if err != nil && !mfa.IsCode(err, mfa.NotFound) {
		return false, err
	}
	existed := err == nil
	next := have
	if !existed {
		next = mfa.ValueList{ApplicationID: id, Alias: want.Alias, Active: true, Items: json.RawMessage("[]"), ItemType: mfa.ItemString, CreatedAt: r.s.domain.Now()}
	}
	or(&next.Name, want.Name)
	or(&next.ItemType, want.ItemType)
	given(&next.Items, want.Items)
	said(&next.Active, want.Active)
	if changed, err := differ(have, next); err != nil || existed && !changed {
		return false, err
	}
	if err := r.s.rules.CheckPlanned(next); err != nil {
		return false, err
	}
	next.UpdatedAt = r.s.domain.Now()
	if existed {
		return true, r.w.UpdateValueList(next)
	}
	return true, r.w.AddValueList(next)
}

func (r *applying) dataPoint(id mfa.ApplicationID, want PlannedPoint) (bool, error) {
	all, err := r.w.DataPointsOf(id)
	if err != nil {
		return false, err
	}
	have, next := mfa.DataPoint{}, mfa.DataPoint{ID: mfa.NewID[mfa.DataPointID](), ApplicationID: id, Name: want.Name, Model: want.Model, Type: mfa.DataText, CreatedAt: r.s.domain.Now()}
	i := slices.IndexFunc(all, func(one mfa.DataPoint) bool { return one.Name == want.Name && one.Model == want.Model })
	if i >= 0 {
		have, next = all[i], all[i]
	}
	or(&next.Type, want.Type)
	or(&next.Description, want.Description)
	said(&next.Public, want.Public)
	if changed, err := differ(have, next); err != nil || !changed {
		return false, err
	}
	next.UpdatedAt = r.s.domain.Now()
	if i >= 0 {
		return true, r.w.UpdateDataPoint(next)
	}
	return true, r.w.AddDataPoint(next)
}

// or takes what is wanted, unless that is nothing.
func or[T comparable](to *T, want T) {
	var nothing T
	if want != nothing {
		*to = want
	}
}

// given takes a list that was written, be it empty.
func given[T ~[]E, E any](to *T, want T) {
	if want != nil {
		*to = slices.Clone(want)
	}
}

// said takes a value that was written, whatever it is.
func said[T any](to, want *T) {
	if want != nil {
		*to = *want
	}
}
