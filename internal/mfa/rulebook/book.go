package rulebook

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/rule"
)

// Book is an application's rules made ready. It does not change and may be used by many at once.
type Book struct {
	draft Draft
	scope *rule.Scope
	lists map[string]*rule.List // by the facts' names
	codes map[string]*page
	// programs are those of the draft's rules, in its order.
	programs []*rule.Program
}

// page is what concerns the actions of one code.
type page struct {
	configuration mfa.ActionConfiguration
	entries       []entry // by priority
}

// entry is a rule that is in force.
type entry struct {
	rule    mfa.Rule
	program *rule.Program
	decided mfa.DecidedRule
}

// Compile makes a draft ready. Its refusals name the rule at fault.
func (s *Service) Compile(d Draft) (*Book, error) {
	b := &Book{
		draft: d, scope: s.compiler.Scope(kinds(d.Points)), lists: make(map[string]*rule.List, len(d.Lists)), codes: map[string]*page{},
	}
	for i := range d.Lists {
		list, err := readList(&d.Lists[i])
		if err != nil {
			return nil, err
		}
		b.lists[rule.ListPrefix+d.Lists[i].Alias] = list
	}
	for i := range d.Configurations {
		b.page(d.Configurations[i].Code).configuration = d.Configurations[i]
	}
	for i := range d.Rules {
		if err := b.add(&d.Rules[i]); err != nil {
			return nil, err
		}
	}
	for code, p := range b.codes {
		if err := p.bounded(code); err != nil {
			return nil, err
		}
		p.sort()
	}
	return b, nil
}

// maxPageCost is what the rules of one action may take together, in the units of [rule.MaxCost]: some ten
// milliseconds. An action is decided while others wait to write.
const maxPageCost = 10 * rule.MaxCost

// bounded refuses rules that are too slow together.
func (p *page) bounded(code string) error {
	var cost uint64
	for i := range p.entries {
		cost += p.entries[i].program.Cost()
	}
	if cost > maxPageCost {
		return invalid("conditions", fmt.Sprintf("judging all rules of the action %s may take %d steps, more than %d: simplify some or switch them off", code, cost, maxPageCost))
	}
	return nil
}

func (b *Book) page(code string) *page {
	p, ok := b.codes[code]
	if !ok {
		p = &page{}
		b.codes[code] = p
	}
	return p
}

// add compiles a rule. One that is not active is held to the same, so that it can be switched on.
func (b *Book) add(r *mfa.Rule) error {
	program, err := b.scope.Compile(r.Conditions)
	if err != nil {
		return unreadable(r, err)
	}
	for _, name := range program.Names() {
		if strings.HasPrefix(name, rule.ListPrefix) && b.lists[name] == nil {
			return invalid("conditions", fmt.Sprintf("the rule %q looks into the value list %q, which does not exist", r.Name, strings.TrimPrefix(name, rule.ListPrefix)))
		}
	}
	b.programs = append(b.programs, program)
	if r.Active {
		p := b.page(r.ActionCode)
		p.entries = append(p.entries, entry{
			rule: *r, program: program,
			decided: mfa.DecidedRule{ID: r.ID, Name: r.Name, Description: r.Description, Metadata: r.Metadata},
		})
	}
	return nil
}

// Gated reports whether the application wants to be asked before an action of the code counts as proved.
func (b *Book) Gated(code string) bool {
	p := b.codes[code]
	return p != nil && p.configuration.HookURL != ""
}

// Source shows the conditions of a rule of the draft in CEL.
func (b *Book) Source(i int) string { return b.programs[i].Source() }

// unreadable turns a refusal of conditions into ours.
func unreadable(r *mfa.Rule, err error) error {
	if refusal, ok := errors.AsType[*rule.Refusal](err); ok {
		return invalid("conditions", fmt.Sprintf("the conditions of the rule %q were not taken: %s", r.Name, refusal.Sentence))
	}
	return &mfa.Error{Code: mfa.Internal, Message: "conditions could not be read", Cause: err}
}

// knowing adds the value lists to what is known of an action.
type knowing struct {
	rule.Facts

	book *Book
}

// Fact implements [rule.Facts].
func (k knowing) Fact(name string) (any, bool) {
	if list, ok := k.book.lists[name]; ok {
		return list, true
	}
	if strings.HasPrefix(name, rule.ListPrefix) || k.Facts == nil {
		return nil, false
	}
	return k.Facts.Fact(name)
}

// Decide says what becomes of an action. Every rule is judged, because those that match behind the deciding one are
// recorded with it; each fact is asked for once at most.
func (b *Book) Decide(code string, facts rule.Facts) (mfa.Decision, error) {
	return b.decide(code, b.scope.Know(knowing{facts, b}))
}

func (b *Book) decide(code string, known *rule.Known) (mfa.Decision, error) {
	p := b.codes[code]
	if p == nil {
		return mfa.Decision{Outcome: b.draft.Default}, nil
	}
	d := p.otherwise(b.draft.Default)
	for i := range p.entries {
		e := &p.entries[i]
		matches, err := e.program.Matches(known)
		if err != nil {
			return mfa.Decision{}, tooMuch(e, err)
		}
		if !matches {
			continue
		}
		if d.DecidedBy == "" {
			d = p.decidedBy(e)
		}
		d.RuleIDs, d.Rules = append(d.RuleIDs, e.rule.ID), append(d.Rules, e.decided)
	}
	return d, nil
}

// verdict is a decision without its particulars.
type verdict struct {
	outcome mfa.ActionOutcome
	by      mfa.RuleID
}

// verdict decides as decide does, but stops at the first rule that matches.
func (b *Book) verdict(code string, known *rule.Known) (verdict, error) {
	p := b.codes[code]
	if p == nil {
		return verdict{outcome: b.draft.Default}, nil
	}
	for i := range p.entries {
		e := &p.entries[i]
		matches, err := e.program.Matches(known)
		if err != nil {
			return verdict{}, err
		}
		if matches {
			return verdict{e.rule.Outcome, e.rule.ID}, nil
		}
	}
	return verdict{outcome: p.otherwise(b.draft.Default).Outcome}, nil
}

// tooMuch refuses an action whose own data make a rule too slow. To pass such a rule over would let whoever fills in
// the data choose which rules count.
func tooMuch(e *entry, err error) error {
	return &mfa.Error{
		Code: mfa.Invalid, Field: "custom", Cause: err,
		Message: fmt.Sprintf("the action holds more data than the rule %q can go through", e.rule.Name),
	}
}

// otherwise is the decision of no rule.
func (p *page) otherwise(standard mfa.ActionOutcome) mfa.Decision {
	c := &p.configuration
	d := mfa.Decision{Outcome: c.Default, Methods: c.Methods, DefaultMethod: c.DefaultMethod, Uplift: c.Uplift}
	if d.Outcome == "" {
		d.Outcome = standard
	}
	return d
}

// decidedBy is that of a rule: what it leaves open is as the configuration has it.
func (p *page) decidedBy(e *entry) mfa.Decision {
	d := mfa.Decision{
		Outcome: e.rule.Outcome, DecidedBy: e.rule.ID, Methods: e.rule.Methods, DefaultMethod: e.rule.DefaultMethod, Uplift: e.rule.Uplift,
	}
	c := &p.configuration
	if len(d.Methods) == 0 {
		d.Methods = c.Methods
		if d.DefaultMethod == "" {
			d.DefaultMethod = c.DefaultMethod
		}
	}
	if len(d.Uplift) == 0 {
		d.Uplift = c.Uplift
	}
	return d
}

// kinds are the declared custom points. One that actions and users have with different types may be either.
func kinds(points []mfa.DataPoint) map[string]rule.Kind {
	known := map[mfa.DataType]rule.Kind{
		mfa.DataText: rule.Text, mfa.DataNumber: rule.Number, mfa.DataBoolean: rule.Bool, mfa.DataMultiselect: rule.Many,
	}
	out := make(map[string]rule.Kind, len(points))
	for i := range points {
		kind := known[points[i].Type]
		if had, twice := out[points[i].Name]; twice && had != kind {
			kind = rule.Any
		}
		out[points[i].Name] = kind
	}
	return out
}

// readList makes a value list ready. One that is not active is empty.
func readList(l *mfa.ValueList) (*rule.List, error) {
	if !l.Active {
		return rule.NewList([]string(nil)), nil
	}
	if l.ItemType == mfa.ItemNumber {
		return decodeList[float64](l)
	}
	return decodeList[string](l)
}

func decodeList[T string | float64](l *mfa.ValueList) (*rule.List, error) {
	var items []*T
	if err := json.Unmarshal(l.Items, &items); err != nil && len(l.Items) > 0 {
		return nil, invalid("valueListItems", "the items of a value list are all texts or all numbers")
	}
	values := make([]T, len(items))
	for i, item := range items {
		if item == nil {
			return nil, invalid("valueListItems", "null is no item of a value list")
		}
		values[i] = *item
	}
	return rule.NewList(values), nil
}
