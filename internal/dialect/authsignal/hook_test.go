package authsignal_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/dialect/authsignal"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

func TestTheSignatureIsTheOneThatEveryClientMakes(t *testing.T) {
	t.Parallel()
	const body = `{"version":1,"id":"1","source":"https://authsignal.com","time":"2025-02-20T01:51:56.070Z","tenantId":"t","type":"sms.created","data":{"to":"+6427000000","code":"123456"}}`
	one, other := mfa.Key{Secret: mfa.SecretText("test-secret-key-123")}, mfa.Key{Secret: mfa.SecretText("another")}
	const want = "t=1740016316,v2=xicMBl8fdhxLmCeRPxY340CmEbSOI8rLZu0P05sPy/s"
	if got := authsignal.Signature([]mfa.Key{one}, time.Unix(1740016316, 0), []byte(body)); got != want {
		t.Errorf("signed by %s", got)
	}
	both := authsignal.Signature([]mfa.Key{one, other}, time.Unix(1740016316, 0), []byte(body))
	if rest, found := strings.CutPrefix(both, want+",v2="); !found || len(rest) != 43 || strings.ContainsAny(both, " =") && strings.Count(both, "=") != 3 {
		t.Errorf("signed by %s", both)
	}
}

// checked is what a webhook says, after its signature was checked with a key.
func checked(t *testing.T, r *http.Request, key string) (kind string, data object) {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	at, signatures, _ := strings.Cut(strings.TrimPrefix(r.Header.Get("X-Signature-V2"), "t="), ",")
	made := hmac.New(sha256.New, []byte(key))
	_, _ = fmt.Fprintf(made, "%s.%s", at, body)
	want := "v2=" + base64.RawStdEncoding.EncodeToString(made.Sum(nil))
	if !slices.Contains(strings.Split(signatures, ","), want) || r.Header.Get("Content-Type") != "application/json" || r.Method != http.MethodPost {
		t.Errorf("%s %v is not signed by %s", r.Method, r.Header, key)
	}
	var said struct {
		Version                          int
		ID, Source, Time, TenantID, Type string
		Data                             object
		Records                          []object
	}
	if err := json.Unmarshal(body, &said); err != nil {
		t.Fatal(err)
	}
	if said.Records != nil {
		return "records", object{"records": said.Records}
	}
	if said.Version != 1 || said.ID == "" || said.Source == "" || said.TenantID != cafeTenant {
		t.Errorf("the envelope is %s", body)
	}
	if _, err := time.Parse("2006-01-02T15:04:05.000Z", said.Time); err != nil {
		t.Error(err)
	}
	for name, value := range said.Data {
		if _, text := value.(string); !text {
			t.Errorf("%s is no text: %v", name, value)
		}
	}
	return said.Type, said.Data
}

// told are the requests that wait for cafe, rendered now, oldest first.
func (w *serverWorld) told() []*http.Request {
	w.tb.Helper()
	var waiting []mfa.Delivery
	w.must(w.Store.Read(w.Context(), func(r mfa.Records) (err error) {
		waiting, err = r.DeliveriesOf(w.caller(cafeKey).Application.ID, mfa.DeliveryPending, 1000)
		return err
	}))
	slices.Reverse(waiting)
	var out []*http.Request
	for i := range waiting {
		if waiting[i].Kind != mfa.DeliveryCallback {
			continue
		}
		var p mfa.CallbackPayload
		w.must(json.Unmarshal(waiting[i].Payload.Reveal(), &p))
		r, err := w.dialect.Callback().Render(w.Context(), p)
		w.must(err)
		if r != nil {
			out = append(out, r)
		}
	}
	return out
}

func TestApplicationsAreToldOfAuthenticators(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		made, _ := w.enrol("ann", "+6421000001").body["authenticator"].(object)
		id := fmt.Sprint(made["userAuthenticatorId"])
		w.good(request{method: "PATCH", path: "users/ann", body: object{"phoneNumber": "+6421000002", "phoneNumberVerified": true}})
		kinds := map[string]object{}
		for _, r := range w.told() {
			if r.URL.String() != "https://hooks.example/events" {
				continue
			}
			kind, data := checked(t, r, cafeKey)
			kinds[kind] = data
		}
		for _, kind := range []string{"authenticator.created", "authenticator.updated"} {
			data := kinds[kind]
			if data["userId"] != "ann" || data["verificationMethod"] != "SMS" || data["userAuthenticatorId"] != id || data["phoneNumber"] != "+6421000002" {
				t.Errorf("%s tells %v", kind, data)
			}
		}
		w.good(request{method: "DELETE", path: "users/ann/authenticators/" + id})
		last := w.told()
		kind, data := checked(t, last[len(last)-1], cafeOld)
		if kind != "authenticator.deleted" || data["userAuthenticatorId"] != id || data["verificationMethod"] != "SMS" || data["deletedAt"] == nil {
			t.Errorf("%s tells %v", kind, data)
		}
	})
}

func TestNobodyIsToldWhereNoAddressIsSet(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		w.change(cafeKey, func(to *mfa.StepUp) { to.EventsURL, to.LogsURL = "", "" })
		w.enrol("ann", "+6421000001")
		w.track("ann", "pay", nil)
		if told := w.told(); len(told) != 0 {
			t.Errorf("%d were told", len(told))
		}
	})
}

func TestAMinuteOfTheLogIsToldOnceItsTokensHaveEnded(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		w.enrol("ann", "+6421000001")
		var keys []string
		for range 3 {
			keys = append(keys, w.track("ann", "pay", object{"ipAddress": "192.0.2.1"}).text("idempotencyKey"))
		}
		var logs []mfa.Delivery
		w.must(w.Store.Read(w.Context(), func(r mfa.Records) error {
			all, err := r.DeliveriesOf(w.caller(cafeKey).Application.ID, mfa.DeliveryPending, 100)
			logs = slices.DeleteFunc(all, func(d mfa.Delivery) bool { return d.Dedupe == "" })
			return err
		}))
		if len(logs) != 1 || logs[0].DueAt.Sub(w.Clock.Now()) < 15*time.Minute || logs[0].DueAt.Sub(w.Clock.Now()) > 17*time.Minute {
			t.Fatalf("waiting: %+v", logs)
		}
		var told []object
		for _, r := range w.told() {
			if r.URL.Path == "/logs" {
				_, data := checked(t, r, cafeKey)
				told, _ = data["records"].([]object)
			}
		}
		var said []string
		for _, one := range told {
			record, _ := one["record"].(object)
			if one["type"] != "action.log_created" || one["data"] != nil || record["userId"] != "ann" || record["actionCode"] != "pay" || record["outcome"] != "CHALLENGE" || record["ipAddress"] != "192.0.2.1" {
				t.Errorf("told: %v", one)
			}
			said = append(said, fmt.Sprint(record["idempotencyKey"]))
		}
		if !slices.Equal(said, keys) {
			t.Errorf("told of %v, want %v", said, keys)
		}
	})
}

func TestALongMinuteOfTheLogIsToldInSeveralRequests(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		c, most := w.caller(cafeKey), 500
		user := w.track("ann", "pay", nil)
		pass, _, err := w.dialect.Open(w.Context(), user.text("token"))
		w.must(err)
		w.must(w.Store.Write(w.Context(), func(r mfa.WriteRecords) error {
			for range most + 1 {
				e := mfa.Event{Type: mfa.EventPromptRefused, UserID: pass.UserID, Data: json.RawMessage(`{"method":"sms","code":"pay","key":"k","reason":"invalid_or_expired"}`)}
				if err := w.Service.Append(r, c, e); err != nil {
					return err
				}
			}
			return nil
		}))
		var told []int
		for range 2 { // the first render queues what it leaves
			told = nil
			for _, r := range w.told() {
				if r.URL.Path != "/logs" {
					continue
				}
				_, data := checked(t, r, cafeKey)
				records, _ := data["records"].([]object)
				if records[0]["type"] != "challenge.log_created" {
					continue
				}
				if record, _ := records[0]["record"].(object); record["type"] != "SMS_CODE_INVALID_OR_EXPIRED" || record["userId"] != "ann" || record["actionCode"] != "pay" {
					t.Errorf("told: %v", records[0])
				}
				told = append(told, len(records))
			}
		}
		if !slices.Equal(told, []int{most, 1}) {
			t.Errorf("told in requests of %v", told)
		}
	})
}

func TestMessagesForAnApplicationsOwnHookSayWhatItSends(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		for want, m := range map[string]stepup.Handout{
			"sms.created":   {Method: mfa.MethodSMS, URL: "https://hooks.example/sms", To: "+6421000001", Code: "123456", UserAlias: "ann", Action: "pay", Key: "k"},
			"email.created": {Method: mfa.MethodMagicLink, URL: "https://hooks.example/mail", To: "ann@guild.example", Link: "https://mfa.example.test/l", UserAlias: "ann", Action: "pay", Key: "k"},
			"push.created":  {Method: mfa.MethodPush, URL: "https://hooks.example/push", Prompt: "0190a0a0-0000-7000-8000-000000000001", UserAlias: "ann", Action: "pay", Key: "k"},
		} {
			extra, err := json.Marshal(m)
			w.must(err)
			c := w.caller(cafeKey)
			r, err := w.dialect.Callback().Render(w.Context(), mfa.CallbackPayload{Extra: extra, Event: mfa.Event{
				ID: mfa.NewID[mfa.EventID](), Type: mfa.EventPromptSent, ApplicationID: c.Application.ID, At: w.Clock.Now(),
			}})
			w.must(err)
			kind, data := checked(t, r, cafeKey)
			if kind != want || r.URL.String() != m.URL || data["userId"] != "ann" || data["actionCode"] != "pay" || data["idempotencyKey"] != "k" {
				t.Errorf("%s to %s tells %v", kind, r.URL, data)
			}
			if kind == "sms.created" && data["code"] != "123456" || kind == "email.created" && data["url"] != m.Link || kind == "push.created" && data["challengeId"] != string(m.Prompt) {
				t.Errorf("%s tells %v", kind, data)
			}
		}
	})
}

func TestAProofCountsOnlyIfTheActionsHookLetsIt(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		w.enrol("ann", "+6421000001")
		_, err := w.Rules.CreateConfiguration(w.Context(), w.caller(cafeKey), mfa.ActionConfiguration{Code: "pay", HookURL: "https://hooks.example/verify"})
		w.must(err)
		token := w.track("ann", "pay", nil).text("token")
		pass, _, err := w.dialect.Open(w.Context(), token)
		w.must(err)
		sent, err := w.stepup.SendCode(w.Context(), pass, mfa.MethodSMS)
		w.must(err)
		var p mfa.Prompt
		w.must(w.Store.Read(w.Context(), func(r mfa.Records) (err error) {
			p, err = r.Prompt(sent.ID)
			return err
		}))
		code := string(p.Secret.Reveal())
		for name, hook := range map[string]func(*http.Request) (*http.Response, error){
			"unreachable": func(*http.Request) (*http.Response, error) { return nil, errors.New("nobody there") },
			"refusing":    func(*http.Request) (*http.Response, error) { return answering(403), nil },
			"elsewhere":   func(*http.Request) (*http.Response, error) { return answering(302), nil },
		} {
			w.hook = hook
			if _, err := w.stepup.CheckCode(w.Context(), pass, mfa.MethodSMS, code); !mfa.IsCode(err, mfa.Forbidden) {
				t.Errorf("%s: %v", name, err)
			}
			w.has(name, w.good(request{path: "validate", body: object{"token": token}}), object{"isValid": false, "state": "CHALLENGE_REQUIRED"})
		}
		w.hook = func(r *http.Request) (*http.Response, error) {
			kind, data := checked(t, r, cafeOld)
			if kind != "action.verify" || data["userId"] != "ann" || data["action"] != "pay" || data["state"] != "CHALLENGE_SUCCEEDED" || data["verificationMethod"] != "SMS" {
				t.Errorf("%s asks %v", kind, data)
			}
			return answering(200), nil
		}
		if result, err := w.stepup.CheckCode(w.Context(), pass, mfa.MethodSMS, code); err != nil || !result.Verified {
			t.Errorf("the code that was not used up: %+v, %v", result, err)
		}
		w.has("afterwards", w.good(request{path: "validate", body: object{"token": token}}), object{"isValid": true})
	})
}

func answering(status int) *http.Response {
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Body: io.NopCloser(strings.NewReader("{}"))}
}
