package authsignal_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/dialect/authsignal"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

func TestTokensOpenOnlyWhatTheyAreFor(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		w.enrol("ann", "+6421000001")
		tracked := w.track("ann", "pay", nil)
		proved := w.prove(tracked.text("token"))
		valid := func(what string, r request, want object) {
			t.Helper()
			r.path = "validate"
			w.has(what, w.good(r), want)
		}
		nothing := object{"isValid": false, "state": nil, "userId": nil, "action": nil, "actionCode": nil}
		with := func(why string) object {
			out := object{"error": why}
			maps.Copy(out, nothing)
			return out
		}
		for range 2 { // it is repeatable
			valid("as it is", request{body: object{"token": proved, "userId": "ann", "action": "pay"}}, object{"isValid": true, "verificationMethod": "SMS"})
		}
		valid("the first token", request{body: object{"token": tracked.text("token")}}, object{"isValid": true})
		valid("another user", request{body: object{"token": proved, "userId": "ben"}}, with("User is invalid."))
		valid("another action", request{body: object{"token": proved, "action": "sell"}}, with("Action is invalid."))
		valid("another tenant of the directory", request{key: kioskKey, body: object{"token": proved}}, with("Token is invalid."))
		valid("another tenant", request{key: bakeryKey, body: object{"token": proved}}, with("Token is invalid."))
		for _, bad := range []string{"x", "a.b.c", proved + "x", strings.Replace(proved, ".", "..", 1), proved[:len(proved)-4], w.forged(bakeryKey), w.forged("guessed")} {
			valid("a bad token", request{body: object{"token": bad}}, with("Token is invalid."))
		}
		w.no("none", request{path: "validate"}, 400, "invalid_request")
		w.Clock.Advance(10 * time.Minute)
		valid("too late", request{body: object{"token": proved}}, with("Token is expired."))
	})
}

// forged is a token that says it is cafe's, by a key that is not.
func (w *serverWorld) forged(key string) string {
	w.tb.Helper()
	text, err := authsignal.Sealed(mfa.SecretText(key), object{
		"exp": w.Clock.Now().Add(time.Hour).Unix(), "other": object{"tenantId": cafeTenant, "userId": "ann", "actionCode": "pay"},
	})
	w.must(err)
	return text
}

func TestATokenCountsByEveryLiveKeyAndByNoOther(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		w.enrol("ann", "+6421000001")
		token := w.track("ann", "pay", nil).text("token")
		w.prove(token)
		said := claimsOf(t, token)
		if head, err := authsignal.AnyBase64(strings.Split(token, ".")[0]); err != nil || string(head) != `{"alg":"HS256","typ":"JWT"}` {
			t.Errorf("the header is %s, %v", head, err)
		}
		for name, want := range map[string]any{"sub": "ann", "scope": "read:authenticators"} {
			if said[name] != want {
				t.Errorf("%s is %v", name, said[name])
			}
		}
		other, _ := said["other"].(object)
		if other["tenantId"] != cafeTenant || other["userId"] != "ann" || other["actionCode"] != "pay" || said["exp"].(float64)-said["iat"].(float64) != 600 {
			t.Errorf("claims %v", said)
		}
		for _, key := range []string{cafeOld, cafeKey} {
			signed, err := authsignal.Sealed(mfa.SecretText(key), said)
			w.must(err)
			w.has(key, w.good(request{path: "validate", body: object{"token": signed}}), object{"isValid": true})
		}
		signed, err := authsignal.Sealed(mfa.SecretText(cafeOld), said)
		w.must(err)
		var old mfa.KeyID
		for _, k := range w.caller(cafeKey).Keys {
			if string(k.Secret.Reveal()) == cafeOld {
				old = k.ID
			}
		}
		w.must(w.Configuration.RemoveKey(w.Context(), w.caller(cafeKey).Application.ID, old))
		w.Service.Forget()
		w.has("by a key that ended", w.good(request{path: "validate", body: object{"token": signed}}), object{"isValid": false})
	})
}

func TestATenantMayHaveTokensByTheServersKey(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		w.enrol("ann", "+6421000001")
		w.change(cafeKey, func(to *mfa.StepUp) { to.SignWithRSA, to.TokenMinutes = true, 30 })
		token := w.track("ann", "pay", object{"scope": "add:authenticators nonsense read:authenticators"}).text("token")
		said := claimsOf(t, token)
		if said["scope"] != "read:authenticators add:authenticators" || said["exp"].(float64)-said["iat"].(float64) != 1800 {
			t.Errorf("claims %v", said)
		}
		w.has("its proof", w.good(request{path: "validate", body: object{"token": w.prove(token)}}), object{"isValid": true})
		keys := w.good(request{method: "GET", path: "client/public/" + cafeTenant + "/.well-known/jwks", key: "-"})
		if list, _ := keys.body["keys"].([]any); len(list) != 1 {
			t.Errorf("keys %s", keys.raw)
		}
	})
}

func TestTokensByAnOldKeyOfTheServersStayGood(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		w.enrol("ann", "+6421000001")
		w.change(cafeKey, func(to *mfa.StepUp) { to.SignWithRSA = true })
		proved := w.prove(w.track("ann", "pay", nil).text("token"))
		_, err := authsignal.RotateKey(w.Context(), w.Service)
		w.must(err)
		w.Clock.Advance(time.Minute) // other processes look again within seconds
		if keys, _ := w.good(request{method: "GET", path: "client/public/" + cafeTenant + "/.well-known/jwks", key: "-"}).body["keys"].([]any); len(keys) != 2 {
			t.Errorf("%d keys are published", len(keys))
		}
		w.has("by the old key", w.good(request{path: "validate", body: object{"token": proved}}), object{"isValid": true})
		fresh := w.track("ann", "pay", nil).text("token")
		if strings.HasPrefix(fresh, strings.Split(proved, ".")[0]+".") {
			t.Error("the old key signs on")
		}
	})
}

func TestKeysComeInEveryEncodingThatClientsUse(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		for _, text := range []string{cafeKey + ":", cafeKey} {
			for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
				for _, scheme := range []string{"Basic ", "basic  "} {
					w.good(request{method: "GET", path: "users/ann", key: "-", header: map[string]string{"Authorization": scheme + encoding.EncodeToString([]byte(text))}})
				}
			}
		}
		for _, bad := range []string{"", "Basic", "Basic !", "Bearer " + cafeKey, cafeKey, "Basic " + base64.StdEncoding.EncodeToString([]byte("x:"+cafeKey)), "Basic " + strings.Repeat("A", 4096)} {
			w.no(bad, request{method: "GET", path: "users/ann", key: "-", header: map[string]string{"Authorization": bad}}, 401, "unauthorized")
		}
	})
}

// claimsOf reads a token without believing it.
func claimsOf(t *testing.T, token string) object {
	t.Helper()
	parts := strings.Split(token, ".")
	raw, err := authsignal.AnyBase64(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var out object
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestPagesOpenTokensAndAreToldOfThoseThatExpired(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		token := w.track("ann", "pay", nil).text("token")
		pass, until, err := w.dialect.Open(w.Context(), token)
		if err != nil || pass.UserID == "" || pass.ActionID == "" || !slices.Equal(pass.Scopes, []string{stepup.ScopeRead}) || until.Sub(w.Clock.Now()) != 10*time.Minute {
			t.Errorf("%+v until %v, %v", pass, until, err)
		}
		if _, _, err := w.dialect.Open(w.Context(), w.forged("guessed")); !mfa.IsCode(err, mfa.Unauthenticated) {
			t.Errorf("a forged one: %v", err)
		}
		w.Clock.Advance(10 * time.Minute)
		late, _, err := w.dialect.Open(w.Context(), token)
		if !mfa.IsCode(err, mfa.Expired) || late.ActionID != pass.ActionID {
			t.Errorf("late: %+v, %v", late, err)
		}
	})
}
