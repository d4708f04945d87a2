package main

import (
	"encoding/json"
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

	"github.com/twinseal/twinseal/client/loginid"
	"github.com/twinseal/twinseal/client/loginid/loginidtest"
)

const (
	userID = "7f0b1c2d-3e4f-4a5b-8c6d-7e8f9a0b1c2d"
	phone  = "4b1e2c3d-0a9f-4e8d-b7c6-a5f4e3d2c1b0"
	laptop = "9c8b7a6f-5e4d-4c3b-a291-807f6e5d4c3b"
	txID   = "2d1c0b9a-8f7e-4d6c-b5a4-93827160f5e4"
)

var jo = loginidtest.User{ID: userID, Name: "jo"}

// world is the shop, the LoginID server, and a browser.
type world struct {
	t       *testing.T
	app     *app
	web     *httptest.Server
	server  *loginidtest.Server
	browser *http.Client

	lock     sync.Mutex
	replies  map[string]loginidtest.Reply // by path, in place of the usual ones
	passkeys []string                     // of jo, by id
	asked    []loginidtest.Request
	sessions int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, replies: map[string]loginidtest.Reply{}, passkeys: []string{phone}}
	key := loginidtest.NewKey(t, "")
	w.server = loginidtest.Start(t, defaultClientID, &key, w.answer)
	client, err := loginid.NewManagement(w.server.URL, defaultClientID, key.PrivatePEM())
	if err != nil {
		t.Fatal(err)
	}
	if w.app, err = newApp(defaultPublic, w.server.URL, client); err != nil {
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

// answer is the LoginID server's part.
func (w *world) answer(r loginidtest.Request) loginidtest.Reply {
	w.lock.Lock()
	defer w.lock.Unlock()
	w.asked = append(w.asked, r)
	if reply, ok := w.replies[r.Path]; ok {
		return reply
	}
	switch r.Path {
	case "/tx":
		return loginidtest.Reply{Body: `{"id":"` + txID + `"}`}
	case "/codes/short/generate":
		authorized := strings.Contains(r.Body, `"authorize":true`)
		return loginidtest.Reply{Body: object(map[string]any{"code": "123456", "expires_at": time.Now().Add(3 * time.Minute), "is_authorized": authorized})}
	case "/codes/short/authorize":
		return loginidtest.Reply{Body: object(map[string]any{"expires_at": time.Now().Add(time.Minute), "is_authorized": true})}
	case "/credentials/list":
		return loginidtest.Reply{Body: object(map[string]any{"user_id": userID, "credentials": w.credentials()})}
	case "/credentials/rename", "/credentials/revoke":
		var sent struct {
			Credential struct{ UUID, Name string }
		}
		if json.Unmarshal([]byte(r.Body), &sent) != nil || !slices.Contains(w.passkeys, sent.Credential.UUID) {
			return loginidtest.Refusal(404, "credential_not_found")
		}
		status := map[string]string{"/credentials/rename": "active", "/credentials/revoke": "revoked"}[r.Path]
		return loginidtest.Reply{Body: object(map[string]any{"user_id": userID, "credential": map[string]string{"uuid": sent.Credential.UUID, "status": status, "name": sent.Credential.Name}})}
	default:
		return loginidtest.Refusal(404, "not_found")
	}
}

func (w *world) credentials() []map[string]string {
	var found []map[string]string
	for i, id := range w.passkeys {
		found = append(found, map[string]string{
			"uuid": id, "type": "fido2", "status": "active", "name": []string{"Phone", "Laptop"}[i], "created_at": "2030-01-02T03:04:05Z", "updated_at": "2030-01-02T03:04:05Z",
		})
	}
	return append(found, map[string]string{"uuid": txID, "type": "password", "status": "active", "name": "A password"})
}

func object(body map[string]any) string {
	raw, _ := json.Marshal(body)
	return string(raw)
}

// set changes what the LoginID server answers.
func (w *world) set(change func()) {
	w.lock.Lock()
	defer w.lock.Unlock()
	change()
}

// last is the last call with this path.
func (w *world) last(path string) loginidtest.Request {
	w.t.Helper()
	w.lock.Lock()
	defer w.lock.Unlock()
	for _, r := range slices.Backward(w.asked) {
		if r.Path == path {
			return r
		}
	}
	w.t.Fatalf("%s was not called", path)
	return loginidtest.Request{}
}

// page is what a browser or its script sees.
type page struct {
	status int
	path   string
	html   string
	header http.Header
}

func (p page) expect(t *testing.T, status int, words ...string) page {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(p.html, word) {
			t.Errorf("%s: %q is not on the page:\n%s", p.path, word, p.html)
		}
	}
	if p.status != status {
		t.Errorf("%s: status %d, not %d", p.path, p.status, status)
	}
	return p
}

// without checks that words are not there.
func (p page) without(t *testing.T, words ...string) {
	t.Helper()
	for _, word := range words {
		if strings.Contains(p.html, word) {
			t.Errorf("%s: %q is on the page", p.path, word)
		}
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

// post sends a form: names and values in turn.
func (w *world) post(path string, fields ...string) page {
	w.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return w.see(w.browser.PostForm(w.web.URL+path, form))
}

// script sends what a script of the page would.
func (w *world) script(path string, body map[string]any) page {
	w.t.Helper()
	return w.see(w.browser.Post(w.web.URL+path, "application/json", strings.NewReader(object(body))))
}

// token is what the LoginID server gives a page, each time of another session.
func (w *world) token(user loginidtest.User, lies ...loginidtest.Lie) string {
	w.sessions++
	return w.server.Token(user, append([]loginidtest.Lie{loginidtest.With("sid", "session-"+strings.Repeat("i", w.sessions))}, lies...)...)
}

// signIn brings jo in.
func (w *world) signIn() {
	w.t.Helper()
	w.script("/session", map[string]any{"username": "jo", "token": w.token(jo)}).expect(w.t, 200, `"to":"/"`)
}
