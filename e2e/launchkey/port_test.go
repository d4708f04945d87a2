package launchkey

import (
	"context"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
)

// waiting: what only the port does, which is to poll by itself and to serve webhooks.
func (w *world) waiting(t *testing.T) {
	s := w.newScene(t, goSDK{w.URL})
	svc := s.svc.(*launchkey.ServiceClient)
	if at, err := must(launchkey.NewOrganizationFactory(w.URL, w.orgID, []byte(keys.both().private)))(t).Ping(t.Context()); err != nil || at.Sub(w.Now(t)).Abs() > time.Minute {
		t.Errorf("the server's time is %s, %v", at, err)
	}
	told := make(chan launchkey.ServiceWebhook, 1)
	server := httptest.NewServer(svc.WebhookHandler("", func(_ context.Context, hook launchkey.ServiceWebhook) error {
		told <- hook
		return nil
	}))
	t.Cleanup(server.Close)
	s.good(t, s.dir.UpdateService(t.Context(), s.svcID, launchkey.ServiceUpdate{CallbackURL: launchkey.To(server.URL + "/hook?from=twinseal")}))
	device, _ := s.linked(t)
	id := s.ask(t, launchkey.NewAuthorization{})
	answered := make(chan *launchkey.AuthorizationResponse, 1)
	go func() {
		got, err := svc.WaitAuthorization(t.Context(), id)
		if err != nil {
			t.Error(err)
		}
		answered <- got
	}()
	device.Approve(string(id))
	if got := <-answered; got == nil || !got.Authorized || got.RequestID != id {
		t.Errorf("the answer is %+v", got)
	}
	if got, ok := (<-told).(*launchkey.ResponseWebhook); !ok || !got.Authorized || got.RequestID != id {
		t.Errorf("the webhook says %+v", got)
	}
	forged, err := http.Post(server.URL+"/hook", "application/jose", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	defer forged.Body.Close()
	if forged.StatusCode < http.StatusBadRequest {
		t.Errorf("a stranger's webhook gets %d", forged.StatusCode)
	}
	linked := make(chan *launchkey.DeviceLinkWebhook, 1)
	dir := httptest.NewServer(s.dir.(*launchkey.DirectoryClient).WebhookHandler("", func(_ context.Context, hook *launchkey.DeviceLinkWebhook) error {
		linked <- hook
		return nil
	}))
	t.Cleanup(dir.Close)
	s.good(t, s.org.UpdateDirectory(t.Context(), s.dirID, launchkey.DirectoryUpdate{WebhookURL: launchkey.To(dir.URL)}))
	_, link := s.linked(t)
	if got := <-linked; got.DeviceID != link.DeviceID {
		t.Errorf("the directory is told %+v", got)
	}
}

// own are the methods of the port that the Python package has no like of; waiting and issuers tell of them.
var own = map[string]bool{
	"WaitAuthorization": true, "WebhookHandler": true, "Ping": true, "OrganizationClient": true, "DirectoryClient": true, "ServiceClient": true,
}

func TestTheStoriesKnowEveryMethodOfThePort(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ port, told reflect.Type }{
		{reflect.TypeFor[*launchkey.OrganizationClient](), reflect.TypeFor[organizationClient]()},
		{reflect.TypeFor[*launchkey.DirectoryClient](), reflect.TypeFor[directoryClient]()},
		{reflect.TypeFor[*launchkey.ServiceClient](), reflect.TypeFor[serviceClient]()},
		{reflect.TypeFor[*launchkey.OrganizationFactory](), reflect.TypeFor[any]()},
		{reflect.TypeFor[*launchkey.DirectoryFactory](), reflect.TypeFor[any]()},
		{reflect.TypeFor[*launchkey.ServiceFactory](), reflect.TypeFor[any]()},
	} {
		for method := range c.port.Methods() {
			if _, ok := c.told.MethodByName(method.Name); !ok && !own[method.Name] {
				t.Errorf("no story tells of %s.%s", c.port, method.Name)
			}
		}
	}
}
