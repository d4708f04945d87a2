package bus

import (
	"fmt"
	"log/slog"
	"maps"
	"strconv"
	"strings"
	"testing"
)

func batchOf(count int) batch {
	b := batch{topics: map[topic]struct{}{}}
	for i := range count {
		b.topics[topicOf(fmt.Sprint("challenge:", i))] = struct{}{}
	}
	return b
}

func TestABatchSurvivesItsPayloads(t *testing.T) {
	t.Parallel()
	for _, count := range []int{0, 1, topicsPerPayload, topicsPerPayload + 1, 5000} {
		sent := batchOf(count)
		payloads := sent.payloads(77)
		if want := (count + topicsPerPayload - 1) / topicsPerPayload; len(payloads) != want {
			t.Errorf("%d topics take %d payloads, want %d", count, len(payloads), want)
		}
		got := batchOf(0)
		for _, payload := range payloads {
			node, b, ok := parsePayload(payload)
			if !ok || node != 77 || len(payload) > payloadLimit || strings.ContainsAny(payload, "\x00\n") {
				t.Fatalf("bad payload of %d bytes from %d: %v", len(payload), node, ok)
			}
			maps.Copy(got.topics, b.topics)
		}
		if !maps.Equal(got.topics, sent.topics) {
			t.Errorf("%d topics became %d others", len(sent.topics), len(got.topics))
		}
	}
	node, b, ok := parsePayload(batch{everything: true}.payloads(5)[0])
	if !ok || node != 5 || !b.everything {
		t.Errorf("everything became %v %v %v", node, b, ok)
	}
}

func TestUnreadablePayloadsAreRefused(t *testing.T) {
	t.Parallel()
	good := batchOf(2).payloads(1)[0]
	for name, payload := range map[string]string{
		"empty": "", "head alone cut": good[:headSize-1], "other format": "2" + good[1:], "cut": good[:len(good)-1],
		"other alphabet": good[:headSize] + "+++++++++++", "two stars": good[:headSize] + "**", "loose bits": good[:headSize] + "AAAAAAAAAAB",
	} {
		if _, _, ok := parsePayload(payload); ok {
			t.Errorf("%s: accepted %q", name, payload)
		}
	}
}

func FuzzParsePayload(f *testing.F) {
	f.Add(batchOf(1).payloads(1)[0])
	f.Add(batchOf(3).payloads(1)[0])
	f.Add(batch{everything: true}.payloads(9)[0])
	f.Add("2 something of a later version")
	f.Fuzz(func(t *testing.T, payload string) {
		node, b, ok := parsePayload(payload)
		if !ok || b.empty() || len(b.topics) > topicsPerPayload {
			return
		}
		again := b.payloads(node)
		node2, b2, ok2 := parsePayload(again[0])
		if len(again) != 1 || !ok2 || node2 != node || b2.everything != b.everything || !maps.Equal(b.topics, b2.topics) {
			t.Fatalf("%q changed in transit", payload)
		}
	})
}

func newTestBus(t *testing.T) *Postgres {
	t.Helper()
	p, err := NewPostgres("postgres://nobody@127.0.0.1:1/none?pool_max_conns=4", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func woken(s *Subscription) bool {
	select {
	case <-s.C():
		return true
	default:
		return false
	}
}

func TestANodeIgnoresItsOwnNotifications(t *testing.T) {
	t.Parallel()
	p := newTestBus(t)
	s := p.Subscribe("a")
	mine := batch{topics: map[topic]struct{}{topicOf("a"): {}}}
	p.receive(mine.payloads(p.node)[0])
	p.receive(batch{everything: true}.payloads(p.node)[0])
	if woken(s) || len(p.missed) != 0 {
		t.Error("its own notification woke it")
	}
	p.receive(mine.payloads(p.node + 1)[0])
	if !woken(s) {
		t.Error("another node's notification did not wake it")
	}
}

func TestWhatCannotBeReadWakesAll(t *testing.T) {
	t.Parallel()
	for name, payload := range map[string]string{"later version": "2abc", "everything": batch{everything: true}.payloads(1)[0]} {
		p := newTestBus(t)
		p.receive(payload)
		if len(p.missed) != 1 {
			t.Errorf("%s: subscribers are left asleep", name)
		}
	}
}

func TestTooMuchForOneBatchBecomesEverything(t *testing.T) {
	t.Parallel()
	o := newOutgoing()
	for i := range pendingLimit + 1 {
		o.add([]string{strconv.Itoa(i)})
	}
	o.add([]string{"one more"})
	if b := o.take(); !b.everything || len(b.topics) != 0 {
		t.Errorf("kept %d topics", len(b.topics))
	}
	if b := o.take(); !b.empty() {
		t.Error("taken twice")
	}
}

func TestABatchGivenBackJoinsWhatCameMeanwhile(t *testing.T) {
	t.Parallel()
	o := newOutgoing()
	o.add([]string{"a", "b", "a"})
	b := o.take()
	<-o.ready
	o.add([]string{"b", "c"})
	o.giveBack(b)
	if got := o.take(); len(got.topics) != 3 || len(o.ready) != 1 {
		t.Errorf("%d topics pending, ready %d", len(got.topics), len(o.ready))
	}
	o.add([]string{"a"})
	o.giveBack(batch{everything: true})
	if got := o.take(); !got.everything {
		t.Error("everything was forgotten")
	}
}

func TestAllAreWokenInSmallSlices(t *testing.T) {
	t.Parallel()
	var l Local
	subs := make([]*Subscription, 10_000)
	for i := range subs {
		subs[i] = l.Subscribe(fmt.Sprintf("challenge:0197a1b2-0000-7000-8000-%012d", i))
	}
	total := 0
	for i := range l.shards {
		slice := l.shards[i].wakeAll()
		if slice > len(subs)/16 {
			t.Errorf("shard %d wakes %d of %d at once", i, slice, len(subs))
		}
		total += slice
	}
	for _, s := range subs {
		if !woken(s) {
			t.Fatal("somebody was left asleep")
		}
	}
	if total != len(subs) {
		t.Errorf("woke %d of %d", total, len(subs))
	}
}
