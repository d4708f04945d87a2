package store

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Events are ordered by ids that begin with the time they were made, which is
// also the time of the event — unless its clock was set, as a sandbox's may be.
// The store keeps the largest difference it has seen, so that a span of time
// always becomes a range of ids that holds all its events.

const (
	// usualSkew needs no note: clocks are read some microseconds apart.
	usualSkew = time.Minute
	// noteStep rounds notes up, so that a clock that was set once is noted once.
	noteStep = time.Hour
	// anySkew says that ids tell nothing of times.
	anySkew = time.Duration(math.MaxInt64)
)

// idTime is the moment in a version 7 UUID.
func idTime(id mfa.EventID) (time.Time, bool) {
	if len(id) != 36 || id[14] != '7' {
		return time.Time{}, false
	}
	ms, err := strconv.ParseInt(string(id[:8])+string(id[9:13]), 16, 64)
	return time.UnixMilli(ms), err == nil
}

// noteSkew keeps the note true before an event is stored that would make it false.
func (w *writeRecords) noteSkew(id mfa.EventID, at time.Time) error {
	skew := anySkew
	if made, ok := idTime(id); ok {
		skew = made.Sub(at).Abs()
	}
	if skew <= usualSkew || int64(skew) <= w.store.skew.Load() {
		return nil
	}
	if skew < anySkew-noteStep {
		skew = skew.Truncate(noteStep) + noteStep
	}
	if err := w.raise(eventSkew, int64(skew)); err != nil {
		return err
	}
	w.tx.AfterCommit(func() {
		for known := w.store.skew.Load(); known < int64(skew) && !w.store.skew.CompareAndSwap(known, int64(skew)); {
			known = w.store.skew.Load()
		}
	})
	return nil
}

// idRange gives bounds, both exclusive, of the ids of all events in a span of time.
func (r *records) idRange(from, to time.Time) (after, before string, err error) {
	noted, _, err := r.number(counterValue, eventSkew)
	if err != nil {
		return "", "", err
	}
	skew := max(time.Duration(noted), usualSkew)
	before = "g" // no id has a digit that large
	if skew == anySkew {
		return "", before, nil
	}
	if !from.IsZero() {
		after = idPrefix(from.Add(-skew))
	}
	if !to.IsZero() {
		before = idPrefix(to.Add(skew).Add(time.Millisecond))
	}
	return after, before, nil
}

// idPrefix is what ids made in that millisecond begin with; they sort after it.
func idPrefix(t time.Time) string {
	ms := max(t.UnixMilli(), 0)
	return fmt.Sprintf("%08x-%04x", ms>>16, ms&0xffff)
}
