package mfa

import (
	"sync"
	"time"
)

// cache keeps what requests need again and again, until it is dropped or its time is over. Its clock is the
// machine's: a sandbox clock that is set must not keep what is stale.
type cache[K comparable, V any] struct {
	mu      sync.RWMutex
	held    map[K]cached[V]
	dropped uint64 // rises with every drop, so that a load that began before it is not kept
}

type cached[V any] struct {
	value V
	until time.Time
}

// What is cached serves for callerLife, so that a change made by another process on an embedded database,
// which cannot announce it, is seen soon. callerRoom bounds each cache.
const (
	callerLife = 3 * time.Second
	callerRoom = 10_000
)

// get returns a value, and what put wants to be told if there is none.
func (c *cache[K, V]) get(key K) (value V, ok bool, generation uint64) {
	now := time.Now()
	c.mu.RLock()
	defer c.mu.RUnlock()
	if e, found := c.held[key]; found && now.Before(e.until) {
		return e.value, true, c.dropped
	}
	return value, false, c.dropped
}

func (c *cache[K, V]) put(key K, value V, generation uint64) {
	until := time.Now().Add(callerLife)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dropped != generation {
		return
	}
	if c.held == nil || len(c.held) >= callerRoom {
		c.held = make(map[K]cached[V])
	}
	c.held[key] = cached[V]{value, until}
}

func (c *cache[K, V]) drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held, c.dropped = nil, c.dropped+1
}
