package loginid

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/twinseal/twinseal/client/internal/carry"
	"github.com/twinseal/twinseal/client/internal/poll"
)

// Defaults of a client.
const (
	// defaultIssuer is how the service names itself in tokens.
	defaultIssuer = "loginid.io"

	// defaultTimeout bounds one request; the server answers at once, so a
	// slower answer is a lost one.
	defaultTimeout = 15 * time.Second

	// defaultTokenAge is how old a token may be that somebody signs in with:
	// it comes straight from the page where it was made.
	defaultTokenAge = 5 * time.Minute

	// The server holds a wait for minutes; between two of them, and after a
	// failure, is a breath.
	defaultPollFirst   = time.Second
	defaultPollLongest = 5 * time.Second
)

// LoginID speaks for one application: it signs people in, checks what their
// browsers bring, and has them confirm transactions.
type LoginID struct {
	clientID  string
	transport transport
	certs     *certs
	rules     rules
	polling   poll.Pace
	key       func() *signingKey // a function, so that printing an enclosing struct shows an address; nil without
}

// Management is a [LoginID] with a private key that also manages users, their
// credentials and their codes.
type Management struct{ *LoginID }

// Option changes how a client signs, judges and reaches its server.
type Option func(*settings) error

type settings struct {
	base    string
	http    *http.Client
	agent   string
	rules   rules
	polling poll.Pace
	key     *signingKey
}

// WithPrivateKey gives the application's private key: PEM, PKCS #8 or SEC 1, on
// the curve P-256. A server that knows a key of the application wants a service
// token from it before people may register, sign in and so on.
func WithPrivateKey(pem []byte) Option {
	return func(s *settings) (err error) {
		s.key, err = readSigningKey(pem)
		return err
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

// WithIssuer sets the issuers whose tokens count, for servers that do not name
// themselves as the vendor does.
func WithIssuer(issuers ...string) Option {
	return func(s *settings) error {
		if len(issuers) == 0 || slices.Contains(issuers, "") {
			return &FormatError{Field: "issuer", Reason: "must not be empty"}
		}
		s.rules.issuers = issuers
		return nil
	}
}

// WithTokenAge sets how old a token may be, five minutes if it is not set.
func WithTokenAge(age time.Duration) Option {
	return func(s *settings) error {
		if age <= 0 {
			return &FormatError{Field: "token age", Reason: "must be positive"}
		}
		s.rules.age = age
		return nil
	}
}

// WithPolling sets the pause between two requests of [LoginID.WaitCode]: the
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

// New returns a client of the application with this client id. The base URL is
// the server's: scheme, host and, if it has one, path prefix. A trailing slash is
// ignored.
func New(baseURL, clientID string, options ...Option) (*LoginID, error) {
	if err := checkClientID(clientID); err != nil {
		return nil, err
	}
	s, err := apply(baseURL, options)
	if err != nil {
		return nil, err
	}
	client := *s.http
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	timeout := client.Timeout
	client.Timeout = 0
	l := &LoginID{
		clientID:  clientID,
		transport: transport{base: s.base, http: &client, timeout: timeout, agent: s.agent},
		certs:     newCerts(),
		rules:     s.rules,
		polling:   s.polling,
	}
	if key := s.key; key != nil {
		l.key = func() *signingKey { return key }
	}
	return l, nil
}

// NewManagement returns a client that signs with the private key and manages.
func NewManagement(baseURL, clientID string, privateKey []byte, options ...Option) (*Management, error) {
	l, err := New(baseURL, clientID, append(slices.Clone(options), WithPrivateKey(privateKey))...)
	if err != nil {
		return nil, err
	}
	return &Management{l}, nil
}

func apply(base string, options []Option) (*settings, error) {
	s := &settings{
		http:    &http.Client{Timeout: defaultTimeout},
		agent:   "twinseal-loginid-go/1.0",
		rules:   rules{issuers: []string{defaultIssuer}, age: defaultTokenAge},
		polling: poll.Pace{First: defaultPollFirst, Longest: defaultPollLongest},
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

func (s *settings) setBase(text string) error {
	base, problem := carry.BaseURL(text)
	if problem != "" {
		return &FormatError{Field: "base URL", Reason: problem}
	}
	s.base = base
	return nil
}

// ClientID is the id of the application.
func (l *LoginID) ClientID() string { return l.clientID }

// String describes the client without its key.
func (l *LoginID) String() string { return "loginid client for " + l.transport.base }

// GoString is [LoginID.String].
func (l *LoginID) GoString() string { return l.String() }

// Format writes [LoginID.String] for every verb.
func (l *LoginID) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, l.String()) }

// LogValue is [LoginID.String].
func (l *LoginID) LogValue() slog.Value { return slog.StringValue(l.String()) }
