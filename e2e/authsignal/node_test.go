package authsignal

import (
	"errors"
	"net/url"
	"testing"
	"time"
)

// newestNode: what the other packages for servers lack.
func newestNode(t *testing.T, s *scene) {
	for name, part := range map[string]func(*testing.T, *scene){
		"codes": codesFromTheServer, "sessions": sessions, "people are looked for": looksForPeople, "webhooks": verifiesHooks, "calls by telephone": callers,
	} {
		t.Run(name, func(t *testing.T) { part(t, &scene{s.world, t, s.sdk, fresh()}) })
	}
}

type challenged struct {
	ChallengeID, IdempotencyKey, VerificationMethod, PhoneNumber, Email, Action string
	ExpiresAt                                                                   int32
}

// codesFromTheServer: a backend sends a code, checks it, and only then says whose action that was.
func codesFromTheServer(t *testing.T, s *scene) {
	phone := number()
	var begun challenged
	s.sdk.call(t, &begun, "challenge", attributes{"verificationMethod": "SMS", "action": "signUp", "phoneNumber": phone})
	if left := time.Until(time.Unix(int64(begun.ExpiresAt), 0)); begun.ChallengeID == "" || begun.IdempotencyKey == "" || left < time.Minute || left > time.Hour {
		t.Fatalf("begun %+v", begun)
	}
	code := s.Code(t, phone, 1).Code()
	var open challenged
	s.sdk.call(t, &open, "getChallenge", attributes{"challengeId": begun.ChallengeID})
	if open.ChallengeID != begun.ChallengeID || open.PhoneNumber != phone || open.Action != "signUp" || open.VerificationMethod != "" {
		t.Errorf("open is %+v", open)
	}
	var out struct {
		IsVerified                                            bool
		PhoneNumber, Email, VerificationMethod, FailureReason string
	}
	s.sdk.call(t, &out, "verify", attributes{"challengeId": begun.ChallengeID, "verificationCode": other(code)})
	if out.IsVerified || out.FailureReason != "CODE_INVALID_OR_EXPIRED" || out.PhoneNumber != "" {
		t.Errorf("another code: %+v", out)
	}
	if err := s.sdk.do(t, nil, order{Call: "claimChallenge", Args: []any{attributes{"challengeId": begun.ChallengeID, "userId": s.user}}}); err == nil {
		t.Error("a challenge that nobody passed is claimed")
	}
	out.FailureReason = ""
	s.sdk.call(t, &out, "verify", attributes{"challengeId": begun.ChallengeID, "verificationCode": code})
	if !out.IsVerified || out.PhoneNumber != phone || out.FailureReason != "" {
		t.Errorf("verified %+v", out)
	}
	var claimed struct{ Token, VerificationMethod string }
	s.sdk.call(t, &claimed, "claimChallenge", attributes{"challengeId": begun.ChallengeID, "userId": s.user})
	if v := s.sdk.validate(t, claimed.Token, s.user, "signUp"); !v.IsValid || v.State != "CHALLENGE_SUCCEEDED" || v.VerificationMethod != "SMS" {
		t.Errorf("claimed %+v, validated %+v", claimed, v)
	}
	var none challenged
	s.sdk.call(t, &none, "getChallenge", attributes{"userId": fresh(), "action": "signUp", "verificationMethod": "SMS"})
	if none != (challenged{}) {
		t.Errorf("a stranger's challenge is %+v", none)
	}
}

// other is a code that is not this one.
func other(code string) string {
	if code[0] == '9' {
		return "0" + code[1:]
	}
	return string(code[0]+1) + code[1:]
}

// sessions: the proof of an action opens a session, which is continued once by each refresh token, and ended.
func sessions(t *testing.T, s *scene) {
	s.enrolApp(t, s.user)
	got := s.sdk.track(t, s.user, "signIn", nil)
	type pair struct{ AccessToken, RefreshToken string }
	open := func(token string) (p pair, err error) {
		err = s.sdk.do(t, &p, order{Call: "createSession", Args: []any{attributes{"token": token, "clientId": clientID, "action": "signIn"}}})
		return p, err
	}
	if _, err := open(got.Token); err == nil {
		t.Error("an action that nobody proved opens a session")
	}
	first, err := open(s.proveByApp(t, got.Token))
	if err != nil {
		t.Fatal(err)
	}
	var valid struct {
		User               account
		ExpiresAt          int32
		VerificationMethod string
	}
	s.sdk.call(t, &valid, "validateSession", attributes{"accessToken": first.AccessToken, "clientIds": []string{clientID}})
	if valid.User.UserID != s.user || valid.VerificationMethod != "AUTHENTICATOR_APP" || int64(valid.ExpiresAt) <= time.Now().Unix() {
		t.Errorf("the session is %+v", valid)
	}
	var second pair
	s.sdk.call(t, &second, "refreshSession", attributes{"refreshToken": first.RefreshToken})
	refused := func(call string, a attributes) {
		t.Helper()
		err := s.sdk.do(t, nil, order{Call: call, Args: []any{a}})
		if r, ok := errors.AsType[*refusal](err); !ok || r.Status != 401 {
			t.Errorf("%s: %v", call, err)
		}
	}
	refused("validateSession", attributes{"accessToken": first.AccessToken})
	s.sdk.call(t, nil, "validateSession", attributes{"accessToken": second.AccessToken})
	s.sdk.call(t, nil, "revokeSession", attributes{"accessToken": second.AccessToken})
	refused("validateSession", attributes{"accessToken": second.AccessToken})
	third, err := open(got.Token)
	if err != nil {
		t.Fatal(err)
	}
	s.sdk.call(t, nil, "revokeUserSessions", attributes{"userId": s.user})
	refused("validateSession", attributes{"accessToken": third.AccessToken})
	refused("refreshSession", attributes{"refreshToken": third.RefreshToken})
}

// looksForPeople: lists, of people and of their actions.
func looksForPeople(t *testing.T, s *scene) {
	mail := address()
	two := []string{s.user, fresh()}
	for _, user := range two {
		s.sdk.updateUser(t, user, attributes{"email": mail})
	}
	type page struct {
		Users               []account
		LastEvaluatedUserID string
	}
	var first, second, none page
	s.sdk.call(t, &first, "queryUsers", attributes{"email": mail, "limit": 1})
	s.sdk.call(t, &second, "queryUsers", attributes{"email": mail, "limit": 5, "lastEvaluatedUserId": first.LastEvaluatedUserID})
	s.sdk.call(t, &none, "queryUsers", attributes{"username": fresh()})
	if len(first.Users) != 1 || first.LastEvaluatedUserID == "" || len(second.Users) != 1 || second.LastEvaluatedUserID != "" ||
		first.Users[0].UserID == second.Users[0].UserID || none.Users == nil || len(none.Users) != 0 {
		t.Errorf("found %+v, %+v, %+v", first, second, none)
	}
	for _, code := range []string{"one", "two", "one"} {
		s.sdk.track(t, s.user, code, nil)
	}
	var all, some []struct{ ActionCode, IdempotencyKey, State string }
	s.sdk.call(t, &all, "queryUserActions", attributes{"userId": s.user, "fromDate": time.Now().Add(-time.Hour).UTC().Format(time.RFC3339), "actionCodes": []string{"one", "two"}})
	s.sdk.call(t, &some, "queryUserActions", attributes{"userId": s.user, "actionCodes": []string{"two"}, "state": "CHALLENGE_REQUIRED"})
	if len(all) != 3 || all[0].ActionCode != "one" || all[1].ActionCode != "two" || len(some) != 1 || some[0].ActionCode != "two" || some[0].State != "CHALLENGE_REQUIRED" {
		t.Errorf("the actions are %+v and %+v", all, some)
	}
}

// oldestNode: it proves tokens with the secret key by itself, and signs people in by mail.
func oldestNode(t *testing.T, s *scene) {
	mail := address()
	var login struct{ URL string }
	s.sdk.call(t, &login, "loginWithEmail", attributes{"email": mail, "redirectUrl": s.site.url + "/back"})
	if at, err := url.Parse(login.URL); err != nil || at.Host == "" || at.Query().Get("token") == "" {
		t.Errorf("the address is %q, %v", login.URL, err)
	}
	var gone *action
	s.sdk.call(t, &gone, "getAction", attributes{"userId": s.user, "action": "signIn", "idempotencyKey": "none"})
	if gone != nil {
		t.Errorf("an action that nobody tracked is %+v", gone)
	}
}

// hooksElsewhere: the package's functions for logins at another vendor send people here, and take their proof back.
func hooksElsewhere(t *testing.T, s *scene) {
	event := attributes{
		"transaction": attributes{"protocol": "oidc"}, "secrets": attributes{}, "user": attributes{"user_id": s.user, "email": address()},
		"request":        attributes{"ip": "203.0.113.7", "user_agent": "Mozilla/5.0", "hostname": "shop.example.com", "query": attributes{}},
		"authentication": attributes{"methods": []any{}},
	}
	hook := func(name, token string) [][]string {
		t.Helper()
		var did [][]string
		o := order{Hook: name, Event: event, Token: token, Options: attributes{"redirectUrl": s.site.url + "/back"}}
		if err := s.sdk.do(t, &did, o); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return did
	}
	did := hook("handleAuth0ExecutePostLogin", "")
	if len(did) != 1 || did[0][0] != "redirect" {
		t.Fatalf("the login goes on with %v", did)
	}
	at, err := url.Parse(did[0][1])
	if err != nil {
		t.Fatal(err)
	}
	token := at.Query().Get("token")
	if did := hook("handleAuth0ContinuePostLogin", token); len(did) != 1 || did[0][0] != "deny" {
		t.Errorf("unproved, the login goes on with %v", did)
	}
	s.enrolApp(t, s.user)
	proved := s.proveByApp(t, token)
	if did := hook("handleAuth0ContinuePostLogin", proved); len(did) != 1 || did[0][0] != "record" {
		t.Errorf("proved, the login goes on with %v", did)
	}
}

// callers: somebody who calls by telephone is for another service, and the package is told so.
func callers(t *testing.T, s *scene) {
	for _, call := range []string{"call.startCall", "call.finishCall"} {
		o := order{Call: call, Args: []any{attributes{"referenceId": s.user, "phoneNumber": number(), "state": "CHALLENGE_SUCCEEDED"}}, Expect: "invalid_configuration"}
		err := s.sdk.do(t, nil, o)
		if r, ok := errors.AsType[*refusal](err); !ok || r.Code != "invalid_configuration" {
			t.Errorf("%s: %v", call, err)
		}
	}
}
