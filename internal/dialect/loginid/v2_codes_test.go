package loginid_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// typed is what a page sends when a person typed a code.
func typed(username, code string) object {
	return object{"authCode": code, "user": object{"username": username, "usernameType": "email"}}
}

func TestACodeSignsInOnAnotherDeviceOnce(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		token := w.register(club, "ann", device())
		w.register(club, "bob", device())
		made := w.good(w.from(club, http.MethodPost, "/auth/otp", token, nil))
		code := text(made.body, "code")
		if _, err := time.Parse(time.RFC3339, text(made.body, "expiresAt")); err != nil || len(code) != 6 {
			t.Errorf("made %s", made.raw)
		}
		w.no(t, "for somebody else", w.post(club, "/auth/otp/verify", typed("bob", code)), 400, "bad_request")
		in := w.good(w.post(club, "/auth/otp/verify", typed("ann", code)))
		w.no(t, "again", w.post(club, "/auth/otp/verify", typed("ann", code)), 400, "bad_request")
		_, claims := w.jwt(text(in.body, "jwtAccess"))
		if claims["credID"] != nil || claims["username"] != "ann" || text(in.body, "deviceID") == "" {
			t.Errorf("signed in with %v", claims)
		}
		begun := w.good(w.from(club, http.MethodPost, "/reg/init", text(in.body, "jwtAccess"), begin(club, "ann")))
		w.good(w.post(club, "/reg/complete", w.created(club, begun, device())))

		late := text(w.good(w.from(club, http.MethodPost, "/auth/otp", token, nil)).body, "code")
		w.Clock.Advance(4 * time.Minute)
		w.no(t, "too late", w.post(club, "/auth/otp/verify", typed("ann", late)), 400, "bad_request")
	})
}

func TestACodeIsSentAndSignsIn(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		const ann = "ann@example.com"
		token := w.register(club, ann, device())
		_, claims := w.jwt(token)
		profile := "/profile/" + text(claims, "sub")
		w.done(t, "mail", w.post(club, "/auth/otp/email", object{"user": object{"username": ann, "usernameType": "email"}}))
		w.done(t, "no phone yet", w.post(club, "/auth/otp/sms", object{"user": object{"username": ann}}))
		w.done(t, "phone", w.managed(club, http.MethodPost, profile+"/phone", object{"phoneNumber": "+14055550199", "requestVerification": false}))
		w.done(t, "text", w.post(club, "/auth/otp/sms", object{"user": object{"username": ann}}))
		codes, to := w.codes()
		if len(to) != 2 || to[0] != ann || to[1] != "+14055550199" {
			t.Fatalf("sent to %v", to)
		}
		for _, code := range codes {
			w.good(w.post(club, "/auth/otp/verify", typed(ann, code)))
			w.no(t, "again", w.post(club, "/auth/otp/verify", typed(ann, code)), 400, "bad_request")
		}
	})
}

func TestSendingACodeTellsNothing(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		w.register(club, "ann", device()) // who cannot be reached
		for _, username := range []string{"ann", "eve", "eve@example.com", "+14055550100"} {
			for _, way := range []string{"email", "sms"} {
				w.done(t, username+" by "+way, w.post(club, "/auth/otp/"+way, object{"user": object{"username": username}}))
			}
			wrong := w.post(club, "/auth/otp/verify", typed(username, "123456"))
			w.no(t, username, wrong, 400, "bad_request")
			if same := w.post(club, "/auth/otp/verify", typed("nobody", "")); same.raw != wrong.raw {
				t.Errorf("%s is told from nobody: %s", username, wrong.raw)
			}
		}
		if codes, to := w.codes(); len(codes) != 0 {
			t.Errorf("sent to %v", to)
		}
		w.no(t, "to nobody", w.post(club, "/auth/otp/email", object{"user": object{}}), 400, "bad_request")
		w.no(t, "nothing", w.post(club, "/auth/otp/email", nil), 400, "bad_request")
	})
}

func TestGuessingCodesEnds(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		token := w.register(club, "ann", device())
		for range 30 {
			w.no(t, "a guess", w.post(club, "/auth/otp/verify", typed("ann", "000001")), 400, "bad_request")
		}
		code := text(w.good(w.from(club, http.MethodPost, "/auth/otp", token, nil)).body, "code")
		w.no(t, "the right one", w.post(club, "/auth/otp/verify", typed("ann", code)), 400, "bad_request")
	})
}

func TestNothingButACodeThatWasSentIsTakenForOne(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		w.register(club, "ann", device())
		caller, err := w.Service.CallerFor(t.Context(), w.id)
		w.must(err)
		codes, err := w.Service.MakeRecoveryCodes(t.Context(), caller, mfa.UserRef{Alias: "ann"})
		w.must(err)
		w.no(t, "a recovery code", w.post(club, "/auth/otp/verify", typed("ann", codes[0])), 400, "bad_request")
	})
}

func TestAddressesAreSetAndConfirmed(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		token := w.register(club, "ann", device())
		_, claims := w.jwt(token)
		profile := "/profile/" + text(claims, "sub")
		w.done(t, "mail", w.managed(club, http.MethodPost, profile+"/email", object{"email": "ann@example.com"}))
		w.done(t, "phone", w.from(club, http.MethodPost, profile+"/phone", w.grant(club, "ann", "profile:write"), object{"phoneNumber": "+14055550199", "messagingConsent": true}))
		codes, to := w.codes()
		if len(codes) != 2 || to[0] != "ann@example.com" || to[1] != "+14055550199" {
			t.Fatalf("sent %v to %v", codes, to)
		}
		confirm := func(what, code string) answer {
			return w.post(club, "/profile/"+what+"/verify", object{"authCode": code, "username": "ann"})
		}
		w.no(t, "a code for an address signs nobody in", w.post(club, "/auth/otp/verify", typed("ann", codes[0])), 400, "bad_request")
		w.no(t, "of the other address", confirm("phone", codes[0]), 400, "bad_request")
		w.done(t, "mail", confirm("email", codes[0]))
		w.no(t, "again", confirm("email", codes[0]), 400, "bad_request")
		w.done(t, "removed", w.managed(club, http.MethodDelete, profile+"/phone", nil))
		w.no(t, "of a number that was taken away", confirm("phone", codes[1]), 400, "bad_request")
		w.done(t, "removed", w.managed(club, http.MethodDelete, profile+"/email", object{"email": "ann@example.com"}))
		w.done(t, "nothing goes there", w.post(club, "/auth/otp/email", object{"user": object{"username": "ann"}}))
		if codes, _ := w.codes(); len(codes) != 2 {
			t.Errorf("%d codes were sent, want 2", len(codes))
		}
	})
}

func TestProfilesAreTheirOwners(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		token := w.register(club, "ann", device())
		_, bobs := w.jwt(w.register(club, "bob", device()))
		profile := "/profile/" + text(bobs, "sub")
		writer := w.grant(club, "ann", "profile:write")
		mail := object{"email": "x@example.com", "requestVerification": false}
		w.no(t, "another's, by a grant", w.from(club, http.MethodPost, profile+"/email", writer, mail), 403, "forbidden")
		w.no(t, "by a sign-in", w.from(club, http.MethodPost, profile+"/email", token, mail), 403, "forbidden")
		w.no(t, "by nothing", w.from(club, http.MethodDelete, profile, "", nil), 401, "unauthorized")
		w.no(t, "by another application's key", w.managed(vault, http.MethodDelete, profile, nil), 404, "not_found")
		w.no(t, "of nobody", w.managed(club, http.MethodDelete, "/profile/x", nil), 404, "not_found")
		w.no(t, "no address", w.managed(club, http.MethodPost, profile+"/email", object{"email": "x"}), 400, "bad_request")
		w.no(t, "no number", w.managed(club, http.MethodPost, profile+"/phone", object{"phoneNumber": "12"}), 400, "bad_request")
		_, anns := w.jwt(token)
		w.done(t, "ann's", w.managed(club, http.MethodPost, "/profile/"+text(anns, "sub")+"/phone", object{"phoneNumber": "+14055550199", "requestVerification": false}))
		w.no(t, "bob's, the same", w.managed(club, http.MethodPost, profile+"/phone", object{"phoneNumber": "+14055550199"}), 400, "bad_request")
		w.done(t, "deleted", w.managed(club, http.MethodDelete, profile, nil))
		w.no(t, "deleted twice", w.managed(club, http.MethodDelete, profile, nil), 404, "not_found")
	})
}
