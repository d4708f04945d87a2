package provision

import (
	"maps"

	"github.com/twinseal/twinseal/internal/mfa"
)

// PlannedStepUp is what a plan says about the challenges of an application. What it leaves out stays as it is, because
// management calls of a dialect change it as well: an operator's file and a console do not undo each other unless both
// name the same thing. The dialect judges it, and puts our words where the file has its own.
type PlannedStepUp struct {
	Default mfa.ActionOutcome
	Methods []PlannedMethod
	Change  func(*mfa.StepUp) // everything else; it assigns and may run more than once

	Actions []PlannedAction
	Lists   []PlannedList
	Points  []PlannedPoint
}

// PlannedMethod changes what is set for one method.
type PlannedMethod struct {
	Place  string // where it stands in the application's part: for refusals
	Method mfa.Method
	Change func(*mfa.MethodSettings)
}

// PlannedAction is found by its code.
type PlannedAction struct {
	Place string
	Rules []PlannedRule
	mfa.ActionConfiguration
}

// PlannedRule is found by its name among those of its action.
type PlannedRule struct {
	Place    string
	Active   *bool // nil: as it is; a new one is
	Priority *int  // nil: as it is; a new one has its place in the list
	mfa.Rule
}

// PlannedList is found by its alias.
type PlannedList struct {
	Place  string
	Active *bool
	mfa.ValueList
}

// PlannedPoint is found by its name and model.
type PlannedPoint struct {
	Place  string
	Public *bool
	mfa.DataPoint
}

// into gives the settings that an application has afterwards.
func (p *PlannedStepUp) into(have *mfa.StepUp) *mfa.StepUp {
	if p == nil {
		return have
	}
	next := mfa.DefaultStepUp()
	if have != nil {
		next = *have
		next.Methods = maps.Clone(have.Methods)
	}
	if p.Default != "" {
		next.DefaultResult = p.Default
	}
	if p.Change != nil {
		p.Change(&next)
	}
	for _, m := range p.Methods {
		if next.Methods == nil {
			next.Methods = map[mfa.Method]mfa.MethodSettings{}
		}
		set := next.Methods[m.Method]
		m.Change(&set)
		next.Methods[m.Method] = set
	}
	return &next
}
