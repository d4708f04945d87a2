package endpoint

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Why says why a waiter is asked again.
type Why int

const (
	Woken Why = iota // something changed, or may have
	Beat             // Wait.Every has passed
	Over             // the time is over or the server stops: this is the last time
)

// Wait is an answer that comes later: once Next says so. Its function must not hold on to the [Request],
// which is gone while it waits.
type Wait struct {
	// Wake is looked at while waiting; Close is called once, when the wait has ended in any way. End, where
	// there is one, is closed to have the wait over before its time.
	Wake, End <-chan struct{}
	Close     func()
	// Watched ends the wait within seconds after the client went away, without asking Next: what it would give is
	// lost on nobody.
	Watched bool
	// For bounds the wait; 0, for streams only, does not. Every also asks again that often; 0 never.
	For, Every time.Duration
	// Stream makes the answer a stream of server-sent events: each Body that Next gives is sent at once.
	Stream bool
	// Next gives the answer and true, or false to wait on. After Over it is not asked again, whatever it
	// says. With Stream it may give a Body and false.
	Next func(ctx context.Context, why Why) (Response, bool, error)
}

// parkedWrite bounds one write to a connection that waited and may be gone.
const parkedWrite = 15 * time.Second

// wait answers by a Wait: in the lot where there is one, else in place.
func (c *call) wait(w *Wait) {
	if p := c.park(w); p != nil {
		go p.run()
		return
	}
	defer w.Close()
	if w.Stream {
		c.stream(Response{Stream: func(ctx context.Context, s *Stream) error { return streamInPlace(ctx, w, c.server.Lot.Draining(), s) }})
		return
	}
	c.writer.hold(w.For)
	resp, err := w.inPlace(c, c.server.Lot.Draining())
	if err != nil {
		c.err = err
		resp = c.rendered(err)
	}
	c.write(&resp)
}

// holdSlack is what an answer may need for its way after a wait is over.
const holdSlack = 15 * time.Second

// hold lets an answer take that long, whatever the server's write timeout.
func (w *counter) hold(d time.Duration) {
	_ = http.NewResponseController(w.ResponseWriter).SetWriteDeadline(time.Now().Add(d + holdSlack))
}

// ticking is the time of a wait.
type ticking struct {
	over *time.Timer
	beat *time.Ticker
}

func (w *Wait) ticking() ticking {
	var t ticking
	if w.For > 0 {
		t.over = time.NewTimer(w.For)
	}
	if w.Every > 0 {
		t.beat = time.NewTicker(w.Every)
	}
	return t
}

func (t ticking) stop() {
	if t.over != nil {
		t.over.Stop()
	}
	if t.beat != nil {
		t.beat.Stop()
	}
}

// next blocks until there is a reason to ask again.
func (t ticking) next(gone <-chan struct{}, w *Wait, draining <-chan struct{}) Why {
	var over, beat <-chan time.Time
	if t.over != nil {
		over = t.over.C
	}
	if t.beat != nil {
		beat = t.beat.C
	}
	select {
	case <-w.Wake:
		return Woken
	case <-beat:
		return Beat
	case <-over:
	case <-w.End:
	case <-draining:
	case <-gone:
	}
	return Over
}

func (w *Wait) inPlace(ctx context.Context, draining <-chan struct{}) (Response, error) {
	t := w.ticking()
	defer t.stop()
	for {
		why := t.next(ctx.Done(), w, draining)
		if w.Watched && ctx.Err() != nil {
			return Response{}, errGone
		}
		resp, done, err := w.Next(context.WithoutCancel(ctx), why)
		if err != nil || done || why == Over {
			return resp, normal(err)
		}
	}
}

// errGone is for the log: nobody is there to read it.
var errGone = &mfa.Error{Code: mfa.Unavailable, Message: "the client went away"}

func streamInPlace(ctx context.Context, w *Wait, draining <-chan struct{}, s *Stream) error {
	t := w.ticking()
	defer t.stop()
	why := Woken // the first look is at once
	for {
		resp, done, err := w.Next(ctx, why)
		if err != nil {
			return err
		}
		if err := s.raw(resp.Body); err != nil || done || why == Over {
			return err
		}
		why = t.next(ctx.Done(), w, draining)
	}
}

// parked is a connection in the lot.
type parked struct {
	*Wait
	call  *call // stripped of everything that belongs to net/http
	lot   *Lot
	conn  net.Conn
	early []byte // what the client sent ahead
	keep  bool   // the connection may serve another request

	gone  chan struct{} // closed when the client has gone; nil for those who are not watched
	leave sync.Once
}

// park takes the connection from net/http, or returns nil where that cannot be. Nor is it done where the
// connection could lose its place: net/http alone knows that an answer to HEAD goes without its body, and how
// much of a request's body is still to come.
func (c *call) park(w *Wait) *parked {
	r := c.request.Request
	hijacker, ok := c.writer.ResponseWriter.(http.Hijacker)
	if !ok || r.ProtoMajor != 1 || r.Method == http.MethodHead || r.ContentLength != 0 && !c.drained || !c.server.Lot.enter() {
		return nil
	}
	conn, buffered, err := hijacker.Hijack()
	if err != nil {
		c.server.Lot.leave()
		return nil
	}
	p := &parked{Wait: w, lot: c.server.Lot, conn: conn, keep: r.ProtoAtLeast(1, 1) && !r.Close && !w.Stream}
	if drained, ok := conn.(*ahead); ok && len(drained.early) == 0 {
		p.conn = drained.Conn // or they would pile up, one for each wait
	}
	if n := buffered.Reader.Buffered(); n > 0 {
		p.early, _ = buffered.Peek(n)
		p.early = bytes.Clone(p.early)
	}
	_ = conn.SetDeadline(time.Time{})
	p.call = c.stripped(r.Method)
	c.handed = true
	return p
}

// stripped is what the log, metrics and errors need of a call, without the request and its buffers.
func (c *call) stripped(method string) *call {
	s := &call{Context: context.Background(), handler: c.handler, server: c.server, span: c.span, route: c.route, start: c.start}
	s.request = Request{Request: (&http.Request{Method: method}).WithContext(context.Background()), call: s, ID: c.request.ID, Client: c.request.Client}
	s.line.count, s.line.attrs = c.line.count, c.line.attrs
	return s
}

// run waits and answers. The answer is worked out in a goroutine of its own, so that the one that waits
// keeps the small stack it began with.
func (p *parked) run() {
	defer p.lot.leave()
	t := p.ticking()
	defer t.stop()
	gone, unwatch := p.lot.watch(p)
	if !p.Stream || p.begin() {
		for p.waitOn(t.next(gone, p.Wait, p.lot.drained)) {
		}
	}
	p.Close()
	unwatch()
	p.call.end()
	if !p.keep {
		_ = p.conn.Close()
		return
	}
	if p.early != nil {
		p.conn = &ahead{Conn: p.conn, early: p.early}
	}
	p.lot.giveBack(p.conn)
}

// waitOn asks once more and reports whether the wait goes on. Nobody is asked for a client that has gone.
func (p *parked) waitOn(why Why) bool {
	if p.left() {
		p.keep, p.call.left, p.call.writer.status = false, true, statusGone
		return false
	}
	on := make(chan bool)
	go func() { on <- p.ask(why) }()
	return <-on && why != Over
}

// ask runs Next and sends what it gives.
func (p *parked) ask(why Why) bool {
	var resp Response
	var done bool
	resp, err := p.call.protect(func(ctx context.Context, _ *Request) (r Response, err error) {
		r, done, err = p.Next(ctx, why)
		return r, err
	})
	if p.Stream {
		if err != nil {
			p.call.err = err
			return false
		}
		return p.send(resp.Body) && !done
	}
	if err != nil {
		p.call.err = err
		resp = p.call.rendered(err)
	} else if !done && why != Over {
		return true
	}
	p.keep = p.keep && !p.lot.draining()
	p.keep = p.send(p.head(&resp)) && p.keep
	return false
}

func (p *parked) send(data []byte) bool {
	_ = p.conn.SetWriteDeadline(time.Now().Add(parkedWrite))
	n, err := p.conn.Write(data)
	p.call.writer.bytes += int64(n)
	_ = p.conn.SetWriteDeadline(time.Time{})
	return err == nil
}

// begin sends the head of a stream. It has no length and ends with the connection.
func (p *parked) begin() bool {
	p.call.writer.status = http.StatusOK
	head := "HTTP/1.1 200 OK\r\nDate: " + time.Now().UTC().Format(http.TimeFormat) +
		"\r\nContent-Type: text/event-stream; charset=utf-8\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff" +
		"\r\nX-Accel-Buffering: no\r\n" + p.call.handler.allowed() + headerRequestID + ": " + p.call.request.ID + "\r\nConnection: close\r\n\r\n"
	ok := p.send([]byte(head))
	p.call.writer.bytes = 0 // the log counts what was said
	return ok && p.ask(Woken)
}

// head is a whole answer as it goes over the connection.
func (p *parked) head(resp *Response) []byte {
	if resp.Status == 0 {
		resp.Status = http.StatusOK
	}
	p.call.writer.status = resp.Status
	h := p.call.fill(http.Header{"Date": {time.Now().UTC().Format(http.TimeFormat)}, headerRequestID: {p.call.request.ID}}, resp)
	h.Set("Content-Length", strconv.Itoa(len(resp.Body)))
	if !p.keep {
		h.Set("Connection", "close")
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "HTTP/1.1 %d %s\r\n", resp.Status, http.StatusText(resp.Status))
	_ = h.Write(&out) // to memory
	out.WriteString("\r\n")
	out.Write(resp.Body)
	resp.encoded.release()
	return out.Bytes()
}

// ahead is a connection whose client sent some of its next request early.
type ahead struct {
	net.Conn
	early []byte
}

// Read gives what came early first.
func (a *ahead) Read(p []byte) (int, error) {
	if len(a.early) == 0 {
		return a.Conn.Read(p)
	}
	n := copy(p, a.early)
	a.early = a.early[n:]
	return n, nil
}
