package signature

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// Pair is one parameter of a form or query string, decoded. Key uses brackets
// for nesting and "[]" for an element of an array.
type Pair struct{ Key, Value string }

// ParseForm splits a query string or form body into its parameters, keeping
// their order, which a map would lose and arrays need.
func ParseForm(raw string) ([]Pair, error) {
	if len(raw) > MaxBytes {
		return nil, fmt.Errorf("form of %d bytes %w of %d", len(raw), ErrTooLarge, MaxBytes)
	}
	var pairs []Pair
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		if len(pairs) == MaxPairs {
			return nil, fmt.Errorf("number of parameters %w of %d", ErrTooLarge, MaxPairs)
		}
		pair, err := parsePair(part)
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, pair)
	}
	return pairs, nil
}

func parsePair(part string) (Pair, error) {
	rawKey, rawValue, _ := strings.Cut(part, "=")
	key, err := unescape(rawKey)
	if err != nil {
		return Pair{}, err
	}
	value, err := unescape(rawValue)
	if err != nil {
		return Pair{}, err
	}
	return Pair{Key: key, Value: value}, nil
}

func unescape(raw string) (string, error) {
	text, err := url.QueryUnescape(raw)
	if err != nil {
		return "", fmt.Errorf("form: bad percent-encoding: %w", ErrMalformed)
	}
	if !utf8.ValidString(text) {
		return "", fmt.Errorf("form: invalid UTF-8: %w", ErrMalformed)
	}
	return text, nil
}

// CanonicalForm renders flat parameters for a signature: the counterpart of
// [Canonical] for callbacks by GET and for the dashboard's requests. Keys are
// sorted; the parameters of one array keep the order in which they arrived. A
// text that Canonical made renders to itself.
func CanonicalForm(pairs []Pair) (string, error) {
	return renderForm(pairs, encode)
}

// encode is the proper spelling of a parameter.
func encode(p Pair) string {
	return url.QueryEscape(p.Key) + "=" + url.QueryEscape(p.Value)
}

// renderForm sorts pairs spelled by the given function. An array's parameters
// are compared by the array's name and then by arrival: the positions their
// sender may have sorted by are not on the wire.
func renderForm(pairs []Pair, spell func(Pair) string) (string, error) {
	if len(pairs) > MaxPairs {
		return "", fmt.Errorf("number of parameters %w of %d", ErrTooLarge, MaxPairs)
	}
	seen := map[string]bool{}
	rendered := make([]pair, len(pairs))
	for i, p := range pairs {
		if len(p.Key) > MaxName {
			return "", fmt.Errorf("name of %d bytes %w of %d", len(p.Key), ErrTooLarge, MaxName)
		}
		text := spell(p)
		array, _, isArray := strings.Cut(p.Key, "[]")
		if isArray {
			rendered[i] = pair{order: fmt.Sprintf("%s%08d", url.QueryEscape(array+"[]"), i), text: text}
			continue
		}
		if seen[p.Key] {
			return "", fmt.Errorf("parameter %q is %w", clip(p.Key), ErrDuplicate)
		}
		seen[p.Key] = true
		rendered[i] = pair{order: text, text: text}
	}
	return join(rendered), nil
}
