package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/twinseal/twinseal/internal/endpoint"
)

// Times of the HTTP server. Answers that take longer on purpose extend their own write deadline.
const (
	headerTimeout  = 10 * time.Second
	readTimeout    = 30 * time.Second
	writeTimeout   = 30 * time.Second
	idleTimeout    = 2 * time.Minute
	drainTimeout   = 20 * time.Second
	readyTimeout   = 3 * time.Second
	maxHeaderBytes = 32 << 10
)

// Handler is everything the server answers when it listens on the address.
func (a *App) Handler(ctx context.Context, address string, lot *endpoint.Lot) (http.Handler, error) {
	proxies, err := endpoint.ParseProxies(a.Config.ProxyHeader, a.Config.TrustedProxies)
	if err != nil {
		return nil, err
	}
	server := &endpoint.Server{Log: a.log, Metrics: a.metrics, Tracer: a.tracer, Proxies: proxies, Lot: lot}
	doors := a.doors(server)
	if err := a.addPages(ctx, server, address, doors); err != nil {
		return nil, err
	}
	nothing := (&endpoint.Handler{Server: server, Door: "none"}).Route("unknown", notHere)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		first, _, _ := strings.Cut(strings.TrimLeft(r.URL.Path, "/"), "/")
		if door, ok := doors[first]; ok {
			door.ServeHTTP(w, r)
			return
		}
		nothing.ServeHTTP(w, r)
	}), nil
}

func notHere(context.Context, *endpoint.Request) (endpoint.Response, error) {
	return endpoint.Text(http.StatusNotFound, "There is nothing at this address.\n"), nil
}

// Serve listens, calls ready with the address, and answers until the context ends; then it lets those who
// wait finish.
func (a *App) Serve(ctx context.Context, ready func(net.Addr)) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", a.Config.Listen)
	if err != nil {
		return fmt.Errorf("%w%s", err, adviceOn(err))
	}
	lot := endpoint.NewLot(listener)
	handler, err := a.Handler(ctx, listener.Addr().String(), lot)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	a.warn()
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes, ErrorLog: serverLog(a.log),
	}
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() error { return a.Run(work) })
	group.Go(func() error {
		if err := server.Serve(lot); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error {
		<-groupCtx.Done()
		defer stopWork()
		return a.drain(server, lot)
	})
	a.log.Info("serving", "address", listener.Addr().String(), "public_url", a.Config.PublicURL, "database", a.engineName())
	if ready != nil {
		ready(listener.Addr())
	}
	return group.Wait()
}

// adviceOn says what may help where the server cannot listen.
func adviceOn(err error) string {
	if errors.Is(err, syscall.EADDRINUSE) {
		return "; is another server running there? --listen 127.0.0.1:8090, say, takes another address"
	}
	return "; --listen says where"
}

// drain ends what waits and lets what works finish.
func (a *App) drain(server *http.Server, lot *endpoint.Lot) error {
	a.log.Info("stopping")
	limit, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	stopped := make(chan error, 1)
	go func() { stopped <- server.Shutdown(limit) }()
	if err := errors.Join(lot.Drain(limit), <-stopped); err != nil {
		return errors.Join(err, server.Close())
	}
	return nil
}

// warn says loudly what must not be in production.
func (a *App) warn() {
	if a.Config.Sandbox {
		a.log.Warn("SANDBOX: nothing is sent, anybody reads every message and sets the clock. Never use this server for real people")
	}
}

func (a *App) engineName() string {
	if a.Config.Database == "" {
		return "sqlite"
	}
	return "postgresql"
}
