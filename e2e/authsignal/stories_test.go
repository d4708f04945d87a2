package authsignal

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/e2e/harness"
)

// every are all versions, newer those whose methods are complete.
var (
	every = []style{byObject, byPosition, older, oldest}
	newer = []style{byObject, byPosition}
)

// TestThePublishedPackages tells the stories that the vendor's own test suites tell, and more, with every version on
// both engines.
func TestThePublishedPackages(t *testing.T) {
	t.Parallel()
	harness.Each(t, func(t *testing.T, engine harness.Engine) {
		w := newWorld(t, engine)
		t.Run("stories", func(t *testing.T) {
			for name, story := range map[string]func(*testing.T, *scene){
				"a person is enrolled and tracked": enrolsAndTracks, "a wrong key is refused": wrongKey, "proved by an authenticator app": provesByApp,
			} {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					w.each(t, every, story)
				})
			}
			for name, story := range map[string]func(*testing.T, *scene){
				"a person is kept": keepsAPerson, "authenticators come and go": authenticatorsComeAndGo, "an operator decides": operatorDecides,
			} {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					w.each(t, newer, story)
				})
			}
			t.Run("what only Node's newest has", func(t *testing.T) {
				t.Parallel()
				w.each(t, []style{byObject}, newestNode)
			})
			t.Run("what only Node's oldest has", func(t *testing.T) {
				t.Parallel()
				w.each(t, []style{oldest}, oldestNode)
			})
			t.Run("logins at another vendor", func(t *testing.T) {
				t.Parallel()
				w.each(t, []style{byObject, oldest}, hooksElsewhere)
			})
			t.Run("what the older one for Python has", func(t *testing.T) {
				t.Parallel()
				s := &scene{world: w, t: t, sdk: w.sdks["python 3.0.0"], user: fresh()}
				olderPython(t, s)
			})
		})
		for name, one := range w.sdks {
			t.Run("nothing is left out of "+name, func(t *testing.T) { one.nothingLeftOut(t) })
		}
	})
}

// enrolsAndTracks: the first calls of every program.
func enrolsAndTracks(t *testing.T, s *scene) {
	phone := number()
	made := s.sdk.enroll(t, s.user, enrolment(s.sdk, phone))
	if a := made.Authenticator; a.UserID != s.user || a.VerificationMethod != "SMS" || a.PhoneNumber != phone || a.UserAuthenticatorID == "" || a.CreatedAt.IsZero() {
		t.Errorf("enrolled %+v", made)
	}
	if again := s.sdk.enroll(t, s.user, enrolment(s.sdk, phone)); again.Authenticator.UserAuthenticatorID != made.Authenticator.UserAuthenticatorID {
		t.Errorf("enrolled again: %+v", again)
	}
	if u := s.sdk.getUser(t, s.user); !u.IsEnrolled || u.Email != "" {
		t.Errorf("the person is %+v", u)
	}
	got := s.sdk.track(t, s.user, "signIn", attributes{"redirectUrl": s.site.url + "/back", "email": address(), "deviceId": "a-device", "custom": attributes{"any": []any{"x", 1, true}}})
	if got.State != "CHALLENGE_REQUIRED" || !strings.Contains(got.URL, "?") || got.Token == "" || got.IdempotencyKey == "" || !got.IsEnrolled ||
		!slices.Equal(got.EnrolledVerificationMethods, []string{"SMS"}) || len(got.AllowedVerificationMethods) == 0 {
		t.Errorf("tracked %+v", got)
	}
	again := s.sdk.track(t, s.user, "signIn", attributes{"idempotencyKey": got.IdempotencyKey})
	if again.IdempotencyKey != got.IdempotencyKey || again.State != got.State {
		t.Errorf("tracked again: %+v", again)
	}
	v := s.sdk.validate(t, got.Token, s.user, "signIn")
	if v.IsValid || v.Success || v.State != "CHALLENGE_REQUIRED" || v.UserID != s.user {
		t.Errorf("validated %+v", v)
	}
	a := s.sdk.getAction(t, s.user, "signIn", got.IdempotencyKey)
	if a.State != "CHALLENGE_REQUIRED" || a.Output == nil || a.CreatedAt.IsZero() || a.StateUpdatedAt.IsZero() || a.VerificationMethod != "" {
		t.Errorf("the action is %+v", a)
	}
}

// enrolment is how a version says that a phone is proved already.
func enrolment(s *sdk, phone string) attributes {
	if s.style == oldest || s.style == older {
		return attributes{"oobChannel": "SMS", "phoneNumber": phone}
	}
	return attributes{"verificationMethod": "SMS", "phoneNumber": phone}
}

const unauthorized = "The request is unauthorized. Check that your API key and region base URL are correctly configured."

// wrongKey: the sentence is compared by the vendor's own tests.
func wrongKey(t *testing.T, s *scene) {
	stranger := s.sdk.with("no such key")
	o := order{Call: "get_user", Args: []any{s.user}}
	if s.sdk.node() {
		o = order{Call: "getUser", Args: []any{attributes{"userId": s.user}}}
	}
	err := stranger.do(t, nil, o)
	got, ok := errors.AsType[*refusal](err)
	if !ok || got.Status != http.StatusUnauthorized {
		t.Fatalf("a stranger: %v", err)
	}
	if s.sdk.style == byObject && (got.Code != "unauthorized" || got.Message != "AuthsignalError: 401 - "+unauthorized) {
		t.Errorf("a stranger: %+v", got)
	}
	if s.sdk.style == byPosition && (got.Code != "unauthorized" || got.Description != unauthorized) {
		t.Errorf("a stranger: %+v", got)
	}
}

const seed = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

// provesByApp: the person proves the action by what stands on their phone, and every version sees it.
func provesByApp(t *testing.T, s *scene) {
	s.enrolApp(t, s.user)
	got := s.sdk.track(t, s.user, "pay", nil)
	if got.State != "CHALLENGE_REQUIRED" || !got.IsEnrolled {
		t.Fatalf("tracked %+v", got)
	}
	proved := s.proveByApp(t, got.Token)
	for name, token := range map[string]string{"the one that was tracked": got.Token, "the one that was earned": proved} {
		v := s.sdk.validate(t, token, s.user, "pay")
		if !v.IsValid && !v.Success || v.State != "CHALLENGE_SUCCEEDED" || v.UserID != s.user || v.Action != "pay" {
			t.Errorf("validated %s: %+v", name, v)
		}
	}
	if v := s.sdk.validate(t, proved, "somebody else", ""); v.IsValid || v.Success || v.State == "CHALLENGE_SUCCEEDED" {
		t.Errorf("somebody else: %+v", v)
	}
	if a := s.sdk.getAction(t, s.user, "pay", got.IdempotencyKey); a.State != "CHALLENGE_SUCCEEDED" || a.VerificationMethod != "AUTHENTICATOR_APP" {
		t.Errorf("the action is %+v", a)
	}
}

// enrolApp gives a user an authenticator app with the seed.
func (w *world) enrolApp(t *testing.T, user string) {
	t.Helper()
	w.good(t, nil, http.MethodPost, "/users/"+escaped(user)+"/authenticators", basic(secretKey), attributes{
		"verificationMethod": "AUTHENTICATOR_APP", "otpUri": "otpauth://totp/Shop:jo?secret=" + seed + "&issuer=Shop",
	})
}

// proveByApp types what the app shows, and gives the token that this earns.
func (w *world) proveByApp(t *testing.T, token string) string {
	t.Helper()
	var out struct {
		IsVerified  bool
		AccessToken string
	}
	w.good(t, &out, http.MethodPost, "/client/verify/totp", bearer(token), attributes{"verificationCode": harness.Code(t, seed, time.Now())})
	if !out.IsVerified || out.AccessToken == "" {
		t.Fatalf("the code proves nothing: %+v", out)
	}
	return out.AccessToken
}

// escaped is a name in a path.
func escaped(user string) string {
	return strings.NewReplacer("|", "%7C", ":", "%3A", "@", "%40", " ", "%20").Replace(user)
}

// keepsAPerson: what is known of a person comes back as it was given.
func keepsAPerson(t *testing.T, s *scene) {
	mail := address()
	known := attributes{
		"email": mail, "emailVerified": true, "phoneNumber": "9876543210", "phoneNumberVerified": true, "username": s.user + ".name",
		"displayName": "Jo Bloggs", "locale": "pt-BR", "custom": attributes{"tier": "gold"},
	}
	u := s.sdk.updateUser(t, s.user, known)
	check := func(u account) {
		t.Helper()
		if u.Email != mail || !u.EmailVerified || u.PhoneNumber != "9876543210" || !u.PhoneNumberVerified || u.Username != s.user+".name" ||
			u.DisplayName != "Jo Bloggs" || u.Locale != "pt-BR" || u.Custom["tier"] != "gold" || u.IsEnrolled {
			t.Errorf("the person is %+v", u)
		}
	}
	check(u)
	check(s.sdk.getUser(t, s.user))
	if u := s.sdk.updateUser(t, s.user, attributes{"displayName": "Jo"}); u.DisplayName != "Jo" || u.Email != mail {
		t.Errorf("after a change of one thing the person is %+v", u)
	}
	// The package for Python announces a longer body than it sends here.
	if u := s.sdk.updateUser(t, s.user, attributes{"displayName": "Jo B.", "email": nil, "locale": nil}); u.DisplayName != "Jo B." || u.Email != mail || u.Locale != "pt-BR" {
		t.Errorf("after nothing was said of some things the person is %+v", u)
	}
	s.sdk.enroll(t, s.user, attributes{"verificationMethod": "SMS", "phoneNumber": number()})
	s.sdk.deleteUser(t, s.user)
	if u := s.sdk.getUser(t, s.user); u.IsEnrolled || u.Email != "" || u.DisplayName != "" {
		t.Errorf("deleted, the person is %+v", u)
	}
	s.sdk.deleteUser(t, s.user) // nobody
}

func authenticatorsComeAndGo(t *testing.T, s *scene) {
	if all := s.sdk.authenticators(t, s.user); len(all) != 0 {
		t.Errorf("a stranger has %+v", all)
	}
	s.sdk.enroll(t, s.user, attributes{"verificationMethod": "SMS", "phoneNumber": number()})
	mail := s.sdk.enroll(t, s.user, attributes{"verificationMethod": "EMAIL_OTP", "email": address()})
	all := s.sdk.authenticators(t, s.user)
	if len(all) != 2 || all[0].VerificationMethod != "SMS" || all[0].UserID != s.user || all[1].Email != mail.Authenticator.Email {
		t.Fatalf("there are %+v", all)
	}
	for _, a := range all {
		s.sdk.deleteAuthenticator(t, s.user, a.UserAuthenticatorID)
	}
	if all := s.sdk.authenticators(t, s.user); len(all) != 0 {
		t.Errorf("all were removed, and there are %+v", all)
	}
	if u := s.sdk.getUser(t, s.user); u.IsEnrolled {
		t.Errorf("the person is %+v", u)
	}
}

// operatorDecides: states that only a person in front of a screen sets, and rules that the file brought.
func operatorDecides(t *testing.T, s *scene) {
	for _, c := range []struct {
		amount int
		state  string
		rules  int
	}{{50, "ALLOW", 0}, {500, "CHALLENGE_REQUIRED", 1}, {50_000, "BLOCK", 2}} {
		got := s.sdk.track(t, s.user, "transfer", attributes{"custom": attributes{"amount": c.amount}})
		if got.State != c.state || len(got.RuleIDs) != c.rules || got.Token == "" || got.URL == "" {
			t.Errorf("%d: %+v", c.amount, got)
		}
		a := s.sdk.getAction(t, s.user, "transfer", got.IdempotencyKey)
		if len(a.Rules) != c.rules || c.rules > 0 && a.PriorityRuleID != got.RuleIDs[0] {
			t.Errorf("%d: the action is %+v", c.amount, a)
		}
	}
	got := s.sdk.track(t, s.user, "signIn", nil)
	for _, state := range []string{"REVIEW_REQUIRED", "REVIEW_FAILED", "BLOCK", "ALLOW", "CHALLENGE_FAILED"} {
		if a := s.sdk.updateAction(t, s.user, "signIn", got.IdempotencyKey, state); a.State != state {
			t.Errorf("%s: %+v", state, a)
		}
		if a := s.sdk.getAction(t, s.user, "signIn", got.IdempotencyKey); a.State != state {
			t.Errorf("%s: the action is %+v", state, a)
		}
	}
}

// olderPython: its methods have other names and arguments.
func olderPython(t *testing.T, s *scene) {
	s.sdk.call(t, nil, "update_user", s.user, attributes{"email": "jo@example.com"})
	made := s.sdk.enroll(t, s.user, attributes{"oobChannel": "SMS", "phoneNumber": number()})
	s.sdk.call(t, nil, "delete_authenticator", s.user, made.Authenticator.UserAuthenticatorID)
	if u := s.sdk.getUser(t, s.user); u.IsEnrolled || u.Email != "jo@example.com" {
		t.Errorf("the person is %+v", u)
	}
	s.sdk.call(t, nil, "delete_user", s.user)
}
