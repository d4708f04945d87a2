// Package publicnet tells addresses of the public network from all others, for clients that call where strangers send
// them. An address is judged when the connection is made, so that no name can be pointed at the server's own network
// in between.
package publicnet

import (
	"net/netip"
	"syscall"
)

// Control is a [net.Dialer]'s: it refuses, with the given error, to connect anywhere but to public addresses and, if
// that is allowed, to this machine. The error should not say which address it was: the answer must not map the
// server's network.
func Control(allowLoopback bool, refusal error) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil || !Callable(to.Addr().Unmap(), allowLoopback) {
			return refusal
		}
		return nil
	}
}

// special are the networks within the global ranges that lead somewhere else (IANA's registries of special
// purpose addresses): into private networks, through translators to any IPv4 address, or nowhere.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("::/96"),
	netip.MustParsePrefix("::ffff:0:0:0/96"),
	netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("3fff::/20"),
	netip.MustParsePrefix("5f00::/16"),
	netip.MustParsePrefix("fec0::/10"),
}

// Callable reports whether an address, unmapped, may be called.
func Callable(ip netip.Addr, allowLoopback bool) bool {
	if ip.IsLoopback() {
		return allowLoopback
	}
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.Zone() != "" {
		return false
	}
	for _, prefix := range special {
		if prefix.Contains(ip) {
			return false
		}
	}
	return true
}
