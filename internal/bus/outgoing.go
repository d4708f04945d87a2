package bus

import "sync"

// pendingLimit bounds what is kept for other nodes while the database is away.
// Beyond it they are told that everything may have changed.
const pendingLimit = 1 << 14

// batch is a set of announced topics.
type batch struct {
	topics     map[topic]struct{}
	everything bool
}

func (b batch) empty() bool { return !b.everything && len(b.topics) == 0 }

// outgoing collects announcements until they are sent; an announcement repeated
// meanwhile is sent once.
type outgoing struct {
	mu      sync.Mutex
	pending batch
	ready   chan struct{} // holds one value while something is pending
}

func newOutgoing() *outgoing { return &outgoing{ready: make(chan struct{}, 1)} }

func (o *outgoing) add(names []string) {
	if len(names) == 0 {
		return
	}
	o.mu.Lock()
	for _, name := range names {
		o.put(topicOf(name))
	}
	o.mu.Unlock()
	signal(o.ready)
}

// put needs the lock.
func (o *outgoing) put(t topic) {
	if o.pending.everything {
		return
	}
	if o.pending.topics == nil {
		o.pending.topics = map[topic]struct{}{}
	}
	o.pending.topics[t] = struct{}{}
	if len(o.pending.topics) > pendingLimit {
		o.pending = batch{everything: true}
	}
}

func (o *outgoing) take() batch {
	o.mu.Lock()
	defer o.mu.Unlock()
	b := o.pending
	o.pending = batch{}
	return b
}

// giveBack returns a batch that could not be sent.
func (o *outgoing) giveBack(b batch) {
	o.mu.Lock()
	if b.everything {
		o.pending = b
	}
	for t := range b.topics {
		o.put(t)
	}
	o.mu.Unlock()
	signal(o.ready)
}

// signal leaves a value in a channel that holds one, unless there is one.
func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
