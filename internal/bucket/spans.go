package bucket

import (
	"encoding/binary"
	"errors"
	"slices"
	"time"
)

// Spans is how often something happened, in spans of time that grow wider the longer ago they are: seconds for the
// last minute, then quarters of a minute, minutes, quarters of an hour and quarters of a day. A month of it takes 2 KiB at
// most, and a few bytes for what happens rarely. The zero value has seen nothing.
type Spans struct {
	spans []span // the latest first
}

type span struct {
	start int64 // seconds since 1970, a multiple of the width
	count int64
}

// A span is as wide as its age says. Each width divides the next, and lasts until the longest window that is counted
// by it has passed with one span of the next width to spare, so that a span that is widened has left that window whole.
var widths = []struct{ until, width int64 }{
	{60 + 15, 1},
	{15*60 + 60, 15},
	{3600 + 15*60, 60},
	{24*3600 + 6*3600, 15 * 60},
	{LongestSpan, 6 * 3600},
}

// LongestSpan is how far back Spans reach, in seconds: thirty days and a span of the widest.
const LongestSpan = 30*24*3600 + 6*3600

func widthAt(age int64) int64 {
	for _, w := range widths {
		if age <= w.until {
			return w.width
		}
	}
	return 0
}

var errSpans = errors.New("counts cannot be read")

// ParseSpans reads what Append wrote.
func ParseSpans(packed []byte) (Spans, error) {
	var s Spans
	var at int64
	for len(packed) > 0 {
		start, n := binary.Uvarint(packed)
		if n <= 0 || start > 1<<62 {
			return Spans{}, errSpans
		}
		count, m := binary.Uvarint(packed[n:])
		if m <= 0 || count > 1<<62 {
			return Spans{}, errSpans
		}
		if packed = packed[n+m:]; s.spans != nil {
			at -= int64(start)
		} else {
			at = int64(start)
		}
		s.spans = append(s.spans, span{at, int64(count)})
	}
	return s, nil
}

// Append packs it.
func (s Spans) Append(to []byte) []byte {
	var before int64
	for i, at := range s.spans {
		if i == 0 {
			to = binary.AppendUvarint(to, uint64(at.start))
		} else {
			to = binary.AppendUvarint(to, uint64(before-at.start))
		}
		to = binary.AppendUvarint(to, uint64(at.count))
		before = at.start
	}
	return to
}

// Add counts one more at that moment. Where the clock has gone back, what was counted ahead of it counts as of now.
func (s Spans) Add(at time.Time) Spans {
	now := max(at.Unix(), 0)
	out := Spans{make([]span, 1, len(s.spans)+1)}
	out.spans[0] = span{now, 1}
	for _, old := range s.spans {
		start := min(old.start, now)
		width := widthAt(now - start)
		if width == 0 {
			break
		}
		start -= start % width
		if last := &out.spans[len(out.spans)-1]; last.start == start {
			last.count += old.count
			continue
		}
		out.spans = append(out.spans, span{start, old.count})
	}
	slices.SortStableFunc(out.spans, func(a, b span) int { return int(b.start - a.start) })
	return out
}

// Within counts what happened in the windows of those lengths that end at that moment, the shortest first. A span counts
// until all of it has left a window.
func (s Spans) Within(at time.Time, windows []time.Duration, counts []int64) {
	now := max(at.Unix(), 0)
	for _, old := range s.spans {
		end := min(old.start, now) + widthAt(now-min(old.start, now))
		for i, w := range windows {
			if end > now-int64(w/time.Second) {
				counts[i] += old.count
			}
		}
	}
}
