package bus

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// listen hears other nodes until the context ends, over as many connections as
// that takes.
func (p *Postgres) listen(ctx context.Context) {
	var tries backoff
	for {
		err := p.hear(ctx, &tries)
		if ctx.Err() != nil {
			return
		}
		if tries.failures == 0 {
			p.log.WarnContext(ctx, "other nodes are not heard, connecting again", "error", err)
		}
		if !tries.wait(ctx) {
			return
		}
	}
}

// hear listens over one connection until it breaks.
func (p *Postgres) hear(ctx context.Context, tries *backoff) error {
	conn, err := p.connect(ctx)
	if err != nil {
		return err
	}
	defer hangUp(ctx, conn)
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	if tries.failures > 0 {
		p.log.InfoContext(ctx, "other nodes are heard again")
	}
	tries.reset()
	signal(p.missed)
	for {
		payload, heard, err := next(ctx, conn, silence)
		if err != nil {
			return err
		}
		if heard {
			p.receive(payload)
		}
	}
}

// next waits for a notification. After a long silence it makes sure that the
// connection lives, and returns without one.
func next(ctx context.Context, conn *pgx.Conn, silence time.Duration) (payload string, heard bool, err error) {
	quiet, cancel := context.WithTimeout(ctx, silence)
	defer cancel()
	n, err := conn.WaitForNotification(quiet)
	if err == nil {
		return n.Payload, true, nil
	}
	if ctx.Err() != nil || quiet.Err() == nil {
		return "", false, err
	}
	ping, done := context.WithTimeout(ctx, sendTimeout)
	defer done()
	return "", false, conn.Ping(ping)
}

// receive passes a notification on to subscribers here. One that cannot be read
// comes from another version: then anything may have changed.
func (p *Postgres) receive(payload string) {
	node, b, ok := parsePayload(payload)
	switch {
	case ok && node == p.node:
	case !ok || b.everything:
		signal(p.missed)
	default:
		for t := range b.topics {
			p.local.wake(t)
		}
	}
}
