package harness

import (
	"testing"
	"time"
)

const (
	// patience is how long anything may take before a test gives up. It is no promise of the product, only far
	// more than a busy machine needs.
	patience = 30 * time.Second
	// pause is the time between two looks at something that sends no signal.
	pause = 10 * time.Millisecond
)

// Until looks again and again until it finds what it waits for, and fails the test when it never does.
func Until[T any](t testing.TB, what string, look func() (T, bool)) T {
	t.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		if found, ok := look(); ok {
			return found
		}
		select {
		case <-tick.C:
		case <-limit.C:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}
