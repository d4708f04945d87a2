package launchkey_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/twinseal/twinseal/client/launchkey/answerpackage"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/configuration"
	"github.com/twinseal/twinseal/internal/mfa/sessions"
	"github.com/twinseal/twinseal/receipt"
)

// hook is a webhook as its receiver reads it.
type hook struct {
	address     string
	contentType string
	id          string // of its token
	issued      int64
	keyID       string // that it was sealed to
	body        []byte // opened
}

// hooks renders what is queued for an application and still wanted, oldest first, and checks what every receiver
// checks.
func (w *world) hooks(c *mfa.Caller, audience, subject string) (out []hook) {
	w.tb.Helper()
	for _, d := range w.Outbox(c) {
		if d.Kind != mfa.DeliveryCallback {
			continue
		}
		var payload mfa.CallbackPayload
		w.must(json.Unmarshal(d.Payload.Reveal(), &payload))
		request, err := w.dialect.Callback().Render(w.Context(), payload)
		w.must(err)
		if request != nil {
			out = append(out, w.receive(request, audience, subject))
		}
	}
	return out
}

func (w *world) receive(request *http.Request, audience, subject string) hook {
	w.tb.Helper()
	body, err := io.ReadAll(request.Body)
	w.must(err)
	compact := request.Header.Get("X-IOV-JWT")
	if request.Header.Get("Authorization") != "IOV-JWT "+compact || request.Method != http.MethodPost {
		w.tb.Errorf("%s %v", request.Method, request.Header)
	}
	jws, err := jose.ParseSignedCompact(compact, []jose.SignatureAlgorithm{jose.RS256})
	w.must(err)
	payload, err := jws.Verify(private("api").Public())
	w.must(err)
	var said struct {
		Iss, Aud, Sub, Jti string
		Iat, Nbf, Exp      int64
		Request            struct{ Meth, Path, Hash, Func string }
		Response           any
	}
	w.must(json.Unmarshal(payload, &said))
	sum := sha256.Sum256(body)
	now := w.Clock.Now().Unix()
	if said.Iss != "lka" || said.Aud != audience || said.Sub != subject || said.Jti == "" || said.Iat != now || said.Nbf != now || said.Exp < now+5 ||
		said.Response != nil || said.Request.Meth != "POST" || said.Request.Func != "S256" || said.Request.Hash != hex.EncodeToString(sum[:]) ||
		said.Request.Path != orElse(request.URL.Path, "/") {
		w.tb.Errorf("the token says %s", payload)
	}
	out := hook{address: request.URL.String(), contentType: request.Header.Get("Content-Type"), id: said.Jti, issued: said.Iat, body: body}
	if out.contentType == "application/jose" {
		a := answer{Raw: body}
		w.open(&a)
		out.body, out.keyID = a.Body, a.KeyID
	}
	return out
}

// callHome gives the world's service an address.
func (w *world) callHome(address string) {
	w.tb.Helper()
	w.ok(by(onDir, http.MethodPatch, "/directory/v3/services", object{"service_id": svcID, "callback_url": address}), nil)
}

func TestAnAnswerIsToldToItsService(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		w.callHome("https://a.b/launchkey/webhook?x=1")
		d := w.link("ann")
		// Asked by the service itself, so its own key opens what comes of it.
		r := request{Key: "service", Issuer: onSvc, Subject: onSvc, Method: http.MethodPost, Path: auths, Body: object{"username": "ann"}}
		var made asked
		w.ok(r, &made)
		w.must(w.respond(d, receipt.Approved, nil))
		// The key may be switched off before the answer is told.
		w.addKey(svc, "stranger", mfa.PurposeBoth)
		off := false
		w.must(w.Configuration.UpdatePublicKey(w.Context(), svc, kid(private("service")), configuration.PublicKeyChange{Active: &off}))
		told := w.hooks(w.service(), onSvc, onSvc)
		if len(told) != 1 || told[0].address != "https://a.b/launchkey/webhook?x=1" || told[0].contentType != "application/jose" || told[0].keyID != kid(private("service")) {
			t.Fatalf("told %+v", told)
		}
		var body struct {
			response

			Type string
		}
		w.must(json.Unmarshal(told[0].body, &body))
		said, err := answerpackage.Open(body.AuthJWE, holder)
		w.must(err)
		if body.Type != "AUTHORIZATION_RESPONSE" || body.PublicKeyID != kid(private("service")) || !said.Authorized() || said.AuthRequest != made.ID || len(body.ServiceUserHash) != 43 {
			t.Errorf("%s", told[0].body)
		}
		w.Clock.Advance(time.Minute)
		if again := w.hooks(w.service(), onSvc, onSvc); again[0].id == told[0].id || again[0].issued != told[0].issued+60 {
			t.Errorf("a second try is %+v after %+v", again[0], told[0])
		}
		w.callHome("")
		if none := w.hooks(w.service(), onSvc, onSvc); len(none) > 0 {
			t.Errorf("without an address: %+v", none)
		}
	})
}

func TestNobodyIsToldOfWhatItDidItself(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		w.callHome("https://a.b")
		w.link("ann")
		made := w.ask(object{"username": "ann", "ttl": 30})
		w.ok(cancelOf(made.ID), nil)
		w.ask(object{"username": "ann", "ttl": 30})
		w.Clock.Advance(time.Minute)
		if _, err := w.Service.ExpireDue(w.Context(), 10); err != nil {
			t.Error(err)
		}
		w.ok(by(onSvc, http.MethodPost, svcSessions, object{"username": "ann"}), nil)
		w.ok(by(onSvc, http.MethodDelete, svcSessions, object{"username": "ann"}), nil)
		if told := w.hooks(w.service(), onOrg, onSvc); len(told) > 0 {
			t.Errorf("told %+v", told)
		}
	})
}

func TestAnEndedSessionIsToldInTheClear(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		w.callHome("https://a.b/out")
		d := w.link("ann")
		for range 2 {
			w.ok(by(onSvc, http.MethodPost, svcSessions, object{"username": "ann"}), nil)
			w.ok(by(onDir, http.MethodDelete, dirSessions, object{"identifier": "ann"}), nil)
		}
		w.ok(by(onSvc, http.MethodPost, svcSessions, object{"username": "ann"}), nil)
		open, err := sessions.New(w.Service).For(w.Context(), d.Caller)
		w.must(err)
		w.must(sessions.New(w.Service).EndFor(w.Context(), d.Caller, open[0].ID))
		ended := w.Clock.Now().Format(time.RFC3339)
		w.Clock.Advance(time.Minute)
		told := w.hooks(w.service(), onOrg, onSvc)
		if len(told) != 3 {
			t.Fatalf("told %+v", told)
		}
		for _, h := range told {
			var body map[string]string
			w.must(json.Unmarshal(h.body, &body))
			if h.contentType != "application/json" || h.address != "https://a.b/out" || len(body) != 2 || len(body["service_user_hash"]) != 43 || body["api_time"] != ended {
				t.Errorf("%s %s", h.contentType, h.body)
			}
		}
	})
}

func TestALinkedDeviceIsToldToItsDirectory(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		w.patch(object{"webhook_url": "https://a.b"})
		d := w.link("ann")
		told := w.hooks(w.service(), onOrg, onDir)
		if len(told) != 1 || told[0].keyID != kid(private("organization")) {
			t.Fatalf("told %+v", told)
		}
		var body map[string]string
		w.must(json.Unmarshal(told[0].body, &body))
		if len(body) != 4 || body["type"] != "DEVICE_LINK_COMPLETION" || body["device_id"] != string(d.Account.Device.ID) ||
			!strings.HasPrefix(body["device_public_key"], "-----BEGIN PUBLIC KEY-----\n") || len(body["device_public_key_id"]) != 47 {
			t.Errorf("%s", told[0].body)
		}
		w.ok(by(onDir, http.MethodDelete, devices, object{"identifier": "ann", "device_id": body["device_id"]}), nil)
		if gone := w.hooks(w.service(), onOrg, onDir); len(gone) > 0 {
			t.Errorf("of a device that has gone: %+v", gone)
		}
	})
}
