// Package mail sends mail through an SMTP server.
package mail

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/google/uuid"
	smtp "github.com/wneessen/go-mail"

	"github.com/twinseal/twinseal/internal/delivery"
	"github.com/twinseal/twinseal/internal/mfa"
)

// TLS says how the connection to the server is protected.
type TLS string

const (
	StartTLS      TLS = "starttls"      // plain at first, then TLS or nothing: port 587; the default
	Implicit      TLS = "tls"           // TLS from the first byte: port 465
	Opportunistic TLS = "opportunistic" // TLS if the server offers it; whoever is in between can take it away
	None          TLS = "none"          // in the clear: for a server on this machine
)

// Config is an SMTP server and who writes.
type Config struct {
	Host     string
	Port     int // 0: the usual one of TLS
	TLS      TLS // "": StartTLS
	Username string
	Password mfa.Secret
	From     string // codes@example.com or Acme <codes@example.com>; an application's name takes the place of the latter's
	// Roots are the certificate authorities to trust; nil: the machine's own.
	Roots *x509.CertPool
}

const (
	provider = "mail"
	// timeout bounds every step of the conversation.
	timeout = 15 * time.Second
	// maxSubject is what a subject may have; longer ones only hide what they say.
	maxSubject = 200
	maxPort    = 65535
)

var ports = map[TLS]int{StartTLS: 587, Implicit: 465, Opportunistic: 25, None: 25}

// Check fills in what was left out and says what is wrong with the rest.
func (c *Config) Check() error {
	if c.TLS == "" {
		c.TLS = StartTLS
	}
	if c.Port == 0 {
		c.Port = ports[c.TLS]
	}
	_, err := mail.ParseAddress(c.From)
	switch {
	case c.Host == "" || strings.ContainsAny(c.Host, "/ @"):
		return errors.New("mail: host is missing or not a name such as smtp.example.com")
	case ports[c.TLS] == 0:
		return errors.New("mail: tls must be starttls, tls, opportunistic or none")
	case c.Port < 1 || c.Port > maxPort:
		return errors.New("mail: port must be 1 to 65535")
	case err != nil:
		return errors.New("mail: from must be an address such as codes@example.com")
	case (c.Username == "") != c.Password.Empty():
		return errors.New("mail: username and password belong together")
	case c.Username != "" && c.TLS == None:
		return errors.New("mail: a password is not sent in the clear: set tls")
	}
	return nil
}

// Sender sends by mail.
type Sender struct {
	config Config
	from   *mail.Address
	domain string
}

// New checks the configuration; it does not connect.
func New(c Config) (*Sender, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	from, err := mail.ParseAddress(c.From)
	if err != nil {
		return nil, err
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	return &Sender{config: c, from: from, domain: domain}, nil
}

// Send hands the mail to the server over a connection of its own; the reference is its Message-ID.
func (s *Sender) Send(ctx context.Context, m mfa.Message) (string, error) {
	if m.Channel != mfa.ChannelEmail {
		return "", delivery.Unsuitable(provider, fmt.Sprintf("it carries email, not %s", m.Channel))
	}
	letter, id, err := s.letter(m)
	if err != nil {
		return "", err
	}
	if err := s.deliver(ctx, letter); err != nil && !letter.IsDelivered() {
		return "", judge(err)
	}
	return id, nil
}

func (s *Sender) letter(m mfa.Message) (letter *smtp.Msg, id string, err error) {
	to, err := mail.ParseAddress(m.To)
	if err != nil || to.Name != "" || to.Address != m.To {
		return nil, "", delivery.Unsuitable(provider, "the recipient is not one plain mail address")
	}
	from := mail.Address{Name: oneLine(m.From), Address: s.from.Address}
	if from.Name == "" {
		from.Name = s.from.Name
	}
	unique, err := uuid.NewV7()
	if err != nil {
		return nil, "", err
	}
	id = unique.String() + "@" + s.domain
	letter = smtp.NewMsg(smtp.WithNoDefaultUserAgent())
	letter.FromMailAddress(&from)
	letter.ToMailAddress(to)
	letter.Subject(oneLine(m.Subject))
	letter.SetDate()
	letter.SetMessageIDWithValue(id)
	// RFC 3834: no vacation note is wanted in return.
	letter.SetGenHeader("Auto-Submitted", "auto-generated")
	if m.Locale != "" {
		letter.SetGenHeader(smtp.HeaderContentLang, oneLine(m.Locale))
	}
	letter.SetBodyString(smtp.TypeTextPlain, m.Text)
	if m.HTML != "" {
		letter.AddAlternativeString(smtp.TypeTextHTML, m.HTML)
	}
	return letter, id, nil
}

// oneLine keeps a header one header.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text)
	if runes := []rune(text); len(runes) > maxSubject {
		text = string(runes[:maxSubject])
	}
	return strings.TrimSpace(text)
}
