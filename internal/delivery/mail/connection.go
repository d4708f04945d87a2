package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"

	smtp "github.com/wneessen/go-mail"

	"github.com/twinseal/twinseal/internal/mfa"
)

// connection is one connection, dialled here so that it ends whatever happens to the conversation, and as
// soon as the context does.
type connection struct {
	net.Conn
	unwatch func() bool
}

func (c *connection) end() {
	if c.Conn != nil {
		c.unwatch()
		_ = c.Close()
	}
}

func (s *Sender) deliver(ctx context.Context, letter *smtp.Msg) error {
	var c connection
	defer c.end()
	client, err := smtp.NewClient(s.config.Host, s.options(ctx, &c)...)
	if err != nil {
		return err
	}
	err = client.DialAndSendWithContext(ctx, letter)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

func (s *Sender) options(ctx context.Context, c *connection) []smtp.Option {
	secure := &tls.Config{ServerName: s.config.Host, MinVersion: tls.VersionTLS12, RootCAs: s.config.Roots}
	options := []smtp.Option{
		smtp.WithPort(s.config.Port), smtp.WithTimeout(timeout), smtp.WithHELO(s.domain), smtp.WithTLSConfig(secure), smtp.WithoutNoop(),
		smtp.WithTLSPolicy(policies[s.config.TLS]),
		smtp.WithDialContextFunc(func(dialling context.Context, network, address string) (net.Conn, error) {
			conn, err := s.dial(dialling, network, address, secure)
			if err != nil {
				return nil, err
			}
			c.Conn, c.unwatch = conn, context.AfterFunc(ctx, func() { _ = conn.Close() })
			return conn, nil
		}),
	}
	if s.config.Username != "" {
		options = append(options, smtp.WithSMTPAuth(smtp.SMTPAuthAutoDiscover),
			smtp.WithUsername(s.config.Username), smtp.WithPassword(string(s.config.Password.Reveal())))
	}
	return options
}

// policies for what happens on a connection. One that is TLS from its first byte offers no STARTTLS, and the
// opportunistic policy takes it as the protected one it is.
var policies = map[TLS]smtp.TLSPolicy{
	StartTLS: smtp.TLSMandatory, Implicit: smtp.TLSOpportunistic, Opportunistic: smtp.TLSOpportunistic, None: smtp.NoTLS,
}

func (s *Sender) dial(ctx context.Context, network, address string, secure *tls.Config) (net.Conn, error) {
	dialer := &net.Dialer{Timeout: timeout}
	if s.config.TLS == Implicit {
		return (&tls.Dialer{NetDialer: dialer, Config: secure}).DialContext(ctx, network, address)
	}
	return dialer.DialContext(ctx, network, address)
}

// permanentFrom is the first reply code that RFC 5321 calls permanent.
const permanentFrom = 500

// judge keeps the server's numbers and drops its words, which repeat the recipient.
func judge(err error) error {
	code, detail := 0, ""
	if e, ok := errors.AsType[*textproto.Error](err); ok {
		code = e.Code
	}
	if e, ok := errors.AsType[*smtp.SendError](err); ok {
		code, detail = max(code, e.ErrorCode()), e.EnhancedStatusCode()
	}
	if code == 0 {
		return fmt.Errorf("the mail server could not be used: %w", root(err))
	}
	text := fmt.Sprintf("the mail server answered %d", code)
	if detail != "" {
		text += " " + detail
	}
	if code >= permanentFrom {
		return mfa.Permanent(errors.New(text))
	}
	return errors.New(text)
}

var errBrokeOff = errors.New("the conversation broke off")

// root is what went wrong with the connection. Errors about a letter name its recipient and are not repeated.
func root(err error) error {
	if _, ok := errors.AsType[*smtp.SendError](err); ok {
		return errBrokeOff
	}
	return err
}
