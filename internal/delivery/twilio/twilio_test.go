package twilio_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/delivery"
	"github.com/twinseal/twinseal/internal/delivery/deliverytest"
	"github.com/twinseal/twinseal/internal/delivery/twilio"
	"github.com/twinseal/twinseal/internal/mfa"
)

const (
	account = "AC00000000000000000000000000000001"
	apiKey  = "SK00000000000000000000000000000002"
	service = "MG00000000000000000000000000000003"
	token   = "auth-token-of-the-account"
)

var answers = map[deliverytest.Mode]deliverytest.Answer{
	deliverytest.Accepts: {Status: 201, Body: `{"sid":"SM123","status":"queued","to":"+14155552671"}`},
	deliverytest.Refuses: {Status: 400, Body: `{"code":21211,"message":"The 'To' number +14155552671 is not a valid phone number.","status":400}`},
	deliverytest.Limits:  {Status: 429, Body: `{"code":20429,"message":"Too Many Requests","status":429}`},
	deliverytest.Breaks:  {Status: 503, Body: `<html>try again</html>`},
	deliverytest.Babbles: {Status: 200, Body: `ok`},
}

// form checks what every request has in common and gives its form.
func form(t *testing.T, r *http.Request, body []byte, path, user string) url.Values {
	t.Helper()
	gotUser, gotPassword, _ := r.BasicAuth()
	if r.Method != http.MethodPost || r.URL.RequestURI() != path || gotUser != user || gotPassword != token ||
		r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		t.Errorf("request %s %s by %q with %v", r.Method, r.URL, gotUser, r.Header)
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		t.Errorf("body %q: %v", body, err)
	}
	return values
}

func sender(t *testing.T, c twilio.Config, p deliverytest.Provider, m deliverytest.Mode) mfa.Sender {
	t.Helper()
	c.AccountSID, c.AuthToken, c.BaseURL = account, mfa.SecretText(token), p.Start(t, m)+"/"
	s, err := twilio.New(c, deliverytest.Client(t, delivery.Client()))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSMS(t *testing.T) {
	t.Parallel()
	message := mfa.Message{Channel: mfa.ChannelSMS, To: "+14155552671", Text: "Your code is 918273 & no more"}
	for from, field := range map[string]string{"+15005550006": "From", "ACME": "From", service: "MessagingServiceSid"} {
		t.Run(from, func(t *testing.T) {
			t.Parallel()
			p := deliverytest.Provider{Answers: answers, Check: func(t *testing.T, r *http.Request, body []byte) {
				t.Helper()
				got := form(t, r, body, "/2010-04-01/Accounts/"+account+"/Messages.json", account)
				want := url.Values{"To": {message.To}, "Body": {message.Text}, field: {from}}
				if got.Encode() != want.Encode() {
					t.Errorf("form %v", got)
				}
			}}
			deliverytest.Run(t, deliverytest.Subject{
				New: func(t *testing.T, m deliverytest.Mode) mfa.Sender {
					t.Helper()
					return sender(t, twilio.Config{From: from}, p, m)
				},
				Message:    message,
				Unsuitable: map[string]mfa.Message{"mail": {Channel: mfa.ChannelEmail, To: "a@example.com"}, "to nobody": {Channel: mfa.ChannelSMS}},
				Secrets:    []string{token},
			})
		})
	}
}

func TestVoice(t *testing.T) {
	t.Parallel()
	message := mfa.Message{Channel: mfa.ChannelVoice, To: "+4930901820", Text: "about", Speech: "Ihr Code: 9, 1, 8 <nur für Sie>", Locale: "de"}
	p := deliverytest.Provider{Answers: answers, Check: func(t *testing.T, r *http.Request, body []byte) {
		t.Helper()
		got := form(t, r, body, "/2010-04-01/Accounts/"+account+"/Calls.json", apiKey)
		const said = `<Say language="de-DE">Ihr Code: 9, 1, 8 &lt;nur für Sie&gt;</Say>`
		if want := "<Response>" + said + `<Pause length="1"></Pause>` + said + "</Response>"; got.Get("Twiml") != want {
			t.Errorf("twiml %s", got.Get("Twiml"))
		}
	}}
	deliverytest.Run(t, deliverytest.Subject{
		New: func(t *testing.T, m deliverytest.Mode) mfa.Sender {
			t.Helper()
			return sender(t, twilio.Config{From: "+15005550006", APIKey: apiKey}, p, m)
		},
		Message: message,
		Secrets: []string{token},
	})
}

func TestVoicesSpeakTheLocale(t *testing.T) {
	t.Parallel()
	for locale, want := range map[string]string{"": "en-US", "fr": "fr-FR", "pt": "pt-BR", "pt-PT": "pt-PT", "es_mx": "es-MX", "tlh": "en-US", "zh-Hans": "en-US"} {
		p := deliverytest.Provider{Answers: answers, Check: func(t *testing.T, _ *http.Request, body []byte) {
			t.Helper()
			if values, _ := url.ParseQuery(string(body)); !strings.Contains(values.Get("Twiml"), `"`+want+`">hello`) {
				t.Errorf("%q: %s", locale, values.Get("Twiml"))
			}
		}}
		s := sender(t, twilio.Config{From: "+15005550006"}, p, deliverytest.Accepts)
		if _, err := s.Send(t.Context(), mfa.Message{Channel: mfa.ChannelVoice, To: "+1", Text: "hello", Locale: locale}); err != nil {
			t.Error(err)
		}
	}
}

func TestCallsNeedANumberAsSender(t *testing.T) {
	t.Parallel()
	s := sender(t, twilio.Config{From: service}, deliverytest.Provider{}, deliverytest.Absent)
	if _, err := s.Send(t.Context(), mfa.Message{Channel: mfa.ChannelVoice, To: "+1"}); !mfa.IsPermanent(err) {
		t.Errorf("got %v", err)
	}
}

func TestTheErrorNumberSurvives(t *testing.T) {
	t.Parallel()
	p := deliverytest.Provider{Answers: answers, Check: func(*testing.T, *http.Request, []byte) {}}
	_, err := sender(t, twilio.Config{From: "ACME"}, p, deliverytest.Refuses).Send(t.Context(), mfa.Message{Channel: mfa.ChannelSMS, To: "+1"})
	if err == nil || err.Error() != "twilio answered 400, error 21211 (see https://www.twilio.com/docs/errors/21211)" {
		t.Errorf("got %v", err)
	}
}

func TestConfigurationIsChecked(t *testing.T) {
	t.Parallel()
	good := twilio.Config{AccountSID: account, AuthToken: mfa.SecretText(token), From: "ACME"}
	if _, err := twilio.New(good, nil); err != nil {
		t.Errorf("a good one: %v", err)
	}
	for setting, spoil := range map[string]func(*twilio.Config){
		"account_sid": func(c *twilio.Config) { c.AccountSID = "AC1" },
		"auth_token":  func(c *twilio.Config) { c.AuthToken = mfa.Secret{} },
		"api_key":     func(c *twilio.Config) { c.APIKey = account },
		"from":        func(c *twilio.Config) { c.From = "" },
		"base_url":    func(c *twilio.Config) { c.BaseURL = "http://example.com" },
	} {
		c := good
		spoil(&c)
		if _, err := twilio.New(c, nil); err == nil || !strings.HasPrefix(err.Error(), "twilio: "+setting) || strings.Contains(err.Error(), token) {
			t.Errorf("%s: got %v", setting, err)
		}
	}
}
