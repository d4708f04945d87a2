package endpoint

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/twinseal/twinseal/internal/mfa"
)

// call is one request on its way. It is the context of its function, so that the whole bookkeeping is a
// single allocation.
type call struct {
	context.Context //nolint:containedctx // it is itself the request's context
	handler         *Handler
	server          *Server
	writer          counter
	request         Request
	line            Line
	span            trace.Span
	route           string
	start           time.Time
	err             error
	stack           []byte
	drained         bool      // the body was read to its end
	left            bool      // the client went away while it waited
	handed          bool      // somebody else answers and ends the call: see Wait
	values          [3]string // backing of single-valued headers
}

type lineKey struct{}

// Value gives [Record] its line and hands on everything else.
func (c *call) Value(key any) any {
	if key == (lineKey{}) {
		return &c.line
	}
	return c.Context.Value(key)
}

func (h *Handler) begin(w http.ResponseWriter, r *http.Request, route string) *call {
	server := h.server()
	c := &call{Context: r.Context(), handler: h, server: server, route: route, start: time.Now()}
	c.writer.ResponseWriter = w
	peer := peerAddress(r)
	c.request = Request{Request: r, call: c, ID: requestID(r, server.Proxies.trusts(peer)), Client: server.Proxies.client(r, peer)}
	c.values[0] = c.request.ID
	w.Header()[headerRequestID] = c.values[0:1:1]
	if server.Tracer != nil {
		c.startSpan(r)
	}
	return c
}

// answer runs f and writes what it gave, once.
func (c *call) answer(f Func) {
	c.limitBody()
	resp, err := c.protect(f)
	if err != nil {
		c.err = err
		resp = c.rendered(err)
	}
	switch {
	case resp.Wait != nil:
		c.wait(resp.Wait)
	case resp.Stream != nil:
		c.stream(resp)
	case resp.Upgrade != nil:
		c.upgrade(&resp)
	default:
		c.write(&resp)
	}
}

// protect turns a panic of f into an internal error.
func (c *call) protect(f Func) (resp Response, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = c.panicked(p)
		}
	}()
	resp, err = f(c, &c.request)
	return resp, normal(err)
}

// rendered asks the front door for words. A Render that panics gets the plain ones.
func (c *call) rendered(err error) (resp Response) {
	defer func() {
		if p := recover(); p != nil {
			c.err = c.panicked(p)
			resp = PlainError(&c.request, c.err)
		}
	}()
	resp = c.handler.render(&c.request, err)
	resp.Stream, resp.Wait, resp.Upgrade = nil, nil, nil
	return resp
}

// upgrade hands the connection over. A panic after that ends it.
func (c *call) upgrade(resp *Response) {
	defer func() {
		if p := recover(); p != nil {
			c.err = c.panicked(p)
			panic(http.ErrAbortHandler)
		}
	}()
	c.err = resp.Upgrade(c, &c.writer, c.request.Request)
}

func (c *call) panicked(p any) error {
	if p == http.ErrAbortHandler { //nolint:errorlint // net/http compares the value itself
		panic(p)
	}
	c.stack = debug.Stack()
	return &mfa.Error{Code: mfa.Internal, Message: "something went wrong here", Cause: fmt.Errorf("panic: %v", p)}
}

// pass runs a handler that writes by itself. After a panic it can only be answered if nothing was written.
func (c *call) pass(next http.Handler) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		c.err = c.panicked(p)
		if c.writer.status != 0 {
			panic(http.ErrAbortHandler)
		}
		resp := c.rendered(c.err)
		c.write(&resp)
	}()
	c.limitBody()
	next.ServeHTTP(&c.writer, c.request.WithContext(c))
}

// end reports the request. It runs even while a panic that aborts the connection passes through.
func (c *call) end() {
	if c.handed {
		return
	}
	took := time.Since(c.start)
	c.log(took)
	if m := c.server.Metrics; m != nil {
		m.Request(c.handler.Door, c.route, c.writer.status, took)
	}
	if c.span != nil {
		c.endSpan()
	}
}
