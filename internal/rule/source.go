package rule

import (
	"slices"
	"strconv"
	"strings"
)

// element is what CEL's loops call the element.
const element = "e"

// source writes a node in CEL: in one way for one meaning, and as a person would.
func (n *node) source() string {
	switch n.op {
	case opConst:
		return literal(n.constant)
	case opFact:
		return n.factSource()
	case opElement:
		return element
	case opTruth:
		return "truthy(" + n.args[0].source() + ")"
	case opNot:
		return "!" + n.args[0].operand(n.op)
	case opAnd, opOr:
		return n.joined()
	case opIn:
		return n.inSource()
	case opNetwork:
		return "inNetwork(" + n.args[0].source() + ", " + n.args[1].source() + ")"
	case opKnown, opMissing:
		return n.presenceSource()
	case opSome, opAll, opNone:
		return n.loopSource()
	case opEqual, opDiffer, opLess, opAtMost, opMore, opAtLeast:
	}
	sign := map[op]string{opEqual: "==", opDiffer: "!=", opLess: "<", opAtMost: "<=", opMore: ">", opAtLeast: ">="}[n.op]
	return n.args[0].operand(n.op) + " " + sign + " " + n.args[1].operand(n.op)
}

// operand writes a node below another, in brackets where it needs them or a reader would.
func (n *node) operand(above op) string {
	binds := true
	switch n.op {
	case opAnd, opOr:
		if len(n.args) == 1 {
			return n.args[0].operand(above)
		}
		binds = false
	case opEqual, opDiffer, opLess, opAtMost, opMore, opAtLeast, opAll, opNone:
		binds = above == opAnd || above == opOr
	case opIn:
		binds = n.args[1].kind != Many || above == opAnd || above == opOr
	case opMissing, opNot:
		binds = above == opAnd || above == opOr || above == opNot && n.op == opMissing
	case opFact:
		binds = true // a default brings brackets of its own
	case opConst, opElement, opTruth, opNetwork, opKnown, opSome:
	}
	if binds {
		return n.source()
	}
	return "(" + n.source() + ")"
}

func (n *node) joined() string {
	if len(n.args) == 1 {
		return n.args[0].source()
	}
	sign := " && "
	if n.op == opOr {
		sign = " || "
	}
	parts := make([]string, len(n.args))
	for i, arg := range n.args {
		parts[i] = arg.operand(n.op)
	}
	return strings.Join(parts, sign)
}

// path writes where a fact is found.
func (n *node) path() string {
	group, member := split(n.name)
	if plain(member) {
		return group + "." + member
	}
	return group + "[" + strconv.Quote(member) + "]"
}

// present writes the question whether it is known.
func (n *node) present() string {
	group, member := split(n.name)
	if plain(member) {
		return "has(" + n.path() + ")"
	}
	return "(" + strconv.Quote(member) + " in " + group + ")"
}

func (n *node) factSource() string {
	if !n.otherwise.ok {
		return n.path()
	}
	return "(" + n.present() + " ? " + n.path() + " : " + literal(n.otherwise) + ")"
}

func (n *node) presenceSource() string {
	if n.op == opKnown {
		return n.args[0].present()
	}
	return "!" + n.args[0].present()
}

func (n *node) inSource() string {
	item, container := n.args[0], n.args[1]
	switch container.kind {
	case Many:
		return item.operand(opIn) + " in " + container.operand(opIn)
	case Text:
		return container.operand(opIn) + ".contains(" + item.source() + ")"
	case Any, Bool, Number:
	}
	return "holds(" + container.source() + ", " + item.source() + ")"
}

// loopSource writes the loops. JSON logic's "all" is false of an empty list, CEL's is true.
func (n *node) loopSource() string {
	list, body := n.args[0].operand(n.op), n.args[1].source()
	switch n.op {
	case opAll:
		return "size(" + n.args[0].source() + ") > 0 && " + list + ".all(" + element + ", " + body + ")"
	case opNone:
		return "!" + list + ".exists(" + element + ", " + body + ")"
	default:
		return list + ".exists(" + element + ", " + body + ")"
	}
}

// literal writes a value. All numbers are written as CEL's doubles.
func literal(v value) string {
	switch v.kind {
	case Bool:
		return strconv.FormatBool(v.b)
	case Number:
		s := strconv.FormatFloat(v.n, 'g', -1, 64)
		if !strings.ContainsAny(s, ".e") {
			s += ".0"
		}
		return s
	case Text:
		return strconv.Quote(v.s)
	case Any, Many:
	}
	items := make([]string, v.l.Len())
	for i, item := range v.l.items {
		items[i] = literal(item)
	}
	return "[" + strings.Join(items, ", ") + "]"
}

// reserved are CEL's words, which cannot follow a dot.
func reserved() []string {
	return []string{
		"as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop",
		"namespace", "null", "package", "return", "true", "var", "void", "while",
	}
}

// plain says whether a member can be written after a dot.
func plain(member string) bool {
	if member == "" || slices.Contains(reserved(), member) {
		return false
	}
	for i := range len(member) {
		c := member[i]
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return true
}
