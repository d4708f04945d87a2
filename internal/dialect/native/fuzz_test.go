package native_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/receipt"
)

// sound holds any answer to the protocol: well-formed, of a documented code, and not our fault.
func sound(t *testing.T, a answer) {
	t.Helper()
	if a.status >= http.StatusInternalServerError {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if a.status == http.StatusNoContent {
		return
	}
	if !json.Valid(a.body) {
		t.Fatalf("%d %q is no JSON", a.status, a.body)
	}
	if a.status >= http.StatusMultipleChoices {
		if p := problem(t, a); p.Code == "" {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
}

// as is the desk for one call of a fuzz target.
func (d *desk) as(t *testing.T) *desk {
	own := *d
	own.tb = t
	return &own
}

// fuzzed is a world for a fuzz target: one person, one device, one question.
func fuzzed(f *testing.F) (*desk, *mfatest.Device, string) {
	f.Helper()
	d := newDesk(f)
	ann := d.Register("4155550701")
	phone := ann.Link()
	return d, phone, string(ann.Ask("Log in?").ID)
}

// FuzzBodies sends any body, rightly signed, to every route that takes one.
func FuzzBodies(f *testing.F) {
	d, phone, asked := fuzzed(f)
	routes := []request{
		{method: http.MethodPost, target: api.PathLinks},
		{method: http.MethodPost, target: api.PathPhoneLinks},
		{method: http.MethodPost, target: api.PathPhoneLinks + "/x"},
		{method: http.MethodPut, target: api.PathPush},
		{method: http.MethodPost, target: api.PathChallenges + "/" + asked + "/answer"},
		{method: http.MethodPost, target: api.PathRecoveryLink},
		{method: http.MethodPost, target: api.PathJoins},
		{method: http.MethodPost, target: api.PathJoins + "/x/answer"},
		{method: http.MethodPatch, target: api.PathDevice},
	}
	public, err := receipt.NewJWK(phone.Key.Public())
	d.check(err)
	for i, body := range []string{
		d.json(api.LinkRequest{Code: "ZZZZZZZZ", Name: "phone", Platform: "cli", Key: api.JWK(public)}),
		`{"phone":"+14155550701","name":"x","platform":"cli"}`, `{"code":"123456","directory":"x"}`,
		`{"endpoint":"https://push.example.test/1","keys":{"p256dh":"BA","auth":"AA"},"expirationTime":1e400}`,
		`{"statement":"e30.e30.AA"}`, `{"statement":"e30.e30.AA","packages":{"auth":"AAAA","auth_jwe":"a.b.c"}}`, `{"statement":"","packages":[1e400,null]}`, `{"statement":"`, `[]`, `null`, "{}{}", "\xff", `{"code":"\ud800"}`, `{"Code":1,"code":"\u0000"}`,
	} {
		f.Add(byte(i), []byte(body))
	}
	for i, body := range []string{
		d.json(api.RecoveryLinkRequest{User: "+14155550701", Code: "0000-0000-0000", Name: "phone", Platform: "cli", Key: api.JWK(public)}),
		`{"purpose":"move"}`, `{"approve":true,"number":"47"}`, `{"name":"x\u202e"}`,
	} {
		f.Add(byte(len(routes)-4+i), []byte(body))
	}
	f.Fuzz(func(t *testing.T, route byte, body []byte) {
		r := routes[int(route)%len(routes)]
		r.sign, r.body = phone.Key, string(body)
		sound(t, d.as(t).do(r))
	})
}

// FuzzProof sends any proof with any path and query.
func FuzzProof(f *testing.F) {
	d, phone, _ := fuzzed(f)
	good := d.proof(phone.Key, http.MethodGet, api.PathChallenges, "", d.Clock.Now())
	for _, proof := range []string{good, good[:len(good)-1], "e30.e30.AA", "..", "", strings.Repeat("A", 5000)} {
		f.Add(proof, api.PathChallenges, "state=all&limit=1")
		f.Add(proof, api.PathStream, "")
	}
	f.Fuzz(func(t *testing.T, proof, path, query string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://mfa.example.test/", http.NoBody)
		r.URL = &url.URL{Path: path, RawQuery: query}
		r.Header["Dpop"] = []string{proof}
		recorder := httptest.NewRecorder()
		d.door.ServeHTTP(recorder, r)
		if path == api.PathChallenges && recorder.Code == http.StatusOK && proof != good {
			t.Fatalf("a proof of nobody was taken: %q", proof)
		}
		sound(t, answer{recorder.Code, recorder.Header(), recorder.Body.Bytes()})
	})
}

// FuzzQuery asks for lists with any query, rightly signed.
func FuzzQuery(f *testing.F) {
	d, phone, asked := fuzzed(f)
	for _, query := range []string{"", "state=all", "state=all&limit=100&after=" + asked, "wait=0&after=x", "state=%00", "limit=1&limit=2;", "wait=%31", "a=%zz"} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil || values.Get("wait") != "" && values.Get("wait") != "0" {
			return // nobody waits for a fuzzer
		}
		target := api.PathChallenges + "?" + values.Encode()
		sound(t, d.as(t).do(request{method: http.MethodGet, target: target, sign: phone.Key}))
	})
}
