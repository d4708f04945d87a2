// Package hook sends messages through any provider that takes one HTTP request per message, and through
// programs of the operator's own. Address, headers, body and what counts as success are configuration;
// docs/deliveries.md explains them with examples.
//
// Requests can be signed in the manner of Standard Webhooks: an HMAC-SHA256 over id, time and body, so that
// the receiver knows that the request is ours and new.
package hook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/twinseal/twinseal/internal/delivery"
	"github.com/twinseal/twinseal/internal/mfa"
)

// Config is a provider.
type Config struct {
	URL string
	// Method is POST (the default) or PUT. There is no GET, because addresses get logged and messages hold codes.
	Method string
	// ContentType is application/json (the default) or application/x-www-form-urlencoded.
	ContentType string
	// Headers are added to the request; Authorization and the like stay secret as long as the URL is https.
	Headers map[string]mfa.Secret
	// Username and Password, when set, authenticate the request (HTTP basic).
	Username string
	Password mfa.Secret
	// Body is a template of the type: JSON, or a form such as to={{to}}&text={{text}}. Values are put in whole
	// and escaped. "" sends all values as one JSON object or form.
	Body string
	// Success says which answers mean that the message was taken; "" is 2xx. See [Rule].
	Success string
	// Retry says which other answers mean that it may be taken later, beside overload and server errors.
	Retry string
	// Reference is the path in a JSON answer of the provider's number for the message; "" for none.
	Reference string
	// Secret signs requests; whsec_ and base64, or at least 16 characters; empty: they are not signed.
	Secret mfa.Secret
	// AllowPlain permits an http:// address beyond this machine, as of a gateway in one's own network.
	AllowPlain bool
}

const provider = "hook"

// Sender sends every channel it is given.
type Sender struct {
	config  Config
	body    *body
	success *Rule
	retry   *Rule
	key     mfa.Secret
	client  *http.Client
	clock   mfa.Clock
}

// New checks the configuration. A nil client means [delivery.Client].
func New(c Config, client *http.Client, clock mfa.Clock) (*Sender, error) {
	if err := delivery.CheckAddress("hook: url", c.URL, c.AllowPlain); err != nil {
		return nil, err
	}
	switch c.Method = strings.ToUpper(c.Method); c.Method {
	case "":
		c.Method = http.MethodPost
	case http.MethodPost, http.MethodPut:
	default:
		return nil, errors.New("hook: method must be POST or PUT")
	}
	if err := checkHeaders(c); err != nil {
		return nil, err
	}
	s := &Sender{config: c, client: client, clock: clock}
	var err error
	if s.body, err = parseBody(c.ContentType, c.Body); err != nil {
		return nil, fmt.Errorf("hook: body: %w", err)
	}
	if s.success, err = ParseRule(c.Success); err != nil {
		return nil, fmt.Errorf("hook: success: %w", err)
	}
	if s.retry, err = ParseRule(c.Retry); err != nil {
		return nil, fmt.Errorf("hook: retry: %w", err)
	}
	if s.key, err = signingKey(c.Secret); err != nil {
		return nil, fmt.Errorf("hook: secret: %w", err)
	}
	if s.client == nil {
		s.client = delivery.Client()
	}
	return s, nil
}

func checkHeaders(c Config) error {
	for name, value := range c.Headers {
		if name == "" || strings.Trim(name, tokenCharacters) != "" || bytes.ContainsAny(value.Reveal(), "\r\n\x00") {
			return fmt.Errorf("hook: header %q is not a header", name)
		}
	}
	if (c.Username == "") != c.Password.Empty() {
		return errors.New("hook: username and password belong together")
	}
	return nil
}

// tokenCharacters are what a header's name may have (RFC 9110 section 5.6.2).
const tokenCharacters = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// Send makes the request and judges the answer.
func (s *Sender) Send(ctx context.Context, m mfa.Message) (string, error) {
	if m.To == "" {
		return "", delivery.Unsuitable(provider, "it goes to nobody")
	}
	r, err := s.request(ctx, m)
	if err != nil {
		return "", mfa.Permanent(err)
	}
	status, answer, err := delivery.Call(ctx, s.client, provider, r)
	if err != nil {
		return "", err
	}
	return s.judge(status, answer)
}

func (s *Sender) request(ctx context.Context, m mfa.Message) (*http.Request, error) {
	id, err := newID()
	if err != nil {
		return nil, err
	}
	body, err := s.body.render(id, m)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, s.config.Method, s.config.URL, bytes.NewReader(body))
	if err != nil {
		return nil, delivery.WithoutAddress(err)
	}
	r.Header.Set("Content-Type", s.body.contentType)
	r.Header.Set("User-Agent", "Twinseal")
	for name, value := range s.config.Headers {
		r.Header.Set(name, string(value.Reveal()))
	}
	if s.config.Username != "" {
		r.SetBasicAuth(s.config.Username, string(s.config.Password.Reveal()))
	}
	if !s.key.Empty() {
		sign(r.Header, s.key, id, s.clock.Now(), body)
	}
	return r, nil
}

// judge: an answer that the success rule takes is a success, whatever else it holds.
func (s *Sender) judge(status int, body []byte) (string, error) {
	answer := parseAnswer(status, body)
	if s.success.matches(answer) {
		if reference, ok := answer.at(s.config.Reference); ok {
			return reference, nil
		}
		return fmt.Sprintf("status %d", status), nil
	}
	if status < http.StatusMultipleChoices || !s.retry.empty() && s.retry.matches(answer) {
		err := fmt.Errorf("%s answered %d%s", provider, status, s.success.seen(answer))
		if !s.retry.empty() && s.retry.matches(answer) {
			return "", err
		}
		return "", mfa.Permanent(err)
	}
	return "", delivery.Refusal(provider, status, "")
}
