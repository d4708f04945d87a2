package loginid_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/store"
)

// FuzzV2 sends anything to any address of the passkey API: the answer is JSON or nothing, and never a failure of ours.
func FuzzV2(f *testing.F) {
	w := newClub(f, mfatest.New(f, store.Options{SQLitePath: filepath.Join(f.TempDir(), "test.db")}))
	phone := device()
	token := w.register(club, "ann", phone)
	begun := w.post(club, "/auth/init", begin(club, "ann"))
	signed, err := json.Marshal(w.asserted(club, begun, phone))
	if err != nil {
		f.Fatal(err)
	}
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(clubKey+":"))
	for _, seed := range []struct{ method, path, authorization, body string }{
		{"POST", "/auth/complete", "", string(signed)},
		{"POST", "/reg/init", token, `{"app":{"id":"club-app-0001"},"user":{"username":"ann"}}`},
		{"GET", "/passkeys", "Bearer " + token, ""},
		{"PUT", "/passkeys/00000000-0000-0000-0000-000000000000", token, `{"name":"x"}`},
		{"POST", "/mgmt/grant", basic, `{"grants":["reg:write"],"username":"ann"}`},
		{"POST", "/tx/init", "", `{"username":"ann","txPayload":"p","nonce":"n","txType":"raw"}`},
		{"POST", "/client-events/submit", begun.body["session"].(string), "{"},
		{"DELETE", "/profile/%00", "Basic ====", "null"},
	} {
		f.Add(seed.method, seed.path, seed.authorization, seed.body)
	}
	door := w.handler
	f.Fuzz(func(t *testing.T, method, path, authorization, body string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://mfa.example.test/", strings.NewReader(body))
		r.Header = http.Header{"Authorization": {authorization}, "Origin": {clubPage}}
		r.Method, r.URL = method, &url.URL{Path: v2 + path, RawPath: v2 + path}
		got := httptest.NewRecorder()
		door.ServeHTTP(got, r)
		if got.Code >= 500 {
			t.Fatalf("%s %s: answered by %d %s", method, path, got.Code, got.Body)
		}
		if got.Code != http.StatusNoContent && !json.Valid(got.Body.Bytes()) {
			t.Fatalf("%s %s: answered by %s", method, path, got.Body)
		}
	})
}
