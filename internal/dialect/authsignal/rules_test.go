package authsignal_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// The fifteen rules that break programs when a server ignores them.

// everySuccess are calls of every kind that succeed, after Ann has enrolled.
func (w *serverWorld) everySuccess() map[string]request {
	w.tb.Helper()
	w.enrol("ann", "+6421000001")
	key := w.track("ann", "pay", nil).text("idempotencyKey")
	removable := w.good(request{path: "users/ben/authenticators", body: object{"verificationMethod": "EMAIL_OTP", "email": "ben@guild.example"}})
	id, _ := removable.body["authenticator"].(object)["userAuthenticatorId"].(string)
	w.track("ann", "pay", object{"deviceId": "phone"})
	return map[string]request{
		"track": {path: "users/ann/actions/pay"}, "action": {method: "GET", path: "users/ann/actions/pay/" + key},
		"actions": {method: "GET", path: "users/ann/actions"}, "user": {method: "GET", path: "users/ann"},
		"update": {method: "PATCH", path: "users/ann", body: object{"displayName": "Ann"}}, "nobody": {method: "GET", path: "users/nobody"},
		"authenticators": {method: "GET", path: "users/ann/authenticators"}, "methods": {method: "GET", path: "authenticators"},
		"devices": {method: "GET", path: "users/ann/devices"}, "no challenge": {method: "GET", path: "challenges?challengeId=0190a0a0-0000-7000-8000-000000000001"},
		"users": {method: "GET", path: "users?email=ann@guild.example"}, "state": {method: "PATCH", path: "users/ann/actions/pay/" + key, body: object{"state": "REVIEW_REQUIRED"}},
		"remove": {method: "DELETE", path: "users/ben/authenticators/" + id}, "delete": {method: "DELETE", path: "users/cleo"},
		"revoke all": {path: "sessions/user/revoke", body: object{"userId": "ann"}},
	}
}

// everyRefusal are calls of every kind that do not.
func everyRefusal() map[string]request {
	return map[string]request{
		"no key": {path: "validate", key: "-"}, "a wrong key": {path: "validate", key: "wrong"}, "no such path": {path: "nowhere"},
		"no such action": {method: "GET", path: "users/ann/actions/pay/none"}, "a body that is none": {path: "validate", body: "{"},
		"a wrong type": {path: "validate", body: object{"token": 7}}, "a bad code": {path: "users/ann/actions/p%20y"},
		"another method": {method: "PUT", path: "validate"}, "too large": {path: "validate", body: strings.Repeat(" ", 2<<20)},
		"no tenant": {path: "client/verify/totp", key: "wrong"}, "management": {method: "GET", path: "management/tenant", key: "wrong"},
	}
}

func TestRule01BodiesSayApplicationJSONWithoutACharset(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		for name, r := range w.everySuccess() {
			if a := w.do(r); a.status != http.StatusOK || !slices.Equal(a.header.Values("Content-Type"), []string{"application/json"}) {
				t.Errorf("%s: %d, %q", name, a.status, a.header.Values("Content-Type"))
			}
		}
		for name, r := range everyRefusal() {
			if a := w.do(r); a.status == http.StatusOK || !slices.Equal(a.header.Values("Content-Type"), []string{"application/json"}) {
				t.Errorf("%s: %d, %q", name, a.status, a.header.Values("Content-Type"))
			}
		}
	})
}

func TestRule02EveryErrorHasAllThreeKeysAsTexts(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		for name, r := range everyRefusal() {
			a := w.do(r)
			if a.text("error") == "" || a.text("errorCode") != a.text("error") || a.text("errorDescription") == "" || len(a.body) != 3 {
				t.Errorf("%s: %d %s", name, a.status, a.raw)
			}
		}
	})
}

func TestRule03NoSuccessOfTheClientsAPIHasAKeyNamedError(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		w.enrol("ann", "+6421000001")
		token := w.track("ann", "pay", nil).text("token")
		for _, r := range []request{
			{method: "GET", path: "client/user-authenticators"},
			{path: "client/challenge/sms"},
			{path: "client/verify/sms", body: object{"verificationCode": "000000"}},
			{path: "client/verify/totp", body: object{"verificationCode": "000000"}},
			{path: "client/verify/email-magic-link/finalize", body: object{}},
		} {
			r.header = map[string]string{"Authorization": "Bearer " + token}
			if a := w.do(r); a.status != http.StatusOK || strings.Contains(a.raw, `"error"`) {
				t.Errorf("%s: %d %s", r.path, a.status, a.raw)
			}
		}
	})
}

func TestRule04EverySuccessIsA200(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		for name, r := range w.everySuccess() {
			if a := w.do(r); a.status != http.StatusOK || a.raw == "" {
				t.Errorf("%s: %d %q", name, a.status, a.raw)
			}
		}
	})
}

func TestRule05DeletionsAnswerWithAnObject(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		made, _ := w.enrol("ann", "+6421000001").body["authenticator"].(object)
		for _, r := range []request{
			{method: "DELETE", path: "users/ann/authenticators/" + fmt.Sprint(made["userAuthenticatorId"])},
			{method: "DELETE", path: "users/ann"},
			{method: "DELETE", path: "users/nobody"},
			{path: "sessions/user/revoke", body: object{"userId": "ann"}},
		} {
			if a := w.do(r); a.status != http.StatusOK || a.raw != `{"success":true}` {
				t.Errorf("%s: %d %s", r.path, a.status, a.raw)
			}
		}
	})
}

const theWords = "The request is unauthorized. Check that your API key and region base URL are correctly configured."

func TestRule06WhoCallsIsLookedAtBeforePathAndBody(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		for _, key := range []string{"-", "wrong", cafeTenant, "management-" + cafeOld} {
			for _, r := range []request{
				{path: "users/ann/actions/x/"},
				{method: "GET", path: "users/ann/actions/x/"},
				{path: "nowhere/at/all"},
				{path: "validate", body: "{"},
				{method: "PUT", path: "users"},
				{path: "/v1/"},
				{path: strings.Repeat("x/", 20)},
				{path: "validate", body: strings.Repeat(" ", 2<<20)},
			} {
				r.key = key
				a := w.do(r)
				if a.status != http.StatusUnauthorized || a.text("errorCode") != "unauthorized" || a.text("errorDescription") != theWords {
					t.Errorf("%s %s with %s: %d %s", r.method, r.path, key, a.status, a.raw)
				}
			}
		}
	})
}

func TestRule07TheMountMayStandTwice(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		made, _ := w.enrol("ann", "+6421000001").body["authenticator"].(object)
		if a := w.good(request{method: "GET", path: "/v1/v1/challenges?userId=ann&action=pay&verificationMethod=SMS"}); a.raw != "{}" {
			t.Errorf("answered by %s", a.raw)
		}
		w.good(request{method: "GET", path: "//v1//users//ann/"})
		w.good(request{method: "DELETE", path: "/v1/v1/users/ann/authenticators/" + fmt.Sprint(made["userAuthenticatorId"])})
		if left := w.list(request{path: "users/ann/authenticators"}); len(left) != 0 {
			t.Errorf("left: %v", left)
		}
	})
}

func TestRule08UsersAreUpdatedByPOSTAsByPATCH(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		for method, name := range map[string]string{"POST": "Ann", "PATCH": "Anna"} {
			a := w.good(request{method: method, path: "users/ann", body: object{"displayName": name}})
			w.has(method, a, object{"userId": "ann", "displayName": name})
		}
		w.no("a list of authenticators is none", request{path: "users/authenticators", body: object{}}, 400, "invalid_request")
	})
}

func TestRule09ChallengesAreLookedUpByPOSTWhateverFollowsThePath(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		id := w.good(request{path: "challenge", body: object{"verificationMethod": "SMS", "action": "pay", "phoneNumber": "+6421555001"}}).text("challengeId")
		asked := object{"challengeId": id}
		for name, r := range map[string]request{
			"by GET": {method: "GET", path: "challenges?challengeId=" + id}, "by body": {path: "challenges", body: asked},
			"by query": {path: "challenges?challengeId=" + id}, "glued": {path: "challengeschallengeId=" + id, body: asked},
			"glued with more": {path: "challengesuserId=a/b&action=x", body: asked},
		} {
			w.has(name, w.good(r), object{"challengeId": id, "action": "pay", "phoneNumber": "+6421555001", "smsChannel": "DEFAULT"})
		}
	})
}

func TestRule10ValidationNamesTheActionTwice(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		w.enrol("ann", "+6421000001")
		tracked := w.track("ann", "pay", nil)
		before := w.good(request{path: "validate", body: object{"token": tracked.text("token")}})
		w.has("before", before, object{
			"isValid": false, "state": "CHALLENGE_REQUIRED", "userId": "ann", "action": "pay", "actionCode": "pay",
			"idempotencyKey": tracked.text("idempotencyKey"), "verificationMethod": nil, "error": nil,
		})
		w.prove(tracked.text("token"))
		w.has("after", w.good(request{path: "validate", body: object{"token": tracked.text("token")}}), object{
			"isValid": true, "state": "CHALLENGE_SUCCEEDED", "userId": "ann", "action": "pay", "actionCode": "pay", "verificationMethod": "SMS",
		})
	})
}

func TestRule11UnknownMembersAreIgnoredAndNullIsAbsent(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		w.good(request{method: "PATCH", path: "users/ann", body: object{"email": "ann@guild.example", "custom": object{"tier": "gold"}}})
		w.good(request{path: "users/ann/actions/pay", body: `{"redirectToSettings":null,"email":null,"custom":null,"scope":null,"user_agent":"x","crypto":{"asset":"X"},"nested":[{"deep":1}]}`})
		a := w.good(request{method: "PATCH", path: "users/ann", body: `{"email":null,"emailVerified":null,"custom":null,"defaultVerificationMethod":null,"phone_number":"1","more":true}`})
		w.has("the user", a, object{"email": "ann@guild.example", "phoneNumber": nil})
		if custom, _ := a.body["custom"].(object); custom["tier"] != "gold" {
			t.Errorf("custom is %v", a.body["custom"])
		}
		w.good(request{path: "validate", body: `{"token":"` + w.track("ann", "pay", nil).text("token") + `","userId":null,"action":null}`})
	})
}

func TestRule12NoBodyIsABodyWithoutMembers(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		for _, header := range []map[string]string{nil, {"Content-Type": "application/json"}, {"Content-Type": "text/plain"}} {
			for _, body := range []any{nil, "", "  \n", "null", "{}"} {
				w.good(request{path: "users/ann/actions/pay", body: body, header: header})
			}
			w.good(request{method: "GET", path: "users/ann", header: header})
		}
		w.enrol("ann", "+6421000001")
		tracked := w.track("ann", "pay", object{"deviceId": "phone-1"})
		w.prove(tracked.text("token"))
		w.has("a device", w.good(request{path: "users/ann/devices/phone-1/invalidate"}), object{"deviceId": "phone-1", "userId": "ann"})
		w.good(request{path: "client/challenge/sms", header: map[string]string{"Authorization": "Bearer " + tracked.text("token")}})
	})
}

// safe are the words that the enumerations of every client have.
var safe = []string{
	"SMS", "EMAIL_OTP", "EMAIL_MAGIC_LINK", "AUTHENTICATOR_APP", "PASSKEY", "SECURITY_KEY", "PUSH", "DEVICE", "WHATSAPP", "VERIFF", "IPROOV", "IDVERSE",
}

func TestRule13MethodsAreNamedByWordsThatEveryClientHas(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		w.everyMethod()
		w.enrol("ann", "+6421000001")
		tracked := w.track("ann", "pay", nil)
		user := w.good(request{method: "GET", path: "users/ann"})
		for name, list := range map[string]any{
			"allowed": tracked.body["allowedVerificationMethods"], "enrolled": tracked.body["enrolledVerificationMethods"],
			"of the user": user.body["allowedVerificationMethods"],
		} {
			words, _ := list.([]any)
			if len(words) == 0 {
				t.Errorf("%s: %v", name, list)
			}
			for i, word := range words {
				if !slices.Contains(safe, fmt.Sprint(word)) || slices.Contains(words[:i], word) {
					t.Errorf("%s names %v", name, words)
				}
			}
		}
		for _, one := range w.list(request{path: "authenticators"}) {
			if !slices.Contains(safe, fmt.Sprint(one["verificationMethod"])) {
				t.Errorf("a method is named %v", one)
			}
		}
	})
}

func TestRule14MomentsThatAreNumbersAreSecondsInThirtyTwoBits(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		sent := w.good(request{path: "challenge", body: object{"verificationMethod": "EMAIL_OTP", "action": "pay", "email": "ann@guild.example"}})
		found := w.good(request{method: "GET", path: "challenges?challengeId=" + sent.text("challengeId")})
		w.enrol("ann", "+6421000001")
		proved := w.prove(w.track("ann", "pay", nil).text("token"))
		session := w.good(request{path: "sessions", body: object{"token": proved, "clientId": "web"}})
		valid := w.good(request{path: "sessions/validate", body: object{"accessToken": session.text("accessToken")}})
		for name, a := range map[string]answer{"a code": sent, "a lookup": found, "a session": valid} {
			number, whole := a.body["expiresAt"].(float64)
			at := time.Unix(int64(number), 0)
			if !whole || number != float64(int32(number)) || at.Before(w.Clock.Now()) || at.After(w.Clock.Now().Add(time.Hour)) {
				t.Errorf("%s ends at %v", name, a.body["expiresAt"])
			}
		}
	})
}

func TestRule15ABodyIsReadNoFurtherThanItsFirstValue(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		address := w.served().Listener.Addr().String()
		for _, body := range []string{`{"email":"ann@guild.example","custom":{"a":"}]\\\"{"}}`, `{}`} {
			conn, err := net.Dial("tcp", address)
			w.must(err)
			t.Cleanup(func() { _ = conn.Close() })
			w.must(conn.SetDeadline(time.Now().Add(time.Minute))) // a server that waits for the rest never answers
			_, err = fmt.Fprintf(conn, "POST /v1/users/ann/actions/pay HTTP/1.1\r\nHost: mfa.example.test\r\nAuthorization: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
				secretOf(cafeKey), len(body)+40, body) // 40 more than will ever come
			w.must(err)
			got, err := http.ReadResponse(bufio.NewReader(conn), nil)
			w.must(err)
			var said object
			w.must(json.Unmarshal([]byte(read(t, got)), &said))
			if got.StatusCode != http.StatusOK || said["token"] == nil || !got.Close {
				t.Errorf("answered by %d %v, closing %v", got.StatusCode, said, got.Close)
			}
		}
	})
}

func TestRule15AConnectionWhoseBodyCameWholeIsKept(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		at := w.served()
		for _, body := range []string{`{"email":"ann@guild.example"}`, "", `{"a":1}{"b":2}`} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at.URL+"/v1/users/ann/actions/pay", strings.NewReader(body))
			w.must(err)
			r.Header.Set("Authorization", secretOf(cafeKey))
			got, err := at.Client().Do(r)
			w.must(err)
			if read(t, got); got.StatusCode != http.StatusOK || got.Close {
				t.Errorf("%q: answered by %d, closing %v", body, got.StatusCode, got.Close)
			}
		}
	})
}
