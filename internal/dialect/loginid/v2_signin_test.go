package loginid_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
)

func TestAPageRegistersAndSignsInByThePasskeyAPI(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		phone := device()
		begun := w.good(w.post(club, "/reg/init", begin(club, "ann@example.com")))
		if strings.Contains(begun.raw, "null") {
			t.Errorf("a browser is given null in %s", begun.raw)
		}
		user := text(begun.body, "registrationRequestOptions", "user", "id")
		for path, want := range map[string]any{
			"action": "proceed", "registrationRequestOptions.rp.id": "club.example", "registrationRequestOptions.user.name": "ann@example.com",
			"registrationRequestOptions.authenticatorSelection.residentKey":        "required",
			"registrationRequestOptions.authenticatorSelection.requireResidentKey": true,
			"registrationRequestOptions.authenticatorSelection.userVerification":   "required",
		} {
			if got := at(begun.body, strings.Split(path, ".")...); got != want {
				t.Errorf("%s is %v, want %v", path, got, want)
			}
		}
		sent := w.created(club, begun, phone)
		sent["passkeyName"] = "Ann's phone"
		done := w.good(w.post(club, "/reg/complete", sent))
		if uuid.Validate(user) != nil || text(done.body, "userId") != user || text(done.body, "passkeyId") == "" ||
			text(done.body, "deviceId") == "" || done.body["deviceID"] != done.body["deviceId"] {
			t.Errorf("registered as %s", done.raw)
		}
		header, claims := w.jwt(text(done.body, "jwtAccess"))
		if header["alg"] != "ES256" || text(header, "kid") == "" {
			t.Errorf("the header is %v", header)
		}
		now := float64(w.Clock.Now().Unix())
		for name, want := range map[string]any{
			"iss": "https://mfa.example.test", "aud": club, "sub": user, "username": "ann@example.com", "iat": now, "exp": now + 600,
			"credID": text(done.body, "passkeyId"), "tokenType": "jwtAccess", "verify": "/fido2/v2/mgmt/token/verify", "rpId": "club.example",
		} {
			if claims[name] != want {
				t.Errorf("the claim %s is %v, want %v", name, claims[name], want)
			}
		}
		w.no(t, "finished twice", w.post(club, "/reg/complete", sent), 400, "bad_request")
		w.no(t, "a name that is taken", w.post(club, "/reg/init", begin(club, "ann@example.com")), 403, "forbidden")

		in := w.good(w.signIn(club, "ann@example.com", phone))
		if text(in.body, "userId") != user || text(in.body, "passkeyId") != text(done.body, "passkeyId") {
			t.Errorf("signed in as %s", in.raw)
		}
	})
}

func TestAPersonNeedNotSayWhoTheyAre(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		phone := device()
		w.register(club, "ann", phone)
		begun := w.good(w.post(club, "/auth/init", begin(club, "")))
		if list, ok := at(begun.body, "assertionOptions", "allowCredentials").([]any); !ok || len(list) != 0 {
			t.Errorf("autofill is asked for %v", at(begun.body, "assertionOptions"))
		}
		for _, name := range []string{"crossAuthMethods", "fallbackMethods", "fallbackOptions"} {
			if _, ok := begun.body[name].([]any); !ok {
				t.Errorf("%s is no list in %s", name, begun.raw)
			}
		}
		w.Clock.Advance(14 * time.Minute) // the page stays open
		answered := w.asserted(club, begun, phone)
		w.good(w.post(club, "/auth/complete", answered))
		w.no(t, "the same signature again", w.post(club, "/auth/complete", answered), 400, "bad_request")
		late := w.good(w.post(club, "/auth/init", begin(club, "")))
		answered = w.asserted(club, late, phone)
		w.Clock.Advance(16 * time.Minute)
		w.no(t, "too late", w.post(club, "/auth/complete", answered), 400, "bad_request")
	})
}

func TestASignInIsForTheOneWhoWasNamed(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		anns, bobs := device(), device()
		w.register(club, "ann", anns)
		w.register(club, "bob", bobs)
		begun := w.good(w.post(club, "/auth/init", begin(club, "ann")))
		begun.body["assertionOptions"].(object)["allowCredentials"] = []any{}
		w.no(t, "somebody else's passkey", w.post(club, "/auth/complete", w.asserted(club, begun, bobs)), 400, "bad_request")
		w.no(t, "a stranger", w.post(club, "/auth/init", begin(club, "eve")), 404, "not_found")
		w.no(t, "another case", w.post(club, "/auth/init", begin(club, "ANN")), 404, "not_found")
	})
}

func TestEverySessionIsForItsOwnStepAlone(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		phone := device()
		w.register(club, "ann", phone)
		registration := text(w.good(w.post(club, "/reg/init", begin(club, "bob"))).body, "session")
		begun := w.good(w.post(club, "/auth/init", begin(club, "ann")))
		session := text(begun.body, "session")
		flipped := []byte(session)
		flipped[len(flipped)/2] ^= 1
		for what, other := range map[string]string{
			"of a registration": registration, "none": "", "made up": "c2Vzc2lvbi1zZXNzaW9u", "changed": string(flipped), "cut": session[:20],
			"long": strings.Repeat("A", 8<<10),
		} {
			answered := w.asserted(club, begun, phone)
			answered["session"] = other
			w.no(t, "a session "+what, w.post(club, "/auth/complete", answered), 400, "bad_request")
		}
		strangers := w.good(w.post(masked, "/auth/init", begin(masked, "ann")))
		answered := w.asserted(club, begun, phone)
		answered["session"] = text(strangers.body, "session")
		w.no(t, "a session of another application", w.post(club, "/auth/complete", answered), 400, "bad_request")
		answered["session"] = session
		w.good(w.post(club, "/auth/complete", answered))
	})
}

func TestLiesOfABrowserAreRefused(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		phone := device()
		w.register(club, "ann", phone)
		w.good(w.signIn(club, "ann", phone)) // the counter counts
		for what, bend := range map[string]func(*passkeytest.Draft){
			"origin":       func(d *passkeytest.Draft) { d.Origin = "https://evil.example" },
			"type":         func(d *passkeytest.Draft) { d.Type = "webauthn.create" },
			"rp":           func(d *passkeytest.Draft) { d.RPID = "evil.example" },
			"challenge":    func(d *passkeytest.Draft) { d.Challenge = b64(make([]byte, 32)) },
			"verification": func(d *passkeytest.Draft) { d.Flags &^= passkeytest.Verified },
			"counter":      func(d *passkeytest.Draft) { d.Counter = 0 },
		} {
			thief := phone.Clone()
			thief.Bend = bend
			w.no(t, "wrong "+what, w.signIn(club, "ann", thief), 400, "bad_request")
		}
		begun := w.good(w.post(club, "/auth/init", begin(club, "ann")))
		for what, change := range map[string]any{"null": nil, "no base64": "!", "a number": 7, "empty": ""} {
			answered := w.asserted(club, begun, phone)
			answered["assertionResult"].(object)["signature"] = change
			w.no(t, "a signature that is "+what, w.post(club, "/auth/complete", answered), 400, "bad_request")
		}
	})
}

func TestMorePasskeysTakeAToken(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		token := w.register(club, "ann", device())
		w.register(club, "bob", device())
		for what, c := range map[string]struct {
			token, username string
			status          int
			word            string
		}{
			"no token":                      {"", "ann", 403, "forbidden"},
			"somebody else's name":          {token, "bob", 403, "forbidden"},
			"a token without the right":     {w.grant(club, "ann", "passkey:read"), "ann", 403, "forbidden"},
			"another application's":         {w.grant(vault, "ann", "reg:write"), "ann", 403, "forbidden"},
			"a grant for nobody":            {w.grant(club, "", "reg:write"), "ann", 403, "forbidden"},
			"what never was a token":        {"eyJ.eyJ.x", "ann", 401, "unauthorized"},
			"a token that somebody changed": {token[:len(token)-4] + "AAAA", "ann", 401, "unauthorized"},
		} {
			w.no(t, what, w.from(club, http.MethodPost, "/reg/init", c.token, begin(club, c.username)), c.status, c.word)
		}
		for what, token := range map[string]string{
			"of somebody who is in": token, "by a scheme": "Bearer " + token, "of a backend": w.grant(club, "ann", "reg:write"),
		} {
			begun := w.good(w.from(club, http.MethodPost, "/reg/init", token, begin(club, "ann")))
			if n := len(at(begun.body, "registrationRequestOptions", "excludeCredentials").([]any)); n == 0 {
				t.Errorf("a token %s: the passkeys that there are may be made again", what)
			}
			w.good(w.post(club, "/reg/complete", w.created(club, begun, device())))
		}
		for _, nothing := range []string{"undefined", "Bearer undefined", "null", "Bearer"} {
			w.good(w.from(club, http.MethodPost, "/reg/init", nothing, begin(club, "fresh "+strings.ReplaceAll(nothing, " ", "-"))))
		}
	})
}

func TestABackendCanVouchForANameThatNobodyHasYet(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		w.no(t, "without a token", w.post(vault, "/reg/init", begin(vault, "ann")), 401, "unauthorized")
		grant := w.grant(vault, "ann", "reg:write")
		begun := w.good(w.from(vault, http.MethodPost, "/reg/init", grant, begin(vault, "ann")))
		w.good(w.post(vault, "/reg/complete", w.created(vault, begun, device())))
		w.Clock.Advance(61 * time.Second)
		w.no(t, "later", w.from(vault, http.MethodPost, "/reg/init", grant, begin(vault, "ann")), 401, "unauthorized")

		// An application whose backends sign registrations in the older generation is no way around them.
		private := ask{path: v2 + "/reg/init", body: begin(app, "ann"), header: map[string]string{"Origin": shop}}
		w.no(t, "of an application with keys", w.do(private), 401, "unauthorized")
	})
}

func TestWhoeverHasNoPasskeyIsToldOtherWays(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		phone := device()
		w.register(club, "bob", device())
		for username, want := range map[string]string{"ann@example.com": "crossAuth", "ann": "fallback"} {
			token := w.register(club, username, phone)
			list := w.from(club, http.MethodGet, "/passkeys", token, nil)
			var id string
			for _, one := range decodeList(t, list.raw) {
				id = text(one, "id")
			}
			w.done(t, "removed", w.from(club, http.MethodDelete, "/passkeys/"+id, token, nil))
			begun := w.good(w.post(club, "/auth/init", begin(club, username)))
			if begun.body["action"] != want || text(begun.body, "assertionOptions", "challenge") == "" {
				t.Errorf("%s: answered by %s, want %s", username, begun.raw, want)
			}
		}
	})
}

func TestAnApplicationMayHideWhoItsUsersAre(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		phone := device()
		w.register(masked, "ann@example.com", phone)
		shape := func(username string) string {
			begun := w.good(w.post(masked, "/auth/init", begin(masked, username)))
			length := len(text(begun.body, "session"))
			delete(begun.body, "session")
			delete(begun.body["assertionOptions"].(object), "challenge")
			return string(w.raw(object{"all": begun.body, "length": length}, "all")) + strings.Repeat(".", length)
		}
		if known, unknown := shape("ann@example.com"), shape("eve@example.com"); known != unknown {
			t.Errorf("a user is told from a stranger:\n%s\n%s", known, unknown)
		}
		w.good(w.signIn(masked, "ann@example.com", phone))
		evil := device()
		w.register(masked, "evil", evil)
		foreign, nobodys := w.signIn(masked, "ann@example.com", evil), w.signIn(masked, "eve@example.com", evil)
		if w.no(t, "somebody else's passkey", foreign, 400, "bad_request"); foreign.raw != nobodys.raw || nobodys.status != 400 {
			t.Errorf("a user is told from a stranger:\n%s\n%s", foreign.raw, nobodys.raw)
		}
		w.good(w.signIn(masked, "evil", evil))
		strange := w.good(w.post(masked, "/tx/init", object{"username": "eve", "txPayload": "pay 1", "nonce": "n", "txType": "raw"}))
		known := w.good(w.post(masked, "/tx/init", object{"username": "ann@example.com", "txPayload": "pay 1", "nonce": "n", "txType": "raw"}))
		if len(strange.raw) != len(known.raw) {
			t.Errorf("a user is told from a stranger:\n%s\n%s", strange.raw, known.raw)
		}
		w.no(t, "nobody's transaction", w.post(masked, "/tx/complete", w.confirmed(masked, strange, phone)), 400, "bad_request")
		w.good(w.post(masked, "/tx/complete", w.confirmed(masked, known, phone)))
	})
}

// confirmed is what a page sends after the browser signed a transaction.
func (w *clubWorld) confirmed(client string, begun answer, by *passkeytest.Authenticator) object {
	w.tb.Helper()
	made, err := by.Get(page(client), w.raw(begun.body, "assertionOptions"))
	w.must(err)
	return object{
		"session": text(begun.body, "session"), "keyHandle": b64(made.CredentialID), "clientData": b64(made.ClientData),
		"authenticatorData": b64(made.AuthenticatorData), "signature": b64(made.Signature),
	}
}

func TestATransactionBindsItsText(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		phone := device()
		w.register(club, "ann", phone)
		const payload, nonce = "Überweisung 12,50 € an Bob", "f3b0c2d4-0000-4000-8000-000000000001"
		begun := w.good(w.post(club, "/tx/init", object{"username": "ann", "txPayload": payload, "nonce": nonce, "txType": "raw"}))
		sent := w.confirmed(club, begun, phone)
		done := w.good(w.post(club, "/tx/complete", sent))
		sum := sha256.Sum256([]byte(payload + nonce + text(done.body, "lNonce")))
		hash := base64.RawURLEncoding.EncodeToString(sum[:])
		_, claims := w.jwt(text(done.body, "token"))
		for name, want := range map[string]any{
			"jwtAccess": done.body["token"], "txHash": hash, "nonce": nonce, "txId": begun.body["txId"], "credentialId": claims["credID"],
		} {
			if done.body[name] != want {
				t.Errorf("%s is %v, want %v", name, done.body[name], want)
			}
		}
		for name, want := range map[string]any{"txHash": hash, "nonce": nonce, "lNonce": done.body["lNonce"], "aud": club, "username": "ann"} {
			if claims[name] != want {
				t.Errorf("the claim %s is %v, want %v", name, claims[name], want)
			}
		}
		if text(begun.body, "assertionOptions", "challenge") != hash || text(done.body, "authCred", "id") != claims["credID"] {
			t.Errorf("confirmed by %s", done.raw)
		}
		w.no(t, "confirmed twice", w.post(club, "/tx/complete", sent), 400, "bad_request")
		w.no(t, "an answer to a sign-in", w.post(club, "/auth/complete", object{"session": sent["session"]}), 400, "bad_request")

		for what, change := range map[string]object{
			"a stranger": {"username": "eve"}, "no name": {"username": ""}, "no text": {"txPayload": ""}, "no nonce": {"nonce": ""},
			"too long a text": {"txPayload": strings.Repeat("x", 65<<10)},
		} {
			status, word := 400, "bad_request"
			if what == "a stranger" {
				status, word = 404, "not_found"
			}
			w.no(t, what, w.post(club, "/tx/init", with(object{"username": "ann", "txPayload": payload, "nonce": nonce, "txType": "raw"}, change)), status, word)
		}
	})
}
