package engine

import (
	"context"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// request is one Write on its way through an engine.
type request struct {
	write   func(WriteTx) error
	state   atomic.Int32
	turn    chan *pgTx // a transaction to run in (PostgreSQL only); nil: err is the outcome
	err     error      // of the latest run, then the outcome
	spoiled bool       // the latest run failed after it had changed something
	after   []func()   // registered by the latest run
	tries   int        // how often it was begun again through no fault of its own
	gone    bool       // its goroutine has ended, so it cannot run again
	until   time.Time  // when patience ends; zero: there is none
}

// States of a request: it can be given up as long as nobody took it.
const (
	waiting int32 = iota
	taken
	givenUp
)

func newRequest(write func(WriteTx) error) *request {
	return &request{write: write, turn: make(chan *pgTx, 1)}
}

// take is false for a request whose caller has gone.
func (r *request) take() bool { return r.state.CompareAndSwap(waiting, taken) }

// wait returns the next transaction to run in, or nil with the outcome.
func (r *request) wait(ctx context.Context) (*pgTx, error) {
	select {
	case t := <-r.turn:
		return t, r.err
	case <-ctx.Done():
		if r.state.CompareAndSwap(waiting, givenUp) {
			return nil, ctx.Err()
		}
		return <-r.turn, r.err
	}
}

// answer hands the outcome to the caller.
func (r *request) answer(err error) {
	r.err = err
	r.turn <- nil
}

// committed calls what AfterCommit collected.
func (r *request) committed() {
	for _, f := range r.after {
		f()
	}
}

// reset forgets the latest run.
func (r *request) reset() { r.err, r.spoiled, r.after = nil, false, nil }

// errGoexit is the outcome of a function that ended its goroutine.
var errGoexit = &PanicError{Value: "the function ended its goroutine"}

// guarded calls a function and turns its panic into an error. If the function
// ends its goroutine, gone is called.
func guarded(f func() error, gone func()) (err error) {
	returned := false
	defer func() {
		if returned {
			return
		}
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
			return
		}
		gone()
	}()
	err = f()
	returned = true
	return err
}

// queue holds the Writes that wait for a writer.
type queue struct {
	mu      sync.Mutex
	waiting []*request
	closed  bool
	wake    chan struct{} // holds a token while requests wait; closed with the queue
}

func newQueue() *queue { return &queue{wake: make(chan struct{}, 1)} }

// push adds a request, unless the queue is closed.
func (q *queue) push(r *request) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return ErrClosed
	}
	q.waiting = append(q.waiting, r)
	q.signal()
	return nil
}

// signal is called with the lock held.
func (q *queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// wait returns true when requests may be there to take, and false when the
// queue is closed.
func (q *queue) wait() bool {
	_, open := <-q.wake
	return open
}

// linger returns when somebody waits who has no patience left, or when as many
// wait as make waiting longer useless. It may swallow a token of wake, because
// whoever calls it takes next.
func (q *queue) linger() {
	for {
		left := q.patience()
		if left <= 0 {
			return
		}
		timer := time.NewTimer(left)
		select {
		case <-timer.C:
		case _, open := <-q.wake:
			timer.Stop()
			if !open {
				return
			}
		}
	}
}

// company is as many as share a transaction so well that more would gain little.
const company = 16

// patience is how long all who wait would let others join them.
func (q *queue) patience() time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 || len(q.waiting) >= company || q.closed {
		return 0
	}
	first := q.waiting[0].until
	for _, r := range q.waiting {
		if r.until.Before(first) {
			first = r.until
		}
	}
	return time.Until(first)
}

// take moves up to n requests into buf. Before, it lets other goroutines run,
// which are often about to add theirs.
func (q *queue) take(buf []*request, n int) []*request {
	runtime.Gosched()
	return q.pop(buf[:0], n)
}

func (q *queue) pop(buf []*request, n int) []*request {
	q.mu.Lock()
	defer q.mu.Unlock()
	used := 0
	for used < len(q.waiting) && len(buf) < n {
		if r := q.waiting[used]; r.take() {
			buf = append(buf, r)
		}
		used++
	}
	rest := copy(q.waiting, q.waiting[used:])
	clear(q.waiting[rest:])
	q.waiting = q.waiting[:rest]
	if rest > 0 && !q.closed {
		q.signal()
	}
	return buf
}

// close answers all waiting requests with ErrClosed and ends wait. It returns
// false if it was closed before.
func (q *queue) close() bool {
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return false
	}
	q.closed = true
	left := q.waiting
	q.waiting = nil
	close(q.wake)
	q.mu.Unlock()
	for _, r := range left {
		if r.take() {
			r.answer(ErrClosed)
		}
	}
	return true
}
