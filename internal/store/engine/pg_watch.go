package engine

import (
	"sync"
	"time"
)

// roundTimeout ends a round on a connection whose other end has vanished. It is
// longer than any wait for a lock that a round may contain. watchEvery is how
// often that is looked at: a timer for each round would cost more than the
// round's own work.
const (
	roundTimeout = time.Minute
	watchEvery   = 5 * time.Second
)

// watch knows since when a writer waits for the server.
type watch struct {
	mu     sync.Mutex
	client *pgClient // nil between the rounds
	since  time.Time
}

func (w *watch) begin(c *pgClient) {
	w.mu.Lock()
	w.client, w.since = c, time.Now()
	w.mu.Unlock()
}

func (w *watch) end() {
	w.mu.Lock()
	w.client = nil
	w.mu.Unlock()
}

// check breaks a connection that has been silent for too long.
func (w *watch) check(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.client != nil && now.Sub(w.since) > roundTimeout {
		_ = w.client.conn.Conn().SetDeadline(now) // the round fails and the connection is lost
	}
}

// watchWriters runs until the engine is closed and its writers are done.
func (e *pgEngine) watchWriters() {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			for _, w := range e.writers {
				w.watch.check(now)
			}
		case <-e.finished:
			return
		}
	}
}
