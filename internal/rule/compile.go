package rule

import (
	"errors"
	"fmt"
	"sync"

	"cel.dev/cel-go/cel"
)

// Compiler knows CEL and the facts. It is made once and may be used by many at the same time.
type Compiler struct {
	env   *cel.Env
	facts map[string]Kind

	mu      sync.Mutex
	checked map[string]accepted
}

// accepted is what CEL says of a source. The program is nil without loops.
type accepted struct {
	program cel.Program
	cost    uint64
}

// maxChecked bounds what is remembered of sources: most servers have fewer rules.
const maxChecked = 10_000

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
	return &Compiler{env: env, facts: catalogue(), checked: map[string]accepted{}}, nil
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
	cost  uint64
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
	of, err := s.compiler.accept(p.source, root.loops())
	if err != nil {
		return nil, err
	}
	p.loops, p.cost = of.program, of.cost
	cheapFirst(root)
	return p, nil
}

// accept checks a source, once: what CEL says of it depends on nothing else, and takes it half a millisecond.
func (c *Compiler) accept(source string, loops bool) (accepted, error) {
	c.mu.Lock()
	of, known := c.checked[source]
	c.mu.Unlock()
	if known {
		return of, nil
	}
	ast, cost, err := c.check(source)
	if err != nil {
		return accepted{}, err
	}
	of.cost = cost
	if loops {
		if of.program, err = c.plan(ast); err != nil {
			return accepted{}, fmt.Errorf("planning conditions: %w", err)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.checked) >= maxChecked {
		clear(c.checked)
	}
	c.checked[source] = of
	return of, nil
}

// check holds a source to CEL's checker and to what it may cost, and foresees that.
func (c *Compiler) check(source string) (*cel.Ast, uint64, error) {
	env := c.env
	ast, issues := env.Compile(source)
	if issues.Err() != nil {
		return nil, 0, malformed("conditions do not make sense: %s", issues.Err())
	}
	if !ast.OutputType().IsAssignableType(cel.BoolType) { // a fact alone is dynamic
		return nil, 0, malformed("conditions come out as %s, not as true or false", ast.OutputType())
	}
	cost, err := env.EstimateCost(ast, sizes{})
	if err != nil {
		return nil, 0, fmt.Errorf("foreseeing the cost of conditions: %w", err)
	}
	if cost.Max > MaxCost {
		return nil, 0, &Refusal{TooSlow, fmt.Sprintf("judging these conditions may take %d steps, more than %d: shorten what is done for each element of a list", cost.Max, MaxCost)}
	}
	return ast, cost.Max, nil
}

// Cost is what judging may take, foreseen in the units of [MaxCost].
func (p *Program) Cost() uint64 { return p.cost }

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
