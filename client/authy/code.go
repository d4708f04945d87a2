package authy

import (
	"context"
	"net/netip"
	"net/url"
)

// CodeOptions are the optional parts of sending a code.
type CodeOptions struct {
	// Force sends a message or call even to somebody who has an app.
	Force bool

	// Action binds the code to one purpose, to be repeated when verifying;
	// ActionMessage is shown or spoken with the code.
	Action        string
	ActionMessage string

	Locale string // language of the message, such as "es" or "pt-BR"
	UserIP netip.Addr
}

func (o CodeOptions) check() error {
	if err := checkLength("action", o.Action, maxAction); err != nil {
		return err
	}
	return checkLength("action message", o.ActionMessage, maxAction)
}

func (o CodeOptions) query() url.Values {
	query := url.Values{}
	if o.Force {
		query.Set("force", "true")
	}
	setIf(query, "action", o.Action)
	setIf(query, "action_message", o.ActionMessage)
	setIf(query, "locale", o.Locale)
	setIf(query, "user_ip", addr(o.UserIP))
	return query
}

// SentCode says what became of a code.
type SentCode struct {
	Message   string
	Cellphone string // masked

	// Ignored means that nothing was sent, because the person has an app on
	// the named device: they read the code there.
	Ignored bool
	Device  string
}

// SendSMS sends a code by text message, unless the person has an app.
func (c *Client) SendSMS(ctx context.Context, id UserID, options CodeOptions) (*SentCode, error) {
	return c.sendCode(ctx, "send SMS", "/protected/json/sms/", id, options)
}

// StartCall speaks a code in a phone call, unless the person has an app.
func (c *Client) StartCall(ctx context.Context, id UserID, options CodeOptions) (*SentCode, error) {
	return c.sendCode(ctx, "start call", "/protected/json/call/", id, options)
}

func (c *Client) sendCode(ctx context.Context, op, path string, id UserID, options CodeOptions) (*SentCode, error) {
	if err := id.check(); err != nil {
		return nil, err
	}
	if err := options.check(); err != nil {
		return nil, err
	}
	var wire struct {
		Message   text `json:"message"`
		Cellphone text `json:"cellphone"`
		Ignored   flag `json:"ignored"`
		Device    text `json:"device"`
	}
	if err := c.get(ctx, op, path+id.String(), options.query(), &wire); err != nil {
		return nil, err
	}
	return &SentCode{
		Message: string(wire.Message), Cellphone: string(wire.Cellphone),
		Ignored: bool(wire.Ignored), Device: string(wire.Device),
	}, nil
}

// SentEmail says where a code went.
type SentEmail struct {
	Message string
	Email   string
	EmailID string
}

// SendEmail sends a code by e-mail.
func (c *Client) SendEmail(ctx context.Context, id UserID, options CodeOptions) (*SentEmail, error) {
	if err := id.check(); err != nil {
		return nil, err
	}
	if err := options.check(); err != nil {
		return nil, err
	}
	body := struct {
		Force         bool   `json:"force,omitempty"`
		Action        string `json:"action,omitempty"`
		ActionMessage string `json:"action_message,omitempty"`
		Locale        string `json:"locale,omitempty"`
		UserIP        string `json:"user_ip,omitempty"`
	}{options.Force, options.Action, options.ActionMessage, options.Locale, addr(options.UserIP)}
	var wire struct {
		Message text `json:"message"`
		Email   text `json:"email"`
		EmailID text `json:"email_id"`
	}
	if err := c.post(ctx, "send e-mail", "/protected/json/email/"+id.String(), body, &wire); err != nil {
		return nil, err
	}
	return &SentEmail{Message: string(wire.Message), Email: string(wire.Email), EmailID: string(wire.EmailID)}, nil
}
