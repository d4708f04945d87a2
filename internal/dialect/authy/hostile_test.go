package authy_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/authy/signature"
	"github.com/twinseal/twinseal/internal/dialect/authy"
	"github.com/twinseal/twinseal/internal/dialect/dialecttest"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/provision"
)

// pathOf fills a route's path.
func pathOf(path string, values map[string]string) string {
	for name, value := range values {
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}
	return path
}

func TestWithoutAKeyEverythingLooksAlike(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.shop(authy.Settings{}, nil)
	p := w.Person("4155552671")
	d := p.Link()
	asked := w.challenge(t, d, w.ok(t, post(fmt.Sprintf("/onetouch/json/users/%d/approval_requests", p.User.Number), `{"message":"x"}`)))
	w.ok(t, post("/protected/json/phones/verification/start", "phone_number=4155552672&country_code=1"))
	_, last := w.Events(w.Caller.Application.ID, "")
	known := map[string]string{"format": "json", "id": fmt.Sprint(p.User.Number), "token": d.Code(0), "uuid": string(asked.ID), "sms": "SM1", "webhook": "WH_1", "key": "wrong"}
	strange := map[string]string{"format": "json", "id": "999999", "token": "abc", "uuid": "1", "sms": "x", "webhook": "x", "key": "other"}
	const full = "message=x&type=banned&authy_id=1001&phone_number=4155552672&country_code=1&verification_code=1234&custom_user_id=x&email=a@b.co&interval=day&Outcome=received&app_api_key=wrong&access_key=wrong"
	for _, call := range authy.Table() {
		if call.Absent || call.Open {
			continue
		}
		for _, key := range []string{"wrong", "", accessKey} {
			if call.Signed {
				key = ""
			}
			for _, values := range []map[string]string{known, strange} {
				for _, body := range []string{full, `{"app_api_key":"wrong","access_key":"wrong","message":{}}`} {
					a := w.Do(dialecttest.Request{Method: call.Method, URL: pathOf(call.Path, values), Header: with(key, form), Body: body})
					if a.Status != 401 || a.Body != failed("Invalid API key", "60001") {
						t.Errorf("%s %s: %d %s", call.Method, pathOf(call.Path, values), a.Status, a.Body)
					}
				}
			}
		}
	}
	if happened, _ := w.Events(w.Caller.Application.ID, last); len(happened) != 0 {
		t.Errorf("%v", happened)
	}
}

func TestGuessingKeysShutsNobodyOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 200 {
		if a := w.Do(as(fmt.Sprint("guess-", i), get("/protected/json/app/details"))); a.Status != 401 {
			t.Fatalf("guess %d: %d %s", i, a.Status, a.Body)
		}
	}
	if a := w.Do(get("/protected/json/app/details")); a.Status != 200 {
		t.Errorf("the right key from the same address: %d %s", a.Status, a.Body)
	}
}

// nameless hides what a request itself named.
var nameless = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|(SM|WH_)[0-9a-f]{32}`)

func TestForeignThingsLookLikeThingsThatNeverWere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := w.shop(authy.Settings{}, nil)
	p := w.Person("4155552671")
	d := p.Link()
	asked := w.challenge(t, d, w.ok(t, as(shopKey, post(fmt.Sprintf("/onetouch/json/users/%d/approval_requests", p.User.Number), `{"message":"x"}`))))
	started := decoded(t, w.ok(t, as(shopKey, post("/protected/json/phones/verification/start", "phone_number=4155552672&country_code=1"))))
	delivery := strings.ReplaceAll(string(w.DeliveryIDs(shop.Application.ID)[0]), "-", "")
	made := decoded(t, w.ok(t, dashboard{method: http.MethodPost, path: hooksPath, pairs: hookPairs("x", "user_added")}.request(t)))
	hook, _ := made["webhook"].(map[string]any)

	stranger := w.Add(dialecttest.Application{Organization: "Other", Directory: "others", Name: "Stranger", Keys: []provision.PlannedKey{
		{Kind: mfa.KeyAuthyAPI, Secret: mfa.SecretText("stranger")},
		{Kind: mfa.KeyAuthyAccess, Secret: mfa.SecretText("stranger-access")},
		{Kind: mfa.KeyAuthySigning, Secret: mfa.SecretText("stranger-signing")},
	}})
	const nowhere = "01a20254-af57-7a0a-8af0-67678af0ad37"
	flat := strings.ReplaceAll(nowhere, "-", "")
	for name, pair := range map[string][2]dialecttest.Request{
		"user":         {get(fmt.Sprintf("/protected/json/users/%d/status", p.User.Number)), get("/protected/json/users/999999/status")},
		"token":        {get(fmt.Sprintf("/protected/json/verify/%s/%d", d.Code(0), p.User.Number)), get("/protected/json/verify/1234567/999999")},
		"approval":     {get("/onetouch/json/approval_requests/" + string(asked.ID)), get("/onetouch/json/approval_requests/" + nowhere)},
		"verification": {get(fmt.Sprint("/protected/json/phones/verification/status?uuid=", started["uuid"])), get("/protected/json/phones/verification/status?uuid=" + nowhere)},
		"number":       {get("/protected/json/phones/verification/status?phone_number=4155552672&country_code=1"), get("/protected/json/phones/verification/status?phone_number=4155552672&country_code=1")},
		"message": {
			post("/2010-04-01/Accounts/stranger/SMS/Messages/SM"+delivery+"/Feedback.json", "Outcome=received"),
			post("/2010-04-01/Accounts/stranger/SMS/Messages/SM"+flat+"/Feedback.json", "Outcome=received"),
		},
		"deleting a user": {post(fmt.Sprintf("/protected/json/users/%d/delete", p.User.Number), ""), post("/protected/json/users/999999/delete", "")},
		"webhook":         {foreignDelete(t, fmt.Sprint(hook["id"])), foreignDelete(t, "WH_"+flat)},
	} {
		var bodies [2]string
		for i, r := range pair {
			if name != "webhook" {
				r = as("stranger", r)
			}
			a := w.Do(r)
			if a.Status == 200 {
				t.Errorf("%s: %s", name, a.Body)
			}
			bodies[i] = fmt.Sprint(a.Status, nameless.ReplaceAllString(a.Body, "…"))
		}
		if bodies[0] != bodies[1] {
			t.Errorf("%s: %s, %s", name, bodies[0], bodies[1])
		}
	}
	if a := w.ok(t, as("stranger", get("/protected/json/reporting/events"))); strings.Contains(a.Body, "token_") {
		t.Errorf("%s reads %s", stranger.Application.Name, a.Body)
	}
}

// foreignDelete is a stranger's well-signed request for a webhook.
func foreignDelete(t *testing.T, id string) dialecttest.Request {
	t.Helper()
	pairs := []signature.Pair{{Key: "app_api_key", Value: "stranger"}, {Key: "access_key", Value: "stranger-access"}}
	params, err := signature.CanonicalForm(pairs)
	if err != nil {
		t.Fatal(err)
	}
	path := hooksPath + "/" + id
	return dialecttest.Request{Method: http.MethodDelete, URL: path, Body: params, Header: map[string]string{
		"Content-Type": form, "X-Authy-Signature-Nonce": "1",
		"X-Authy-Signature": signature.Sign("stranger-signing", "1", http.MethodDelete, "https://mfa.example.test"+path, params),
	}}
}

func TestNothingThatIsSentIsAnInternalError(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Person("4155552671")
	p.Link()
	id := fmt.Sprint(p.User.Number)
	bodies := []string{
		"", "&&&", "a[][b]=1&a[b]=2", "user[]=1&details[]=1&logos=1&message[]=x", "user[email][x]=1&phone_number[]=1&country_code[a]=1", "%", "\xff\xfe", "\x00",
		"message=%00", "message=" + strings.Repeat("%F0%9F%98%80", 5000), `{`, `{}`, `[]`, `null`, `"x"`, `{"user":null,"details":null,"logos":null,"data":null}`,
		`{"user":[],"details":1,"logos":{},"message":[],"type":{},"events":{"a":1}}`, `{"message":"x","details":{"":""},"seconds_to_expire":1e9}`,
		`{"phone_number":1e400,"country_code":-1,"via":null,"code_length":0.5,"locale":"../../etc"}`, `{"country_code":"00000000000000000000001","phone_number":"` + strings.Repeat("9", 100) + `"}`,
		`{"email":"` + strings.Repeat("a", 1000) + `@b.co","type":"banned","data":[[[1]]]}`, `{"user":{"email":"a@b.co\r\nBcc: x@y.co","cellphone":"4155552673","country_code":"1"}}`,
		`<user>`, `<!DOCTYPE x SYSTEM "file:///etc/passwd"><user/>`, `<user><cellphone>&xxe;</cellphone></user>`, strings.Repeat("a", 600<<10), strings.Repeat("a[b]=1&", 2000),
		`{"message":"\ud800","details":{"\udfff":"\u202e"},"hidden_details":{"a":"\u0000"}}`,
	}
	for _, call := range authy.Table() {
		method := call.Method
		if method == "ANY" {
			method = http.MethodPost
		}
		for _, format := range []string{"json", "xml"} {
			path := pathOf(call.Path, map[string]string{"format": format, "id": id, "token": "1234567", "uuid": "1-2", "sms": "SM1", "webhook": "WH_1", "key": bankKey, "picture": "A.png", "device": "1"})
			for i, body := range bodies {
				for _, contentType := range []string{form, "application/json"} {
					a := w.Do(dialecttest.Request{Method: method, URL: path, Header: with(bankKey, contentType), Body: body})
					if a.Status >= 500 || a.Body == "" || a.Writes != 1 {
						t.Errorf("%s %s, body %d: %d %q", method, path, i, a.Status, a.Body)
					}
					if !strings.HasPrefix(a.Body, "<?xml") && !json.Valid([]byte(a.Body)) {
						t.Errorf("%s %s, body %d: %q", method, path, i, a.Body)
					}
				}
			}
			w.Later(time.Hour)
		}
	}
}

func TestHostileQueries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Person("4155552671")
	for query, code := range map[string]string{
		"force=%ff": "60005", "force=%zz": "60002", "force[]=1": "60004", "force=1&force[a]=2": "60002",
		strings.Repeat("a=1&", 1001): "60002", "a" + strings.Repeat("[b]", 9) + "=1": "60002", "action[x]=1": "60004",
	} {
		a := w.Do(get(fmt.Sprintf("/protected/json/verify/1234567/%d?%s", p.User.Number, query)))
		if a.Status != 400 || !strings.Contains(a.Body, `"`+code+`"`) {
			t.Errorf("%.60s: %d %s, want %s", query, a.Status, a.Body, code)
		}
	}
}
