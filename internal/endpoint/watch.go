package endpoint

import (
	"maps"
	"slices"
	"time"
)

// statusGone stands in logs and metrics for an answer that nobody waited for; it is sent to nobody.
const statusGone = 499

// watchEvery is how often clients that wait are looked after. One that has gone costs its place for that long, and
// nothing else: before it is answered its connection is looked at again.
const watchEvery = 3 * time.Second

// watched are the connections in a lot that are given up when their client goes away. One goroutine looks after all
// of them, because one for each would cost as much as all else that a wait costs.
type watched struct {
	conns map[*parked]struct{}
	done  chan struct{} // closed when nobody is left; nil without the goroutine
}

// watch has a connection looked after until stop is called; gone is closed if its client goes away.
func (l *Lot) watch(p *parked) (gone <-chan struct{}, stop func()) {
	if _, more := p.conn.(*ahead); !p.Watched || more || len(p.early) > 0 {
		return nil, func() {} // what was sent ahead hides the end
	}
	p.gone = make(chan struct{})
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.watched.conns == nil {
		l.watched.conns = map[*parked]struct{}{}
	}
	l.watched.conns[p] = struct{}{}
	if l.watched.done == nil {
		l.watched.done = make(chan struct{})
		go l.lookAfter(l.watched.done)
	}
	return p.gone, func() { l.unwatch(p) }
}

func (l *Lot) unwatch(p *parked) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.watched.conns, p)
	if len(l.watched.conns) == 0 && l.watched.done != nil {
		close(l.watched.done)
		l.watched.done = nil
	}
}

func (l *Lot) lookAfter(done <-chan struct{}) {
	beat := time.NewTicker(watchEvery)
	defer beat.Stop()
	for {
		select {
		case <-beat.C:
		case <-done:
			return
		}
		l.mu.Lock()
		all := slices.Collect(maps.Keys(l.watched.conns))
		l.mu.Unlock()
		for _, p := range all {
			if hungUp(p.conn) {
				p.leave.Do(func() { close(p.gone) })
			}
		}
	}
}

// left reports whether nobody is there to be answered.
func (p *parked) left() bool { return p.gone != nil && hungUp(p.conn) }
