package rule

import (
	"errors"
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/interpreter"
)

// functions are what JSON logic has and CEL lacks.
func functions() []cel.EnvOption {
	return []cel.EnvOption{
		cel.Function("truthy", cel.Overload("truthy_dyn", []*cel.Type{cel.DynType}, cel.BoolType,
			cel.UnaryBinding(func(x ref.Val) ref.Val { return types.Bool(truthy(fromCEL(x))) }))),
		cel.Function("holds", cel.Overload("holds_dyn_dyn", []*cel.Type{cel.DynType, cel.DynType}, cel.BoolType,
			cel.BinaryBinding(func(x, y ref.Val) ref.Val { return known(holds(fromCEL(x), fromCEL(y))) }))),
		cel.Function("inNetwork", cel.Overload("in_network_dyn_dyn", []*cel.Type{cel.DynType, cel.DynType}, cel.BoolType,
			cel.BinaryBinding(inNetwork))),
	}
}

func inNetwork(address, networks ref.Val) ref.Val {
	x, y := fromCEL(address), fromCEL(networks)
	if y.kind != Many {
		return types.NoSuchOverloadErr()
	}
	return known(within(x, y.l))
}

// known turns a verdict into CEL's, where the unknown is an error.
func known(v value) ref.Val {
	if !v.ok {
		return types.NoSuchOverloadErr()
	}
	return types.Bool(v.b)
}

// plan makes a checked program ready, under the limit.
func (c *Compiler) plan(ast *cel.Ast) (cel.Program, error) {
	return c.env.Program(ast, cel.EvalOptions(cel.OptOptimize), cel.CostLimit(MaxCost), cel.CostTracking(sizes{}))
}

// ask has CEL judge. Every error but the limit's means that something was not known.
func (p *Program) ask(program cel.Program, k *Known) (bool, error) {
	verdict, _, err := program.Eval(activation{k})
	if _, cancelled := errors.AsType[interpreter.EvalCancelledError](err); cancelled {
		return false, ErrTooSlow
	}
	return err == nil && verdict == types.True, nil
}

// activation hands facts to CEL by group.
type activation struct{ known *Known }

func (a activation) ResolveName(name string) (any, bool) {
	if !slices.Contains(groups(), name) {
		return nil, false
	}
	return group{Mapper: types.NewStringStringMap(types.DefaultTypeAdapter, nil), known: a.known, name: name}, true
}

func (activation) Parent() interpreter.Activation { return nil }

// group is one of CEL's maps whose members are looked up when they are asked for. What is not overridden here
// is that of an empty map; no condition can go through a group.
type group struct {
	traits.Mapper
	known *Known
	name  string
}

// Find implements [traits.Mapper].
func (g group) Find(key ref.Val) (ref.Val, bool) {
	member, ok := key.(types.String)
	if !ok {
		return nil, false
	}
	name := g.name + "." + string(member)
	if g.name == "user" && member == authenticators {
		name = authenticators
	}
	v := g.known.named(name)
	if !v.ok {
		return nil, false
	}
	return v.toCEL(), true
}

// Get implements [traits.Indexer].
func (g group) Get(key ref.Val) ref.Val {
	v, ok := g.Find(key)
	if !ok {
		return types.ValOrErr(key, "no such key: %v", key)
	}
	return v
}

// Contains implements [traits.Container].
func (g group) Contains(key ref.Val) ref.Val {
	_, ok := g.Find(key)
	return types.Bool(ok)
}

func (v value) toCEL() ref.Val {
	switch v.kind {
	case Bool:
		return types.Bool(v.b)
	case Number:
		return types.Double(v.n)
	case Text:
		return types.String(v.s)
	case Any, Many:
	}
	return v.l.toCEL()
}

// celList is a list as CEL sees it, which keeps its quick membership.
type celList struct {
	traits.Lister
	list *List
}

func (l *List) toCEL() ref.Val {
	items := make([]ref.Val, len(l.items))
	for i, item := range l.items {
		items[i] = item.toCEL()
	}
	return celList{types.NewRefValList(types.DefaultTypeAdapter, items), l}
}

// Contains implements [traits.Container].
func (l celList) Contains(item ref.Val) ref.Val {
	return types.Bool(l.list.has(fromCEL(item)))
}

// fromCEL reads a value of CEL's. Only what facts and literals can be occurs.
func fromCEL(v ref.Val) value {
	switch v := v.(type) {
	case types.Bool:
		return truth(bool(v))
	case types.Double:
		return number(float64(v))
	case types.String:
		return text(string(v))
	case celList:
		return many(v.list)
	case traits.Lister:
		var items []value
		for i := v.Iterator(); i.HasNext() == types.True; {
			items = append(items, fromCEL(i.Next()))
		}
		return many(newList(items))
	}
	return value{}
}

// sizes tells CEL what it cannot know beforehand, and what our lists cost when they are asked.
type sizes struct{}

// EstimateSize implements [cost.Estimator].
func (sizes) EstimateSize(element cost.AstNode) *cost.SizeEstimate {
	if element.ComputedSize() != nil {
		return element.ComputedSize()
	}
	if len(element.Path()) > 0 && element.Path()[len(element.Path())-1] == "@items" {
		return &cost.SizeEstimate{Max: assumedBytes}
	}
	return &cost.SizeEstimate{Max: assumedElements}
}

// EstimateCallCost implements [cost.Estimator].
func (sizes) EstimateCallCost(string, string, *cost.AstNode, []cost.AstNode) *cost.CallEstimate {
	return nil
}

// CallCost implements [cost.ActualCostEstimator]: to ask one of our lists for an item is one step.
func (sizes) CallCost(function, _ string, args []ref.Val, _ ref.Val) *uint64 {
	if function != "@in" || len(args) != 2 {
		return nil
	}
	if _, ours := args[1].(celList); !ours {
		return nil
	}
	one := uint64(1)
	return &one
}
