package rule

import (
	"cmp"
	"slices"
	"strings"
)

// builder gives parsed conditions their meaning, or says what they lack.
type builder struct {
	scope *Scope
	names []string
	// within is set inside some, all and none, where the element is all there is.
	within bool
}

// condition reads something that is true or false.
func (b *builder) condition(term any) (*node, error) {
	n, err := b.expression(term)
	if err != nil {
		return nil, err
	}
	if n.kind == Bool {
		return n, nil
	}
	return &node{op: opTruth, kind: Bool, args: []*node{n}, cost: n.cost + 1}, nil
}

// expression reads anything that yields a value.
func (b *builder) expression(term any) (*node, error) {
	switch t := term.(type) {
	case *operation:
		return b.operation(t)
	case []any:
		return b.list(t)
	case nil:
		return nil, malformed(`null stands only beside "==" and "!=", where it asks whether a fact is known`)
	}
	v := valueOf(term)
	return &node{op: opConst, kind: v.kind, constant: v}, nil
}

// list reads a list that is written out.
func (b *builder) list(items []any) (*node, error) {
	values := make([]value, len(items))
	for i, item := range items {
		if values[i] = valueOf(item); !values[i].scalar() {
			return nil, malformed("a list holds texts, numbers, true and false, nothing else")
		}
	}
	return &node{op: opConst, kind: Many, constant: many(newList(values)), cost: 1}, nil
}

// operation reads an operator with its operands.
func (b *builder) operation(o *operation) (*node, error) {
	switch o.name {
	case "var":
		return b.variable(o.args)
	case "and", "or":
		return b.join(o)
	case "!", "!!":
		return b.negation(o)
	case "==", "!=", "===", "!==":
		return b.equality(o)
	case "<", "<=", ">", ">=":
		return b.order(o)
	case "in":
		return b.in(o)
	case "cidr":
		return b.network(o)
	case "some", "all", "none":
		return b.quantifier(o)
	}
	return nil, malformed(`there is no operator %q: use and, or, !, !!, ==, !=, <, <=, >, >=, in, cidr, some, all, none, var`, o.name)
}

// operands checks how many there are, two or up to most, and reads them.
func (b *builder) operands(o *operation, most int) ([]*node, error) {
	if len(o.args) < 2 || len(o.args) > most {
		takes := "two operands"
		if most > 2 {
			takes = "two or three operands"
		}
		return nil, malformed("%q takes %s, not %d", o.name, takes, len(o.args))
	}
	nodes := make([]*node, len(o.args))
	for i, arg := range o.args {
		n, err := b.expression(arg)
		if err != nil {
			return nil, err
		}
		nodes[i] = n
	}
	return nodes, nil
}

// join reads and, or. Their operands may be judged in any order, so the cheap ones come first; what is shown in
// CEL keeps the order in which they were written.
func (b *builder) join(o *operation) (*node, error) {
	if len(o.args) == 0 {
		return nil, malformed("%q without operands means nothing", o.name)
	}
	n := &node{op: opAnd, kind: Bool, cost: 1}
	if o.name == "or" {
		n.op = opOr
	}
	for _, arg := range o.args {
		operand, err := b.condition(arg)
		if err != nil {
			return nil, err
		}
		n.args = append(n.args, operand)
		n.cost += operand.cost
	}
	return n, nil
}

// negation reads ! and !!.
func (b *builder) negation(o *operation) (*node, error) {
	if len(o.args) != 1 {
		return nil, malformed("%q takes one operand, not %d", o.name, len(o.args))
	}
	n, err := b.condition(o.args[0])
	if err != nil || o.name == "!!" {
		return n, err
	}
	return &node{op: opNot, kind: Bool, args: []*node{n}, cost: n.cost}, nil
}

// equality reads == and !=. The strict forms mean the same, because nothing is converted here.
func (b *builder) equality(o *operation) (*node, error) {
	how := opEqual
	if strings.HasPrefix(o.name, "!") {
		how = opDiffer
	}
	if len(o.args) == 2 && (o.args[0] == nil || o.args[1] == nil) {
		return b.presence(how, o)
	}
	args, err := b.operands(o, 2)
	if err != nil {
		return nil, err
	}
	for _, arg := range args {
		if arg.kind == Many {
			return nil, malformed("%q does not compare lists: use in, some, all or none", o.name)
		}
	}
	if err := b.comparable(o.name, args[0], args[1]); err != nil {
		return nil, err
	}
	return comparison(how, args[0], args[1]), nil
}

// presence reads a comparison with null.
func (b *builder) presence(how op, o *operation) (*node, error) {
	subject := o.args[0]
	if subject == nil {
		subject = o.args[1]
	}
	if subject == nil {
		return nil, malformed("null compared with null says nothing")
	}
	fact, err := b.expression(subject)
	if err != nil {
		return nil, err
	}
	if fact.op != opFact || fact.otherwise.ok {
		return nil, malformed(`only a fact without a default is compared with null, which asks whether it is known`)
	}
	n := &node{op: opKnown, kind: Bool, args: []*node{fact}, cost: 1}
	if how == opEqual {
		n.op = opMissing
	}
	return n, nil
}

// order reads the comparisons that need one, and the form of three operands: between.
func (b *builder) order(o *operation) (*node, error) {
	how := map[string]op{"<": opLess, "<=": opAtMost, ">": opMore, ">=": opAtLeast}[o.name]
	args, err := b.operands(o, 3)
	if err != nil {
		return nil, err
	}
	for _, arg := range args {
		if arg.kind == Bool || arg.kind == Many {
			return nil, malformed("%q compares numbers or texts, and %s is %s", o.name, arg.describe(), arg.kind)
		}
	}
	if err := b.comparable(o.name, args[0], args[1]); err != nil {
		return nil, err
	}
	first := comparison(how, args[0], args[1])
	if len(args) == 2 {
		return first, nil
	}
	if err := b.comparable(o.name, args[1], args[2]); err != nil {
		return nil, err
	}
	second := comparison(how, args[1], args[2])
	return &node{op: opAnd, kind: Bool, args: []*node{first, second}, cost: first.cost + second.cost}, nil
}

// comparable refuses what could never be equal, or ordered: a mistake, because it would never match.
func (b *builder) comparable(operator string, x, y *node) error {
	if x.kind == Any || y.kind == Any || x.kind == y.kind {
		return nil
	}
	return malformed("%q compares %s with %s, but the one is %s and the other %s", operator, x.describe(), y.describe(), x.kind, y.kind)
}

func comparison(how op, x, y *node) *node {
	return &node{op: how, kind: Bool, args: []*node{x, y}, cost: x.cost + y.cost + 1}
}

// in reads membership: of a list, or of a text in a text.
func (b *builder) in(o *operation) (*node, error) {
	args, err := b.operands(o, 2)
	if err != nil {
		return nil, err
	}
	item, container := args[0], args[1]
	switch {
	case item.kind == Many:
		return nil, malformed(`"in" looks for one item: for several in a list use some or all`)
	case container.kind == Bool, container.kind == Number:
		return nil, malformed(`"in" looks into a list or a text, and %s is %s`, container.describe(), container.kind)
	case container.kind == Text && item.kind != Text && item.kind != Any:
		return nil, malformed(`"in" looks for a text in a text, and %s is %s`, item.describe(), item.kind)
	}
	if container.op == opConst && container.kind == Many && container.constant.l.Len() == 0 {
		// Nothing is in it, known or not; CEL thinks so too.
		return &node{op: opConst, kind: Bool, constant: truth(false)}, nil
	}
	return &node{op: opIn, kind: Bool, args: args, cost: item.cost + container.cost + 2}, nil
}

// network reads whether an address is in one of some networks.
func (b *builder) network(o *operation) (*node, error) {
	args, err := b.operands(o, 2)
	if err != nil {
		return nil, err
	}
	address, networks := args[0], args[1]
	if address.kind != Text && address.kind != Any || networks.kind != Many && networks.kind != Any {
		return nil, malformed(`"cidr" takes an address and a list of networks such as ["192.0.2.0/24"]`)
	}
	if networks.op == opConst {
		for _, item := range networks.constant.l.items {
			if _, ok := networkOf(item.s); !ok {
				return nil, malformed("%s is no network: write 192.0.2.0/24 or 2001:db8::/32", literal(item))
			}
		}
	}
	return &node{op: opNetwork, kind: Bool, args: args, cost: 10}, nil
}

// quantifier reads some, all and none: a list, and what is asked of its elements.
func (b *builder) quantifier(o *operation) (*node, error) {
	if b.within {
		return nil, malformed("%q stands within another loop over a list: one is enough for lists of texts and numbers", o.name)
	}
	if len(o.args) != 2 {
		return nil, malformed("%q takes a list and a condition, not %d operands", o.name, len(o.args))
	}
	list, err := b.expression(o.args[0])
	if err != nil {
		return nil, err
	}
	if list.kind != Many && list.kind != Any {
		return nil, malformed("%q goes through a list, and %s is %s", o.name, list.describe(), list.kind)
	}
	b.within = true
	body, err := b.condition(o.args[1])
	b.within = false
	if err != nil {
		return nil, err
	}
	how := map[string]op{"some": opSome, "all": opAll, "none": opNone}[o.name]
	return &node{op: how, kind: Bool, args: []*node{list, body}, cost: 100}, nil
}

// cheapFirst puts operands whose order is free into that of their cost.
func cheapFirst(n *node) {
	for _, arg := range n.args {
		cheapFirst(arg)
	}
	if n.op == opAnd || n.op == opOr {
		slices.SortStableFunc(n.args, func(x, y *node) int { return cmp.Compare(x.cost, y.cost) })
	}
}
