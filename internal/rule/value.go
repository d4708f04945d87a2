package rule

import (
	"encoding/json"
	"math"
	"net/netip"
	"strings"
	"sync"
)

// value is what an expression yields. The zero value is the unknown.
type value struct {
	kind Kind
	ok   bool
	b    bool
	n    float64
	s    string
	l    *List
}

func truth(b bool) value       { return value{kind: Bool, ok: true, b: b} }
func number(n float64) value   { return value{kind: Number, ok: true, n: n} }
func text(s string) value      { return value{kind: Text, ok: true, s: s} }
func many(l *List) value       { return value{kind: Many, ok: true, l: l} }
func (v value) isTrue() bool   { return v.ok && v.kind == Bool && v.b }
func (v value) scalar() bool   { return v.ok && v.kind != Many }
func (v value) is(k Kind) bool { return v.ok && (k == Any || v.kind == k) }

// valueOf reads a fact. What no condition could speak of is not known.
func valueOf(fact any) value {
	switch f := fact.(type) {
	case bool:
		return truth(f)
	case string:
		return text(f)
	case *List:
		if f == nil {
			return value{}
		}
		return many(f)
	case []string:
		return many(NewList(f))
	case []any:
		return listOf(f)
	default:
		return numberOf(fact)
	}
}

// numberOf reads numbers. All are held as JSON's readers hold them, so that 1 and 1.0 are one.
func numberOf(fact any) value {
	var n float64
	switch f := fact.(type) {
	case float64:
		n = f
	case int:
		n = float64(f)
	case int64:
		n = float64(f)
	case int32:
		n = float64(f)
	case uint32:
		n = float64(f)
	case json.Number:
		parsed, err := f.Float64()
		if err != nil {
			return value{}
		}
		n = parsed
	default:
		return value{}
	}
	if math.IsNaN(n) || math.IsInf(n, 0) {
		return value{}
	}
	return number(n)
}

// listOf reads a list of scalars; lists within lists are not known.
func listOf(facts []any) value {
	items := make([]value, len(facts))
	for i, fact := range facts {
		if items[i] = valueOf(fact); !items[i].scalar() {
			return value{}
		}
	}
	return many(newList(items))
}

// equal compares as CEL does: by value, and what is of different kinds is different.
func equal(a, b value) bool {
	if a.kind != b.kind {
		return false
	}
	switch a.kind {
	case Bool:
		return a.b == b.b
	case Number:
		return a.n == b.n
	case Text:
		return a.s == b.s
	case Any, Many:
	}
	return a.l.equal(b.l)
}

// order compares two of one kind that has an order: -1, 0 or 1.
func order(a, b value) (int, bool) {
	if a.kind != b.kind {
		return 0, false
	}
	switch a.kind {
	case Number:
		switch {
		case a.n < b.n:
			return -1, true
		case a.n > b.n:
			return 1, true
		}
		return 0, true
	case Text:
		return strings.Compare(a.s, b.s), true
	case Bool:
		switch {
		case a.b == b.b:
			return 0, true
		case b.b:
			return -1, true
		}
		return 1, true
	case Any, Many:
	}
	return 0, false
}

// truthy is JSON logic's idea of true: not false, zero, empty.
func truthy(v value) bool {
	switch v.kind {
	case Bool:
		return v.b
	case Number:
		return v.n != 0
	case Text:
		return v.s != ""
	case Any, Many:
	}
	return v.l.Len() > 0
}

// List is many scalars, made once so that asking whether one is among them is
// quick however many there are. It is not changed afterwards.
type List struct {
	items []value
	set   map[any]struct{} // of long lists

	once     sync.Once
	networks []netip.Prefix
}

// shortList is up to where looking at each is as quick as hashing.
const shortList = 8

// NewList makes one of texts or numbers.
func NewList[T string | float64](items []T) *List {
	values := make([]value, len(items))
	for i, item := range items {
		values[i] = valueOf(any(item))
	}
	return newList(values)
}

func newList(items []value) *List {
	l := &List{items: items}
	if len(items) > shortList {
		l.set = make(map[any]struct{}, len(items))
		for _, v := range items {
			l.set[v.key()] = struct{}{}
		}
	}
	return l
}

// key is what equal scalars have in common, and only they.
func (v value) key() any {
	switch v.kind {
	case Bool:
		return v.b
	case Number:
		return v.n + 0 // one zero
	case Any, Text, Many:
	}
	return v.s
}

// Len is the number of items.
func (l *List) Len() int { return len(l.items) }

func (l *List) has(v value) bool {
	if v.kind == Many {
		return false
	}
	if l.set != nil {
		_, ok := l.set[v.key()]
		return ok
	}
	for _, item := range l.items {
		if equal(item, v) {
			return true
		}
	}
	return false
}

func (l *List) equal(other *List) bool {
	if len(l.items) != len(other.items) {
		return false
	}
	for i, item := range l.items {
		if !equal(item, other.items[i]) {
			return false
		}
	}
	return true
}

// covers says whether one of the list's networks or addresses holds the address.
func (l *List) covers(address netip.Addr) bool {
	l.once.Do(func() {
		for _, item := range l.items {
			if network, ok := networkOf(item.s); ok {
				l.networks = append(l.networks, network)
			}
		}
	})
	address = address.Unmap()
	for _, network := range l.networks {
		if network.Contains(address) {
			return true
		}
	}
	return false
}

// networkOf reads a network, or an address as the network of itself.
func networkOf(s string) (netip.Prefix, bool) {
	if network, err := netip.ParsePrefix(s); err == nil {
		return network.Masked(), true
	}
	address, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, false
	}
	address = address.Unmap()
	return netip.PrefixFrom(address, address.BitLen()), true
}

// within judges an address against a list of networks. A text that is no address leaves the answer unknown.
func within(v value, l *List) value {
	address, err := netip.ParseAddr(v.s)
	if v.kind != Text || err != nil {
		return value{}
	}
	return truth(l.covers(address))
}

// Longest is the length in bytes of the longest text.
func (l *List) Longest() int {
	longest := 0
	for _, item := range l.items {
		longest = max(longest, len(item.s))
	}
	return longest
}
