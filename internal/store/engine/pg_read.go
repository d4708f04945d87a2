package engine

import "context"

// pgReader runs the statements of one Read on a connection of the pool.
type pgReader struct {
	ctx    context.Context
	pool   *pool[*pgClient]
	client *pgClient
}

// readTries is how often a statement is sent: a connection may have died since
// its last use, and all of them may have, if the server was restarted.
const readTries = 3

func (r *pgReader) acquire() (err error) {
	r.client, err = r.pool.get(r.ctx)
	return err
}

func (r *pgReader) release() {
	switch {
	case r.client == nil:
	case r.client.lost():
		r.pool.drop(r.client)
	default:
		r.pool.put(r.client)
	}
}

// submit carries out a call. Reading does no harm twice, and no row is handed
// out before all have come, so a lost connection is replaced.
func (r *pgReader) submit(t *pgTx) error {
	for try := 1; ; try++ {
		fault := r.once(t)
		switch {
		case fault == nil:
			return nil
		case r.ctx.Err() != nil:
			return r.ctx.Err()
		case !r.client.lost() || try == readTries:
			return fault
		}
		r.pool.drop(r.client)
		r.client = nil
		if err := r.acquire(); err != nil {
			return err
		}
	}
}

func (r *pgReader) once(t *pgTx) error {
	if r.client == nil {
		return ErrClosed
	}
	s, err := r.client.statement(r.ctx, t.call.st)
	if err != nil {
		return err
	}
	if s.text.writes || s.text.locks {
		return ErrReadOnly
	}
	fault := r.client.exchange(r.ctx, pgTrip{calls: []*pgCall{&t.call}})
	if fault == nil {
		return nil
	}
	if pgStale(fault.err) {
		_ = r.client.close()
	}
	return fault.err
}
