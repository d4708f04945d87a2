package authsignal_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/dialect/authsignal"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/factor/appkey"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/grants"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/provision"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// The keys of every server world. Cafe has two, of which it made the second to replace the first; kiosk shares cafe's
// directory, and bakery has one of its own.
const (
	cafeTenant, cafeOld, cafeKey = "5f0f1d52-6d8c-4f63-8a53-8d2f6c3a0c01", "cafe-secret-key-0001", "cafe-secret-key-0002"
	kioskTenant, kioskKey        = "5f0f1d52-6d8c-4f63-8a53-8d2f6c3a0c02", "kiosk-secret-key-0001"
	bakeryTenant, bakeryKey      = "5f0f1d52-6d8c-4f63-8a53-8d2f6c3a0c03", "bakery-secret-key-0001"
)

// serverWorld is a server with the Authsignal door, as applications' servers see it.
type serverWorld struct {
	*mfatest.World

	tb      testing.TB
	door    http.Handler
	dialect *authsignal.Dialect
	stepup  *stepup.Service
	hook    func(*http.Request) (*http.Response, error) // what applications answer while somebody waits
}

// Do asks the application.
func (w *serverWorld) Do(r *http.Request) (*http.Response, error) { return w.hook(r) }

// servers runs a test on a fresh world of each engine.
func servers(t *testing.T, test func(t *testing.T, w *serverWorld)) {
	t.Helper()
	mfatest.Engines(t, func(t *testing.T, in *mfatest.World) {
		t.Helper()
		test(t, newServerWorld(t, in))
	})
}

func newServerWorld(tb testing.TB, in *mfatest.World) *serverWorld {
	tb.Helper()
	w := &serverWorld{World: in, tb: tb}
	_, err := in.Provision.Apply(tb.Context(), provision.Plan{Organizations: []provision.PlannedOrganization{{Name: "Guild", Directories: []provision.PlannedDirectory{
		{Name: "guests", Applications: []provision.PlannedApplication{plannedServer("Cafe", cafeTenant, cafeOld, cafeKey), plannedServer("Kiosk", kioskTenant, kioskKey)}},
		{Name: "locals", Applications: []provision.PlannedApplication{plannedServer("Bakery", bakeryTenant, bakeryKey)}},
	}}}})
	w.must(err)
	w.stepup = stepup.New(stepup.Config{
		Domain: in.Service, Store: in.Store, Random: rand.Reader, Factors: factors(), AppKeys: appkey.New(), Passkeys: in.Passkeys, Actions: in.Actions,
		People: in.People, Dialect: authsignal.Name,
	})
	w.dialect = authsignal.New(authsignal.Config{
		Domain: in.Service, Actions: in.Actions, People: in.People, StepUp: w.stepup, Rulebook: in.Rules, HTTP: w,
		Grants: grants.New(grants.Config{Domain: in.Service, Store: in.Store, Random: rand.Reader}),
	})
	w.stepup.UseGate(w.dialect)
	in.Service.Use([]mfa.Callback{w.dialect.Callback()}, nil)
	w.door = w.dialect.Handler(&endpoint.Server{})
	return w
}

func plannedServer(name, tenant string, keys ...string) provision.PlannedApplication {
	settings := mfa.DefaultSettings()
	settings.RelyingParty = &mfa.RelyingParty{ID: "guild.example", Name: "Guild", Origins: []string{"https://guild.example"}}
	out := provision.PlannedApplication{
		Name: name, Settings: settings, Keys: []provision.PlannedKey{
			{Kind: mfa.KeyAuthsignalTenant, Secret: mfa.SecretText(tenant)},
			{Kind: mfa.KeyAuthsignalManagement, Secret: mfa.SecretText("management-" + keys[0])},
		},
		StepUp: &provision.PlannedStepUp{Change: func(to *mfa.StepUp) {
			to.Clients = []mfa.AppClient{{ID: "web"}, {ID: "phone"}}
			to.EventsURL, to.LogsURL = "https://hooks.example/events", "https://hooks.example/logs"
		}},
	}
	for _, key := range keys {
		out.Keys = append(out.Keys, provision.PlannedKey{Kind: mfa.KeyAuthsignalSecret, Secret: mfa.SecretText(key)})
	}
	return out
}

func (w *serverWorld) must(err error) {
	w.tb.Helper()
	if err != nil {
		w.tb.Fatal(err)
	}
}

// caller is an application as its key opens it.
func (w *serverWorld) caller(key string) *mfa.Caller {
	w.tb.Helper()
	c, err := w.Service.Authenticate(w.Context(), mfa.KeyAuthsignalSecret, mfa.SecretText(key))
	w.must(err)
	return c
}

// change replaces an application's settings.
func (w *serverWorld) change(key string, change func(*mfa.StepUp)) {
	w.tb.Helper()
	app := w.caller(key).Application
	next := *app.Settings.StepUp
	change(&next)
	app.Settings.StepUp = &next
	w.must(w.Store.Write(w.Context(), func(r mfa.WriteRecords) error {
		_, err := r.PutApplication(app)
		return err
	}))
	w.Service.Forget()
}

// request is a call of an application's server. Its zero value is a POST by cafe's key.
type request struct {
	method string
	path   string // below /v1, unless it begins with a slash
	key    string // "-": none
	body   any    // texts go as they are
	header map[string]string
}

func secretOf(key string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(key+":"))
}

func (w *serverWorld) build(r request) *http.Request {
	w.tb.Helper()
	var body []byte
	switch raw := r.body.(type) {
	case nil:
	case string:
		body = []byte(raw)
	default:
		var err error
		body, err = json.Marshal(raw)
		w.must(err)
	}
	if r.method == "" {
		r.method = http.MethodPost
	}
	if !strings.HasPrefix(r.path, "/") {
		r.path = "/v1/" + r.path
	}
	out := httptest.NewRequestWithContext(w.Context(), r.method, "http://mfa.example.test/", bytes.NewReader(body))
	path, query, _ := strings.Cut(r.path, "?")
	unescaped, err := url.PathUnescape(path)
	w.must(err)
	out.URL = &url.URL{Path: unescaped, RawPath: path, RawQuery: query}
	if r.key == "" {
		r.key = cafeKey
	}
	if r.key != "-" {
		out.Header.Set("Authorization", secretOf(r.key))
	}
	for name, value := range r.header {
		out.Header.Set(name, value)
	}
	return out
}

func (w *serverWorld) do(r request) answer {
	w.tb.Helper()
	recorder := httptest.NewRecorder()
	w.door.ServeHTTP(recorder, w.build(r))
	out := answer{status: recorder.Code, header: recorder.Header(), raw: recorder.Body.String()}
	_ = json.Unmarshal(recorder.Body.Bytes(), &out.body) // lists are no objects
	return out
}

// good is the answer to a call that must succeed.
func (w *serverWorld) good(r request) answer {
	w.tb.Helper()
	a := w.do(r)
	if a.status != http.StatusOK || a.header.Get("Content-Type") != "application/json" {
		w.tb.Fatalf("%s %s: answered by %d (%s) %s", r.method, r.path, a.status, a.header.Get("Content-Type"), a.raw)
	}
	return a
}

// list is the answer to a call that lists something.
func (w *serverWorld) list(r request) []object {
	w.tb.Helper()
	r.method = http.MethodGet
	a := w.good(r)
	var out []object
	if err := json.Unmarshal([]byte(a.raw), &out); err != nil || out == nil {
		w.tb.Fatalf("%s is no list: %s", r.path, a.raw)
	}
	return out
}

// no holds a refusal to a status, a word and the form that all clients read.
func (w *serverWorld) no(what string, r request, status int, word string) {
	w.tb.Helper()
	a := w.do(r)
	if a.status != status || a.text("error") != word || a.text("errorCode") != word || a.text("errorDescription") == "" || len(a.body) != 3 ||
		a.header.Get("Content-Type") != "application/json" {
		w.tb.Errorf("%s: answered by %d (%s) %s, want %d %s", what, a.status, a.header.Get("Content-Type"), a.raw, status, word)
	}
}

// has holds an answer to members; nil is for one that must not be there.
func (w *serverWorld) has(what string, a answer, want object) {
	w.tb.Helper()
	for name, value := range want {
		got, there := a.body[name]
		if value == nil && there || value != nil && got != value {
			w.tb.Errorf("%s: %s is %v, want %v, in %s", what, name, got, value, a.raw)
		}
	}
}

// enrol gives somebody of cafe a number to which codes go.
func (w *serverWorld) enrol(user, number string) answer {
	w.tb.Helper()
	return w.good(request{path: "users/" + user + "/authenticators", body: object{"verificationMethod": "SMS", "phoneNumber": number}})
}

// track begins an action of somebody of cafe.
func (w *serverWorld) track(user, action string, told object) answer {
	w.tb.Helper()
	return w.good(request{path: "users/" + user + "/actions/" + action, body: told})
}

// prove lets somebody of cafe prove the action of a token by a sent code, and gives the new token.
func (w *serverWorld) prove(token string) string {
	w.tb.Helper()
	pass, _, err := w.dialect.Open(w.Context(), token)
	w.must(err)
	prompt, err := w.stepup.SendCode(w.Context(), pass, mfa.MethodSMS)
	w.must(err)
	var sent mfa.Prompt
	w.must(w.Store.Read(w.Context(), func(r mfa.Records) (err error) {
		sent, err = r.Prompt(prompt.ID)
		return err
	}))
	result, err := w.stepup.CheckCode(w.Context(), pass, mfa.MethodSMS, string(sent.Secret.Reveal()))
	w.must(err)
	if !result.Verified {
		w.tb.Fatalf("the code did not count: %+v", result)
	}
	next, err := w.dialect.Mint(w.Context(), result.Pass)
	w.must(err)
	return next
}

// served runs the door behind a real listener, as clients reach it.
func (w *serverWorld) served() *httptest.Server {
	w.tb.Helper()
	s := httptest.NewServer(w.door)
	w.tb.Cleanup(s.Close)
	return s
}

// read drains an answer's body.
func read(tb testing.TB, r *http.Response) string {
	tb.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		tb.Fatal(err)
	}
	_ = r.Body.Close()
	return string(body)
}

// everyMethod switches on whatever cafe can have.
func (w *serverWorld) everyMethod() {
	w.tb.Helper()
	on := true
	w.change(cafeKey, func(to *mfa.StepUp) {
		to.Methods = map[mfa.Method]mfa.MethodSettings{}
		for _, m := range mfa.Methods() {
			to.Methods[m] = mfa.MethodSettings{Active: &on}
		}
	})
}
