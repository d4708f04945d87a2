package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
	"github.com/twinseal/twinseal/client/launchkey/answerpackage"
	"github.com/twinseal/twinseal/client/launchkey/launchkeytest"
	"github.com/twinseal/twinseal/policy"
)

const (
	organization = "6a2b4c1e-0d3f-4a5b-8c7d-9e0f1a2b3c4d"
	directory    = "0c1d2e3f-4a5b-4c6d-8e7f-90a1b2c3d4e5"
	service      = "5f6e7d8c-9b0a-4f1e-8d2c-3b4a59687766"
	device       = "1b4f0a9c-2d3e-4f5a-8b6c-7d8e9f0a1b2c"
	request      = "f2b4c6d8-e0a1-4b3c-8d5e-6f7081920a1b"
)

// keys take long to make, so all tests share them.
var keys struct {
	once           sync.Once
	server, issuer launchkeytest.Key
}

// world is the application, the LaunchKey server, and a browser.
type world struct {
	t       *testing.T
	app     *app
	web     *httptest.Server
	server  *launchkeytest.Server
	browser *http.Client

	lock    sync.Mutex
	devices string
	auths   launchkeytest.Reply
	asked   []string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	keys.once.Do(func() { keys.server, keys.issuer = launchkeytest.NewKey(t), launchkeytest.NewKey(t) })
	w := &world{t: t, devices: `[]`, auths: launchkeytest.Reply{Status: 201, Body: `{"auth_request":"` + request + `"}`}}
	w.server = launchkeytest.Start(t, "org:"+organization, keys.issuer, keys.server, w.answer)
	factory, err := launchkey.NewOrganizationFactory(w.server.URL, organization, keys.issuer.PrivatePEM())
	if err != nil {
		t.Fatal(err)
	}
	made := clients{organization: factory.OrganizationClient()}
	if made.directory, err = factory.DirectoryClient(directory); err != nil {
		t.Fatal(err)
	}
	if made.service, err = factory.ServiceClient(service); err != nil {
		t.Fatal(err)
	}
	if w.app, err = newApp("http://127.0.0.1:9090", made); err != nil {
		t.Fatal(err)
	}
	w.web = httptest.NewServer(w.app.handler())
	t.Cleanup(w.web.Close)
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

// answer is the LaunchKey server's part.
func (w *world) answer(r launchkeytest.Request) launchkeytest.Reply {
	w.lock.Lock()
	defer w.lock.Unlock()
	call := r.Method + " " + r.Path
	w.asked = append(w.asked, call+" "+r.Body)
	switch call {
	case "POST /directory/v3/devices/list":
		return launchkeytest.Reply{Body: w.devices}
	case "POST /directory/v3/devices":
		return launchkeytest.Reply{Status: 201, Body: `{"code":"5r53j9z","qrcode":"https://mfa.example.net/public/v3/qr/5r53j9z","device_id":"` + device + `"}`}
	case "POST /service/v3/auths":
		return w.auths
	default:
		return launchkeytest.Reply{Status: 204}
	}
}

// set changes what the LaunchKey server answers.
func (w *world) set(change func()) {
	w.lock.Lock()
	defer w.lock.Unlock()
	change()
}

func (w *world) was(call string) bool {
	w.lock.Lock()
	defer w.lock.Unlock()
	return slices.Contains(w.asked, call)
}

// page is what a browser sees.
type page struct {
	status int
	path   string
	html   string
	header http.Header
}

func (p page) expect(t *testing.T, status int, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(p.html, word) {
			t.Errorf("%s: %q is not on the page:\n%s", p.path, word, p.html)
		}
	}
	if p.status != status {
		t.Errorf("%s: status %d", p.path, p.status)
	}
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

func (w *world) post(path, user string) page {
	w.t.Helper()
	return w.see(w.browser.PostForm(w.web.URL+path, url.Values{"user": {user}}))
}

// deliver brings a webhook and returns the status that it gets.
func (w *world) deliver(hook launchkeytest.Webhook) int {
	recorder := httptest.NewRecorder()
	w.app.handler().ServeHTTP(recorder, w.server.Deliver(hook))
	return recorder.Code
}

func answer(id string, change func(*answerpackage.Answer)) answerpackage.Package {
	a := answerpackage.Answer{
		AuthRequest: id, DeviceID: device, ServicePins: []string{"1234"}, Approved: true,
		Device: answerpackage.Capabilities{Supported: answerpackage.DefaultSupported()},
	}
	if change != nil {
		change(&a)
	}
	return answerpackage.New(a)
}

func (w *world) answered(change func(*answerpackage.Answer)) {
	w.t.Helper()
	hook := w.server.Answered(serviceHook, "svc:"+service, answer(request, change))
	if got := w.deliver(hook); got != http.StatusNoContent {
		w.t.Fatalf("the answer is answered by %d", got)
	}
}

func (w *world) loggedOutAt(at time.Time) int {
	return w.deliver(launchkeytest.Webhook{
		Path: serviceHook, Subject: "svc:" + service, ContentType: launchkeytest.Plain,
		Body: fmt.Sprintf(`{"service_user_hash":"service-hash","api_time":%q}`, at.UTC().Format(time.RFC3339)),
	})
}

func TestLinkingAPhone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.get("/").expect(t, 200, "Log in with your phone", "First time here?")
	shown := w.post("/link", " jo ")
	shown.expect(t, 200, "Link a phone to jo", "5r53j9z", `src="https://mfa.example.net/public/v3/qr/5r53j9z"`)
	if policy := shown.header.Get("Content-Security-Policy"); !strings.Contains(policy, "img-src 'self' https://mfa.example.net;") {
		t.Errorf("the picture may not be shown: %s", policy)
	}
	got := w.deliver(launchkeytest.Webhook{
		Path: directoryHook, Subject: "dir:" + directory, ContentType: launchkeytest.Sealed,
		Body: keys.issuer.Seal(t, `{"type":"DEVICE_LINK_COMPLETION","device_id":"`+device+`","device_public_key":"PEM","device_public_key_id":"x"}`, ""),
	})
	if got != http.StatusNoContent {
		t.Fatalf("the webhook is answered by %d", got)
	}
	w.get("/link/state").expect(t, 200, `{"state":"linked"}`)
	w.get("/link").expect(t, 200, "Your phone is linked", `value="jo"`)
}

func TestANameWithAPhoneIsNotLinkedByOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.devices = `[{"id":"` + device + `","name":"Phone","type":"Android","status":1,"created":"2026-01-31T12:00:00Z","updated":"2026-01-31T12:00:00Z"}]`
	w.post("/link", "jo").expect(t, 403, "That name has a phone already")
	w.post("/login", "jo")
	w.answered(nil)
	w.post("/login/enter", "").expect(t, 200, "Welcome, jo")
	w.post("/link", "jo").expect(t, 200, "5r53j9z")
	w.post("/link", "someone").expect(t, 403, "That name has a phone already")
}

func TestLoggingInAndOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.post("/login", "jo").expect(t, 200, "Look at your phone", "<strong>jo</strong>")
	w.post("/login/enter", "").expect(t, 403, "was not approved")
	w.answered(nil)
	w.get("/login/state").expect(t, 200, `{"state":"approved"}`)
	w.get("/login").expect(t, 200, "You said yes", "/login/enter")

	stranger := &world{t: t, web: w.web, browser: w.newBrowser()}
	stranger.post("/login/enter", "").expect(t, 403, "was not approved")

	w.post("/login/enter", "").expect(t, 200, "Welcome, jo")
	if !w.was(`POST /service/v3/sessions {"username":"jo","auth_request":"` + request + `"}`) {
		t.Error("the phone does not know of the login")
	}
	w.post("/login/enter", "").expect(t, 403, "was not approved")
	w.get("/").expect(t, 200, "Welcome, jo")
	stranger.get("/").expect(t, 200, "Log in with your phone")

	w.post("/logout", "").expect(t, 200, "Log in with your phone")
	if !w.was(`DELETE /service/v3/sessions {"username":"jo"}`) {
		t.Error("the phone still shows the login")
	}
}

func TestLoggingOutOnThePhone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.post("/login", "jo")
	w.answered(nil)
	w.post("/login/enter", "")
	if got := w.loggedOutAt(time.Now().Add(-time.Hour)); got != http.StatusNoContent {
		t.Fatalf("answered by %d", got)
	}
	w.get("/").expect(t, 200, "Welcome, jo", `data-ask="/session/state"`)
	noticed := make(chan page)
	go func() { noticed <- w.get("/session/state") }()
	if got := w.loggedOutAt(time.Now()); got != http.StatusNoContent {
		t.Fatalf("answered by %d", got)
	}
	w.get("/").expect(t, 200, "Log in with your phone")
	// The question may come before the webhook or after it.
	if p := <-noticed; p.status != 404 && !strings.Contains(p.html, `{"state":"out"}`) {
		t.Errorf("the page notices %d %s", p.status, p.html)
	}
	if !w.was(`DELETE /service/v3/sessions {"username":"jo"}`) {
		t.Error("the server was not told that it has ended")
	}
}

func TestAnAnswerMayComeBeforeItsQuestionIsNoted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.answered(nil)
	w.post("/login", "jo").expect(t, 200, "You said yes")
}

func TestEveryEndOfALoginHasItsWords(t *testing.T) {
	t.Parallel()
	for words, change := range map[string]func(*answerpackage.Answer){
		"You said no":               func(a *answerpackage.Answer) { a.Approved = false },
		"Somebody else has tried":   func(a *answerpackage.Answer) { a.Approved, a.Fraud = false, true },
		"The phone could not do it": func(a *answerpackage.Answer) { a.Failure = policy.FailedPolicy },
	} {
		w := newWorld(t)
		w.post("/login", "jo")
		w.answered(change)
		w.answered(nil) // the first answer counts
		w.get("/login").expect(t, 200, words)
		w.post("/login/enter", "").expect(t, 403, "was not approved")
	}
	w := newWorld(t)
	w.post("/login", "jo")
	for _, l := range w.app.store.logins {
		l.until = time.Now().Add(-time.Second)
	}
	w.get("/login").expect(t, 200, "Nobody answered")
	w.get("/login/state").expect(t, 200, `{"state":"expired"}`)
}

func TestWhatTheServerRefusesIsExplained(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct {
		reply  launchkeytest.Reply
		status int
		words  string
	}{
		{launchkeytest.Reply{Status: 404}, 404, "Link one first"},
		{launchkeytest.Reply{Status: 409, Body: `{"error_code":"SVC-005"}`}, 409, "on that phone already"},
		{launchkeytest.Reply{Status: 400, Body: `{"error_code":"SVC-003"}`}, 403, "at this hour"},
		{launchkeytest.Reply{Status: 503}, 502, "Please try again"},
	} {
		w.set(func() { w.auths = c.reply })
		w.post("/login", "jo").expect(t, c.status, c.words)
	}
	w.set(func() { w.devices = `{}` })
	w.post("/link", "jo").expect(t, 502, "Please try again")
	w.post("/login", "  ").expect(t, 400, "type a name")
	w.post("/link", strings.Repeat("x", 65)).expect(t, 400, "type a name")
	w.get("/nothing").expect(t, 404, "nothing at this address")
	w.get("/assets/nothing").expect(t, 404, "nothing at this address")
	w.get("/login/state").expect(t, 404)
	w.get("/link/state").expect(t, 404)
	for _, path := range []string{"/login", "/link"} {
		if got := w.get(path); got.path != "/" {
			t.Errorf("%s leads to %s", path, got.path)
		}
	}
}

func TestStrangersTellNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.post("/login", "jo")
	hook := w.server.Answered(serviceHook, "svc:"+service, answer(request, nil))
	hook.NoToken = true
	if got := w.deliver(hook); got != http.StatusForbidden {
		t.Errorf("an answer by a stranger is answered by %d", got)
	}
	w.get("/login").expect(t, 200, "Look at your phone")

	forged, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.web.URL+"/logout", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	forged.Header.Set("Origin", "https://evil.test")
	forged.Header.Set("Sec-Fetch-Site", "cross-site")
	if got := w.see(w.browser.Do(forged)); got.status != http.StatusForbidden {
		t.Errorf("another site's form is answered by %d", got.status)
	}
}

func TestPagesHoldNoCodeAndKeepToThemselves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, shown := range []page{w.get("/"), w.post("/login", "<b>jo"), w.post("/link", "<b>jo"), w.get("/nothing")} {
		for _, bad := range []string{"<b>", "style=", "<style", "onclick", "<script>", "javascript:"} {
			if strings.Contains(shown.html, bad) {
				t.Errorf("%s holds %s", shown.path, bad)
			}
		}
		if policy := shown.header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: %s", shown.path, policy)
		}
		if shown.header.Get("Cache-Control") != "no-store" || shown.header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: %v", shown.path, shown.header)
		}
	}
	for name, kind := range map[string]string{"style.css": "text/css", "wait.js": "text/javascript", "icon.svg": "image/svg+xml"} {
		if got := w.get("/assets/" + name); got.status != 200 || !strings.HasPrefix(got.header.Get("Content-Type"), kind) {
			t.Errorf("%s: %d %v", name, got.status, got.header)
		}
	}
}

func TestCookiesAreForThisSiteAlone(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} {
		w := newWorld(t)
		w.app.secure = secure
		w.browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		got := w.post("/login", "jo").header.Get("Set-Cookie")
		if !strings.Contains(got, "HttpOnly") || !strings.Contains(got, "SameSite=Lax") || strings.Contains(got, "Secure") != secure {
			t.Errorf("%q", got)
		}
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	s, now := newStore(), time.Now()
	for range maxKept {
		if _, err := s.addLogin("jo", "x", now); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.addLogin("jo", "x", now); err == nil {
		t.Error("one more is kept")
	}
	if _, err := s.addLogin("jo", "x", now.Add(3*loginAge)); err != nil || len(s.logins) != 1 {
		t.Errorf("what has ended is kept: %d, %v", len(s.logins), err)
	}
	for i := range 3 * maxEarly {
		s.answer(&launchkey.AuthorizationResponse{RequestID: launchkey.AuthorizationID(fmt.Sprint(i))})
	}
	if len(s.early) > maxEarly {
		t.Errorf("%d early answers are kept", len(s.early))
	}
}
