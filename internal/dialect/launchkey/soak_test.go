package launchkey_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/store"
)

// Numbers of the soak: a steady load for hours of the server's time.
const (
	soakShort  = 2_400     // with all tests
	soakLong   = 1_000_000 // with TWINSEAL_SOAK=1: the better part of an hour
	soakRate   = 20        // requests in each second of the server's time
	soakSweep  = 60        // seconds between two sweeps, as the worker's
	soakMemory = 65        // seconds for which a token is remembered: five that it lives, and twice thirty of leeway
	soakHeap   = 16 << 20  // bytes by which the heap may differ between the tenth and the last part
)

func TestReplaysAreRefusedWithoutGrowingMemory(t *testing.T) {
	t.Parallel()
	total := soakShort
	if os.Getenv("TWINSEAL_SOAK") != "" {
		total = soakLong
	}
	file := filepath.Join(t.TempDir(), "test.db")
	w := furnish(t, mfatest.New(t, store.Options{SQLitePath: file}))
	purged, sent := 0, 0
	var heapBefore, heapAfter, sizeBefore, sizeAfter int64
	for ; sent < total; sent += soakRate {
		w.second(t)
		w.Clock.Advance(time.Second)
		if (sent/soakRate)%soakSweep == soakSweep-1 {
			purged += w.sweepTokens()
			if left := sent + soakRate - purged; left > soakRate*(soakMemory+2) {
				t.Fatalf("after %d requests %d tokens are remembered", sent, left)
			}
		}
		if sent == total/10/soakRate*soakRate {
			heapBefore, sizeBefore = held(t, file)
		}
	}
	heapAfter, sizeAfter = held(t, file)
	if heapAfter > heapBefore+soakHeap {
		t.Errorf("the heap grew from %d to %d bytes", heapBefore, heapAfter)
	}
	if total == soakLong && sizeAfter > 2*sizeBefore {
		t.Errorf("the database grew from %d to %d bytes", sizeBefore, sizeAfter)
	}
	t.Logf("%d requests, %d tokens forgotten; heap %d, then %d bytes; database %d, then %d", sent, purged, heapBefore, heapAfter, sizeBefore, sizeAfter)
}

// second makes the requests of one second, on all processors, and replays one of them.
func (w *world) second(t *testing.T) {
	t.Helper()
	hands := runtime.GOMAXPROCS(0)
	problems := make(chan string, hands)
	var group sync.WaitGroup
	for hand := range hands {
		group.Go(func() {
			for i := hand; i < soakRate; i += hands {
				r := w.build(request{Key: "service", Issuer: onSvc, Subject: onSvc, Method: http.MethodGet, Path: auths + "/" + unknown})
				tries := []int{http.StatusNoContent}
				if i == hand {
					tries = append(tries, http.StatusUnauthorized)
				}
				for _, want := range tries {
					recorder := httptest.NewRecorder()
					if w.handler.ServeHTTP(recorder, r); recorder.Code != want {
						problems <- fmt.Sprintf("%d instead of %d", recorder.Code, want)
						return
					}
				}
			}
		})
	}
	group.Wait()
	close(problems)
	for problem := range problems {
		t.Fatal(problem)
	}
}

// sweepTokens forgets what the worker would, and says how many.
func (w *world) sweepTokens() int {
	w.tb.Helper()
	const batch = 500
	total := 0
	for {
		n := 0
		w.must(w.Store.Write(w.Context(), func(records mfa.WriteRecords) (err error) {
			n, err = records.PurgeProofs(w.Clock.Now(), batch)
			return err
		}))
		if total += n; n < batch {
			return total
		}
	}
}

// held is what the process and the database hold.
func held(t *testing.T, file string) (heap, size int64) {
	t.Helper()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	return int64(m.HeapAlloc), info.Size() //nolint:gosec // a heap of that size would not fit
}
