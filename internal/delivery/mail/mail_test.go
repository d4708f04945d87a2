package mail_test

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/delivery/deliverytest"
	"github.com/twinseal/twinseal/internal/delivery/mail"
	"github.com/twinseal/twinseal/internal/mfa"
)

var message = mfa.Message{
	Channel: mfa.ChannelEmail, To: "emile.unlike@example.org", Subject: "Votre code 918273", From: "Banque & Fils", Locale: "fr",
	Text: "Votre code est 918273 — à bientôt", HTML: "<p>Votre code est <b>918273</b> — à bientôt</p>",
}

func TestSender(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]mail.Config{
		"starttls with a password": {TLS: mail.StartTLS, Username: "user", Password: mfa.SecretText(password)},
		"tls with a password":      {TLS: mail.Implicit, Username: "user", Password: mfa.SecretText(password)},
		"opportunistic":            {TLS: mail.Opportunistic},
		"none":                     {TLS: mail.None},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			deliverytest.Run(t, deliverytest.Subject{
				New: func(t *testing.T, m deliverytest.Mode) mfa.Sender {
					t.Helper()
					return startPost(t, m, config.TLS).sender(config)
				},
				Message: message,
				Unsuitable: map[string]mfa.Message{
					"sms": {Channel: mfa.ChannelSMS, To: "a@example.com"}, "nobody": {Channel: mfa.ChannelEmail},
					"two":    {Channel: mfa.ChannelEmail, To: "a@example.com, b@example.com"},
					"named":  {Channel: mfa.ChannelEmail, To: "A <a@example.com>"},
					"header": {Channel: mfa.ChannelEmail, To: "a@example.com\r\nBcc: b@example.com"},
				},
				Secrets: []string{password},
				Lacks:   []deliverytest.Mode{deliverytest.Babbles},
			})
		})
	}
}

// parts reads the two forms of a mail.
func parts(t *testing.T, data []byte) (netmail.Header, map[string]string) {
	t.Helper()
	letter, err := netmail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	kind, parameters, err := mime.ParseMediaType(letter.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("content type %s, %v", kind, err)
	}
	found := map[string]string{}
	reader := multipart.NewReader(letter.Body, parameters["boundary"])
	for {
		part, err := reader.NextRawPart()
		if err != nil {
			return letter.Header, found
		}
		text, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil || part.Header.Get("Content-Transfer-Encoding") != "quoted-printable" {
			t.Fatalf("part %v: %v", part.Header, err)
		}
		found[part.Header.Get("Content-Type")] = string(text)
	}
}

func TestAMailHasBothFormsAndHonestHeaders(t *testing.T) {
	t.Parallel()
	p := startPost(t, deliverytest.Accepts, mail.StartTLS)
	reference, err := p.sender(mail.Config{Username: "user", Password: mfa.SecretText(password)}).Send(t.Context(), message)
	if err != nil || len(p.taken) != 1 {
		t.Fatalf("taken %d, %v", len(p.taken), err)
	}
	got := p.taken[0]
	if got.from != "codes@example.com" || got.to != message.To || !got.tls || got.user != "user" {
		t.Errorf("envelope %+v", got)
	}
	header, forms := parts(t, got.data)
	if forms["text/plain; charset=UTF-8"] != message.Text || forms["text/html; charset=UTF-8"] != message.HTML || len(forms) != 2 {
		t.Errorf("forms %q", forms)
	}
	decoded := func(name string) string {
		text, err := new(mime.WordDecoder).DecodeHeader(header.Get(name))
		if err != nil {
			t.Error(err)
		}
		return text
	}
	for name, want := range map[string]string{
		"Subject": message.Subject, "From": `"Banque & Fils" <codes@example.com>`, "To": "<" + message.To + ">", "Message-Id": "<" + reference + ">",
		"Auto-Submitted": "auto-generated", "Content-Language": "fr", "User-Agent": "", "X-Mailer": "",
	} {
		if decoded(name) != want {
			t.Errorf("%s is %q, want %q", name, decoded(name), want)
		}
	}
	if !strings.HasSuffix(reference, "@example.com") {
		t.Errorf("reference %q", reference)
	}
}

func TestNothingGetsIntoTheHeaders(t *testing.T) {
	t.Parallel()
	p := startPost(t, deliverytest.Accepts, mail.None)
	m := message
	m.Subject, m.From, m.Locale = "a\r\nBcc: b@example.com", "c\nX-Evil: 1", "d\r\nX-Evil: 2"
	if _, err := p.sender(mail.Config{TLS: mail.None}).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	header, _ := parts(t, p.taken[0].data)
	if header.Get("Bcc") != "" || header.Get("X-Evil") != "" || header.Get("Subject") != "a  Bcc: b@example.com" {
		t.Errorf("headers %v", header)
	}
}

func TestAConnectionThatIsNotProtectedIsNotUsed(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]mail.TLS{"no STARTTLS": mail.StartTLS, "no TLS": mail.Implicit} {
		p := startPost(t, deliverytest.Accepts, mail.None)
		if _, err := p.sender(mail.Config{TLS: kind}).Send(t.Context(), message); err == nil || len(p.taken) != 0 {
			t.Errorf("%s: got %v", name, err)
		}
	}
	p := startPost(t, deliverytest.Accepts, mail.StartTLS)
	p.roots = nil // nobody vouches for it
	if _, err := p.sender(mail.Config{}).Send(t.Context(), message); err == nil || mfa.IsPermanent(err) || len(p.taken) != 0 {
		t.Errorf("unknown certificate: got %v", err)
	}
}

func TestAWrongPasswordIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	p := startPost(t, deliverytest.Accepts, mail.StartTLS)
	_, err := p.sender(mail.Config{Username: "user", Password: mfa.SecretText("not-the-password")}).Send(t.Context(), message)
	if !mfa.IsPermanent(err) || strings.Contains(err.Error(), "not-the-password") {
		t.Errorf("got %v", err)
	}
}

func TestConfigurationIsChecked(t *testing.T) {
	t.Parallel()
	good := mail.Config{Host: "smtp.example.com", From: "codes@example.com"}
	if _, err := mail.New(good); err != nil {
		t.Errorf("a good one: %v", err)
	}
	for want, spoil := range map[string]func(*mail.Config){
		"mail: host":     func(c *mail.Config) { c.Host = "smtp://example.com" },
		"mail: tls":      func(c *mail.Config) { c.TLS = "ssl" },
		"mail: port":     func(c *mail.Config) { c.Port = 70_000 },
		"mail: from":     func(c *mail.Config) { c.From = "codes" },
		"mail: username": func(c *mail.Config) { c.Username = "user" },
		"in the clear":   func(c *mail.Config) { c.Username, c.Password, c.TLS = "user", mfa.SecretText(password), mail.None },
	} {
		c := good
		spoil(&c)
		if _, err := mail.New(c); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), password) {
			t.Errorf("%s: got %v", want, err)
		}
	}
}
