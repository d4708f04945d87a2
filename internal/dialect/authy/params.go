package authy

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/twinseal/twinseal/client/authy/signature"
	"github.com/twinseal/twinseal/internal/endpoint"
)

// params are a request's parameters: the union of query string and body, on every method, since clients put
// them wherever they like. The methods that read them remember the first one that cannot be read; ask failed
// once at the end.
type params struct {
	root    *value
	pairs   []signature.Pair // query and form as they came, for signed requests
	err     error            // why the request as a whole could not be taken apart
	refused error            // the first parameter that could not be read
	keys    []string         // every API key that was given, in order of precedence
}

// paramKey is the parameter that carries the API key.
const paramKey = "api_key"

// readParams takes a request apart. What fails is kept in err: somebody without a key is told about the key
// first.
func readParams(r *endpoint.Request) *params {
	p := &params{root: newTree().root}
	for _, key := range r.Header.Values(headerKey) {
		p.give(key)
	}
	if r.URL.RawQuery != "" {
		query, pairs, err := decodeForm(r.URL.RawQuery)
		p.add(query, pairs, err)
	}
	body, err := r.Bytes()
	if err != nil {
		p.add(nil, nil, err)
	} else if len(body) > 0 {
		v, pairs, err := decodeBody(r.Header.Get("Content-Type"), body)
		p.add(v, pairs, err)
	}
	return p
}

// add lays one source over those before it.
func (p *params) add(v *value, pairs []signature.Pair, err error) {
	if err != nil {
		if p.err == nil {
			p.err = err
		}
		return
	}
	given := len(p.keys)
	for _, pair := range pairs {
		if pair.Key == paramKey {
			p.give(pair.Value)
		}
	}
	if key := v.get(paramKey); len(p.keys) == given && key != nil && key.kind == kindText {
		p.give(key.text)
	}
	p.pairs = append(p.pairs, pairs...)
	if pairs == nil {
		p.pairs = appendPairs(p.pairs, "", v)
	}
	p.root.merge(v)
}

func (p *params) give(key string) {
	if key != "" {
		p.keys = append(p.keys, key)
	}
}

// appendPairs writes a tree as the pairs of a form.
func appendPairs(pairs []signature.Pair, name string, v *value) []signature.Pair {
	switch v.kind {
	case kindObject:
		for _, m := range v.members {
			inner := m.name
			if name != "" {
				inner = name + "[" + m.name + "]"
			}
			pairs = appendPairs(pairs, inner, m.value)
		}
	case kindList:
		for _, e := range v.elements {
			pairs = appendPairs(pairs, name+"[]", e)
		}
	default:
		pairs = append(pairs, signature.Pair{Key: name, Value: v.text})
	}
	return pairs
}

// key is the API key that was given; ok is false when there is none, or two that differ.
func (p *params) key() (key string, ok bool) {
	if len(p.keys) == 0 {
		return "", false
	}
	return p.keys[0], !slices.ContainsFunc(p.keys, func(other string) bool { return other != p.keys[0] })
}

// failed is the first parameter that could not be read.
func (p *params) failed() error { return p.refused }

func (p *params) refuse(name, problem string) {
	if p.refused == nil {
		p.refused = badParameter(name, problem)
	}
}

// object is a parameter with members, or nil.
func (p *params) object(name string) *value {
	v := p.root.get(name)
	if v == nil || v.kind == kindNull {
		return nil
	}
	if v.kind != kindObject {
		p.refuse(name, "is not an object")
		return nil
	}
	return v
}

// text is a scalar without the space around it, or "" when it is absent or null.
func (p *params) text(name string) string { return p.textIn(p.root, name) }

func (p *params) textIn(v *value, name string) string {
	found := v.get(name)
	switch {
	case found == nil || found.kind == kindNull:
		return ""
	case found.kind != kindText:
		p.refuse(name, "is not a single value")
		return ""
	}
	return strings.TrimSpace(found.text)
}

// required is text that must not be empty.
func (p *params) required(name string) string {
	text := p.text(name)
	if text == "" {
		p.refuse(name, "Parameter is required")
	}
	return text
}

// flag reads a boolean in the spellings that clients use.
func (p *params) flag(name string, absent bool) bool { return p.flagIn(p.root, name, absent) }

func (p *params) flagIn(v *value, name string, absent bool) bool {
	text := p.textIn(v, name)
	switch strings.ToLower(text) {
	case "":
		return absent
	case "true", "1", "yes", "on":
		return true
	case "false", "0", "no", "off", "null", "none", "undefined":
		return false
	}
	p.refuse(name, "'"+clip(text)+"' is not a valid Boolean")
	return absent
}

// integer reads a whole number of at most nine digits, or gives the default when there is none.
func (p *params) integer(name string, absent int) int {
	text := p.text(name)
	if text == "" {
		return absent
	}
	n, err := strconv.Atoi(text)
	if err != nil || len(text) > maxInteger {
		p.refuse(name, "'"+clip(text)+"' is not a valid Integer")
		return absent
	}
	return n
}

const maxInteger = 9

// source is the end user's address as the application tells it, or "" when it tells none or something else:
// limits are counted by it, so two spellings of one address are one.
func (p *params) source() string {
	for _, name := range []string{"user_ip", "ip"} {
		if v := p.root.get(name); v != nil && v.kind == kindText {
			if addr, err := netip.ParseAddr(strings.TrimSpace(v.text)); err == nil {
				return addr.Unmap().WithZone("").String()
			}
		}
	}
	return ""
}

// clip keeps what a client sent short enough to stand in an answer.
func clip(text string) string {
	const longest = 40
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest]) + "..."
	}
	return text
}
