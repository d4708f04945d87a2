package launchkey_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
	"github.com/twinseal/twinseal/client/launchkey/launchkeytest"
)

const hookPath = "/launchkey/webhook"

// told is a webhook as the platform sends it, and how it lies about it.
type told struct {
	subject     string // the service when empty
	body        string // as sent
	contentType string
	claims      func(map[string]any)
	r           reply // signer, alg
	noToken     bool
}

// deliver makes the request that carries a webhook.
func (p *platform) deliver(w told) *http.Request {
	if w.subject == "" {
		w.subject = "svc:" + serviceID
	}
	r := p.Deliver(launchkeytest.Webhook{
		Path: hookPath, Subject: w.subject, ContentType: w.contentType, Body: w.body, Signer: keyOf(w.r.signer), Alg: w.r.alg, Claims: w.claims, NoToken: w.noToken,
	})
	r.URL.RawQuery = "a=b"
	return r
}

func answered(t *testing.T, key testKey) told {
	t.Helper()
	plain := response(t, approved(), key, func(outer map[string]any) { outer["type"] = "AUTHORIZATION_RESPONSE" })
	return told{body: issuerKey().seal(plain, ""), contentType: "application/jose"}
}

func ended() told {
	return told{body: `{"service_user_hash":"service-hash","api_time":"2026-01-31T12:00:00Z"}`, contentType: "application/json"}
}

func linked() told {
	return told{
		subject: "dir:" + directoryID, contentType: "application/jose",
		body: issuerKey().seal(`{"type":"DEVICE_LINK_COMPLETION","device_id":"`+deviceID+`","device_public_key":"PEM","device_public_key_id":"`+keyIDOfTests+`"}`, ""),
	}
}

func quiet(t *testing.T) *platform {
	t.Helper()
	return newPlatform(t, func(asked) reply {
		t.Error("a request was sent")
		return reply{status: 204}
	})
}

func handle(t *testing.T, c *launchkey.ServiceClient, r *http.Request) (launchkey.ServiceWebhook, error) {
	t.Helper()
	hook, err := launchkey.ReadWebhook(r, "")
	if err != nil {
		t.Fatal(err)
	}
	return c.HandleWebhook(t.Context(), hook)
}

func TestWebhooksOfAService(t *testing.T) {
	t.Parallel()
	p := quiet(t)
	got, err := handle(t, p.service(), p.deliver(answered(t, issuerKey())))
	response, ok := got.(*launchkey.ResponseWebhook)
	if err != nil || !ok || !response.Authorized || response.RequestID != requestID || response.ServiceUserHash != "service-hash" {
		t.Errorf("answer: %+v, %v", got, err)
	}
	got, err = handle(t, p.service(), p.deliver(ended()))
	want := &launchkey.SessionEndWebhook{ServiceUserHash: "service-hash", RequestedAt: time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("end of a session: %+v, %v", got, err)
	}
	old := told{body: issuerKey().seal(response0(t), ""), contentType: "application/jose; charset=UTF-8"}
	if got, err := handle(t, p.service(), p.deliver(old)); err != nil {
		t.Errorf("an answer without type: %+v, %v", got, err)
	}
}

func response0(t *testing.T) string { t.Helper(); return response(t, approved(), issuerKey(), nil) }

func TestWebhookOfADirectory(t *testing.T) {
	t.Parallel()
	p := quiet(t)
	hook, err := launchkey.ReadWebhook(p.deliver(linked()), hookPath)
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.directory().HandleWebhook(t.Context(), hook)
	want := &launchkey.DeviceLinkWebhook{DeviceID: deviceID, PublicKey: "PEM", PublicKeyID: keyIDOfTests}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestWebhooksThatAreNotProved(t *testing.T) {
	t.Parallel()
	stranger := encryptionKey()
	request := func(name string, value any) func(map[string]any) {
		return func(claims map[string]any) { claims["request"].(map[string]any)[name] = value }
	}
	for name, change := range map[string]func(*told, *http.Request){
		"no token":             func(_ *told, r *http.Request) { r.Header.Del("X-IOV-JWT") },
		"another token header": func(_ *told, r *http.Request) { r.Header.Set("X-IOV-JWT", "IOV-JWT "+r.Header.Get("X-IOV-JWT")) },
		"another method":       func(_ *told, r *http.Request) { r.Method = http.MethodPut },
		"another path":         func(_ *told, r *http.Request) { r.URL.Path = "/other" },
		"another body": func(w *told, r *http.Request) {
			r.Body = httptest.NewRequest(http.MethodPost, "/", strings.NewReader(w.body+" ")).Body
		},
		"no body": func(_ *told, r *http.Request) { r.Body = http.NoBody },
	} {
		p := quiet(t)
		for kind, w := range map[string]told{"answer": answered(t, issuerKey()), "end": ended()} {
			r := p.deliver(w)
			change(&w, r)
			if got, err := handle(t, p.service(), r); !errors.Is(err, launchkey.ErrUnverified) {
				t.Errorf("%s with %s: %+v, %v", kind, name, got, err)
			}
		}
	}
	now := time.Now().Unix()
	for name, change := range map[string]func(*told){
		"a stranger's key": func(w *told) { w.r.signer = &testKey{stranger.PrivateKey, apiKey().id} },
		"another platform": func(w *told) { w.claims = with("iss", "x") },
		"another factory":  func(w *told) { w.claims = with("aud", "svc:"+serviceID) },
		"another service":  func(w *told) { w.subject = "svc:" + unknownID },
		"another time": func(w *told) {
			w.claims = func(c map[string]any) { c["iat"], c["nbf"], c["exp"] = now-60, now-60, now-55 }
		},
		"no request": func(w *told) { w.claims = with("request", nil) },
		"the token of an answer": func(w *told) {
			w.claims = func(c map[string]any) { delete(c, "request"); c["response"] = map[string]any{"status": 200} }
		},
		"another digest": func(w *told) { w.claims = request("hash", hexSHA256([]byte("x"))) },
		"no digest": func(w *told) {
			w.claims = func(c map[string]any) { c["request"] = map[string]any{"meth": "POST", "path": hookPath} }
		},
		"an unknown digest":         func(w *told) { w.claims = request("func", "MD5") },
		"a method in small letters": func(w *told) { w.claims = request("meth", "post") },
	} {
		p := quiet(t)
		w := ended()
		change(&w)
		if got, err := handle(t, p.service(), p.deliver(w)); !errors.Is(err, launchkey.ErrUnverified) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestWebhooksThatCannotBeRead(t *testing.T) {
	t.Parallel()
	sealed := func(plain string) told {
		return told{body: issuerKey().seal(plain, ""), contentType: "application/jose"}
	}
	plain := func(body string) told { return told{body: body, contentType: "application/json"} }
	for name, c := range map[string]struct {
		w    told
		want error
	}{
		"an end of nobody's session": {plain(`{"api_time":"2026-01-31T12:00:00Z"}`), launchkey.ErrUnexpectedAnswer},
		"an end without time":        {plain(`{"service_user_hash":"x"}`), launchkey.ErrUnexpectedAnswer},
		"an end that is no JSON":     {plain(`x`), launchkey.ErrUnexpectedAnswer},
		"an answer for a stranger":   {answered(t, encryptionKey()), launchkey.ErrEntityKeyNotFound},
		"a sealed text that is none": {told{body: `{}`, contentType: "application/jose"}, launchkey.ErrUnexpectedAnswer},
		"an empty answer":            {sealed(`{"type":"AUTHORIZATION_RESPONSE"}`), launchkey.ErrUnexpectedAnswer},
		"no object":                  {sealed(`[]`), launchkey.ErrUnexpectedAnswer},
		"an unknown type":            {sealed(`{"type":"WEATHER"}`), launchkey.ErrUnknownWebhook},
		"a link, told to a service":  {sealed(`{"type":"DEVICE_LINK_COMPLETION"}`), launchkey.ErrUnknownWebhook},
	} {
		p := quiet(t)
		if got, err := handle(t, p.service(), p.deliver(c.w)); !errors.Is(err, c.want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for name, c := range map[string]struct {
		w    told
		want error
	}{
		"an answer, told to a directory": {answered(t, issuerKey()), launchkey.ErrUnknownWebhook},
		"an end, told to a directory":    {ended(), launchkey.ErrUnknownWebhook},
		"a link of no device":            {sealed(`{"type":"DEVICE_LINK_COMPLETION"}`), launchkey.ErrUnexpectedAnswer},
		"a link that cannot be opened":   {told{body: `x`, contentType: "application/jose"}, launchkey.ErrUnexpectedAnswer},
	} {
		p := quiet(t)
		c.w.subject = "dir:" + directoryID
		hook, err := launchkey.ReadWebhook(p.deliver(c.w), "")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := p.directory().HandleWebhook(t.Context(), hook); !errors.Is(err, c.want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestLargeWebhooksAreNotRead(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodPost, hookPath, strings.NewReader(strings.Repeat("x", 256<<10+1)))
	if _, err := launchkey.ReadWebhook(r, ""); !errors.Is(err, launchkey.ErrUnexpectedAnswer) {
		t.Errorf("%v", err)
	}
}

// serve gives a webhook to a handler and returns the status it answers.
func serve(handler http.Handler, r *http.Request) int {
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w.Code
}

func TestHandlersTellTheServerWhatBecameOfAWebhook(t *testing.T) {
	t.Parallel()
	p := quiet(t)
	var handled []launchkey.ServiceWebhook
	var failure error
	handler := p.service().WebhookHandler(hookPath, func(_ context.Context, hook launchkey.ServiceWebhook) error {
		handled = append(handled, hook)
		return failure
	})
	proxied := p.deliver(ended())
	proxied.URL.Path = "/behind/a/proxy"
	get := p.deliver(ended())
	get.Method = http.MethodGet
	unsigned := ended()
	unsigned.noToken = true
	long := httptest.NewRequest(http.MethodPost, hookPath, strings.NewReader(strings.Repeat("x", 1<<20)))
	for _, c := range []struct {
		name   string
		r      *http.Request
		status int
		count  int
	}{
		{"an answer", p.deliver(answered(t, issuerKey())), 204, 1},
		{"an end", p.deliver(ended()), 204, 2},
		{"under another address", proxied, 204, 3},
		{"by GET", get, 405, 3},
		{"without token", p.deliver(unsigned), 403, 3},
		{"unknown", p.deliver(told{body: issuerKey().seal(`{"type":"WEATHER"}`, ""), contentType: "application/jose"}), 204, 3},
		{"unreadable", p.deliver(told{body: `x`, contentType: "application/json"}), 400, 3},
		{"without end", long, 400, 3},
	} {
		if got := serve(handler, c.r); got != c.status || len(handled) != c.count {
			t.Errorf("%s: %d after %d webhooks", c.name, got, len(handled))
		}
	}
	failure = launchkey.ErrUnverified
	if got := serve(handler, p.deliver(ended())); got != 500 {
		t.Errorf("a failure of the application is answered by %d", got)
	}
	var device launchkey.DeviceID
	directory := p.directory().WebhookHandler("", func(_ context.Context, hook *launchkey.DeviceLinkWebhook) error {
		device = hook.DeviceID
		return nil
	})
	if got := serve(directory, p.deliver(linked())); got != 204 || device != deviceID {
		t.Errorf("a link is answered by %d, device %q", got, device)
	}
}
