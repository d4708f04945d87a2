package endpoint

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Proxies says whose word about the caller's address counts. The zero value trusts nobody.
type Proxies struct {
	header string
	nets   []netip.Prefix
}

// The headers that a proxy may report addresses in. Only the configured one is read: a proxy that writes
// one of them usually passes the other on as the caller sent it.
const (
	HeaderForwardedFor = "X-Forwarded-For"
	HeaderForwarded    = "Forwarded" // RFC 7239
)

// ParseProxies reads addresses and networks such as 10.0.0.0/8. An empty header means X-Forwarded-For.
func ParseProxies(header string, networks []string) (Proxies, error) {
	p := Proxies{header: http.CanonicalHeaderKey(header)}
	switch p.header {
	case "":
		p.header = HeaderForwardedFor
	case HeaderForwardedFor, HeaderForwarded:
	default:
		return Proxies{}, fmt.Errorf("proxy header %q is unknown: use %s or %s", header, HeaderForwardedFor, HeaderForwarded)
	}
	for _, text := range networks {
		prefix, err := parseNetwork(strings.TrimSpace(text))
		if err != nil {
			return Proxies{}, fmt.Errorf("trusted proxy %q is neither an address nor a network such as 10.0.0.0/8", text)
		}
		p.nets = append(p.nets, prefix)
	}
	return p, nil
}

func parseNetwork(text string) (netip.Prefix, error) {
	if strings.Contains(text, "/") {
		prefix, err := netip.ParsePrefix(text)
		return prefix.Masked(), err
	}
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, err
	}
	return netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen()), nil
}

func (p *Proxies) trusts(addr netip.Addr) bool {
	for _, prefix := range p.nets {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}

// client walks from the connection's peer towards the caller and stops at the first address that is no
// trusted proxy: what stands to the left of it anybody could have written.
func (p *Proxies) client(r *http.Request, peer netip.Addr) netip.Addr {
	if !p.trusts(peer) {
		return peer
	}
	addr := peer
	for _, line := range slices.Backward(r.Header[p.header]) {
		for _, hop := range slices.Backward(strings.Split(line, ",")) {
			next := p.parseHop(hop)
			if !next.IsValid() {
				return addr
			}
			if addr = next; !p.trusts(addr) {
				return addr
			}
		}
	}
	return addr
}

func (p *Proxies) parseHop(hop string) netip.Addr {
	if p.header == HeaderForwarded {
		hop = forwardedFor(hop)
	}
	return parseHost(strings.TrimSpace(hop))
}

// forwardedFor is the value of for= in one element of a Forwarded header.
func forwardedFor(element string) string {
	for pair := range strings.SplitSeq(element, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		if strings.EqualFold(name, "for") {
			return strings.Trim(value, `"`)
		}
	}
	return ""
}

// parseHost reads an address with or without brackets and port.
func parseHost(text string) netip.Addr {
	if addrPort, err := netip.ParseAddrPort(text); err == nil {
		return addrPort.Addr().Unmap()
	}
	addr, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		return netip.Addr{}
	}
	return addr.Unmap()
}

func peerAddress(r *http.Request) netip.Addr { return parseHost(r.RemoteAddr) }
