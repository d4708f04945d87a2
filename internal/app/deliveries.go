package app

import (
	"time"

	"github.com/twinseal/twinseal/internal/delivery/inbox"
	"github.com/twinseal/twinseal/internal/delivery/router"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/worker"
)

// worker builds the background work with the providers that are configured.
func (a *App) worker() (*worker.Worker, error) {
	sender, err := a.sender()
	if err != nil {
		return nil, err
	}
	callbacks := map[string]mfa.Callback{}
	for _, c := range []mfa.Callback{a.authy.Callback()} {
		callbacks[c.Dialect()] = c
	}
	return &worker.Worker{
		Store: a.store, Clock: a.clock, Waker: a.waker, Sender: sender, Callbacks: callbacks, Challenges: a.Service,
		Metrics: a.metrics, Log: a.log,
	}, nil
}

// sender routes messages to providers by channel. The sandbox keeps them all.
func (a *App) sender() (mfa.Sender, error) {
	routes := map[mfa.Channel][]router.Route{}
	if a.Config.Sandbox {
		keep := []router.Route{{Name: "inbox", Sender: inbox.New(a.store, a.clock)}}
		for _, channel := range []mfa.Channel{mfa.ChannelSMS, mfa.ChannelVoice, mfa.ChannelEmail} {
			routes[channel] = keep
		}
	}
	return router.New(routes), nil
}

// Delivery counts one try of the worker.
func (m *metrics) Delivery(kind mfa.DeliveryKind, by string, outcome worker.Outcome, took time.Duration) {
	m.delivered.WithLabelValues(string(kind), by, string(outcome)).Inc()
	m.queue.WithLabelValues(string(kind), by).Observe(took.Seconds())
}

// Swept counts what a periodic job handled.
func (m *metrics) Swept(job string, rows int) { m.jobs.WithLabelValues(job).Add(float64(rows)) }
