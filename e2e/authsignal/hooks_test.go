package authsignal

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/e2e/harness"
)

// hookEvent is what a webhook brings.
type hookEvent struct {
	Version                          int
	ID, Source, Time, TenantID, Type string
	Data                             map[string]any
}

// toPath picks the webhooks that went somewhere and hold a text.
func toPath(path, text string) func(harness.Callback) bool {
	return func(c harness.Callback) bool { return c.Path == path && strings.Contains(string(c.Body), text) }
}

// constructed has the package verify a webhook.
func (s *sdk) constructed(t *testing.T, c harness.Callback) (out hookEvent) {
	t.Helper()
	s.call(t, &out, "webhook.constructEvent", string(c.Body), c.Header.Get("X-Signature-V2"))
	if out.Version != 1 || out.ID == "" || out.Source == "" || out.Time == "" || out.TenantID != hookedTenant || out.Type == "" || out.Data == nil {
		t.Errorf("%s: %s", c.Path, c.Body)
	}
	return out
}

// verifiesHooks: the package's own verifier takes what the server signed with each of two live keys, and nothing else.
func verifiesHooks(t *testing.T, s *scene) {
	phone := number()
	s.good(t, nil, http.MethodPost, "/users/"+escaped(s.user)+"/authenticators", basic(hookedSecret), attributes{"verificationMethod": "SMS", "phoneNumber": phone})
	told := s.callbacks.Await(t, "the webhook of an enrollment", toPath("/events", s.user))
	for _, key := range []string{hookedSecret, hookedOlder} {
		e := s.sdk.with(key).constructed(t, told)
		if e.Type != "authenticator.created" || e.Data["userId"] != s.user || e.Data["phoneNumber"] != phone || e.Data["verificationMethod"] != "SMS" || e.Data["userAuthenticatorId"] == "" {
			t.Errorf("told %+v", e)
		}
	}
	signature := told.Header.Get("X-Signature-V2")
	for name, c := range map[string]struct {
		key, body, signature, want string
		tolerance                  int
	}{
		"another key":  {secretKey, string(told.Body), signature, "Signature mismatch.", 5},
		"another text": {hookedSecret, string(told.Body) + " ", signature, "Signature mismatch.", 5},
		"no signature": {hookedSecret, string(told.Body), "none", "Signature format is invalid.", 5},
		"long ago":     {hookedSecret, string(told.Body), "t=1" + signature[strings.IndexByte(signature, ','):], "Timestamp is outside the tolerance zone.", 5},
	} {
		err := s.sdk.with(c.key).do(t, nil, order{Call: "webhook.constructEvent", Args: []any{c.body, c.signature, c.tolerance}})
		if r, ok := errors.AsType[*refusal](err); !ok || r.Message != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

// TestAnApplicationSendsCodesItself: a provider of the application's own gets the codes and the questions, its refusal
// fails the challenge, and a gate stands before what counts as proved.
func TestAnApplicationSendsCodesItself(t *testing.T) {
	t.Parallel()
	harness.Each(t, func(t *testing.T, engine harness.Engine) {
		w := newSite(t, engine, "answered 503", "the message could not be sent")
		verifier := packages()["node 2.21.0"].start(t, w.URL).with(hookedSecret)
		for _, c := range []struct{ method, enroll, path, kind, to string }{
			{"email-otp", `{"email":"ann@example.com"}`, "/email", "email.created", "ann@example.com"},
			{"sms", `{"phoneNumber":"+6421555012"}`, "/sms", "sms.created", "+6421555012"},
			{"email-magic-link", `{"email":"bob@example.com"}`, "/link", "email.created", "bob@example.com"},
		} {
			user := fresh()
			got := w.trackHooked(t, user, "gated", attributes{"custom": attributes{"amount": "12"}})
			w.callbacks.RefuseAt(c.path, 1)
			if refused := w.api(t, http.MethodPost, "/client/user-authenticators/"+c.method, bearer(got.Token), json.RawMessage(c.enroll)); refused.Status < http.StatusBadRequest {
				t.Errorf("%s: the provider refuses, and the person is told %s", c.method, refused.Body)
			}
			w.good(t, nil, http.MethodPost, "/client/user-authenticators/"+c.method, bearer(got.Token), json.RawMessage(c.enroll))
			e := verifier.constructed(t, w.callbacks.Await(t, c.kind, toPath(c.path, user)))
			if e.Type != c.kind || e.Data["to"] != c.to || e.Data["userId"] != user || e.Data["actionCode"] != "gated" || e.Data["idempotencyKey"] != got.IdempotencyKey {
				t.Errorf("%s: told %+v", c.method, e)
			}
			if c.kind == "email.created" && c.method == "email-magic-link" {
				if link, _ := e.Data["url"].(string); !strings.HasPrefix(link, "http") {
					t.Errorf("the link is %v", e.Data)
				}
				continue
			}
			w.passesTheGate(t, verifier, c.method, user, e.Data["code"], got)
		}
	})
}

func (w *world) trackHooked(t *testing.T, user, code string, a attributes) (got tracked) {
	t.Helper()
	w.good(t, &got, http.MethodPost, "/users/"+escaped(user)+"/actions/"+code, basic(hookedSecret), a)
	return got
}

// passesTheGate types the code; the application is asked before it counts, and may say no.
func (w *world) passesTheGate(t *testing.T, verifier *sdk, method, user string, code any, got tracked) {
	t.Helper()
	w.callbacks.RefuseAt("/gate", 1)
	typed := attributes{"verificationCode": code}
	stopped := w.api(t, http.MethodPost, "/client/verify/"+method, bearer(got.Token), typed)
	if strings.Contains(string(stopped.Body), `"isVerified":true`) {
		t.Errorf("%s: the gate is closed, and %s", method, stopped.Body)
	}
	var out struct {
		IsVerified  bool
		AccessToken string
	}
	w.good(t, &out, http.MethodPost, "/client/verify/"+method, bearer(got.Token), typed)
	if !out.IsVerified {
		t.Fatalf("%s: the gate is open, and %+v", method, out)
	}
	e := verifier.constructed(t, w.callbacks.Await(t, "the gate to be asked", toPath("/gate", user)))
	if e.Type != "action.verify" || e.Data["userId"] != user || e.Data["action"] != "gated" || e.Data["idempotencyKey"] != got.IdempotencyKey || e.Data["state"] != "CHALLENGE_SUCCEEDED" {
		t.Errorf("the gate is asked %+v", e)
	}
	var v validated
	w.good(t, &v, http.MethodPost, "/validate", basic(hookedSecret), attributes{"token": out.AccessToken})
	if !v.IsValid {
		t.Errorf("%s: validated %+v", method, v)
	}
}
