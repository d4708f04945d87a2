package app_test

import (
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/app"
)

func TestTheSandboxClockGoesOnFromWhereItWasSet(t *testing.T) {
	t.Parallel()
	c := &app.SandboxClock{}
	between := func(what string, want time.Time, do func()) {
		t.Helper()
		do()
		// However slow the machine is, the clock shows the moment and goes on from it.
		before, begin := c.Now(), time.Now()
		after := c.Now()
		if before.Before(want) || after.Before(before) || after.Sub(before) > time.Since(begin)+time.Millisecond {
			t.Errorf("%s: it shows %s and then %s, want it from %s on", what, before, after, want)
		}
		if before.Location() != time.UTC || before.Nanosecond()%1000 != 0 {
			t.Errorf("%s: %s is finer than databases keep, or not in UTC", what, before)
		}
	}
	start := time.Now().Add(-time.Microsecond)
	between("at first", start, func() {})
	future := time.Date(2040, 1, 1, 0, 0, 0, 123456789, time.FixedZone("east", 7200))
	between("set", future.Truncate(time.Microsecond), func() { c.Set(future) })
	between("advanced", future.Add(time.Hour).Truncate(time.Microsecond), func() { c.Advance(time.Hour + 999) })
	past := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
	between("set back", past, func() { c.Set(past) })
	if c.Now().After(past.Add(time.Hour)) {
		t.Errorf("set back it shows %s", c.Now())
	}
	between("reset", start, c.Reset)
}
