package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"runtime/pprof"

	"github.com/twinseal/twinseal/internal/app"
)

// profiled runs the server inside this process and writes a CPU profile of everything after its start; its
// figures include the load and are no result.
func (w *world) profiled(ctx context.Context, address string) (*process, error) {
	config := w.config()
	config.Listen = address
	a, err := app.Open(ctx, config, io.Discard)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	done, ready := make(chan error, 1), make(chan struct{})
	go func() { done <- a.Serve(ctx, func(net.Addr) { close(ready) }) }()
	select {
	case <-ready:
	case err := <-done:
		cancel()
		return nil, fmt.Errorf("serve: %w", err)
	}
	file, err := os.Create(w.profile)
	if err == nil {
		err = pprof.StartCPUProfile(file)
	}
	p := &process{pid: os.Getpid(), address: address, helpers: func() []int { return nil }}
	p.end = func() {
		pprof.StopCPUProfile()
		_ = file.Close()
		cancel()
		<-done //nolint:errcheck // it ended because it was told to
		_ = a.Close()
	}
	return p, err
}

// heapProfile writes what is in use, load included, where a profile is asked for.
func (w *world) heapProfile() error {
	if w.profile == "" {
		return nil
	}
	file, err := os.Create(w.profile + ".heap")
	if err != nil {
		return err
	}
	runtime.GC()
	return errors.Join(pprof.Lookup("heap").WriteTo(file, 0), file.Close())
}
