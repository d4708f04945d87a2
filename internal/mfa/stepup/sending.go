package stepup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/text"
)

// send puts a code or link on its way to where pick says.
func (s *Service) send(ctx context.Context, p Pass, pick func(*attempt) (target, error)) (mfa.Prompt, error) {
	var out mfa.Prompt
	var sent mfa.DeliveryID
	err := s.attempt(ctx, p, func(a *attempt) error {
		if err := a.provable(); err != nil {
			return err
		}
		to, err := pick(a)
		if err != nil {
			return err
		}
		out, sent, err = a.send(to)
		return err
	})
	if err == nil {
		err = s.await(ctx, sent)
	}
	if err != nil {
		return mfa.Prompt{}, err
	}
	return out, nil
}

// send sends the code that is out already, or a new one. An equal request within [mfa.Limits.ResendWindow] succeeds
// without a second message.
func (a *attempt) send(to target) (mfa.Prompt, mfa.DeliveryID, error) {
	open, fresh, err := a.outstanding(to)
	if err != nil {
		return open, "", err
	}
	m := mailing{caller: a.Caller, prompt: open, address: to.address, user: a.user, fresh: fresh}
	refusal, sent, err := a.mail(a.w, m, a.sendWindows(to))
	if a.refusal = refusal; refusal != nil && err == nil {
		err = a.note(mfa.EventPromptLimited, to.method, to.authenticator)
	}
	if err == nil && sent != "" {
		err = a.tell(mfa.EventPromptSent, Said{Method: to.method, Authenticator: to.authenticator, Prompt: open.ID})
	}
	return open, sent, err
}

// outstanding finds the prompt that is out for the same address, or makes one.
func (a *attempt) outstanding(to target) (open mfa.Prompt, fresh bool, err error) {
	all, err := a.prompts()
	if err != nil {
		return open, false, err
	}
	for _, p := range all {
		if p.Method == to.method && p.State == mfa.PromptPending && a.now.Before(p.ExpiresAt) && p.AuthenticatorID == to.authenticator &&
			p.Enrols == to.enrols && p.To.Equal(mfa.SecretText(to.address)) && p.Attempts < a.domain.Limits().PromptAttempts {
			return p, false, nil
		}
		if to.enrols && p.Enrols && p.Method == to.method && p.To.Equal(mfa.SecretText(to.address)) && to.replaces == "" {
			to.authenticator = p.AuthenticatorID // it was promised under this id
		}
	}
	k := kept{Replaces: to.replaces}
	if to.enrols {
		k.Scopes = a.Scopes
	}
	if open, err = a.prompt(to.method, k); err != nil {
		return open, false, err
	}
	open.AuthenticatorID, open.Enrols, open.To = to.authenticator, to.enrols, mfa.SecretText(to.address)
	open.Secret, open.Lookup, err = a.secretFor(to.method, a.settings(to.method).Digits())
	return open, true, err
}

// secretFor draws a code, or a link with what finds it.
func (s *Service) secretFor(m mfa.Method, digits int) (secret, lookup mfa.Secret, err error) {
	if m == mfa.MethodMagicLink {
		link, err := s.draw(linkBytes)
		return link, link, err
	}
	made, err := s.factors.OTP.Enrol(mfa.EnrolOptions{Random: s.random, Now: s.domain.Now(), Digits: max(digits, minDigits)})
	return made.Secret, mfa.Secret{}, err
}

// sendWindows bound what is sent to one user, and to one address by whomever.
func (a *attempt) sendWindows(to target) []mfa.Window {
	return append(sendWindows(a.domain, a.Caller, to.method, to.address), mfa.Window{
		Limit: sendLimit(a.domain, a.settings(to.method)), Key: "prompt_sends:" + string(a.UserID) + ":" + string(a.Caller.Application.ID) + ":" + string(to.method),
	})
}

func sendWindows(d *mfa.Service, c *mfa.Caller, m mfa.Method, address string) []mfa.Window {
	sum := sha256.Sum256([]byte(address))
	return []mfa.Window{{
		Limit: sendLimit(d, c.Application.StepUpSettings().Method(m)), Key: "prompt_sends:" + string(c.Application.ID) + ":" + hex.EncodeToString(sum[:16]) + ":" + string(m),
	}}
}

func sendLimit(d *mfa.Service, settings mfa.MethodSettings) mfa.Limit {
	return rated(d.Limits().PromptSends, settings.Send)
}

// rated is a limit with the numbers that the application chose.
func rated(l mfa.Limit, rate *mfa.Rate) mfa.Limit {
	if rate != nil {
		l.Burst, l.Per = rate.Limit, time.Duration(rate.Minutes)*time.Minute
	}
	return l
}

// mailing is a code or link on its way.
type mailing struct {
	caller  *mfa.Caller
	prompt  mfa.Prompt
	address string
	user    mfa.User // zero where nobody is known yet
	fresh   bool
}

// mail writes a prompt and its message. The id is that of the delivery, "" where an equal message has just been sent.
func (s *Service) mail(w mfa.WriteRecords, m mailing, windows []mfa.Window) (refusal error, id mfa.DeliveryID, err error) {
	now := s.domain.Now()
	// A hook says at once whether it took a message, so whoever asks again was told that it did not.
	hooked := m.caller.Application.StepUpSettings().Method(m.prompt.Method).HookURL != ""
	if !m.fresh && !hooked && now.Before(m.prompt.SentAt.Add(s.domain.Limits().ResendWindow)) {
		return nil, "", nil
	}
	for _, at := range windows {
		allowed, until, err := w.TakeLimit(at.Limit, at.Key, now)
		if err != nil {
			return nil, "", err
		}
		if !allowed {
			return s.domain.TooMany(until), "", nil
		}
	}
	if m.fresh {
		m.prompt.SentAt, m.prompt.Sends = now, 1
		err = w.AddPrompt(m.prompt)
	} else {
		_, err = w.ResendPrompt(m.prompt.ID, now)
	}
	if err != nil {
		return nil, "", err
	}
	id, err = s.queue(w, m)
	return nil, id, err
}

// Handout is what an application's own hook gets to send: the Extra of the callback's payload.
type Handout struct {
	Method    mfa.Method   `json:"method"`
	URL       string       `json:"hook"` // of the hook
	To        string       `json:"to"`
	Code      string       `json:"code,omitempty"`
	Link      string       `json:"link,omitempty"`
	Prompt    mfa.PromptID `json:"prompt"`
	UserAlias string       `json:"user,omitempty"`
	Action    string       `json:"action,omitempty"`
	Key       string       `json:"key,omitempty"`
	IP        string       `json:"ip,omitempty"`
	UserAgent string       `json:"user_agent,omitempty"`
	Locale    string       `json:"locale,omitempty"`
}

// queue puts a message into the outbox: for a provider of the server's, or for the application's own hook.
func (s *Service) queue(w mfa.WriteRecords, m mailing) (mfa.DeliveryID, error) {
	now, settings := s.domain.Now(), m.caller.Application.StepUpSettings().Method(m.prompt.Method)
	d := mfa.Delivery{
		ID: mfa.NewID[mfa.DeliveryID](), Kind: mfa.DeliveryMessage, State: mfa.DeliveryPending, OrganizationID: m.caller.Organization.ID,
		ApplicationID: m.caller.Application.ID, UserID: m.user.ID, DueAt: now, GiveUpAt: m.prompt.ExpiresAt, CreatedAt: now,
	}
	channel := channelOf(m.prompt.Method, settings)
	var payload any = s.worded(m, channel)
	switch {
	case settings.HookURL != "":
		d.Kind, d.Dialect, d.GiveUpAt = mfa.DeliveryCallback, s.dialect, now.Add(hookPatience)
		var err error
		if payload, err = s.handout(m, settings.HookURL); err != nil {
			return "", err
		}
	case channel == mfa.ChannelWhatsApp:
		return "", errNoHook
	default:
		d.Channel, d.To = channel, m.address
	}
	encoded, err := json.Marshal(payload)
	if err != nil {
		return "", internal("a message could not be written", err)
	}
	d.Payload = mfa.NewSecret(encoded)
	if _, err := w.AddDelivery(d, now); err != nil {
		return "", err
	}
	w.Announce(mfa.TopicDeliveries)
	return d.ID, nil
}

// handout is what a hook gets, as the payload of a callback.
func (s *Service) handout(m mailing, hook string) (mfa.CallbackPayload, error) {
	p := m.prompt
	out := Handout{
		Method: p.Method, URL: hook, To: m.address, Prompt: p.ID, UserAlias: m.user.Alias, Action: p.ActionCode, Key: p.ActionKey, IP: p.IP,
		UserAgent: p.UserAgent, Locale: p.Locale,
	}
	if p.Method == mfa.MethodMagicLink {
		out.Link = s.linkOf(m.caller, p.Secret)
	} else {
		out.Code = string(p.Secret.Reveal())
	}
	extra, err := json.Marshal(out)
	if err != nil {
		return mfa.CallbackPayload{}, internal("a message could not be written", err)
	}
	return mfa.CallbackPayload{Extra: extra, Event: mfa.Event{
		ID: mfa.NewID[mfa.EventID](), Type: mfa.EventPromptSent, OrganizationID: m.caller.Organization.ID, DirectoryID: m.caller.Directory.ID,
		ApplicationID: m.caller.Application.ID, UserID: m.user.ID, At: s.domain.Now(),
	}}, nil
}

// worded is the message in the person's language.
func (s *Service) worded(m mailing, channel mfa.Channel) mfa.Message {
	phone, _ := mfa.ParseE164(m.address) // of a mail there is none
	hints := text.Hints{CallingCode: phone.CountryCode}
	if !phone.Empty() {
		hints.Region = phone.Region()
	}
	say := text.For(firstOf(m.prompt.Locale, m.user.Locale), hints)
	settings := m.caller.Application.StepUpSettings()
	app := firstOf(settings.Name, m.caller.Application.Name)
	code := text.Code{App: app, Code: string(m.prompt.Secret.Reveal())}
	var said text.Message
	switch {
	case m.prompt.Method == mfa.MethodMagicLink:
		said = say.MagicLinkMail(text.MagicLink{App: app, URL: s.linkOf(m.caller, m.prompt.Secret)})
	case channel == mfa.ChannelEmail:
		said = say.CodeMail(code)
	default:
		said = text.Message{Text: say.CodeSMS(code)}
	}
	return mfa.Message{
		Channel: channel, To: m.address, Subject: said.Subject, Text: said.Text, HTML: said.HTML, Locale: string(say.Locale()),
		From: firstOf(settings.Method(m.prompt.Method).Sender, app),
	}
}

// linkOf is the address of the page that asks whether a link is to count.
func (s *Service) linkOf(c *mfa.Caller, link mfa.Secret) string {
	base := firstOf(c.Application.StepUpSettings().CustomDomain, s.domain.Options().PublicURL)
	return base + LinkPath + "?" + url.Values{LinkParam: {string(link.Reveal())}}.Encode()
}
