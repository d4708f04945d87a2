package authy

import (
	"context"

	"github.com/twinseal/twinseal/internal/mfa"
)

// sent starts with success: a shell client looks for it, and after it for the word "sent".
type sent struct {
	Success   bool   `json:"success"`
	Message   string `json:"message"`
	Cellphone string `json:"cellphone"`
}

// ignored is the answer when nothing was sent. Clients test whether the key "ignored" is there at all.
type ignored struct {
	Message   string  `json:"message"`
	Cellphone string  `json:"cellphone,omitempty"`
	Email     string  `json:"email,omitempty"`
	Device    *string `json:"device"`
	Ignored   bool    `json:"ignored"`
	Success   bool    `json:"success"`
}

type mailed struct {
	Success bool   `json:"success"`
	Message string `json:"message"`
	Email   string `json:"email"`
	EmailID string `json:"email_id"`
}

// The sentences for people whose device makes codes by itself. The two spaces are the service's own.
const (
	ignoredSMS   = "Ignored: SMS is not needed for smartphones. Pass force=true if you want to actually send it anyway."
	ignoredCall  = "Call ignored. User is using  App Tokens and this call is not necessary. Pass force=true if you still want to call users that are using the App."
	ignoredEmail = "Ignored: Email is not needed for smartphones. Pass force=true if you want to actually send it anyway."
)

func (d *Dialect) sendSMS(ctx context.Context, c *call) (any, error) {
	result, err := d.sendCode(ctx, c, mfa.ChannelSMS)
	if err != nil {
		return nil, err
	}
	if result.Ignored {
		return ignored{Message: ignoredSMS, Cellphone: maskedSent(result.User.Phone), Device: deviceWord(result), Ignored: true, Success: true}, nil
	}
	return sent{true, "SMS token was sent", maskedSent(result.User.Phone)}, nil
}

func (d *Dialect) startCall(ctx context.Context, c *call) (any, error) {
	result, err := d.sendCode(ctx, c, mfa.ChannelVoice)
	if err != nil {
		return nil, err
	}
	if result.Ignored {
		return ignored{Message: ignoredCall, Cellphone: maskedSent(result.User.Phone), Device: deviceWord(result), Ignored: true, Success: true}, nil
	}
	return sent{true, "Call started...", maskedSent(result.User.Phone)}, nil
}

func (d *Dialect) sendEmail(ctx context.Context, c *call) (any, error) {
	result, err := d.sendCode(ctx, c, mfa.ChannelEmail)
	if err != nil {
		return nil, err
	}
	if result.Ignored {
		return ignored{Message: ignoredEmail, Email: result.User.Email(), Device: deviceWord(result), Ignored: true, Success: true}, nil
	}
	return mailed{true, "Email token was sent", result.User.Email(), sid("EM", result.CodeID)}, nil
}

// sendCode hands a request to the domain. "shortcode" and "via" chose among the service's own senders and
// mean nothing here.
func (d *Dialect) sendCode(ctx context.Context, c *call, by mfa.Channel) (mfa.SentResult, error) {
	in := mfa.SendCode{
		Caller: c.caller, Channel: by, Source: c.source, Force: c.params.flag("force", false), Action: c.params.text("action"),
		ActionMessage: c.params.text("action_message"), Locale: c.params.text("locale"),
	}
	if err := c.params.failed(); err != nil {
		return mfa.SentResult{}, err
	}
	var err error
	if in.User, err = c.user(); err != nil {
		return mfa.SentResult{}, err
	}
	return d.service.SendCode(ctx, in)
}

func deviceWord(result mfa.SentResult) *string {
	if result.Device == nil {
		return nil
	}
	return text(osType(*result.Device))
}
