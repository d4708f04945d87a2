package demo_test

import (
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/authy"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/web/demo"
)

const (
	apiKey    = "0123456789abcdef0123456789abcdef"
	requestID = "996221c0-b7a7-4133-8c06-0e67b818e6fb"
)

// factor is a server of the Authy protocol that does what a test says.
type factor struct {
	mu         sync.Mutex
	status     string // of every request
	number     string // that every request asks for
	registered bool
	refusal    string // the body of every answer, with its status
	code       int
	calls      []string
	approval   string // the last body of a request for approval
	user       string // the last body of a registration
}

func (f *factor) set(change func(*factor)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

func (f *factor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	f.calls = append(f.calls, r.Method+" "+r.URL.Path)
	answer := ""
	switch {
	case r.Header.Get("X-Authy-API-Key") != apiKey:
		w.WriteHeader(http.StatusUnauthorized)
		answer = `{"message":"Invalid API key","success":false,"errors":{"message":"Invalid API key"},"error_code":"60001"}`
	case f.refusal != "":
		w.WriteHeader(f.code)
		answer = f.refusal
	case r.URL.Path == "/protected/json/users/new":
		f.user = string(body)
		answer = `{"message":"User created successfully.","user":{"id":1000},"success":true}`
	case r.URL.Path == "/protected/json/users/1000/status":
		answer = `{"status":{"authy_id":1000,"registered":` + text(f.registered) + `,"devices":[]},"message":"User status.","success":true}`
	case r.URL.Path == "/onetouch/json/users/1000/approval_requests":
		f.approval = string(body)
		answer = `{"message":"Approval request created.","approval_request":{"uuid":"` + requestID + `","number_match":"` + f.number + `"},"success":true}`
	case r.URL.Path == "/onetouch/json/approval_requests/"+requestID:
		answer = `{"approval_request":{"uuid":"` + requestID + `","status":"` + f.status + `"},"success":true}`
	}
	_, _ = io.WriteString(w, answer)
}

func text(v any) string {
	data, _ := json.Marshal(v)
	return string(data)
}

// world is a bank, its second factor, and a browser in front.
type world struct {
	t       *testing.T
	factor  *factor
	bank    *httptest.Server
	browser *http.Client
	now     time.Time
	mu      sync.Mutex
}

func newWorld(t *testing.T, change func(*demo.Options)) *world {
	t.Helper()
	w := &world{t: t, factor: &factor{status: "pending", registered: true}, now: time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)}
	server := httptest.NewServer(w.factor)
	t.Cleanup(server.Close)
	client, err := authy.New(apiKey, authy.WithBaseURL(server.URL))
	if err != nil {
		t.Fatal(err)
	}
	options := demo.Options{Client: client, Now: func() time.Time {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.now
	}}
	if change != nil {
		change(&options)
	}
	d, err := demo.New(options)
	if err != nil {
		t.Fatal(err)
	}
	w.bank = httptest.NewServer(d.Handler(&endpoint.Server{}))
	t.Cleanup(w.bank.Close)
	w.browser = w.newBrowser()
	return w
}

func (w *world) newBrowser() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}

func (w *world) advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// page is what the browser ended at.
type page struct {
	status int
	path   string
	body   string
	header http.Header
}

func (p page) has(t *testing.T, wanted ...string) {
	t.Helper()
	for _, want := range wanted {
		if !strings.Contains(p.body, want) && !strings.Contains(html.UnescapeString(p.body), want) {
			t.Errorf("%s (%d) has no %q:\n%s", p.path, p.status, want, p.body)
		}
	}
}

func (w *world) finish(resp *http.Response, err error) page {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return page{status: resp.StatusCode, path: resp.Request.URL.RequestURI(), body: string(body), header: resp.Header}
}

func (w *world) get(path string) page {
	w.t.Helper()
	return w.finish(w.browser.Get(w.bank.URL + path))
}

func (w *world) post(path string, pairs ...string) page {
	w.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return w.finish(w.browser.PostForm(w.bank.URL+path, form))
}

func (w *world) register() page {
	w.t.Helper()
	return w.post("/demo/register", "email", "jo@example.com", "country_code", "1", "phone_number", "405-342-5699")
}

func (w *world) transfer() page {
	w.t.Helper()
	return w.post("/demo/processtransaction", "email2", "c@d.co", "acct", "12345", "amt", "50.00")
}
