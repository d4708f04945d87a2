package engine

import (
	"context"
	"sync"
)

// pool lends connections. It opens them when they are first needed, keeps them
// and prefers those that were used last, whose caches are warm.
type pool[C any] struct {
	open  func(context.Context) (C, error)
	close func(C) error
	slots chan struct{} // one token for each connection on loan

	mu     sync.Mutex
	idle   []C
	closed bool
}

func newPool[C any](size int, open func(context.Context) (C, error), closeOne func(C) error) *pool[C] {
	return &pool[C]{open: open, close: closeOne, slots: make(chan struct{}, size)}
}

// get waits for a connection.
func (p *pool[C]) get(ctx context.Context) (C, error) {
	var none C
	if err := ctx.Err(); err != nil {
		return none, err
	}
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return none, ctx.Err()
	}
	c, ok, err := p.pop()
	if err == nil && !ok {
		c, err = p.open(ctx)
	}
	if err != nil {
		<-p.slots
		return none, err
	}
	return c, nil
}

func (p *pool[C]) pop() (c C, ok bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return c, false, ErrClosed
	}
	last := len(p.idle) - 1
	if last < 0 {
		return c, false, nil
	}
	c, p.idle = p.idle[last], p.idle[:last]
	return c, true, nil
}

// put gives a connection back.
func (p *pool[C]) put(c C) {
	p.mu.Lock()
	p.idle = append(p.idle, c)
	p.mu.Unlock()
	<-p.slots
}

// drop gives the place of a broken connection back.
func (p *pool[C]) drop(c C) {
	_ = p.close(c)
	<-p.slots
}

// shut waits for all connections to come back and closes them.
func (p *pool[C]) shut() error {
	p.mu.Lock()
	done := p.closed
	p.closed = true
	p.mu.Unlock()
	if done {
		return nil
	}
	for range cap(p.slots) {
		p.slots <- struct{}{}
	}
	var first error
	for _, c := range p.idle {
		if err := p.close(c); err != nil && first == nil {
			first = err
		}
	}
	for range cap(p.slots) {
		<-p.slots
	}
	return first
}
