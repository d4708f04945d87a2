package launchkey

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/twinseal/twinseal/client/launchkey"
	"github.com/twinseal/twinseal/e2e/harness"
)

// world is a server with an organization on it that has three keys: for both purposes, and for one each.
type world struct {
	*harness.Server

	callbacks *harness.Callbacks
	python    *harness.Caller
	orgID     launchkey.OrganizationID
	elsewhere launchkey.OrganizationID // somebody else's, with a key of its own
	brought   brought
}

// brought is what an organization had before, and brings in by a file.
type brought struct {
	directory launchkey.DirectoryID
	sdkKey    launchkey.SDKKey
	service   launchkey.ServiceID
	own       launchkey.ServiceID // of the organization itself
}

const applyFile = `
organizations:
- id: %[1]s
  name: Acme
  launchkey:
    keys:
    - {type: both, public_key: %[3]q}
    - {type: encryption, public_key: %[4]q}
    - {type: signature, public_key: %[5]q}
  directories:
  - id: %[6]s
    name: customers
    launchkey:
      keys: [{public_key: %[11]q}]
      sdk_keys: [%[7]s]
      webhook_url: %[10]s/linked/%[6]s
    applications:
    - id: %[8]s
      name: Login
      launchkey:
        keys: [{public_key: %[12]q}, {public_key: %[13]q, active: false, expires: 2000-01-01T00:00:00Z}]
        callback_url: %[10]s/told/%[8]s
        icon: https://acme.example.com/icon.png
        description: Where customers log in
        policy: {type: METHOD_AMOUNT, amount: 1, fences: [{type: TERRITORY, name: Home, country: US, administrative_area: US-NV}]}
  services:
  - {id: %[9]s, name: Consumers, launchkey: {description: Without people}}
- id: %[2]s
  name: Elsewhere
  launchkey: {keys: [{public_key: %[13]q}]}
`

// newWorld starts a server with everything around it.
func newWorld(t *testing.T, engine harness.Engine) *world {
	t.Helper()
	w := &world{
		callbacks: harness.NewCallbacks(t), orgID: fresh[launchkey.OrganizationID](), elsewhere: fresh[launchkey.OrganizationID](),
		brought: brought{fresh[launchkey.DirectoryID](), fresh[launchkey.SDKKey](), fresh[launchkey.ServiceID](), fresh[launchkey.ServiceID]()},
	}
	b := w.brought
	w.Server = harness.Start(t, harness.Options{Engine: engine, Apply: fmt.Sprintf(applyFile, w.orgID, w.elsewhere,
		keys.both().public, keys.encryption().public, keys.signature().public, b.directory, b.sdkKey, b.service, b.own, w.callbacks.URL,
		keys.directory().public, keys.service().public, keys.other().public)})
	w.python = harness.StartCaller(t, []string{"PYTHONWARNINGS=ignore"}, harness.Python(t, "venv-launchkey"), "python/calls.py", w.URL)
	return w
}

// fresh is an id that nobody has yet.
func fresh[T ~string]() T { return T(uuid.NewString()) }

// owner is the organization with its key for both purposes.
func (w *world) owner(t *testing.T, c sdk) issuer {
	t.Helper()
	return c.as(t, anOrganization, string(w.orgID), keys.both())
}

// scene is a directory and a service of its own, seen by the organization through one package.
type scene struct {
	*world

	sdk   sdk
	owner issuer
	org   organizationClient
	dirID launchkey.DirectoryID
	dir   directoryClient
	svcID launchkey.ServiceID
	svc   serviceClient
	user  string // who is not known yet
}

// newScene makes a directory and a service in it. Both are called back at paths that end in their ids.
func (w *world) newScene(t *testing.T, c sdk) *scene {
	t.Helper()
	s := &scene{world: w, sdk: c, owner: w.owner(t, c), user: rand.Text()}
	s.org = s.owner.organization(t)
	s.dirID = must(s.org.CreateDirectory(t.Context(), rand.Text()))(t)
	s.good(t, s.org.UpdateDirectory(t.Context(), s.dirID, launchkey.DirectoryUpdate{WebhookURL: launchkey.To(w.callbacks.URL + "/linked/" + string(s.dirID))}))
	s.dir = s.owner.directory(t, s.dirID)
	s.svcID = s.newService(t)
	s.svc = s.owner.service(t, s.svcID)
	return s
}

// newService makes a further service of the directory.
func (s *scene) newService(t *testing.T) launchkey.ServiceID {
	t.Helper()
	id := must(s.dir.CreateService(t.Context(), launchkey.NewService{Name: rand.Text()}))(t)
	s.good(t, s.dir.UpdateService(t.Context(), id, launchkey.ServiceUpdate{CallbackURL: launchkey.To(s.callbacks.URL + "/told/" + string(id))}))
	return id
}

// linked links a device of the scene's user.
func (s *scene) linked(t *testing.T) (*harness.Device, *launchkey.DeviceLink) {
	t.Helper()
	link := must(s.dir.LinkDevice(t.Context(), s.user, launchkey.LinkDeviceOptions{}))(t)
	s.Log.Secret(link.Code)
	device := s.NewDevice(t)
	device.LinkByCode(link.Code)
	return device, link
}

// hook waits for the count-th webhook to a path that ends in an id.
func (w *world) hook(t *testing.T, id string, count int) launchkey.Webhook {
	t.Helper()
	got := w.callbacks.AwaitMore(t, fmt.Sprintf("webhook %d to %s", count, id), count, func(got harness.Callback) bool {
		return strings.HasSuffix(got.Path, id)
	})
	return launchkey.Webhook{Method: got.Method, Path: got.Path, Header: got.Header, Body: got.Body}
}

// must gives what a call gave, and fails the test where it gave an error.
func must[T any](value T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func (w *world) good(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
