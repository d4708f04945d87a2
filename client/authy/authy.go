package authy

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/twinseal/twinseal/client/internal/carry"
	"github.com/twinseal/twinseal/client/internal/poll"
)

// DefaultBaseURL is the vendor's host, used when no other is given.
const DefaultBaseURL = "https://api.authy.com"

// Defaults of a client.
const (
	// defaultTimeout bounds one request; the server answers at once and
	// delivers messages later, so a slower answer is a lost one.
	defaultTimeout = 15 * time.Second

	// Polling starts at the pace of the vendor's samples and slows down to
	// what a person who has gone for the phone will not notice.
	defaultPollFirst   = time.Second
	defaultPollLongest = 5 * time.Second
)

// Client speaks for one application of an Authy server.
type Client struct {
	transport transport
	polling   poll.Pace
	key       func() Secret // a function, so that printing an enclosing struct shows an address
}

// Option changes how a [Client] or [Dashboard] reaches its server.
type Option func(*settings) error

type settings struct {
	base    string
	http    *http.Client
	agent   string
	polling poll.Pace
}

// WithBaseURL names the server: scheme, host and, if it has one, path prefix. A
// trailing slash is ignored.
func WithBaseURL(address string) Option {
	return func(s *settings) error {
		base, problem := carry.BaseURL(address)
		if problem != "" {
			return &FormatError{Field: "base URL", Reason: problem}
		}
		s.base = base
		return nil
	}
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

// WithPolling sets the pause between two polls of [Client.WaitApproval]: the
// first, and the longest it grows to.
func WithPolling(first, longest time.Duration) Option {
	return func(s *settings) error {
		if first <= 0 || longest < first {
			return &FormatError{Field: "polling", Reason: "the first pause must be positive and the longest no shorter"}
		}
		s.polling = poll.Pace{First: first, Longest: longest}
		return nil
	}
}

// New returns a client that authenticates with the application's API key.
func New(apiKey string, options ...Option) (*Client, error) {
	if err := checkKey("API key", apiKey); err != nil {
		return nil, err
	}
	s, err := apply(options)
	if err != nil {
		return nil, err
	}
	return &Client{transport: s.transport(), polling: s.polling, key: func() Secret { return Secret(apiKey) }}, nil
}

func apply(options []Option) (*settings, error) {
	s := &settings{
		base:    DefaultBaseURL,
		http:    &http.Client{Timeout: defaultTimeout},
		agent:   "twinseal-authy-go/1.0",
		polling: poll.Pace{First: defaultPollFirst, Longest: defaultPollLongest},
	}
	for _, option := range options {
		if err := option(s); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *settings) transport() transport {
	client := *s.http
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return transport{base: s.base, http: &client, agent: s.agent}
}

// checkKey refuses what could not be a header value or would sign nothing.
func checkKey(field, key string) error {
	if key == "" {
		return &FormatError{Field: field, Reason: "must not be empty"}
	}
	for _, r := range key {
		if r <= ' ' || r > '~' {
			return &FormatError{Field: field, Reason: "must consist of printable ASCII characters without spaces"}
		}
	}
	return nil
}

// String describes the client without its key.
func (c *Client) String() string { return "authy client for " + c.transport.base }

// GoString is [Client.String].
func (c *Client) GoString() string { return c.String() }

// Format writes [Client.String] for every verb.
func (c *Client) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue is [Client.String].
func (c *Client) LogValue() slog.Value { return slog.StringValue(c.String()) }
