package authsignal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/actions"
	"github.com/twinseal/twinseal/internal/mfa/provision"
	"github.com/twinseal/twinseal/internal/mfa/rulebook"
)

// settleLists makes the alias of a list that has none of its name.
func settleLists(p *provision.PlannedStepUp) error {
	seen := map[string]bool{}
	for i := range p.Lists {
		l := &p.Lists[i]
		if l.Alias == "" {
			l.Alias = rulebook.Alias(l.Name)
		}
		switch {
		case l.Alias == "" || rulebook.Alias(l.Alias) != l.Alias:
			return refuseAt(l.Place, "a list needs a name, or an alias of small letters, digits and hyphens")
		case seen[l.Alias]:
			return refuseAt(l.Place, "the same list stands here twice")
		case !slices.Contains([]mfa.ItemType{"", mfa.ItemString, mfa.ItemNumber}, l.ItemType):
			return refuseAt(l.Place+".type", "the type is string or number")
		}
		seen[l.Alias] = true
		if l.Name == "" {
			l.Name = l.Alias
		}
		if err := settleItems(&l.ValueList); err != nil {
			return within(l.Place, err)
		}
	}
	return nil
}

// settleItems finds out of what a list is, where that is not said.
func settleItems(l *mfa.ValueList) error {
	if l.Items == nil {
		return nil
	}
	var items []any
	if err := json.Unmarshal(l.Items, &items); err != nil {
		return refuseAt("items", "a list is expected here, such as [one, two]")
	}
	for i, item := range items {
		of := mfa.ItemType("")
		switch item.(type) {
		case string:
			of = mfa.ItemString
		case float64:
			of = mfa.ItemNumber
		}
		if l.ItemType == "" {
			l.ItemType = of
		}
		if of == "" || of != l.ItemType {
			return refuseAt(fmt.Sprintf("items[%d]", i), "the items of a list are all texts, or all numbers; put numbers that are texts in quotes")
		}
	}
	return nil
}

var pointName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}$`)

func settlePoints(p *provision.PlannedStepUp) error {
	type point struct {
		name  string
		model mfa.DataModel
	}
	seen := map[point]bool{}
	for i := range p.Points {
		d := &p.Points[i]
		if d.Model == "" {
			d.Model = mfa.DataOfAction
		}
		key := point{d.Name, d.Model}
		switch {
		case !pointName.MatchString(d.Name):
			return refuseAt(d.Place+".name", "a data point's name has letters, digits and underscores, and begins with no digit")
		case d.Model != mfa.DataOfAction && d.Model != mfa.DataOfUser:
			return refuseAt(d.Place+".of", "data points are of an action or of a user")
		case !slices.Contains([]mfa.DataType{"", mfa.DataText, mfa.DataNumber, mfa.DataBoolean, mfa.DataMultiselect}, d.Type):
			return refuseAt(d.Place+".type", "the type is text, number, boolean or multiselect")
		case seen[key]:
			return refuseAt(d.Place, "the same data point stands here twice")
		}
		seen[key] = true
	}
	return nil
}

func settleActions(p *provision.PlannedStepUp) error {
	for i := range p.Actions {
		a := &p.Actions[i]
		if actions.CheckCode(a.Code) != nil {
			return refuseAt(Name+".actions", "the code of an action has 1 to 64 letters, digits, - and _")
		}
		if err := settleAction(a); err != nil {
			return err
		}
		names, places := map[string]bool{}, map[int]bool{}
		for j := range a.Rules {
			r := &a.Rules[j]
			if err := settleRule(r); err != nil {
				return err
			}
			if r.Priority != nil && places[*r.Priority] {
				return refuseAt(r.Place+".priority", "another rule of the action has this priority; give each one of its own")
			}
			if names[r.Name] {
				return refuseAt(r.Place+".name", "another rule of the action has this name; files find rules by it")
			}
			names[r.Name] = true
			if r.Priority != nil {
				places[*r.Priority] = true
			}
		}
	}
	return nil
}

func settleAction(a *provision.PlannedAction) error {
	for _, err := range []error{
		settleOutcome(a.Place+".default", &a.Default), settleMethodList(a.Place+".methods", a.Methods),
		settleMethod(a.Place+".default_method", &a.DefaultMethod), settleMethodList(a.Place+".prompt_to_enroll", a.Uplift),
	} {
		if err != nil {
			return err
		}
	}
	if err := checkHook(a.HookURL); err != nil {
		return refuseAt(a.Place+".webhook_url", err.Error())
	}
	if a.Templates != nil && !bytes.HasPrefix(a.Templates, []byte("{")) {
		return refuseAt(a.Place+".messages", "messages are written by language, such as en: {defaultTemplate: …}")
	}
	return nil
}

func settleRule(r *provision.PlannedRule) error {
	for _, err := range []error{
		settleOutcome(r.Place+".type", &r.Outcome), settleMethodList(r.Place+".methods", r.Methods),
		settleMethod(r.Place+".default_method", &r.DefaultMethod), settleMethodList(r.Place+".prompt_to_enroll", r.Uplift),
	} {
		if err != nil {
			return err
		}
	}
	switch {
	case strings.TrimSpace(r.Name) == "" || len(r.Name) > mfa.MaxName || mfa.Showable(r.Name) != r.Name:
		return refuseAt(r.Place+".name", "a rule needs a name of at most 200 characters")
	case r.Priority != nil && (*r.Priority < 0 || *r.Priority > mfa.MaxRulePriority):
		return refuseAt(r.Place+".priority", "a priority is 0 to 99; 0 is looked at first")
	}
	return nil
}
