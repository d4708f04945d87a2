package loginid_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
	"github.com/twinseal/twinseal/internal/mfa"
)

func decodeList(t testing.TB, raw string) []object {
	t.Helper()
	var out []object
	if err := json.Unmarshal([]byte(raw), &out); err != nil || out == nil {
		t.Fatalf("not a list: %s", raw)
	}
	return out
}

func TestTheListOfPasskeysIsComplete(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		phone := passkeytest.New(passkeytest.Options{BackupEligible: true, BackedUp: true, AAGUID: [16]byte{
			0xfb, 0xfc, 0x30, 0x07, 0x15, 0x4e, 0x4e, 0xcc, 0x8c, 0x0b, 0x6e, 0x02, 0x05, 0x57, 0xd7, 0xbd,
		}})
		token := w.register(club, "ann", phone)
		w.register(club, "bob", device())
		laptop := device()
		begun := w.good(w.from(club, http.MethodPost, "/reg/init", token, begin(club, "ann")))
		w.good(w.post(club, "/reg/complete", w.created(club, begun, laptop)))

		list := decodeList(t, w.from(club, http.MethodGet, "/passkeys", token, nil).raw)
		if len(list) != 2 {
			t.Fatalf("%d passkeys, want 2", len(list))
		}
		for i, by := range []*passkeytest.Authenticator{phone, laptop} {
			if list[i]["credentialId"] != b64(by.Credentials()[0].ID) {
				t.Errorf("the id of the credential is %v", list[i]["credentialId"])
			}
		}
		for name, want := range map[string]any{
			"aaguid": "fbfc3007-154e-4ecc-8c0b-6e020557d7bd", "providerName": "iCloud Keychain", "credentialSynced": true, "device": "Chrome on Linux",
		} {
			if list[0][name] != want {
				t.Errorf("%s is %v, want %v", name, list[0][name], want)
			}
		}
		onLaptop := text(w.good(w.signIn(club, "ann", laptop)).body, "jwtAccess")
		second := decodeList(t, w.from(club, http.MethodGet, "/passkeys", token, nil).raw)[1]
		if text(second, "lastUsedAt") == "" || text(second, "lastUsedFromDevice", "clientName") != "Chrome" || text(second, "lastUsedFromDevice", "osName") != "Linux" {
			t.Errorf("the passkey that was used is %v", second)
		}

		id := text(second, "id")
		w.done(t, "renamed", w.from(club, http.MethodPut, "/passkeys/"+id, token, object{"name": "Ann's laptop"}))
		w.done(t, "removed", w.from(club, http.MethodDelete, "/passkeys/"+text(list[0], "id"), token, nil))
		left := decodeList(t, w.from(club, http.MethodGet, "/passkeys", token, nil).raw)
		if len(left) != 1 || left[0]["name"] != "Ann's laptop" {
			t.Errorf("left is %v", left)
		}
		w.no(t, "a passkey that was removed", w.signIn(club, "", phone), 403, "forbidden")
		w.done(t, "the last one", w.from(club, http.MethodDelete, "/passkeys/"+id, onLaptop, nil))
		if raw := w.from(club, http.MethodGet, "/passkeys", token, nil).raw; raw != "[]" {
			t.Errorf("nothing is listed as %s", raw)
		}
	})
}

func TestATokenOpensItsOwnersPasskeysAlone(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		token := w.register(club, "ann", device())
		bobs := w.register(club, "bob", device())
		foreign := text(decodeList(t, w.from(club, http.MethodGet, "/passkeys", bobs, nil).raw)[0], "id")
		own := text(decodeList(t, w.from(club, http.MethodGet, "/passkeys", token, nil).raw)[0], "id")
		reader := w.grant(club, "ann", "passkey:read")
		w.good(w.from(club, http.MethodGet, "/passkeys/aaguid/EA9B8D66-4d01-1d21-3ce4-b6b48cb575d4", reader, nil))
		for what, c := range map[string]struct {
			method, path, token string
			body                any
			status              int
			word                string
		}{
			"rename another's":      {http.MethodPut, "/passkeys/" + foreign, token, object{"name": "x"}, 404, "not_found"},
			"remove another's":      {http.MethodDelete, "/passkeys/" + foreign, token, nil, 404, "not_found"},
			"remove what is no id":  {http.MethodDelete, "/passkeys/%2e%2e", token, nil, 404, "not_found"},
			"rename to nothing":     {http.MethodPut, "/passkeys/" + own, token, object{"name": ""}, 400, "bad_request"},
			"rename to a bell":      {http.MethodPut, "/passkeys/" + own, token, object{"name": "\a"}, 400, "bad_request"},
			"rename without a body": {http.MethodPut, "/passkeys/" + own, token, nil, 400, "bad_request"},
			"list without a token":  {http.MethodGet, "/passkeys", "", nil, 401, "unauthorized"},
			"list with nonsense":    {http.MethodGet, "/passkeys", "Bearer nonsense", nil, 401, "unauthorized"},
			"remove as a reader":    {http.MethodDelete, "/passkeys/" + own, reader, nil, 403, "forbidden"},
			"code for a reader":     {http.MethodPost, "/auth/otp", reader, nil, 403, "forbidden"},
			"an unknown model":      {http.MethodGet, "/passkeys/aaguid/00000000-0000-0000-0000-000000000000", token, nil, 404, "not_found"},
			"a model that is none":  {http.MethodGet, "/passkeys/aaguid/x", token, nil, 400, "bad_request"},
			"by another method":     {http.MethodPatch, "/passkeys", token, nil, 405, "bad_request"},
			"at no address":         {http.MethodGet, "/nowhere", token, nil, 404, "not_found"},
			"below an address":      {http.MethodGet, "/passkeys/a/b", token, nil, 404, "not_found"},
		} {
			w.no(t, what, w.from(club, c.method, c.path, c.token, c.body), c.status, c.word)
		}
		w.Clock.Advance(601 * time.Second)
		w.no(t, "after ten minutes", w.from(club, http.MethodGet, "/passkeys", token, nil), 401, "unauthorized")
	})
}

func TestATokenOfTheOlderGenerationIsNone(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		begun := w.ok(web, "", "/register/fido2/init", object{"username": "bob"})
		done := w.ok(web, "", "/register/fido2/complete", object{"username": "bob", "attestation_payload": w.made(begun, device())})
		w.no(t, "its token", w.from(club, http.MethodGet, "/passkeys", text(done.body, "jwt"), nil), 401, "unauthorized")
	})
}

func TestWhoIsSuspendedOrGoneHasNoRights(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		phone := device()
		token := w.register(club, "ann", phone)
		_, claims := w.jwt(token)
		user := mfa.UserID(text(claims, "sub"))
		w.must(w.Store.Write(t.Context(), func(r mfa.WriteRecords) error {
			caller, err := w.Service.CallerFor(t.Context(), w.id)
			if err != nil {
				return err
			}
			u, err := r.LockUser(caller.Directory.ID, mfa.UserRef{ID: user})
			if err != nil {
				return err
			}
			u.State = mfa.UserSuspended
			return r.UpdateUser(u)
		}))
		w.no(t, "list", w.from(club, http.MethodGet, "/passkeys", token, nil), 401, "unauthorized")
		w.no(t, "sign in", w.post(club, "/auth/init", begin(club, "ann")), 403, "forbidden")
		w.no(t, "sign in by autofill", w.signIn(club, "", phone), 403, "forbidden")
		w.no(t, "verify", w.managed(club, http.MethodPost, "/mgmt/token/verify", object{"jwtAccess": token}), 401, "unauthorized")
		w.done(t, "deleted", w.managed(club, http.MethodDelete, "/profile/"+string(user), nil))
		w.no(t, "list", w.from(club, http.MethodGet, "/passkeys", token, nil), 401, "unauthorized")
		w.no(t, "sign in", w.post(club, "/auth/init", begin(club, "ann")), 404, "not_found")
	})
}

func TestATokenOfARevokedPasskeyTakesNoWayIn(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		token := w.register(club, "ann", device()) // on what is stolen then
		_, claims := w.jwt(token)
		code := text(w.good(w.from(club, http.MethodPost, "/auth/otp", token, nil)).body, "code")
		owner := text(w.good(w.post(club, "/auth/otp/verify", typed("ann", code))).body, "jwtAccess")
		w.done(t, "revoked", w.from(club, http.MethodDelete, "/passkeys/"+text(claims, "credID"), owner, nil))

		w.no(t, "one more passkey", w.from(club, http.MethodPost, "/reg/init", token, begin(club, "ann")), 401, "unauthorized")
		w.no(t, "a code", w.from(club, http.MethodPost, "/auth/otp", token, nil), 401, "unauthorized")
		w.no(t, "the end of a passkey", w.from(club, http.MethodDelete, "/passkeys/"+text(claims, "credID"), token, nil), 401, "unauthorized")
		w.no(t, "verified", w.managed(club, http.MethodPost, "/mgmt/token/verify", object{"jwtAccess": token}), 401, "unauthorized")
		if raw := w.from(club, http.MethodGet, "/passkeys", token, nil).raw; raw != "[]" {
			t.Errorf("it lists %s", raw)
		}
		w.good(w.from(club, http.MethodPost, "/reg/init", owner, begin(club, "ann")))
	})
}

func TestEveryBrowserHasAName(t *testing.T) {
	t.Parallel()
	clubs(t, func(t *testing.T, w *clubWorld) {
		agents := map[string]string{
			"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1": "Safari on iOS",
			"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0":           "Edge on Windows",
			"Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:132.0) Gecko/20100101 Firefox/132.0":                                                    "Firefox on macOS",
			"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36":                   "Chrome on Android",
			"okhttp/4.12.0": "",
			"\x7f\u202e":    "",
		}
		n := 0
		for agent, want := range agents {
			n++
			name := "user" + strings.Repeat("x", n)
			begun := w.good(w.post(club, "/reg/init", begin(club, name)))
			done := w.good(w.do(ask{path: v2 + "/reg/complete", body: w.created(club, begun, device()), agent: agent}))
			token := text(done.body, "jwtAccess")
			if got := text(decodeList(t, w.from(club, http.MethodGet, "/passkeys", token, nil).raw)[0], "device"); got != want {
				t.Errorf("%q is called %q, want %q", agent, got, want)
			}
		}
	})
}
