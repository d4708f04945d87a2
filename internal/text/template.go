package text

import (
	"fmt"
	"html"
	"slices"
	"strings"
)

// placeholder is the name of a value in a catalogue.
type placeholder string

const (
	app     placeholder = "app"
	code    placeholder = "code"
	action  placeholder = "action"
	url     placeholder = "url"
	message placeholder = "message"
	device  placeholder = "device"
	number  placeholder = "number"
)

var placeholders = []placeholder{app, code, action, url, message, device, number}

// values are clean already.
type values map[placeholder]string

// spoken writes codes so that a machine's voice reads their signs one by one,
// with a rest between them.
func (v values) spoken() values {
	v[code] = strings.Join(strings.Split(strings.ReplaceAll(v[code], " ", ""), ""), ", ")
	return v
}

// template is a text of a catalogue, taken apart.
type template []part

// part is either literal or a value, within an optional group or not.
type part struct {
	literal string
	value   placeholder
	group   int // 0: always there; others come and go together
}

// UnmarshalText takes a catalogue's text apart and refuses what it cannot render.
func (t *template) UnmarshalText(text []byte) error {
	*t = nil
	rest, group, groups := string(text), 0, 0
	for rest != "" {
		i := strings.IndexAny(rest, "{}[]")
		if i < 0 {
			i = len(rest)
		}
		if i > 0 {
			*t = append(*t, part{literal: rest[:i], group: group})
			rest = rest[i:]
			continue
		}
		switch sign := rest[0]; {
		case sign == '[' && group == 0:
			groups++
			group = groups
		case sign == ']' && group != 0:
			group = 0
		case sign == '{':
			name, after, closed := strings.Cut(rest[1:], "}")
			if !closed || !slices.Contains(placeholders, placeholder(name)) {
				return fmt.Errorf("{%s} in %q is no value", name, text)
			}
			*t = append(*t, part{value: placeholder(name), group: group})
			rest = after
			continue
		default:
			return fmt.Errorf("%q in %q is out of place", sign, text)
		}
		rest = rest[1:]
	}
	if group != 0 {
		return fmt.Errorf("a bracket of %q is not closed", text)
	}
	return nil
}

// render fills in the values, each once and as it is: a brace inside of a value
// stays a brace.
func (t template) render(v values) string {
	return t.write(v, func(s string) string { return s }, nil)
}

// renderHTML does the same with everything escaped and addresses made links.
func (t template) renderHTML(v values) string {
	return t.write(v, html.EscapeString, func(p placeholder, escaped string) string {
		if p == url {
			return `<a href="` + escaped + `">` + escaped + `</a>`
		}
		return escaped
	})
}

func (t template) write(v values, escape func(string) string, mark func(placeholder, string) string) string {
	var b strings.Builder
	for _, p := range t {
		switch {
		case p.group != 0 && t.lacks(p.group, v):
		case p.value == "":
			b.WriteString(escape(p.literal))
		case mark != nil:
			b.WriteString(mark(p.value, escape(v[p.value])))
		default:
			b.WriteString(escape(v[p.value]))
		}
	}
	return b.String()
}

// lacks says that a value inside of the group is empty.
func (t template) lacks(group int, v values) bool {
	return slices.ContainsFunc(t, func(p part) bool { return p.group == group && p.value != "" && v[p.value] == "" })
}
