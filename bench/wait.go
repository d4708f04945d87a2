package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/twinseal/twinseal/api"
)

// wakes is how many requests are made while everybody waits.
const wakes = 500

// waiting is a device's held poll.
type waiting struct {
	*connection
	woken chan time.Time
}

// wait measures devices that hold a poll: their memory in the server, and how long after the application's
// request its one device is woken among all the others.
func (w *world) wait(ctx context.Context, _, server *process) error {
	waiters := min(w.waiters, len(w.persons))
	before := server.residentMB()
	all := make([]*waiting, waiters)
	group := errgroup.Group{}
	group.SetLimit(w.clients)
	for i := range waiters {
		group.Go(func() (err error) {
			all[i], err = w.hold(server, w.persons[i])
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	time.Sleep(3 * time.Second) // lets the server's memory settle
	held := server.residentMB()
	if err := w.heapProfile(); err != nil {
		return err
	}
	latencies, err := w.wake(ctx, server, all)
	for _, c := range all {
		_ = c.conn.Close()
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(w.out, "waiting: %d devices hold a poll at %.1f KiB each (%.0f → %.0f MB resident); woken p50 %.1f ms, p99 %.1f ms after the request was sent\n",
		waiters, (held-before)*1024/float64(waiters), before, held,
		float64(percentile(latencies, 0.5).Microseconds())/1000, float64(percentile(latencies, 0.99).Microseconds())/1000)
	return nil
}

// hold sends a poll that the server holds, and hears from another goroutine when it is answered.
func (w *world) hold(server *process, p *person) (*waiting, error) {
	c, err := dial(server.address)
	if err != nil {
		return nil, err
	}
	request, err := w.signed(server, p, http.MethodGet, api.PathChallenges+"?state=pending&wait=60", nil)
	if err != nil {
		return nil, err
	}
	h := &waiting{c, make(chan time.Time, 1)}
	go func() {
		status, _, err := c.do(request)
		if err == nil && status == http.StatusOK {
			h.woken <- time.Now()
		}
	}()
	return h, nil
}

// wake asks some of the people, each once, and waits for their device's poll.
func (w *world) wake(ctx context.Context, server *process, all []*waiting) ([]time.Duration, error) {
	asking, err := dial(server.address)
	if err != nil {
		return nil, err
	}
	defer func() { _ = asking.conn.Close() }()
	var latencies []time.Duration
	for _, i := range rand.Perm(len(all))[:min(wakes, len(all))] {
		began := time.Now()
		if _, err := w.ask(asking, server, w.persons[i]); err != nil {
			return nil, err
		}
		select {
		case at := <-all[i].woken:
			latencies = append(latencies, at.Sub(began))
		case <-time.After(10 * time.Second):
			return nil, fmt.Errorf("device %d was not woken", i)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return latencies, nil
}
