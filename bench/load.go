package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"slices"
	"strconv"
	"sync"
	"time"
)

// connection is a keep-alive connection that costs the load generator little: requests are made ahead, and
// of an answer only status, length and body are looked at.
type connection struct {
	conn net.Conn
	in   *bufio.Reader
	body []byte
}

func dial(address string) (*connection, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	return &connection{conn: conn, in: bufio.NewReaderSize(conn, 4096)}, nil
}

var contentLength = []byte("Content-Length:")

// do sends a whole request and reads the answer. The body is good until the next call.
func (c *connection) do(request []byte) (status int, body []byte, err error) {
	if _, err := c.conn.Write(request); err != nil {
		return 0, nil, err
	}
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return 0, nil, err
	}
	if len(line) < 12 {
		return 0, nil, fmt.Errorf("odd status line %q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, nil, err
	}
	length := 0
	for {
		if line, err = c.in.ReadSlice('\n'); err != nil {
			return 0, nil, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		if rest, ok := bytes.CutPrefix(line, contentLength); ok {
			if length, err = strconv.Atoi(textproto.TrimString(string(rest))); err != nil {
				return 0, nil, err
			}
		}
	}
	if cap(c.body) < length {
		c.body = make([]byte, length)
	}
	c.body = c.body[:length]
	_, err = io.ReadFull(c.in, c.body)
	return status, c.body, err
}

// result is one measured round.
type result struct {
	operations int
	errors     int
	took       time.Duration
	cpu        time.Duration // of the server and its helpers
	helped     time.Duration // of its helpers alone
	latencies  []time.Duration
}

func (r result) rate() float64 { return float64(r.operations) / r.took.Seconds() }

func (r result) cpuMillis() float64 {
	return float64(r.cpu.Microseconds()) / 1000 / float64(max(r.operations, 1))
}

// share runs work over connections, each taking the next index, and measures the server meanwhile.
func share(server *process, clients, operations int, work func(c *connection, i int) error) (result, error) {
	connections := make([]*connection, clients)
	for i := range connections {
		c, err := dial(server.address)
		if err != nil {
			return result{}, err
		}
		connections[i] = c
	}
	r := result{operations: operations}
	var mu sync.Mutex
	var first error
	var group sync.WaitGroup
	own, helped := server.cpu()
	start := time.Now()
	for n, c := range connections {
		group.Go(func() {
			for i := n; i < operations; i += clients {
				began := time.Now()
				err := work(c, i)
				took := time.Since(began)
				mu.Lock()
				r.latencies = append(r.latencies, took)
				if err != nil {
					r.errors++
					if first == nil {
						first = err
					}
				}
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	group.Wait()
	r.took = time.Since(start)
	ownAfter, helpedAfter := server.cpu()
	r.helped = helpedAfter - helped
	r.cpu = ownAfter - own + r.helped
	for _, c := range connections {
		_ = c.conn.Close()
	}
	return r, first
}

func (r result) helpedMillis() float64 {
	return float64(r.helped.Microseconds()) / 1000 / float64(max(r.operations, 1))
}

func percentile(of []time.Duration, p float64) time.Duration {
	if len(of) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(of))
	return sorted[min(len(sorted)-1, int(p*float64(len(sorted))))]
}

func median(of []float64) float64 {
	sorted := slices.Sorted(slices.Values(of))
	return sorted[len(sorted)/2]
}
