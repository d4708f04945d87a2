package authsignal

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/e2e/harness"
)

// TestTheFifteenRules: what breaks published clients when a server forgets it, each by itself and on the wire.
func TestTheFifteenRules(t *testing.T) {
	t.Parallel()
	harness.Each(t, func(t *testing.T, engine harness.Engine) {
		w := newSite(t, engine)
		for i, rule := range []struct {
			name  string
			holds func(*testing.T, *world)
		}{
			{"bodies are application/json and nothing more", exactType},
			{"errors have three names", threeNames},
			{"no success of the client's API has an error", noError},
			{"successes are 200", alwaysOK},
			{"what is deleted answers with an object", deletedObject},
			{"a wrong key comes before a wrong path", keyFirst},
			{"the version may stand twice", twiceVersion},
			{"a user is changed by POST as well", postUser},
			{"a challenge is found by POST as well", postChallenges},
			{"a validation names the action twice", actionTwice},
			{"unknown members are ignored, and null is nothing", nullIsNothing},
			{"no body is a body", emptyBody},
			{"words are those that every client knows", safeWords},
			{"moments are seconds in 32 bits", shortMoments},
			{"a body that is shorter than announced is answered", shortBody},
		} {
			t.Run(fmt.Sprintf("%02d %s", i+1, rule.name), func(t *testing.T) {
				t.Parallel()
				rule.holds(t, w)
			})
		}
	})
}

func (w *world) track(t *testing.T, user, code string, a any) (got tracked) {
	t.Helper()
	w.good(t, &got, http.MethodPost, "/users/"+escaped(user)+"/actions/"+code, basic(secretKey), a)
	return got
}

func (w *world) enrolSMS(t *testing.T, user string) (got enrolled) {
	t.Helper()
	w.good(t, &got, http.MethodPost, "/users/"+escaped(user)+"/authenticators", basic(secretKey), attributes{"verificationMethod": "SMS", "phoneNumber": number()})
	return got
}

// calls are one or two of each API: method, path, authorization, body.
func (w *world) calls(t *testing.T) [][4]string {
	t.Helper()
	user := fresh()
	token := w.track(t, user, "signIn", nil).Token
	return [][4]string{
		{http.MethodPost, "/users/" + escaped(user) + "/actions/signIn", basic(secretKey), `{}`},
		{http.MethodGet, "/users/" + escaped(user), basic(secretKey), ""},
		{http.MethodGet, "/users/" + escaped(user) + "/authenticators", basic(secretKey), ""},
		{http.MethodGet, "/users/" + escaped(user) + "/actions", basic(secretKey), ""},
		{http.MethodPost, "/validate", basic(secretKey), `{"token":"` + token + `"}`},
		{http.MethodGet, "/authenticators", basic(secretKey), ""},
		{http.MethodGet, "/challenges?userId=nobody", basic(secretKey), ""},
		{http.MethodGet, "/client/user-authenticators", bearer(token), ""},
		{http.MethodPost, "/client/challenge", basic(tenantID), `{"action":"signIn"}`},
		{http.MethodPost, "/client/user-authenticators/totp", bearer(token), ""},
		{http.MethodPost, "/client/verify/totp", bearer(token), `{"verificationCode":"000000"}`},
		{http.MethodPost, "/client/user-authenticators/passkey/authentication-options", basic(tenantID), `{}`},
		{http.MethodPost, "/client/verify/email-magic-link/finalize", bearer(token), `{}`},
		{http.MethodGet, "/client/public/" + tenantID + "/.well-known/jwks", "", ""},
		{http.MethodGet, "/management/action-configurations", basic(managementKey), ""},
		{http.MethodGet, "/management/tenant", basic(managementKey), ""},
		{http.MethodGet, "/management/theme", basic(managementKey), ""},
	}
}

// spoiled are calls that must be refused.
func (w *world) spoiled() [][4]string {
	return [][4]string{
		{http.MethodGet, "/users/x", basic("wrong"), ""},
		{http.MethodGet, "/users/x", "", ""},
		{http.MethodGet, "/nowhere", basic(secretKey), ""},
		{http.MethodPost, "/users/x/actions/with%20blank", basic(secretKey), "{}"},
		{http.MethodPost, "/users/x/actions/signIn", basic(secretKey), "{"},
		{http.MethodGet, "/users/x/actions/signIn/none", basic(secretKey), ""},
		{http.MethodPost, "/client/verify/totp", bearer("no token"), "{}"},
		{http.MethodPost, "/client/verify/totp", basic(tenantID), "{}"},
		{http.MethodGet, "/client/nowhere", basic(tenantID), ""},
		{http.MethodGet, "/management/tenant", basic(secretKey), ""},
		{http.MethodGet, "/management/value-lists/none", basic(managementKey), ""},
	}
}

func (w *world) send(t *testing.T, c [4]string) harness.Answer {
	t.Helper()
	var body any
	if c[3] != "" {
		body = json.RawMessage(c[3])
		if !json.Valid([]byte(c[3])) {
			return w.Send(t, harness.Request{Method: c[0], Path: "/v1" + c[1], Type: "application/json", Body: c[3], Header: http.Header{"Authorization": {c[2]}}})
		}
	}
	return w.api(t, c[0], c[1], c[2], body)
}

func exactType(t *testing.T, w *world) {
	for _, c := range append(w.calls(t), w.spoiled()...) {
		if got := w.send(t, c); got.Header.Get("Content-Type") != "application/json" || !json.Valid(got.Body) {
			t.Errorf("%s %s: %d %q %s", c[0], c[1], got.Status, got.Header.Get("Content-Type"), got.Body)
		}
	}
}

func threeNames(t *testing.T, w *world) {
	for _, c := range w.spoiled() {
		got := w.send(t, c)
		var names map[string]string
		got.JSON(t, &names)
		if got.Status < http.StatusBadRequest || names["error"] == "" || names["errorCode"] != names["error"] || names["errorDescription"] == "" {
			t.Errorf("%s %s: %d %s", c[0], c[1], got.Status, got.Body)
		}
	}
}

func noError(t *testing.T, w *world) {
	for _, c := range w.calls(t) {
		got := w.send(t, c)
		var names map[string]any
		if strings.HasPrefix(c[1], "/client/") && json.Unmarshal(got.Body, &names) == nil {
			if _, has := names["error"]; has {
				t.Errorf("%s %s: %s", c[0], c[1], got.Body)
			}
		}
	}
}

func alwaysOK(t *testing.T, w *world) {
	for _, c := range w.calls(t) {
		if got := w.send(t, c); got.Status != http.StatusOK {
			t.Errorf("%s %s: %d %s", c[0], c[1], got.Status, got.Body)
		}
	}
	w.enrolSMS(t, fresh()) // what others would answer with 201
}

func deletedObject(t *testing.T, w *world) {
	user := fresh()
	made := w.enrolSMS(t, user)
	w.good(t, nil, http.MethodPost, "/management/value-lists", basic(managementKey), attributes{"name": "Short lived", "valueListItems": []string{"x"}})
	w.good(t, nil, http.MethodPost, "/management/action-configurations", basic(managementKey), attributes{"actionCode": "short-lived", "defaultUserActionResult": "ALLOW"})
	for _, c := range [][3]string{
		{http.MethodDelete, "/users/" + escaped(user) + "/authenticators/" + made.Authenticator.UserAuthenticatorID, basic(secretKey)},
		{http.MethodDelete, "/users/" + escaped(user), basic(secretKey)},
		{http.MethodDelete, "/users/nobody-at-all", basic(secretKey)},
		{http.MethodDelete, "/management/value-lists/short-lived", basic(managementKey)},
		{http.MethodDelete, "/management/action-configurations/short-lived", basic(managementKey)},
	} {
		got := w.api(t, c[0], c[1], c[2], nil)
		if got.Status != http.StatusOK || string(got.Body) != `{"success":true}` {
			t.Errorf("%s: %d %q", c[1], got.Status, got.Body)
		}
	}
	got := w.api(t, http.MethodPost, "/sessions/user/revoke", basic(secretKey), attributes{"userId": user})
	if got.Status != http.StatusOK || string(got.Body) != `{"success":true}` {
		t.Errorf("sessions: %d %q", got.Status, got.Body)
	}
}

func keyFirst(t *testing.T, w *world) {
	for _, c := range [][2]string{
		{http.MethodGet, "/users/x/actions/x/"},
		{http.MethodPost, "/users/x/actions/not%20a%20code"},
		{http.MethodPut, "/nowhere"},
		{http.MethodGet, "/"},
		{http.MethodPost, "/validate"},
		{http.MethodPatch, "/management/nothing"},
	} {
		for _, key := range []string{"", basic("wrong"), "Basic !", "Bearer x"} {
			if f := w.bad(t, http.StatusUnauthorized, "unauthorized", c[0], c[1], key, nil); f.ErrorDescription != unauthorized {
				t.Errorf("%s %s: %+v", c[0], c[1], f)
			}
		}
	}
}

func twiceVersion(t *testing.T, w *world) {
	user := fresh()
	made := w.enrolSMS(t, user)
	w.good(t, nil, http.MethodGet, "/v1/challenges?userId="+escaped(user), basic(secretKey), nil)
	w.good(t, nil, http.MethodDelete, "/v1/users/"+escaped(user)+"/authenticators/"+made.Authenticator.UserAuthenticatorID, basic(secretKey), nil)
	var left []authenticator
	w.good(t, &left, http.MethodGet, "//users/"+escaped(user)+"/authenticators/", basic(secretKey), nil)
	if len(left) != 0 {
		t.Errorf("there are %+v", left)
	}
}

func postUser(t *testing.T, w *world) {
	user := fresh()
	var u account
	w.good(t, &u, http.MethodPost, "/users/"+escaped(user), basic(secretKey), attributes{"displayName": "Jo"})
	if u.DisplayName != "Jo" || u.UserID != user {
		t.Errorf("changed %+v", u)
	}
	// nobody is called so
	f := w.bad(t, http.StatusBadRequest, "invalid_request", http.MethodPost, "/users/authenticators", basic(secretKey), attributes{"authenticators": []any{}})
	if !strings.Contains(f.ErrorDescription, "1 to 1000") {
		t.Errorf("many passkeys at once: %+v", f)
	}
}

func postChallenges(t *testing.T, w *world) {
	var begun, found challenged
	w.good(t, &begun, http.MethodPost, "/challenge", basic(secretKey), attributes{"verificationMethod": "EMAIL_OTP", "action": "signUp", "email": address()})
	for _, path := range []string{"/challenges", "/challengeschallengeId=" + begun.ChallengeID, "/challenges?challengeId=" + begun.ChallengeID} {
		found = challenged{}
		w.good(t, &found, http.MethodPost, path, basic(secretKey), attributes{"challengeId": begun.ChallengeID})
		if found.ChallengeID != begun.ChallengeID || found.Action != "signUp" {
			t.Errorf("%s: %+v", path, found)
		}
	}
	w.good(t, &found, http.MethodPost, "/challenges?challengeId="+begun.ChallengeID, basic(secretKey), nil)
}

func actionTwice(t *testing.T, w *world) {
	var v map[string]any
	w.good(t, &v, http.MethodPost, "/validate", basic(secretKey), attributes{"token": w.track(t, fresh(), "signIn", nil).Token})
	if v["action"] != "signIn" || v["actionCode"] != "signIn" {
		t.Errorf("validated %v", v)
	}
}

func nullIsNothing(t *testing.T, w *world) {
	user := fresh()
	got := w.track(t, user, "signIn", json.RawMessage(`{"redirectToSettings":null,"redirectUrl":null,"email":null,"custom":null,"idempotencyKey":null,"challengeId":null,
		"user_agent":"snake","crypto":{"asset":"BTC"},"unheard":{"of":[1]},"scope":null,"locale":null,"deviceId":null,"ipAddress":null,"phoneNumber":null}`))
	if got.State != "CHALLENGE_REQUIRED" || got.IdempotencyKey == "" || got.IdempotencyKey == "null" {
		t.Errorf("tracked %+v", got)
	}
	var u account
	w.good(t, &u, http.MethodPatch, "/users/"+escaped(user), basic(secretKey), json.RawMessage(`{"email":"jo@example.com","phoneNumber":null,"unheard":1}`))
	w.good(t, &u, http.MethodPatch, "/users/"+escaped(user), basic(secretKey), json.RawMessage(`{"email":null}`))
	if u.Email != "jo@example.com" {
		t.Errorf("null changed %+v", u)
	}
	w.bad(t, http.StatusBadRequest, "invalid_request", http.MethodPost, "/client/verify/totp", bearer(got.Token), json.RawMessage(`{"verificationCode":null}`))
}

func emptyBody(t *testing.T, w *world) {
	user := escaped(fresh())
	for name, kind := range map[string]string{"with a type": "application/json", "with a charset": "application/json; charset=utf-8", "without": ""} {
		got := w.Send(t, harness.Request{Method: http.MethodPost, Path: "/v1/users/" + user + "/actions/signIn", Type: kind, Header: http.Header{"Authorization": {basic(secretKey)}}})
		var made tracked
		got.JSON(t, &made)
		if got.Status != http.StatusOK {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
		for _, path := range []string{"/client/user-authenticators/totp", "/client/challenge/email-otp"} {
			r := harness.Request{Method: http.MethodPost, Path: "/v1" + path, Type: kind, Header: http.Header{"Authorization": {bearer(made.Token)}}}
			if path == "/client/challenge/email-otp" {
				w.good(t, nil, http.MethodPatch, "/users/"+user, basic(secretKey), attributes{"email": address()})
			}
			if got := w.Send(t, r); got.Status != http.StatusOK {
				t.Errorf("%s %s: %d %s", path, name, got.Status, got.Body)
			}
		}
	}
}

// safeWords: .NET throws for a method that it does not know.
func safeWords(t *testing.T, w *world) {
	user := fresh()
	token := w.track(t, user, "signIn", nil).Token
	w.good(t, nil, http.MethodPost, "/client/user-authenticators/qr-code", bearer(token), attributes{"publicKey": appKey(t), "deviceName": "Phone", "devicePlatform": "ios"})
	var list []authenticator
	w.good(t, &list, http.MethodGet, "/users/"+escaped(user)+"/authenticators", basic(secretKey), nil)
	if len(list) != 1 || list[0].VerificationMethod != "DEVICE" {
		t.Errorf("there are %+v", list)
	}
	got := w.track(t, user, "signIn", nil)
	safe := map[string]bool{"SMS": true, "EMAIL_OTP": true, "EMAIL_MAGIC_LINK": true, "AUTHENTICATOR_APP": true, "PASSKEY": true, "SECURITY_KEY": true, "PUSH": true, "DEVICE": true, "WHATSAPP": true}
	for _, word := range append(append(got.AllowedVerificationMethods, got.EnrolledVerificationMethods...), got.DefaultVerificationMethod) {
		if word != "" && !safe[word] {
			t.Errorf("tracked %+v", got)
		}
	}
}

// appKey is the public half of a key that an app holds, as apps write it.
func appKey(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(public)
}

func shortMoments(t *testing.T, w *world) {
	var begun struct{ ExpiresAt json.Number }
	w.good(t, &begun, http.MethodPost, "/challenge", basic(secretKey), attributes{"verificationMethod": "SMS", "action": "signUp", "phoneNumber": number()})
	at, err := begun.ExpiresAt.Int64()
	if err != nil || at > math.MaxInt32 || at < time.Now().Unix() {
		t.Errorf("it expires at %s", begun.ExpiresAt)
	}
}

// shortBody: the package for Python announces more than it sends when a member is None, and waits for the answer.
func shortBody(t *testing.T, w *world) {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	connection, err := dialer.DialContext(t.Context(), "tcp", strings.TrimPrefix(w.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if err := connection.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	body := `{"displayName":"Jo"}`
	fmt.Fprintf(connection, "PATCH /v1/users/short HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		basic(secretKey), len(body)+20, body)
	answer, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK || !answer.Close || !strings.Contains(string(text), `"displayName":"Jo"`) {
		t.Errorf("%d %v %s, %v", answer.StatusCode, answer.Header, text, err)
	}
}
