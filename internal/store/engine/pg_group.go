package engine

import (
	"errors"
	"sync"
)

// pgGroup is the functions that run at the same time in one transaction, each
// on the goroutine of its caller. A function that calls the Tx parks; when all
// are parked or finished, the writer carries out the calls of a whole round and
// wakes their functions.
type pgGroup struct {
	mu      sync.Mutex
	running int              // functions that neither are parked nor have finished
	parked  []*pgTx          // in the order in which they came
	locks   map[string]*pgTx // who holds a lock of Statement.Lock
	left    []*pgCall        // what functions that have finished left for later
	spoiled bool             // a function failed after it had written
	ready   chan struct{}    // a token when running has come down to zero
}

// errAborted is what parked calls get when the group is run again. No caller
// of Write ever sees it.
var errAborted = errors.New("the transaction is begun again")

// startGroup lets the functions of the requests run.
func startGroup(requests []*request) *pgGroup {
	g := &pgGroup{running: len(requests), ready: make(chan struct{}, 1), locks: map[string]*pgTx{}}
	for _, r := range requests {
		r.turn <- &pgTx{submit: g.park, r: r, group: g, turn: make(chan struct{}, 1)}
	}
	return g
}

// startAlone lets one function run, whose calls are carried out on its own
// goroutine by submit. The writer waits meanwhile.
func startAlone(r *request, submit func(*pgTx) error) *pgTx {
	g := &pgGroup{running: 1, ready: make(chan struct{}, 1)}
	t := &pgTx{submit: submit, r: r, group: g}
	r.turn <- t
	return t
}

// join runs the function to its end, on the goroutine of its caller.
func (g *pgGroup) join(t *pgTx) {
	t.r.err = t.run(func() {
		t.r.gone, t.r.err = true, errGoexit
		g.finish(t)
	})
	g.finish(t)
}

// park waits until the call of a function was carried out.
func (g *pgGroup) park(t *pgTx) error {
	g.mu.Lock()
	g.parked = append(g.parked, t)
	g.rest()
	g.mu.Unlock()
	<-t.turn
	return t.err
}

// finish notes the end of a function, which also ends its locks.
func (g *pgGroup) finish(t *pgTx) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, name := range t.held {
		delete(g.locks, name)
	}
	t.r.spoiled = t.r.err != nil && t.wrote && !t.sealed && !errors.Is(t.err, errAborted)
	g.spoiled = g.spoiled || t.r.spoiled
	if t.r.err == nil {
		g.left = append(g.left, t.later...)
	}
	g.rest()
}

// rest is called with the lock held by whoever stops running.
func (g *pgGroup) rest() {
	g.running--
	if g.running == 0 {
		g.ready <- struct{}{}
	}
}

// wait returns once no function runs: those that have parked, and whether one
// failed in a way that spoils the transaction.
func (g *pgGroup) wait() (parked []*pgTx, spoiled bool) {
	<-g.ready
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.parked, g.spoiled
}

// resume lets functions run whose calls were carried out; the others stay
// parked.
func (g *pgGroup) resume(running, parked []*pgTx) {
	g.mu.Lock()
	g.running, g.parked = len(running), parked
	g.mu.Unlock()
	for _, t := range running {
		t.turn <- struct{}{}
	}
}

// abort makes all parked functions fail.
func (g *pgGroup) abort(parked []*pgTx) {
	for _, t := range parked {
		t.err = errAborted
	}
	g.resume(parked, nil)
}

// pgKey names what two calls of one round must not both touch.
type pgKey struct {
	st  *Statement
	key string
}

// choose divides the parked functions into those whose calls make up the next
// round and those that wait for a later one: for a lock, or because a call of
// the same Batch with the same key goes first.
func (g *pgGroup) choose(parked []*pgTx) (round, later []*pgTx) {
	used := map[pgKey]bool{}
	for _, t := range parked {
		if g.mayGo(t, used) {
			round = append(round, t)
		} else {
			later = append(later, t)
		}
	}
	return round, later
}

// next chooses a round. The last calls of functions wait until all others have
// none but such; if then all can go at once, they end the transaction.
func (g *pgGroup) next(parked []*pgTx) (round, later []*pgTx, end bool) {
	var ordinary, last []*pgTx
	for _, t := range parked {
		if t.call.last {
			last = append(last, t)
		} else {
			ordinary = append(ordinary, t)
		}
	}
	if round, later = g.choose(ordinary); len(round) > 0 || len(last) == 0 {
		return round, append(later, last...), false
	}
	// The others, if there are any, wait for locks that these hold.
	round, held := g.choose(last)
	later = append(later, held...)
	return round, later, len(later) == 0
}

// mayGo takes what the call needs, if all of it is free.
func (g *pgGroup) mayGo(t *pgTx, used map[pgKey]bool) bool {
	st := t.call.st
	if st.Key == 0 {
		return true
	}
	keys := t.call.keys()
	for _, key := range keys {
		if st.Batch != "" && used[pgKey{st, key}] {
			return false
		}
		if holder := g.locks[key]; st.Lock && holder != nil && holder != t {
			return false
		}
	}
	for _, key := range keys {
		if st.Lock && g.locks[key] == nil {
			g.locks[key] = t
			t.held = append(t.held, key)
		}
		used[pgKey{st, key}] = true
	}
	return true
}
