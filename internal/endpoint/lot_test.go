package endpoint_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/endpoint"
)

// crowded refuses its first connections as a machine does that has run out of files.
type crowded struct {
	net.Listener

	refusals atomic.Int32
}

func (c *crowded) Accept() (net.Conn, error) {
	if c.refusals.Add(-1) >= 0 {
		return nil, &net.OpError{Op: "accept", Net: "tcp", Err: syscall.EMFILE}
	}
	return c.Listener.Accept()
}

func TestALotGoesOnAfterTooManyOpenFiles(t *testing.T) {
	t.Parallel()
	inner, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener := &crowded{Listener: inner}
	listener.refusals.Store(2)
	server := &http.Server{
		Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), ReadHeaderTimeout: time.Minute,
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(endpoint.NewLot(listener)) }()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+inner.Addr().String(), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := http.DefaultClient.Do(request); err != nil {
		t.Errorf("nobody is let in any more: %v", err)
	} else {
		_ = resp.Body.Close()
	}
	if err := errors.Join(server.Close(), <-served); !errors.Is(err, http.ErrServerClosed) {
		t.Error(err)
	}
}
