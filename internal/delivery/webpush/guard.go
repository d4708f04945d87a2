package webpush

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"github.com/twinseal/twinseal/internal/delivery"
)

// errNotPublic does not say which address it was: the answer must not map the server's network.
var errNotPublic = errors.New("the push endpoint is not at a public address")

// newClient connects to public addresses only. It uses no proxy, which would connect in its place.
func newClient(allowLoopback bool) *http.Client {
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil || !callable(to.Addr().Unmap(), allowLoopback) {
			return errNotPublic
		}
		return nil
	}}
	return &http.Client{
		Timeout:       30 * time.Second,
		CheckRedirect: delivery.Stay,
		Transport: &http.Transport{
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    5 * time.Second,
			ResponseHeaderTimeout:  15 * time.Second,
			MaxResponseHeaderBytes: 32 << 10,
			MaxIdleConnsPerHost:    16,
			IdleConnTimeout:        time.Minute,
			ForceAttemptHTTP2:      true,
		},
	}
}

// checkEndpoint refuses what the client would refuse, as far as it can be told without a name server.
func checkEndpoint(u *url.URL, allowLoopback bool) error {
	ip, err := netip.ParseAddr(u.Hostname())
	isAddress := err == nil
	local := u.Hostname() == "localhost" || isAddress && ip.Unmap().IsLoopback()
	switch {
	case local && !allowLoopback, isAddress && !callable(ip.Unmap(), allowLoopback):
		return errNotPublic
	case u.Scheme == "https", u.Scheme == "http" && local:
		return nil
	}
	return errors.New("the push endpoint does not start with https://")
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

func callable(ip netip.Addr, allowLoopback bool) bool {
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
