package bucket_test

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/bucket"
)

// windows with how much later than its end a window may still count something: the width of the spans by which it is
// counted.
var windows = []struct{ length, slack time.Duration }{
	{time.Minute, time.Second},
	{5 * time.Minute, 15 * time.Second},
	{15 * time.Minute, 15 * time.Second},
	{time.Hour, time.Minute},
	{6 * time.Hour, 15 * time.Minute},
	{24 * time.Hour, 15 * time.Minute},
	{7 * 24 * time.Hour, 6 * time.Hour},
	{30 * 24 * time.Hour, 6 * time.Hour},
}

func counts(s bucket.Spans, at time.Time) []int64 {
	lengths, out := make([]time.Duration, len(windows)), make([]int64, len(windows))
	for i, w := range windows {
		lengths[i] = w.length
	}
	s.Within(at, lengths, out)
	return out
}

// Whatever happened in a window is counted, and nothing that is longer ago than the window and one span of it.
func TestWindowsCountWhatHappenedInThem(t *testing.T) {
	t.Parallel()
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 1))
		at := time.Date(2031, 3, 14, 15, 9, 26, 0, time.UTC)
		var happened []time.Time
		var s bucket.Spans
		for range 300 {
			at = at.Add(time.Duration(random.ExpFloat64() * float64([]time.Duration{time.Second, time.Minute, time.Hour, 12 * time.Hour}[random.IntN(4)])))
			happened = append(happened, at)
			s = again(t, s.Add(at))
			for i, got := range counts(s, at) {
				least, most := since(happened, at.Add(-windows[i].length)), since(happened, at.Add(-windows[i].length-windows[i].slack-time.Second))
				if got < least || got > most {
					t.Fatalf("seed %d, %v: counted %d, want %d to %d", seed, windows[i].length, got, least, most)
				}
			}
		}
	}
}

func since(happened []time.Time, from time.Time) int64 {
	n := int64(0)
	for _, at := range happened {
		if at.After(from) {
			n++
		}
	}
	return n
}

// again packs and reads.
func again(t *testing.T, s bucket.Spans) bucket.Spans {
	t.Helper()
	packed := s.Append(nil)
	if len(packed) > 2<<10 {
		t.Fatalf("%d bytes", len(packed))
	}
	out, err := bucket.ParseSpans(packed)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAClockThatWentBackCountsOnAsOfNow(t *testing.T) {
	t.Parallel()
	now := time.Date(2031, 3, 14, 15, 9, 26, 0, time.UTC)
	s := bucket.Spans{}.Add(now.Add(48 * time.Hour)).Add(now)
	if got := counts(s, now); got[0] != 2 {
		t.Errorf("counted %d, want both", got[0])
	}
	if got := counts(s.Add(now.Add(2*time.Hour)), now.Add(2*time.Hour)); got[0] != 1 || got[4] != 3 {
		t.Errorf("two hours later %v, want 1 in a minute and 3 in six hours", got)
	}
}

func TestAMonthOfSecondsStaysSmall(t *testing.T) {
	t.Parallel()
	at := time.Date(2031, 3, 14, 15, 9, 26, 0, time.UTC)
	var s bucket.Spans
	for range 40_000 {
		at = at.Add(67 * time.Second)
		s = again(t, s.Add(at))
	}
	if got := counts(s, at); got[7] < 38_000 {
		t.Errorf("a month counts %d", got[7])
	}
}

func FuzzParseSpans(f *testing.F) {
	f.Add([]byte(nil))
	f.Add(bucket.Spans{}.Add(time.Unix(1_900_000_000, 0)).Append(nil))
	f.Add(bytes.Repeat([]byte{0xff}, 20))
	f.Fuzz(func(t *testing.T, packed []byte) {
		s, err := bucket.ParseSpans(packed)
		if err != nil {
			return
		}
		counts(s.Add(time.Unix(1_900_000_000, 0)), time.Unix(1_900_000_000, 0))
		s.Append(nil)
	})
}
