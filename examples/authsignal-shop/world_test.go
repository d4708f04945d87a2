package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/authsignal"
	"github.com/twinseal/twinseal/client/authsignal/authsignaltest"
)

// world is the till, the Authsignal server, and a browser.
type world struct {
	t       *testing.T
	app     *app
	web     *httptest.Server
	server  *authsignaltest.Server
	browser *http.Client

	lock    sync.Mutex
	outcome string // what the server decides of large amounts
	later   time.Duration
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, outcome: "CHALLENGE", server: authsignaltest.Start(t)}
	w.server.Decide = func(_, _ string, attributes authsignaltest.Doc) string {
		custom, _ := attributes["custom"].(authsignaltest.Doc)
		if amount, _ := custom["amount"].(float64); amount > 100 {
			w.lock.Lock()
			defer w.lock.Unlock()
			return w.outcome
		}
		return "ALLOW"
	}
	client, err := authsignal.New(w.server.URL, authsignal.Secret(w.server.SecretKey), authsignal.WithRetries(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if w.app, err = newApp(defaultPublic, w.server.URL, client); err != nil {
		t.Fatal(err)
	}
	w.app.now = func() time.Time {
		w.lock.Lock()
		defer w.lock.Unlock()
		return time.Now().Add(w.later)
	}
	w.web = httptest.NewServer(w.app.handler())
	t.Cleanup(w.web.Close)
	w.browser = w.newBrowser()
	return w
}

// newBrowser follows redirects within the till, and stops at those that lead away.
func (w *world) newBrowser() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if "http://"+r.URL.Host != w.web.URL {
			return http.ErrUseLastResponse
		}
		return nil
	}}
}

// set changes what the server decides, or the clock.
func (w *world) set(change func()) {
	w.lock.Lock()
	defer w.lock.Unlock()
	change()
}

// page is what a browser or its script sees.
type page struct {
	status int
	path   string
	text   string
	header http.Header
}

func (p page) expect(t *testing.T, status int, words ...string) page {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(p.text, word) {
			t.Errorf("%s: %q is not on the page:\n%s", p.path, word, p.text)
		}
	}
	if p.status != status {
		t.Errorf("%s: status %d, not %d", p.path, p.status, status)
	}
	return p
}

// said is a member of what a script got.
func (p page) said(name string) string {
	var body map[string]string
	_ = json.Unmarshal([]byte(p.text), &body)
	return body[name]
}

func (w *world) see(response *http.Response, err error) page {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return page{response.StatusCode, response.Request.URL.Path, string(body), response.Header}
}

func (w *world) get(path string) page {
	w.t.Helper()
	return w.see(w.browser.Get(w.web.URL + path))
}

// post sends a form: names and values in turn.
func (w *world) post(path string, fields ...string) page { return w.send("text/html", path, fields...) }

// script sends what the page's script would.
func (w *world) script(path string, fields ...string) page {
	return w.send("application/json", path, fields...)
}

func (w *world) send(accept, path string, fields ...string) page {
	w.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.web.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept", accept)
	return w.see(w.browser.Do(request))
}

func (w *world) enter(name string) {
	w.t.Helper()
	w.post("/session", "name", name).expect(w.t, 200, "In your till")
}

// challenged asks for an amount above the limit, and gives the challenge's token
// and the withdrawal's address.
func (w *world) challenged(amount string) (token, path string) {
	w.t.Helper()
	asked := w.post("/withdrawals", "amount", amount).expect(w.t, 303)
	return w.challengeOf(asked.header.Get("Location"))
}

func (w *world) challengeOf(location string) (token, path string) {
	w.t.Helper()
	u, err := url.Parse(location)
	if err != nil || !strings.HasPrefix(location, strings.TrimSuffix(w.server.URL, "/v1")+"/challenge?") {
		w.t.Fatalf("the browser is sent to %q", location)
	}
	var sent struct {
		RedirectURL    string
		IdempotencyKey string
	}
	for _, r := range w.server.Requests() {
		if strings.HasSuffix(r.Path, "/actions/withdraw") {
			_ = json.Unmarshal([]byte(r.Body), &sent)
		}
	}
	if sent.RedirectURL != defaultPublic+"/withdrawals/"+sent.IdempotencyKey+"/back" {
		w.t.Errorf("the page returns to %q", sent.RedirectURL)
	}
	return u.Query().Get("token"), "/withdrawals/" + sent.IdempotencyKey
}
