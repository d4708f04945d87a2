package authy

import (
	"crypto/rand"
	"fmt"
	"testing"

	"github.com/twinseal/twinseal/e2e/harness"
)

// world is a server with an organization on it: a bank that is called back by POST, a shop that is called back by
// GET, a rollout where people without an authenticator are let through, and an application of somebody else.
type world struct {
	*harness.Server
	callbacks *harness.Callbacks
	python    *caller
	node      *caller // npm authy
	client    *caller // npm authy-client

	bank, shop, rollout application
	elsewhere           application // of another organization
}

// application is what a program has of its application.
type application struct {
	number            int64
	key, access, sign string
	callback          string
}

// seeded is a user that the apply file brings in with a seed.
const (
	seededID   = 1337
	seed       = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	seededMail = "seeded@example.com"
)

const applyFile = `
organizations:
- id: 6f6a2c3e-0000-4000-8000-000000000001
  name: Acme
  directories:
  - id: 6f6a2c3e-0000-4000-8000-000000000002
    name: customers
    applications:
    - name: Bank
      number: %d
      settings: {custom_codes: true}
      authy: {api_key: %q, access_key: %q, signing_key: %q, callback_url: %q, callback_method: POST}
    - name: Shop
      number: %d
      authy: {api_key: %q, callback_url: %q, callback_method: GET}
    - name: Rollout
      number: %d
      settings: {pass_through: true, sms: false, voice: false, generic_totp: false, approvals: false}
      authy: {api_key: %q}
    users:
    - authy_id: %d
      email: %s
      phone: "+14053425699"
      totp: {secret: %s}
- name: Other
  directories:
  - name: customers
    applications:
    - name: Elsewhere
      number: %d
      authy: {api_key: %q}
`

// newWorld starts a server with everything around it.
func newWorld(t *testing.T, engine harness.Engine) *world {
	t.Helper()
	w := newServer(t, engine)
	w.python = startCaller(t, w.URL, python(t), "python/calls.py")
	w.node = startCaller(t, w.URL, "node", "node/authy.js")
	w.client = startCaller(t, w.URL, "node", "node/client.js")
	return w
}

// newServer starts a server for tests that send requests of their own.
func newServer(t *testing.T, engine harness.Engine) *world {
	t.Helper()
	w := &world{callbacks: harness.NewCallbacks(t)}
	w.bank = application{number: 101, key: rand.Text(), access: rand.Text(), sign: rand.Text(), callback: w.callbacks.URL + "/bank/answered"}
	w.shop = application{number: 102, key: rand.Text(), callback: w.callbacks.URL + "/shop/answered"}
	w.rollout = application{number: 103, key: rand.Text()}
	w.elsewhere = application{number: 104, key: rand.Text()}
	w.Server = harness.Start(t, harness.Options{
		Engine: engine,
		Apply: fmt.Sprintf(applyFile, w.bank.number, w.bank.key, w.bank.access, w.bank.sign, w.bank.callback,
			w.shop.number, w.shop.key, w.shop.callback, w.rollout.number, w.rollout.key, seededID, seededMail, seed,
			w.elsewhere.number, w.elsewhere.key),
		Secrets: []string{w.bank.key, w.bank.access, w.bank.sign, w.shop.key, w.rollout.key, w.elsewhere.key, seed},
	})
	return w
}
