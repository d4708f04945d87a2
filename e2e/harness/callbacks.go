package harness

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// Callback is a request that the server made to an application.
type Callback struct {
	Method string
	Path   string
	Query  string
	Header http.Header
	Body   []byte
}

// Callbacks is an application's web server that answers 200 to everything and remembers it.
type Callbacks struct {
	URL string // without a trailing slash; applications append paths of their own

	mu      sync.Mutex
	all     []Callback
	changed chan struct{} // closed and replaced with each callback
	refuse  int           // how many to refuse from now on
	only    string        // of those to this path; "" any
	refused int           // and how many were
}

// NewCallbacks listens on loopback until the test ends. Make it before the server that is to call it.
func NewCallbacks(t testing.TB) *Callbacks {
	t.Helper()
	c := &Callbacks{changed: make(chan struct{})}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	c.URL = server.URL
	return c
}

// Refuse has the next callbacks answered with an error.
func (c *Callbacks) Refuse(count int) { c.RefuseAt("", count) }

// RefuseAt is Refuse for those that go to one path.
func (c *Callbacks) RefuseAt(path string, count int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refuse, c.only = count, path
}

// ServeHTTP keeps a callback.
func (c *Callbacks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "the body did not come whole", http.StatusBadRequest)
		return
	}
	if c.keep(Callback{r.Method, r.URL.Path, r.URL.RawQuery, r.Header.Clone(), body}) {
		http.Error(w, "not now", http.StatusServiceUnavailable)
	}
}

func (c *Callbacks) keep(got Callback) (refused bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.changed)
	c.changed = make(chan struct{})
	if c.refuse > 0 && (c.only == "" || c.only == got.Path) {
		c.refuse--
		c.refused++
		return true
	}
	c.all = append(c.all, got)
	return false
}

// Await returns the first callback that matches, waiting for it if need be.
func (c *Callbacks) Await(t testing.TB, what string, match func(Callback) bool) Callback {
	t.Helper()
	return c.AwaitMore(t, what, 1, match)
}

// AwaitMore waits until so many callbacks match, and returns the last of them.
func (c *Callbacks) AwaitMore(t testing.TB, what string, count int, match func(Callback) bool) Callback {
	t.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for {
		got, changed, ok := c.find(count, match)
		if ok {
			return got
		}
		select {
		case <-changed:
		case <-limit.C:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// AwaitRefusal waits until a callback was refused.
func (c *Callbacks) AwaitRefusal(t testing.TB) {
	t.Helper()
	Until(t, "a refused callback", func() (int, bool) { return c.Refused(), c.Refused() > 0 })
}

// Refused is how many callbacks were refused so far.
func (c *Callbacks) Refused() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.refused
}

// Count is the number of callbacks so far that match.
func (c *Callbacks) Count(match func(Callback) bool) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	count := 0
	for _, got := range c.all {
		if match(got) {
			count++
		}
	}
	return count
}

func (c *Callbacks) find(count int, match func(Callback) bool) (Callback, chan struct{}, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, got := range c.all {
		if !match(got) {
			continue
		}
		if count--; count == 0 {
			return got, nil, true
		}
	}
	return Callback{}, c.changed, false
}
