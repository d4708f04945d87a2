package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/twinseal/twinseal/internal/factor/totp"
)

var validToken = []byte(`"token":"is valid"`)

// steps of a code that one moment accepts: the one before, the current one, the next.
const steps = 3

// verified is one round: token checks, and the same number of requests to the two yardsticks.
type verified struct{ checks, bare, swap result }

// verify measures token checks over HTTP, each durable before its answer, beside the bare handler. Every
// user presents the three codes that are valid at a moment, the older ones first; then the server's clock
// moves on, so that every check counts and none is a replay.
func (w *world) verify(ctx context.Context, bare, server *process) error {
	var rounds []verified
	for round := range w.rounds + 1 {
		one, err := w.verifyRound(ctx, bare, server)
		if err != nil {
			return err
		}
		if round > 0 || w.rounds == 0 { // the first warms up
			rounds = append(rounds, one)
		}
		if round < w.rounds { // the next needs fresh codes
			if err := w.advance(ctx, server, steps*30*time.Second); err != nil {
				return err
			}
		}
	}
	w.tellVerified(rounds)
	return nil
}

func (w *world) verifyRound(ctx context.Context, bare, server *process) (out verified, err error) {
	if err := w.align(ctx, server); err != nil {
		return out, err
	}
	requests, err := w.tokenRequests(server)
	if err != nil {
		return out, err
	}
	out.checks, err = share(server, w.clients, len(requests), func(c *connection, i int) error {
		if requests[i] == nil {
			return nil
		}
		status, body, err := c.do(requests[i])
		if err == nil && (status != 200 || !bytes.Contains(body, validToken)) {
			err = fmt.Errorf("check %d: %d %s", i, status, body)
		}
		return err
	})
	if err != nil {
		return out, err
	}
	if out.bare, err = w.bareRound(bare, len(requests)); err != nil {
		return out, err
	}
	out.swap, err = w.bareRound(w.swap, len(requests))
	return out, err
}

func (w *world) tellVerified(rounds []verified) {
	of := func(value func(verified) float64) []float64 {
		out := make([]float64, len(rounds))
		for i, r := range rounds {
			out[i] = value(r)
		}
		return out
	}
	errors := 0
	for _, r := range rounds {
		errors += r.checks.errors
	}
	ratios := of(func(r verified) float64 { return r.checks.rate() / r.bare.rate() })
	fmt.Fprintf(w.out, "token check: %.2f × bare (%.0f/s; %.3f ms CPU each, %.3f of it the database server's, bare %.3f; p99 %.1f ms; %d errors; rounds %s)\n",
		median(ratios),
		median(of(func(r verified) float64 { return r.checks.rate() })),
		median(of(func(r verified) float64 { return r.checks.cpuMillis() })),
		median(of(func(r verified) float64 { return r.checks.helpedMillis() })),
		median(of(func(r verified) float64 { return r.bare.cpuMillis() })),
		median(of(func(r verified) float64 {
			return float64(percentile(r.checks.latencies, 0.99).Microseconds()) / 1000
		})),
		errors, list(ratios))
	swaps := of(func(r verified) float64 { return r.swap.rate() / r.bare.rate() })
	fmt.Fprintf(w.out, "compare-and-set alone, durable: %.2f × bare (%.3f ms CPU each; rounds %s)\n",
		median(swaps), median(of(func(r verified) float64 { return r.swap.cpuMillis() })), list(swaps))
}

// align moves the server's clock to the beginning of a step, so that none ends in the middle of a round.
func (w *world) align(ctx context.Context, server *process) error {
	const step = 30 * time.Second
	now := w.now()
	return w.advance(ctx, server, now.Truncate(step).Add(step+time.Second).Sub(now))
}

func list(of []float64) string {
	var out strings.Builder
	for i, v := range of {
		if i > 0 {
			out.WriteString(" ")
		}
		fmt.Fprintf(&out, "%.2f", v)
	}
	return out.String()
}

func (w *world) tokenRequests(server *process) ([][]byte, error) {
	requests := make([][]byte, 0, steps*len(w.persons))
	now := w.now()
	// A whole number of rounds over the connections keeps each person on one of them, so that nobody's
	// newer code overtakes an older one.
	persons := w.persons[:len(w.persons)-len(w.persons)%w.clients]
	for step := -1; step < steps-1; step++ {
		for _, p := range persons {
			code, err := totp.Code(p.seed, p.totp, now.Add(time.Duration(step)*30*time.Second))
			if err != nil {
				return nil, err
			}
			// Of a million codes a few are the same at two neighbouring steps; the earlier is left out, because
			// the code counts for the newer.
			if p.collides(code, now, step) {
				requests = append(requests, nil)
				continue
			}
			requests = append(requests, fmt.Appendf(nil,
				"GET /protected/json/verify/%s/%d?force=true HTTP/1.1\r\nHost: %s\r\nX-Authy-API-Key: %s\r\nAccept: application/json\r\n\r\n",
				code, p.number, server.address, apiKey))
		}
	}
	return requests, nil
}

// collides reports whether one of the steps that follow has the same code.
func (p *person) collides(code string, now time.Time, step int) bool {
	for later := step + 1; later < steps-1; later++ {
		if other, err := totp.Code(p.seed, p.totp, now.Add(time.Duration(later)*30*time.Second)); err == nil && other == code {
			return true
		}
	}
	return false
}

func (w *world) bareRound(bare *process, operations int) (result, error) {
	requests := make([][]byte, swapRows)
	for i := range requests {
		requests[i] = fmt.Appendf(nil, "GET /protected/json/verify/123456/%d HTTP/1.1\r\nHost: %s\r\nX-Authy-API-Key: %s\r\nAccept: application/json\r\n\r\n",
			i, bare.address, apiKey)
	}
	return share(bare, w.clients, operations, func(c *connection, i int) error {
		status, _, err := c.do(requests[i%swapRows])
		if err == nil && status != 200 {
			err = fmt.Errorf("bare %d: %d", i, status)
		}
		return err
	})
}
