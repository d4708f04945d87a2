package loginid

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Settings are what an application sets for this dialect, as JSON under [Name] in its settings. Whose passkeys it
// takes, and from where, stands in the application's own: [mfa.ApplicationSettings.RelyingParty].
type Settings struct {
	// Type is web (the default), native or management.
	Type string `json:"type,omitempty"`
	// URL is the address of the application's pages.
	URL string `json:"url,omitempty"`
	// Issuer is what the tokens of users say; "loginid.io" where it says nothing, which programs in use demand.
	Issuer string `json:"issuer,omitempty"`
	// TokenLife is how long tokens of users may be believed, in seconds. With 0, those of the older generation do
	// not say, and those of the newer one say ten minutes.
	TokenLife int `json:"token_life,omitempty"`
	// RequireToken makes registrations of the newer generation need a token.
	RequireToken bool `json:"require_token,omitempty"`
	// HideUnknownUsers answers for names that nobody has as for others.
	HideUnknownUsers bool `json:"hide_unknown_users,omitempty"`
}

// Types of applications.
const (
	TypeWeb        = "web"
	TypeNative     = "native"
	TypeManagement = "management"
)

// Bounds of the settings.
const (
	maxURL       = 2048         // bytes: what every proxy and server on the way takes
	maxIssuer    = 256          // bytes: an address
	maxTokenLife = 24 * 60 * 60 // seconds: nobody asks whether the user is still there
	issuer       = "loginid.io" // programs in use demand it
	clientIDChar = "-_.="       // beside letters and digits: what survives in JSON, headers, addresses and names of cookies
)

// ReadSettings decodes and checks an application's settings; nothing gives the zero Settings. Members that it does
// not know are refused, so that a misspelt one is noticed.
func ReadSettings(raw json.RawMessage) (Settings, error) {
	var s Settings
	if len(raw) == 0 {
		return s, nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return Settings{}, &mfa.Error{
			Code: mfa.Invalid, Cause: err,
			Message: "the loginid settings cannot be read: use type, url, issuer, token_life, require_token and hide_unknown_users",
		}
	}
	return s, s.Validate()
}

// Validate reports the first setting that cannot work.
func (s Settings) Validate() error {
	switch s.Type {
	case "", TypeWeb, TypeNative, TypeManagement:
	default:
		return badSetting("type", "is web, native or management")
	}
	if len(s.Issuer) > maxIssuer {
		return badSetting("issuer", "is longer than 256 characters")
	}
	if s.TokenLife < 0 || s.TokenLife > maxTokenLife {
		return badSetting("token_life", "is a number of seconds, a day's at most")
	}
	if s.URL == "" {
		return nil
	}
	return s.checkURL()
}

func badSetting(field, problem string) error {
	return &mfa.Error{Code: mfa.Invalid, Field: field, Message: fmt.Sprintf("the %s %s", field, problem)}
}

func (s Settings) checkURL() error {
	u, err := url.Parse(s.URL)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		return badSetting("url", "is not an http or https address such as https://shop.example")
	case len(s.URL) > maxURL:
		return badSetting("url", "is longer than 2048 characters")
	case u.User != nil:
		return badSetting("url", "must not carry a user or a password")
	}
	return nil
}

// clientType is the type in the protocol's words.
func (s Settings) clientType() string {
	if s.Type == "" || s.Type == TypeWeb {
		return "directweb"
	}
	return s.Type
}

func (s Settings) issuer() string {
	if s.Issuer == "" {
		return issuer
	}
	return s.Issuer
}

// settingsOf are those of an application.
func settingsOf(a mfa.Application) (Settings, error) { return ReadSettings(a.Settings.Dialects[Name]) }

// maxClientID bounds a client id, in bytes: those of the service have 86 or 88.
const maxClientID = 128

// errClientID answers to a client id that would not arrive everywhere as it is.
var errClientID = &mfa.Error{
	Code: mfa.Invalid, Field: "client_id",
	Message: "a client id has 1 to 128 letters, digits and the characters - _ . =",
}

func plainClientID(id string) bool {
	if id == "" || len(id) > maxClientID {
		return false
	}
	for _, b := range []byte(id) {
		alphanumeric := b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
		if !alphanumeric && strings.IndexByte(clientIDChar, b) < 0 {
			return false
		}
	}
	return true
}
