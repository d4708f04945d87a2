package rule

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// operation is an object of JSON logic: one operator and what it is applied to. What stands in its place is
// nil, a bool, a float64, a string or a []any of all these.
type operation struct {
	name string
	args []any
}

// always stands for conditions that are absent or empty.
var always = []string{"", "null", "{}"}

// parse reads conditions without asking what they mean. A nil operation is always true.
func parse(conditions []byte) (*operation, error) {
	if len(conditions) > MaxBytes {
		return nil, &Refusal{TooLarge, fmt.Sprintf("conditions take at most %d bytes, these have %d: put long lists into a value list", MaxBytes, len(conditions))}
	}
	if !utf8.Valid(conditions) {
		return nil, malformed("conditions must be UTF-8")
	}
	var compact bytes.Buffer
	if len(conditions) > 0 {
		if err := json.Compact(&compact, conditions); err != nil {
			return nil, malformed("conditions are not JSON: %s", err)
		}
	}
	for _, nothing := range always {
		if compact.String() == nothing {
			return nil, nil
		}
	}
	d := &decoder{json: json.NewDecoder(&compact)}
	d.json.UseNumber()
	top, err := d.term()
	if err != nil {
		return nil, err
	}
	op, ok := top.(*operation)
	if !ok {
		return nil, malformed(`conditions are an object such as {"and":[{"==":[{"var":"ip.isAnonymous"},true]}]}`)
	}
	return op, nil
}

type decoder struct {
	json *json.Decoder
	// operators and arrays are how many are open.
	operators, arrays int
}

// term reads one value.
func (d *decoder) term() (any, error) {
	token, err := d.token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '{' {
			return d.operation()
		}
		return d.array()
	case json.Number:
		n, err := t.Float64()
		if err != nil {
			return nil, malformed("%s is out of the range of numbers", t)
		}
		return n, nil
	default:
		return t, nil // true, false, null, text
	}
}

// operation reads the rest of an object.
func (d *decoder) operation() (any, error) {
	d.operators++
	defer func() { d.operators-- }()
	if d.operators > MaxDepth {
		return nil, &Refusal{TooDeep, fmt.Sprintf("operators stand at most %d deep within one another", MaxDepth)}
	}
	key, err := d.token()
	if err != nil {
		return nil, err
	}
	name, ok := key.(string)
	if !ok {
		return nil, malformed("an empty object has no operator")
	}
	arg, err := d.term()
	if err != nil {
		return nil, err
	}
	if d.json.More() {
		return nil, malformed(`an object holds one operator, and beside %q there is another: join them by {"and":[…]}`, name)
	}
	if _, err = d.token(); err != nil {
		return nil, err
	}
	if args, many := arg.([]any); many {
		return &operation{name, args}, nil
	}
	return &operation{name, []any{arg}}, nil
}

// array reads the rest of a list.
func (d *decoder) array() (any, error) {
	d.arrays++
	defer func() { d.arrays-- }()
	// An operator's operands are a list, and one of them may be; nothing has use for more.
	if d.arrays > d.operators+1 {
		return nil, malformed("lists of lists mean nothing here")
	}
	items := []any{}
	for d.json.More() {
		if len(items) == MaxItems {
			return nil, &Refusal{TooLarge, fmt.Sprintf("a list in conditions has at most %d items: put longer ones into a value list", MaxItems)}
		}
		item, err := d.term()
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	_, err := d.token()
	return items, err
}

func (d *decoder) token() (json.Token, error) {
	token, err := d.json.Token()
	if errors.Is(err, io.EOF) {
		return nil, malformed("conditions end too early")
	}
	if err != nil {
		return nil, malformed("conditions are not JSON: %s", err)
	}
	return token, nil
}
