package authsignal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/rulebook"
)

// maxRulesFile bounds a file of rules: what an application may have, value lists aside, takes some megabytes.
const maxRulesFile = 64 << 20

// rulesFile is all that decides an application's actions, with the members of the management API.
type rulesFile struct {
	Actions []actionInFile `json:"actions"`
	Lists   []listView     `json:"valueLists"`
	Points  []pointView    `json:"customDataPoints"`
}

type actionInFile struct {
	configurationView

	Rules []managedRuleView `json:"rules"`
}

// WriteRules writes a draft as a file for people to change.
func WriteRules(d rulebook.Draft) ([]byte, error) {
	out := rulesFile{Actions: []actionInFile{}, Lists: []listView{}, Points: []pointView{}}
	for i := range d.Configurations {
		a := &d.Configurations[i]
		action := actionInFile{Rules: []managedRuleView{}, configurationView: configurationView{
			Code: a.Code, Default: outcomeWords[a.Default], Methods: managedMethods(a.Methods), DefaultMethod: methodWords[a.DefaultMethod],
			Uplift: managedMethods(a.Uplift), Templates: a.Templates, HookURL: a.HookURL,
		}}
		for j := range d.Rules {
			if d.Rules[j].ActionCode == a.Code {
				action.Rules = append(action.Rules, shownRule(&d.Rules[j]))
			}
		}
		out.Actions = append(out.Actions, action)
	}
	for i := range d.Lists {
		l := &d.Lists[i]
		out.Lists = append(out.Lists, listView{Name: l.Name, Alias: l.Alias, ItemType: l.ItemType, Items: l.Items, Active: l.Active})
	}
	for i := range d.Points {
		p := &d.Points[i]
		out.Points = append(out.Points, pointView{Name: p.Name, Type: p.Type, Model: p.Model, Description: p.Description, Public: p.Public})
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(out)
	return text.Bytes(), err
}

// ReadRules reads such a file. What an action, list or point leaves out has its default: a file says all of what it
// names.
func ReadRules(file []byte) (rulebook.Draft, error) {
	var in struct {
		Actions []map[string]json.RawMessage `json:"actions"`
		Lists   []map[string]json.RawMessage `json:"valueLists"`
		Points  []map[string]json.RawMessage `json:"customDataPoints"`
	}
	if len(file) > maxRulesFile {
		return rulebook.Draft{}, &mfa.Error{Code: mfa.Invalid, Message: "a file of rules takes at most 64 MiB"}
	}
	if err := json.Unmarshal(file, &in); err != nil {
		return rulebook.Draft{}, &mfa.Error{Code: mfa.Invalid, Message: `a file of rules is written {"actions":[…],"valueLists":[…],"customDataPoints":[…]}: ` + err.Error()}
	}
	var d rulebook.Draft
	for i, members := range in.Actions {
		if err := readAction(&edit{in: members}, &d); err != nil {
			return d, placed(fmt.Sprintf("actions[%d]", i), err)
		}
	}
	for i, members := range in.Lists {
		l, e := mfa.ValueList{Active: true}, &edit{in: members}
		member(e, "alias", &l.Alias)
		if err := e.valueList(&l); err != nil {
			return d, placed(fmt.Sprintf("valueLists[%d]", i), err)
		}
		if l.Alias == "" {
			l.Alias = rulebook.Alias(l.Name)
		}
		d.Lists = append(d.Lists, l)
	}
	for i, members := range in.Points {
		var p mfa.DataPoint
		if err := (&edit{in: members}).dataPoint(&p); err != nil {
			return d, placed(fmt.Sprintf("customDataPoints[%d]", i), err)
		}
		d.Points = append(d.Points, p)
	}
	return d, nil
}

// readAction reads an action with its rules. A rule without a priority has its place in the list.
func readAction(e *edit, d *rulebook.Draft) error {
	var a mfa.ActionConfiguration
	var rules []map[string]json.RawMessage
	member(e, "actionCode", &a.Code)
	member(e, "rules", &rules)
	if err := e.configuration(&a); err != nil {
		return err
	}
	d.Configurations = append(d.Configurations, a)
	for i, members := range rules {
		r, e := mfa.Rule{ActionCode: a.Code, Active: true, Priority: i}, &edit{in: members}
		member(e, "ruleId", &r.ID)
		if err := e.rule(&r); err != nil {
			return placed(fmt.Sprintf("rules[%d]", i), err)
		}
		d.Rules = append(d.Rules, r)
	}
	return nil
}

// placed says where in a file a mistake stands.
func placed(at string, err error) error {
	said := err.Error()
	if own, ok := errors.AsType[*refusal](err); ok {
		said = own.message
	}
	if own, ok := errors.AsType[*mfa.Error](err); ok {
		return &mfa.Error{Code: mfa.Invalid, Field: at + "." + own.Field, Message: at + "." + own.Message}
	}
	return &mfa.Error{Code: mfa.Invalid, Field: at, Message: at + ": " + said}
}

// OutcomeWord is an outcome as operators of this protocol call it.
func OutcomeWord(o mfa.ActionOutcome) string { return outcomeWords[o] }

func shownRule(r *mfa.Rule) managedRuleView {
	return managedRuleView{
		ID: r.ID, Name: r.Name, Description: r.Description, Active: r.Active, Priority: r.Priority, Type: outcomeWords[r.Outcome],
		Conditions: r.Conditions, Methods: managedMethods(r.Methods), DefaultMethod: methodWords[r.DefaultMethod], Uplift: managedMethods(r.Uplift),
		Tests: r.Tests, Metadata: r.Metadata,
	}
}
