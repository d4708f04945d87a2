// Package webpush wakes devices through the push service of their browser (RFC 8030, encrypted by RFC 8291,
// authenticated by RFC 8292).
//
// The address of a push service comes from a device, and so from anybody. It is called only if it is https
// and only at public addresses, judged when the connection is made, so that no name can be pointed at the
// server's own network in between.
package webpush

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/mail"
	"net/url"
	"strings"

	push "github.com/SherClockHolmes/webpush-go"

	"github.com/twinseal/twinseal/internal/delivery"
	"github.com/twinseal/twinseal/internal/mfa"
)

// Config says who pushes.
type Config struct {
	// Contact is a mail address at which operators of push services reach this server's operator.
	Contact string
	// Key is the server's VAPID key. Devices subscribe to its public half and to no other afterwards.
	Key *ecdsa.PrivateKey
	// AllowLoopback also lets devices name http addresses on this machine: for the sandbox and for tests.
	AllowLoopback bool
}

// ErrGone is in the error for a subscription that its push service has ended; the device must subscribe anew.
var ErrGone = errors.New("the subscription has ended")

const (
	provider = "web push"
	// life is how long a push service keeps a message for a device that is off, in seconds. What it announces
	// waits at the server, so an old one only wakes for nothing.
	life = 3600
	// maxBody leaves room for title and encryption in the 4096 bytes that every push service takes.
	maxBody  = 2000
	maxTitle = 400
	authSize = 16
)

// Sender sends by push.
type Sender struct {
	config  Config
	public  string
	private string
	client  *http.Client
}

// New checks the configuration.
func New(c Config) (*Sender, error) {
	address, err := mail.ParseAddress(c.Contact)
	if err != nil || address.Name != "" {
		return nil, errors.New("push: contact must be a plain mail address such as admin@example.com")
	}
	if c.Key == nil || c.Key.Curve != elliptic.P256() {
		return nil, errors.New("push: the key must be a P-256 one")
	}
	private, err := c.Key.Bytes()
	if err != nil {
		return nil, fmt.Errorf("push: key: %w", err)
	}
	public, err := c.Key.PublicKey.Bytes()
	if err != nil {
		return nil, fmt.Errorf("push: key: %w", err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	c.Contact = address.Address
	return &Sender{config: c, public: encode(public), private: encode(private), client: newClient(c.AllowLoopback)}, nil
}

// PublicKey is what devices subscribe with: the uncompressed point in base64url.
func (s *Sender) PublicKey() string { return s.public }

// Close ends connections that wait for their next use.
func (s *Sender) Close() { s.client.CloseIdleConnections() }

// payload is what the authenticator's service worker wakes up to. It looks for itself at what waits for the
// device, and shows the text where it cannot, or where there is no challenge to look at.
type payload struct {
	Title     string `json:"title"`
	Body      string `json:"body"`
	Device    string `json:"device"`
	Challenge string `json:"challenge,omitempty"`
}

// Send encrypts the message for the device and hands it to its push service. There is no reference.
func (s *Sender) Send(ctx context.Context, m mfa.Message) (string, error) {
	if m.Channel != mfa.ChannelPush || m.Push == nil {
		return "", delivery.Unsuitable(provider, "it goes to a subscribed device and nowhere else")
	}
	if err := CheckTarget(*m.Push, s.config.AllowLoopback); err != nil {
		return "", mfa.Permanent(err)
	}
	text, err := json.Marshal(payload{shorten(m.Subject, maxTitle), shorten(m.Text, maxBody), m.To, string(m.Challenge)})
	if err != nil {
		return "", mfa.Permanent(err)
	}
	response, err := push.SendNotificationWithContext(ctx, bytes.Clone(text), &push.Subscription{
		Endpoint: m.Push.Endpoint, Keys: push.Keys{P256dh: m.Push.P256DH, Auth: m.Push.Auth},
	}, &push.Options{
		HTTPClient: s.client, Subscriber: s.config.Contact, TTL: life, Urgency: push.UrgencyHigh,
		VAPIDPublicKey: s.public, VAPIDPrivateKey: s.private,
	})
	if err != nil {
		return "", unreached(err)
	}
	_ = response.Body.Close()
	return "", judge(response.StatusCode)
}

func shorten(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

func judge(status int) error {
	switch {
	case status >= http.StatusOK && status < http.StatusMultipleChoices:
		return nil
	case status == http.StatusNotFound || status == http.StatusGone:
		return mfa.Permanent(fmt.Errorf("%s answered %d: %w", provider, status, ErrGone))
	}
	return delivery.Refusal(provider, status, "")
}

func unreached(err error) error {
	if errors.Is(err, errNotPublic) {
		return mfa.Permanent(errNotPublic)
	}
	if errors.Is(err, push.ErrMaxPadExceeded) {
		return mfa.Permanent(errors.New("the message is too long for a push"))
	}
	return fmt.Errorf("%s could not be reached: %w", provider, delivery.WithoutAddress(err))
}

// CheckTarget says what is wrong with a subscription, before it is kept or called. It asks no name server.
func CheckTarget(t mfa.PushTarget, allowLoopback bool) error {
	u, err := url.Parse(t.Endpoint)
	if err != nil || u.Host == "" || u.User != nil {
		return errors.New("the push endpoint is not an address")
	}
	if err := checkEndpoint(u, allowLoopback); err != nil {
		return err
	}
	point, err := decode(t.P256DH)
	if err != nil {
		return errors.New("p256dh of the subscription is not base64url")
	}
	if _, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point); err != nil {
		return errors.New("p256dh of the subscription is not a point of P-256")
	}
	if auth, err := decode(t.Auth); err != nil || len(auth) != authSize {
		return errors.New("auth of the subscription is not 16 bytes of base64url")
	}
	return nil
}

func decode(text string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
}
