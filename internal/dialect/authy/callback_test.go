package authy_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/client/authy/signature"
	"github.com/twinseal/twinseal/internal/dialect/authy"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/receipt"
)

const callbackURL = "https://app.example.test/authy/callback"

// answered asks at the shop with a body, lets the device answer, and returns the callback's request.
func (w *world) answered(t *testing.T, shop *mfa.Caller, p *mfatest.Person, d *mfatest.Device, body string, how receipt.Decision) *http.Request {
	t.Helper()
	asked := w.challenge(t, d, w.ok(t, as(shopKey, post(fmt.Sprintf("/onetouch/json/users/%d/approval_requests", p.User.Number), body))))
	w.Answer(d, asked.ID, how)
	requests := w.Callbacks(shop.Application.ID)
	if len(requests) == 0 {
		t.Fatal("no callback waits")
	}
	return requests[len(requests)-1]
}

func bodyOf(t *testing.T, r *http.Request) string {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

const fullQuestion = `{"message":"Café ☕ — 50% <b>","details":{"From":"a@b.co","To":"c@d.co","Account Number":"12-34 / 56","US Dollar Amount":"$ 1,000.00"},"hidden_details":{"ip":"10.0.0.1"},"logos":[{"res":"default","url":"https://cdn.example.test/a%20b.png"},{"res":"low","url":"https://cdn.example.test/z.png"}],"seconds_to_expire":"600"}`

func TestTheCallbackSaysWhatTheProtocolSays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := w.shop(authy.Settings{CallbackURL: callbackURL}, nil)
	p := w.Person("4155552671")
	d := p.Link()
	request := w.answered(t, shop, p, d, fullQuestion, receipt.Approved)
	body := bodyOf(t, request)
	if request.Method != http.MethodPost || request.URL.String() != callbackURL || request.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%s %s %v", request.Method, request.URL, request.Header)
	}
	if _, capital := request.Header["X-Authy-Signature-Nonce"]; !capital || len(request.Header["X-Authy-Signature"]) != 1 {
		t.Errorf("the headers %v are not in the capitals that one verifier looks for", request.Header)
	}
	if strings.IndexFunc(body, func(r rune) bool { return r > 127 }) >= 0 {
		t.Errorf("%s is not ASCII", body)
	}
	var said struct {
		UUID            string `json:"uuid"`
		Signature       string `json:"signature"`
		ApprovalRequest struct {
			AppID string `json:"app_id"`
		} `json:"approval_request"`
	}
	if err := json.Unmarshal([]byte(body), &said); err != nil {
		t.Fatal(err)
	}
	if raw, err := base64.StdEncoding.DecodeString(said.Signature); err != nil || len(raw) != 64 {
		t.Errorf("signature %q", said.Signature)
	}
	at, device := w.Clock.Now().Unix(), d.Caller.Device.Number
	want := fmt.Sprintf(`{"authy_id":%[1]d,"device_uuid":"%[2]d","callback_action":"approval_request_status","uuid":%[3]q,"status":"approved","approval_request":{"transaction":{"details":{"From":"a@b.co","To":"c@d.co","Account Number":"12-34 / 56","US Dollar Amount":"$ 1,000.00"},"device_details":{},"device_geolocation":"","device_signing_time":%[4]d,"encrypted":false,"flagged":false,"hidden_details":{"ip":"10.0.0.1"},"message":"Caf\u00e9 \u2615 \u2014 50%% \u003cb\u003e","reason":"","requester_details":null,"status":"approved","uuid":%[3]q,"created_at_time":%[4]d,"customer_uuid":46113},"expiration_timestamp":%[5]d,"logos":[{"res":"default","url":"https://cdn.example.test/a%%20b.png"},{"res":"low","url":"https://cdn.example.test/z.png"}],"app_id":%[6]q},"signature":%[7]q,"device":{"city":null,"country":null,"ip":"192.0.2.1","region":null,"registration_city":null,"registration_country":null,"registration_ip":"192.0.2.1","registration_method":null,"registration_region":null,"os_type":"unknown","last_account_recovery_at":null,"id":%[2]d,"registration_date":%[4]d,"last_sync_date":%[4]d}}`,
		p.User.Number, device, said.UUID, at, at+600, said.ApprovalRequest.AppID, said.Signature)
	if body != want {
		t.Errorf("got\n%s\nwant\n%s", body, want)
	}
	if len(said.ApprovalRequest.AppID) != 24 {
		t.Errorf("app id %q", said.ApprovalRequest.AppID)
	}
}

func TestCallbacksAreSignedAlikeByPostAndGet(t *testing.T) {
	t.Parallel()
	params := map[string]string{}
	for _, method := range []string{http.MethodPost, http.MethodGet} {
		w := newWorld(t)
		shop := w.shop(authy.Settings{CallbackURL: callbackURL, CallbackMethod: method}, nil)
		p := w.Person("4155552671")
		request := w.answered(t, shop, p, p.Link(), fullQuestion, receipt.Denied)
		var text string
		var err error
		if method == http.MethodGet {
			var pairs []signature.Pair
			if pairs, err = signature.ParseForm(request.URL.RawQuery); err == nil {
				text, err = signature.CanonicalForm(pairs)
			}
			if text != request.URL.RawQuery || bodyOf(t, request) != "" {
				t.Error("the query is not the text that is signed")
			}
		} else {
			text, err = signature.Canonical([]byte(bodyOf(t, request)))
		}
		if err != nil || request.Method != method {
			t.Fatalf("%s: %v", request.Method, err)
		}
		nonce, sent := request.Header.Get(signature.HeaderNonce), request.Header.Get(signature.HeaderSignature)
		if !signature.Verify(shopKey, nonce, method, callbackURL, text, sent) && !signature.Verify(shopKey2, nonce, method, callbackURL, text, sent) {
			t.Errorf("%s: the signature does not verify", method)
		}
		if !strings.Contains(text, "&status=denied&") || !strings.Contains(text, "approval_request%5Btransaction%5D%5Bstatus%5D=denied") {
			t.Errorf("%s says nothing of the denial", text)
		}
		params[method] = stable(text)
	}
	if params["GET"] != params["POST"] {
		t.Errorf("GET\n%s\nPOST\n%s", params["GET"], params["POST"])
	}
}

// stable drops what differs between two worlds.
func stable(params string) string {
	var kept []string
	for pair := range strings.SplitSeq(params, "&") {
		name, _, _ := strings.Cut(pair, "=")
		for _, changing := range []string{"uuid", "signature", "time", "timestamp", "app_id", "_date"} {
			if strings.Contains(name, changing) {
				pair = name
			}
		}
		kept = append(kept, pair)
	}
	return strings.Join(kept, "&")
}

func TestTheShapesOfDetailsComeBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := w.shop(authy.Settings{CallbackURL: callbackURL}, nil)
	p := w.Person("4155552671")
	d := p.Link()
	long := strings.Repeat("k", 200)
	for name, test := range map[string]struct{ body, details, hidden string }{
		"none":                        {`{"message":"1"}`, `null`, `null`},
		"empty":                       {`{"message":"2","details":{},"hidden_details":[]}`, `null`, `null`},
		"a text":                      {`{"message":"3","details":"Pay Bo","hidden_details":"x"}`, `"Pay Bo"`, `"x"`},
		"numbers become texts":        {`{"message":"4","details":{"a":1.50,"b":true,"c":null}}`, `{"a":"1.50","b":"true","c":""}`, `null`},
		"equal once they are cut":     {`{"message":"5","details":{"` + long + `1":"1","b":"2","` + long + `2":"3"}}`, `{"` + long + `":"3","b":"2"}`, `null`},
		"what cannot be shown is cut": {`{"message":"6","details":{"a\u202e":"x\u0007y"}}`, `{"a":"xy"}`, `null`},
	} {
		t.Run(name, func(t *testing.T) {
			body := bodyOf(t, w.answered(t, shop, p, d, test.body, receipt.Approved))
			if !strings.Contains(body, `"transaction":{"details":`+test.details+`,`) || !strings.Contains(body, `"hidden_details":`+test.hidden+`,`) {
				t.Errorf("%s", body)
			}
			if _, err := signature.Canonical([]byte(body)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestNobodyIsToldWithoutAnAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Person("4155552671")
	d := p.Link()
	asked := w.challenge(t, d, w.ok(t, post(fmt.Sprintf("/onetouch/json/users/%d/approval_requests", p.User.Number), `{"message":"x"}`)))
	w.Answer(d, asked.ID, receipt.Approved)
	if got := w.Callbacks(w.Caller.Application.ID); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

func TestTheCallbackOutlivesItsDeviceAndUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := w.shop(authy.Settings{CallbackURL: callbackURL}, nil)
	p := w.Person("4155552671")
	d := p.Link()
	w.answered(t, shop, p, d, `{"message":"x"}`, receipt.Approved)
	if err := w.Service.UnlinkDevice(w.Context(), d.Caller); err != nil {
		t.Fatal(err)
	}
	body := bodyOf(t, w.Callbacks(shop.Application.ID)[0])
	if !strings.Contains(body, fmt.Sprintf(`"device_uuid":%q`, d.Caller.Device.ID)) || strings.Contains(body, `"device":`) {
		t.Errorf("without its device: %s", body)
	}
	w.ok(t, as(shopKey, post(fmt.Sprintf("/protected/json/users/%d/delete", p.User.Number), "")))
	w.ok(t, post(fmt.Sprintf("/protected/json/users/%d/delete", p.User.Number), ""))
	if body := bodyOf(t, w.Callbacks(shop.Application.ID)[0]); !strings.Contains(body, fmt.Sprintf(`{"authy_id":%d,`, p.User.Number)) {
		t.Errorf("without its user: %s", body)
	}
}

func TestHiddenDetailsAreShownToNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Person("4155552671")
	d := p.Link()
	asked := w.challenge(t, d, w.ok(t, post(fmt.Sprintf("/onetouch/json/users/%d/approval_requests", p.User.Number), `{"message":"x","hidden_details":{"ip":"hide-me"}}`)))
	if strings.Contains(string(asked.Question), "hide-me") {
		t.Error("the device is shown hidden details")
	}
	status := w.ok(t, get("/onetouch/json/approval_requests/"+string(asked.ID)))
	if strings.Contains(status.Body, "hide-me") {
		t.Error(status.Body)
	}
}
