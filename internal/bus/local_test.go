package bus_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/bus"
)

// anyBus is what both kinds promise.
type anyBus interface {
	Announce(topics ...string)
	Subscribe(topic string) *bus.Subscription
	Run(ctx context.Context) error
}

var (
	_ anyBus = (*bus.Local)(nil)
	_ anyBus = (*bus.Postgres)(nil)
)

// patience is how long a wake-up may take before something is broken.
const patience = time.Minute

func mustWake(t *testing.T, s *bus.Subscription, why string) {
	t.Helper()
	select {
	case <-s.C():
	case <-time.After(patience):
		t.Fatalf("not woken: %s", why)
	}
}

func mustRest(t *testing.T, s *bus.Subscription, why string) {
	t.Helper()
	select {
	case <-s.C():
		t.Fatalf("woken: %s", why)
	default:
	}
}

func TestAnnounceWakesTheTopicsSubscribersAlone(t *testing.T) {
	t.Parallel()
	var b bus.Local
	first, second, other := b.Subscribe("a"), b.Subscribe("a"), b.Subscribe("b")
	b.Announce("a", "nobody listens")
	mustWake(t, first, "subscribed to a")
	mustWake(t, second, "subscribed to a")
	mustRest(t, other, "subscribed to b")
	b.Announce()
	mustRest(t, first, "nothing was announced")
	b.Announce("b", "a")
	mustWake(t, other, "second announcement")
	mustWake(t, first, "second announcement")
}

func TestAnnouncementsThatNobodyReadsAreOneWakeUp(t *testing.T) {
	t.Parallel()
	var b bus.Local
	s := b.Subscribe("a")
	for range 1000 {
		b.Announce("a", "a")
	}
	mustWake(t, s, "announced a thousand times")
	mustRest(t, s, "the wake-ups were not made one")
}

func TestAClosedSubscriptionIsSilentAndItsNeighboursAreNot(t *testing.T) {
	t.Parallel()
	for closing := range 3 {
		var b bus.Local
		subs := []*bus.Subscription{b.Subscribe("a"), b.Subscribe("a"), b.Subscribe("a")}
		subs[closing].Close()
		subs[closing].Close()
		b.Announce("a")
		for i, s := range subs {
			if i == closing {
				mustRest(t, s, "closed")
			} else {
				mustWake(t, s, "still open")
			}
		}
		late := b.Subscribe("a")
		for _, s := range subs {
			s.Close()
		}
		b.Announce("a")
		mustWake(t, late, "subscribed while others left")
	}
}

func TestOneOfTenThousandIsWoken(t *testing.T) {
	t.Parallel()
	var b bus.Local
	subs := make([]*bus.Subscription, 10_000)
	for i := range subs {
		subs[i] = b.Subscribe(fmt.Sprintf("challenge:%d", i))
	}
	b.Announce("challenge:7531")
	for i, s := range subs {
		if i == 7531 {
			mustWake(t, s, "its topic was announced")
		} else {
			mustRest(t, s, "another topic was announced")
		}
	}
}

func TestManySubscribeAnnounceAndCloseAtOnce(t *testing.T) {
	t.Parallel()
	var b bus.Local
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			for i := range 500 {
				name := fmt.Sprint("topic ", (worker+i)%5)
				s := b.Subscribe(name)
				b.Announce(name)
				select {
				case <-s.C():
				default:
					t.Error("an announcement after Subscribe was missed")
				}
				s.Close()
			}
		})
	}
	all.Wait()
}

func TestLocalRunsUntilTold(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := (&bus.Local{}).Run(ctx); err != nil {
		t.Error(err)
	}
}

//nolint:paralleltest // it measures the heap
func TestASubscriptionIsSmall(t *testing.T) {
	const count, limit = 10_000, 300
	names := make([]string, count)
	for i := range names {
		names[i] = fmt.Sprintf("challenge:0197a1b2-0000-7000-8000-%012d", i)
	}
	subs := make([]*bus.Subscription, count)
	var b bus.Local
	before := heap()
	for i, name := range names {
		subs[i] = b.Subscribe(name)
	}
	each := int64(heap()-before) / count
	t.Logf("%d bytes a subscription", each)
	if each > limit {
		t.Errorf("a subscription takes %d bytes, want %d at most", each, limit)
	}
	runtime.KeepAlive(names)
	runtime.KeepAlive(subs)
	runtime.KeepAlive(&b)
}

func heap() uint64 {
	runtime.GC()
	runtime.GC() // what pools let go of is freed by the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func BenchmarkAnnounceToOneOfTenThousand(b *testing.B) {
	var local bus.Local
	for i := range 10_000 {
		local.Subscribe(fmt.Sprintf("challenge:%d", i))
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			local.Announce("challenge:42")
		}
	})
}
