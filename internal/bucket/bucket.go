// Package bucket is the arithmetic of rate limits: how many hits a window has
// seen, whether one more is allowed, and how long to wait. It reads no clock,
// stores nothing and keeps no state, so that the same rules hold wherever the
// counters live.
//
// A counter is one small row, (n, until). The first hit opens a window that
// ends at until; hits inside it are counted; the first hit at or after until
// opens the next one. Hence no window ever allows more than Limit.Burst hits,
// and a span of time as long as a window, however placed, no more than twice
// that, because it touches two windows at most.
//
// A store may load the row, call Take and save the result in one transaction,
// or do the same in a single statement, which is what Hit says in SQL:
//
//	INSERT INTO buckets (key, n, until) VALUES (:key, 1, :now + :per)
//	ON CONFLICT (key) DO UPDATE SET
//	  n     = CASE WHEN until <= :now       THEN 1
//	               WHEN n > :burst          THEN n
//	               ELSE n + 1 END,
//	  until = CASE WHEN until <= :now       THEN :now + :per
//	               WHEN until > :now + :per THEN :now + :per
//	               ELSE until END
//	RETURNING n, until
//
// Judge then reads the returned row. Every refused hit leaves n at Burst+1 and
// until where it was, so a flood neither overflows the counter nor prolongs
// the wait.
package bucket

import (
	"errors"
	"time"
)

// State is the row of one counter. The zero State has seen nothing.
type State struct {
	// Count is the number of hits in the window, the refused ones together
	// counting as one: it never exceeds Burst+1.
	Count int
	// Until is the end of the window. At that instant the window is over.
	Until time.Time
}

// Limit is what a counter is held against: Burst hits in a window of length Per.
// A Burst of zero or less refuses everything.
type Limit struct {
	Burst int
	Per   time.Duration
}

// Validate says whether the limit limits anything: a window without length would
// allow every hit, which is never what somebody who wrote a limit meant.
func (l Limit) Validate() error {
	if l.Burst < 0 {
		return errors.New("a limit cannot allow fewer than 0 hits: use 0 to refuse all")
	}
	if l.Per <= 0 {
		return errors.New("a limit needs a window longer than 0, such as 15m")
	}
	return nil
}

// Decision is what a counter says about one hit.
type Decision struct {
	Allowed bool
	// Remaining is how many more hits the window would allow.
	Remaining int
	// RetryAfter is zero for an allowed hit, otherwise the time to the end of
	// the window: positive, and never longer than Limit.Per.
	RetryAfter time.Duration
}

// Take counts one hit at the instant now and says whether it is allowed. The
// returned State replaces the given one whatever the decision.
func Take(s State, l Limit, now time.Time) (State, Decision) {
	s = Hit(s, l, now)
	return s, Judge(s, l, now)
}

// Hit is the row after one more hit. It is the single place where windows open
// and counters grow.
//
// A window that ends later than now+Per was opened by a clock that has since
// gone back, or under a longer limit. It is drawn in to now+Per and keeps its
// count: nobody gains hits by the correction, and nobody waits longer than Per.
func Hit(s State, l Limit, now time.Time) State {
	end := now.Add(l.Per)
	if !now.Before(s.Until) {
		return State{Count: 1, Until: end}
	}
	// Counts beyond the limit's are left alone, not raised: a flood must not
	// overflow. Negative ones come from a damaged row and count as none.
	count := max(s.Count, 0)
	if count <= max(l.Burst, 0) {
		count++
	}
	return State{Count: count, Until: earlier(s.Until, end)}
}

// Judge reads a row that already includes the hit in question, as Hit or the
// SQL statement returned it.
func Judge(s State, l Limit, now time.Time) Decision {
	if s.Count <= l.Burst {
		return Decision{Allowed: true, Remaining: l.Burst - max(s.Count, 0)}
	}
	return Decision{RetryAfter: s.wait(l, now)}
}

// Peek says what Take would answer, without counting: for limits on failures,
// where only the failed attempt is counted afterwards. Two that peek at the same
// time may both be let through, so whatever must hold under a race uses Take.
func Peek(s State, l Limit, now time.Time) Decision {
	_, d := Take(s, l, now)
	return d
}

// Refund gives one hit back, for an attempt that turned out not to count. It
// never reopens more than was taken: an ended or empty window stays as it is.
func Refund(s State, now time.Time) State {
	if s.Count > 0 && now.Before(s.Until) {
		s.Count--
	}
	return s
}

// Expired says that the row carries no information any more and may be purged.
func (s State) Expired(now time.Time) bool { return !now.Before(s.Until) }

// wait is the time to the end of the window, with at least one unit of the
// coarsest clock that a store keeps, so that a refused caller never reads zero.
func (s State) wait(l Limit, now time.Time) time.Duration {
	longest := max(l.Per, time.Microsecond)
	return min(max(s.Until.Sub(now), time.Microsecond), longest)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
