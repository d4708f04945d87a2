package authy

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/authy"
	"github.com/twinseal/twinseal/e2e/harness"
)

// answer asks somebody something, answers it, and waits for the callback.
func (w *world) answer(t *testing.T, a application, approve bool) (harness.Callback, string) {
	t.Helper()
	c := goSDK{w.goClient(t, a)}
	p := w.NewPerson()
	id := mustCreate(t, c, p)
	device := w.NewDevice(t)
	device.LinkTo(id, "--app", fmt.Sprint(a.number))
	asked := c.ask(t, id, transfer(p.Email))
	asked.good(t, "ask")
	if approve {
		device.Approve(asked.uuid)
	} else {
		device.Deny(asked.uuid)
	}
	path, _ := url.Parse(a.callback)
	return w.callbacks.Await(t, "the callback", func(got harness.Callback) bool {
		return got.Path == path.Path && strings.Contains(string(got.Body)+got.Query, asked.uuid)
	}), asked.uuid
}

// callbacksByPost are signed so that all three verifiers accept them, and nothing that differs.
func (w *world) callbacksByPost(t *testing.T) {
	for _, approve := range []bool{true, false} {
		got, uuid := w.answer(t, w.bank, approve)
		status := map[bool]string{true: "approved", false: "denied"}[approve]
		var body map[string]any
		if err := json.Unmarshal(got.Body, &body); err != nil || got.Method != http.MethodPost {
			t.Fatalf("%s with %q: %v", got.Method, got.Body, err)
		}
		if body["status"] != status || body["uuid"] != uuid || body["callback_action"] != "approval_request_status" {
			t.Errorf("the callback says %s", got.Body)
		}
		w.accepted(t, got, body)
		w.forged(t, got, body)
		request := httptest.NewRequest(http.MethodPost, w.bank.callback, strings.NewReader(string(got.Body)))
		request.Header = got.Header
		read, err := w.goClient(t, w.bank).VerifyCallback(request, w.bank.callback)
		if err != nil || string(read.Status) != status || string(read.ApprovalID) != uuid || len(read.Details) != 4 || len(read.HiddenDetails) != 1 {
			t.Errorf("the Go port reads %+v, %v", read, err)
		}
	}
}

// signatures are the headers of a callback.
func signatures(got harness.Callback) (signature, nonce string) {
	return got.Header.Get("X-Authy-Signature"), got.Header.Get("X-Authy-Signature-Nonce")
}

// accepted has the verifiers of both vendors' packages look at a callback as it came.
func (w *world) accepted(t *testing.T, got harness.Callback, body map[string]any) {
	t.Helper()
	if ok := w.pythonVerifies(t, w.bank, got, body); !ok {
		t.Errorf("the Python package refuses the callback %s", got.Body)
	}
	if a := w.clientVerifies(t, w.bank, got, json.RawMessage(got.Body)); !a.ok {
		t.Errorf("authy-client refuses the callback %s: %+v", got.Body, a)
	}
}

// forged has them look at one that says something else.
func (w *world) forged(t *testing.T, got harness.Callback, body map[string]any) {
	t.Helper()
	changed := map[string]any{}
	maps.Copy(changed, body)
	changed["authy_id"] = 4711
	if w.pythonVerifies(t, w.bank, got, changed) {
		t.Error("the Python package accepts a changed callback")
	}
	if a := w.clientVerifies(t, w.bank, got, changed); a.ok {
		t.Error("authy-client accepts a changed callback")
	}
	if w.pythonVerifies(t, w.shop, got, body) {
		t.Error("the Python package accepts a callback under another application's key")
	}
}

func (w *world) pythonVerifies(t *testing.T, a application, got harness.Callback, params any) bool {
	t.Helper()
	signature, nonce := signatures(got)
	r := pythonSDK{w.python, a.key}.do(t, "one_touch.validate_one_touch_signature", nil, signature, nonce, got.Method, a.callback, params)
	if r.Raised != "" {
		t.Errorf("the Python package raises %s: %s", r.Raised, r.Message)
	}
	return r.Value == true
}

func (w *world) clientVerifies(t *testing.T, a application, got harness.Callback, body any) answer {
	t.Helper()
	signature, nonce := signatures(got)
	at, err := url.Parse(a.callback)
	if err != nil {
		t.Fatal(err)
	}
	return clientSDK{w.client, a.key}.do(t, "verifyCallback", map[string]any{
		"body": body, "method": got.Method, "protocol": at.Scheme, "url": at.Path,
		"headers": map[string]any{"host": at.Host, "x-authy-signature": signature, "x-authy-signature-nonce": nonce},
	})
}

// callbacksByGet carry the flattened parameters in the query; programs feed them to the same verifier.
func (w *world) callbacksByGet(t *testing.T) {
	got, uuid := w.answer(t, w.shop, true)
	query, err := url.ParseQuery(got.Query)
	if err != nil || got.Method != http.MethodGet {
		t.Fatalf("%s with %q: %v", got.Method, got.Query, err)
	}
	flat := map[string]any{}
	for name, values := range query {
		if len(values) == 1 {
			flat[name] = values[0]
		}
	}
	if flat["status"] != "approved" || flat["approval_request[transaction][uuid]"] != uuid {
		t.Errorf("the callback says %v", flat)
	}
	request := httptest.NewRequest(http.MethodGet, w.shop.callback+"?"+got.Query, http.NoBody)
	request.Header = got.Header
	read, err := w.goClient(t, w.shop).VerifyCallback(request, w.shop.callback)
	if err != nil || read.Status != authy.Approved || string(read.ApprovalID) != uuid {
		t.Errorf("the Go port reads %+v, %v", read, err)
	}
	if a := w.clientVerifies(t, w.shop, got, w.byQS(t, got.Query)); !a.ok {
		t.Errorf("authy-client refuses %s: %+v", got.Query, a)
	}
}

// plainCallbackByGet has no lists in it, so that its flat form is what the Python package can verify: a program
// that keeps one value for each name loses the others of a list.
func (w *world) plainCallbackByGet(t *testing.T) {
	c := goSDK{w.goClient(t, w.shop)}
	p := w.NewPerson()
	id := mustCreate(t, c, p)
	device := w.NewDevice(t)
	device.LinkTo(id, "--app", fmt.Sprint(w.shop.number))
	asked := c.ask(t, id, question{message: "Log in?", details: authy.Details{{Key: "Browser", Value: "Safari & more"}}})
	device.Approve(asked.uuid)
	got := w.callbacks.Await(t, "the callback", func(got harness.Callback) bool { return strings.Contains(got.Query, asked.uuid) })
	query, err := url.ParseQuery(got.Query)
	if err != nil {
		t.Fatal(err)
	}
	flat := map[string]any{}
	for name, values := range query {
		flat[name] = values[0]
	}
	if !w.pythonVerifies(t, w.shop, got, flat) {
		t.Errorf("the Python package refuses %s", got.Query)
	}
	flat["status"] = "denied"
	if w.pythonVerifies(t, w.shop, got, flat) {
		t.Error("the Python package accepts a changed callback")
	}
}

// byQS nests a query as web frameworks for Node do.
func (w *world) byQS(t *testing.T, query string) map[string]any {
	t.Helper()
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	top := map[string]any{}
	for name, texts := range values {
		if !strings.Contains(name, "[") {
			top[name] = texts[0]
		}
	}
	top["approval_request"] = map[string]any{"transaction": map[string]any{"uuid": values.Get("approval_request[transaction][uuid]")}}
	return top
}

// refusedCallbacks are sent again, later, until the application takes them.
func (w *world) refusedCallbacks(t *testing.T) {
	c := goSDK{w.goClient(t, w.bank)}
	p := w.NewPerson()
	id := mustCreate(t, c, p)
	device := w.NewDevice(t)
	device.LinkByPhone(p.Phone, 1)
	w.callbacks.Refuse(1)
	asked := c.ask(t, id, transfer(p.Email))
	device.Approve(asked.uuid)
	w.callbacks.AwaitRefusal(t)
	w.Advance(t, time.Hour)
	got := w.callbacks.Await(t, "the callback", func(got harness.Callback) bool { return strings.Contains(string(got.Body), asked.uuid) })
	var body map[string]any
	if err := json.Unmarshal(got.Body, &body); err != nil {
		t.Fatal(err)
	}
	w.accepted(t, got, body)
}
