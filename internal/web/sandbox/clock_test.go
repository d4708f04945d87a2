package sandbox

import (
	"testing"
	"time"
)

// still is a clock that remembers what it was told.
type still struct{ now time.Time }

func (c *still) Now() time.Time          { return c.now }
func (c *still) Set(t time.Time)         { c.now = t }
func (c *still) Advance(d time.Duration) { c.now = c.now.Add(d) }
func (c *still) Reset()                  { c.now = time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC) }

func FuzzClock(f *testing.F) {
	f.Add([]byte(`{"now":"2026-03-01T09:30:00Z"}`))
	f.Add([]byte(`{"advance":"10m"}`))
	f.Add([]byte("advance=%2B10m&now=2026-03-01T09:30"))
	f.Add([]byte(`{"advance":"2562047h47m16.854775807s"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		wish, _, err := readChange(body)
		if err != nil {
			return
		}
		c := &still{now: time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)}
		before := c.now
		err = (&Sandbox{options: Options{Clock: c}}).apply(wish)
		if err != nil && !c.now.Equal(before) {
			t.Errorf("refused with %v, but the clock moved to %v", err, c.now)
		}
		if c.now.Before(earliest) || c.now.After(latest) {
			t.Errorf("the clock says %v", c.now)
		}
	})
}
