package bucket_test

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/twinseal/twinseal/internal/bucket"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestTakeCountsDownAndRefusesUntilTheWindowEnds(t *testing.T) {
	t.Parallel()
	limit := bucket.Limit{Burst: 2, Per: time.Minute}
	steps := []struct {
		at   time.Duration
		want bucket.Decision
	}{
		{0, bucket.Decision{Allowed: true, Remaining: 1}},
		{10 * time.Second, bucket.Decision{Allowed: true, Remaining: 0}},
		{20 * time.Second, bucket.Decision{RetryAfter: 40 * time.Second}},
		{time.Minute - 1, bucket.Decision{RetryAfter: time.Microsecond}},
		{time.Minute, bucket.Decision{Allowed: true, Remaining: 1}},
		{3 * time.Minute, bucket.Decision{Allowed: true, Remaining: 1}},
	}
	var state bucket.State
	for _, step := range steps {
		var got bucket.Decision
		state, got = bucket.Take(state, limit, noon.Add(step.at))
		if got != step.want {
			t.Errorf("at +%v: got %+v, want %+v", step.at, got, step.want)
		}
	}
}

func TestEdgesOfALimit(t *testing.T) {
	t.Parallel()
	open := noon.Add(time.Minute)
	cases := map[string]struct {
		state   bucket.State
		limit   bucket.Limit
		allowed bool
		count   int
	}{
		"burst 0 refuses the first hit":          {bucket.State{}, bucket.Limit{Burst: 0, Per: time.Minute}, false, 1},
		"a negative burst refuses":               {bucket.State{}, bucket.Limit{Burst: -3, Per: time.Minute}, false, 1},
		"the largest count is left alone":        {bucket.State{Count: math.MaxInt, Until: open}, bucket.Limit{Burst: 5, Per: time.Minute}, false, math.MaxInt},
		"the largest burst does not overflow":    {bucket.State{Count: 7, Until: open}, bucket.Limit{Burst: math.MaxInt, Per: time.Minute}, true, 8},
		"a damaged negative count gains nothing": {bucket.State{Count: -9, Until: open}, bucket.Limit{Burst: 1, Per: time.Minute}, true, 1},
		"the longest window does not overflow":   {bucket.State{}, bucket.Limit{Burst: 1, Per: math.MaxInt64}, true, 1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state, decision := bucket.Take(c.state, c.limit, noon)
			if decision.Allowed != c.allowed || state.Count != c.count {
				t.Errorf("got %+v, %+v", state, decision)
			}
			if !state.Until.After(noon) {
				t.Errorf("window ends at %v, before it began", state.Until)
			}
		})
	}
}

func TestAClockThatWentBackKeepsTheCountAndCapsTheWait(t *testing.T) {
	t.Parallel()
	limit := bucket.Limit{Burst: 1, Per: time.Minute}
	state, _ := bucket.Take(bucket.State{}, limit, noon.AddDate(1, 0, 0))

	state, decision := bucket.Take(state, limit, noon)
	if decision.Allowed || decision.RetryAfter != limit.Per {
		t.Fatalf("got %+v, want refused for one window", decision)
	}
	if _, decision = bucket.Take(state, limit, noon.Add(limit.Per)); !decision.Allowed {
		t.Errorf("still refused a window later: %+v", decision)
	}
}

func TestRefundGivesBackOneHitOfAnOpenWindow(t *testing.T) {
	t.Parallel()
	limit := bucket.Limit{Burst: 1, Per: time.Minute}
	state, _ := bucket.Take(bucket.State{}, limit, noon)
	if d := bucket.Peek(state, limit, noon); d.Allowed {
		t.Fatal("a full window allows one more")
	}
	state = bucket.Refund(state, noon)
	if d := bucket.Peek(state, limit, noon); !d.Allowed {
		t.Error("the refunded hit is refused")
	}
	if again := bucket.Refund(state, noon); again.Count != 0 {
		t.Errorf("an empty window gave back a hit: %+v", again)
	}
	late := bucket.State{Count: 1, Until: noon}
	if got := bucket.Refund(late, noon); got != late {
		t.Errorf("an ended window changed: %+v", got)
	}
}

func TestExpiredFromTheEndOfTheWindowOn(t *testing.T) {
	t.Parallel()
	s := bucket.State{Count: 1, Until: noon}
	if s.Expired(noon.Add(-1)) || !s.Expired(noon) || !(bucket.State{}).Expired(noon) {
		t.Error("a window is expired exactly from its end on")
	}
}

func TestValidateRefusesLimitsThatDoNotLimit(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		limit bucket.Limit
		valid bool
	}{
		"usual":           {bucket.Limit{Burst: 5, Per: time.Hour}, true},
		"refuse all":      {bucket.Limit{Burst: 0, Per: time.Hour}, true},
		"negative burst":  {bucket.Limit{Burst: -1, Per: time.Hour}, false},
		"no window":       {bucket.Limit{Burst: 1}, false},
		"negative window": {bucket.Limit{Burst: 1, Per: -time.Second}, false},
	}
	for name, c := range cases {
		if err := c.limit.Validate(); (err == nil) != c.valid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// history draws a limit and the instants of many hits in order.
func history(t *rapid.T) (bucket.Limit, []time.Time) {
	limit := bucket.Limit{
		Burst: rapid.IntRange(0, 6).Draw(t, "burst"),
		Per:   time.Duration(rapid.IntRange(1, 50).Draw(t, "per")) * time.Second,
	}
	now, hits := noon, []time.Time(nil)
	for _, gap := range rapid.SliceOfN(rapid.IntRange(0, 30_000), 1, 200).Draw(t, "gaps") {
		now = now.Add(time.Duration(gap) * time.Millisecond)
		hits = append(hits, now)
	}
	return limit, hits
}

func TestNoWindowAllowsMoreThanBurst(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limit, hits := history(t)
		var state bucket.State
		perWindow := map[time.Time]int{}
		var allowed []time.Time
		for _, now := range hits {
			var d bucket.Decision
			state, d = bucket.Take(state, limit, now)
			if d.Allowed {
				perWindow[state.Until]++
				allowed = append(allowed, now)
			}
		}
		for end, n := range perWindow {
			if n > limit.Burst {
				t.Fatalf("the window that ends at %v allowed %d of %d", end, n, limit.Burst)
			}
		}
		for i, first := range allowed {
			n := 0
			for _, at := range allowed[i:] {
				if at.Before(first.Add(limit.Per)) {
					n++
				}
			}
			if n > 2*limit.Burst {
				t.Fatalf("%d allowed within %v of %v, burst %d", n, limit.Per, first, limit.Burst)
			}
		}
	})
}

func TestDecisionsWithinAWindowAreMonotone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limit, hits := history(t)
		var state bucket.State
		remaining := map[time.Time]int{}
		for _, now := range hits {
			next, d := bucket.Take(state, limit, now)
			if next.Until.Equal(state.Until) && next.Count < state.Count {
				t.Fatalf("a counter fell from %d to %d inside its window", state.Count, next.Count)
			}
			if last, seen := remaining[next.Until]; seen && d.Remaining > last {
				t.Fatalf("remaining rose from %d to %d inside a window", last, d.Remaining)
			}
			if d.Allowed == (d.RetryAfter > 0) || d.RetryAfter > limit.Per {
				t.Fatalf("allowed=%v with a wait of %v", d.Allowed, d.RetryAfter)
			}
			if !d.Allowed && !bucket.Peek(next, limit, now.Add(d.RetryAfter)).Allowed && limit.Burst > 0 {
				t.Fatalf("refused again after the advised wait of %v", d.RetryAfter)
			}
			remaining[next.Until], state = d.Remaining, next
		}
	})
}

func TestAnyRowAndAnyClockKeepTheBounds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limit := bucket.Limit{
			Burst: rapid.Int().Draw(t, "burst"),
			Per:   time.Duration(rapid.Int64Range(1, math.MaxInt64).Draw(t, "per")),
		}
		state := bucket.State{
			Count: rapid.Int().Draw(t, "count"),
			Until: noon.Add(time.Duration(rapid.Int64().Draw(t, "until"))),
		}
		for range 5 {
			now := noon.Add(time.Duration(rapid.Int64().Draw(t, "now")))
			before := state
			var d bucket.Decision
			state, d = bucket.Take(state, limit, now)
			if state.Count < 1 {
				t.Fatalf("a hit left the count at %d", state.Count)
			}
			if state.Until.After(now.Add(limit.Per)) {
				t.Fatalf("the window ends %v after now, longer than %v", state.Until.Sub(now), limit.Per)
			}
			if now.Before(before.Until) && before.Count >= max(limit.Burst, 0) && d.Allowed && limit.Burst < math.MaxInt {
				t.Fatalf("a full open window allowed another hit: %+v then %+v", before, state)
			}
			if d.Remaining < 0 || d.RetryAfter < 0 || d.RetryAfter > limit.Per && limit.Per >= time.Microsecond {
				t.Fatalf("out of bounds: %+v", d)
			}
		}
	})
}
