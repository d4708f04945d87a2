package mfa

import (
	"context"
	"encoding/json"
	"time"

	"github.com/twinseal/twinseal/internal/text"
)

// SendCode asks for a code to be sent to a user.
type SendCode struct {
	Caller  *Caller
	User    UserRef
	Channel Channel // SMS, voice or e-mail
	// Force sends even to people whose device makes codes by itself.
	Force bool
	// Action binds the code: it counts with the same action alone. ActionMessage is shown or spoken with it.
	Action        string
	ActionMessage string
	Locale        string
	Source        string
}

// Bounds of an action's texts, in bytes; the vendors' clients enforce the same.
const (
	MaxActionLength = 255
)

// Lengths of sent codes.
const (
	MinCodeDigits = 4
	MaxCodeDigits = 10
)

// SentResult says what became of it. Ignored means that nothing was sent because Device makes codes.
// CodeID names the code, the same for as long as it is sent again; MessageID is "" when an equal message
// was on its way already.
type SentResult struct {
	User      User
	Ignored   bool
	Device    *Authenticator
	CodeID    CodeID
	MessageID DeliveryID
}

// SendCode sends a code, or the same one again while an equal one is outstanding. An equal request within
// [Limits.ResendWindow] succeeds without a second message and without counting.
func (s *Service) SendCode(ctx context.Context, in SendCode) (SentResult, error) {
	if len(in.Action) > MaxActionLength {
		return SentResult{}, &Error{Code: Invalid, Field: "action", Message: "the action is longer than 255 characters"}
	}
	if len(in.ActionMessage) > MaxActionLength {
		return SentResult{}, &Error{Code: Invalid, Field: "action_message", Message: "the action message is longer than 255 characters"}
	}
	var out SentResult
	var refusal error
	err := s.store.Write(ctx, func(w WriteRecords) (err error) {
		out, refusal, err = s.sendCode(w, in)
		return err
	})
	if err == nil {
		err = refusal
	}
	return out, err
}

// sendCode returns refusals that must not roll back apart from errors: a full window is recorded.
func (s *Service) sendCode(w WriteRecords, in SendCode) (out SentResult, refusal, err error) {
	u, held, err := w.LockCredentials(in.Caller.Directory.ID, in.User)
	if err != nil {
		return out, nil, err
	}
	if err := UsableBy(u, in.Caller); err != nil {
		return out, nil, err
	}
	if err := s.sendable(in, u); err != nil {
		return out, nil, err
	}
	out.User = u
	if device := newestDevice(held); device != nil && !in.Force {
		out.Ignored, out.Device = true, device
		return out, nil, s.remindOfApp(w, in, u, held)
	}
	code, fresh, err := s.outstanding(w, in, u)
	if err != nil {
		return out, nil, err
	}
	out.CodeID = code.ID
	now := s.Now()
	if !fresh && now.Before(code.SentAt.Add(s.limits.ResendWindow)) {
		return out, nil, nil
	}
	allowed, until, err := w.TakeLimit(s.limits.SentCodes, "sent_codes:"+string(u.ID)+":"+string(in.Caller.Application.ID), now)
	if err != nil {
		return out, nil, err
	}
	if !allowed {
		return out, s.TooMany(until), s.noteFullWindow(w, in, u)
	}
	if err := s.keepCode(w, u, code, fresh, now); err != nil {
		return out, nil, err
	}
	out.MessageID, err = s.sendWorded(w, in, u, code)
	return out, nil, err
}

// noteFullWindow says in the log that a code was asked for in vain. By some front doors strangers ask, as often as they
// like, so it is not said each time.
func (s *Service) noteFullWindow(w WriteRecords, in SendCode, u User) error {
	noted, _, err := w.TakeLimit(s.limits.NotedGuesses, "noted_codes:"+string(u.ID)+":"+string(in.Caller.Application.ID), s.Now())
	if err != nil || !noted {
		return err
	}
	return s.Append(w, in.Caller, Event{Type: EventCodeLimited, UserID: u.ID, Source: in.Source})
}

// sendable refuses channels that are off or lead nowhere.
func (s *Service) sendable(in SendCode, u User) error {
	on := in.Caller.Application.Settings
	switch {
	case in.Channel == ChannelSMS && !on.SMS, in.Channel == ChannelVoice && !on.Voice, in.Channel == ChannelEmail && !on.Email:
		return refuse(Forbidden, ReasonFeatureOff, "the application does not send codes this way")
	case in.Channel == ChannelEmail && u.Email() == "":
		return refuse(Invalid, ReasonNoEmail, "the user has no e-mail address")
	case in.Channel != ChannelEmail && u.Phone.Empty():
		return refuse(Invalid, ReasonNoPhone, "the user has no phone number")
	case in.Channel == ChannelSMS && u.Phone.Line() == LineLandline:
		return refuse(Forbidden, ReasonLandline, "messages cannot be sent to a landline")
	}
	return nil
}

func newestDevice(held []Authenticator) *Authenticator {
	var newest *Authenticator
	for i := range held {
		if held[i].Kind == KindDevice && (newest == nil || held[i].CreatedAt.After(newest.CreatedAt)) {
			newest = &held[i]
		}
	}
	return newest
}

// outstanding finds the code to send: the one that is out already for the same action by the same channel,
// or a new one.
func (s *Service) outstanding(w WriteRecords, in SendCode, u User) (code SentCode, fresh bool, err error) {
	now := s.Now()
	if live(u.CodesUntil, now) {
		codes, err := w.OpenCodes(u.ID, in.Caller.Application.ID, now)
		if err != nil {
			return SentCode{}, false, err
		}
		for _, c := range codes {
			if c.Purpose == PurposeToken && c.Action == in.Action && c.Channel == in.Channel {
				return c, false, nil
			}
		}
	}
	digits := in.Caller.Application.Settings.CodeDigits
	if digits == 0 {
		digits = defaultCodeDigits
	}
	secret, err := s.MakeCode(digits)
	return SentCode{
		ID: NewID[CodeID](), Purpose: PurposeToken, ApplicationID: in.Caller.Application.ID, UserID: u.ID, Phone: u.Phone,
		Channel: in.Channel, Action: in.Action, Secret: secret, SentAt: now, CreatedAt: now, ExpiresAt: now.Add(s.limits.CodeLife),
	}, true, err
}

// defaultCodeDigits is what a code has when the application names no length: the Authy service sent seven.
const defaultCodeDigits = 7

// MakeCode draws a code of so many digits.
func (s *Service) MakeCode(digits int) (Secret, error) {
	made, err := s.factors.OTP.Enrol(EnrolOptions{Random: s.random, Now: s.Now(), Digits: digits})
	return made.Secret, err
}

// keepCode stores a new code, or notes that an outstanding one goes out once more.
func (s *Service) keepCode(w WriteRecords, u User, code SentCode, fresh bool, now time.Time) error {
	if !fresh {
		return w.ResendCode(code.ID, now)
	}
	if err := w.AddCode(code); err != nil {
		return err
	}
	if !code.ExpiresAt.After(u.CodesUntil) {
		return nil
	}
	u.CodesUntil, u.UpdatedAt = code.ExpiresAt, now
	return w.UpdateUser(u)
}

func (s *Service) sendWorded(w WriteRecords, in SendCode, u User, code SentCode) (DeliveryID, error) {
	id, err := s.QueueMessage(w, in.Caller, Outgoing{
		User: u.ID, Message: s.codeMessage(in, u, code), Dedupe: "code:" + string(code.ID), GiveUp: code.ExpiresAt,
	})
	if err != nil {
		return "", err
	}
	data, err := json.Marshal(map[string]string{"delivery": string(id), "action": in.Action})
	if err != nil {
		return "", &Error{Code: Internal, Message: "an event could not be written", Cause: err}
	}
	return id, s.Append(w, in.Caller, Event{Type: SentEvent(in.Channel), UserID: u.ID, Source: in.Source, Data: data})
}

// SentEvent tells that a code went out by a channel.
func SentEvent(channel Channel) EventType {
	return map[Channel]EventType{ChannelSMS: EventSMSSent, ChannelVoice: EventCallSent, ChannelEmail: EventEmailSent}[channel]
}

// remindOfApp invites the user to open the app and read the code there, on every device that has push.
func (s *Service) remindOfApp(w WriteRecords, in SendCode, u User, held []Authenticator) error {
	for i := range held {
		if held[i].Kind != KindDevice {
			continue
		}
		if err := s.pushTo(w, in.Caller, held[i], Outgoing{Message: s.openAppMessage(in.Caller, u), Dedupe: "open-app", GiveUp: s.Now().Add(s.limits.CodeLife)}); err != nil {
			return err
		}
	}
	return s.Append(w, in.Caller, Event{Type: EventCodeIgnored, UserID: u.ID, Source: in.Source})
}

// pushTo queues a push for a device that subscribed; others see what waits when they look. Floods are damped.
func (s *Service) pushTo(w WriteRecords, c *Caller, device Authenticator, o Outgoing) error {
	return s.pushIf(w, c, device, o, s.damp)
}

// warn is pushTo for what must be heard in a flood too: whoever causes one would hide it there.
func (s *Service) warn(w WriteRecords, c *Caller, device Authenticator, o Outgoing) error {
	return s.pushIf(w, c, device, o, func(WriteRecords, *Caller, Authenticator, *Outgoing) (bool, error) { return true, nil })
}

func (s *Service) pushIf(
	w WriteRecords, c *Caller, device Authenticator, o Outgoing, may func(WriteRecords, *Caller, Authenticator, *Outgoing) (bool, error),
) error {
	var data DeviceData
	if err := json.Unmarshal(device.Data, &data); err != nil {
		return &Error{Code: Internal, Message: "a device's data cannot be read", Cause: err}
	}
	if data.Push == nil {
		return nil
	}
	o.User, o.Message.Channel, o.Message.To, o.Message.Push = device.UserID, ChannelPush, string(device.ID), data.Push
	o.Message.Challenge = o.Challenge
	if send, err := may(w, c, device, &o); err != nil || !send {
		return err
	}
	o.Dedupe += ":" + string(device.ID)
	_, err := s.QueueMessage(w, c, o)
	return err
}

// damp reports whether a device may be pushed to once more. The last time that it may, it is told that many requests
// wait, and that it will hear of no more for a while.
func (s *Service) damp(w WriteRecords, c *Caller, device Authenticator, o *Outgoing) (bool, error) {
	key, now := "pushes:"+string(device.ID), s.Now()
	allowed, _, err := w.TakeLimit(s.limits.Pushes, key, now)
	if err != nil || !allowed {
		return false, err
	}
	last, _, err := w.LimitReached(s.limits.Pushes, key, now)
	if err != nil || !last {
		return true, err
	}
	many := text.For(o.Message.Locale, text.Hints{}).ManyRequestsPush(c.Application.Name)
	o.Message.Subject, o.Message.Text, o.Message.Challenge, o.Dedupe = many.Subject, many.Text, "", "many-requests"
	data, err := json.Marshal(map[string]string{"authenticator": string(device.ID)})
	if err != nil {
		return false, &Error{Code: Internal, Message: "an event could not be written", Cause: err}
	}
	return true, s.Append(w, c, Event{Type: EventPushDamped, UserID: device.UserID, ChallengeID: o.Challenge, Data: data})
}

// Outgoing is a message with what the outbox needs to know of it.
type Outgoing struct {
	User      UserID
	Challenge ChallengeID
	Message   Message
	Dedupe    string    // see [Delivery]
	GiveUp    time.Time // likewise
}

// QueueMessage puts a message into the outbox, unless an equal one was put there within the resend
// window: then it succeeds and returns "".
func (s *Service) QueueMessage(w WriteRecords, c *Caller, o Outgoing) (DeliveryID, error) {
	payload, err := json.Marshal(o.Message)
	if err != nil {
		return "", &Error{Code: Internal, Message: "a message could not be written", Cause: err}
	}
	now := s.Now()
	d := Delivery{
		ID: NewID[DeliveryID](), Kind: DeliveryMessage, State: DeliveryPending, OrganizationID: c.Organization.ID,
		ApplicationID: c.Application.ID, UserID: o.User, ChallengeID: o.Challenge, Channel: o.Message.Channel, To: o.Message.To,
		Payload: NewSecret(payload), Dedupe: o.Dedupe, DueAt: now, GiveUpAt: o.GiveUp, CreatedAt: now,
	}
	queued, err := w.AddDelivery(d, now.Add(-s.limits.ResendWindow))
	if err != nil || !queued {
		return "", err
	}
	w.Announce(TopicDeliveries)
	return d.ID, nil
}
