package client

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/twinseal/twinseal/receipt"
)

// Device is one authenticator. Its methods may be called from several
// goroutines at once. Errors of the server are [*Error].
type Device struct {
	http      *http.Client
	clock     func() time.Time
	joinPause time.Duration // before the next look whether the other device approved
	allowHTTP bool

	mu      sync.Mutex
	account Account
}

// Option changes how a device works.
type Option func(*Device)

// WithHTTPClient sets the client to use. It must not have a timeout shorter
// than the waits asked of [Device.Wait]; contexts bound every call anyway.
func WithHTTPClient(c *http.Client) Option {
	return func(d *Device) { d.http = c }
}

// WithClock sets where the local time comes from.
func WithClock(now func() time.Time) Option {
	return func(d *Device) { d.clock = now }
}

// WithPlainHTTP allows a server without TLS that is not on this machine.
// Whoever is on the way then reads every question, and the TOTP seed.
func WithPlainHTTP() Option {
	return func(d *Device) { d.allowHTTP = true }
}

// NewDevice makes a device with a fresh key for one account at server. It is
// of use once [Device.Link] or [Device.FinishPhoneLink] succeeded. A key is
// never linked twice: another account is another device.
func NewDevice(server string, options ...Option) (*Device, error) {
	key, err := receipt.NewKey()
	if err != nil {
		return nil, err
	}
	return OpenDevice(Account{Server: server, Key: PrivateKey{key}}, options...)
}

// OpenDevice continues with an account that was kept.
func OpenDevice(account Account, options ...Option) (*Device, error) {
	d := &Device{http: http.DefaultClient, clock: time.Now, joinPause: joinPause, account: account}
	for _, option := range options {
		option(d)
	}
	if account.Key.PrivateKey == nil {
		return nil, errors.New("account: it has no key")
	}
	server, err := serverURL(account.Server, d.allowHTTP)
	if err != nil {
		return nil, err
	}
	d.account.Server = server
	d.http = withoutRedirects(d.http)
	return d, nil
}

// Account gives what to keep. It changes when the device links and when its
// clock is corrected.
func (d *Device) Account() Account {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.account
}

// Now is the server's time as far as this device knows it.
func (d *Device) Now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.clock().Add(d.account.ClockOffset)
}

// correctClock takes the server's time as the truth from now on.
func (d *Device) correctClock(server time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.account.ClockOffset = server.Sub(d.clock()).Round(time.Millisecond)
}

// withoutRedirects keeps a proof from travelling anywhere but to the address
// it was made for.
func withoutRedirects(c *http.Client) *http.Client {
	own := *c
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// serverURL accepts https anywhere, and http on this machine.
func serverURL(text string, allowHTTP bool) (string, error) {
	u, err := url.Parse(strings.TrimRight(strings.TrimSpace(text), "/"))
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("server %q is not an address such as https://mfa.example.net", text)
	}
	switch {
	case u.Scheme == "https":
	case u.Scheme == "http" && (allowHTTP || isLoopback(u.Hostname())):
	default:
		return "", fmt.Errorf("server %q: use https, or http on this machine only", text)
	}
	return u.String(), nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || (ip != nil && ip.IsLoopback())
}
