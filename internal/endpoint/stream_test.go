package endpoint_test

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/endpoint"
)

func TestEventsArriveWhileTheStreamIsOpen(t *testing.T) {
	t.Parallel()
	d := newDesk()
	next := make(chan string)
	server := httptest.NewServer(d.Route("GET /events", func(context.Context, *endpoint.Request) (endpoint.Response, error) {
		return endpoint.Response{Stream: func(_ context.Context, s *endpoint.Stream) error {
			for text := range next {
				if err := s.Event("changed", []byte(text)); err != nil {
					return err
				}
			}
			return s.Comment("bye\nbye")
		}}, nil
	}))
	resp, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if resp.Header.Get("Content-Type") != "text/event-stream; charset=utf-8" || resp.ContentLength != -1 {
		t.Errorf("headers %v", resp.Header)
	}
	lines := bufio.NewScanner(resp.Body)
	read := func() string {
		var block []string
		for lines.Scan() && lines.Text() != "" {
			block = append(block, lines.Text())
		}
		return strings.Join(block, "|")
	}
	next <- "one\r\ntwo"
	if got := read(); got != "event: changed|data: one|data: two" {
		t.Errorf("got %q", got)
	}
	close(next)
	if got := read(); got != ": bye bye" {
		t.Errorf("got %q", got)
	}
	_ = resp.Body.Close()
	server.Close()
	if line := d.line(t); line["status"] != float64(200) || line["error"] != nil {
		t.Errorf("log line %v", line)
	}
}

func TestTheErrorOfAStreamIsLogged(t *testing.T) {
	t.Parallel()
	d := newDesk()
	serve(d.Route("r", func(context.Context, *endpoint.Request) (endpoint.Response, error) {
		return endpoint.Response{Stream: func(context.Context, *endpoint.Stream) error { return errors.New("cut") }}, nil
	}), httptest.NewRequest(http.MethodGet, "/", nil))
	if line := d.line(t); line["error"] != "cut" {
		t.Errorf("log line %v", line)
	}
}

func TestAPanicInAStreamEndsTheConnection(t *testing.T) {
	t.Parallel()
	d := newDesk()
	h := d.Route("r", func(context.Context, *endpoint.Request) (endpoint.Response, error) {
		return endpoint.Response{Stream: func(context.Context, *endpoint.Stream) error { panic("the inside") }}, nil
	})
	func() {
		defer func() {
			if p, ok := recover().(error); !ok || !errors.Is(p, http.ErrAbortHandler) {
				t.Errorf("recovered %v", p)
			}
		}()
		serve(h, httptest.NewRequest(http.MethodGet, "/", nil))
	}()
	if line := d.line(t); line["stack"] == nil || line["level"] != "ERROR" {
		t.Errorf("log line %v", line)
	}
}

func TestAWaitInPlaceOutlivesTheWriteTimeout(t *testing.T) {
	t.Parallel()
	wake := make(chan struct{}, 1)
	wake <- struct{}{}
	server := httptest.NewUnstartedServer(newDesk().Route("r", func(context.Context, *endpoint.Request) (endpoint.Response, error) {
		return endpoint.Response{Wait: &endpoint.Wait{Wake: wake, Close: func() {}, For: time.Minute, Next: woken}}, nil
	}))
	server.Config.WriteTimeout = time.Nanosecond
	server.Start()
	defer server.Close()
	resp, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
}

func TestPagesRunNothingForeign(t *testing.T) {
	t.Parallel()
	resp := endpoint.Page(200, []byte("<p>"), "https:")
	policy := resp.Header.Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || !strings.Contains(policy, "img-src 'self' data: https:;") {
		t.Errorf("policy %q", policy)
	}
}
