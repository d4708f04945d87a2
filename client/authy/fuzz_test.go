package authy_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/twinseal/twinseal/client/authy"
	"github.com/twinseal/twinseal/client/authy/signature"
)

// fuzzAnswers feeds answers to one method; each must give a result that its
// documentation permits, or an error of one of the two kinds.
func fuzzAnswers(f *testing.F, call func(*testing.T, *authy.Client) error, seeds ...string) {
	f.Helper()
	for _, seed := range seeds {
		f.Add(200, seed)
	}
	f.Add(401, `{"message":"Token is invalid","token":"is invalid","success":false,"errors":{"message":"Token is invalid"},"error_code":"60020"}`)
	f.Add(503, "<html>")
	f.Fuzz(func(t *testing.T, status int, body string) {
		err := call(t, answering(t, status, body))
		var refusal *authy.Error
		if err != nil && !errors.As(err, &refusal) && !errors.Is(err, authy.ErrUnexpectedAnswer) {
			t.Fatalf("%T: %v", err, err)
		}
		if err == nil && status != http.StatusOK {
			t.Fatalf("HTTP %d passes for a success", status)
		}
		if err != nil && strings.ContainsAny(err.Error(), "\n\r") {
			t.Fatalf("not fit for a log: %q", err)
		}
	})
}

func FuzzCreateUserAnswer(f *testing.F) {
	fuzzAnswers(f, func(t *testing.T, c *authy.Client) error {
		id, err := c.CreateUser(t.Context(), person())
		if (err == nil) != (id > 0) {
			t.Fatalf("id %d, %v", id, err)
		}
		return err
	}, `{"message":"User created successfully.","user":{"id":1000},"success":true}`)
}

func FuzzUserStatusAnswer(f *testing.F) {
	fuzzAnswers(f, func(t *testing.T, c *authy.Client) error {
		status, err := c.UserStatus(t.Context(), 1000)
		if (err == nil) != (status != nil && status.ID > 0) {
			t.Fatalf("%+v, %v", status, err)
		}
		return err
	}, `{"status":{"authy_id":1000,"confirmed":true,"registered":"false","country_code":"1","phone_number":"XXX-XXX-1118","devices":["iphone"],"detailed_devices":[{"device_id":290908,"last_sync_date":0,"creation_date":1433868212}]},"success":true}`)
}

func FuzzQRCodeAnswer(f *testing.F) {
	fuzzAnswers(f, func(t *testing.T, c *authy.Client) error {
		qr, err := c.UserQRCode(t.Context(), 1000, authy.QROptions{})
		if err == nil && !strings.HasPrefix(strings.ToLower(qr.URL), "http") {
			t.Fatalf("%+v", qr)
		}
		return err
	}, `{"label":"Sample","issuer":"App","qr_code":"https://mfa.example.net/qr/3f.png","success":true}`)
}

func FuzzVerifyTokenAnswer(f *testing.F) {
	fuzzAnswers(f, func(t *testing.T, c *authy.Client) error {
		_, err := c.VerifyToken(t.Context(), 1000, "1234567", authy.VerifyOptions{})
		return err
	}, validToken, `{"message":"Token is valid.","token":"is valid","success":true}`)
}

func FuzzCodeAnswer(f *testing.F) {
	fuzzAnswers(f, func(t *testing.T, c *authy.Client) error {
		_, err := c.SendSMS(t.Context(), 1000, authy.CodeOptions{})
		return err
	}, `{"message":"Ignored","cellphone":"+1-XXX-XXX-XX34","device":"android","ignored":true,"success":true}`)
}

func FuzzEmailAnswer(f *testing.F) {
	fuzzAnswers(f, func(t *testing.T, c *authy.Client) error {
		_, err := c.SendEmail(t.Context(), 1000, authy.CodeOptions{})
		return err
	}, `{"success":true,"message":"Email token was sent","email":"jo@example.com","email_id":"EM01"}`)
}

func FuzzVerificationAnswer(f *testing.F) {
	fuzzAnswers(f, func(t *testing.T, c *authy.Client) error {
		v, err := c.StartVerification(t.Context(), authy.NewVerification{Phone: number()})
		if err == nil && v.ExpiresIn < 0 {
			t.Fatalf("%+v", v)
		}
		return err
	}, `{"carrier":"AT&T Wireless","is_cellphone":true,"is_ported":false,"message":"m","seconds_to_expire":599,"uuid":"a1b2","success":true}`)
}

func FuzzVerificationStatusAnswer(f *testing.F) {
	fuzzAnswers(f, func(t *testing.T, c *authy.Client) error {
		_, err := c.VerificationStatus(t.Context(), number())
		return err
	}, `{"message":"Phone Verification status.","status":"pending","seconds_to_expire":474,"success":true}`)
}

func FuzzPhoneInfoAnswer(f *testing.F) {
	fuzzAnswers(f, func(t *testing.T, c *authy.Client) error {
		_, err := c.PhoneInfo(t.Context(), number())
		return err
	}, `{"message":"Phone number information as of 2017-11-25 23:21:39 UTC","type":"voip","provider":"Pinger","ported":false,"success":true}`)
}

func FuzzAppDetailsAnswer(f *testing.F) {
	fuzzAnswers(f, func(t *testing.T, c *authy.Client) error {
		_, err := c.AppDetails(t.Context())
		return err
	}, `{"app":{"name":"Sample App","plan":"starter","sms_enabled":true,"phone_calls_enabled":true,"app_id":46113,"onetouch_enabled":true},"success":true}`)
}

func FuzzAppStatsAnswer(f *testing.F) {
	fuzzAnswers(f, func(t *testing.T, c *authy.Client) error {
		_, err := c.AppStats(t.Context())
		return err
	}, `{"app_id":46113,"count":1,"stats":[{"api_calls_count":9,"auths_count":4,"month":"June","year":2017}],"total_users":3,"success":true}`)
}

func FuzzCreateApprovalAnswer(f *testing.F) {
	fuzzAnswers(f, func(t *testing.T, c *authy.Client) error {
		id, err := c.CreateApproval(t.Context(), 1000, authy.NewApproval{Message: "m"})
		if (err == nil) != (id != "") || strings.ContainsAny(string(id), "/.%?#") {
			t.Fatalf("%q, %v", id, err)
		}
		return err
	}, approvalCreated)
}

func FuzzApprovalAnswer(f *testing.F) {
	fuzzAnswers(f, func(t *testing.T, c *authy.Client) error {
		a, err := c.ApprovalStatus(t.Context(), approvalID)
		if err == nil && !strings.EqualFold(string(a.ID), approvalID) {
			t.Fatalf("%+v", a)
		}
		return err
	}, approval("approved", `"2017-02-10T01:10:02Z"`), approval("pending", "null"))
}

func FuzzRegistrationAnswer(f *testing.F) {
	fuzzAnswers(f, func(t *testing.T, c *authy.Client) error {
		r, err := c.RegistrationStatus(t.Context(), "jo-7")
		if err == nil && (r.State == authy.RegistrationCompleted) != (r.UserID > 0) {
			t.Fatalf("%+v", r)
		}
		if err == nil && r.State == authy.RegistrationPending {
			return nil
		}
		return err
	}, `{"message":"Registration status.","registration":{"status":"completed","authy_id":1000},"success":true}`)
}

func FuzzWebhookAnswer(f *testing.F) {
	f.Add(`{"webhook":`+hookJSON+`,"message":"Webhook created","success":true}`, `{"webhooks":[`+hookJSON+`],"success":true}`)
	f.Fuzz(func(t *testing.T, created, listed string) {
		body := created
		client := &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) { return response(200, body), nil })}
		dashboard, err := authy.NewDashboard(dashboardKeys(), authy.WithHTTPClient(client))
		if err != nil {
			t.Fatal(err)
		}
		if hook, err := dashboard.CreateWebhook(t.Context(), authy.NewWebhook{Name: "n"}); err == nil && (hook.ID == "" || hook.SigningKey == "") {
			t.Fatalf("%+v", hook)
		}
		body = listed
		_, _ = dashboard.Webhooks(t.Context())
	})
}

func checkCallback(t *testing.T, callback *authy.Callback, err error) {
	t.Helper()
	if (err == nil) != (callback != nil) {
		t.Fatalf("%+v, %v", callback, err)
	}
	if err != nil {
		if !errors.Is(err, authy.ErrBadCallback) {
			t.Fatal(err)
		}
		return
	}
	if (callback.Status != authy.Approved && callback.Status != authy.Denied) || callback.UserID < 1 || callback.ApprovalID == "" {
		t.Fatalf("%+v", callback)
	}
}

func FuzzCallback(f *testing.F) {
	f.Add(testdata(f, "callback.json"))
	f.Add(testdata(f, "callback_plain.json"))
	f.Fuzz(func(t *testing.T, body string) {
		callback, err := authy.ParseCallback([]byte(body))
		checkCallback(t, callback, err)
		r := httptest.NewRequest(http.MethodPost, "/cb", strings.NewReader(body))
		r.Header.Set(signature.HeaderNonce, "1")
		r.Header.Set(signature.HeaderSignature, "1")
		if _, err := answering(t, 200, "").VerifyCallback(r, callbackURL); err == nil {
			t.Fatal("an unsigned callback verifies")
		}
	})
}

func FuzzCallbackQuery(f *testing.F) {
	for _, name := range []string{"callback.json", "callback_plain.json"} {
		query, err := signature.Canonical([]byte(testdata(f, name)))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(query)
	}
	f.Add("a[][b]=1&a[][c]=2&a[]=3&a[x]=4&a=5&[]=6&]x[=7")
	f.Fuzz(func(t *testing.T, query string) {
		callback, err := authy.ParseCallbackQuery(query)
		checkCallback(t, callback, err)
	})
}

func FuzzWebhookDelivery(f *testing.F) {
	f.Add(deliveryForm(delivery(f, jose.HS256, hookKey, registered())).Encode())
	f.Add("body=a.b.c&body=")
	f.Fuzz(func(t *testing.T, body string) {
		event, err := authy.ReadWebhook(httptest.NewRequest(http.MethodPost, "/hook", strings.NewReader(body)), hookKey)
		if (err == nil) != (event != nil) {
			t.Fatalf("%+v, %v", event, err)
		}
	})
}

// FuzzEventObject reads the attributes of an event, which come after the check
// of its signature and are therefore out of reach of the target above.
func FuzzEventObject(f *testing.F) {
	f.Add("s_a", `"x"`, "a")
	f.Add("as_a", `["x",1]`, "a")
	f.Add("i_a", `"7"`, "a")
	f.Fuzz(func(_ *testing.T, key, value, name string) {
		object := authy.EventObject{key: []byte(value)}
		_, _, _, _ = object.Text(name), object.Int(name), object.Bool(name), object.Texts(name)
	})
}
