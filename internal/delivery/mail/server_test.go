package mail_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/twinseal/twinseal/internal/delivery/deliverytest"
	"github.com/twinseal/twinseal/internal/delivery/mail"
	"github.com/twinseal/twinseal/internal/mfa"
)

const password = "password-of-the-account"

// post is an SMTP server that keeps what it takes.
type post struct {
	t     *testing.T
	mode  deliverytest.Mode
	mu    sync.Mutex
	taken []envelope
	host  string
	port  int
	roots *x509.CertPool
}

type envelope struct {
	from, to string
	data     []byte
	tls      bool
	user     string
}

// startPost listens on the loopback interface until the test ends. Without TLS it offers none.
func startPost(t *testing.T, m deliverytest.Mode, kind mail.TLS) *post {
	t.Helper()
	p := &post{t: t, mode: m}
	certificate := p.certificate()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.host, p.port = "127.0.0.1", listener.Addr().(*net.TCPAddr).Port
	if m == deliverytest.Absent {
		_ = listener.Close()
		return p
	}
	if m == deliverytest.Hangs {
		t.Cleanup(func() { _ = listener.Close() })
		return p // the system takes the connection, nobody speaks
	}
	server := smtp.NewServer(p)
	server.Domain, server.ReadTimeout = "post.test", time.Minute
	server.ErrorLog = quiet{}
	secure := &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	switch kind {
	case mail.Implicit:
		listener = tls.NewListener(listener, secure)
	case mail.None:
	case mail.StartTLS, mail.Opportunistic:
		server.TLSConfig = secure
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(listener)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-ended
	})
	return p
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// certificate makes one for the server and trusts it.
func (p *post) certificate() tls.Certificate {
	p.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		p.t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		p.t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		p.t.Fatal(err)
	}
	p.roots = x509.NewCertPool()
	p.roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func (p *post) NewSession(c *smtp.Conn) (smtp.Session, error) {
	_, secure := c.TLSConnectionState()
	return &session{post: p, envelope: envelope{tls: secure}}, nil
}

type session struct {
	post *post
	envelope
}

func (*session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, given string) error {
		if given != password {
			return smtp.ErrAuthFailed
		}
		s.user = username
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	switch s.post.mode {
	case deliverytest.Refuses:
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no mailbox " + to}
	case deliverytest.Limits:
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "greylisted " + to}
	default:
		return nil
	}
}

func (s *session) Data(r io.Reader) error {
	var data bytes.Buffer
	if _, err := data.ReadFrom(r); err != nil {
		return err
	}
	if s.post.mode == deliverytest.Breaks {
		return &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 3, 1}, Message: "disk full"}
	}
	s.data = data.Bytes()
	s.post.mu.Lock()
	defer s.post.mu.Unlock()
	s.post.taken = append(s.post.taken, s.envelope)
	return nil
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

// sender writes through the server.
func (p *post) sender(c mail.Config) mfa.Sender {
	p.t.Helper()
	c.Host, c.Port, c.Roots = p.host, p.port, p.roots
	if c.From == "" {
		c.From = "Twinseal <codes@example.com>"
	}
	s, err := mail.New(c)
	if err != nil {
		p.t.Fatal(err)
	}
	return s
}
