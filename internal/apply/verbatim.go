package apply

import (
	"bytes"
	"encoding/json"

	"github.com/goccy/go-yaml/ast"
)

// verbatim reads a part whose format is not ours — a policy in the words of a vendor's protocol — and hands it
// on as JSON, value by value: numbers by their digits, members in their order, whatever their names.
func verbatim(to *json.RawMessage) read {
	return func(n ast.Node) error {
		var out bytes.Buffer
		if err := asJSON(&out, n); err != nil {
			return err
		}
		*to = out.Bytes()
		return nil
	}
}

func asJSON(out *bytes.Buffer, n ast.Node) error {
	switch v := n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return membersAsJSON(out, n)
	case *ast.SequenceNode:
		out.WriteByte('[')
		for i, value := range v.Values {
			if i > 0 {
				out.WriteByte(',')
			}
			if err := asJSON(out, value); err != nil {
				return err
			}
		}
		out.WriteByte(']')
		return nil
	case *ast.NullNode:
		out.WriteString("null")
		return nil
	case *ast.BoolNode:
		return valueAsJSON(out, n, v.Value)
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		digits := n.GetToken().Value
		if !json.Valid([]byte(digits)) {
			return faultAt(n, "a number is expected here, in decimal digits")
		}
		out.WriteString(digits)
		return nil
	}
	var written string
	if err := text(&written)(n); err != nil {
		return misplaced(n, "a value is expected here")
	}
	return valueAsJSON(out, n, written)
}

func membersAsJSON(out *bytes.Buffer, n ast.Node) error {
	pairs, err := pairsOf(n)
	if err != nil {
		return err
	}
	seen := make(map[string]bool, len(pairs))
	out.WriteByte('{')
	for i, p := range pairs {
		name := p.Key.GetToken().Value
		switch {
		case !isName(p.Key):
			return misplaced(p.Key, "a name is expected here")
		case seen[name]:
			return faultAt(p.Key, "the field%s stands here twice", shownName(name))
		}
		seen[name] = true
		if i > 0 {
			out.WriteByte(',')
		}
		if err := valueAsJSON(out, p.Key, name); err != nil {
			return err
		}
		out.WriteByte(':')
		if err := asJSON(out, p.Value); err != nil {
			return err
		}
	}
	out.WriteByte('}')
	return nil
}

func valueAsJSON(out *bytes.Buffer, n ast.Node, value any) error {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false) // a "<" stays one: rules are made of them
	if err := e.Encode(value); err != nil {
		return faultAt(n, "this value cannot be handed on")
	}
	out.Truncate(out.Len() - 1) // the line's end
	return nil
}
