package apply

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// A file is read from its syntax tree, value by value, and not by the reflection of a library: a scalar counts
// as it is written, so that a phone keeps its plus sign and a code its leading zeros without quotes; nothing is
// converted or left out silently; and no error quotes a value, because values are secrets.

// read takes a value out of its part of the tree.
type read func(ast.Node) error

// members are the readers of a mapping's members, by name.
type members map[string]read

// shaped is a part of the format that is a mapping.
type shaped[T any] interface {
	*T
	members() members
}

// fault is an error at a place of the file.
type fault struct {
	line, column int
	text         string
}

func (f *fault) Error() string { return fmt.Sprintf("%d:%d: %s", f.line, f.column, f.text) }

func faultAt(n ast.Node, format string, args ...any) error {
	f := &fault{line: 1, column: 1, text: fmt.Sprintf(format, args...)}
	if t := n.GetToken(); t != nil && t.Position != nil {
		f.line, f.column = t.Position.Line, t.Position.Column
	}
	return f
}

// object reads a mapping, or nothing where only a name stands.
func object(n ast.Node, known members) error {
	pairs, err := pairsOf(n)
	if err != nil {
		return err
	}
	seen := make(map[string]bool, len(pairs))
	for _, p := range pairs {
		name := p.Key.GetToken().Value
		take, ok := known[name]
		switch {
		case !ok || !isName(p.Key):
			return faultAt(p.Key, "unknown field%s", shownName(name))
		case seen[name]:
			return faultAt(p.Key, "the field %q stands here twice", name)
		case isNull(p.Value):
			continue
		}
		seen[name] = true
		if err := take(p.Value); err != nil {
			return err
		}
	}
	return nil
}

func pairsOf(n ast.Node) ([]*ast.MappingValueNode, error) {
	switch v := n.(type) {
	case *ast.MappingNode:
		return v.Values, nil
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{v}, nil
	}
	if isNull(n) {
		return nil, nil
	}
	return nil, misplaced(n, "fields are expected here, each as \"name: value\"")
}

func isNull(n ast.Node) bool {
	_, null := n.(*ast.NullNode)
	return n == nil || null
}

func isName(n ast.Node) bool {
	_, plain := n.(*ast.StringNode)
	return plain
}

// shownName quotes an unknown member only if it looks like a member: what was meant as a value may be a secret.
func shownName(name string) string {
	if len(name) > 24 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return ""
	}
	return " " + strconv.Quote(name)
}

// misplaced says what is expected, or that the file uses what is not read here: anchors and aliases would let
// a small file grow without bound, and tags change what is written.
func misplaced(n ast.Node, expected string) error {
	switch n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode, *ast.DirectiveNode:
		return faultAt(n, "anchors, aliases, tags and directives are not read here; write the value out")
	}
	return faultAt(n, "%s", expected)
}

// list reads a sequence of mappings.
func list[T any, P shaped[T]](to *[]T) read {
	return func(n ast.Node) error {
		s, ok := n.(*ast.SequenceNode)
		if !ok {
			return misplaced(n, "a list is expected here: parts that begin with \"- \"")
		}
		*to = make([]T, len(s.Values))
		for i, value := range s.Values {
			if err := object(value, P(&(*to)[i]).members()); err != nil {
				return err
			}
		}
		return nil
	}
}

// orAlone reads a sequence of mappings each of which may be written as a text alone, the member that it needs.
func orAlone[T any, P shaped[T]](to *[]T, alone func(*T) *string) read {
	return func(n ast.Node) error {
		s, ok := n.(*ast.SequenceNode)
		if !ok {
			return misplaced(n, "a list is expected here: parts that begin with \"- \"")
		}
		*to = make([]T, len(s.Values))
		for i, value := range s.Values {
			part := &(*to)[i]
			err := text(alone(part))(value)
			if _, scalar := value.(ast.ScalarNode); !scalar {
				err = object(value, P(part).members())
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
}

// byName reads a mapping of names that the file chooses; each part of it is told its own.
func byName[T any, P shaped[T]](to *[]T, name func(*T) *string) read {
	return func(n ast.Node) error {
		pairs, err := pairsOf(n)
		if err != nil {
			return err
		}
		*to = make([]T, len(pairs))
		seen := make(map[string]bool, len(pairs))
		for i, p := range pairs {
			part := &(*to)[i]
			if err := text(name(part))(p.Key); err != nil {
				return misplaced(p.Key, "a name is expected here")
			}
			if seen[*name(part)] {
				return faultAt(p.Key, "the name%s stands here twice", shownName(*name(part)))
			}
			seen[*name(part)] = true
			if err := object(p.Value, P(part).members()); err != nil {
				return err
			}
		}
		return nil
	}
}

// optional reads a mapping that may be absent.
func optional[T any, P shaped[T]](to **T) read {
	return func(n ast.Node) error {
		*to = new(T)
		return object(n, P(*to).members())
	}
}

// texts reads a sequence of scalars.
func texts(to *[]string) read {
	return func(n ast.Node) error {
		s, ok := n.(*ast.SequenceNode)
		if !ok {
			return misplaced(n, "a list is expected here, such as [one, two]")
		}
		*to = make([]string, len(s.Values))
		for i, value := range s.Values {
			if err := text(&(*to)[i])(value); err != nil {
				return err
			}
		}
		return nil
	}
}

// text reads a scalar as it is written.
func text(to *string) read {
	return func(n ast.Node) error {
		switch v := n.(type) {
		case *ast.StringNode:
			*to = v.Value
		case *ast.LiteralNode:
			*to = v.Value.Value
		case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
			*to = n.GetToken().Value
		default:
			return misplaced(n, "a text is expected here")
		}
		return nil
	}
}

// whole reads a number in decimal digits. Others that YAML knows — octal, hexadecimal, with a fraction or
// underscores — are refused, because versions of YAML disagree about them.
func whole[N int | int64](to *N) read {
	return func(n ast.Node) error {
		var digits string
		if err := text(&digits)(n); err != nil {
			return misplaced(n, "a whole number is expected here")
		}
		value, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || strconv.FormatInt(value, 10) != digits {
			return faultAt(n, "a whole number is expected here, in decimal digits")
		}
		*to = N(value)
		return nil
	}
}

// number reads a whole number where zero is not the same as nothing.
func number(to **int) read {
	return func(n ast.Node) error {
		*to = new(int)
		return whole(*to)(n)
	}
}

// truth reads true or false.
func truth(to **bool) read {
	return func(n ast.Node) error {
		b, ok := n.(*ast.BoolNode)
		if !ok {
			return misplaced(n, "true or false is expected here")
		}
		*to = &b.Value
		return nil
	}
}

// moment reads a time with its zone.
func moment(to *time.Time) read {
	return func(n ast.Node) error {
		var written string
		err := text(&written)(n)
		if err == nil {
			*to, err = time.Parse(time.RFC3339, written)
		}
		if err != nil || to.Year() < 1970 { // years before are what programs write that never set a time
			return misplaced(n, "a time is expected here, such as 2026-03-01T09:30:00Z")
		}
		return nil
	}
}
