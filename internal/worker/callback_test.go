package worker_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/worker"
)

// dialect renders the address that stands in the event's data, counting its tries.
type dialect struct {
	mu       sync.Mutex
	rendered int
	method   string
}

func (*dialect) Dialect() string        { return "test" }
func (*dialect) Wants(mfa.Event) string { return "" }

func (d *dialect) Render(ctx context.Context, p mfa.CallbackPayload) (*http.Request, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.rendered++
	var address string
	if err := json.Unmarshal(p.Event.Data, &address); err != nil {
		return nil, err
	}
	switch address {
	case "nobody":
		return nil, nil
	case "error":
		return nil, mfa.Permanent(errors.New("no key"))
	}
	r, err := http.NewRequestWithContext(ctx, d.method, address, strings.NewReader("{}"))
	if err == nil {
		r.Header.Set("X-Try", fmt.Sprint(d.rendered))
	}
	return r, err
}

// wire answers requests without a network, so that time can be fake.
type wire func(*http.Request) (int, error)

func (w wire) RoundTrip(r *http.Request) (*http.Response, error) {
	status, err := w(r)
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Location": {"http://elsewhere.test/"}}, Body: io.NopCloser(strings.NewReader("")), Request: r}, nil
}

func newCaller(o *outbox, d *dialect, client *http.Client) *worker.Worker {
	return &worker.Worker{Store: o, Clock: o, Waker: o, HTTP: client, Callbacks: map[string]mfa.Callback{"test": d}}
}

func TestACallbackIsRenderedAnewUntilItIsTaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, d := newOutbox(), &dialect{method: http.MethodPost}
		answers := []int{500, 404, 302, 204}
		var tries []string
		stop := running(t, newCaller(o, d, &http.Client{Transport: wire(func(r *http.Request) (int, error) {
			tries = append(tries, r.Host+" "+r.Method+" "+r.Header.Get("X-Try")+" "+r.UserAgent())
			return answers[len(tries)-1], nil
		})}))
		o.queue(callback(t, "test", "https://app.test/callback"))
		time.Sleep(time.Hour)
		stop()
		want := "[app.test POST 1 Twinseal app.test POST 2 Twinseal app.test POST 3 Twinseal app.test POST 4 Twinseal]"
		if fmt.Sprint(tries) != want {
			t.Errorf("tries %v", tries)
		}
		if row := o.row("0"); row.State != mfa.DeliverySent || row.Reference != "status 204" {
			t.Errorf("row %+v", row)
		}
	})
}

func TestACallbackThatNeverSucceedsIsTriedEightTimesInAboutAnHour(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, d := newOutbox(), &dialect{method: http.MethodGet}
		begun := time.Now()
		var last time.Duration
		stop := running(t, newCaller(o, d, &http.Client{Transport: wire(func(*http.Request) (int, error) {
			last = time.Since(begun)
			return 0, errors.New("connection refused")
		})}))
		o.queue(callback(t, "test", "http://10.0.0.7/callback?secret=topsecret"))
		time.Sleep(3 * time.Hour)
		stop()
		row := o.row("0")
		if d.rendered != 8 || last < 50*time.Minute || last > 90*time.Minute || row.State != mfa.DeliveryFailed || len(o.events) != 1 {
			t.Errorf("%d tries, the last after %v, row %+v", d.rendered, last, row)
		}
		if row.LastError != "call 10.0.0.7: connection refused" {
			t.Errorf("error %q", row.LastError)
		}
	})
}

func TestWhatCannotBeCalledIsSettledAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, d := newOutbox(), &dialect{}
		stop := running(t, newCaller(o, d, nil))
		broken := callback(t, "test", "x")
		broken.Payload = mfa.SecretText("{")
		o.queue(callback(t, "test", "nobody"), callback(t, "test", "error"), callback(t, "other", "x"), callback(t, "test", "ftp://x/"), callback(t, "test", "/path"), broken)
		synctest.Wait()
		stop()
		if row := o.row("0"); row.State != mfa.DeliverySent || row.Reference == "" {
			t.Errorf("row %+v", row)
		}
		for _, id := range []mfa.DeliveryID{"1", "2", "3", "4", "5"} {
			if row := o.row(id); row.State != mfa.DeliveryFailed || row.Attempts != 1 {
				t.Errorf("row %+v", row)
			}
		}
	})
}

func TestASlowAddressDelaysOnlyItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, d := newOutbox(), &dialect{method: http.MethodPost}
		var mu sync.Mutex
		slow, most, taken := 0, 0, time.Duration(0)
		begun := time.Now()
		w := newCaller(o, d, &http.Client{Transport: wire(func(r *http.Request) (int, error) {
			if r.Host == "quick.test" {
				taken = time.Since(begun)
				return 200, nil
			}
			mu.Lock()
			slow++
			most = max(most, slow)
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			slow--
			mu.Unlock()
			return 200, nil
		})})
		stop := running(t, w)
		for range 300 {
			o.queue(callback(t, "test", "https://slow.test/"))
		}
		o.queue(callback(t, "test", "https://quick.test/"))
		synctest.Wait()
		if row := o.row("300"); row.State != mfa.DeliverySent || taken != 0 {
			t.Errorf("the quick one after %v: %+v", taken, row)
		}
		time.Sleep(10 * time.Minute)
		stop()
		if most > 8 {
			t.Errorf("%d callbacks at once", most)
		}
		for _, row := range o.rows {
			if row.State != mfa.DeliverySent {
				t.Fatalf("row %+v", row)
			}
		}
	})
}

func TestACallThatHangsIsCut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, d := newOutbox(), &dialect{method: http.MethodPost}
		stop := running(t, newCaller(o, d, &http.Client{Transport: wire(func(r *http.Request) (int, error) {
			<-r.Context().Done()
			return 0, r.Context().Err()
		})}))
		o.queue(callback(t, "test", "https://hanging.test/"))
		time.Sleep(20 * time.Second)
		if row := o.row("0"); row.Attempts != 1 || row.LastError != "call hanging.test: context deadline exceeded" {
			t.Errorf("row %+v", row)
		}
		stop()
	})
}

// These two need a real connection: net/http itself is what is proved.
func TestRedirectsAreNotFollowedAndAnswersHardlyRead(t *testing.T) {
	t.Parallel()
	followed := make(chan struct{}, 1)
	flooded := make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, "/target", http.StatusTemporaryRedirect)
		case "/target":
			followed <- struct{}{}
		case "/flood":
			chunk := make([]byte, 1<<20)
			for range 64 {
				if _, err := w.Write(chunk); err != nil {
					flooded <- err
					return
				}
			}
			flooded <- nil
		}
	}))
	defer server.Close()
	o, d := newOutbox(), &dialect{method: http.MethodPost}
	client := worker.NewClient()
	defer client.CloseIdleConnections()
	done := make(chan worker.Outcome, 2)
	w := newCaller(o, d, client)
	w.Metrics = signal(done)
	stop := running(t, w)
	defer stop()
	o.queue(callback(t, "test", server.URL+"/redirect"), callback(t, "test", server.URL+"/flood"))
	<-done
	<-done
	if row := o.row("0"); row.State != mfa.DeliveryPending || !strings.HasSuffix(row.LastError, "answered 307") || len(followed) != 0 {
		t.Errorf("row %+v, followed %d times", row, len(followed))
	}
	if row := o.row("1"); row.State != mfa.DeliverySent {
		t.Errorf("row %+v", row)
	}
	if err := <-flooded; err == nil {
		t.Error("64 MiB were read")
	}
}

// signal passes outcomes on to a waiting test.
type signal chan worker.Outcome

func (s signal) Swept(string, int) {}

func (s signal) Delivery(_ mfa.DeliveryKind, _ string, outcome worker.Outcome, _ time.Duration) {
	s <- outcome
}
