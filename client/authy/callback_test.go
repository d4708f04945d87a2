package authy_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/authy"
	"github.com/twinseal/twinseal/client/authy/signature"
)

const callbackURL = "https://shop.example.test/authy/callback"

func testdata(t testing.TB, name string) string {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// signedPost is a callback as a server sends it. What arrives at the program has
// another address, as behind a proxy.
func signedPost(t testing.TB, body string) *http.Request {
	t.Helper()
	params, err := signature.Canonical([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "http://internal:8080/cb?x=1", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return signed(r, params)
}

func signedGet(t testing.TB, body string) *http.Request {
	t.Helper()
	params, err := signature.Canonical([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return signed(httptest.NewRequest(http.MethodGet, "http://internal:8080/cb?"+params, nil), params)
}

func signed(r *http.Request, params string) *http.Request {
	r.Header.Set(signature.HeaderNonce, "1700000010")
	r.Header.Set(signature.HeaderSignature, signature.Sign(apiKey, "1700000010", r.Method, callbackURL, params))
	return r
}

// vendorCallback is what testdata/callback.json says.
func vendorCallback() *authy.Callback {
	const logo = "https://www.itsalllost.com/wp-content/uploads/2017/04/twilio-logo-red.png"
	at := func(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }
	return &authy.Callback{
		ApprovalID: "098c3580-c01e-0135-eb00-0e5d90336a8c", Status: authy.Approved, UserID: 688611, Message: "Authorize OneTouch Unit Test",
		Details: authy.Details{
			{Key: "username", Value: "User"}, {Key: "location", Value: "California,USA"}, {Key: "cosa1", Value: "cosa1"}, {Key: "cosa2", Value: "cosa2"},
		},
		HiddenDetails: authy.Details{{Key: "ip_address", Value: "10.10.3.203"}},
		Logos:         []authy.Logo{{Resolution: "default", URL: logo}, {Resolution: "med", URL: logo}},
		CreatedAt:     at(1512940900), SignedAt: at(1512940918), ExpiresAt: at(1513027300),
		AppObjectID: "582380eb7e1caa03317ec08c", CustomerUUID: "15083", DeviceID: "2102943",
		Device: &authy.Device{
			ID: "2102943", OS: "android", IP: "190.130.65.251", Country: "Colombia", RegistrationMethod: "sms",
			RegistrationIP: "190.130.66.242", RegistrationCountry: "Colombia", RegisteredAt: at(1505418165), LastSyncAt: at(1505418173),
		},
		DeviceSignature: "qOLMuHVy4KITm2nSd1PxJCv+ydjcduKwxz2Fc7pMrDm7QtU2hMAnY5AUxdwlae5WJmEWNM8OctdGhMJweTwICkkOgYm2v+u7k/wz5zuPozDDnMqJWBjiCfbKNpKqf8CQ2dBndtxi2Sl7/y57KiXYJfTlGHNBhCoTxVzVBNDEPu6OLV6KA60mcEW87tg1b4Q/p69ZkYb5B1f9Ujk/ueCbCK6JDhtUf1v3/baNgO8o/mp2EydiFughqpiHIIOR0VY9/o/hh5a7z6FG4OxZ3WmS7q2506Wy698LW3ZRNl0aXwtFIat4IyCSSuDQFW9LZEcXdQK4YixSJ8b5H8vlRErSPQ==",
	}
}

func TestTheVendorsOwnCallbackVerifies(t *testing.T) {
	t.Parallel()
	client, err := authy.New("FU10H0uCafgKnXvPfDm5iAisVuHDgXJA")
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "http://localhost/", strings.NewReader(testdata(t, "callback.json")))
	r.Header.Set("X-Authy-Signature-Nonce", "1512940917")
	r.Header.Set("X-Authy-Signature", "IFD2P2f5w2Jis1uref9Blu7a0liztOsnso16Gh6y054=")
	got, err := client.VerifyCallback(r, "https://requestb.in/ui9vdiui")
	if err != nil {
		t.Fatal(err)
	}
	if want := vendorCallback(); !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
}

func TestCallbacksByGetSayTheSame(t *testing.T) {
	t.Parallel()
	client := unreachable(t)
	for _, name := range []string{"callback.json", "callback_plain.json"} {
		body := testdata(t, name)
		post, err := client.VerifyCallback(signedPost(t, body), callbackURL)
		if err != nil {
			t.Fatal(err)
		}
		get, err := client.VerifyCallback(signedGet(t, body), callbackURL)
		if err != nil {
			t.Fatal(err)
		}
		for _, detail := range post.Details {
			if get.Details.Get(detail.Key) != detail.Value {
				t.Errorf("detail %q: %q by GET, %q by POST", detail.Key, get.Details.Get(detail.Key), detail.Value)
			}
		}
		if len(get.Details) != len(post.Details) {
			t.Errorf("details %v by GET, %v by POST", get.Details, post.Details)
		}
		get.Details = post.Details // sorted by GET
		if !reflect.DeepEqual(get, post) {
			t.Errorf("\n GET %+v\nPOST %+v", get, post)
		}
	}
}

func TestCallbacksOfLaterServers(t *testing.T) {
	t.Parallel()
	client := unreachable(t)
	body := strings.Replace(testdata(t, "callback_plain.json"), `"signature":`,
		`"device":{"enabled_unlock_methods":["pin","fingerprint"],"last_unlock_method_used":"pin","id":2000,"multidevice_enabled":true},"signature":`, 1)
	for _, r := range []*http.Request{signedPost(t, body), signedGet(t, body)} {
		got, err := client.VerifyCallback(r, callbackURL)
		if err != nil {
			t.Fatal(err)
		}
		want := &authy.Device{ID: "2000", UnlockMethods: []string{"pin", "fingerprint"}, LastUnlock: "pin"}
		if !reflect.DeepEqual(got.Device, want) {
			t.Errorf("%s: %+v", r.Method, got.Device)
		}
	}
}

func TestDetailKeysWithBracketsSurviveGet(t *testing.T) {
	t.Parallel()
	body := strings.Replace(testdata(t, "callback_plain.json"), `"details":null`, `"details":{"a[b]":"1","12":"2","c[]":"3","]x[":"4","":"5"}`, 1)
	got, err := unreachable(t).VerifyCallback(signedPost(t, body), callbackURL)
	if err != nil || len(got.Details) != 5 || got.Details.Get("a[b]") != "1" {
		t.Errorf("POST: %v, %v", got, err)
	}
	got, err = unreachable(t).VerifyCallback(signedGet(t, body), callbackURL)
	if err != nil || got.Status != authy.Approved || got.Details.Get("a[b]") != "1" || got.Details.Get("12") != "2" || got.Details.Get("") != "5" {
		t.Errorf("GET: %v, %v", got, err)
	}
}

func TestForgedCallbacksAreRefused(t *testing.T) {
	t.Parallel()
	body := testdata(t, "callback_plain.json")
	denied := strings.Replace(body, `"status":"approved"`, `"status":"denied"`, 2)
	replaceBody := func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(denied)) }
	cases := []struct {
		name  string
		spoil func(*http.Request)
	}{
		{"another body", replaceBody},
		{"another nonce", func(r *http.Request) { r.Header.Set(signature.HeaderNonce, "1700000011") }},
		{"another signature", func(r *http.Request) {
			r.Header.Set(signature.HeaderSignature, signature.Sign("other", "1700000010", "POST", callbackURL, ""))
		}},
		{"no nonce", func(r *http.Request) { r.Header.Del(signature.HeaderNonce) }},
		{"no signature", func(r *http.Request) { r.Header.Del(signature.HeaderSignature) }},
		{"an empty signature", func(r *http.Request) { r.Header.Set(signature.HeaderSignature, "") }},
		{"two signatures", func(r *http.Request) { r.Header.Add(signature.HeaderSignature, "x") }},
		{"two nonces", func(r *http.Request) { r.Header.Add(signature.HeaderNonce, "x") }},
		{"another method", func(r *http.Request) { r.Method = http.MethodGet }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := signedPost(t, body)
			c.spoil(r)
			if got, err := unreachable(t).VerifyCallback(r, callbackURL); !errors.Is(err, authy.ErrBadSignature) || got != nil {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
	if got, err := unreachable(t).VerifyCallback(signedPost(t, body), "http://internal:8080/cb"); !errors.Is(err, authy.ErrBadSignature) || got != nil {
		t.Errorf("signed for another URL: %v, %v", got, err)
	}
}

func TestSignedCallbacksThatSayNothing(t *testing.T) {
	t.Parallel()
	plain := testdata(t, "callback_plain.json")
	replace := func(from, to string, times int) string {
		if !strings.Contains(plain, from) {
			t.Fatalf("%s is not in the callback", from)
		}
		return strings.Replace(plain, from, to, times)
	}
	cases := map[string]string{
		"pending":              replace(`"status":"approved"`, `"status":"pending"`, 2),
		"expired":              replace(`"status":"approved"`, `"status":"expired"`, 2),
		"no status":            replace(`"status":"approved"`, `"state":"approved"`, 1),
		"two answers":          replace(`"status":"approved"`, `"status":"denied"`, 1),
		"capitals":             replace(`"status":"approved"`, `"Status":"approved"`, 1),
		"another action":       replace("approval_request_status", "user_status", 1),
		"no user":              replace(`"authy_id":1000`, `"authy_id":null`, 1),
		"an impossible user":   replace(`"authy_id":1000`, `"authy_id":4294968296`, 1),
		"a fractional user":    replace(`"authy_id":1000`, `"authy_id":1000.0`, 1),
		"no uuid":              replace(`"uuid":"11111111-2222-4333-8444-555555555555","status":"approved","approval_request"`, `"uuid":"","status":"approved","approval_request"`, 1),
		"an impossible time":   replace("1700000009", "99999999999999", 1),
		"a time that is none":  replace("1700000009", `"noon"`, 1),
		"nothing":              `{}`,
		"status in an object":  replace(`"status":"approved","approval`, `"status":{"approved":"approved"},"approval`, 1),
		"no transaction":       `{"authy_id":1,"callback_action":"x"}`,
		"a transaction's text": `{"approval_request":"{\"status\":\"approved\"}"}`,
	}
	for name, body := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, r := range []*http.Request{signedPost(t, body), signedGet(t, body)} {
				if got, err := unreachable(t).VerifyCallback(r, callbackURL); !errors.Is(err, authy.ErrBadCallback) || got != nil {
					t.Errorf("%s: %v, %v", r.Method, got, err)
				}
			}
			if got, err := authy.ParseCallback([]byte(body)); !errors.Is(err, authy.ErrBadCallback) || got != nil {
				t.Errorf("parsed: %v, %v", got, err)
			}
		})
	}
}

func TestASignedBodyCannotBeRewrittenToHideWhatWasApproved(t *testing.T) {
	t.Parallel()
	body := strings.Replace(testdata(t, "callback_plain.json"), `"details":null,`, `"details":{"amount":"5"},`, 1)
	cut := func(from, to, atEnd string) string {
		return strings.TrimSuffix(strings.Replace(body, from, to, 1), "}") + atEnd + "}"
	}
	for _, rewritten := range []string{
		cut(`"details":{"amount":"5"},`, `"details][amount":"5",`, ``),
		cut(`"message":"Log in?",`, ``, `,"approval_request[transaction][message]":"Log in?"`),
		cut(`"logos":null,`, ``, `,"approval_request[logos]":null`),
	} {
		honest, err := signature.Canonical([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		if same, err := signature.Canonical([]byte(rewritten)); err != nil || same != honest {
			t.Fatalf("the rewriting does not keep the signature: %v", err)
		}
		if got, err := unreachable(t).VerifyCallback(signedPost(t, rewritten), callbackURL); !errors.Is(err, authy.ErrBadCallback) || got != nil {
			t.Errorf("%s: %v, %v", rewritten, got, err)
		}
	}
}

func TestCallbacksThatCannotBeRead(t *testing.T) {
	t.Parallel()
	plain := testdata(t, "callback_plain.json")
	posts := map[string]string{
		"no JSON":        "authy_id=1",
		"an array":       "[" + plain + "]",
		"a member twice": strings.Replace(plain, `"status":"approved"`, `"status":"denied","status":"approved"`, 1),
		"too long":       `{"a":"` + strings.Repeat("x", signature.MaxBytes) + `"}`,
		"empty":          "",
	}
	for name, body := range posts {
		r := signed(httptest.NewRequest(http.MethodPost, "/cb", strings.NewReader(body)), "")
		if got, err := unreachable(t).VerifyCallback(r, callbackURL); !errors.Is(err, authy.ErrBadCallback) || got != nil {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	for name, query := range map[string]string{"a bad escape": "a=%zz", "a parameter twice": "status=denied&status=approved"} {
		r := signed(httptest.NewRequest(http.MethodGet, "/cb", nil), query)
		r.URL.RawQuery = query
		if got, err := unreachable(t).VerifyCallback(r, callbackURL); !errors.Is(err, authy.ErrBadCallback) || got != nil {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		if got, err := authy.ParseCallbackQuery(query); !errors.Is(err, authy.ErrBadCallback) || got != nil {
			t.Errorf("%s, parsed: %v, %v", name, got, err)
		}
	}
}

func TestCallbackHandlerAnswers(t *testing.T) {
	t.Parallel()
	plain := testdata(t, "callback_plain.json")
	forged := signedPost(t, plain)
	forged.Header.Set(signature.HeaderNonce, "0")
	cases := []struct {
		name    string
		request *http.Request
		fail    error
		status  int
		handled bool
	}{
		{"POST", signedPost(t, plain), nil, 200, true},
		{"GET", signedGet(t, plain), nil, 200, true},
		{"a failing handler", signedPost(t, plain), errors.New("database is away"), 500, true},
		{"forged", forged, nil, 403, false},
		{"unsigned", httptest.NewRequest(http.MethodPost, "/cb", strings.NewReader(plain)), nil, 403, false},
		{"about nothing", signedPost(t, `{}`), nil, 400, false},
		{"another method", httptest.NewRequest(http.MethodPut, "/cb", nil), nil, 405, false},
		{"a HEAD", httptest.NewRequest(http.MethodHead, "/cb", nil), nil, 405, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			handled := false
			handler := unreachable(t).CallbackHandler(callbackURL, func(_ context.Context, callback *authy.Callback) error {
				handled = callback.Status == authy.Approved && callback.UserID == 1000
				return c.fail
			})
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, c.request)
			if w.Code != c.status || handled != c.handled || w.Body.Len() != 0 {
				t.Errorf("HTTP %d with %q, handled %v", w.Code, w.Body, handled)
			}
		})
	}
}
