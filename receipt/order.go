package receipt

import (
	"bytes"
	"slices"
	"strings"
)

// ordered gives the canonical form (RFC 8785) of what the encoder of the
// standard library wrote, if only the order of members has to change for it:
// names are plain ASCII and numbers are whole. It is false for everything else,
// which is left to the library, at ten times the price.
func ordered(data []byte) ([]byte, bool) {
	o := orderer{in: data, out: make([]byte, 0, len(data))}
	ok := o.value() && len(o.in) == 0
	return o.out, ok
}

// orderer moves values from in to out.
type orderer struct {
	in    []byte
	out   []byte
	spare []byte // where members change places
}

// member is one member of an object, by where it lies in out.
type member struct{ name, start, end int }

func (o *orderer) value() bool {
	if len(o.in) == 0 {
		return false
	}
	switch o.in[0] {
	case '{':
		return o.object()
	case '[':
		return o.array()
	case '"':
		return o.text()
	}
	return o.word("true") || o.word("false") || o.word("null") || o.whole()
}

// maxDigits keeps whole numbers to those that every reader has exactly.
const maxDigits = 15

// whole moves a whole number that is not negative.
func (o *orderer) whole() bool {
	n := 0
	for n < len(o.in) && o.in[n] >= '0' && o.in[n] <= '9' {
		n++
	}
	if n == 0 || n > maxDigits || n > 1 && o.in[0] == '0' {
		return false
	}
	o.out, o.in = append(o.out, o.in[:n]...), o.in[n:]
	return true
}

// word moves an expected text.
func (o *orderer) word(text string) bool {
	if len(o.in) < len(text) || string(o.in[:len(text)]) != text {
		return false
	}
	o.out, o.in = append(o.out, text...), o.in[len(text):]
	return true
}

func (o *orderer) array() bool {
	if !o.word("[") {
		return false
	}
	if o.word("]") {
		return true
	}
	for o.value() {
		if o.word("]") {
			return true
		}
		if !o.word(",") {
			return false
		}
	}
	return false
}

func (o *orderer) object() bool {
	if !o.word("{") {
		return false
	}
	if o.word("}") {
		return true
	}
	var room [20]member
	members := room[:0]
	for {
		m := member{start: len(o.out)}
		if !o.name() {
			return false
		}
		m.name = len(o.out)
		if !o.word(":") || !o.value() {
			return false
		}
		m.end = len(o.out)
		members = append(members, m)
		if o.word("}") {
			return o.sort(members)
		}
		if !o.word(",") {
			return false
		}
	}
}

// sort puts the members, which are the end of out but for a brace, in order. It
// is false if a name stands twice.
func (o *orderer) sort(members []member) bool {
	name := func(m member) []byte { return o.out[m.start:m.name] }
	first, sorted := members[0].start, true
	for i := 1; i < len(members); i++ {
		sorted = sorted && bytes.Compare(name(members[i-1]), name(members[i])) < 0
	}
	if sorted {
		return true
	}
	slices.SortFunc(members, func(a, b member) int { return bytes.Compare(name(a), name(b)) })
	o.spare = o.spare[:0]
	for i, m := range members {
		if i > 0 {
			if bytes.Equal(name(members[i-1]), name(m)) {
				return false
			}
			o.spare = append(o.spare, ',')
		}
		o.spare = append(o.spare, o.out[m.start:m.end]...)
	}
	end := len(o.out) - 1
	copy(o.out[first:end], o.spare)
	return true
}

// name moves the name of a member: one whose bytes sort as its characters do.
func (o *orderer) name() bool {
	if len(o.in) == 0 || o.in[0] != '"' {
		return false
	}
	end := 1 + bytes.IndexByte(o.in[1:], '"')
	if end == 0 {
		return false
	}
	for _, b := range o.in[1:end] {
		if b < ' ' || b > '~' || b == '\\' {
			return false
		}
	}
	o.out, o.in = append(o.out, o.in[:end+1]...), o.in[end+1:]
	return true
}

// text moves a string. The encoder escapes as the canonical form does, but for
// a few characters beyond ASCII, which the library has to put right.
func (o *orderer) text() bool {
	for at := 1; at < len(o.in); at++ {
		switch o.in[at] {
		case '"':
			o.out, o.in = append(o.out, o.in[:at+1]...), o.in[at+1:]
			return true
		case '\\':
			n := escape(o.in[at+1:])
			if n == 0 {
				return false
			}
			at += n
		}
	}
	return false
}

// escape is the length of an escape after its backslash, or 0 if the canonical
// form writes that character otherwise.
func escape(in []byte) int {
	switch {
	case len(in) > 0 && strings.IndexByte(`"\\bfnrt`, in[0]) >= 0:
		return 1
	case len(in) < 5 || string(in[:3]) != "u00":
		return 0
	case in[3] == '0' && strings.IndexByte("01234567bef", in[4]) >= 0,
		in[3] == '1' && strings.IndexByte("0123456789abcdef", in[4]) >= 0:
		return len("u0000")
	}
	return 0
}
