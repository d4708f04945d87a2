package rule

// op is what a node does.
type op uint8

const (
	opConst   op = iota
	opFact       // what is known under name, or otherwise
	opElement    // the list's element, within some, all and none
	opTruth      // !!
	opNot
	opAnd
	opOr
	opEqual
	opDiffer
	opLess
	opAtMost
	opMore
	opAtLeast
	opIn      // item, container
	opNetwork // address, list
	opKnown   // fact != null
	opMissing // fact == null
	opSome    // list, body
	opAll
	opNone
)

// node is one expression, checked.
type node struct {
	op   op
	args []*node
	// kind is what it yields when that is known beforehand.
	kind Kind

	constant value // of opConst
	name     string
	slot     int
	// otherwise is the default of a fact; not ok for none.
	otherwise value
	// cost orders operands whose order is free: cheap ones are asked first.
	cost int
}

// loops says whether anything in it goes through a list.
func (n *node) loops() bool {
	if n.op == opSome || n.op == opAll || n.op == opNone {
		return true
	}
	for _, arg := range n.args {
		if arg.loops() {
			return true
		}
	}
	return false
}

// describe says what a node is, for refusals.
func (n *node) describe() string {
	switch {
	case n.op == opFact:
		return `"` + n.name + `"`
	case n.op == opElement:
		return "an element"
	case n.op == opConst && n.kind == Text:
		return "the text " + literal(n.constant)
	case n.op == opConst && n.kind == Number:
		return "the number " + literal(n.constant)
	case n.op == opConst && n.kind == Bool:
		return literal(n.constant)
	case n.op == opConst:
		return "a list"
	}
	return "a condition"
}
