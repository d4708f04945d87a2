package authsignal_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/dialect/authsignal"
	"github.com/twinseal/twinseal/internal/dialect/dialecttest"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

func TestAUserIsEnrolledToldOfAndTakenOut(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		w.has("before", w.good(request{method: "GET", path: "users/ann"}), object{
			"userId": "ann", "isEnrolled": false, "email": nil, "emailVerified": false, "phoneNumber": nil, "phoneNumberVerified": false, "custom": nil,
			"username": nil, "displayName": nil,
		})
		w.enrol("ann", "+6421000001")
		w.has("enrolled", w.good(request{method: "GET", path: "users/ann"}), object{"isEnrolled": true, "email": nil, "phoneNumber": nil})
		told := object{
			"email": "ann@guild.example", "emailVerified": true, "phoneNumber": "9876543210", "phoneNumberVerified": false, "username": "ann",
			"displayName": "Ann", "locale": "en-NZ", "defaultVerificationMethod": "SMS",
		}
		w.has("told", w.good(request{method: "PATCH", path: "users/ann", body: told}), told)
		w.has("kept", w.good(request{method: "GET", path: "users/ann"}), told)
		w.good(request{method: "DELETE", path: "users/ann?actions=true"})
		w.has("after", w.good(request{method: "GET", path: "users/ann"}), object{"isEnrolled": false, "email": nil})
	})
}

func TestIDsOfUsersMayHoldWhatPathsDoNot(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		for path, id := range map[string]string{
			"auth0|abc:def@x": "auth0|abc:def@x", "a%20b": "a b", "a+b@guild.example": "a+b@guild.example", "a%2Fb": "a/b", "%C3%A4": "ä",
		} {
			a := w.good(request{path: "users/" + path + "/actions/pay"})
			_, user, err := authsignal.TokenSays(a.text("token"))
			w.must(err)
			w.has(id, w.good(request{method: "GET", path: "users/" + path}), object{"userId": id})
			if user != id {
				t.Errorf("%s is %q", path, user)
			}
		}
		w.no("no text", request{method: "GET", path: "users/%ff"}, 404, "not_found")
		w.no("a NUL", request{method: "GET", path: "users/%00"}, 404, "not_found")
	})
}

func TestUsersAreFoundByWhatWasToldOfThem(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		for _, name := range []string{"ann", "ben", "cleo"} {
			w.good(request{method: "PATCH", path: "users/" + name, body: object{"email": "all@guild.example", "username": name}})
		}
		users := func(path string) (ids []string, last any) {
			a := w.good(request{method: "GET", path: path})
			for _, one := range a.body["users"].([]any) {
				ids = append(ids, fmt.Sprint(one.(object)["userId"]))
			}
			return ids, a.body["lastEvaluatedUserId"]
		}
		if ids, last := users("users?email=all%40guild.example"); len(ids) != 3 || last != nil {
			t.Errorf("all: %v, %v", ids, last)
		}
		if ids, _ := users("users?username=ben"); !slices.Equal(ids, []string{"ben"}) {
			t.Errorf("by name: %v", ids)
		}
		if ids, _ := users("users?username=ben&email=other@guild.example"); len(ids) != 0 {
			t.Errorf("by both: %v", ids)
		}
		first, last := users("users?email=all@guild.example&limit=2")
		rest, end := users("users?email=all@guild.example&limit=2&lastEvaluatedUserId=" + fmt.Sprint(last))
		if all := slices.Concat(first, rest); len(first) != 2 || len(all) != 3 || end != nil || slices.Contains(first, rest[0]) {
			t.Errorf("pages: %v %v, then %v %v", first, last, rest, end)
		}
		if ids, _ := users("users?email=nobody@guild.example"); ids != nil {
			t.Errorf("nobody: %v", ids)
		}
		w.no("nothing asked", request{method: "GET", path: "users"}, 400, "invalid_request")
		w.no("a bad limit", request{method: "GET", path: "users?email=a@b.example&limit=x"}, 400, "invalid_request")
		w.no("another's token", request{method: "GET", path: "users?token=x"}, 400, "invalid_configuration")
	})
}

func TestMeansAreTakenOverOnceAndTakenAway(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		first := w.enrol("ann", "+6421000001")
		if codes, _ := first.body["recoveryCodes"].([]any); len(codes) == 0 {
			t.Errorf("the first enrollment gave %s", first.raw)
		}
		again := w.enrol("ann", "+6421000001")
		one, _ := first.body["authenticator"].(object)
		same, _ := again.body["authenticator"].(object)
		if one["userAuthenticatorId"] != same["userAuthenticatorId"] || again.body["recoveryCodes"] != nil {
			t.Errorf("the second gave %s", again.raw)
		}
		for _, body := range []object{
			{"oobChannel": "EMAIL_OTP", "email": "ann@guild.example"},
			{"verificationMethod": "EMAIL_MAGIC_LINK", "email": "ann@guild.example"},
			{"verificationMethod": "AUTHENTICATOR_APP", "otpUri": "otpauth://totp/Guild:ann?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Guild", "isDefault": true},
		} {
			w.good(request{path: "users/ann/authenticators", body: body})
		}
		var methods []string
		for _, one := range w.list(request{path: "users/ann/authenticators"}) {
			methods = append(methods, fmt.Sprint(one["verificationMethod"]))
			if one["userId"] != "ann" || one["createdAt"] == nil || one["isDefault"] != (one["verificationMethod"] == "AUTHENTICATOR_APP") {
				t.Errorf("listed: %v", one)
			}
		}
		if !slices.Equal(methods, []string{"SMS", "EMAIL_OTP", "EMAIL_MAGIC_LINK", "AUTHENTICATOR_APP"}) {
			t.Errorf("listed: %v", methods)
		}
		for name, body := range map[string]object{
			"nothing": {}, "no number": {"verificationMethod": "SMS"}, "no address": {"verificationMethod": "EMAIL_OTP"}, "no seed": {"verificationMethod": "AUTHENTICATOR_APP"},
			"an unknown method": {"verificationMethod": "CARRIER_PIGEON"}, "no passkey": {"verificationMethod": "PASSKEY", "credentialId": "!"}, "not this way": {"verificationMethod": "PUSH"},
		} {
			w.no(name, request{path: "users/ann/authenticators", body: body}, 400, "invalid_request")
		}
		off := false
		w.change(cafeKey, func(to *mfa.StepUp) {
			to.Methods = map[mfa.Method]mfa.MethodSettings{mfa.MethodSMS: {Active: &off}}
		})
		a := w.do(request{path: "users/ann/authenticators", body: object{"verificationMethod": "SMS", "phoneNumber": "+6421000009"}})
		if a.status != 400 || a.text("errorCode") != "invalid_configuration" || !strings.Contains(a.text("errorDescription"), "not an enabled verification method") {
			t.Errorf("a method that is off: %d %s", a.status, a.raw)
		}
		w.no("no such means", request{method: "DELETE", path: "users/ann/authenticators/x"}, 404, "not_found")
	})
}

func TestPasskeysAreTakenOverInLists(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		const key = "pQECAyYgASFYIGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWIlggT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"
		one := func(user, id string) object {
			return object{"userId": user, "verificationMethod": "PASSKEY", "credentialId": id, "credentialPublicKey": key, "aaguid": "fbfc3007-154e-4ecc-8c0b-6e020557d7bd"}
		}
		w.has("all good", w.good(request{path: "users/authenticators", body: object{"authenticators": []object{one("ann", "AAEC"), one("ben", "AAED")}}}),
			object{"total": 2.0, "succeeded": 2.0, "failed": 0.0})
		a := w.good(request{path: "users/authenticators", body: object{"authenticators": []object{one("ann", "AAED"), one("cleo", "AAEE"), {"userId": "dan", "verificationMethod": "SMS"}}}})
		w.has("some", a, object{"total": 3.0, "succeeded": 1.0, "failed": 2.0})
		failures, _ := a.body["failures"].([]any)
		if first, _ := failures[0].(object); len(failures) != 2 || first["userId"] != "ann" || first["credentialId"] != "AAED" || first["errorCode"] != "conflict" {
			t.Errorf("failures: %v", failures)
		}
		held := w.list(request{path: "users/ann/authenticators"})
		credential, _ := held[0]["webauthnCredential"].(object)
		maker, _ := credential["aaguidMapping"].(object)
		if credential["credentialId"] != "AAEC" || maker["name"] != "iCloud Keychain" || !strings.HasPrefix(fmt.Sprint(maker["svgIconLight"]), "data:image/svg+xml;base64,") {
			t.Errorf("listed: %v", held)
		}
		w.no("too many", request{path: "users/authenticators", body: object{"authenticators": make([]object, 1001)}}, 400, "invalid_request")
	})
}

func TestTrackingOneActionTwiceIsOneAction(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		w.enrol("ann", "+6421000001")
		w.Places[netip.MustParseAddr("192.0.2.7")] = mfa.Place{Country: "NZ"}
		first := w.track("ann", "pay", object{"idempotencyKey": "order-1", "custom": object{"amount": 12}, "ipAddress": "192.0.2.7"})
		w.has("first", first, object{"idempotencyKey": "order-1", "state": "CHALLENGE_REQUIRED", "isEnrolled": true, "defaultVerificationMethod": "SMS"})
		w.prove(first.text("token"))
		again := w.track("ann", "pay", object{"idempotencyKey": "order-1"})
		w.has("again", again, object{"idempotencyKey": "order-1", "state": "CHALLENGE_SUCCEEDED"})
		w.has("its new token", w.good(request{path: "validate", body: object{"token": again.text("token")}}), object{"isValid": true})
		got := w.good(request{method: "GET", path: "users/ann/actions/pay/order-1"})
		w.has("the action", got, object{"state": "CHALLENGE_SUCCEEDED", "verificationMethod": "SMS"})
		if custom, _ := got.body["output"].(object)["custom"].(object); custom["amount"] != 12.0 {
			t.Errorf("output %v", got.body["output"])
		}
		listed := w.list(request{path: "users/ann/actions?codes=pay%2Cother&state=CHALLENGE_SUCCEEDED&fromDate=" + url.QueryEscape(w.Clock.Now().Add(-time.Hour).Format(time.RFC3339))})
		if len(listed) != 1 || listed[0]["idempotencyKey"] != "order-1" || listed[0]["verifiedByAuthenticatorId"] == nil || listed[0]["countryCode"] != "NZ" {
			t.Errorf("listed: %v", listed)
		}
		if none := w.list(request{path: "users/ann/actions?codes=other"}); len(none) != 0 {
			t.Errorf("listed: %v", none)
		}
		w.no("no date", request{method: "GET", path: "users/ann/actions?fromDate=x"}, 400, "invalid_request")
		w.no("no state", request{method: "GET", path: "users/ann/actions?state=GONE"}, 400, "invalid_request")
	})
}

func TestAnActionsStateIsTheApplicationsToSet(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		w.track("ann", "pay", object{"idempotencyKey": "k"})
		for _, state := range []string{"REVIEW_REQUIRED", "REVIEW_SUCCEEDED", "REVIEW_FAILED", "BLOCK", "ALLOW", "CHALLENGE_FAILED", "CHALLENGE_SUCCEEDED", "CHALLENGE_REQUIRED"} {
			a := w.good(request{method: "PATCH", path: "users/ann/actions/pay/k", body: object{"state": state, "custom": object{"a": 1}}})
			w.has(state, a, object{"state": state})
			w.has(state, w.good(request{method: "GET", path: "users/ann/actions/pay/k"}), object{"state": state})
		}
		w.no("another word", request{method: "PATCH", path: "users/ann/actions/pay/k", body: object{"state": "DONE"}}, 400, "invalid_request")
		w.no("none", request{method: "PATCH", path: "users/ann/actions/pay/k"}, 400, "invalid_request")
		w.no("no such action", request{method: "PATCH", path: "users/ann/actions/pay/none", body: object{"state": "ALLOW"}}, 404, "not_found")
	})
}

func TestThePageOfAnActionHasAQueryAndTheRightOrigin(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		at := func(told object) string { return w.track("ann", "pay", told).text("url") }
		if page := at(nil); !strings.HasPrefix(page, "https://mfa.example.test/challenge?token=ey") {
			t.Errorf("the page is %s", page)
		}
		w.change(cafeKey, func(to *mfa.StepUp) {
			to.CustomDomain, to.CustomDomains = "https://id.guild.example", []string{"https://pay.guild.example"}
			to.RedirectURLs = []string{"https://guild.example/done"}
		})
		if page := at(nil); !strings.HasPrefix(page, "https://id.guild.example/challenge?token=") {
			t.Errorf("the page is %s", page)
		}
		if page := at(object{"customDomain": "pay.guild.example", "redirectUrl": "https://guild.example/done/1?x=y"}); !strings.HasPrefix(page, "https://pay.guild.example/challenge?token=") {
			t.Errorf("the page is %s", page)
		}
		for _, told := range []object{
			{"customDomain": "evil.example"},
			{"redirectUrl": "https://evil.example/done"},
			{"redirectUrl": "https://guild.example/"},
			{"redirectUrl": "https://guild.example.evil.example/done"},
			{"redirectUrl": "http://guild.example/done"},
			{"redirectUrl": "javascript:alert(1)"},
			{"redirectUrl": "https://guild.example/done/../else"},
			{"redirectUrl": "https://guild.example:8443/done"},
		} {
			w.no(fmt.Sprint(told), request{path: "users/ann/actions/pay", body: told}, 400, "invalid_request")
		}
	})
}

func TestACodeSentToAnAddressBecomesTheProofOfWhoeverClaimsIt(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		start := func() answer {
			return w.good(request{path: "challenge", body: object{"verificationMethod": "SMS", "action": "join", "phoneNumber": "+6421555001", "scope": "add:authenticators"}})
		}
		sent := start()
		w.has("a wrong code", w.good(request{path: "verify", body: object{"challengeId": sent.text("challengeId"), "verificationCode": "x"}}),
			object{"isVerified": false, "failureReason": "CODE_INVALID_OR_EXPIRED", "phoneNumber": nil})
		w.no("claimed too early", request{path: "claim", body: object{"challengeId": sent.text("challengeId"), "userId": "ann"}}, 400, "invalid_request")
		right := w.good(request{path: "verify", body: object{"challengeId": sent.text("challengeId"), "verificationCode": w.codeOf(sent.text("challengeId"))}})
		w.has("the right one", right, object{"isVerified": true, "phoneNumber": "+6421555001", "verificationMethod": "SMS", "failureReason": nil})
		claimed := w.good(request{path: "claim", body: object{"challengeId": sent.text("challengeId"), "userId": "ann"}})
		w.has("claimed", claimed, object{"verificationMethod": "SMS"})
		w.has("its token", w.good(request{path: "validate", body: object{"token": claimed.text("token"), "userId": "ann", "action": "join"}}),
			object{"isValid": true, "idempotencyKey": sent.text("idempotencyKey")})
		if a := w.do(request{path: "claim", body: object{"challengeId": sent.text("challengeId"), "userId": "ben"}}); a.status == 200 {
			t.Errorf("claimed twice: %s", a.raw)
		}
		foreign := start()
		a := w.do(request{path: "verify", key: bakeryKey, body: object{"challengeId": foreign.text("challengeId"), "verificationCode": w.codeOf(foreign.text("challengeId"))}})
		if a.body["isVerified"] == true || a.status == 200 && a.body["isVerified"] != false {
			t.Errorf("another tenant's: %d %s", a.status, a.raw)
		}
		for name, body := range map[string]object{
			"nothing": {}, "no action": {"verificationMethod": "SMS", "phoneNumber": "+6421555001"}, "no method": {"action": "join", "phoneNumber": "+6421555001"},
			"another method": {"verificationMethod": "PASSKEY", "action": "join"}, "no address": {"verificationMethod": "EMAIL_OTP", "action": "join"},
		} {
			w.no(name, request{path: "challenge", body: body}, 400, "invalid_request")
		}
	})
}

// codeOf is the code of a challenge.
func (w *serverWorld) codeOf(id string) string {
	w.tb.Helper()
	var p mfa.Prompt
	w.must(w.Store.Read(w.Context(), func(r mfa.Records) (err error) {
		p, err = r.Prompt(mfa.PromptID(id))
		return err
	}))
	return string(p.Secret.Reveal())
}

func TestAChallengeBegunBeforeAnActionProvesIt(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		sent := w.good(request{path: "challenge", body: object{"verificationMethod": "EMAIL_OTP", "action": "join", "email": "ann@guild.example"}})
		id := sent.text("challengeId")
		w.good(request{path: "verify", body: object{"challengeId": id, "verificationCode": w.codeOf(id)}})
		w.has("tracked", w.track("ann", "join", object{"challengeId": id}), object{"state": "CHALLENGE_SUCCEEDED"})
		w.no("again", request{path: "users/ben/actions/join", body: object{"challengeId": id}}, 404, "not_found")
	})
}

func TestCodesAreLimited(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		body, last := object{"verificationMethod": "SMS", "action": "join", "phoneNumber": "+6421555001"}, answer{}
		for range 10 {
			if last = w.do(request{path: "challenge", body: body}); last.status != 200 {
				break
			}
			w.Clock.Advance(11 * time.Second)
		}
		if last.status != 429 || last.text("errorCode") != "too_many_requests" || last.header.Get("Retry-After") == "" {
			t.Errorf("ended with %d %s", last.status, last.raw)
		}
	})
}

func TestDevicesAreKnownRememberedAndForgotten(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		if none := w.list(request{path: "users/nobody/devices"}); len(none) != 0 {
			t.Errorf("nobody's: %v", none)
		}
		w.enrol("ann", "+6421000001")
		w.prove(w.track("ann", "pay", object{"deviceId": "d/1"}).text("token"))
		known := w.list(request{path: "users/ann/devices"})
		if len(known) != 1 || known[0]["deviceId"] != "d/1" || known[0]["authenticatedAt"] == nil || known[0]["lastVerificationMethod"] != "SMS" {
			t.Errorf("known: %v", known)
		}
		until := w.Clock.Now().Add(time.Hour).Format("2006-01-02T15:04:05.000Z")
		at := request{method: "PATCH", path: "users/ann/devices/d%2F1", body: object{"rememberedUntil": until}}
		w.has("remembered", w.good(at), object{"rememberedUntil": until})
		at.body = `{"rememberedUntil":null}`
		w.has("no more", w.good(at), object{"rememberedUntil": nil})
		for _, body := range []string{``, `{}`, `{"rememberedUntil":7}`, `{"rememberedUntil":"2001-01-01T00:00:00Z"}`, `{"rememberedUntil":"soon"}`} {
			at.body = body
			w.no(body, at, 400, "invalid_request")
		}
		if a := w.good(request{path: "users/ann/devices/d%2F1/invalidate"}); a.text("invalidatedAt") == "" {
			t.Errorf("invalidated: %s", a.raw)
		}
		w.no("no such device", request{path: "users/ann/devices/d2/invalidate"}, 404, "not_found")
	})
}

func TestCallsOfOldClientsAreAnswered(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		sms := w.good(request{path: "challenge/sms", body: object{"action": "join", "phoneNumber": "+6421555001"}}).text("challengeId")
		w.has("by SMS", w.good(request{path: "verify/sms", body: object{"challengeId": sms, "verificationCode": w.codeOf(sms)}}), object{"isVerified": true})
		mail := w.good(request{path: "challenge/email", body: object{"action": "join", "email": "ann@guild.example"}}).text("challengeId")
		w.has("by mail", w.good(request{path: "verify/email", body: object{"challengeId": mail, "verificationCode": w.codeOf(mail)}}), object{"isVerified": true})
		if a := w.good(request{method: "GET", path: "users/ann/challenge?action=pay&verificationMethod=SMS"}); a.raw != "{}" {
			t.Errorf("no challenge: %s", a.raw)
		}
		token := w.good(request{path: "token", body: object{"userId": "ann", "scope": "add:authenticators"}}).text("accessToken")
		pass, _, err := w.dialect.Open(w.Context(), token)
		w.must(err)
		if !slices.Contains(pass.Scopes, stepup.ScopeAdd) {
			t.Errorf("the token may %v", pass.Scopes)
		}
		w.good(request{method: "PATCH", path: "users/ann", body: object{"email": "ann@guild.example"}})
		login := w.good(request{path: "users/email/ann%40guild.example/challenge", body: object{"email": "ann@guild.example", "redirectUrl": "https://guild.example/"}}).text("url")
		at, err := url.Parse(login)
		w.must(err)
		if _, user, err := authsignal.TokenSays(at.Query().Get("token")); err != nil || user != "ann" {
			t.Errorf("the login is of %q, %v", user, err)
		}
		for _, path := range []string{"call/start", "call/finish"} {
			w.no(path, request{path: path, body: object{"referenceId": "x"}}, 400, "invalid_configuration")
		}
	})
}

// What clients in use read of the answers that matter most, whole.
func TestAnswersAreWholeAndNothingElse(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		w.enrol("ann", "+6421000001")
		told := w.track("ann", "pay", object{"idempotencyKey": "k"})
		for name, c := range map[string]struct {
			ask  request
			want string
		}{
			"track": {request{path: "users/ann/actions/pay", body: object{"idempotencyKey": "k"}}, `{"state":"CHALLENGE_REQUIRED","idempotencyKey":"k","ruleIds":[],"url":"*","token":"*","isEnrolled":true,
				"enrolledVerificationMethods":["SMS"],"allowedVerificationMethods":["PASSKEY","SECURITY_KEY","PUSH","AUTHENTICATOR_APP","EMAIL_OTP","EMAIL_MAGIC_LINK","SMS"],"defaultVerificationMethod":"SMS"}`},
			"action":   {request{method: "GET", path: "users/ann/actions/pay/k"}, `{"state":"CHALLENGE_REQUIRED","createdAt":"*","stateUpdatedAt":"*","rules":[],"ruleIds":[],"output":{}}`},
			"validate": {request{path: "validate", body: object{"token": told.text("token")}}, `{"isValid":false,"state":"CHALLENGE_REQUIRED","stateUpdatedAt":"*","userId":"ann","action":"pay","actionCode":"pay","idempotencyKey":"k"}`},
			"enrol": {request{path: "users/ann/authenticators", body: object{"verificationMethod": "SMS", "phoneNumber": "+6421000001"}}, `{"authenticator":{"userAuthenticatorId":"*","userId":"ann","verificationMethod":"SMS",
				"createdAt":"*","verifiedAt":"*","isDefault":false,"phoneNumber":"+6421000001","previousSmsChannel":"DEFAULT","authenticatorType":"OOB","oobChannel":"SMS","isActive":true}}`},
			"user": {request{method: "GET", path: "users/ann"}, `{"userId":"ann","isEnrolled":true,"emailVerified":false,"phoneNumberVerified":false,"allowedVerificationMethods":["PASSKEY","SECURITY_KEY","PUSH",
				"AUTHENTICATOR_APP","EMAIL_OTP","EMAIL_MAGIC_LINK","SMS"],"enrolledVerificationMethods":["SMS"],"createdAt":"*"}`},
		} {
			var got, want any
			w.must(json.Unmarshal([]byte(w.good(c.ask).raw), &got))
			w.must(json.Unmarshal([]byte(c.want), &want))
			if !dialecttest.Fits(got, want) {
				t.Errorf("%s is %v", name, got)
			}
		}
	})
}
