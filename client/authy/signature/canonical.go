package signature

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Canonical renders a JSON object as the parameters of a signature.
//
// Every leaf becomes name=value, where the name spells the way to the leaf in
// brackets (a[b][]), null is an empty value, numbers keep the literal of the
// document, and empty objects and arrays leave no trace. The pairs are sorted by
// their encoded bytes while elements of arrays still carry their position, which
// keeps arrays of up to ten elements in order; longer ones come out in textual
// order of the positions (0, 1, 10, 11, 2), as in the vendor's own programs.
func Canonical(body []byte) (string, error) {
	return render(body, false)
}

// CanonicalBlanked is [Canonical] as the vendor's Python and Java programs
// compute it: a member name below the top level that consists of digits only is
// written like a position in an array, details[12] as details[]. It differs from
// Canonical for no other document. Different documents share a rendering here,
// so a verifier should accept it only where such names have no meaning.
func CanonicalBlanked(body []byte) (string, error) {
	return render(body, true)
}

func render(body []byte, blank bool) (string, error) {
	switch {
	case len(body) > MaxBytes:
		return "", fmt.Errorf("JSON document of %d bytes %w of %d", len(body), ErrTooLarge, MaxBytes)
	case !utf8.Valid(body):
		return "", fmt.Errorf("JSON document: invalid UTF-8: %w", ErrMalformed)
	case !json.Valid(body):
		return "", fmt.Errorf("JSON document: %w", ErrMalformed)
	}
	f := flattener{decoder: json.NewDecoder(bytes.NewReader(body)), blank: blank}
	f.decoder.UseNumber()
	if opening, err := f.decoder.Token(); err != nil || opening != json.Delim('{') {
		return "", fmt.Errorf("JSON document: not an object: %w", ErrMalformed)
	}
	if err := f.object(name{}, 1); err != nil {
		return "", err
	}
	return join(f.pairs), nil
}

// pair is one rendered parameter. It is sorted by order and written as text;
// they differ where an array is involved.
type pair struct{ order, text string }

func join(pairs []pair) string {
	slices.SortStableFunc(pairs, func(a, b pair) int { return cmp.Compare(a.order, b.order) })
	texts := make([]string, len(pairs))
	for i, p := range pairs {
		texts[i] = p.text
	}
	return strings.Join(texts, "&")
}

// name is the encoded way to a value: order with the positions in arrays, text
// with the positions left blank.
type name struct{ order, text string }

const open, shut = "%5B", "%5D"

func (n name) member(member string, blank, top bool) name {
	escaped := url.QueryEscape(member)
	if top {
		return name{order: escaped, text: escaped}
	}
	written := escaped
	if blank && digits(member) {
		written = ""
	}
	return name{order: n.order + open + escaped + shut, text: n.text + open + written + shut}
}

func (n name) element(position int) name {
	return name{order: n.order + open + strconv.Itoa(position) + shut, text: n.text + open + shut}
}

// flattener walks the tokens of one valid JSON document.
type flattener struct {
	decoder *json.Decoder
	blank   bool
	pairs   []pair
}

func (f *flattener) object(at name, depth int) error {
	seen := map[string]bool{}
	for f.decoder.More() {
		token, err := f.decoder.Token()
		if err != nil {
			return fmt.Errorf("JSON document: %w: %w", ErrMalformed, err)
		}
		member, _ := token.(string)
		if seen[member] {
			return fmt.Errorf("member %q of the JSON document is %w", clip(member), ErrDuplicate)
		}
		seen[member] = true
		if err := f.value(at.member(member, f.blank, depth == 1), depth); err != nil {
			return err
		}
	}
	return f.closing()
}

func (f *flattener) array(at name, depth int) error {
	for position := 0; f.decoder.More(); position++ {
		if err := f.value(at.element(position), depth); err != nil {
			return err
		}
	}
	return f.closing()
}

func (f *flattener) closing() error {
	if _, err := f.decoder.Token(); err != nil {
		return fmt.Errorf("JSON document: %w: %w", ErrMalformed, err)
	}
	return nil
}

func (f *flattener) value(at name, depth int) error {
	if len(at.order) > MaxName {
		return fmt.Errorf("name of %d bytes %w of %d", len(at.order), ErrTooLarge, MaxName)
	}
	token, err := f.decoder.Token()
	if err != nil {
		return fmt.Errorf("JSON document: %w: %w", ErrMalformed, err)
	}
	switch token := token.(type) {
	case json.Delim:
		if depth >= MaxDepth {
			return fmt.Errorf("nesting %w of %d", ErrTooLarge, MaxDepth)
		}
		if token == '{' {
			return f.object(at, depth+1)
		}
		return f.array(at, depth+1)
	case string:
		return f.leaf(at, token)
	case json.Number:
		return f.leaf(at, token.String())
	case bool:
		return f.leaf(at, strconv.FormatBool(token))
	default: // null
		return f.leaf(at, "")
	}
}

func (f *flattener) leaf(at name, value string) error {
	if len(f.pairs) == MaxPairs {
		return fmt.Errorf("number of values %w of %d", ErrTooLarge, MaxPairs)
	}
	escaped := "=" + url.QueryEscape(value)
	f.pairs = append(f.pairs, pair{order: at.order + escaped, text: at.text + escaped})
	return nil
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// clip keeps a name from outside short enough for an error message.
func clip(s string) string {
	const longest = 40
	if utf8.RuneCountInString(s) <= longest {
		return s
	}
	return string([]rune(s)[:longest]) + "…"
}
