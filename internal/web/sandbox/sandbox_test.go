package sandbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/web/sandbox"
)

var began = time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)

// inbox holds messages, newest first.
type inbox []mfa.InboxMessage

func (b inbox) Inbox(_ context.Context, to string, limit int) ([]mfa.InboxMessage, error) {
	var out []mfa.InboxMessage
	for _, m := range b {
		if (to == "" || m.Message.To == to) && len(out) < limit {
			out = append(out, m)
		}
	}
	return out, nil
}

// clock moves only when it is told.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}
func (c *clock) Advance(d time.Duration) { c.Set(c.Now().Add(d)) }
func (c *clock) Reset()                  { c.Set(began) }

var letters = inbox{
	{ID: "m3", At: began.Add(2 * time.Minute), Message: mfa.Message{
		Channel: mfa.ChannelEmail, To: "jo@example.com", Subject: "Your <code>", Text: "Your code is:\n\n482913", HTML: `<p style="color:red">482913</p><script>alert(1)</script>`,
	}},
	{ID: "m2", At: began.Add(time.Minute), Message: mfa.Message{
		Channel: mfa.ChannelSMS, To: "+14053425699", Text: "Get it: http://127.0.0.1:8080/authenticator#code=ABCD1234.",
	}},
	{ID: "m1", At: began, Message: mfa.Message{
		Channel: mfa.ChannelVoice, To: "+14053425699", Text: "Your Bank security code is 0012345", Speech: "Zero, zero, one",
	}},
}

func newSandbox(t *testing.T, messages sandbox.Inbox) (*httptest.Server, *clock) {
	t.Helper()
	c := &clock{now: began}
	s, err := sandbox.New(sandbox.Options{Inbox: messages, Clock: c, Demo: true, Authenticator: true})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.Handler(&endpoint.Server{}))
	t.Cleanup(server.Close)
	return server, c
}

func get(t *testing.T, address string) (*http.Response, string) {
	t.Helper()
	resp, err := http.Get(address)
	return read(t, resp, err)
}

func read(t *testing.T, resp *http.Response, err error) (*http.Response, string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

func TestTheInboxShowsWhatWouldHaveBeenSent(t *testing.T) {
	t.Parallel()
	server, _ := newSandbox(t, letters)
	resp, body := get(t, server.URL+"/sandbox")
	if resp.StatusCode != http.StatusOK || !strings.Contains(resp.Header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Fatalf("%d %v", resp.StatusCode, resp.Header)
	}
	for _, want := range []string{
		"sandbox-banner", `data-copy="482913"`, `data-copy="0012345"`, `href="http://127.0.0.1:8080/authenticator#code=ABCD1234"`,
		"Your &lt;code&gt;", "/sandbox/messages/m3/html", "Zero, zero, one", `href="/demo"`, `href="/authenticator"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in the page", want)
		}
	}
	if strings.Contains(body, `data-copy="1234"`) || strings.Contains(body, "<script>alert") {
		t.Error("the page shows an address as a code, or a mail's markup as its own")
	}
	if first, second := strings.Index(body, "m3"), strings.Index(body, `data-id="m1"`); first > second {
		t.Error("the newest does not come first")
	}
}

func TestMessagesAreListedForPrograms(t *testing.T) {
	t.Parallel()
	server, _ := newSandbox(t, letters)
	for query, want := range map[string][]string{
		"":                       {"m3", "m2", "m1"},
		"?to=%2B14053425699":     {"m2", "m1"},
		"?to=+14053425699":       {"m2", "m1"},
		"?to=jo%40example.com":   {"m3"},
		"?to=+19995550100":       nil,
		"?to=%20+14053425699%20": {"m2", "m1"},
	} {
		resp, body := get(t, server.URL+"/sandbox/messages"+query)
		var list []map[string]string
		if err := json.Unmarshal([]byte(body), &list); err != nil {
			t.Fatalf("%s: %v in %s", query, err, body)
		}
		var ids []string
		for _, m := range list {
			ids = append(ids, m["id"])
		}
		if strings.Join(ids, " ") != strings.Join(want, " ") || body == "null" || resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %v, want %v", query, ids, want)
		}
	}
	_, body := get(t, server.URL+"/sandbox/messages?to=jo@example.com")
	if want := `[{"to":"jo@example.com","channel":"email","text":"Your code is:\n\n482913","subject":"Your <code>","at":"2026-03-01T09:32:00Z","id":"m3"}]`; body != want {
		t.Errorf("got  %s\nwant %s", body, want)
	}
}

func TestAnEmptyInboxSaysWhatToDo(t *testing.T) {
	t.Parallel()
	server, _ := newSandbox(t, inbox{})
	_, body := get(t, server.URL+"/sandbox")
	if !strings.Contains(body, `data-testid="empty"`) {
		t.Error(body)
	}
	if _, body := get(t, server.URL+"/sandbox?to=+1999"); !strings.Contains(body, "Nothing for") {
		t.Error(body)
	}
}

func TestAMailStandsInACageOfItsOwn(t *testing.T) {
	t.Parallel()
	server, _ := newSandbox(t, letters)
	resp, body := get(t, server.URL+"/sandbox/messages/m3/html")
	policy := resp.Header.Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "sandbox; default-src 'none'") || strings.Contains(policy, "script") || body != letters[0].Message.HTML {
		t.Errorf("policy %q, body %s", policy, body)
	}
	for _, id := range []string{"m1", "m4"} {
		if resp, _ := get(t, server.URL+"/sandbox/messages/"+id+"/html"); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d", id, resp.StatusCode)
		}
	}
}

func TestTheClockDoesAsItIsTold(t *testing.T) {
	t.Parallel()
	cases := []struct{ body, want string }{
		{`{"advance":"10m"}`, `{"now":"2026-03-01T09:40:00Z"}`},
		{`{"advance":"-1h30m"}`, `{"now":"2026-03-01T08:00:00Z"}`},
		{` {"now":"2030-01-01T00:00:00+01:00"}`, `{"now":"2029-12-31T23:00:00Z"}`},
		{`{"reset":true}`, `{"now":"2026-03-01T09:30:00Z"}`},
	}
	for _, c := range cases {
		server, _ := newSandbox(t, inbox{})
		// The content type is what curl -d sends.
		resp, err := http.Post(server.URL+"/sandbox/clock", "application/x-www-form-urlencoded", strings.NewReader(c.body))
		if resp, got := read(t, resp, err); resp.StatusCode != http.StatusOK || got != c.want {
			t.Errorf("%s: %d %s, want %s", c.body, resp.StatusCode, got, c.want)
		}
		if _, got := get(t, server.URL+"/sandbox/clock"); got != c.want {
			t.Errorf("%s: afterwards %s", c.body, got)
		}
	}
}

func TestAFormSetsTheClockToo(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]time.Time{
		"advance=24h":                     began.Add(24 * time.Hour),
		"now=2026-07-01T12:00":            time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC),
		"now=2026-07-01T12%3A00%3A00Z":    time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC),
		"reset=true":                      began,
		"reset=true&now=&advance=":        began,
		"advance=+10m":                    began.Add(10 * time.Minute),
		"advance=%2B10m":                  began.Add(10 * time.Minute),
		"now=2026-07-01T12:00&advance=1h": began,
		"":                                began,
	} {
		server, c := newSandbox(t, letters)
		resp, err := http.Post(server.URL+"/sandbox/clock", "application/x-www-form-urlencoded", strings.NewReader(body))
		resp, page := read(t, resp, err)
		if !c.Now().Equal(want) {
			t.Errorf("%q: the clock says %v, want %v", body, c.Now(), want)
		}
		if !strings.Contains(page, "<!doctype html>") {
			t.Errorf("%q: %d %s", body, resp.StatusCode, page)
		}
	}
}

func TestTheClockRefusesWhatItCannotBe(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{`, `{}`, `{"reset":false}`, `{"now":"yesterday"}`, `{"now":1}`, `{"advance":"10"}`, `{"advance":"1h","reset":true}`,
		`{"now":"1999-01-01T00:00:00Z"}`, `{"now":"2200-01-02T00:00:00Z"}`, `{"advance":"2000000h"}`, `{"unknown":true}`, `{"reset":true}{}`,
	} {
		server, c := newSandbox(t, inbox{})
		resp, err := http.Post(server.URL+"/sandbox/clock", "application/json", strings.NewReader(body))
		resp, answer := read(t, resp, err)
		if resp.StatusCode != http.StatusBadRequest || !strings.HasPrefix(answer, `{"error":"`) {
			t.Errorf("%s: %d %s", body, resp.StatusCode, answer)
		}
		if !c.Now().Equal(began) {
			t.Errorf("%s: the clock moved to %v", body, c.Now())
		}
	}
}

func TestAnotherSiteCannotSetTheClock(t *testing.T) {
	t.Parallel()
	server, c := newSandbox(t, inbox{})
	req, err := http.NewRequest(http.MethodPost, server.URL+"/sandbox/clock", strings.NewReader(`{"advance":"10m"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Origin", "https://evil.example")
	resp, err := http.DefaultClient.Do(req)
	if resp, _ := read(t, resp, err); resp.StatusCode != http.StatusForbidden || !c.Now().Equal(began) {
		t.Errorf("status %d, clock %v", resp.StatusCode, c.Now())
	}
}

// broken is a store that fails.
type broken struct{}

func (broken) Inbox(context.Context, string, int) ([]mfa.InboxMessage, error) {
	return nil, errors.New("disk full at /var/lib/x")
}

func TestAFailingStoreIsNotShown(t *testing.T) {
	t.Parallel()
	server, _ := newSandbox(t, broken{})
	for _, path := range []string{"/sandbox", "/sandbox/messages", "/sandbox/messages/m1/html"} {
		resp, body := get(t, server.URL+path)
		if resp.StatusCode != http.StatusInternalServerError || strings.Contains(body, "disk full") {
			t.Errorf("%s: %d %s", path, resp.StatusCode, body)
		}
	}
}

func TestASandboxNeedsItsParts(t *testing.T) {
	t.Parallel()
	for _, o := range []sandbox.Options{{}, {Inbox: letters}, {Clock: &clock{}}} {
		if _, err := sandbox.New(o); err == nil {
			t.Errorf("%+v accepted", o)
		}
	}
}
