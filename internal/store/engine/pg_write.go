package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// pgWriter carries out groups of Writes on a connection of its own. It is used
// by one goroutine.
type pgWriter struct {
	options Options
	queue   *queue
	connect func(context.Context) (*pgClient, error)
	closing <-chan struct{} // closed with the engine: no more patience
	done    chan struct{}

	client *pgClient // nil when there is no connection
	used   time.Time // when the server last answered
	failed time.Time // when connecting was given up
	watch  watch
}

// Limits of a writer.
const (
	// regroups is how often the faultless part of a failed group is run as a
	// group again, before each runs alone.
	regroups = 3
	// firstPause and longestPause bound the time between two attempts to
	// connect, which go on for Options.Busy: a server restarts in that time.
	firstPause   = 20 * time.Millisecond
	longestPause = time.Second
	// trusted is how long after an answer a connection is taken to be alive. A
	// server that was restarted is mostly noticed by a Write that comes later.
	trusted = 100 * time.Millisecond
)

// errAgain asks for a transaction to be run again.
type errAgain struct{ cause error }

func (e errAgain) Error() string { return e.cause.Error() }

// loop runs groups until the queue is closed.
func (w *pgWriter) loop() {
	var group []*request
	for w.queue.wait() {
		// Whoever waits while the server cannot be reached may still give up.
		_ = w.ensure()
		group = w.queue.take(group, w.options.Group)
		w.serve(group, regroups)
		clear(group) // keeps no function alive
	}
	if w.client != nil {
		_ = w.client.close()
	}
	close(w.done)
}

// serve runs requests and answers them. If a group fails, those that may be
// the reason run alone, each in a transaction of its own, and the others as a
// group again.
func (w *pgWriter) serve(requests []*request, regroups int) {
	if len(requests) < 2 || regroups == 0 {
		for _, r := range requests {
			w.solo(r)
		}
		return
	}
	suspects, err := w.together(requests)
	var again errAgain
	switch {
	case errors.As(err, &again):
		others := without(requests, suspects)
		if len(suspects) == 0 {
			others = w.tryAgain(requests, again.cause)
		}
		w.serve(others, regroups-1)
		for _, r := range suspects {
			w.solo(r)
		}
	default:
		for _, r := range requests {
			if err != nil {
				r.err = err
			}
			r.answer(r.err)
		}
	}
}

// without returns the requests that are not suspects.
func without(requests, suspects []*request) []*request {
	var rest []*request
	for _, r := range requests {
		if !slices.Contains(suspects, r) {
			rest = append(rest, r)
		}
	}
	return rest
}

// tryAgain answers the requests that were begun too often and returns the rest.
func (w *pgWriter) tryAgain(requests []*request, cause error) []*request {
	var rest []*request
	for _, r := range requests {
		r.tries++
		switch {
		case r.gone:
			r.answer(errGoexit)
			continue
		case r.tries >= w.options.Tries:
			r.answer(cause)
			continue
		}
		rest = append(rest, r)
	}
	return rest
}

// together runs the functions in one transaction. An errAgain means that
// nothing was changed and that the suspects, or if there are none, the
// connection, are the reason.
func (w *pgWriter) together(requests []*request) (suspects []*request, err error) {
	if err := w.ensure(); err != nil {
		return nil, err
	}
	g := startGroup(requests)
	begun, ended := false, false
	for {
		parked, spoiled := g.wait()
		if spoiled && err == nil {
			err = errAgain{errAborted}
		}
		if len(parked) == 0 {
			break
		}
		if err != nil {
			g.abort(parked)
			continue
		}
		var round, later []*pgTx
		round, later, ended = g.next(parked)
		suspects, err = w.round(g, round, later, pgTrip{begin: !begun, commit: ended})
		begun = true
	}
	if err == nil && !ended {
		suspects, err = w.end(g.left, begun)
	}
	if err == nil {
		return nil, nil
	}
	w.rollback()
	for _, r := range requests {
		if (r.spoiled || r.gone) && !slices.Contains(suspects, r) {
			suspects = append(suspects, r)
		}
	}
	return suspects, err
}

// round carries out the calls that can go now, after those that nobody waits for:
// their own functions' and those of functions that have finished, whose locks
// others may have taken over.
func (w *pgWriter) round(g *pgGroup, round, later []*pgTx, trip pgTrip) (suspects []*request, err error) {
	if len(round) == 0 { // they wait for each other
		for _, t := range later {
			suspects = append(suspects, t.r)
		}
		g.abort(later)
		return suspects, errAgain{errAborted}
	}
	trip.later, g.left = g.left, nil
	for _, t := range round {
		trip.calls = append(trip.calls, &t.call)
		trip.later = append(trip.later, t.later...)
		t.later = nil
	}
	if fault := w.exchange(trip); fault != nil {
		g.abort(append(round, later...))
		return fault.suspects(), fault.outcome()
	}
	g.resume(round, later)
	return nil, nil
}

// end makes durable what was begun, and what was left for it.
func (w *pgWriter) end(left []*pgCall, begun bool) (suspects []*request, err error) {
	if !begun && len(left) == 0 {
		return nil, nil
	}
	trip := pgTrip{begin: !begun, commit: true, later: left}
	if fault := w.exchange(trip); fault != nil {
		return fault.suspects(), fault.outcome()
	}
	return nil, nil
}

// solo runs one function in its own transaction and answers it.
func (w *pgWriter) solo(r *request) {
	for {
		err := w.attempt(r)
		var again errAgain
		if !errors.As(err, &again) {
			r.answer(err)
			return
		}
		if len(w.tryAgain([]*request{r}, exhausted(again.cause))) == 0 {
			return
		}
	}
}

// exhausted is the error after the last try.
func exhausted(err error) error {
	if pgConflict(err) {
		return fmt.Errorf("%w: %w", ErrBusy, err)
	}
	return err
}

// attempt runs the function once. An errAgain means that nothing was changed
// and that the next attempt may do better.
func (w *pgWriter) attempt(r *request) error {
	if r.gone {
		return errGoexit
	}
	if err := w.ensure(); err != nil {
		return err
	}
	var trip pgTrip
	var unknown error
	t := startAlone(r, func(t *pgTx) error {
		trip = pgTrip{begin: trip.calls == nil, commit: t.call.last, later: t.later, calls: []*pgCall{&t.call}}
		t.later = nil
		fault := w.exchange(trip)
		if fault == nil {
			return nil
		}
		if fault.unknown {
			unknown = fault.outcome()
		}
		return fault.err
	})
	t.group.wait()
	switch {
	case unknown != nil:
		return unknown
	case r.err == nil && trip.commit:
		return nil
	case r.err == nil:
		return w.endAlone(t.later, trip.calls != nil)
	}
	again := t.err != nil && (w.client.lost() || pgConflict(t.err))
	w.rollback()
	if again {
		return errAgain{t.err}
	}
	return r.err
}

// endAlone is end for one function. A statement of its own that failed would
// fail again, unless others were in its way.
func (w *pgWriter) endAlone(left []*pgCall, begun bool) error {
	suspects, err := w.end(left, begun)
	if err == nil {
		return nil
	}
	w.rollback()
	var again errAgain
	if len(suspects) > 0 && errors.As(err, &again) && !pgConflict(again.cause) {
		return again.cause
	}
	return err
}

// exchange is one round trip, or two where nobody knows whether the server is
// still there: COMMIT is not sent to find out.
func (w *pgWriter) exchange(trip pgTrip) *pgFault {
	w.watch.begin(w.client)
	defer w.watch.end()
	if trip.begin && trip.commit && time.Since(w.used) > trusted {
		if fault := w.send(pgTrip{begin: true}); fault != nil {
			return fault
		}
		trip.begin = false
	}
	return w.send(trip)
}

func (w *pgWriter) send(trip pgTrip) *pgFault {
	fault := w.client.exchange(context.Background(), trip)
	if fault == nil {
		w.used = time.Now()
		return nil
	}
	if pgStale(fault.err) {
		_ = w.client.close()
	}
	if w.client.lost() {
		fault.calls, fault.unknown = nil, trip.commit
	}
	return fault
}

// rollback ends the transaction, if the server still has one.
func (w *pgWriter) rollback() {
	const idle = 'I'
	if w.client.lost() || w.client.conn.TxStatus() == idle {
		return
	}
	w.watch.begin(w.client)
	defer w.watch.end()
	if _, err := w.client.conn.Exec(context.Background(), "ROLLBACK").ReadAll(); err != nil {
		_ = w.client.close()
	}
}

// ensure connects if there is no connection. It tries for Options.Busy, unless
// it failed as recently as that: then once.
func (w *pgWriter) ensure() error {
	if w.client != nil && !w.client.lost() {
		return nil
	}
	w.client = nil
	patience := time.Now().Add(w.options.Busy)
	if time.Since(w.failed) < w.options.Busy {
		patience = time.Now()
	}
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		client, err := w.connect(context.Background())
		if err == nil {
			w.client = client
			return nil
		}
		if time.Now().After(patience) {
			w.failed = time.Now()
			return fmt.Errorf("connect to PostgreSQL: %w", err)
		}
		if !w.sleep(pause) {
			return ErrClosed
		}
	}
}

// sleep returns false when the engine is being closed.
func (w *pgWriter) sleep(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-w.closing:
		return false
	}
}
