// Package logo fetches the pictures that applications name, in the place of people's devices: those ask nobody but
// their server, so that no third party learns who is being asked, and when.
//
// The address comes from an application, and so from a stranger. It is called only if it is https and only at public
// addresses; what comes back is taken for a picture or for nothing.
package logo

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/twinseal/twinseal/internal/picture"
	"github.com/twinseal/twinseal/internal/publicnet"
)

// Config says what may be called.
type Config struct {
	// AllowLoopback also lets applications name http addresses on this machine: for the sandbox and for tests.
	AllowLoopback bool
	// Now tells how old what is kept is; nil: the machine's clock.
	Now func() time.Time
}

const (
	// Side is the longest side of a logo in pixels: what is shown as large as a thumb on the sharpest screens.
	Side = 192
	// patience is how long a person would wait for decoration.
	patience = 3 * time.Second
	// fetchers is how many pictures are fetched and decoded at once; more wait.
	fetchers = 4
	// maxAddress bounds an address in bytes; questions bound theirs too.
	maxAddress = 2048
)

// errNotPublic does not say which address it was: the answer must not map the server's network.
var errNotPublic = errors.New("the logo is not at a public address")

// Fetcher fetches and keeps. Its methods are safe for concurrent use.
type Fetcher struct {
	config Config
	client *http.Client
	room   chan struct{}
	shelf  shelf
}

// errBusy says nothing of the logo that was asked for.
var errBusy = errors.New("too many logos are being fetched")

// New returns a fetcher.
func New(c Config) *Fetcher {
	if c.Now == nil {
		c.Now = time.Now
	}
	dialer := &net.Dialer{Timeout: patience, Control: publicnet.Control(c.AllowLoopback, errNotPublic)}
	return &Fetcher{
		config: c,
		room:   make(chan struct{}, fetchers),
		client: &http.Client{
			Timeout:       patience,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			// No proxy: it would connect in our place.
			Transport: &http.Transport{
				DialContext: dialer.DialContext, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
				MaxResponseHeaderBytes: 32 << 10, DisableKeepAlives: true, ForceAttemptHTTP2: true,
			},
		},
	}
}

// Logo gives the picture behind an address as a small PNG. Of those who ask for the same one at the same time, one
// fetches it; and for a while nobody does again, also where there was none.
func (f *Fetcher) Logo(ctx context.Context, address string) ([]byte, error) {
	if err := f.check(address); err != nil {
		return nil, err
	}
	return f.shelf.get(ctx, address, f.config.Now, func() ([]byte, error) {
		// The one who fetches may go away; the others still want it.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		return f.fetch(ctx, address)
	})
}

// check refuses what the client would refuse, as far as it can be told without a name server.
func (f *Fetcher) check(address string) error {
	u, err := url.Parse(address)
	if err != nil || len(address) > maxAddress || u.Host == "" || u.User != nil {
		return errors.New("a logo's address is an https one")
	}
	ip, err := netip.ParseAddr(u.Hostname())
	isAddress := err == nil
	if isAddress && !publicnet.Callable(ip.Unmap(), f.config.AllowLoopback) {
		return errNotPublic
	}
	local := u.Hostname() == "localhost" || isAddress && ip.Unmap().IsLoopback()
	if u.Scheme == "https" || u.Scheme == "http" && local && f.config.AllowLoopback {
		return nil
	}
	return errors.New("a logo's address is an https one")
}

func (f *Fetcher) fetch(ctx context.Context, address string) ([]byte, error) {
	select {
	case f.room <- struct{}{}:
		defer func() { <-f.room }()
	case <-ctx.Done():
		return nil, errBusy
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, errors.New("a logo's address is an https one")
	}
	r.Header.Set("Accept", "image/png, image/jpeg")
	response, err := f.client.Do(r)
	if err != nil {
		return nil, unreached(err)
	}
	defer response.Body.Close() //nolint:errcheck // nothing is left to lose
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the logo's server answered %d", response.StatusCode)
	}
	file, err := io.ReadAll(io.LimitReader(response.Body, picture.MaxBytes+1))
	if err != nil {
		return nil, unreached(err)
	}
	return picture.Small(file, Side)
}

// unreached hides the address, which may have a secret in its query.
func unreached(err error) error {
	if errors.Is(err, errNotPublic) {
		return errNotPublic
	}
	if inner, ok := errors.AsType[*url.Error](err); ok {
		err = inner.Err
	}
	return fmt.Errorf("the logo cannot be fetched: %w", err)
}
