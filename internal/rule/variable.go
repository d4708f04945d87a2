package rule

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// variable reads {"var": name} and {"var": [name, default]}.
func (b *builder) variable(args []any) (*node, error) {
	if len(args) < 1 || len(args) > 2 {
		return nil, malformed(`"var" takes a name and, where wanted, a default`)
	}
	name, ok := args[0].(string)
	if !ok {
		return nil, malformed(`"var" names a fact by a text such as "ip.isAnonymous"`)
	}
	if name == "" || b.within {
		return b.element(name, len(args))
	}
	kind, err := b.scope.kindOf(name)
	if err != nil {
		return nil, err
	}
	n := &node{op: opFact, kind: kind, name: name, slot: b.scope.slotOf(name, kind), cost: 1}
	if !slices.Contains(b.names, name) {
		b.names = append(b.names, name)
	}
	if len(args) == 2 && args[1] != nil {
		err = n.setDefault(args[1])
	}
	return n, err
}

// element reads the empty name, which is the element of the list that is gone through.
func (b *builder) element(name string, args int) (*node, error) {
	switch {
	case !b.within:
		return nil, malformed(`{"var":""} is an element of a list and stands within some, all or none`)
	case name != "":
		return nil, malformed(`within some, all and none there is only the element, {"var":""}, and not %q`, name)
	case args > 1:
		return nil, malformed("an element has no default")
	}
	return &node{op: opElement, kind: Any}, nil
}

func (n *node) setDefault(term any) error {
	v := valueOf(term)
	if !v.scalar() {
		return malformed("the default of %q is a text, a number, true or false", n.name)
	}
	if !v.is(n.kind) {
		return malformed("the default of %q is %s, but the fact is %s", n.name, v.kind, n.kind)
	}
	n.otherwise = v
	return nil
}

// kindOf looks a fact up. Names nobody can know are refused, because a misspelt one would silently never match;
// only custom points come from outside and need not be declared.
func (s *Scope) kindOf(name string) (Kind, error) {
	if len(name) > MaxName || !utf8.ValidString(name) {
		return Any, malformed("the name of a fact has at most %d bytes", MaxName)
	}
	if kind, ok := s.compiler.facts[name]; ok {
		return kind, nil
	}
	if point, ok := strings.CutPrefix(name, CustomPrefix); ok && point != "" {
		return s.points[point], nil
	}
	if alias, ok := strings.CutPrefix(name, ListPrefix); ok && alias != "" {
		return Many, nil
	}
	return Any, malformed("there is no fact called %q: data of your own is called custom.<name>, a value list valueList.<alias>", name)
}

// slotOf gives every name of a scope one place, so that its value is asked for once however many rules need it.
func (s *Scope) slotOf(name string, kind Kind) int {
	slot, ok := s.slots[name]
	if !ok {
		slot = len(s.names)
		s.slots[name] = slot
		s.names = append(s.names, name)
		s.kinds = append(s.kinds, kind)
	}
	return slot
}
