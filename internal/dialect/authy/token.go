package authy

import (
	"context"

	"github.com/twinseal/twinseal/internal/mfa"
)

// verified starts with message, token and success in this order: one client searches the raw bytes, another
// reads no further than the first twenty JSON tokens. Success is a text here and nowhere else.
type verified struct {
	Message string       `json:"message"`
	Token   string       `json:"token"`
	Success string       `json:"success"`
	Device  *tokenDevice `json:"device,omitempty"`
}

// tokenDevice describes what matched. We do not know where it is, so the places are null.
type tokenDevice struct {
	City                  *string `json:"city"`
	Country               *string `json:"country"`
	IP                    *string `json:"ip"`
	Region                *string `json:"region"`
	RegistrationCity      *string `json:"registration_city"`
	RegistrationCountry   *string `json:"registration_country"`
	RegistrationDeviceID  *int64  `json:"registration_device_id"`
	RegistrationIP        *string `json:"registration_ip"`
	RegistrationMethod    *string `json:"registration_method"`
	RegistrationRegion    *string `json:"registration_region"`
	OSType                string  `json:"os_type"`
	LastAccountRecoveryAt *int64  `json:"last_account_recovery_at"`
	ID                    *int64  `json:"id"`
	RegistrationDate      *int64  `json:"registration_date"`
	LastSyncDate          *int64  `json:"last_sync_date"`
}

// verify checks digits that a user typed. A token that is not one by its form is wrong whatever the
// application's settings: a path like verify/..%2Fsms/1 must never end in success.
func (d *Dialect) verify(ctx context.Context, c *call) (any, error) {
	force, action := c.params.flag("force", false), c.params.text("action")
	if err := c.params.failed(); err != nil {
		return nil, err
	}
	if len(action) > mfa.MaxActionLength {
		return nil, badParameter("action", "is longer than 255 characters")
	}
	ref, err := c.user()
	if err != nil {
		return nil, err
	}
	check := mfa.TokenCheck{Caller: c.caller, User: ref, Token: c.path["token"], Force: force, Action: action, Source: c.source}
	if !tokenLike(check.Token) {
		check.Token, check.Force = "", true
	}
	result, err := d.service.CheckToken(ctx, check)
	if err != nil {
		return nil, err
	}
	return verdict(result)
}

// Lengths of tokens that the protocol's clients send.
const (
	minToken = 4
	maxToken = 12
)

func tokenLike(token string) bool {
	return len(token) >= minToken && len(token) <= maxToken && digits(token)
}

func verdict(result mfa.TokenResult) (any, error) {
	switch result.Outcome {
	case mfa.TokenAccepted, mfa.TokenWaved:
		return verified{Message: "Token is valid.", Token: "is valid", Success: "true", Device: matched(result)}, nil
	case mfa.TokenReplayed:
		return nil, &refusal{failure: failReplayed, token: true}
	case mfa.TokenLimited:
		return nil, &refusal{failure: failLimited, retryAfter: result.RetryAfter}
	}
	return nil, &refusal{failure: failToken, token: true}
}

// channelWords are the registration methods that stand for sent codes.
var channelWords = map[mfa.Channel]string{mfa.ChannelSMS: "sms", mfa.ChannelVoice: "call", mfa.ChannelEmail: "email"}

func matched(result mfa.TokenResult) *tokenDevice {
	if a := result.Authenticator; a != nil {
		from, at := a.Number, epoch(a.CreatedAt)
		out := &tokenDevice{OSType: osType(*a), RegistrationMethod: registrationMethod(*a), ID: &from, RegistrationDate: &at}
		data := addresses(*a)
		out.IP, out.RegistrationIP = text(data.LastIP), text(data.RegisteredIP)
		if !a.LastUsedAt.IsZero() {
			used := epoch(a.LastUsedAt)
			out.LastSyncDate = &used
		}
		return out
	}
	if word, ok := channelWords[result.Channel]; ok {
		return &tokenDevice{OSType: "sms", RegistrationMethod: text(word)}
	}
	return nil
}

// addresses are those of a device; other means have none.
func addresses(a mfa.Authenticator) mfa.DeviceData {
	if a.Kind != mfa.KindDevice {
		return mfa.DeviceData{}
	}
	return a.Addresses()
}
