package main

import (
	"bytes"
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

// arrivalEvery keeps those who are going to wait from arriving faster than a server takes them in: what a request
// costs until it waits would be counted as the cost of waiting.
const arrivalEvery = 500 * time.Microsecond

// waiting is a held request.
type waiting struct {
	*connection
	woken chan time.Time
}

// crowd is many who wait at once, each for something of their own.
type crowd struct {
	who     string // "%d devices hold a poll"
	after   string // what wakes one
	request func(i int) ([]byte, error)
	wake    func(i int) error
	woken   func(c *connection, request []byte) error // returns when one was
}

// wait measures devices that hold a poll: their memory in the server, and how long after the application's
// request its one device is woken among all the others.
func (w *world) wait(ctx context.Context, _, server *process) error {
	return w.devicesWait(ctx, server, "%d devices hold a poll", api.PathChallenges+"?state=pending&wait=60", answered)
}

// stream measures the same of devices that hold a stream, as open apps do.
func (w *world) stream(ctx context.Context, _, server *process) error {
	return w.devicesWait(ctx, server, "%d devices hold a stream", api.PathStream, toldTwice)
}

func (w *world) devicesWait(ctx context.Context, server *process, who, path string, woken func(*connection, []byte) error) error {
	var asking *connection // opened when it is needed: a server does not wait long for the first request
	defer func() {
		if asking != nil {
			_ = asking.conn.Close()
		}
	}()
	return w.crowded(ctx, server, crowd{
		who: who, after: "the request was sent", woken: woken,
		request: func(i int) ([]byte, error) {
			return w.signed(server, w.persons[i], http.MethodGet, path, nil)
		},
		wake: func(i int) (err error) {
			if asking == nil {
				if asking, err = dial(server.address); err != nil {
					return err
				}
			}
			_, err = w.ask(asking, server, w.persons[i])
			return err
		},
	})
}

// answered returns when the request was.
func answered(c *connection, request []byte) error {
	status, _, err := c.do(request)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("answered %d", status)
	}
	return err
}

// toldTwice returns when the stream has had its second event: the first comes at once.
func toldTwice(c *connection, request []byte) error {
	if _, err := c.conn.Write(request); err != nil {
		return err
	}
	for events := 0; events < 2; {
		line, more, err := c.in.ReadLine()
		if err != nil {
			return err
		}
		if bytes.HasPrefix(line, []byte("data:")) {
			events++
		}
		for more && err == nil { // a line that is longer than the buffer
			_, more, err = c.in.ReadLine()
		}
	}
	return nil
}

func (w *world) crowded(ctx context.Context, server *process, c crowd) error {
	waiters := min(w.waiters, len(w.persons))
	before := server.residentMB()
	all := make([]*waiting, waiters)
	group := errgroup.Group{}
	group.SetLimit(w.clients)
	pace := time.NewTicker(arrivalEvery)
	defer pace.Stop()
	for i := range waiters {
		<-pace.C
		group.Go(func() (err error) {
			all[i], err = hold(server, c, i)
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
	latencies, err := c.wakeSome(ctx, all)
	for _, one := range all {
		_ = one.conn.Close()
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(w.out, "waiting: "+c.who+" at %.1f KiB each (%.0f → %.0f MB resident); woken p50 %.1f ms, p99 %.1f ms after "+c.after+"\n",
		waiters, (held-before)*1024/float64(waiters), before, held,
		float64(percentile(latencies, 0.5).Microseconds())/1000, float64(percentile(latencies, 0.99).Microseconds())/1000)
	return nil
}

// hold sends a request that the server holds, and hears from another goroutine when it is answered.
func hold(server *process, c crowd, i int) (*waiting, error) {
	conn, err := dial(server.address)
	if err != nil {
		return nil, err
	}
	request, err := c.request(i)
	if err != nil {
		return nil, err
	}
	h := &waiting{conn, make(chan time.Time, 1)}
	go func() {
		if c.woken(conn, request) == nil {
			h.woken <- time.Now()
		}
	}()
	return h, nil
}

// wakeSome wakes some of them, each once, and waits for their answer.
func (c crowd) wakeSome(ctx context.Context, all []*waiting) ([]time.Duration, error) {
	var latencies []time.Duration
	for _, i := range rand.Perm(len(all))[:min(wakes, len(all))] {
		began := time.Now()
		if err := c.wake(i); err != nil {
			return nil, err
		}
		select {
		case at := <-all[i].woken:
			latencies = append(latencies, at.Sub(began))
		case <-time.After(10 * time.Second):
			return nil, fmt.Errorf("number %d was not woken", i)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return latencies, nil
}
