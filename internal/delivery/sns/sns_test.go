package sns_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/delivery"
	"github.com/twinseal/twinseal/internal/delivery/deliverytest"
	"github.com/twinseal/twinseal/internal/delivery/sns"
	"github.com/twinseal/twinseal/internal/mfa"
)

const secret = "wJalrXUtnFEMIsampleKEYofnobody"

var message = mfa.Message{Channel: mfa.ChannelSMS, To: "+14155552671", Text: "Your code is 918273 & no more"}

func answer(status int, inner string) deliverytest.Answer {
	return deliverytest.Answer{Status: status, Body: `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error>` + inner + `</Error><RequestId>r</RequestId></ErrorResponse>`}
}

var answers = map[deliverytest.Mode]deliverytest.Answer{
	deliverytest.Accepts: {Status: 200, Body: `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>m-1</MessageId></PublishResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></PublishResponse>`},
	deliverytest.Refuses: answer(400, `<Type>Sender</Type><Code>InvalidParameter</Code><Message>Invalid parameter: PhoneNumber +14155552671</Message>`),
	deliverytest.Limits:  answer(400, `<Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message>`),
	deliverytest.Breaks:  answer(500, `<Type>Receiver</Type><Code>InternalFailure</Code><Message>x</Message>`),
	deliverytest.Babbles: {Status: 200, Body: `well then`},
}

func check(t *testing.T, r *http.Request, body []byte) {
	t.Helper()
	got, err := url.ParseQuery(string(body))
	if err != nil {
		t.Errorf("body %s: %v", body, err)
	}
	attributes := map[string]string{}
	for _, entry := range []string{"1", "2"} {
		attributes[got.Get("MessageAttributes.entry."+entry+".Name")] = got.Get("MessageAttributes.entry." + entry + ".Value.StringValue")
	}
	if got.Get("Action") != "Publish" || got.Get("PhoneNumber") != message.To || got.Get("Message") != message.Text ||
		attributes["AWS.SNS.SMS.SMSType"] != "Transactional" || attributes["AWS.SNS.SMS.SenderID"] != "ACME" {
		t.Errorf("form %v", got)
	}
	if auth := r.Header.Get("Authorization"); !strings.Contains(auth, "Credential=AKIASAMPLE/") || !strings.Contains(auth, "/eu-west-1/sns/aws4_request") {
		t.Errorf("authorization %s", auth)
	}
}

func TestSender(t *testing.T) {
	t.Parallel()
	deliverytest.Run(t, deliverytest.Subject{
		New: func(t *testing.T, m deliverytest.Mode) mfa.Sender {
			t.Helper()
			s, err := sns.New(sns.Config{
				Region: "eu-west-1", AccessKey: "AKIASAMPLE", SecretKey: mfa.SecretText(secret), SenderID: "ACME",
				BaseURL: deliverytest.Provider{Check: check, Answers: answers}.Start(t, m),
			}, deliverytest.Client(t, delivery.Client()))
			if err != nil {
				t.Fatal(err)
			}
			return s
		},
		Message: message,
		Unsuitable: map[string]mfa.Message{
			"voice": {Channel: mfa.ChannelVoice, To: "+1"}, "to nobody": {Channel: mfa.ChannelSMS},
		},
		Secrets: []string{secret},
	})
}

func TestConfigurationIsChecked(t *testing.T) {
	t.Parallel()
	good := sns.Config{Region: "eu-west-1", AccessKey: "AKIASAMPLE", SecretKey: mfa.SecretText(secret)}
	if _, err := sns.New(good, nil); err != nil {
		t.Errorf("a good one: %v", err)
	}
	for setting, spoil := range map[string]func(*sns.Config){
		"region":     func(c *sns.Config) { c.Region = "example.com/" },
		"access_key": func(c *sns.Config) { c.SecretKey = mfa.Secret{} },
		"sender_id":  func(c *sns.Config) { c.SenderID = "A company" },
		"base_url":   func(c *sns.Config) { c.BaseURL = "http://example.com" },
	} {
		c := good
		spoil(&c)
		if _, err := sns.New(c, nil); err == nil || !strings.HasPrefix(err.Error(), "sns: "+setting) || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: got %v", setting, err)
		}
	}
}
