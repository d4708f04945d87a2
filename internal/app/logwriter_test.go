package app

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
)

func TestEveryLineOfTheLogArrivesOnceAndWhole(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := newLogWriter(&out)
	var group sync.WaitGroup
	const writers, lines = 16, 500
	for n := range writers {
		group.Go(func() {
			for i := range lines {
				fmt.Fprintf(w, "writer %d line %d\n", n, i)
				if i%100 == 0 {
					w.Flush()
				}
			}
		})
	}
	group.Wait()
	w.Flush()
	seen := map[string]bool{}
	for line := range strings.Lines(out.String()) {
		if seen[line] {
			t.Errorf("twice: %q", line)
		}
		seen[line] = true
	}
	if len(seen) != writers*lines {
		t.Errorf("%d lines arrived, want %d", len(seen), writers*lines)
	}
}
