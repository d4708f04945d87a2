package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/twinseal/twinseal/internal/delivery/hook"
	"github.com/twinseal/twinseal/internal/delivery/inbox"
	"github.com/twinseal/twinseal/internal/delivery/mail"
	"github.com/twinseal/twinseal/internal/delivery/router"
	"github.com/twinseal/twinseal/internal/delivery/sns"
	"github.com/twinseal/twinseal/internal/delivery/twilio"
	"github.com/twinseal/twinseal/internal/delivery/webpush"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/worker"
)

// worker builds the background work with the providers that are configured.
func (a *App) worker() *worker.Worker {
	callbacks := map[string]mfa.Callback{}
	for _, c := range a.callbacks() {
		callbacks[c.Dialect()] = c
	}
	return &worker.Worker{
		Store: a.store, Clock: a.clock, Waker: a.waker, Sender: a.outbound, Callbacks: callbacks, Challenges: a.Service,
		Metrics: a.metrics, Log: a.log,
	}
}

// sender routes messages to providers by channel. The sandbox keeps them all but pushes, which it also sends to
// push services on this machine.
func (a *App) sender() (mfa.Sender, error) {
	routes := map[mfa.Channel][]router.Route{}
	if a.Config.Sandbox {
		keep := []router.Route{{Name: "inbox", Sender: inbox.New(a.store, a.clock)}}
		for _, channel := range []mfa.Channel{mfa.ChannelSMS, mfa.ChannelVoice, mfa.ChannelEmail} {
			routes[channel] = keep
		}
	}
	return router.New(routes), errors.Join(a.routeMail(routes), a.routePhones(routes), a.routePush(routes))
}

func (a *App) routeMail(routes map[mfa.Channel][]router.Route) error {
	c := a.Config.Mail
	if c.Host == "" {
		return nil
	}
	sender, err := mail.New(mail.Config{
		Host: c.Host, Port: c.Port, TLS: mail.TLS(c.TLS), Username: c.Username, Password: mfa.SecretText(c.Password), From: c.From,
	})
	routes[mfa.ChannelEmail] = []router.Route{{Name: "mail", Sender: sender}}
	return err
}

// routePhones puts the providers of SMS and voice in the order that the operator gave; without one, every
// configured provider serves what it can.
func (a *App) routePhones(routes map[mfa.Channel][]router.Route) error {
	providers, err := a.phoneProviders()
	if err != nil {
		return err
	}
	for channel, order := range map[mfa.Channel][]string{
		mfa.ChannelSMS:   orElse(a.Config.SMSBy, []string{"twilio", "sns", "hook"}, providers),
		mfa.ChannelVoice: orElse(a.Config.VoiceBy, []string{"twilio", "hook"}, providers),
	} {
		for _, name := range order {
			sender, ok := providers[name]
			if !ok {
				return fmt.Errorf("%s_by names %q, which is not configured", channel, name)
			}
			routes[channel] = append(routes[channel], router.Route{Name: name, Sender: sender})
		}
	}
	return nil
}

// orElse is the given order, or those of the usual one that are configured.
func orElse(given, usual []string, configured map[string]mfa.Sender) []string {
	if len(given) > 0 {
		return given
	}
	return slices.DeleteFunc(usual, func(name string) bool { return configured[name] == nil })
}

func (a *App) phoneProviders() (map[string]mfa.Sender, error) {
	providers := map[string]mfa.Sender{}
	var errs []error
	add := func(name string, sender mfa.Sender, err error) {
		providers[name] = sender
		errs = append(errs, err)
	}
	if c := a.Config.Twilio; c.AccountSID != "" {
		sender, err := twilio.New(twilio.Config{
			AccountSID: c.AccountSID, AuthToken: mfa.SecretText(c.AuthToken), APIKey: c.APIKey, From: c.From, BaseURL: c.BaseURL,
		}, nil)
		add("twilio", sender, err)
	}
	if c := a.Config.SNS; c.Region != "" {
		sender, err := sns.New(sns.Config{
			Region: c.Region, AccessKey: c.AccessKey, SecretKey: mfa.SecretText(c.SecretKey), SessionToken: mfa.SecretText(c.Session),
			SenderID: c.SenderID, BaseURL: c.BaseURL,
		}, nil)
		add("sns", sender, err)
	}
	if c := a.Config.Hook; c.URL != "" {
		sender, err := hook.New(a.hook(), nil, a.clock)
		add("hook", sender, err)
	}
	return providers, errors.Join(errs...)
}

func (a *App) hook() hook.Config {
	c := a.Config.Hook
	headers := make(map[string]mfa.Secret, len(c.Headers))
	for name, value := range c.Headers {
		headers[name] = mfa.SecretText(value)
	}
	return hook.Config{
		URL: c.URL, Method: c.Method, ContentType: c.ContentType, Headers: headers, Username: c.Username, Password: mfa.SecretText(c.Password),
		Body: c.Body, Success: c.Success, Retry: c.Retry, Reference: c.Reference, Secret: mfa.SecretText(c.Secret), AllowPlain: c.AllowPlain,
	}
}

// sandboxContact is the address the sandbox gives to push services. Nobody reads it, so it is for trying alone.
const sandboxContact = "sandbox@twinseal.example"

func (a *App) routePush(routes map[mfa.Channel][]router.Route) error {
	contact := a.Config.Push.Contact
	if a.Config.Sandbox {
		contact = sandboxContact
	}
	if contact == "" {
		return nil
	}
	sender, err := webpush.New(webpush.Config{Contact: contact, Key: a.push, AllowLoopback: a.Config.Sandbox})
	if err != nil {
		return err
	}
	routes[mfa.ChannelPush] = []router.Route{{Name: "push", Sender: forgetting{sender, a.Service}}}
	return nil
}

// forgetting ends the subscription of a device whose push service says that it has ended.
type forgetting struct {
	mfa.Sender
	service *mfa.Service
}

// Send sends, and forgets what is gone.
func (f forgetting) Send(ctx context.Context, m mfa.Message) (string, error) {
	reference, err := f.Sender.Send(ctx, m)
	if errors.Is(err, webpush.ErrGone) && m.Push != nil {
		err = errors.Join(err, f.service.ForgetPush(ctx, mfa.AuthenticatorID(m.To), *m.Push))
	}
	return reference, err
}

// Delivery counts one try of the worker.
func (m *metrics) Delivery(kind mfa.DeliveryKind, by string, outcome worker.Outcome, took time.Duration) {
	m.delivered.WithLabelValues(string(kind), by, string(outcome)).Inc()
	m.queue.WithLabelValues(string(kind), by).Observe(took.Seconds())
}

// Swept counts what a periodic job handled.
func (m *metrics) Swept(job string, rows int) { m.jobs.WithLabelValues(job).Add(float64(rows)) }
