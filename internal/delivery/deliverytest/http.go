package deliverytest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// Provider is a fake that speaks HTTP.
type Provider struct {
	// Check complains about a request that the real provider would not take.
	Check func(t *testing.T, r *http.Request, body []byte)
	// Answers are status and body by mode; Accepts is a must. Hangs and Absent need none.
	Answers map[Mode]Answer
}

// Answer is what the fake says.
type Answer struct {
	Status int
	Body   string
}

// Start runs the fake on the loopback interface until the test ends and gives its address.
func (p Provider) Start(t *testing.T, m Mode) string {
	t.Helper()
	gone := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		p.Check(t, r, body)
		if m == Hangs {
			select {
			case <-r.Context().Done():
			case <-gone:
			}
			return
		}
		answer := p.Answers[m]
		w.WriteHeader(answer.Status)
		_, _ = io.WriteString(w, answer.Body)
	}))
	if m == Absent {
		server.Close()
	}
	t.Cleanup(func() {
		close(gone)
		server.Close()
	})
	return server.URL
}

// Client is for calling the fake; its connections end with the test.
func Client(t *testing.T, c *http.Client) *http.Client {
	t.Helper()
	t.Cleanup(c.CloseIdleConnections)
	return c
}
