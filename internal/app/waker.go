package app

import (
	"context"
	"log/slog"

	"github.com/twinseal/twinseal/internal/bus"
)

// anyBus is a bus of either kind.
type anyBus interface {
	Announce(topics ...string)
	Subscribe(name string) *bus.Subscription
	Run(ctx context.Context) error
}

// waker gives a bus the form of the domain's port.
type waker struct{ anyBus }

// Subscribe returns the channel of a subscription and what ends it.
func (w waker) Subscribe(topic string) (<-chan struct{}, func()) {
	s := w.anyBus.Subscribe(topic)
	return s.C(), s.Close
}

// newWaker joins the nodes of one PostgreSQL, or serves one process.
func newWaker(database string, log *slog.Logger) (waker, error) {
	if database == "" {
		return waker{&bus.Local{}}, nil
	}
	shared, err := bus.NewPostgres(database, log)
	return waker{shared}, err
}
