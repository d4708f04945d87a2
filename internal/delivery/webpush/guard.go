package webpush

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/twinseal/twinseal/internal/delivery"
	"github.com/twinseal/twinseal/internal/publicnet"
)

// errNotPublic does not say which address it was: the answer must not map the server's network.
var errNotPublic = errors.New("the push endpoint is not at a public address")

// newClient connects to public addresses only. It uses no proxy, which would connect in its place.
func newClient(allowLoopback bool) *http.Client {
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: publicnet.Control(allowLoopback, errNotPublic)}
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
	case local && !allowLoopback, isAddress && !publicnet.Callable(ip.Unmap(), allowLoopback):
		return errNotPublic
	case u.Scheme == "https", u.Scheme == "http" && local:
		return nil
	}
	return errors.New("the push endpoint does not start with https://")
}
