package mfa

import (
	"cmp"
	"net/url"

	"github.com/twinseal/twinseal/internal/text"
)

// Wording speaks a user's language: the one the request names, else the user's own, else that of the
// phone's country.
func Wording(locale string, u User, phone Phone) text.Wording {
	if locale == "" {
		locale = u.Locale
	}
	hints := text.Hints{CallingCode: phone.CountryCode}
	if !phone.Empty() {
		hints.Region = phone.Region()
	}
	return text.For(locale, hints)
}

// Worded puts a wording's message on its way by a channel.
func Worded(say text.Wording, c *Caller, channel Channel, to string, m text.Message) Message {
	return Message{
		Channel: channel, To: to, Subject: m.Subject, Text: m.Text, HTML: m.HTML, Speech: m.Speech,
		Locale: string(say.Locale()), From: c.Application.Name,
	}
}

func (s *Service) codeMessage(in SendCode, u User, code SentCode) Message {
	say := Wording(in.Locale, u, u.Phone)
	what := text.Code{App: in.Caller.Application.Name, Code: string(code.Secret.Reveal()), ActionMessage: in.ActionMessage}
	switch in.Channel {
	case ChannelVoice:
		return Worded(say, in.Caller, ChannelVoice, u.Phone.E164(), say.CodeVoice(what))
	case ChannelEmail:
		return Worded(say, in.Caller, ChannelEmail, u.Email(), say.CodeMail(what))
	default:
		return Worded(say, in.Caller, ChannelSMS, u.Phone.E164(), text.Message{Text: say.CodeSMS(what)})
	}
}

func (s *Service) installMessage(c *Caller, u User, link LinkCode) Message {
	say := Wording("", u, u.Phone)
	// The code stands in the fragment, which browsers do not send and servers do not log.
	address := s.options.PublicURL + "/authenticator#code=" + url.QueryEscape(link.Code)
	return Worded(say, c, ChannelSMS, u.Phone.E164(), text.Message{Text: say.InstallSMS(text.Install{App: c.Application.Name, URL: address})})
}

func (s *Service) openAppMessage(c *Caller, u User) Message {
	say := Wording("", u, u.Phone)
	return Worded(say, c, ChannelPush, "", say.OpenAppPush(c.Application.Name))
}

func (s *Service) approvalMessage(in AskApproval, u User, asked Challenge) Message {
	say := Wording("", u, u.Phone)
	m := say.ApprovalPush(text.Approval{App: in.Caller.Application.Name, Message: asked.Message})
	m.Subject, m.Text = cmp.Or(in.PushTitle, m.Subject), cmp.Or(in.PushBody, m.Text)
	return Worded(say, in.Caller, ChannelPush, "", m)
}

// linkedNotice tells an owner by mail that a device was linked, so that a stranger's device is noticed.
func (s *Service) linkedNotice(c *Caller, u User, device Authenticator) Message {
	say := Wording("", u, u.Phone)
	return Worded(say, c, ChannelEmail, u.Email(), say.DeviceLinked(text.Notice{App: c.Application.Name, Device: device.Name}))
}

// linkURI is what the linking QR holds.
func linkURI(server, code string) string {
	return "twinseal://link?" + url.Values{"server": {server}, "code": {code}}.Encode()
}
