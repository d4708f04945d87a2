package mfa_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/seeds"
)

func TestSendingOfCodes(t *testing.T) {
	t.Parallel()
	play(t, []scene{
		{"a device owner is reminded of the app instead", remindedInstead},
		{"force sends to a device owner all the same", forcedSend},
		{"sends are limited for each user and application", limitedSends},
		{"a suspended user is sent nothing", nothingToSuspended},
		{"a channel that leads nowhere is refused", nowhere},
		{"a channel that is off is refused", channelOff},
		{"a code by mail stands in the mail", codeByMail},
		{"actions and their texts are bounded", boundedActions},
		{"codes have the length that the application wants", codeLength},
		{"a refused send leaves no code behind", refusedSend},
	})
}

func send(w *mfatest.World, p *mfatest.Person, change func(*mfa.SendCode)) (mfa.SentResult, error) {
	in := mfa.SendCode{Caller: w.Caller, User: p.Ref(), Channel: mfa.ChannelSMS}
	if change != nil {
		change(&in)
	}
	return w.Service.SendCode(w.Context(), in)
}

// subscription is one that a browser could have made.
func subscription(name string) *mfa.PushTarget {
	return &mfa.PushTarget{
		Endpoint: "https://push.example.test/" + name,
		P256DH:   base64.RawURLEncoding.EncodeToString(append([]byte{4}, make([]byte, 64)...)),
		Auth:     base64.RawURLEncoding.EncodeToString(make([]byte, 16)),
	}
}

func remindedInstead(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551101")
	ann.Link()
	w.Clock.Advance(time.Second)
	phone := ann.Link()
	if err := w.Service.SetPush(t.Context(), phone.Caller, subscription("ann")); err != nil {
		t.Fatal(err)
	}
	got, err := send(w, ann, nil)
	if err != nil || !got.Ignored || got.Device == nil || got.Device.ID != phone.Caller.Device.ID || got.CodeID != "" {
		t.Fatalf("%+v, %v, want it ignored for the newest device", got, err)
	}
	if n := len(sentTo(w, ann.User.Phone.E164())); n != 0 {
		t.Errorf("%d messages went to the number", n)
	}
	pushes := sentTo(w, string(phone.Caller.Device.ID))
	if len(pushes) != 1 || pushes[0].Push == nil || pushes[0].Push.Endpoint != "https://push.example.test/ann" {
		t.Errorf("the reminders are %+v, want one to the device that subscribed", pushes)
	}
	if n := len(ann.Events(mfa.EventCodeIgnored)); n != 1 {
		t.Errorf("%d events, want 1", n)
	}
}

func forcedSend(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551102")
	ann.Link()
	got, err := send(w, ann, func(in *mfa.SendCode) { in.Force = true })
	if err != nil || got.Ignored || got.MessageID == "" {
		t.Fatalf("%+v, %v", got, err)
	}
	code := codeIn(t, sentTo(w, ann.User.Phone.E164()))
	r := ann.Check(code, "a")
	if r.Outcome != mfa.TokenAccepted || r.Channel != mfa.ChannelSMS || r.Authenticator != nil {
		t.Errorf("the code was %+v", r)
	}
}

func limitedSends(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551103")
	limit := w.Service.Limits().SentCodes
	for range limit.Burst {
		if _, err := send(w, ann, nil); err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(time.Minute)
	}
	_, err := send(w, ann, nil)
	want(t, "one more", err, mfa.Limited, "")
	if e, _ := err.(*mfa.Error); e == nil || e.RetryAfter <= 0 { //nolint:errorlint // returned bare
		t.Error("it does not say when to try again")
	}
	_, err = send(w, ann, func(in *mfa.SendCode) { in.Channel = mfa.ChannelVoice })
	want(t, "by call", err, mfa.Limited, "")
	if n := len(sentTo(w, ann.User.Phone.E164())); n != limit.Burst {
		t.Errorf("%d messages went out, want %d", n, limit.Burst)
	}
	if n := len(ann.Events(mfa.EventCodeLimited)); n != 2 {
		t.Errorf("%d events of the limit, want 2", n)
	}
	noted := w.Service.Limits().NotedGuesses.Burst
	for range noted {
		_, err := send(w, ann, nil)
		want(t, "again and again", err, mfa.Limited, "")
	}
	if n := len(ann.Events(mfa.EventCodeLimited)); n != noted {
		t.Errorf("%d events of the limit, want %d and no more", n, noted)
	}
	if _, err := send(w, w.Register("4055551104"), nil); err != nil {
		t.Errorf("another person: %v", err)
	}
	w.Clock.Advance(limit.Per)
	if _, err := send(w, ann, nil); err != nil {
		t.Errorf("after the window: %v", err)
	}
}

func nothingToSuspended(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551105")
	phone := ann.Link()
	asked := ann.Ask("Log in?")
	ann.Suspend()
	_, err := send(w, ann, func(in *mfa.SendCode) { in.Force = true })
	want(t, "a code", err, mfa.Forbidden, mfa.ReasonUserSuspended)
	_, err = w.Service.CheckToken(t.Context(), mfa.TokenCheck{Caller: w.Caller, User: ann.Ref(), Token: phone.Code(0), Force: true})
	want(t, "a check", err, mfa.Forbidden, mfa.ReasonUserSuspended)
	_, err = w.Service.AskApproval(t.Context(), mfa.AskApproval{Caller: w.Caller, User: ann.Ref(), Message: "Log in?", Dialect: "test"})
	want(t, "an approval", err, mfa.Forbidden, mfa.ReasonUserSuspended)
	_, err = w.Service.Answer(t.Context(), phone.Caller, asked.ID, phone.Statement(asked, "approved", nil), nil)
	want(t, "an answer to what was asked before", err, mfa.Forbidden, mfa.ReasonUserSuspended)
	_, err = w.Service.StartLink(t.Context(), w.Caller, ann.Ref())
	want(t, "a link", err, mfa.Forbidden, mfa.ReasonUserSuspended)
	_, err = seeds.New(w.Service).Show(t.Context(), seeds.Show{Caller: w.Caller, User: ann.Ref()})
	want(t, "a seed", err, mfa.Forbidden, mfa.ReasonUserSuspended)
	_, err = w.Service.MakeRecoveryCodes(t.Context(), w.Caller, ann.Ref())
	want(t, "recovery codes", err, mfa.Forbidden, mfa.ReasonUserSuspended)
	if _, err = w.Service.CreateUser(t.Context(), mfa.NewUser{Caller: w.Caller, Phone: ann.User.Phone, InstallLink: true}); err != nil {
		t.Error(err)
	}
	if n := len(sentTo(w, ann.User.Phone.E164())); n != 0 {
		t.Errorf("%d messages went out", n)
	}
}

func nowhere(t *testing.T, w *mfatest.World) {
	bare, err := w.Service.CreateUser(t.Context(), mfa.NewUser{Caller: w.Caller, Alias: "bare"})
	if err != nil {
		t.Fatal(err)
	}
	london, err := mfa.ParseE164("+442079460019")
	if err != nil {
		t.Fatal(err)
	}
	fixed, err := w.Service.CreateUser(t.Context(), mfa.NewUser{Caller: w.Caller, Phone: london})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what    string
		user    mfa.User
		channel mfa.Channel
		code    mfa.Code
		reason  mfa.Reason
	}{
		{"SMS without a number", bare, mfa.ChannelSMS, mfa.Invalid, mfa.ReasonNoPhone},
		{"a call without a number", bare, mfa.ChannelVoice, mfa.Invalid, mfa.ReasonNoPhone},
		{"a mail without an address", bare, mfa.ChannelEmail, mfa.Invalid, mfa.ReasonNoEmail},
		{"SMS to a landline", fixed, mfa.ChannelSMS, mfa.Forbidden, mfa.ReasonLandline},
	} {
		_, err := w.Service.SendCode(t.Context(), mfa.SendCode{Caller: w.Caller, User: mfa.UserRef{ID: c.user.ID}, Channel: c.channel})
		want(t, c.what, err, c.code, c.reason)
	}
	if _, err := w.Service.SendCode(t.Context(), mfa.SendCode{Caller: w.Caller, User: mfa.UserRef{ID: fixed.ID}, Channel: mfa.ChannelVoice}); err != nil {
		t.Errorf("a call to a landline: %v", err)
	}
}

func channelOff(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551106")
	mute := with(w, func(s *mfa.ApplicationSettings) {
		s.SMS, s.Voice, s.Email, s.Approvals, s.GenericTOTP = false, false, false, false, false
	})
	for _, channel := range []mfa.Channel{mfa.ChannelSMS, mfa.ChannelVoice, mfa.ChannelEmail} {
		_, err := send(w, ann, func(in *mfa.SendCode) { in.Caller, in.Channel = mute, channel })
		want(t, string(channel), err, mfa.Forbidden, mfa.ReasonFeatureOff)
	}
	_, err := w.Service.AskApproval(t.Context(), mfa.AskApproval{Caller: mute, User: ann.Ref(), Message: "?"})
	want(t, "approvals", err, mfa.Forbidden, mfa.ReasonFeatureOff)
	_, err = seeds.New(w.Service).Show(t.Context(), seeds.Show{Caller: mute, User: ann.Ref()})
	want(t, "seeds", err, mfa.Forbidden, mfa.ReasonFeatureOff)
}

func codeByMail(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551107")
	if _, err := send(w, ann, func(in *mfa.SendCode) { in.Channel, in.Locale = mfa.ChannelEmail, "de" }); err != nil {
		t.Fatal(err)
	}
	mails := sentTo(w, "ann@example.com")
	if len(mails) == 0 || mails[len(mails)-1].Subject == "" || mails[len(mails)-1].Locale != "de" {
		t.Fatalf("the mail is %+v", mails)
	}
	if r := ann.Check(codeIn(t, mails), "a"); r.Outcome != mfa.TokenAccepted || r.Channel != mfa.ChannelEmail {
		t.Errorf("the code was %+v", r.Outcome)
	}
}

func boundedActions(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551108")
	long := strings.Repeat("x", mfa.MaxActionLength+1)
	_, err := send(w, ann, func(in *mfa.SendCode) { in.Action = long })
	want(t, "a long action", err, mfa.Invalid, "")
	_, err = send(w, ann, func(in *mfa.SendCode) { in.ActionMessage = long })
	want(t, "a long message", err, mfa.Invalid, "")
	if _, err = send(w, ann, func(in *mfa.SendCode) { in.Action, in.ActionMessage = long[1:], "Pay 5" }); err != nil {
		t.Fatal(err)
	}
	list := sentTo(w, ann.User.Phone.E164())
	if !strings.Contains(list[0].Text, "Pay 5") {
		t.Errorf("the message is %q, want the action in it", list[0].Text)
	}
}

func codeLength(t *testing.T, w *mfatest.World) {
	ann, bob := w.Register("4055551109"), w.Register("4055551110")
	if _, err := send(w, ann, nil); err != nil {
		t.Fatal(err)
	}
	if code := codeIn(t, sentTo(w, ann.User.Phone.E164())); len(code) != 7 {
		t.Errorf("by default a code has %d digits, want 7", len(code))
	}
	short := with(w, func(s *mfa.ApplicationSettings) { s.CodeDigits = 4 })
	if _, err := send(w, bob, func(in *mfa.SendCode) { in.Caller = short }); err != nil {
		t.Fatal(err)
	}
	if code := codeIn(t, sentTo(w, bob.User.Phone.E164())); len(code) != 4 {
		t.Errorf("the code has %d digits, want 4", len(code))
	}
}

func refusedSend(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551111")
	strange := with(w, func(s *mfa.ApplicationSettings) { s.CodeDigits = 3 }) // no factor makes such codes
	_, err := send(w, ann, func(in *mfa.SendCode) { in.Caller = strange })
	if !mfa.IsCode(err, mfa.Invalid) {
		t.Errorf("an impossible length: %v", err)
	}
	err = w.Store.Read(t.Context(), func(r mfa.Records) error {
		open, err := r.OpenCodes(ann.User.ID, w.Caller.Application.ID, w.Clock.Now())
		if len(open) != 0 {
			t.Errorf("%d codes were left behind", len(open))
		}
		return err
	})
	if err != nil || len(sentTo(w, ann.User.Phone.E164())) != 0 {
		t.Error("something went out", err)
	}
}
