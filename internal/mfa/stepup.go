package mfa

import (
	"encoding/json"
	"slices"
	"time"
)

// StepUp says how an application's actions are challenged.
type StepUp struct {
	Name string `json:"name,omitempty"` // shown to people; "": the application's
	// Methods are settings of their own; see [StepUp.Active] for those that are absent.
	Methods map[Method]MethodSettings `json:"methods,omitempty"`
	// DefaultResult is of actions that neither a rule nor their configuration decides; "": challenge.
	DefaultResult ActionOutcome `json:"default_result,omitempty"`
	TokenMinutes  int           `json:"token_minutes,omitempty"` // 0: DefaultTokenLife
	// RedirectURLs are where people may be sent after a challenge: the same scheme, host and port, and a path below. None:
	// wherever the application's server says.
	RedirectURLs []string `json:"redirect_urls,omitempty"`
	// FrameOrigins are whose pages may frame the challenge; none: those of RedirectURLs and of the relying party.
	FrameOrigins []string `json:"frame_origins,omitempty"`
	CustomDomain string   `json:"custom_domain,omitempty"` // origin of the challenge pages; "": the server's
	// CustomDomains are the others that a request may name.
	CustomDomains []string `json:"custom_domains,omitempty"`
	RememberDays  int      `json:"remember_days,omitempty"` // for which people may ask not to be challenged; 0: not offered

	DisableRecovery            bool  `json:"disable_recovery,omitempty"`
	SkipRecoveryOnProgrammatic bool  `json:"skip_recovery_on_programmatic,omitempty"` // enrolled by the application's server
	HideRecoveryOnEnrollment   bool  `json:"hide_recovery_on_enrollment,omitempty"`
	HideSuccess                *bool `json:"hide_success,omitempty"` // nil: nothing was said
	AllowDeleting              bool  `json:"allow_deleting,omitempty"`
	AllowDisabling             bool  `json:"allow_disabling,omitempty"`
	RedirectOnExpiry           bool  `json:"redirect_on_expiry,omitempty"`
	HideLogo                   bool  `json:"hide_logo,omitempty"`

	SignWithRSA        bool `json:"sign_with_rsa,omitempty"` // tokens are RS256 by the server's key, else HS256 by the application's
	RequireSignedPush  bool `json:"require_signed_push,omitempty"`
	RequireAttestation bool `json:"require_attestation,omitempty"`

	EventsURL string      `json:"events_url,omitempty"` // hears of authenticators
	LogsURL   string      `json:"logs_url,omitempty"`   // gets the log
	Clients   []AppClient `json:"clients,omitempty"`

	// Theme and Words are overrides, checked by whoever writes them and read by the pages.
	Theme json.RawMessage `json:"theme,omitempty"`
	Words json.RawMessage `json:"words,omitempty"`
}

// AppClient is one for which sessions are opened.
type AppClient struct {
	ID             string `json:"id"`
	Name           string `json:"name,omitempty"`
	AccessMinutes  int    `json:"access_minutes,omitempty"`  // 0: DefaultAccessLife
	RefreshMinutes int    `json:"refresh_minutes,omitempty"` // 0: DefaultRefreshLife
}

// Rate is at most Limit in any window of Minutes.
type Rate struct {
	Limit   int `json:"limit"`
	Minutes int `json:"minutes"`
}

// MethodSettings are those of one method. Zero fields mean the default.
type MethodSettings struct {
	Active         *bool           `json:"active,omitempty"`
	EditableByUser *bool           `json:"editable_by_user,omitempty"` // nil: yes
	HiddenToUser   *bool           `json:"hidden_to_user,omitempty"`   // nil: no
	AllowMultiple  *bool           `json:"allow_multiple,omitempty"`   // of one user; nil: as the method has it
	CodeDigits     int             `json:"code_digits,omitempty"`      // 0: DefaultPromptDigits
	SessionMinutes int             `json:"session_minutes,omitempty"`  // in which a code or question counts; 0: DefaultPromptLife
	Verify         *Rate           `json:"verify,omitempty"`           // of answers; nil: [Limits.WrongPrompts]
	Send           *Rate           `json:"send,omitempty"`             // of messages; nil: [Limits.PromptSends]
	Countries      []string        `json:"countries,omitempty"`        // to whose numbers messages go; none: all
	HookURL        string          `json:"hook_url,omitempty"`         // sends in our place
	Channel        string          `json:"channel,omitempty"`          // of SMS: DEFAULT or WHATSAPP
	Sender         string          `json:"sender,omitempty"`
	Issuer         string          `json:"issuer,omitempty"`    // of TOTP; "": the application's name
	LinkMode       string          `json:"link_mode,omitempty"` // of magic links: NEW_TAB or ORIGINAL_TAB
	Template       json.RawMessage `json:"template,omitempty"`  // of messages
	RedirectURLs   []string        `json:"redirect_urls,omitempty"`
	Recovery       []Method        `json:"recovery,omitempty"` // by which a lost one is replaced
	// Rest is what only the management API reads back.
	Rest json.RawMessage `json:"rest,omitempty"`
}

// What holds where nothing is said, and the longest that may be.
const (
	DefaultTokenLife    = 10 * time.Minute
	DefaultPromptLife   = 10 * time.Minute
	DefaultPromptDigits = 6
	DefaultAccessLife   = 15 * time.Minute
	DefaultRefreshLife  = 30 * 24 * time.Hour
	MinPromptDigits     = 2 // as the vendor's service has it; attempts are bounded all the same
	MaxPromptDigits     = 10
	MaxRememberDays     = 365
)

// DefaultStepUp is that of an application that says nothing.
func DefaultStepUp() StepUp { return StepUp{DefaultResult: OutcomeChallenge} }

// StepUpSettings are the application's, with its defaults.
func (a Application) StepUpSettings() StepUp {
	s := DefaultStepUp()
	if a.Settings.StepUp != nil {
		s = *a.Settings.StepUp
	}
	if s.DefaultResult == "" {
		s.DefaultResult = OutcomeChallenge
	}
	return s
}

// TokenLife is how long a token for one action counts.
func (s StepUp) TokenLife() time.Duration { return orDefault(s.TokenMinutes, DefaultTokenLife) }

// PromptLife is how long a code or question counts.
func (m MethodSettings) PromptLife() time.Duration {
	return orDefault(m.SessionMinutes, DefaultPromptLife)
}

// Digits is the length of codes.
func (m MethodSettings) Digits() int {
	if m.CodeDigits == 0 {
		return DefaultPromptDigits
	}
	return m.CodeDigits
}

// AccessLife is how long an access token counts.
func (c AppClient) AccessLife() time.Duration { return orDefault(c.AccessMinutes, DefaultAccessLife) }

// RefreshLife is how long a session can be continued.
func (c AppClient) RefreshLife() time.Duration {
	return orDefault(c.RefreshMinutes, DefaultRefreshLife)
}

func orDefault(minutes int, otherwise time.Duration) time.Duration {
	if minutes <= 0 {
		return otherwise
	}
	return time.Duration(minutes) * time.Minute
}

// Client finds a client by its id.
func (s StepUp) Client(id string) (AppClient, bool) {
	i := slices.IndexFunc(s.Clients, func(c AppClient) bool { return c.ID == id })
	if i < 0 {
		return AppClient{}, false
	}
	return s.Clients[i], true
}

// ActiveMethods lists what the application's people can prove themselves with, the strongest first.
func (a Application) ActiveMethods() []Method {
	var active []Method
	for _, m := range Methods() {
		if a.MethodActive(m) {
			active = append(active, m)
		}
	}
	return active
}

// MethodActive reports whether a method is on: it is said to be, or nothing is said and the application can do it. What
// needs a hook or an app of the application's own has to be said.
func (a Application) MethodActive(m Method) bool {
	if s := a.Settings.StepUp; s != nil {
		if set, said := s.Methods[m]; said && set.Active != nil {
			return *set.Active && a.can(m)
		}
	}
	switch m {
	case MethodWhatsApp, MethodQRCode, MethodInApp, MethodDevice:
		return false
	case MethodRecovery:
		return a.Settings.StepUp == nil || !a.Settings.StepUp.DisableRecovery
	}
	return a.can(m)
}

// can reports whether the application's switches let the method work.
func (a Application) can(m Method) bool {
	on := a.Settings
	switch m {
	case MethodSMS:
		return on.SMS
	case MethodEmailOTP, MethodMagicLink:
		return on.Email
	case MethodTOTP:
		return on.GenericTOTP
	case MethodPasskey, MethodSecurityKey:
		return on.RelyingParty != nil
	case MethodPush:
		return on.Approvals
	}
	return true
}

// Method gives the settings of one.
func (s StepUp) Method(m Method) MethodSettings { return s.Methods[m] }
