package worker

import (
	"context"
	"sync"
	"time"
)

const (
	// hostHands bounds the callbacks at work on one host, so that a slow one is not buried.
	hostHands = 8
	// hostQueue bounds those that wait for it with a hand of the worker; further ones are put off.
	hostQueue = 24
	// hostWait bounds that wait.
	hostWait = 10 * time.Second
)

// hosts shares out hands by host. A host takes up memory only while it is called.
type hosts struct {
	mu     sync.Mutex
	byName map[string]*host
}

type host struct {
	hands chan struct{}
	users int
}

func newHosts() *hosts { return &hosts{byName: map[string]*host{}} }

// enter waits for one of the host's hands. It reports false when too many wait already, when it took too
// long or when the context ends.
func (h *hosts) enter(ctx context.Context, name string) bool {
	known := h.join(name)
	if known == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, hostWait)
	defer cancel()
	select {
	case known.hands <- struct{}{}:
		return true
	case <-ctx.Done():
		h.quit(name)
		return false
	}
}

// leave gives back what enter took.
func (h *hosts) leave(name string) {
	h.mu.Lock()
	<-h.byName[name].hands
	h.mu.Unlock()
	h.quit(name)
}

func (h *hosts) join(name string) *host {
	h.mu.Lock()
	defer h.mu.Unlock()
	known := h.byName[name]
	if known == nil {
		known = &host{hands: make(chan struct{}, hostHands)}
		h.byName[name] = known
	}
	if known.users == hostHands+hostQueue {
		return nil
	}
	known.users++
	return known
}

func (h *hosts) quit(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	known := h.byName[name]
	if known.users--; known.users == 0 {
		delete(h.byName, name)
	}
}
