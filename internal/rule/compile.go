package rule

import (
	"errors"
	"fmt"

	"cel.dev/cel-go/cel"
)

// Compiler knows CEL and the facts. It is made once and may be used by many at the same time.
type Compiler struct {
	env   *cel.Env
	facts map[string]Kind
}

// NewCompiler prepares one.
func NewCompiler() (*Compiler, error) {
	options := []cel.EnvOption{cel.ClearMacros(), cel.Macros(cel.HasMacro, cel.AllMacro, cel.ExistsMacro)}
	for _, group := range groups() {
		options = append(options, cel.Variable(group, cel.MapType(cel.StringType, cel.DynType)))
	}
	env, err := cel.NewEnv(append(options, functions()...)...)
	if err != nil {
		return nil, fmt.Errorf("preparing CEL: %w", err)
	}
	return &Compiler{env: env, facts: catalogue()}, nil
}

// Scope is what several conditions have in common: the kinds of custom points, and the facts they ask for. It is
// filled by one goroutine; afterwards its programs may be judged by many.
type Scope struct {
	compiler *Compiler
	points   map[string]Kind
	slots    map[string]int
	names    []string
	kinds    []Kind
}

// Scope begins one. Points are the declared custom points, without their prefix; others may be of any kind.
func (c *Compiler) Scope(points map[string]Kind) *Scope {
	return &Scope{compiler: c, points: points, slots: map[string]int{}}
}

// Program is conditions made ready.
type Program struct {
	scope  *Scope
	source string
	names  []string
	// root is judged by this package; nil for true of everything.
	root *node
	// loops is set where CEL judges instead.
	loops cel.Program
}

// Compile reads conditions, of which none at all are always true. Its errors are refusals.
func (s *Scope) Compile(conditions []byte) (*Program, error) {
	top, err := parse(conditions)
	if err != nil {
		return nil, err
	}
	if top == nil {
		return &Program{scope: s, source: "true"}, nil
	}
	b := &builder{scope: s}
	root, err := b.condition(top)
	if err != nil {
		return nil, err
	}
	p := &Program{scope: s, source: root.source(), names: b.names, root: root}
	ast, err := p.check()
	if err != nil {
		return nil, err
	}
	if root.loops() {
		if p.loops, err = s.compiler.plan(ast); err != nil {
			return nil, err
		}
	}
	cheapFirst(root)
	return p, nil
}

// check holds the program to CEL's checker and to what it may cost.
func (p *Program) check() (*cel.Ast, error) {
	env := p.scope.compiler.env
	ast, issues := env.Compile(p.source)
	if issues.Err() != nil {
		return nil, malformed("conditions do not make sense: %s", issues.Err())
	}
	if !ast.OutputType().IsAssignableType(cel.BoolType) { // a fact alone is dynamic
		return nil, malformed("conditions come out as %s, not as true or false", ast.OutputType())
	}
	cost, err := env.EstimateCost(ast, sizes{})
	if err != nil {
		return nil, fmt.Errorf("foreseeing the cost of conditions: %w", err)
	}
	if cost.Max > MaxCost {
		return nil, &Refusal{TooSlow, fmt.Sprintf("judging these conditions may take %d steps, more than %d: shorten what is done for each element of a list", cost.Max, MaxCost)}
	}
	return ast, nil
}

// Source is the conditions in CEL, for operators' eyes.
func (p *Program) Source() string { return p.source }

// Names are the facts it may ask for, in the order in which they are written.
func (p *Program) Names() []string { return p.names }

// ErrTooSlow is returned when facts made a program more costly than foreseen. It did not match.
var ErrTooSlow = errors.New("conditions took too many steps")

// Matches judges. What the facts leave unknown does not match.
func (p *Program) Matches(k *Known) (bool, error) {
	if p.root == nil {
		return true, nil
	}
	if p.loops != nil {
		return p.ask(p.loops, k)
	}
	return p.root.eval(k).isTrue(), nil
}

// Known is facts together with what was learnt of them, so that each is asked for once. One goroutine uses it.
type Known struct {
	scope  *Scope
	facts  Facts
	values []value
	asked  []bool
}

// Know begins with nothing asked.
func (s *Scope) Know(facts Facts) *Known {
	return &Known{scope: s, facts: facts, values: make([]value, len(s.names)), asked: make([]bool, len(s.names))}
}

// Reset turns to other facts, for those who judge many.
func (k *Known) Reset(facts Facts) {
	k.facts = facts
	clear(k.asked)
}

// Missing lists the facts that were asked for and not known.
func (k *Known) Missing() []string {
	var missing []string
	for slot, asked := range k.asked {
		if asked && !k.values[slot].ok {
			missing = append(missing, k.scope.names[slot])
		}
	}
	return missing
}

func (k *Known) at(slot int) value {
	if k.asked[slot] {
		return k.values[slot]
	}
	k.asked[slot] = true
	var v value
	if fact, known := k.facts.Fact(k.scope.names[slot]); known {
		if v = valueOf(fact); !v.is(k.scope.kinds[slot]) {
			v = value{}
		}
	}
	k.values[slot] = v
	return v
}

// named looks a fact up by its name, for CEL.
func (k *Known) named(name string) value {
	slot, ok := k.scope.slots[name]
	if !ok {
		return value{}
	}
	return k.at(slot)
}
