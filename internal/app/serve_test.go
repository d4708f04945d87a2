package app_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client"
	"github.com/twinseal/twinseal/internal/app"
	"github.com/twinseal/twinseal/internal/pgtest"
)

// bank is an application with one person.
const bank = `organizations:
- name: Acme
  directories:
  - name: customers
    applications:
    - name: Bank
      authy: {api_key: test-api-key-0001}
    users:
    - {authy_id: 1337, email: ann@example.com, phone: +14053425699}
`

// running is a program that serves.
type running struct {
	*app.App

	base  string
	stop  func()
	ended chan error
	log   *lines
	http  *http.Client
}

// lines is a log that goroutines write while a test reads.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// run serves until the test stops it or ends.
func run(t *testing.T, c app.Config) *running {
	t.Helper()
	c.Listen = "127.0.0.1:0"
	if c.Data == "" {
		c.Data = t.TempDir()
	}
	r := &running{log: &lines{}, ended: make(chan error, 1)}
	var err error
	if r.App, err = app.Open(t.Context(), c, r.log); err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	r.http = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ready := make(chan string, 1)
	go func() {
		r.ended <- r.Serve(ctx, func(at net.Addr) { ready <- "http://" + at.String() })
		close(r.ended)
	}()
	select {
	case r.base = <-ready:
	case err := <-r.ended:
		cancel()
		t.Fatal(errors.Join(err, r.Close()))
	}
	r.stop = cancel
	t.Cleanup(func() {
		cancel()
		transport.CloseIdleConnections()
		if err := errors.Join(<-r.ended, r.Close()); err != nil {
			t.Error(err)
		}
	})
	return r
}

// get asks for an address below the server's.
func (r *running) get(t *testing.T, path string, header ...string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.base+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	resp, err := r.http.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// device links one to the person of the file.
func (r *running) device(t *testing.T) *client.Device {
	t.Helper()
	if _, err := r.Apply(t.Context(), "bank.yaml", strings.NewReader(bank)); err != nil {
		t.Fatal(err)
	}
	link, picture, err := r.LinkCode(t.Context(), app.Person{Number: 1337})
	if err != nil || !strings.Contains(picture, "█") {
		t.Fatal(err)
	}
	d, err := client.NewDevice(r.base, client.WithHTTPClient(r.http))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Link(t.Context(), client.Link{Code: link.Code, Name: "phone", Platform: "cli"}); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestAServerThatStopsSendsWaitersHomeAndLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	for _, database := range []string{"", "postgres"} {
		t.Run("on "+database, func(t *testing.T) {
			t.Parallel()
			c := app.Config{}
			if database != "" {
				c.Database, c.Data = pgtest.Database(t), t.TempDir()
			}
			r := run(t, c)
			d := r.device(t)
			seen := 0
			for list, err := range d.Stream(t.Context()) {
				if err == nil && seen == 0 {
					seen++
					r.stop() // while the stream is held
					continue
				}
				if !errors.Is(err, client.ErrStreamEnded) {
					t.Errorf("the stream gave %+v, %v, want its end", list, err)
				}
			}
			if err := <-r.ended; err != nil || seen != 1 {
				t.Errorf("it ended with %v after %d lists", err, seen)
			}
		})
	}
}

func TestAddressesLeadToTheirDoors(t *testing.T) {
	t.Parallel()
	r := run(t, app.Config{Sandbox: true})
	if _, err := r.Apply(t.Context(), "bank.yaml", strings.NewReader(bank)); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]struct {
		status int
		body   string
	}{
		"/healthz":                           {200, "ok"},
		"/readyz":                            {200, "ok"},
		"/protected/json/app/details":        {200, "Application information."},
		"//protected/json/app/details":       {200, "Application information."},
		"///protected/json/app/details":      {200, "Application information."},
		"/onetouch/json/approval_requests/x": {404, "error_code"},
		"/api/v1/device":                     {401, "proof_missing"},
		"/nothing":                           {404, "There is nothing at this address."},
		"/":                                  {404, "There is nothing at this address."},
		"/healthzz":                          {404, "There is nothing at this address."},
		"/demo":                              {404, "There is nothing at this address."},
	} {
		status, body := r.get(t, path, "X-Authy-API-Key", "test-api-key-0001")
		if status != want.status || !strings.Contains(body, want.body) {
			t.Errorf("%s: %d %.200s, want %d with %q", path, status, body, want.status, want.body)
		}
	}
}

var (
	// labels are the names and values of one line of metrics.
	labels = regexp.MustCompile(`(\w+)="([^"]*)"`)
	// figures end its lines: what is counted, bytes of memory among it, in which any digits may stand.
	figures = regexp.MustCompile(`(?m) [0-9.e+-]+$`)
)

func TestMetricsNameNobody(t *testing.T) {
	t.Parallel()
	r := run(t, app.Config{Sandbox: true})
	d := r.device(t)
	if _, err := d.Challenges(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/protected/json/users/1337/status?api_key=test-api-key-0001", "/protected/json/sms/1337?force=true&api_key=test-api-key-0001", "/4053425699/ann@example.com"} {
		r.get(t, path)
	}
	_, text := r.get(t, "/metrics")
	said := figures.ReplaceAllString(text, "")
	for _, personal := range []string{"1337", "4053425699", "ann@", "test-api-key", "Acme", "Bank", d.Account().Linked.Device.ID, d.Account().Linked.User.ID} {
		if strings.Contains(said, personal) {
			t.Errorf("%q stands in the metrics", personal)
		}
	}
	known := map[string]bool{"door": true, "route": true, "status": true, "kind": true, "by": true, "outcome": true, "job": true, "le": true, "quantile": true, "version": true}
	for _, m := range labels.FindAllStringSubmatch(text, -1) {
		if !known[m[1]] {
			t.Errorf("the metrics have a label %s, such as %q", m[1], m[2])
		}
	}
	if !strings.Contains(text, `route="GET /api/v1/device/challenges"`) {
		t.Error("the requests were not counted by route")
	}
}

func TestANodeWhoseDatabaseIsGoneIsNotReady(t *testing.T) {
	t.Parallel()
	cluster, err := pgtest.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Stop()
	database, err := pgtest.CreateDatabase(t.Context(), cluster.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	r := run(t, app.Config{Database: database, Data: t.TempDir()})
	if status, body := r.get(t, "/readyz"); status != http.StatusOK {
		t.Fatalf("at first: %d %s", status, body)
	}
	cluster.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for { // connections that are open may end a moment later; the test's own limit ends this
		status, body := r.get(t, "/readyz")
		if status == http.StatusServiceUnavailable {
			if body != "the database does not answer\n" {
				t.Errorf("it says %q", body)
			}
			break
		}
		<-tick.C
	}
	if status, body := r.get(t, "/healthz"); status != http.StatusOK {
		t.Errorf("the process itself: %d %s", status, body)
	}
	if status, body := r.get(t, "/protected/json/app/details", "X-Authy-API-Key", "test-api-key-0001"); status < 500 || strings.Contains(body, "pgx") || strings.Contains(body, "connect") {
		t.Errorf("a request meanwhile: %d %s", status, body)
	}
}

func TestAnAddressInUseIsSaid(t *testing.T) {
	t.Parallel()
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	a, err := app.Open(t.Context(), app.Config{Data: t.TempDir(), Listen: taken.Addr().String()}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	err = a.Serve(t.Context(), nil)
	if err == nil || !strings.Contains(err.Error(), "is another server running there?") {
		t.Errorf("it says %v", err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}
