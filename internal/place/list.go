package place

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// List names a file of networks: one a line, as 192.0.2.0/24, 2001:db8::/32 or a single address. Empty lines count
// for nothing, nor does what follows a # or a blank.
type List struct{ Name, File string }

// Lists by these names say that a person hides behind the address. All others are names for rules and no more.
const (
	ListTor       = "tor"
	ListVPN       = "vpn"
	ListProxy     = "proxy"
	ListAnonymous = "anonymous"
)

func hides(name string) bool {
	return name == ListTor || name == ListVPN || name == ListProxy || name == ListAnonymous
}

// Bounds of a list. The largest public ones, of cloud and hosting providers, have some hundred thousand networks;
// each costs up to 32 bytes.
const (
	maxList     = 64 << 20
	maxNetworks = 2_000_000
	maxName     = 32
)

// ParseList reads NAME=FILE.
func ParseList(text string) (List, error) {
	name, file, ok := strings.Cut(text, "=")
	l := List{Name: strings.TrimSpace(name), File: strings.TrimSpace(file)}
	if !ok || l.File == "" {
		return l, fmt.Errorf("list of networks %q must be a name and a file such as tor=/var/lib/twinseal/tor.txt", text)
	}
	return l, l.check(nil)
}

func (l List) check(others []*watched[*list]) error {
	odd := func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' }
	if l.Name == "" || len(l.Name) > maxName || strings.ContainsFunc(l.Name, odd) {
		return fmt.Errorf("list of networks %q: the name must consist of small letters, digits, - and _, %d at most", l.Name, maxName)
	}
	for _, w := range others {
		if (*w.now.Load()).name == l.Name {
			return fmt.Errorf("list of networks %q is there twice; put both into one file", l.Name)
		}
	}
	return nil
}

// list is what a file names, as ranges of numbers: sorted, apart from each other, and therefore found by halving.
type list struct {
	name string
	four []span[uint32]
	six  []span[wide]
}

// wide is an IPv6 address.
type wide struct{ high, low uint64 }

// span is from first to last, both included.
type span[N any] struct{ first, last N }

// read takes the lines of a file. A line that is no network is refused rather than skipped: half of a list would
// look like a whole one.
func (l List) read(content []byte) (*list, error) {
	read := &list{name: l.Name}
	number, count := 0, 0
	for line := range bytes.Lines(content) {
		number++
		if line = entry(line); len(line) == 0 {
			continue
		}
		prefix, ok := network(string(line))
		if !ok {
			return nil, fmt.Errorf("line %d is no network such as 192.0.2.0/24", number)
		}
		if count++; count > maxNetworks {
			return nil, fmt.Errorf("more than %d networks", maxNetworks)
		}
		read.add(prefix)
	}
	read.four = merged(read.four, cmp.Compare[uint32], func(n uint32) (uint32, bool) { return n + 1, n+1 != 0 })
	read.six = merged(read.six, compareWide, wide.next)
	return read, nil
}

// entry is what a line says before a comment or a second column.
func entry(line []byte) []byte {
	if hash := bytes.IndexByte(line, '#'); hash >= 0 {
		line = line[:hash]
	}
	line = bytes.TrimSpace(line)
	if blank := bytes.IndexAny(line, " \t"); blank >= 0 {
		line = line[:blank]
	}
	return line
}

// network reads a network or an address, which may be an IPv4 one in IPv6's form.
func network(text string) (netip.Prefix, bool) {
	if prefix, err := netip.ParsePrefix(text); err == nil {
		if addr := prefix.Addr(); addr.Is4In6() {
			const mapped = 96
			return netip.PrefixFrom(addr.Unmap(), prefix.Bits()-mapped), prefix.Bits() >= mapped
		}
		return prefix, true
	}
	addr, err := netip.ParseAddr(text)
	if err != nil || addr.Zone() != "" {
		return netip.Prefix{}, false
	}
	addr = addr.Unmap()
	return netip.PrefixFrom(addr, addr.BitLen()), true
}

func (l *list) add(prefix netip.Prefix) {
	addr := prefix.Masked().Addr()
	if addr.Is4() {
		first := numberOf(addr)
		l.four = append(l.four, span[uint32]{first, first | uint32(1<<(32-prefix.Bits())-1)})
		return
	}
	first := wideOf(addr)
	last := first
	if bits := prefix.Bits(); bits < 64 {
		last.high |= 1<<(64-bits) - 1
		last.low = ^uint64(0)
	} else {
		last.low |= 1<<(128-bits) - 1
	}
	l.six = append(l.six, span[wide]{first, last})
}

func numberOf(addr netip.Addr) uint32 {
	four := addr.As4()
	return binary.BigEndian.Uint32(four[:])
}

func wideOf(addr netip.Addr) wide {
	six := addr.As16()
	return wide{binary.BigEndian.Uint64(six[:8]), binary.BigEndian.Uint64(six[8:])}
}

func compareWide(a, b wide) int {
	return cmp.Or(cmp.Compare(a.high, b.high), cmp.Compare(a.low, b.low))
}

// next is the address after, if there is one.
func (w wide) next() (wide, bool) {
	w.low++
	if w.low == 0 {
		w.high++
	}
	return w, w != wide{}
}

// merged sorts spans and joins those that touch.
func merged[N any](spans []span[N], compare func(a, b N) int, next func(N) (N, bool)) []span[N] {
	slices.SortFunc(spans, func(a, b span[N]) int { return compare(a.first, b.first) })
	out := spans[:0]
	for _, s := range spans {
		if n := len(out); n > 0 {
			after, more := next(out[n-1].last)
			if !more || compare(s.first, after) <= 0 {
				if compare(s.last, out[n-1].last) > 0 {
					out[n-1].last = s.last
				}
				continue
			}
		}
		out = append(out, s)
	}
	return slices.Clip(slices.Clone(out))
}

// has reports whether an address lies in one of the networks.
func (l *list) has(addr netip.Addr) bool {
	if addr.Is4() {
		n := numberOf(addr)
		i, found := slices.BinarySearchFunc(l.four, n, func(s span[uint32], n uint32) int { return cmp.Compare(s.first, n) })
		return found || i > 0 && n <= l.four[i-1].last
	}
	n := wideOf(addr)
	i, found := slices.BinarySearchFunc(l.six, n, func(s span[wide], n wide) int { return compareWide(s.first, n) })
	return found || i > 0 && compareWide(n, l.six[i-1].last) <= 0
}
