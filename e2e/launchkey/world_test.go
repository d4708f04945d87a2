package launchkey

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/twinseal/twinseal/client/launchkey"
	"github.com/twinseal/twinseal/e2e/harness"
	"github.com/twinseal/twinseal/internal/mfa"
)

// world is a server with an organization on it that has three keys: for both purposes, and for one each.
type world struct {
	*harness.Server

	callbacks *harness.Callbacks
	python    *harness.Caller
	orgID     launchkey.OrganizationID
	elsewhere launchkey.OrganizationID // somebody else's, with a key of its own
}

const applyFile = `
organizations:
- id: %s
  name: Acme
- id: %s
  name: Elsewhere
`

// newWorld starts a server with everything around it.
func newWorld(t *testing.T, engine harness.Engine) *world {
	t.Helper()
	w := &world{callbacks: harness.NewCallbacks(t), orgID: launchkey.OrganizationID(uuid.NewString()), elsewhere: launchkey.OrganizationID(uuid.NewString())}
	w.Server = harness.Start(t, harness.Options{Engine: engine, Apply: fmt.Sprintf(applyFile, w.orgID, w.elsewhere)})
	seed(t, w.Server, w.orgID, map[mfa.KeyPurpose]*privateKey{
		mfa.PurposeBoth: keys.both(), mfa.PurposeEncryption: keys.encryption(), mfa.PurposeSignature: keys.signature(),
	})
	seed(t, w.Server, w.elsewhere, map[mfa.KeyPurpose]*privateKey{mfa.PurposeBoth: keys.other()})
	w.python = harness.StartCaller(t, []string{"PYTHONWARNINGS=ignore"}, harness.Python(t, "venv-launchkey"), "python/calls.py", w.URL)
	return w
}

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
