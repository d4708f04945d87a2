package authsignal

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/twinseal/twinseal/e2e/harness"
)

// TestTheRequestsOfTheVendorsGoPackage sends what github.com/authsignal/authsignalgo/v2 sends: the same paths, headers and
// bodies, its nulls and the doubled version included. The package itself is not run: no module proxy that tests may use
// has it, so this is written from its source as the protocol's notes describe it, and proves the wire alone.
func TestTheRequestsOfTheVendorsGoPackage(t *testing.T) {
	t.Parallel()
	harness.Each(t, func(t *testing.T, engine harness.Engine) {
		w := newSite(t, engine)
		user := fresh()
		path := "/v1/users/" + escaped(user)
		send := func(into any, method, at, body string) {
			t.Helper()
			got := w.Send(t, harness.Request{Method: method, Path: at, Type: "application/json", Body: body, Header: http.Header{
				"Authorization": {basic(secretKey)}, "User-Agent": {"authsignalgo/v1"}, "Accept": {"*/*"},
			}})
			if got.Status != http.StatusOK || got.Header.Get("Content-Type") != "application/json" {
				t.Fatalf("%s %s: %d %s", method, at, got.Status, got.Body)
			}
			got.JSON(t, into)
		}
		var made enrolled
		send(&made, http.MethodPost, path+"/authenticators", `{"verificationMethod":"SMS","phoneNumber":"+64215550199","isDefault":null,"email":"","otpUri":""}`)
		var got tracked
		send(&got, http.MethodPost, path+"/actions/go-sdk-test", `{"redirectUrl":"","redirectToSettings":null,"email":"","custom":null,"crypto":null,"scope":"","challengeId":""}`)
		if got.State != "CHALLENGE_REQUIRED" || len(got.AllowedVerificationMethods) == 0 || got.Token == "" {
			t.Errorf("tracked %+v", got)
		}
		var a action
		send(&a, http.MethodGet, path+"/actions/go-sdk-test/"+got.IdempotencyKey, "")
		if a.State != got.State || a.Output == nil {
			t.Errorf("the action is %+v", a)
		}
		send(&a, http.MethodPatch, path+"/actions/go-sdk-test/"+got.IdempotencyKey, `{"state":"REVIEW_REQUIRED"}`)
		var v validated
		send(&v, http.MethodPost, "/v1/validate", `{"token":"`+got.Token+`","userId":null,"action":null}`)
		if v.IsValid || v.State != "REVIEW_REQUIRED" || v.Action != "go-sdk-test" || v.UserID != user {
			t.Errorf("validated %+v", v)
		}
		var u account
		send(&u, http.MethodPatch, path, `{"email":"go@example.com","emailVerified":null,"phoneNumber":null,"custom":null}`)
		send(&u, http.MethodGet, path, "")
		if u.Email != "go@example.com" || !u.IsEnrolled {
			t.Errorf("the person is %+v", u)
		}
		var page struct{ Users []account }
		send(&page, http.MethodGet, "/v1/users?email=go%40example.com&limit=1", "")
		if len(page.Users) != 1 {
			t.Errorf("found %+v", page)
		}
		var list []authenticator
		send(&list, http.MethodGet, path+"/authenticators", "")
		if len(list) != 1 || list[0].UserAuthenticatorID != made.Authenticator.UserAuthenticatorID {
			t.Errorf("there are %+v", list)
		}
		w.golangChallenges(t, send, user)
		var done struct{ Success bool }
		send(&done, http.MethodDelete, path+"/authenticators/"+list[0].UserAuthenticatorID, "")
		send(&done, http.MethodDelete, path, "")
		if !done.Success {
			t.Error("deleting says nothing")
		}
	})
}

// golangChallenges are codes and sessions, with the path that the package doubles.
func (w *world) golangChallenges(t *testing.T, send func(into any, method, at, body string), user string) {
	t.Helper()
	to := address()
	var begun, open challenged
	send(&begun, http.MethodPost, "/v1/challenge", `{"verificationMethod":"EMAIL_OTP","action":"go-sdk-test","email":"`+to+`","phoneNumber":null,"smsChannel":null,"challengeId":null}`)
	send(&open, http.MethodGet, "/v1/v1/challenges?challengeId="+begun.ChallengeID, "")
	if open.ChallengeID != begun.ChallengeID || open.Email != to {
		t.Errorf("open is %+v", open)
	}
	var out struct{ IsVerified bool }
	send(&out, http.MethodPost, "/v1/verify", `{"challengeId":"`+begun.ChallengeID+`","verificationCode":"`+w.Code(t, to, 1).Code()+`"}`)
	var claimed struct{ Token string }
	send(&claimed, http.MethodPost, "/v1/claim", `{"challengeId":"`+begun.ChallengeID+`","userId":"`+user+`","skipVerificationCheck":null}`)
	var p struct{ AccessToken, RefreshToken string }
	send(&p, http.MethodPost, "/v1/sessions", `{"clientId":"`+clientID+`","token":"`+claimed.Token+`","action":null}`)
	var valid struct{ User account }
	send(&valid, http.MethodPost, "/v1/sessions/validate", `{"accessToken":"`+p.AccessToken+`","clientIds":null}`)
	if !out.IsVerified || valid.User.UserID != user {
		t.Errorf("the session is %+v", valid)
	}
	send(&p, http.MethodPost, "/v1/sessions/refresh", `{"refreshToken":"`+p.RefreshToken+`"}`)
	var done json.RawMessage
	send(&done, http.MethodPost, "/v1/sessions/revoke", `{"accessToken":"`+p.AccessToken+`"}`)
	send(&done, http.MethodPost, "/v1/sessions/user/revoke", `{"userId":"`+user+`"}`)
}
