package endpoint_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// lounge is a server whose one route waits for its channel.
type lounge struct {
	wake   chan struct{}
	closed atomic.Int32
	parked atomic.Int32  // connections that net/http has handed over
	ended  chan struct{} // hears of each wait that was closed; nil for nobody
	next   func(ctx context.Context, why endpoint.Why) (endpoint.Response, bool, error)
	wait   endpoint.Wait
	lot    *endpoint.Lot
	url    string
	stop   func()
}

func openLounge(t *testing.T, w endpoint.Wait) *lounge {
	t.Helper()
	l := &lounge{wake: make(chan struct{}, 1), wait: w}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.lot = endpoint.NewLot(listener)
	h := &endpoint.Handler{Server: &endpoint.Server{Lot: l.lot}, Door: "test"}
	server := &http.Server{Handler: h.Route("wait", l.answer), ReadHeaderTimeout: time.Minute, ConnState: l.state}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l.lot) }()
	l.url = "http://" + listener.Addr().String()
	l.stop = func() {
		if err := errors.Join(l.lot.Drain(context.WithoutCancel(t.Context())), server.Shutdown(context.WithoutCancel(t.Context()))); err != nil {
			t.Error(err)
		}
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	}
	return l
}

func (l *lounge) state(_ net.Conn, s http.ConnState) {
	if s == http.StateHijacked {
		l.parked.Add(1)
	}
}

func (l *lounge) answer(_ context.Context, r *endpoint.Request) (endpoint.Response, error) {
	if r.URL.Path == "/plain" {
		return endpoint.Text(http.StatusOK, "plain"), nil
	}
	if r.URL.Path == "/told" {
		if _, err := r.Bytes(); err != nil {
			return endpoint.Response{}, err
		}
	}
	w := l.wait
	w.Wake, w.Close = l.wake, func() {
		l.closed.Add(1)
		if l.ended != nil {
			l.ended <- struct{}{}
		}
	}
	if w.Next == nil {
		w.Next = l.next
	}
	return endpoint.Response{Wait: &w}, nil
}

// talk speaks HTTP by hand, so that a test sees which connection answers.
type talk struct {
	net.Conn
	in *bufio.Reader
}

func (l *lounge) dial(t *testing.T) *talk {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(l.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	return &talk{conn, bufio.NewReader(conn)}
}

func (c *talk) ask(t *testing.T, paths ...string) {
	t.Helper()
	text := ""
	for _, path := range paths {
		text += "GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n"
	}
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
}

func (c *talk) hear(t *testing.T) (int, string) {
	t.Helper()
	resp, err := http.ReadResponse(c.in, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.Header.Get("X-Request-Id") == "" {
		t.Error("the answer has no request id")
	}
	return resp.StatusCode, string(body)
}

func woken(_ context.Context, why endpoint.Why) (endpoint.Response, bool, error) {
	return endpoint.Text(http.StatusOK, fmt.Sprint("why ", why)), true, nil
}

func TestAWaitIsAnsweredOnceWokenAndTheConnectionGoesOn(t *testing.T) {
	t.Parallel()
	l := openLounge(t, endpoint.Wait{For: time.Hour, Next: woken})
	defer l.stop()
	c := l.dial(t)
	defer func() { _ = c.Close() }()
	for range 3 {
		c.ask(t, "/wait")
		l.wake <- struct{}{}
		if status, body := c.hear(t); status != http.StatusOK || body != "why 0" {
			t.Errorf("the wait was answered by %d %q", status, body)
		}
		c.ask(t, "/plain")
		if status, body := c.hear(t); status != http.StatusOK || body != "plain" {
			t.Errorf("the next request was answered by %d %q", status, body)
		}
	}
}

func TestARequestSentAheadIsNotLost(t *testing.T) {
	t.Parallel()
	l := openLounge(t, endpoint.Wait{For: time.Hour, Next: woken})
	defer l.stop()
	c := l.dial(t)
	defer func() { _ = c.Close() }()
	c.ask(t, "/wait", "/plain")
	l.wake <- struct{}{}
	if _, body := c.hear(t); body != "why 0" {
		t.Errorf("the wait was answered by %q", body)
	}
	if _, body := c.hear(t); body != "plain" {
		t.Errorf("the request sent ahead was answered by %q", body)
	}
}

func TestAWaitThatIsOverOrDrainedIsAnsweredAllTheSame(t *testing.T) {
	t.Parallel()
	short := openLounge(t, endpoint.Wait{For: time.Millisecond, Next: woken})
	c := short.dial(t)
	c.ask(t, "/wait")
	if _, body := c.hear(t); body != "why 2" {
		t.Errorf("an over wait was answered by %q", body)
	}
	_ = c.Close()
	short.stop()

	asked := make(chan struct{}, 1)
	long := openLounge(t, endpoint.Wait{For: time.Hour, Next: func(ctx context.Context, why endpoint.Why) (endpoint.Response, bool, error) {
		resp, _, err := woken(ctx, why)
		if why == endpoint.Woken {
			asked <- struct{}{}
		}
		return resp, why != endpoint.Woken, err
	}})
	c = long.dial(t)
	c.ask(t, "/wait")
	long.wake <- struct{}{}
	<-asked
	long.stop()
	if _, body := c.hear(t); body != "why 2" {
		t.Errorf("a drained wait was answered by %q", body)
	}
	_ = c.Close()
	if long.closed.Load() != 1 {
		t.Errorf("the wait was closed %d times", long.closed.Load())
	}
}

func TestErrorsAndPanicsOfAWaitAreRendered(t *testing.T) {
	t.Parallel()
	for name, next := range map[string]func(context.Context, endpoint.Why) (endpoint.Response, bool, error){
		"error": func(context.Context, endpoint.Why) (endpoint.Response, bool, error) {
			return endpoint.Response{}, true, mfa.Missing("thing")
		},
		"panic": func(context.Context, endpoint.Why) (endpoint.Response, bool, error) { panic("inside word") },
	} {
		l := openLounge(t, endpoint.Wait{For: time.Hour, Next: next})
		c := l.dial(t)
		c.ask(t, "/wait")
		l.wake <- struct{}{}
		status, body := c.hear(t)
		if want := map[string]int{"error": 404, "panic": 500}[name]; status != want || strings.Contains(body, "inside") {
			t.Errorf("%s: answered by %d %q", name, status, body)
		}
		_ = c.Close()
		l.stop()
	}
}

func TestAStreamSaysWhatNextGivesUntilItEnds(t *testing.T) {
	t.Parallel()
	said := 0
	l := openLounge(t, endpoint.Wait{Stream: true, Next: func(context.Context, endpoint.Why) (endpoint.Response, bool, error) {
		said++
		return endpoint.Response{Body: endpoint.Event("n", fmt.Append(nil, said))}, said == 3, nil
	}})
	defer l.stop()
	c := l.dial(t)
	defer func() { _ = c.Close() }()
	c.ask(t, "/stream")
	l.wake <- struct{}{}
	l.wake <- struct{}{}
	status, body := c.hear(t)
	if status != http.StatusOK || body != "event: n\ndata: 1\n\nevent: n\ndata: 2\n\nevent: n\ndata: 3\n\n" {
		t.Errorf("the stream was %d %q", status, body)
	}
}

func TestWhatOnlyTheServerCanFrameIsNotParked(t *testing.T) {
	t.Parallel()
	for name, request := range map[string]string{
		"HEAD":          "HEAD /wait HTTP/1.1\r\nHost: test\r\n\r\n",
		"with a body":   "GET /wait HTTP/1.1\r\nHost: test\r\nContent-Length: 29\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\nabc",
		"of many parts": "GET /wait HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := openLounge(t, endpoint.Wait{For: time.Hour, Next: woken})
			defer l.stop()
			c := l.dial(t)
			defer func() { _ = c.Close() }()
			if _, err := io.WriteString(c, request); err != nil {
				t.Fatal(err)
			}
			l.wake <- struct{}{}
			resp, err := http.ReadResponse(c.in, &http.Request{Method: request[:strings.IndexByte(request, ' ')]})
			if err != nil || resp.StatusCode != http.StatusOK {
				t.Fatalf("the wait was answered by %v, %v", resp, err)
			}
			if _, err := io.Copy(io.Discard, resp.Body); err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			c.ask(t, "/plain")
			if status, body := c.hear(t); status != http.StatusOK || body != "plain" {
				t.Errorf("the next request was answered by %d %q", status, body)
			}
		})
	}
}

func TestAWaitWhoseBodyWasReadIsParked(t *testing.T) {
	t.Parallel()
	for name, request := range map[string]string{
		"of a length":   "POST /told HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\n\r\nabc",
		"of many parts": "POST /told HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
	} {
		for _, watched := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " ", watched), func(t *testing.T) {
				t.Parallel()
				l := openLounge(t, endpoint.Wait{For: time.Hour, Next: woken, Watched: watched})
				defer l.stop()
				c := l.dial(t)
				defer func() { _ = c.Close() }()
				for _, sent := range []string{request, request + "GET /plain HTTP/1.1\r\nHost: test\r\n\r\n"} {
					if _, err := io.WriteString(c, sent); err != nil {
						t.Fatal(err)
					}
					l.wake <- struct{}{}
					if status, body := c.hear(t); status != http.StatusOK || body != "why 0" {
						t.Fatalf("the wait was answered by %d %q", status, body)
					}
				}
				if status, body := c.hear(t); status != http.StatusOK || body != "plain" {
					t.Errorf("the request sent ahead was answered by %d %q", status, body)
				}
				if l.parked.Load() != 2 {
					t.Errorf("%d of 2 waits were parked", l.parked.Load())
				}
			})
		}
	}
}

func TestAWatchedWaitEndsWithItsClientAndAsksNobody(t *testing.T) {
	t.Parallel()
	l := openLounge(t, endpoint.Wait{For: time.Hour, Watched: true, Next: func(context.Context, endpoint.Why) (endpoint.Response, bool, error) {
		t.Error("somebody was asked")
		return endpoint.Response{}, true, nil
	}})
	l.ended = make(chan struct{})
	c := l.dial(t)
	c.ask(t, "/wait")
	for l.parked.Load() == 0 {
		runtime.Gosched()
	}
	_ = c.Close()
	<-l.ended
	l.stop()
}

func TestAWatchedWaitInPlaceEndsWithItsClient(t *testing.T) {
	t.Parallel()
	l := &lounge{wake: make(chan struct{}, 1), wait: endpoint.Wait{For: time.Hour, Next: woken, Watched: true}}
	h := &endpoint.Handler{Server: &endpoint.Server{}, Door: "test"}
	ctx, leave := context.WithCancel(t.Context())
	leave()
	l.wake <- struct{}{}
	recorded := httptest.NewRecorder()
	h.Route("wait", l.answer).ServeHTTP(recorded, httptest.NewRequestWithContext(ctx, http.MethodGet, "/wait", http.NoBody))
	if recorded.Code != http.StatusServiceUnavailable || l.closed.Load() != 1 {
		t.Errorf("answered by %d, closed %d times", recorded.Code, l.closed.Load())
	}
}

func TestWithoutALotAWaitHoldsItsHandler(t *testing.T) {
	t.Parallel()
	l := &lounge{wake: make(chan struct{}, 1), wait: endpoint.Wait{For: time.Hour, Next: woken}}
	h := &endpoint.Handler{Server: &endpoint.Server{}, Door: "test"}
	l.wake <- struct{}{}
	recorded := httptest.NewRecorder()
	h.Route("wait", l.answer).ServeHTTP(recorded, httptest.NewRequest(http.MethodGet, "/wait", http.NoBody))
	if recorded.Body.String() != "why 0" || l.closed.Load() != 1 {
		t.Errorf("answered by %q, closed %d times", recorded.Body, l.closed.Load())
	}
}

func TestTheLotLeavesNothingBehind(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	l := openLounge(t, endpoint.Wait{For: time.Hour, Next: woken})
	for range 20 {
		c := l.dial(t)
		c.ask(t, "/wait")
		defer func() { _ = c.Close() }()
	}
	l.stop()
	http.DefaultClient.CloseIdleConnections()
}
