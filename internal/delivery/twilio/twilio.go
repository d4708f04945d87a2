// Package twilio sends text messages and makes calls through Twilio.
//
// It speaks the two REST requests itself instead of using Twilio's library, which in the version at hand
// takes no context, leaves the body of a refused request open, reads settings from the environment and
// puts the recipient's number into its errors.
package twilio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/twinseal/twinseal/internal/delivery"
	"github.com/twinseal/twinseal/internal/mfa"
)

// Config is an account at Twilio.
type Config struct {
	AccountSID string // AC…
	AuthToken  mfa.Secret
	// APIKey, when set, is the SK… that AuthToken is the secret of.
	APIKey string
	// From is a number (+14155552671), an alphanumeric sender, or a messaging service (MG…). Calls need a number.
	From string
	// BaseURL takes the place of https://api.twilio.com; "" for Twilio itself.
	BaseURL string
}

const (
	provider    = "twilio"
	defaultBase = "https://api.twilio.com"
	sidLength   = 34
	// maxText is Twilio's limit of a message; beyond it the request is refused.
	maxText = 1600
)

// Check says what is wrong with the configuration.
func (c Config) Check() error {
	switch {
	case !isSID(c.AccountSID, "AC"):
		return errors.New("twilio: account_sid must be the 34 characters that start with AC in Twilio's console")
	case c.AuthToken.Empty():
		return errors.New("twilio: auth_token is missing")
	case c.APIKey != "" && !isSID(c.APIKey, "SK"):
		return errors.New("twilio: api_key must be the 34 characters that start with SK")
	case c.From == "":
		return errors.New("twilio: from is missing: give a number such as +14155552671 or a messaging service (MG…)")
	case c.BaseURL != "":
		return delivery.CheckAddress("twilio: base_url", c.BaseURL, false)
	}
	return nil
}

func isSID(text, prefix string) bool {
	return len(text) == sidLength && strings.HasPrefix(text, prefix) && !strings.ContainsAny(text, "/?#")
}

// Sender sends by SMS and voice.
type Sender struct {
	config Config
	client *http.Client
}

// New checks the configuration. A nil client means [delivery.Client].
func New(c Config, client *http.Client) (*Sender, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	if c.BaseURL == "" {
		c.BaseURL = defaultBase
	}
	if client == nil {
		client = delivery.Client()
	}
	return &Sender{config: c, client: client}, nil
}

// Send posts a message or a call; the reference is its SID.
func (s *Sender) Send(ctx context.Context, m mfa.Message) (string, error) {
	resource, form, err := s.form(m)
	if err != nil {
		return "", err
	}
	address := strings.TrimSuffix(s.config.BaseURL, "/") + "/2010-04-01/Accounts/" + s.config.AccountSID + "/" + resource + ".json"
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return "", mfa.Permanent(delivery.WithoutAddress(err))
	}
	user := s.config.APIKey
	if user == "" {
		user = s.config.AccountSID
	}
	r.SetBasicAuth(user, string(s.config.AuthToken.Reveal()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, body, err := delivery.Call(ctx, s.client, provider, r)
	if err != nil {
		return "", err
	}
	return judge(status, body)
}

func (s *Sender) form(m mfa.Message) (resource string, form url.Values, err error) {
	if m.To == "" {
		return "", nil, delivery.Unsuitable(provider, "it goes to nobody")
	}
	form = url.Values{"To": {m.To}}
	switch m.Channel {
	case mfa.ChannelSMS:
		form.Set("Body", shorten(m.Text))
		if isSID(s.config.From, "MG") {
			form.Set("MessagingServiceSid", s.config.From)
		} else {
			form.Set("From", s.config.From)
		}
		return "Messages", form, nil
	case mfa.ChannelVoice:
		if !strings.HasPrefix(s.config.From, "+") {
			return "", nil, delivery.Unsuitable(provider, "calls need a number as from")
		}
		form.Set("From", s.config.From)
		form.Set("Twiml", speech(m))
		return "Calls", form, nil
	case mfa.ChannelEmail, mfa.ChannelPush:
	}
	return "", nil, delivery.Unsuitable(provider, fmt.Sprintf("it carries sms and voice, not %s", m.Channel))
}

func shorten(text string) string {
	if len(text) <= maxText {
		return text
	}
	return strings.ToValidUTF8(text[:maxText], "")
}

// judge reads what Twilio made of the request. A success without a SID is a success: sending again would
// send twice.
func judge(status int, body []byte) (string, error) {
	var answer struct {
		SID  string `json:"sid"`
		Code int    `json:"code"`
	}
	if json.Unmarshal(body, &answer) != nil {
		answer.SID, answer.Code = "", 0
	}
	if status >= http.StatusOK && status < http.StatusMultipleChoices {
		if answer.SID == "" {
			return "status " + strconv.Itoa(status), nil
		}
		return answer.SID, nil
	}
	number := ""
	if answer.Code != 0 {
		number = strconv.Itoa(answer.Code) + " (see https://www.twilio.com/docs/errors/" + strconv.Itoa(answer.Code) + ")"
	}
	return "", delivery.Refusal(provider, status, number)
}
