package authy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Name is the dialect's name: in an application's settings, in challenges and in deliveries.
const Name = "authy"

// Settings are what an application sets for this dialect, as JSON under [Name] in its settings.
type Settings struct {
	// CallbackURL is told about answers to approval requests; "" for nobody. It is signed exactly as it
	// stands here, so it must be the address under which the application knows itself.
	CallbackURL string `json:"callback_url,omitempty"`
	// CallbackMethod is POST (the default) or GET.
	CallbackMethod string `json:"callback_method,omitempty"`
	// Plan is shown by app/details; "starter" when empty.
	Plan string `json:"plan,omitempty"`
}

// Bounds of the settings, in bytes.
const (
	maxCallbackURL = 2048 // what every proxy and server on the way takes
	maxPlan        = 100  // a word on a screen
)

// ReadSettings decodes and checks an application's settings; nothing gives the zero Settings. Members that it
// does not know are refused, so that a misspelt one is noticed.
func ReadSettings(raw json.RawMessage) (Settings, error) {
	var s Settings
	if len(raw) == 0 {
		return s, nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return Settings{}, invalidSetting("", "the authy settings cannot be read: use callback_url, callback_method and plan", err)
	}
	return s, s.Validate()
}

// Validate reports the first setting that cannot work.
func (s Settings) Validate() error {
	switch s.CallbackMethod {
	case "", http.MethodPost, http.MethodGet:
	default:
		return invalidSetting("callback_method", "the callback method is POST or GET", nil)
	}
	if len(s.Plan) > maxPlan {
		return invalidSetting("plan", "the plan is longer than 100 characters", nil)
	}
	if s.CallbackURL == "" {
		return nil
	}
	u, err := url.Parse(s.CallbackURL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return invalidSetting("callback_url", "the callback address is not an http or https one", err)
	case len(s.CallbackURL) > maxCallbackURL:
		return invalidSetting("callback_url", fmt.Sprintf("the callback address is longer than %d characters", maxCallbackURL), nil)
	case u.Fragment != "" || u.User != nil:
		return invalidSetting("callback_url", "the callback address must not carry a fragment, a user or a password", nil)
	case s.method() == http.MethodGet && u.RawQuery != "":
		return invalidSetting("callback_url", "a callback by GET must not have a query of its own: the query is what is signed", nil)
	}
	return nil
}

func invalidSetting(field, message string, cause error) error {
	return &mfa.Error{Code: mfa.Invalid, Field: field, Message: message, Cause: cause}
}

func (s Settings) method() string {
	if s.CallbackMethod == "" {
		return http.MethodPost
	}
	return s.CallbackMethod
}

func (s Settings) plan() string {
	if s.Plan == "" {
		return "starter"
	}
	return s.Plan
}

// settingsOf are those of an application.
func settingsOf(a mfa.Application) (Settings, error) { return ReadSettings(a.Settings.Dialects[Name]) }
