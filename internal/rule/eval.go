package rule

import "strings"

// eval judges a node without loops. It agrees with CEL on every program and all facts, which a test holds it to.
func (n *node) eval(k *Known) value {
	switch n.op {
	case opConst:
		return n.constant
	case opFact:
		if v := k.at(n.slot); v.ok || !n.otherwise.ok {
			return v
		}
		return n.otherwise
	case opAnd:
		return n.joinEval(k, false)
	case opOr:
		return n.joinEval(k, true)
	case opNot:
		v := n.args[0].eval(k)
		v.b = !v.b
		return v
	case opTruth:
		if v := n.args[0].eval(k); v.ok {
			return truth(truthy(v))
		}
		return value{}
	case opKnown:
		return truth(k.at(n.args[0].slot).ok)
	case opMissing:
		return truth(!k.at(n.args[0].slot).ok)
	case opEqual, opDiffer, opLess, opAtMost, opMore, opAtLeast, opIn, opNetwork:
		return n.pairEval(k)
	case opElement, opSome, opAll, opNone:
	}
	return value{}
}

// joinEval is and, or: decided by the first operand that is what decides, unknown when none is and one is unknown.
func (n *node) joinEval(k *Known, decides bool) value {
	known := true
	for _, arg := range n.args {
		v := arg.eval(k)
		if v.ok && v.b == decides {
			return v
		}
		known = known && v.ok
	}
	if !known {
		return value{}
	}
	return truth(!decides)
}

// pairEval judges operators of two operands.
func (n *node) pairEval(k *Known) value {
	x := n.args[0].eval(k)
	if !x.ok {
		return value{}
	}
	y := n.args[1].eval(k)
	if !y.ok {
		return value{}
	}
	switch n.op {
	case opEqual:
		return truth(equal(x, y))
	case opDiffer:
		return truth(!equal(x, y))
	case opIn:
		return holds(y, x)
	case opNetwork:
		if y.kind != Many {
			return value{}
		}
		return within(x, y.l)
	}
	return n.orderEval(x, y)
}

func (n *node) orderEval(x, y value) value {
	c, ok := order(x, y)
	if !ok {
		return value{}
	}
	switch n.op {
	case opLess:
		return truth(c < 0)
	case opAtMost:
		return truth(c <= 0)
	case opMore:
		return truth(c > 0)
	default:
		return truth(c >= 0)
	}
}

// holds says whether an item is in a list, or a text in a text.
func holds(container, item value) value {
	switch {
	case container.kind == Many:
		return truth(container.l.has(item))
	case container.kind == Text && item.kind == Text:
		return truth(strings.Contains(container.s, item.s))
	}
	return value{}
}
