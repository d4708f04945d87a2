package authsignal

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/twinseal/twinseal/client/internal/carry"
)

// The vendor's own servers, by region. A server of one's own has one address.
const (
	US = "https://api.authsignal.com/v1"
	AU = "https://au.api.authsignal.com/v1"
	EU = "https://eu.api.authsignal.com/v1"
	CA = "https://ca.api.authsignal.com/v1"
)

// Defaults of a client.
const (
	// defaultTimeout bounds one request. Calls that send a code wait for the
	// provider of messages; all others are answered at once.
	defaultTimeout = 15 * time.Second

	// defaultRetries is how often a request is repeated that may be, as in the
	// vendor's SDKs.
	defaultRetries = 2

	// defaultPause is before the first repetition, and twice as long before the
	// next: long enough for a restart behind a proxy to be over.
	defaultPause = 200 * time.Millisecond

	// maxRetries keeps a mistake from becoming a flood.
	maxRetries = 10
)

// Authsignal speaks for one tenant, with its secret key.
type Authsignal struct{ transport transport }

// Option changes how a client reaches its server.
type Option func(*settings) error

type settings struct {
	http    *http.Client
	agent   string
	retries int
	pause   time.Duration
}

// WithHTTPClient sets the HTTP client, for its transport, time limit and cookie
// jar. The package works on a copy that does not follow redirects.
func WithHTTPClient(client *http.Client) Option {
	return func(s *settings) error {
		if client == nil {
			return &FormatError{Field: "HTTP client", Reason: "must not be nil"}
		}
		s.http = client
		return nil
	}
}

// WithUserAgent sets the User-Agent header.
func WithUserAgent(agent string) Option {
	return func(s *settings) error {
		s.agent = agent
		return nil
	}
}

// WithRetries sets how often a request is repeated that failed on the way or at
// the server, two times if it is not set, and the pause before the first
// repetition, which doubles. Only requests that do the same when they come twice
// are repeated; see the package's promises.
func WithRetries(most int, pause time.Duration) Option {
	return func(s *settings) error {
		if most < 0 || most > maxRetries || pause < 0 {
			return &FormatError{Field: "retries", Reason: "must be 0 to 10, with a pause that is not negative"}
		}
		s.retries, s.pause = most, pause
		return nil
	}
}

// New returns a client of the tenant that has this secret key. The base URL is the
// server's, such as https://mfa.example.net/v1 or [EU]; one without a path gets
// /v1. A trailing slash is ignored.
func New(baseURL string, secretKey Secret, options ...Option) (*Authsignal, error) {
	t, err := newTransport(baseURL, version, secretKey, options)
	if err != nil {
		return nil, err
	}
	return &Authsignal{transport: *t}, nil
}

// version is the path of an address that has none.
const version = "/v1"

func newTransport(baseURL, path string, key Secret, options []Option) (*transport, error) {
	base, problem := carry.BaseURL(baseURL)
	if problem != "" {
		return nil, &FormatError{Field: "base URL", Reason: problem}
	}
	if parsed, err := url.Parse(base); err == nil && parsed.Path == "" {
		base += path
	}
	if err := checkSecret("key", key); err != nil {
		return nil, err
	}
	if strings.Contains(string(key), ":") {
		return nil, &FormatError{Field: "key", Reason: "must not contain a colon"}
	}
	s := settings{
		http: &http.Client{Timeout: defaultTimeout}, agent: "twinseal-authsignal-go/1.0", retries: defaultRetries, pause: defaultPause,
	}
	for _, option := range options {
		if err := option(&s); err != nil {
			return nil, err
		}
	}
	client := *s.http
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	timeout := client.Timeout
	client.Timeout = 0
	return &transport{
		base: base, http: &client, timeout: timeout, agent: s.agent, retries: s.retries, pause: s.pause,
		key: func() Secret { return key },
	}, nil
}

// String describes the client without its key.
func (a *Authsignal) String() string { return "authsignal client for " + a.transport.base }

// GoString is [Authsignal.String].
func (a *Authsignal) GoString() string { return a.String() }

// Format writes [Authsignal.String] for every verb.
func (a *Authsignal) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, a.String()) }

// LogValue is [Authsignal.String].
func (a *Authsignal) LogValue() slog.Value { return slog.StringValue(a.String()) }
