package launchkey

import (
	"net/http"
	"time"

	"github.com/twinseal/twinseal/client/internal/carry"
	"github.com/twinseal/twinseal/client/internal/poll"
)

// Defaults of a factory.
const (
	// defaultIdentifier is how the platform names itself in tokens.
	defaultIdentifier = "lka"

	// defaultTimeout bounds one request; the server answers at once, so a
	// slower answer is a lost one.
	defaultTimeout = 15 * time.Second

	// defaultExpiry is the life of a request's token: what a request takes on
	// its way, and no time for anybody to use it again.
	defaultExpiry = 5 * time.Second
	// maxExpiry is the longest life that servers accept.
	maxExpiry = 5 * time.Minute

	// Polling starts at the pace of the vendor's samples and slows down to
	// what a person who has gone for the phone will not notice.
	defaultPollFirst   = time.Second
	defaultPollLongest = 5 * time.Second
)

// Option changes how a factory and its clients reach the server.
type Option func(*settings) error

type settings struct {
	base       string
	http       *http.Client
	agent      string
	identifier string
	expiry     time.Duration
	polling    poll.Pace
	decryption [][]byte
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

// WithEncryptionKey adds a private key (PEM) that answers and webhooks may be
// encrypted for. Give the signing key to the factory and the encryption key here
// when each has one purpose; give old keys here while they are being replaced.
// The option can be repeated.
func WithEncryptionKey(privateKey []byte) Option {
	return func(s *settings) error {
		s.decryption = append(s.decryption, privateKey)
		return nil
	}
}

// WithIdentifier sets the name of the platform in tokens, for servers that were
// given another one than the vendor's.
func WithIdentifier(identifier string) Option {
	return func(s *settings) error {
		if identifier == "" {
			return &FormatError{Field: "identifier", Reason: "must not be empty"}
		}
		s.identifier = identifier
		return nil
	}
}

// WithRequestExpiry sets how long the server may take a request for a fresh
// one, in whole seconds (rounded up).
func WithRequestExpiry(expiry time.Duration) Option {
	return func(s *settings) error {
		if expiry <= 0 || expiry > maxExpiry {
			return &FormatError{Field: "request expiry", Reason: "must be between a second and five minutes"}
		}
		s.expiry = (expiry + time.Second - 1).Truncate(time.Second)
		return nil
	}
}

// WithPolling sets the pause between two polls of [ServiceClient.WaitAuthorization]:
// the first, and the longest it grows to.
func WithPolling(first, longest time.Duration) Option {
	return func(s *settings) error {
		if first <= 0 || longest < first {
			return &FormatError{Field: "polling", Reason: "the first pause must be positive and the longest no shorter"}
		}
		s.polling = poll.Pace{First: first, Longest: longest}
		return nil
	}
}

func apply(base string, options []Option) (*settings, error) {
	s := &settings{
		http:       &http.Client{Timeout: defaultTimeout},
		agent:      "twinseal-launchkey-go/1.0",
		identifier: defaultIdentifier,
		expiry:     defaultExpiry,
		polling:    poll.Pace{First: defaultPollFirst, Longest: defaultPollLongest},
	}
	if err := s.setBase(base); err != nil {
		return nil, err
	}
	for _, option := range options {
		if err := option(s); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// setBase takes scheme, host and path prefix. The prefix is no part of what is
// signed, so a proxy that adds one must take it off again.
func (s *settings) setBase(text string) error {
	base, problem := carry.BaseURL(text)
	if problem != "" {
		return &FormatError{Field: "base URL", Reason: problem}
	}
	s.base = base
	return nil
}
