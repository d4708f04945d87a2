package authenticator_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	permission "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/e2e/harness"
	"github.com/twinseal/twinseal/internal/delivery/webpush"
	"github.com/twinseal/twinseal/internal/dialect/native"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/store"
	"github.com/twinseal/twinseal/internal/web/authenticator"
	"github.com/twinseal/twinseal/receipt"
)

// elsewhere is another server than the app's, with rules, store and pushes of its own.
type elsewhere struct {
	*mfatest.World

	url    string
	sender *webpush.Sender
}

func newElsewhere(t *testing.T) *elsewhere {
	t.Helper()
	key, err := receipt.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	e := &elsewhere{World: mfatest.New(t, store.Options{SQLitePath: filepath.Join(t.TempDir(), "test.db")})}
	if e.sender, err = webpush.New(webpush.Config{Contact: "operator@example.com", Key: key, AllowLoopback: true}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.sender.Close)
	public, err := receipt.NewJWK(e.SealKey.Public())
	if err != nil {
		t.Fatal(err)
	}
	door := native.New(e.Service, native.Options{ServerKey: api.JWK(public), PushKey: e.sender.PublicKey()})
	server := httptest.NewServer(door.Handler(&endpoint.Server{}))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	e.url = strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	return e
}

// invitation is what a person pastes to link a device.
func (e *elsewhere) invitation(t *testing.T) string {
	t.Helper()
	link, err := e.Service.StartDeviceLink(t.Context(), mfa.StartDeviceLink{Caller: e.Caller, Alias: "ann", Dialect: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return "twinseal://link?" + url.Values{"server": {e.url}, "code": {link.Code}}.Encode()
}

// push asks Ann, and sends what that put into the outbox.
func (e *elsewhere) push(t *testing.T, message string) {
	t.Helper()
	if _, err := e.Service.AskApproval(t.Context(), mfa.AskApproval{Caller: e.Caller, User: mfa.UserRef{Alias: "ann"}, Message: message, Dialect: "test"}); err != nil {
		t.Fatal(err)
	}
	for _, d := range e.Outbox(e.Caller) {
		if d.Channel != mfa.ChannelPush {
			continue
		}
		if _, err := e.sender.Send(t.Context(), e.MessageOf(d)); err != nil {
			t.Fatal(err)
		}
	}
}

// registrations tell the scopes of the app's workers.
const registrations = `navigator.serviceWorker.getRegistrations().then((all) => all.map(({ scope }) => new URL(scope).pathname).sort().join(" "))`

// subscribing puts boxes of ours in the place of the browser's push service: the first for the app's registration, the
// second for any other.
func subscribing(boxes ...harness.Subscription) string {
	list, err := json.Marshal(boxes)
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf(`((boxes) => {
		const managers = new Map();
		const manage = (scope) => {
			const { endpoint, p256dh, auth } = boxes[scope === "/authenticator" ? 0 : 1];
			const made = () => {
				const kept = localStorage.getItem("subscribed " + scope);
				return kept && {
					endpoint, options: { userVisibleOnly: true, applicationServerKey: Uint8Array.from(JSON.parse(kept)).buffer },
					toJSON: () => ({ endpoint, expirationTime: null, keys: { p256dh, auth } }),
					unsubscribe: async () => { localStorage.removeItem("subscribed " + scope); return true; },
				};
			};
			return {
				getSubscription: async () => made(),
				subscribe: async ({ applicationServerKey }) => {
					localStorage.setItem("subscribed " + scope, JSON.stringify([...applicationServerKey]));
					return made();
				},
			};
		};
		Object.defineProperty(ServiceWorkerRegistration.prototype, "pushManager", { get() {
			const scope = new URL(this.scope).pathname;
			if (!managers.has(scope)) managers.set(scope, manage(scope));
			return managers.get(scope);
		} });
	})(%s)`, list)
}

// preload runs a script before those of every page to come.
func (w *world) preload(script string) {
	w.Helper()
	if _, err := chromedp.Call(w.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script}); err != nil {
		w.Fatal(err)
	}
}

// permit lets the app show notifications.
func (w *world) permit() {
	w.Helper()
	info, err := chromedp.Call(w.ctx, target.GetTargetInfo, target.GetTargetInfoParams{})
	if err != nil {
		w.Fatal(err)
	}
	_, err = chromedp.Call(w.ctx, permission.SetPermission, permission.SetPermissionParams{
		Permission: &permission.PermissionDescriptor{Name: "notifications"}, Setting: permission.PermissionSettingGranted,
		Origin: w.home, BrowserContextID: info.TargetInfo.BrowserContextID,
	})
	if err != nil {
		w.Fatal(err)
	}
}

// deliver hands a push to the worker of a scope.
func (w *world) deliver(scope, text string) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	events := chromedp.Events(ctx, serviceworker.WorkerRegistrationUpdated)
	if _, err := chromedp.Call(ctx, serviceworker.Enable, cdp.Empty{}); err != nil {
		w.Fatal(err)
	}
	for event, err := range events {
		if err != nil {
			w.Fatalf("no worker at %s: %v", scope, err)
		}
		for _, r := range event.Registrations {
			if r.ScopeURL != w.home+scope || r.IsDeleted {
				continue
			}
			if _, err := chromedp.Call(ctx, serviceworker.DeliverPushMessage, serviceworker.DeliverPushMessageParams{
				Origin: w.home, RegistrationID: r.RegistrationID, Data: text,
			}); err != nil {
				w.Fatal(err)
			}
			return
		}
	}
}

// A browser takes one key of a push service's customer for each registration of a worker, and each server has its own.
func TestAccountsOfAnotherServerArePushedToApart(t *testing.T) {
	t.Parallel()
	w, e, boxes := newWorld(t), newElsewhere(t), harness.NewPushService(t)
	ours, theirs := boxes.Subscribe(), boxes.Subscribe()
	w.home = w.front(authenticator.Options{Servers: []string{e.url}})
	w.preload(subscribing(ours, theirs))
	w.permit()
	w.link()
	w.open("/authenticator#/link")
	w.press("link-by-code")
	w.fill("code", e.invitation(t))
	w.press("link")
	w.see("cancel-link") // another server is shown first
	w.press("link")
	w.see("no-requests")
	w.evaluate(`(location.hash = "#/settings", "")`)
	w.press("notifications-switch")
	w.see("push-on")
	scopes := strings.Fields(w.evaluate(registrations))
	if len(scopes) != 2 || scopes[0] != "/authenticator" || !strings.HasPrefix(scopes[1], "/authenticator/servers/") {
		t.Fatalf("the workers are at %v", scopes)
	}
	w.open("/api/v1/elsewhere") // the app is closed
	e.push(t, "Log in from Vaduz?")
	got := boxes.Await(t, theirs, 1)[0]
	if got.VAPID != e.sender.PublicKey() {
		t.Errorf("pushed with the key %s", got.VAPID)
	}
	// Who asks the browser for notifications while the worker shows some makes it forget them.
	w.evaluate(`(navigator.serviceWorker.startMessages(), window.told = new Promise((heard) => navigator.serviceWorker.addEventListener("message", heard, { once: true })), "")`)
	w.deliver(scopes[1], got.Text)
	w.evaluate(`window.told.then(() => "")`)
	if shown := w.evaluate(fmt.Sprintf(`navigator.serviceWorker.getRegistration(%q).then((r) => r.getNotifications()).then((all) => all.map(({ body }) => body).join())`, scopes[1])); shown != "Log in from Vaduz?" {
		t.Errorf("shown is %q", shown)
	}
	if len(boxes.Await(t, ours, 0)) > 0 {
		t.Error("the app's own registration was pushed to")
	}
	w.open("/authenticator#/settings")
	w.press("notifications-switch")
	w.lose("push-on")
	w.await(`(navigator.serviceWorker.getRegistrations().then((all) => { window.left = all.length; }), window.left === 1)`)
	for _, d := range []string{"subscribed /authenticator", "subscribed " + scopes[1]} {
		w.await(fmt.Sprintf(`(localStorage.getItem(%q) ?? "") === ""`, d))
	}
}

// pushless puts a server in front that was given no contact for push services.
func (w *world) pushless() {
	w.Helper()
	behind, err := url.Parse(w.home)
	if err != nil {
		w.Fatal(err)
	}
	pass := &httputil.ReverseProxy{FlushInterval: -1, ErrorLog: log.New(io.Discard, "", 0), Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(behind) }}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path != api.PathPushKey {
			pass.ServeHTTP(rw, r)
			return
		}
		rw.Header().Set("Content-Type", "application/problem+json")
		rw.WriteHeader(http.StatusNotFound)
		_, _ = fmt.Fprintf(rw, `{"status":404,"code":%q}`, api.CodePushUnavailable)
	}))
	w.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	w.home = server.URL
}

func TestNobodyIsInvitedToPushesThatDoNotCome(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	asking := `Object.defineProperty(Notification, "permission", { get: () => "default" })`
	w.preload(asking)
	w.link()
	w.see("push-invite")
	w.press("push-invite-later")
	w.lose("push-invite")
	w.pushless()
	w.link()
	w.evaluate(`(location.hash = "#/settings", "")`)
	w.see("push-none")
	w.evaluate(`(location.hash = "#/", "")`)
	w.see("no-requests")
	w.lose("push-invite")
}
