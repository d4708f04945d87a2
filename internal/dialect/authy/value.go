package authy

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// kind is the shape of a parameter.
type kind int

const (
	kindUnset kind = iota // nothing was written to it yet
	kindNull
	kindText
	kindObject
	kindList
)

// value is one parameter, whatever encoding it came in. Scalars are texts, because half of the clients send
// them so. Members keep the order in which they arrived: people see details in it.
type value struct {
	kind     kind
	text     string
	members  []member
	elements []*value
}

type member struct {
	name  string
	value *value
}

// Bounds of what is taken apart. The largest honest request is an approval request with fifty details,
// fifty hidden ones and four logos: some two hundred values, three deep.
const (
	maxValues = 1000
	maxDepth  = 8
)

// tree is a request's parameters while they are put together.
type tree struct {
	root   *value
	values int
}

func newTree() *tree { return &tree{root: &value{kind: kindObject}} }

// count admits one more value. Objects and lists count too, the empty ones above all: finding a member looks
// at those before it, so the work grows with the square of their number.
func (t *tree) count() error {
	if t.values++; t.values > maxValues {
		return errTooMany
	}
	return nil
}

// leaf checks a text and counts it.
func (t *tree) leaf(text string) (*value, error) {
	if err := t.count(); err != nil {
		return nil, err
	}
	if !storable(text) {
		return nil, errEncoding
	}
	return &value{kind: kindText, text: text}, nil
}

// storable reports whether a text can be kept: UTF-8, and no NUL, which one of our engines refuses.
func storable(text string) bool {
	return utf8.ValidString(text) && strings.IndexByte(text, 0) < 0
}

// get finds a member; nil is a value that has none.
func (v *value) get(name string) *value {
	if v == nil {
		return nil
	}
	for i := range v.members {
		if v.members[i].name == name {
			return v.members[i].value
		}
	}
	return nil
}

// set adds a member, or replaces it where it stood first.
func (v *value) set(name string, to *value) {
	for i := range v.members {
		if v.members[i].name == name {
			v.members[i].value = to
			return
		}
	}
	v.members = append(v.members, member{name, to})
}

// put writes a leaf at the end of a path of bracketed names, where "" appends to a list.
func (v *value) put(path []string, leaf *value) error {
	if len(path) == 0 {
		if v.kind != kindUnset && v.kind != kindText {
			return errShape
		}
		*v = *leaf
		return nil
	}
	if path[0] == "" {
		return v.appendTo(path[1:], leaf)
	}
	if err := v.become(kindObject); err != nil {
		return err
	}
	child := v.get(path[0])
	if child == nil {
		child = &value{}
		v.set(path[0], child)
	}
	return child.put(path[1:], leaf)
}

// appendTo adds to a list. Members of one element follow each other: a name that the current element has
// already opens the next.
func (v *value) appendTo(path []string, leaf *value) error {
	if err := v.become(kindList); err != nil {
		return err
	}
	last := len(v.elements) - 1
	if len(path) == 0 || last < 0 || v.elements[last].kind != kindObject || v.elements[last].has(path) {
		v.elements = append(v.elements, &value{})
		last++
	}
	return v.elements[last].put(path, leaf)
}

func (v *value) become(k kind) error {
	if v.kind == kindUnset {
		v.kind = k
	}
	if v.kind != k {
		return errShape
	}
	return nil
}

func (v *value) has(path []string) bool {
	for _, name := range path {
		if v = v.get(name); v == nil {
			return false
		}
	}
	return true
}

// list reads an array, also one that was written with positions as names (logos[0][res]). ok is false for
// anything else; nothing and null are empty lists.
func (v *value) list() (elements []*value, ok bool) {
	switch {
	case v == nil || v.kind == kindNull || v.kind == kindUnset:
		return nil, true
	case v.kind == kindList:
		return v.elements, true
	case v.kind == kindText:
		return nil, v.text == ""
	}
	placed := slices.Clone(v.members)
	for _, m := range placed {
		if !digits(m.name) || len(m.name) > maxPosition {
			return nil, false
		}
	}
	slices.SortStableFunc(placed, func(a, b member) int { return position(a) - position(b) })
	for _, m := range placed {
		elements = append(elements, m.value)
	}
	return elements, true
}

// maxPosition is the longest position in an array, in digits.
const maxPosition = 6

func position(m member) int {
	n, _ := strconv.Atoi(m.name) // digits by now
	return n
}

// digits reports whether a text consists of digits, at least one.
func digits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

// merge puts the members of over on top of those of v; objects on both sides are merged in their turn.
func (v *value) merge(over *value) {
	for _, m := range over.members {
		if below := v.get(m.name); below != nil && below.kind == kindObject && m.value.kind == kindObject {
			below.merge(m.value)
			continue
		}
		v.set(m.name, m.value)
	}
}
