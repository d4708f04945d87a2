// Package text is the wording of everything Twinseal says to people, by locale
// and channel. It is pure: it knows the words, not when or to whom they go.
//
// For picks a locale and gives its Wording; each method of it words one message.
// All locales are whole: what can be said in English can be said in each of
// them. The words live in catalogue/*.json, one file a locale. There {name} is a
// value, and a part in [brackets] is left out when a value inside is empty.
//
// Values that tenants choose, such as an application's name or the message of an
// action, are made harmless on the way in: they stay on one line, cannot turn
// the direction of writing, end at a named limit, are never read as place-holders,
// and are escaped in HTML.
package text

// Message is one worded message. A channel takes the parts that it can carry.
type Message struct {
	Subject string // of a mail; title of a push notification
	Text    string // of an SMS, a mail, a push; what a call is about
	HTML    string // of a mail
	Speech  string // what a call says, made for a machine's voice
}

// Wording speaks one locale. The zero Wording speaks English.
type Wording struct{ locale Locale }

// Locale is the locale it speaks, to be handed on with the message: a voice
// needs it.
func (w Wording) Locale() Locale {
	if w.locale == "" {
		return English
	}
	return w.locale
}

// Code is a code on its way to a person.
type Code struct {
	App  string // the application's name, as people know it
	Code string
	// ActionMessage says what the code is good for, such as a transfer. May be empty.
	ActionMessage string
}

func (c Code) values() values {
	return values{app: appName(c.App), code: clean(c.Code, MaxCode), action: clean(c.ActionMessage, MaxActionMessage)}
}

// VerificationSMS carries a code that proves possession of a telephone number.
func (w Wording) VerificationSMS(c Code) string {
	return w.words().VerificationSMS.render(c.values())
}

// VerificationVoice is the same as a call: Text is the sentence with the code in
// one piece, Speech reads it out, digit by digit and twice.
func (w Wording) VerificationVoice(c Code) Message {
	return Message{Text: w.VerificationSMS(c), Speech: w.words().VerificationVoice.render(c.values().spoken())}
}

// CodeSMS carries a one-time code to a known user.
func (w Wording) CodeSMS(c Code) string { return w.words().CodeSMS.render(c.values()) }

// CodeVoice is the same as a call; see VerificationVoice.
func (w Wording) CodeVoice(c Code) Message {
	return Message{Text: w.CodeSMS(c), Speech: w.words().CodeVoice.render(c.values().spoken())}
}

// CodeMail is the same as a mail. The code is in the body alone, because subjects
// show on locked screens.
func (w Wording) CodeMail(c Code) Message { return w.mail(w.words().CodeMail, c.values()) }

// MagicLink is an address that proves, by being opened, that its reader gets the mail.
type MagicLink struct{ App, URL string }

// MagicLinkMail carries it.
func (w Wording) MagicLinkMail(l MagicLink) Message {
	return w.mail(w.words().MagicLinkMail, values{app: appName(l.App), url: cleanURL(l.URL)})
}

// Link is a linking code, which makes a new device somebody's authenticator.
type Link struct {
	App  string
	Code string
	URL  string // where the authenticator is. May be empty.
}

func (l Link) values() values {
	return values{app: appName(l.App), code: clean(l.Code, MaxCode), url: cleanURL(l.URL)}
}

// LinkSMS carries a linking code.
func (w Wording) LinkSMS(l Link) string { return w.words().LinkSMS.render(l.values()) }

// LinkMail carries a linking code.
func (w Wording) LinkMail(l Link) Message { return w.mail(w.words().LinkMail, l.values()) }

// Install invites a person to install the authenticator.
type Install struct{ App, URL string }

// InstallSMS says where to get the authenticator.
func (w Wording) InstallSMS(i Install) string {
	return w.words().InstallSMS.render(values{app: appName(i.App), url: cleanURL(i.URL)})
}

// Approval is a request that waits for an answer on a device.
type Approval struct {
	App     string
	Message string // what is asked. May be empty.
}

// ApprovalPush shows the application's name and the message and nothing else of
// the request: it appears on locked screens.
func (w Wording) ApprovalPush(a Approval) Message {
	v := values{app: appName(a.App), message: clean(a.Message, MaxApprovalMessage)}
	title, body := w.words().ApprovalTitle.render(v), w.words().ApprovalBody.render(v)
	if v[message] != "" {
		body = v[message]
	}
	return Message{Subject: title, Text: body}
}

// OpenAppPush invites to open the authenticator and read the code there, when no
// SMS was sent because the person has the app.
func (w Wording) OpenAppPush(name string) Message {
	v := values{app: appName(name)}
	return Message{Subject: v[app], Text: w.words().OpenApp.render(v)}
}

// ManyRequestsPush is the last notice for a while, to a person who gets too many.
func (w Wording) ManyRequestsPush(name string) Message {
	v := values{app: appName(name)}
	return Message{Subject: v[app], Text: w.words().ManyRequests.render(v)}
}

// Notice tells an owner about a change of their devices.
type Notice struct {
	App    string
	Device string // its name. May be empty.
}

func (n Notice) values() values {
	return values{app: appName(n.App), device: clean(n.Device, MaxDevice)}
}

// DeviceLinked tells that a device was added. It fits SMS, mail and push.
func (w Wording) DeviceLinked(n Notice) Message { return w.notice(w.words().DeviceLinked, n.values()) }

// DeviceRemoved tells that a device was taken away. It fits SMS, mail and push.
func (w Wording) DeviceRemoved(n Notice) Message {
	return w.notice(w.words().DeviceRemoved, n.values())
}

// TextSent says that a text message went out to the number, which is shown as
// given. Clients of the Authy dialect read this sentence.
func (w Wording) TextSent(to string) string {
	return w.words().TextSent.render(values{number: clean(to, MaxNumber)})
}

// CallStarted says the same of a call.
func (w Wording) CallStarted(to string) string {
	return w.words().CallStarted.render(values{number: clean(to, MaxNumber)})
}
