package authsignal

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/twinseal/twinseal/e2e/harness"
)

// The tenants of the world, which share their people with an application of Authy's.
const (
	tenantID      = "ec3910e7-ab32-479e-b58b-36a122631d58"
	secretKey     = "sk+shop/0123456789abcdef0123456789abcdef=="
	managementKey = "mk-shop-0123456789abcdef"

	hookedTenant = "7a0e6c1d-94b2-4f3e-8a57-0c2d4e6f8a1b"
	hookedSecret = "sk+hooked/0123456789abcdef0123456789"
	hookedOlder  = "sk+older/0123456789abcdef0123456789"

	clientID = "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"
	authyKey = "0123456789abcdef0123456789abcdef"
)

// customer is who the bank and the shop both know, by a number and by a name.
const (
	customer   = "jo"
	customerID = 1337
	bankNumber = 7
)

// world is a server with a shop on it, the shop's website, and what its backend hears.
type world struct {
	*harness.Server

	site      *website
	callbacks *harness.Callbacks
	sdks      map[string]*sdk
}

const applyFile = `
organizations:
- id: %[9]s
  name: Acme
  launchkey: {keys: [{public_key: %[10]q}]}
  directories:
  - id: %[11]s
    name: customers
    applications:
    - name: Shop
      passkeys: {url: %[1]q}
      authsignal:
        tenant_id: %[2]s
        secret_keys: [%[3]q]
        management_keys: [%[4]q]
        redirect_urls: [%[1]q, "https://shop.example.com/"]
        remember_days: 30
        allow_deleting: true
        allow_disabling: true
        methods:
          QR_CODE: {active: true}
          IN_APP: {active: true}
          DEVICE: {active: true}
          WHATSAPP: {active: true, webhook_url: "%[5]s/whatsapp"}
        data_points:
        - {name: amount, type: number, public: true}
        - {name: vip, type: boolean, of: user}
        value_lists:
        - {name: Trusted, items: [NZ, AU]}
        actions:
          transfer:
            default: ALLOW
            rules:
            - {name: Huge, type: BLOCK, conditions: {">": [{var: custom.amount}, 10000]}}
            - {name: Large, type: CHALLENGE, conditions: {">": [{var: custom.amount}, 100]}, methods: [AUTHENTICATOR_APP, PASSKEY]}
        clients:
        - {id: %[12]s, name: Web}
    - name: Hooked
      authsignal:
        tenant_id: %[6]s
        secret_keys: [%[7]q, %[8]q]
        webhook_url: "%[5]s/events"
        log_webhook_url: "%[5]s/logs"
        methods:
          SMS: {webhook_url: "%[5]s/sms"}
          EMAIL_OTP: {webhook_url: "%[5]s/email"}
          EMAIL_MAGIC_LINK: {webhook_url: "%[5]s/link"}
          WHATSAPP: {active: true, webhook_url: "%[5]s/whatsapp"}
          PUSH: {webhook_url: "%[5]s/push"}
        actions:
          gated: {default: CHALLENGE, webhook_url: "%[5]s/gate"}
    - {name: Bank, number: 7, authy: {api_key: %[13]s}}
    users:
    - {authy_id: 1337, username: jo, email: jo@example.com, phone: +14155552671}
`

// newWorld starts a server, the website and the packages for servers.
func newWorld(t *testing.T, engine harness.Engine) *world {
	t.Helper()
	w := newSite(t, engine)
	w.sdks = map[string]*sdk{}
	for name, p := range packages() {
		w.sdks[name] = p.start(t, w.URL)
	}
	return w
}

// newSite starts a server and the website. The test causes the troubles that it names.
func newSite(t *testing.T, engine harness.Engine, caused ...string) *world {
	t.Helper()
	w := &world{site: openSite(t), callbacks: harness.NewCallbacks(t)}
	w.Server = harness.Start(t, harness.Options{
		Engine: engine, Caused: caused, Secrets: []string{secretKey, managementKey, hookedSecret, hookedOlder, authyKey},
		Apply: fmt.Sprintf(applyFile, w.site.url, tenantID, secretKey, managementKey, w.callbacks.URL, hookedTenant, hookedSecret, hookedOlder,
			organizationID, vendorKeys().public, directoryID, clientID, authyKey),
	})
	return w
}

// each tells a story once with every package that has a style.
func (w *world) each(t *testing.T, styles []style, story func(t *testing.T, s *scene)) {
	t.Helper()
	for name, one := range w.sdks {
		for _, s := range styles {
			if one.style != s {
				continue
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				story(t, &scene{world: w, t: t, sdk: one, user: fresh()})
			})
		}
	}
}

// scene is a story's own person, and a package.
type scene struct {
	*world

	t    *testing.T
	sdk  *sdk
	user string
}

// fresh is a name that nobody has yet, with what programs use in names. It needs no escaping, for some packages do not.
func fresh() string { return "auth0|" + strings.ToLower(rand.Text()) + ":x@example.com" }

// number is a phone number that nobody has yet.
func number() string {
	id := uuid.New()
	return fmt.Sprintf("+6421%07d", int(id[0])<<15|int(id[1])<<7|int(id[2])>>1)
}

// address is a mail address that nobody has yet.
func address() string { return strings.ToLower(rand.Text()) + "@example.com" }

// modules are the packages for Node and browsers, as they are installed.
func modules(t *testing.T) string {
	t.Helper()
	at := filepath.Join(harness.Cache(t), "node-authsignal", "node_modules")
	if _, err := os.Stat(at); err != nil {
		t.Fatalf("%v: run scripts/setup test", err)
	}
	return at
}

// failed is an error as all three APIs write it.
type failed struct {
	Error, ErrorCode, ErrorDescription string
}

// api makes a request below /v1 with credentials as the header has them, and a body or none.
func (w *world) api(t *testing.T, method, path, authorization string, body any) harness.Answer {
	t.Helper()
	r := harness.Request{Method: method, Path: "/v1" + path, Header: http.Header{}}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		r.Body, r.Type = string(encoded), "application/json"
	}
	return w.Send(t, r)
}

// good makes a request that must succeed, and reads the answer into a value, which may be nil.
func (w *world) good(t *testing.T, into any, method, path, authorization string, body any) {
	t.Helper()
	got := w.api(t, method, path, authorization, body)
	if got.Status != http.StatusOK || got.Header.Get("Content-Type") != "application/json" {
		t.Fatalf("%s %s: %d %s %s", method, path, got.Status, got.Header.Get("Content-Type"), got.Body)
	}
	if into != nil {
		got.JSON(t, into)
	}
}

// bad makes a request that must be refused with a status and a code.
func (w *world) bad(t *testing.T, status int, code, method, path, authorization string, body any) failed {
	t.Helper()
	got := w.api(t, method, path, authorization, body)
	var f failed
	got.JSON(t, &f)
	if got.Status != status || f.ErrorCode != code || f.Error != code || f.ErrorDescription == "" || got.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%s %s: %d %s, want %d %s", method, path, got.Status, got.Body, status, code)
	}
	return f
}
