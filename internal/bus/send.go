package bus

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// sender is the one connection over which this node announces.
type sender struct {
	bus  *Postgres
	conn *pgx.Conn // nil: to be made
}

// send announces to other nodes until the context ends.
func (p *Postgres) send(ctx context.Context) {
	s := &sender{bus: p}
	defer func() { hangUp(ctx, s.conn) }()
	// Connected beforehand, the first announcement need not wait. If it fails now,
	// sending tries again.
	_ = s.dial(ctx)
	var tries backoff
	for {
		select {
		case <-ctx.Done():
			_ = s.flush(ctx) // the last words; if they are lost, the others look by themselves
			return
		case <-p.out.ready:
		}
		if err := s.flush(ctx); err != nil {
			if tries.failures == 0 && ctx.Err() == nil {
				p.log.WarnContext(ctx, "other nodes are not told, trying again", "error", err)
			}
			if !tries.wait(ctx) {
				return
			}
			continue
		}
		tries.reset()
		pause(ctx, sendInterval)
	}
}

// flush sends all that is pending, or keeps it for the next time. It outlives the
// context: a notification that is cut off half-way would cost the connection.
func (s *sender) flush(ctx context.Context) error {
	b := s.bus.out.take()
	if b.empty() {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendTimeout)
	defer cancel()
	if err := s.notify(ctx, b); err != nil {
		s.bus.out.giveBack(b)
		hangUp(ctx, s.conn)
		s.conn = nil
		return err
	}
	return nil
}

// notify puts all payloads into one statement, and thereby into one commit.
func (s *sender) notify(ctx context.Context, b batch) error {
	if err := s.dial(ctx); err != nil {
		return err
	}
	const query = "SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload"
	if _, err := s.conn.Exec(ctx, query, channel, b.payloads(s.bus.node)); err != nil {
		return fmt.Errorf("notify: %w", err)
	}
	return nil
}

// dial connects unless there is a connection.
func (s *sender) dial(ctx context.Context) error {
	if s.conn != nil {
		return nil
	}
	conn, err := s.bus.connect(ctx)
	if err != nil {
		return err
	}
	// A notification is a commit; nobody needs to wait until this one is on disk.
	if _, err := conn.Exec(ctx, "SET synchronous_commit = off"); err != nil {
		hangUp(ctx, conn)
		return fmt.Errorf("prepare to notify: %w", err)
	}
	s.conn = conn
	return nil
}
