package bus

import (
	"context"
	"sync"
)

// shardBits makes 64 shards: enough that the cores of one machine seldom meet at
// one lock, few enough to cost nothing when idle.
const (
	shardBits  = 6
	shardCount = 1 << shardBits
)

// Local wakes subscribers within one process. The zero Local is ready for use;
// all methods are safe for concurrent use.
type Local struct {
	shards [shardCount]shard
}

type shard struct {
	mu      sync.Mutex
	waiting map[topic]*Subscription // the newest one, the others hang on it
}

// Subscription waits for announcements of one topic.
type Subscription struct {
	wake       chan struct{}
	shard      *shard
	topic      topic
	prev, next *Subscription // guarded by the shard
	closed     bool          // guarded by the shard
}

// Announce wakes all subscribers of the topics and nobody else. It never waits
// for any of them: who has not taken the last wake-up yet keeps that one.
func (l *Local) Announce(topics ...string) {
	for _, name := range topics {
		l.wake(topicOf(name))
	}
}

// Subscribe begins to listen. What is announced after it returns is not missed;
// Close it when done, or it stays forever.
func (l *Local) Subscribe(name string) *Subscription {
	t := topicOf(name)
	s := &Subscription{wake: make(chan struct{}, 1), shard: l.shard(t), topic: t}
	s.shard.add(s)
	return s
}

// Run waits for the context to end. A Local needs nothing done; the method is
// there so that both kinds of bus are run alike.
func (l *Local) Run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

// C receives after announcements, one value for all since it was last read. It is
// never closed: after Close it stays silent, but for a value already there.
func (s *Subscription) C() <-chan struct{} { return s.wake }

// Close ends the subscription. It may be called more than once.
func (s *Subscription) Close() { s.shard.remove(s) }

// shard picks by the highest bits, which FNV mixes best.
func (l *Local) shard(t topic) *shard { return &l.shards[t>>(64-shardBits)] }

func (l *Local) wake(t topic) {
	sh := l.shard(t)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sh.waiting[t].ring()
}

// ring wakes s and all that hang on it.
func (s *Subscription) ring() {
	for ; s != nil; s = s.next {
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
}

// wakeAll wakes everybody in the shard and says how many topics that were.
func (sh *shard) wakeAll() int {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	for _, s := range sh.waiting {
		s.ring()
	}
	return len(sh.waiting)
}

func (sh *shard) add(s *Subscription) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sh.waiting == nil {
		sh.waiting = map[topic]*Subscription{}
	}
	if s.next = sh.waiting[s.topic]; s.next != nil {
		s.next.prev = s
	}
	sh.waiting[s.topic] = s
}

func (sh *shard) remove(s *Subscription) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if s.closed {
		return
	}
	s.closed = true
	if s.next != nil {
		s.next.prev = s.prev
	}
	switch {
	case s.prev != nil:
		s.prev.next = s.next
	case s.next != nil:
		sh.waiting[s.topic] = s.next
	default:
		delete(sh.waiting, s.topic)
	}
	s.prev, s.next = nil, nil
}
