package endpoint

import (
	"context"
	"net"
	"sync"
)

// Lot is a listener with a place for connections that wait for something to happen. A connection that
// waits there costs a few kilobytes instead of the handler, buffers and two goroutines that net/http keeps
// for a request; once answered it goes back to the server for its next request.
type Lot struct {
	net.Listener
	arrive chan arrival
	back   chan net.Conn
	start  sync.Once

	mu      sync.Mutex
	closed  bool
	ended   chan struct{} // closed with the listener
	drained chan struct{} // closed when those who wait are to be sent home
	parked  sync.WaitGroup
	watched watched
}

type arrival struct {
	conn net.Conn
	err  error
}

// NewLot makes a lot of a listener. Serve the lot instead of the listener; TLS, where a server ends it
// itself, goes inside. To net/http a connection that comes back is a new one: it has the header timeout,
// not the idle timeout, to send its next request.
func NewLot(l net.Listener) *Lot {
	return &Lot{
		Listener: l, arrive: make(chan arrival), back: make(chan net.Conn),
		ended: make(chan struct{}), drained: make(chan struct{}),
	}
}

// Accept gives new connections and those that are done waiting.
func (l *Lot) Accept() (net.Conn, error) {
	l.start.Do(func() { go l.accept() })
	select {
	case a := <-l.arrive:
		return a.conn, a.err
	case c := <-l.back:
		return c, nil
	case <-l.ended:
		return nil, net.ErrClosed
	}
}

// accept goes on after an error: the server that is told of it decides whether it was the last. Most are
// passing, such as too many open files, which strangers can cause.
func (l *Lot) accept() {
	for {
		conn, err := l.Listener.Accept()
		select {
		case l.arrive <- arrival{conn, err}:
		case <-l.ended:
			if conn != nil {
				_ = conn.Close()
			}
			return
		}
	}
}

// Close stops listening. Those who wait go on until [Lot.Drain].
func (l *Lot) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	close(l.ended)
	return l.Listener.Close()
}

// Drain answers all who wait with what there is and returns when the last has gone, or with the context.
func (l *Lot) Drain(ctx context.Context) error {
	l.mu.Lock()
	select {
	case <-l.drained:
	default:
		close(l.drained)
	}
	l.mu.Unlock()
	gone := make(chan struct{})
	go func() {
		l.parked.Wait()
		close(gone)
	}()
	select {
	case <-gone:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// enter admits a connection that will wait; it reports false when everybody is being sent home.
func (l *Lot) enter() bool {
	if l == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.drained:
		return false
	default:
		l.parked.Add(1)
		return true
	}
}

func (l *Lot) leave() { l.parked.Done() }

// giveBack hands a connection to the server for its next request, or closes it when there is no server.
func (l *Lot) giveBack(conn net.Conn) {
	select {
	case l.back <- conn:
	case <-l.ended:
		_ = conn.Close()
	}
}

func (l *Lot) draining() bool {
	select {
	case <-l.drained:
		return true
	default:
		return false
	}
}

// Draining is closed when those who wait are to be sent home; nil, which never is, without a lot.
func (l *Lot) Draining() <-chan struct{} {
	if l == nil {
		return nil
	}
	return l.drained
}
