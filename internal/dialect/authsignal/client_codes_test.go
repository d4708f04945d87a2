package authsignal_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/factor/totp"
	"github.com/twinseal/twinseal/internal/mfa"
)

// wrong is a code that nobody was sent.
func wrongCode(right string) string {
	if right == "111111" {
		return "222222"
	}
	return "111111"
}

func TestAnAddressIsEnrolledByItsCode(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		pass := w.track(shopTenant, "ann", "login")
		token := w.token(pass)
		w.fits("enroll", w.call(token, "user-authenticators/email-otp", object{"email": "ann@shop.example"}), object{"userAuthenticatorId": "*", "userId": "ann"})
		code := w.code()
		w.fits("a wrong code", w.call(token, "verify/email-otp", object{"verificationCode": wrongCode(code)}), object{"isVerified": false, "failureReason": "CODE_INVALID_OR_EXPIRED"})
		right := w.call(token, "verify/email-otp", object{"verificationCode": code})
		w.earned("verify", right)
		made, _ := right.body["userAuthenticator"].(object)
		if made["email"] != "a****@shop.example" || made["verificationMethod"] != "EMAIL_OTP" || made["userAuthenticatorId"] == "" {
			t.Errorf("enrolled %v", made)
		}
		if state := w.state(pass.ActionID); state != mfa.ActionChallengeSucceeded {
			t.Errorf("the action is %s", state)
		}
		w.fits("the same again", w.call(token, "verify/email-otp", object{"verificationCode": code}), object{"isVerified": false, "failureReason": "CODE_INVALID_OR_EXPIRED"})
	})
}

func TestACodeIsSentToTheAddressThatTheApplicationTold(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		token := w.tracked("bob", "login", func(a *mfa.ActionRequest) { a.Email = "bob@shop.example"; a.Phone = "+14155550123" })
		for _, by := range []string{"email-otp", "sms"} {
			token = w.tracked("bob-"+by, "login", func(a *mfa.ActionRequest) { a.Email = "bob@shop.example"; a.Phone = "+14155550123" })
			w.fits(by, w.call(token, "challenge/"+by, nil), object{"challengeId": "*"})
			w.earned(by, w.call(token, "verify/"+by, object{"verificationCode": w.code()}))
		}
		w.no("nowhere to send to", w.call(w.tracked("carl", "login"), "challenge/email-otp", nil), http.StatusBadRequest, "invalid_request")
		w.no("nothing that sends", w.call(token, "challenge/whatsapp", nil), http.StatusBadRequest, "invalid_configuration")
	})
}

func TestAFurtherAuthenticatorNeedsItsScope(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		first := w.tracked("ann", "login")
		w.good(w.call(first, "user-authenticators/sms", object{"phoneNumber": "+14155550123"}))
		full := w.earned("sms", w.call(first, "verify/sms", object{"verificationCode": w.code()}))
		tracked := w.tracked("ann", "login")
		for path, body := range map[string]object{
			"user-authenticators/email-otp": {"email": "ann@shop.example"}, "user-authenticators/totp": nil,
			"user-authenticators/email-magic-link": {"email": "ann@shop.example"}, "user-authenticators/passkey/registration-options": {},
			"user-authenticators/security-key/registration-options": {},
		} {
			w.no(path+" with a tracked token", w.call(tracked, path, body), http.StatusForbidden, "forbidden")
			w.good(w.call(full, path, body))
		}
	})
}

func TestACodeThatWasTriedTooOftenIsOver(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		token := w.tracked("ann", "login")
		w.good(w.call(token, "user-authenticators/email-otp", object{"email": "ann@shop.example"}))
		code := w.code()
		for range mfa.DefaultLimits().PromptAttempts {
			w.fits("a wrong code", w.call(token, "verify/email-otp", object{"verificationCode": wrongCode(code)}), object{"isVerified": false, "failureReason": "CODE_INVALID_OR_EXPIRED"})
		}
		w.fits("the right one", w.call(token, "verify/email-otp", object{"verificationCode": code}), object{"isVerified": false, "failureReason": "MAX_ATTEMPTS_EXCEEDED"})
	})
}

func TestMessagesAreLimited(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		token := w.tracked("ann", "login")
		w.good(w.call(token, "user-authenticators/sms", object{"phoneNumber": "+14155550123"}))
		for range mfa.DefaultLimits().PromptSends.Burst - 1 {
			w.Clock.Advance(time.Minute)
			w.good(w.call(token, "challenge/sms", nil))
		}
		w.Clock.Advance(time.Minute)
		refused := w.call(token, "challenge/sms", nil)
		w.no("one too many", refused, http.StatusTooManyRequests, "too_many_requests")
		if refused.header.Get("Retry-After") == "" {
			t.Error("the refusal does not say when to come again")
		}
	})
}

func TestAnAuthenticatorAppIsEnrolledAndProves(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		token := w.tracked("ann", "login")
		begun := w.call(token, "user-authenticators/totp", nil)
		w.fits("enroll", begun, object{"userAuthenticatorId": "*", "userId": "ann", "uri": "*", "secret": "*"})
		code := func() string {
			code, err := totp.Code(seedOf(t, begun.text("secret")), mfa.TOTPData{Algorithm: "SHA1", Digits: 6, Period: 30}, w.Clock.Now())
			w.must(err)
			return code
		}
		w.fits("a wrong code", w.call(token, "verify/totp", object{"verificationCode": wrongCode(code())}), object{"isVerified": false, "failureReason": "CODE_INVALID_OR_EXPIRED"})
		w.earned("enrolled", w.call(token, "verify/totp", object{"verificationCode": code()}))
		next := w.tracked("ann", "pay")
		w.fits("the same step", w.call(next, "verify/totp", object{"verificationCode": code()}), object{"isVerified": false, "failureReason": "CODE_INVALID_OR_EXPIRED"})
		w.Clock.Advance(30 * time.Second)
		w.earned("the next", w.call(next, "verify/totp", object{"verificationCode": code()}))
		for _, body := range []any{nil, object{}, object{"verificationCode": nil}} {
			w.no("no code", w.call(next, "verify/totp", body), http.StatusBadRequest, "invalid_request")
		}
	})
}
