package authsignal_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/dialect/authsignal"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/factor/appkey"
	"github.com/twinseal/twinseal/internal/factor/device"
	"github.com/twinseal/twinseal/internal/factor/otp"
	"github.com/twinseal/twinseal/internal/factor/recovery"
	"github.com/twinseal/twinseal/internal/factor/totp"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/actions"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/provision"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// The tenants of every client world. Shop and twin share a directory, other has its own.
const (
	shopTenant  = "7b1c0f54-3f2a-4f0e-9f57-0d6a1f4b1a01"
	twinTenant  = "7b1c0f54-3f2a-4f0e-9f57-0d6a1f4b1a02"
	otherTenant = "7b1c0f54-3f2a-4f0e-9f57-0d6a1f4b1a03"

	shopPage  = "https://shop.example"
	otherPage = "https://other.example"
	chrome    = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)

// clientWorld is a server with the Authsignal door, as browsers and phones see it.
type clientWorld struct {
	*mfatest.World

	tb      testing.TB
	door    http.Handler
	server  *endpoint.Server
	dialect *authsignal.Dialect
	stepup  *stepup.Service
	tenants map[string]*mfa.Caller
}

type object = map[string]any

// clients runs a test on a fresh world of each engine.
func clients(t *testing.T, test func(t *testing.T, w *clientWorld)) {
	t.Helper()
	mfatest.Engines(t, func(t *testing.T, in *mfatest.World) {
		t.Helper()
		test(t, newClientWorld(t, in))
	})
}

func newClientWorld(tb testing.TB, in *mfatest.World) *clientWorld {
	tb.Helper()
	w := &clientWorld{World: in, tb: tb, server: &endpoint.Server{}, tenants: map[string]*mfa.Caller{}}
	plan := provision.Plan{Organizations: []provision.PlannedOrganization{{Name: "Shops", Directories: []provision.PlannedDirectory{
		{Name: "people", Applications: []provision.PlannedApplication{plannedTenant("shop", shopTenant), plannedTenant("twin", twinTenant)}},
		{Name: "others", Applications: []provision.PlannedApplication{plannedTenant("other", otherTenant)}},
	}}}}
	_, err := in.Provision.Apply(tb.Context(), plan)
	w.must(err)
	for _, id := range []string{shopTenant, twinTenant, otherTenant} {
		w.tenants[id], err = in.Service.Authenticate(tb.Context(), mfa.KeyAuthsignalTenant, mfa.SecretText(id))
		w.must(err)
	}
	w.furnish()
	w.door = w.dialect.Handler(w.server)
	return w
}

// furnish wires the services, as the program does.
func (w *clientWorld) furnish() {
	w.stepup = stepup.New(stepup.Config{
		Domain: w.Service, Store: w.Store, Random: rand.Reader, Factors: factors(), AppKeys: appkey.New(), Passkeys: w.Passkeys, Actions: w.Actions, People: w.People,
		Dialect: authsignal.Name,
	})
	w.dialect = authsignal.New(authsignal.Config{Domain: w.Service, Actions: w.Actions, People: w.People, StepUp: w.stepup, Rulebook: w.Rules})
}

func plannedTenant(name, id string) provision.PlannedApplication {
	on := true
	settings := mfa.DefaultSettings()
	settings.RelyingParty = &mfa.RelyingParty{ID: name + ".example", Name: name, Origins: []string{"https://" + name + ".example"}, UserVerification: "preferred"}
	active := mfa.MethodSettings{Active: &on}
	return provision.PlannedApplication{
		Name: name, Settings: settings, Keys: []provision.PlannedKey{
			{Kind: mfa.KeyAuthsignalTenant, Secret: mfa.SecretText(id)},
			{Kind: mfa.KeyAuthsignalSecret, Secret: mfa.SecretText(name + "-secret-key-0001")},
		},
		StepUp: &provision.PlannedStepUp{Change: func(to *mfa.StepUp) {
			to.Methods = map[mfa.Method]mfa.MethodSettings{mfa.MethodQRCode: active, mfa.MethodInApp: active, mfa.MethodDevice: active}
		}},
	}
}

func (w *clientWorld) must(err error) {
	w.tb.Helper()
	if err != nil {
		w.tb.Fatal(err)
	}
}

// change replaces a tenant's settings.
func (w *clientWorld) change(tenant string, change func(*mfa.ApplicationSettings)) {
	w.tb.Helper()
	app := w.tenants[tenant].Application
	stepUp := *app.Settings.StepUp
	app.Settings.StepUp = &stepUp
	change(&app.Settings)
	w.must(w.Store.Write(w.Context(), func(r mfa.WriteRecords) error {
		_, err := r.PutApplication(app)
		return err
	}))
	w.Service.Forget()
	var err error
	w.tenants[tenant], err = w.Service.Authenticate(w.Context(), mfa.KeyAuthsignalTenant, mfa.SecretText(tenant))
	w.must(err)
}

// track begins an action of a user of a tenant that has to be proved, as the server's API does.
func (w *clientWorld) track(tenant, alias, code string, told ...func(*mfa.ActionRequest)) stepup.Pass {
	w.tb.Helper()
	in := actions.Track{Caller: w.tenants[tenant], User: alias, Code: code}
	for _, tell := range told {
		tell(&in.Request)
	}
	tracked, err := w.Actions.Track(w.Context(), in)
	w.must(err)
	return stepup.Pass{Caller: w.tenants[tenant], UserID: tracked.User.ID, ActionID: tracked.Action.ID, Scopes: []string{stepup.ScopeRead}}
}

// token is that of an action.
func (w *clientWorld) token(p stepup.Pass) string {
	w.tb.Helper()
	text, err := w.dialect.Mint(w.Context(), p)
	w.must(err)
	return text
}

// tracked is the token of a new action.
func (w *clientWorld) tracked(alias, code string, told ...func(*mfa.ActionRequest)) string {
	w.tb.Helper()
	return w.token(w.track(shopTenant, alias, code, told...))
}

func (w *clientWorld) action(id mfa.ActionID) (a mfa.Action) {
	w.tb.Helper()
	w.must(w.Store.Read(w.Context(), func(r mfa.Records) (err error) {
		a, err = r.Action(id)
		return err
	}))
	return a
}

// state is where an action stands.
func (w *clientWorld) state(id mfa.ActionID) mfa.ActionState {
	w.tb.Helper()
	return w.action(id).State
}

// ask is one request. Its zero value is a POST of the shop's page without authority.
type ask struct {
	method string
	path   string // below /v1/client, unless it begins with /v1
	auth   string
	body   any // bytes and texts go as they are
	header map[string]string
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	raw    string
	body   object // nil where it is no object
}

func (a answer) text(name string) string { text, _ := a.body[name].(string); return text }

func bearer(token string) string    { return "Bearer " + token }
func tenantOf(id string) string     { return "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":")) }
func (w *clientWorld) anon() string { return tenantOf(shopTenant) }

func (w *clientWorld) request(a ask) *http.Request {
	w.tb.Helper()
	var body []byte
	switch raw := a.body.(type) {
	case nil:
	case []byte:
		body = raw
	case string:
		body = []byte(raw)
	default:
		var err error
		body, err = json.Marshal(raw)
		w.must(err)
	}
	if a.method == "" {
		a.method = http.MethodPost
	}
	if !strings.HasPrefix(a.path, "/v1") {
		a.path = "/v1/client/" + a.path
	}
	r := httptest.NewRequestWithContext(w.Context(), a.method, "http://mfa.example.test/", bytes.NewReader(body))
	path, query, _ := strings.Cut(a.path, "?")
	unescaped, err := url.PathUnescape(path)
	w.must(err)
	r.URL = &url.URL{Path: unescaped, RawPath: path, RawQuery: query}
	r.Header.Set("Origin", shopPage)
	r.Header.Set("User-Agent", chrome)
	if len(body) > 0 {
		r.Header.Set("Content-Type", "application/json")
	}
	if a.auth != "" {
		r.Header.Set("Authorization", a.auth)
	}
	for name, value := range a.header {
		r.Header.Set(name, value)
	}
	return r
}

func (w *clientWorld) do(a ask) answer {
	w.tb.Helper()
	recorder := httptest.NewRecorder()
	w.door.ServeHTTP(recorder, w.request(a))
	out := answer{status: recorder.Code, header: recorder.Header(), raw: recorder.Body.String()}
	_ = json.Unmarshal(recorder.Body.Bytes(), &out.body) // lists are no objects
	return out
}

// call is a POST with a token.
func (w *clientWorld) call(token, path string, body any) answer {
	w.tb.Helper()
	return w.do(ask{path: path, auth: bearer(token), body: body})
}

// good holds an answer to what every success of the client's API is.
func (w *clientWorld) good(a answer) answer {
	w.tb.Helper()
	_, refused := a.body["error"]
	if a.status != http.StatusOK || refused || a.header.Get("Content-Type") != "application/json" {
		w.tb.Fatalf("answered by %d (%s) %s", a.status, a.header.Get("Content-Type"), a.raw)
	}
	return a
}

// no holds a refusal to a status, a word and the form that all clients read.
func (w *clientWorld) no(what string, a answer, status int, word string) {
	w.tb.Helper()
	if a.status != status || a.text("error") != word || a.text("errorCode") != word || a.text("errorDescription") == "" || len(a.body) != 3 ||
		a.header.Get("Content-Type") != "application/json" {
		w.tb.Errorf("%s: answered by %d %s, want %d %s", what, a.status, a.raw, status, word)
	}
}

// fits holds an answer to members, of which "*" stands for any text that is not empty.
func (w *clientWorld) fits(what string, a answer, want object) {
	w.tb.Helper()
	same := a.status == http.StatusOK && len(a.body) == len(want)
	for name, value := range want {
		got, there := a.body[name]
		same = same && there && (value == "*" && got != "" && got != nil || value != "*" && got == value)
	}
	if !same {
		w.tb.Errorf("%s: answered by %d %s, want %v", what, a.status, a.raw, want)
	}
}

// earned is the token of a proof that must have been good.
func (w *clientWorld) earned(what string, a answer) string {
	w.tb.Helper()
	if w.good(a); a.body["isVerified"] != true || a.text("accessToken") == "" {
		w.tb.Fatalf("%s: answered by %s", what, a.raw)
	}
	return a.text("accessToken")
}

// mail is the latest message that went out for the shop.
func (w *clientWorld) mail() mfa.Message {
	w.tb.Helper()
	all := w.Outbox(w.tenants[shopTenant])
	if len(all) == 0 {
		w.tb.Fatal("nothing was sent")
	}
	return w.MessageOf(all[len(all)-1])
}

// code is that of the latest message.
func (w *clientWorld) code() string {
	w.tb.Helper()
	longest := ""
	for _, run := range strings.FieldsFunc(w.mail().Text, func(r rune) bool { return r < '0' || r > '9' }) {
		if len(run) > len(longest) {
			longest = run
		}
	}
	return longest
}

// factors are those of the program.
func factors() mfa.Factors {
	return mfa.Factors{TOTP: totp.New(mfa.DefaultLimits().TOTPWindow), OTP: otp.New(), Recovery: recovery.New(), Device: device.New()}
}

// seedOf reads a seed as people type it.
func seedOf(tb testing.TB, text string) mfa.Secret {
	tb.Helper()
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(text)
	if err != nil {
		tb.Fatal(err)
	}
	return mfa.NewSecret(raw)
}
