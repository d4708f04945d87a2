package hosted_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/dialect/authsignal"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/factor/appkey"
	"github.com/twinseal/twinseal/internal/factor/device"
	"github.com/twinseal/twinseal/internal/factor/otp"
	"github.com/twinseal/twinseal/internal/factor/passkey"
	"github.com/twinseal/twinseal/internal/factor/recovery"
	"github.com/twinseal/twinseal/internal/factor/totp"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/actions"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
	"github.com/twinseal/twinseal/internal/mfa/people"
	"github.com/twinseal/twinseal/internal/mfa/provision"
	"github.com/twinseal/twinseal/internal/mfa/rulebook"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
	"github.com/twinseal/twinseal/internal/store"
	"github.com/twinseal/twinseal/internal/web/hosted"
)

// The tenants of every world.
const (
	shopTenant  = "7b1c0f54-3f2a-4f0e-9f57-0d6a1f4b1a01"
	otherTenant = "7b1c0f54-3f2a-4f0e-9f57-0d6a1f4b1a03"
)

// world is a server with the pages, and a shop in front of them.
type world struct {
	*mfatest.World

	t       *testing.T
	home    string // where the pages are
	shop    string // where the shop is
	Domain  *mfa.Service
	Rules   *rulebook.Service
	People  *people.Service
	Actions *actions.Service
	StepUp  *stepup.Service
	Dialect *authsignal.Dialect
	pages   http.Handler
	tenants map[string]*mfa.Caller
	// came is where people were sent back to at the shop, the newest last.
	came chan string
}

// newWorld starts the servers. Names, because an address is no relying party's id.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{World: mfatest.New(t, store.Options{SQLitePath: filepath.Join(t.TempDir(), "test.db")}), t: t, came: make(chan string, 16)}
	w.shop = strings.Replace(w.serve(http.HandlerFunc(w.atShop)), "127.0.0.1", "shop.localhost", 1)
	var front http.Handler
	w.home = strings.Replace(w.serve(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { front.ServeHTTP(rw, r) })), "127.0.0.1", "localhost", 1)
	w.wire()
	front = w.pages
	w.furnish()
	return w
}

func (w *world) serve(h http.Handler) string {
	server := httptest.NewServer(h)
	w.t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server.URL
}

// atShop takes people back, and shows the page that frames a challenge.
func (w *world) atShop(rw http.ResponseWriter, r *http.Request) {
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	switch r.URL.Path {
	case "/frame":
		_, _ = rw.Write([]byte(framingPage))
	case "/back":
		w.came <- r.URL.String()
		_, _ = rw.Write([]byte(`<!doctype html><title>Shop</title><p data-testid="shop">Welcome back</p>`))
	default:
		http.NotFound(rw, r)
	}
}

// framingPage does what the vendor's script does: it opens the challenge in a frame and keeps what that says.
const framingPage = `<!doctype html><title>Shop</title><body><h1>Shop</h1><p id="said" data-testid="said"></p><script>
const told = []; window.told = told;
addEventListener("message", (e) => {
  told.push({ data: e.data, origin: e.origin });
  const frame = document.getElementById("__authsignal-popup-iframe");
  if (e.data && e.data.height && frame) frame.style.height = e.data.height + "px";
  document.getElementById("said").textContent = told.length;
});
window.frameIt = (url) => {
  const f = document.createElement("iframe");
  f.id = "__authsignal-popup-iframe"; f.name = "authsignal"; f.title = "Authsignal multi-factor authentication"; f.width = 385;
  f.allow = "publickey-credentials-get *; publickey-credentials-create *; clipboard-write"; f.src = url;
  document.body.append(f);
};
</script>`

// wire makes the services, as the program does, at the address of the pages.
func (w *world) wire() {
	limits := mfa.DefaultLimits()
	w.Domain = w.Beside(mfa.Options{PublicURL: w.home, Sandbox: true})
	factors := mfa.Factors{TOTP: totp.New(limits.TOTPWindow), OTP: otp.New(), Recovery: recovery.New(), Device: device.New()}
	rules := passkeys.New(passkeys.Config{
		Domain: w.Domain, Store: w.Store, Random: rand.Reader, Factor: passkey.New(passkey.Config{Now: w.Clock.Now}), Sealer: w.World,
	})
	var err error
	w.Rules, err = rulebook.New(rulebook.Config{Domain: w.Domain, Store: w.Store})
	w.must(err)
	w.People = people.New(people.Config{Domain: w.Domain, Store: w.Store, TOTP: factors.TOTP, Passkeys: rules})
	w.Actions = actions.New(actions.Config{Domain: w.Domain, Store: w.Store, Rules: w.Rules, People: w.People, Places: w.Places})
	w.StepUp = stepup.New(stepup.Config{
		Domain: w.Domain, Store: w.Store, Random: rand.Reader, Factors: factors, AppKeys: appkey.New(), Passkeys: rules, Actions: w.Actions, People: w.People,
		Dialect: authsignal.Name,
	})
	w.Dialect = authsignal.New(authsignal.Config{Domain: w.Domain, Actions: w.Actions, People: w.People, StepUp: w.StepUp, Rulebook: w.Rules})
	w.Domain.Use([]mfa.Callback{w.Dialect.Callback()}, nil)
	pages, err := hosted.New(hosted.Config{Domain: w.Domain, StepUp: w.StepUp, Tokens: w.Dialect, Templates: w.templates})
	w.must(err)
	w.pages = pages.Handler(&endpoint.Server{})
}

func (w *world) templates(ctx context.Context, c *mfa.Caller, code string) (json.RawMessage, error) {
	conf, err := w.Rules.Configuration(ctx, c, code)
	return conf.Templates, err
}

// furnish makes the tenants.
func (w *world) furnish() {
	plan := provision.Plan{Organizations: []provision.PlannedOrganization{{Name: "Shops", Directories: []provision.PlannedDirectory{
		{Name: "people", Applications: []provision.PlannedApplication{w.planned("Linden Bank", shopTenant)}},
		{Name: "others", Applications: []provision.PlannedApplication{w.planned("Other", otherTenant)}},
	}}}}
	_, err := w.Provision.Apply(w.t.Context(), plan)
	w.must(err)
	w.tenants = map[string]*mfa.Caller{}
	for _, id := range []string{shopTenant, otherTenant} {
		w.tenants[id], err = w.Domain.Authenticate(w.t.Context(), mfa.KeyAuthsignalTenant, mfa.SecretText(id))
		w.must(err)
	}
}

func (w *world) planned(name, id string) provision.PlannedApplication {
	settings := mfa.DefaultSettings()
	settings.RelyingParty = &mfa.RelyingParty{ID: "localhost", Name: name, Origins: []string{w.home, w.shop}, UserVerification: "preferred"}
	return provision.PlannedApplication{
		Name: name, Settings: settings, Keys: []provision.PlannedKey{
			{Kind: mfa.KeyAuthsignalTenant, Secret: mfa.SecretText(id)},
			{Kind: mfa.KeyAuthsignalSecret, Secret: mfa.SecretText(id + "-secret-key")},
		},
		StepUp: &provision.PlannedStepUp{Change: func(to *mfa.StepUp) {
			to.RedirectURLs, to.FrameOrigins = []string{w.shop + "/"}, []string{w.shop}
			to.AllowDeleting, to.AllowDisabling = true, true
		}},
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// change replaces a tenant's settings.
func (w *world) change(tenant string, change func(*mfa.ApplicationSettings)) {
	w.t.Helper()
	app := w.tenants[tenant].Application
	stepUp := *app.Settings.StepUp
	app.Settings.StepUp = &stepUp
	change(&app.Settings)
	w.must(w.Store.Write(w.t.Context(), func(r mfa.WriteRecords) error {
		_, err := r.PutApplication(app)
		return err
	}))
	w.Domain.Forget()
	var err error
	w.tenants[tenant], err = w.Domain.Authenticate(w.t.Context(), mfa.KeyAuthsignalTenant, mfa.SecretText(tenant))
	w.must(err)
}

// track begins an action of a user, as the application's server does. People return to the shop.
func (w *world) track(tenant, alias, code string, told ...func(*mfa.ActionRequest)) stepup.Pass {
	w.t.Helper()
	in := actions.Track{Caller: w.tenants[tenant], User: alias, Code: code}
	in.Request.RedirectURL = w.shop + "/back?order=7"
	for _, tell := range told {
		tell(&in.Request)
	}
	tracked, err := w.Actions.Track(w.t.Context(), in)
	w.must(err)
	return stepup.Pass{Caller: w.tenants[tenant], UserID: tracked.User.ID, ActionID: tracked.Action.ID, Scopes: append([]string{stepup.ScopeRead}, in.Request.Scopes...)}
}

// token is that of an action.
func (w *world) token(p stepup.Pass) string {
	w.t.Helper()
	text, err := w.Dialect.Mint(w.t.Context(), p)
	w.must(err)
	return text
}

// address is where the person of a pass is sent.
func (w *world) address(p stepup.Pass) string { return w.home + "/challenge?token=" + w.token(p) }

func (w *world) state(p stepup.Pass) mfa.ActionState {
	w.t.Helper()
	view, err := w.StepUp.Look(w.t.Context(), p)
	w.must(err)
	return view.Action.State
}

// messages are what was sent for a tenant, oldest first.
func (w *world) messages(tenant string) []mfa.Message {
	w.t.Helper()
	var out []mfa.Message
	for _, d := range w.Outbox(w.tenants[tenant]) {
		if d.Kind == mfa.DeliveryMessage {
			out = append(out, w.MessageOf(d))
		}
	}
	return out
}

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// sentCode is the newest code that was sent.
func (w *world) sentCode() string {
	w.t.Helper()
	all := w.messages(shopTenant)
	if len(all) == 0 {
		w.t.Fatal("nothing was sent")
	}
	code := sixDigits.FindString(all[len(all)-1].Text)
	if code == "" {
		w.t.Fatalf("there is no code in %q", all[len(all)-1].Text)
	}
	return code
}

var linkAddress = regexp.MustCompile(`https?://\S+/challenge/link\?\S+`)

// sentLink is the newest link that was sent.
func (w *world) sentLink() string {
	w.t.Helper()
	all := w.messages(shopTenant)
	if len(all) == 0 {
		w.t.Fatal("nothing was sent")
	}
	address := linkAddress.FindString(all[len(all)-1].Text)
	if address == "" {
		w.t.Fatalf("there is no link in %q", all[len(all)-1].Text)
	}
	return strings.TrimRight(address, ".")
}
