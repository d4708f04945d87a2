package app

import (
	"sync/atomic"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// systemClock is the machine's clock as the domain wants it: UTC, at microseconds.
type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// SandboxClock runs like the machine's clock, shifted by what a test set.
type SandboxClock struct{ shift atomic.Int64 }

// Now is the shifted time.
func (c *SandboxClock) Now() time.Time {
	return systemClock{}.Now().Add(time.Duration(c.shift.Load()))
}

// Set makes it that time now, to the microsecond, which is the finest that databases keep.
func (c *SandboxClock) Set(t time.Time) {
	c.shift.Store(int64(t.Sub(systemClock{}.Now()).Truncate(time.Microsecond)))
}

// Advance moves it forward, or back for a negative duration.
func (c *SandboxClock) Advance(d time.Duration) { c.shift.Add(int64(d.Truncate(time.Microsecond))) }

// Reset brings it back to the machine's time.
func (c *SandboxClock) Reset() { c.shift.Store(0) }

// movedClock is the sandbox's clock as its page moves it: the worker looks again at what is due, because it
// waits by the machine's time.
type movedClock struct {
	*SandboxClock
	waker mfa.Waker
}

// Set makes it that time now.
func (c movedClock) Set(t time.Time) {
	c.SandboxClock.Set(t)
	c.waker.Announce(mfa.TopicDeliveries)
}

// Advance moves it.
func (c movedClock) Advance(d time.Duration) {
	c.SandboxClock.Advance(d)
	c.waker.Announce(mfa.TopicDeliveries)
}

// Reset brings it back.
func (c movedClock) Reset() {
	c.SandboxClock.Reset()
	c.waker.Announce(mfa.TopicDeliveries)
}
