package authsignal_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
	"github.com/twinseal/twinseal/internal/mfa"
)

// options are those of an answer, as a browser is given them.
func (w *clientWorld) options(a answer) []byte {
	w.tb.Helper()
	w.good(a)
	var wrapped struct {
		Options json.RawMessage `json:"options"`
	}
	w.must(json.Unmarshal([]byte(a.raw), &wrapped))
	if wrapped.Options == nil {
		return []byte(a.raw)
	}
	return wrapped.Options
}

// create is what a browser makes of creation options.
func (w *clientWorld) create(page string, by *passkeytest.Authenticator, begun answer) object {
	w.tb.Helper()
	made, err := by.Create(page, w.options(begun))
	w.must(err)
	return w.object(made.JSON())
}

// sign is what a browser makes of request options.
func (w *clientWorld) sign(page string, by *passkeytest.Authenticator, begun answer) object {
	w.tb.Helper()
	made, err := by.Get(page, w.options(begun))
	w.must(err)
	return w.object(made.JSON())
}

func (w *clientWorld) object(raw []byte) object {
	w.tb.Helper()
	var out object
	w.must(json.Unmarshal(raw, &out))
	return out
}

// register gives the holder of a token a passkey and returns the answer.
func (w *clientWorld) register(token string, by *passkeytest.Authenticator) answer {
	w.tb.Helper()
	begun := w.call(token, "user-authenticators/passkey/registration-options", object{"username": "ann", "authenticatorAttachment": "platform"})
	return w.call(token, "user-authenticators/passkey", object{
		"registrationCredential": w.create(shopPage, by, begun), "challengeId": begun.text("challengeId"), "conditionalCreate": false,
	})
}

func soft() *passkeytest.Authenticator {
	return passkeytest.New(passkeytest.Options{Step: 1})
}

func TestAPasskeyIsRegisteredAndProves(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		by, pass := soft(), w.track(shopTenant, "ann", "login")
		made := w.register(w.token(pass), by)
		w.earned("register", made)
		if view, _ := made.body["userAuthenticator"].(object); view["verificationMethod"] != "PASSKEY" || made.text("userId") != "ann" || made.text("userAuthenticatorId") == "" {
			t.Errorf("registered %s", made.raw)
		}
		if w.state(pass.ActionID) != mfa.ActionChallengeSucceeded {
			t.Error("a first passkey did not prove the action")
		}
		next := w.track(shopTenant, "ann", "pay")
		asked := w.call(w.token(next), "user-authenticators/passkey/authentication-options", object{})
		proved := w.call(w.token(next), "verify/passkey", object{
			"authenticationCredential": w.sign(shopPage, by, asked), "deviceId": "device-1", "challengeId": asked.text("challengeId"),
		})
		w.earned("sign in", proved)
		if w.state(next.ActionID) != mfa.ActionChallengeSucceeded {
			t.Error("the passkey did not prove the action")
		}
	})
}

func TestAnybodySignsInByPasskey(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		by := soft()
		w.earned("register", w.register(w.tracked("ann", "login"), by))
		begun := w.do(ask{path: "challenge", auth: w.anon(), body: object{"action": "buy", "idempotencyKey": "k-1"}})
		w.fits("challenge", begun, object{"challengeId": "*"})
		asked := w.do(ask{path: "user-authenticators/passkey/authentication-options", auth: w.anon(), body: object{"challengeId": begun.text("challengeId")}})
		if allow, _ := w.object(w.options(asked))["allowCredentials"].([]any); allow == nil || len(allow) > 0 {
			t.Errorf("asked for %s", asked.raw)
		}
		proved := w.do(ask{path: "verify/passkey", auth: w.anon(), body: object{"authenticationCredential": w.sign(shopPage, by, asked), "challengeId": asked.text("challengeId")}})
		token := w.earned("sign in", proved)
		if proved.text("userId") != "ann" || proved.text("userAuthenticatorId") == "" {
			t.Errorf("signed in %s", proved.raw)
		}
		opened, _, err := w.dialect.Open(w.Context(), token)
		w.must(err)
		if state := w.state(opened.ActionID); state != mfa.ActionChallengeSucceeded {
			t.Errorf("the action is %s", state)
		}
		plain := w.do(ask{path: "user-authenticators/passkey/authentication-options", auth: w.anon()})
		w.earned("without an action", w.do(ask{path: "verify/passkey", auth: w.anon(), body: object{"authenticationCredential": w.sign(shopPage, by, plain), "challengeId": plain.text("challengeId")}}))
	})
}

func TestPasskeysThatDoNotCountAreTold(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		ann, bob, nobody := soft(), soft(), soft()
		w.earned("ann", w.register(w.tracked("ann", "login"), ann))
		w.earned("bob", w.register(w.tracked("bob", "login"), bob))
		w.create(shopPage, nobody, w.call(w.tracked("carl", "login"), "user-authenticators/passkey/registration-options", nil))
		try := func(by *passkeytest.Authenticator, change func(object)) answer {
			asked := w.do(ask{path: "user-authenticators/passkey/authentication-options", auth: w.anon()})
			signed := w.sign(shopPage, by, asked)
			if change != nil {
				response, _ := signed["response"].(object)
				change(response)
			}
			return w.do(ask{path: "verify/passkey", auth: w.anon(), body: object{"authenticationCredential": signed, "challengeId": asked.text("challengeId")}})
		}
		w.no("one that nobody has", try(nobody, nil), http.StatusBadRequest, "unknown_credential")
		w.no("a wrong signature", try(ann, func(r object) { r["signature"] = "MAYCAQECAQE" }), http.StatusBadRequest, "invalid_credential")
		w.no("somebody else's handle", try(ann, func(r object) { r["userHandle"] = somebody }), http.StatusBadRequest, "invalid_credential")
		w.no("no signature", try(ann, func(r object) { r["signature"] = nil }), http.StatusBadRequest, "invalid_request")
		token := w.tracked("ann", "pay")
		w.options(w.call(token, "user-authenticators/passkey/authentication-options", nil))
		anybody := w.do(ask{path: "user-authenticators/passkey/authentication-options", auth: w.anon()})
		w.no("bob's for ann", w.call(token, "verify/passkey", object{"authenticationCredential": w.sign(shopPage, bob, anybody)}), http.StatusBadRequest, "invalid_credential")
	})
}

func TestAHandleIsTakenAsPhonesTellIt(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		by := soft()
		w.earned("register", w.register(w.tracked("ann", "login"), by))
		for what, tell := range map[string]func(string) any{
			"as browsers tell it":                               func(handle string) any { return handle },
			"of a passkey that an iPhone made, told by Android": func(handle string) any { return base64.RawURLEncoding.EncodeToString([]byte(handle)) },
			"of a browser's, told by an iPhone":                 func(string) any { return "\ufffd\ufffd{" },
			"none":                                              func(string) any { return nil },
		} {
			asked := w.do(ask{path: "user-authenticators/passkey/authentication-options", auth: w.anon()})
			signed := w.sign(shopPage, by, asked)
			response, _ := signed["response"].(object)
			handle, _ := response["userHandle"].(string)
			response["userHandle"] = tell(handle)
			w.earned(what, w.do(ask{path: "verify/passkey", auth: w.anon(), body: object{"authenticationCredential": signed}}))
		}
	})
}

func TestWhatIPhonesMakeIsTaken(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		token := w.tracked("ann", "login")
		begun := w.call(token, "user-authenticators/passkey/registration-options", object{"username": "ann"})
		made := w.create(shopPage, soft(), begun)
		response, _ := made["response"].(object)
		clientData, err := base64.RawURLEncoding.DecodeString(response["clientDataJSON"].(string))
		w.must(err)
		response["clientDataJSON"] = base64.StdEncoding.EncodeToString(clientData)
		delete(made, "clientExtensionResults")
		made["authenticatorAttachment"] = "cross-platform"
		w.earned("register", w.call(token, "user-authenticators/passkey", object{"registrationCredential": made, "challengeId": begun.text("challengeId")}))
	})
}

func TestCreationOptionsHaveWhatAndroidNeeds(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		begun := w.call(w.tracked("ann", "login"), "user-authenticators/passkey/registration-options", object{"username": "ann@shop.example", "displayName": "Ann", "authenticatorAttachment": nil})
		options := w.object(w.options(begun))
		for _, name := range []string{"challenge", "rp", "user", "pubKeyCredParams", "timeout", "attestation", "excludeCredentials", "authenticatorSelection"} {
			if options[name] == nil {
				t.Errorf("no %s in %s", name, begun.raw)
			}
		}
		if user, _ := options["user"].(object); user["name"] != "ann@shop.example" || user["displayName"] != "Ann" || user["id"] == "" {
			t.Errorf("the user is %v", user)
		}
		selection, _ := options["authenticatorSelection"].(object)
		if _, said := selection["authenticatorAttachment"]; said || selection["residentKey"] == nil || selection["requireResidentKey"] == nil || selection["userVerification"] == nil {
			t.Errorf("the wish is %v", selection)
		}
		w.no("another attachment", w.call(w.tracked("ann", "login"), "user-authenticators/passkey/registration-options", object{"authenticatorAttachment": "cloud"}), http.StatusBadRequest, "invalid_request")
	})
}

func TestAPasskeyThatWasMadeByItselfIsTaken(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		token := w.tracked("ann", "login")
		w.good(w.call(token, "user-authenticators/email-otp", object{"email": "ann@shop.example"}))
		full := w.earned("mail", w.call(token, "verify/email-otp", object{"verificationCode": w.code()}))
		for conditional, good := range map[bool]bool{true: true, false: false} {
			absent := passkeytest.New(passkeytest.Options{NotPresent: true, NotVerified: true})
			begun := w.call(full, "user-authenticators/passkey/registration-options", object{})
			made := w.call(full, "user-authenticators/passkey", object{
				"registrationCredential": w.create(shopPage, absent, begun), "challengeId": begun.text("challengeId"), "conditionalCreate": conditional,
			})
			if good {
				w.earned("conditional", made)
			} else {
				w.no("nobody was there", made, http.StatusBadRequest, "invalid_credential")
			}
		}
	})
}

func TestPagesFindThePasskeyOfADevice(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		by := soft()
		w.earned("register", w.register(w.tracked("ann", "login"), by))
		id := base64.RawURLEncoding.EncodeToString(by.Credentials()[0].ID)
		for _, query := range []string{"credentialIds=AAAA," + id, "credentialId=" + id, "credentialIds=" + id + ",%20,"} {
			found := w.do(ask{method: http.MethodGet, path: "user-authenticators/passkey?" + query, auth: w.anon()})
			w.fits(query, found, object{"credentialId": id, "verifiedAt": "*"})
		}
		for _, query := range []string{"", "credentialIds=", "credentialIds=AAAA", "credentialId=%00"} {
			w.no(query, w.do(ask{method: http.MethodGet, path: "user-authenticators/passkey?" + query, auth: w.anon()}), http.StatusBadRequest, "invalid_credential")
		}
		w.no("of another tenant", w.do(ask{method: http.MethodGet, path: "user-authenticators/passkey?credentialId=" + id, auth: tenantOf(otherTenant)}), http.StatusBadRequest, "invalid_credential")
	})
}

func TestASecurityKeyIsRegisteredAndProves(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		by := passkeytest.New(passkeytest.Options{CrossPlatform: true, NotDiscoverable: true, Step: 1})
		token := w.tracked("ann", "login")
		begun := w.call(token, "user-authenticators/security-key/registration-options", object{})
		if begun.body["challengeId"] != nil || begun.body["challenge"] == nil {
			t.Fatalf("begun by %s", begun.raw)
		}
		made := w.call(token, "user-authenticators/security-key", w.create(shopPage, by, begun))
		w.earned("register", made)
		if view, _ := made.body["userAuthenticator"].(object); view["verificationMethod"] != "SECURITY_KEY" {
			t.Errorf("registered %s", made.raw)
		}
		next := w.track(shopTenant, "ann", "pay")
		asked := w.call(w.token(next), "user-authenticators/security-key/authentication-options", object{})
		signed := w.sign(shopPage, by, asked)
		w.earned("prove", w.call(w.token(next), "verify/security-key", signed))
		if w.state(next.ActionID) != mfa.ActionChallengeSucceeded {
			t.Error("the key did not prove the action")
		}
		again := w.call(w.tracked("ann", "pay"), "verify/security-key", signed)
		if again.status < http.StatusBadRequest {
			t.Errorf("the same signature again: answered by %d %s", again.status, again.raw)
		}
	})
}

func TestAuthenticatorsAreListedWithMasks(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		token := w.tracked("ann", "login")
		w.good(w.call(token, "user-authenticators/email-otp", object{"email": "ann@shop.example"}))
		full := w.earned("mail", w.call(token, "verify/email-otp", object{"verificationCode": w.code()}))
		w.good(w.call(full, "user-authenticators/sms", object{"phoneNumber": "+14155550123"}))
		w.earned("sms", w.call(full, "verify/sms", object{"verificationCode": w.code()}))
		w.earned("passkey", w.register(full, soft()))
		listed := w.do(ask{method: http.MethodGet, path: "user-authenticators", auth: bearer(w.tracked("ann", "login"))})
		var list []object
		w.must(json.Unmarshal([]byte(listed.raw), &list))
		var methods []string
		for _, one := range list {
			method, _ := one["verificationMethod"].(string)
			methods = append(methods, method)
			if address, said := one["email"]; said && address != "a****@shop.example" {
				t.Errorf("shows %v", address)
			}
			if number, said := one["phoneNumber"]; said && number != "*********123" {
				t.Errorf("shows %v", number)
			}
			if credential, _ := one["webauthnCredential"].(object); method == "PASSKEY" && credential["credentialId"] == "" {
				t.Errorf("shows %v", one)
			}
		}
		if slices.Sort(methods); !slices.Equal(methods, []string{"EMAIL_OTP", "PASSKEY", "SMS"}) {
			t.Errorf("listed %s", listed.raw)
		}
		none := w.do(ask{method: http.MethodGet, path: "user-authenticators", auth: bearer(w.tracked("nobody", "login"))})
		if none.raw != "[]" {
			t.Errorf("nothing is listed as %s", none.raw)
		}
		blind := w.track(shopTenant, "ann", "login")
		blind.Scopes = nil
		w.no("without the scope", w.do(ask{method: http.MethodGet, path: "user-authenticators", auth: bearer(w.token(blind))}), http.StatusForbidden, "forbidden")
	})
}
