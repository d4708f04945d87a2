package authy

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/twinseal/twinseal/client/authy/signature"
)

// node is a value of a callback, the same for both ways it can arrive: a JSON
// document, or a query string with bracketed names. Names are compared exactly
// and members keep their order, neither of which encoding/json offers.
type node struct {
	kind     kind
	text     string // of a scalar; empty for null
	members  []member
	elements []*node
}

type member struct {
	name  string
	value *node
}

type kind int

const (
	null kind = iota
	scalar
	object
	array
)

// at follows names downwards. Whatever is missing is null.
func (n *node) at(names ...string) *node {
	for _, name := range names {
		n = n.member(name)
	}
	return n
}

func (n *node) member(name string) *node {
	for _, m := range n.members {
		if m.name == name {
			return m.value
		}
	}
	return &node{}
}

// fromJSON reads a valid document. A callback is rendered by package signature
// first, which refuses duplicates and sets limits.
func fromJSON(body []byte) (*node, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	return decodeNode(decoder)
}

func decodeNode(decoder *json.Decoder) (*node, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case json.Delim:
		return decodeNested(decoder, token)
	case string:
		return &node{kind: scalar, text: token}, nil
	case json.Number:
		return &node{kind: scalar, text: token.String()}, nil
	case bool:
		return &node{kind: scalar, text: strconv.FormatBool(token)}, nil
	default:
		return &node{}, nil
	}
}

func decodeNested(decoder *json.Decoder, opening json.Delim) (*node, error) {
	n := &node{kind: array}
	if opening == '{' {
		n.kind = object
	}
	for decoder.More() {
		var name string
		if n.kind == object {
			token, err := decoder.Token()
			if err != nil {
				return nil, err
			}
			name, _ = token.(string)
		}
		value, err := decodeNode(decoder)
		if err != nil {
			return nil, err
		}
		if n.kind == object {
			n.members = append(n.members, member{name, value})
		} else {
			n.elements = append(n.elements, value)
		}
	}
	_, err := decoder.Token()
	return n, err
}

// fromForm rebuilds the tree that bracketed names describe. A parameter that
// contradicts an earlier one is left out: callbacks of the protocol have none,
// and the fields that matter are checked afterwards.
func fromForm(pairs []signature.Pair) *node {
	root := &node{kind: object}
	for _, p := range pairs {
		root.insert(path(p.Key), p.Value)
	}
	return root
}

// path splits a[b][] into its names, an element of an array being the empty one.
// A key with unbalanced brackets is one name.
func path(key string) []string {
	head, rest, nested := strings.Cut(key, "[")
	if !nested || !strings.HasSuffix(rest, "]") {
		return []string{key}
	}
	names := []string{head}
	for part := range strings.SplitSeq(strings.TrimSuffix(rest, "]"), "][") {
		names = append(names, part)
	}
	if len(names) > signature.MaxDepth {
		return []string{key}
	}
	return names
}

func (n *node) insert(names []string, value string) {
	if len(names) == 0 {
		if n.kind == null {
			n.kind, n.text = scalar, value
		}
		return
	}
	if names[0] == "" {
		n.insertElement(names[1:], value)
		return
	}
	n.beObject()
	if n.kind != object {
		return
	}
	next := n.member(names[0])
	if next.kind == null {
		n.members = append(n.members, member{names[0], next})
	}
	next.insert(names[1:], value)
}

// beObject turns a value whose elements have turned out to be members with an
// empty name, which look the same, into an object.
func (n *node) beObject() {
	if n.kind == array {
		for _, element := range n.elements {
			n.members = append(n.members, member{"", element})
		}
		n.elements = nil
	}
	if n.kind != scalar {
		n.kind = object
	}
}

// insertElement adds to the last element of an array of objects until a name
// comes again, which begins the next element.
func (n *node) insertElement(names []string, value string) {
	if n.kind == null {
		n.kind = array
	}
	if n.kind != array {
		return
	}
	var last *node
	if len(n.elements) > 0 {
		last = n.elements[len(n.elements)-1]
	}
	if last == nil || len(names) == 0 || last.kind != object || last.member(names[0]).kind != null {
		last = &node{}
		n.elements = append(n.elements, last)
	}
	last.insert(names, value)
}

// details reads an object as lines of text, in its order. Names that look nested
// because the key of a detail has brackets in it are put together again.
func (n *node) details() Details {
	var details Details
	for _, m := range n.members {
		details = m.value.appendDetails(details, m.name)
	}
	return details
}

func (n *node) appendDetails(details Details, key string) Details {
	switch n.kind {
	case object:
		for _, m := range n.members {
			details = m.value.appendDetails(details, key+"["+m.name+"]")
		}
	case array:
		for _, element := range n.elements {
			details = element.appendDetails(details, key+"[]")
		}
	default:
		details = append(details, Detail{Key: key, Value: n.text})
	}
	return details
}

// texts reads an array of scalars.
func (n *node) texts() []string {
	var texts []string
	for _, element := range n.elements {
		if element.kind == scalar {
			texts = append(texts, element.text)
		}
	}
	return texts
}
