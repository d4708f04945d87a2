package authsignal

import (
	"context"
	"net/http"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// messageNews is a message that the application is to send in our place. All members are texts.
type messageNews struct {
	To                 string `json:"to,omitempty"`
	Code               string `json:"code,omitempty"`
	URL                string `json:"url,omitempty"`
	ChallengeID        string `json:"challengeId,omitempty"`
	UserID             string `json:"userId,omitempty"`
	ActionCode         string `json:"actionCode,omitempty"`
	IdempotencyKey     string `json:"idempotencyKey,omitempty"`
	VerificationMethod string `json:"verificationMethod,omitempty"`
	UserAgent          string `json:"userAgent,omitempty"`
	IPAddress          string `json:"ipAddress,omitempty"`
	Locale             string `json:"locale,omitempty"`
}

// renderMessage hands a message to the application's own hook. Somebody waits for it.
func (d *Dialect) renderMessage(ctx context.Context, c *mfa.Caller, e mfa.Event, m stepup.Handout) (*http.Request, error) {
	news := messageNews{
		To: m.To, Code: m.Code, URL: m.Link, UserID: m.UserAlias, ActionCode: m.Action, IdempotencyKey: m.Key,
		VerificationMethod: methodWords[m.Method], UserAgent: m.UserAgent, IPAddress: m.IP, Locale: m.Locale,
	}
	kind := hookSMS
	switch m.Method {
	case mfa.MethodEmailOTP, mfa.MethodMagicLink:
		kind = hookEmail
	case mfa.MethodPush:
		kind = hookPush
		news.ChallengeID = string(m.Prompt)
	}
	out := d.envelopeFor(c, string(e.ID), kind, e.At)
	out.Data = news
	return d.hookRequest(ctx, c, m.URL, out)
}
