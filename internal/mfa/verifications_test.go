package mfa_test

import (
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/verifications"
)

func TestVerificationOfANumber(t *testing.T) {
	t.Parallel()
	play(t, []scene{
		{"the same code goes out again while it lives, and its life is not extended", sameCodeAgain},
		{"asking again at once is one message", askedAtOnce},
		{"asking by the other channel is a second message of the same code, counted once", otherChannel},
		{"a right code counts once", rightCode},
		{"a code dies", deadCode},
		{"wrong codes are limited, and a new start makes a new code", wrongCodes},
		{"starts are limited for each number", limitedStarts},
		{"custom codes and texts need the feature", customGated},
		{"a custom code takes the place of the one that is out", customReplaces},
		{"channels and landlines are judged first", channelsJudged},
		{"another application's verification is unknown", foreignVerification},
		{"the log holds no number", logHoldsNoNumber},
	})
}

func start(t *testing.T, w *mfatest.World, in verifications.Start) verifications.Verification {
	t.Helper()
	if in.Caller == nil {
		in.Caller = w.Caller
	}
	if in.Channel == "" {
		in.Channel = mfa.ChannelSMS
	}
	v, err := verifications.New(w.Service).Start(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func checkCode(t *testing.T, w *mfatest.World, p mfa.Phone, code string) verifications.Outcome {
	t.Helper()
	got, err := verifications.New(w.Service).Check(t.Context(), w.Caller, p, code, "")
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func sameCodeAgain(t *testing.T, w *mfatest.World) {
	p := number(t, "4055551001")
	first := start(t, w, verifications.Start{Phone: p})
	code := codeIn(t, sentTo(w, p.E164()))
	w.Clock.Advance(time.Minute)
	second := start(t, w, verifications.Start{Phone: p})
	if second.ID != first.ID || !second.ExpiresAt.Equal(first.ExpiresAt) {
		t.Errorf("the second start was %+v after %+v", second, first)
	}
	if list := sentTo(w, p.E164()); len(list) != 2 || codeIn(t, list) != code {
		t.Errorf("%d messages, the last with %s, want two with %s", len(list), codeIn(t, list), code)
	}
	if len(code) != 4 {
		t.Errorf("the code has %d digits, want the documented 4", len(code))
	}
}

func askedAtOnce(t *testing.T, w *mfatest.World) {
	p := number(t, "4055551002")
	for range 10 { // more often than starts are allowed
		start(t, w, verifications.Start{Phone: p, Digits: 6})
	}
	if list := sentTo(w, p.E164()); len(list) != 1 || len(codeIn(t, list)) != 6 {
		t.Errorf("%d messages", len(list))
	}
}

func otherChannel(t *testing.T, w *mfatest.World) {
	p := number(t, "4055551003")
	start(t, w, verifications.Start{Phone: p})
	code := codeIn(t, sentTo(w, p.E164()))
	for range 10 {
		start(t, w, verifications.Start{Phone: p, Channel: mfa.ChannelVoice})
	}
	list := sentTo(w, p.E164())
	if len(list) != 2 || list[1].Channel != mfa.ChannelVoice || list[1].Speech == "" {
		t.Fatalf("%d messages", len(list))
	}
	if got := checkCode(t, w, p, code); got != verifications.Right {
		t.Errorf("the code of both was %s", got)
	}
}

func rightCode(t *testing.T, w *mfatest.World) {
	p := number(t, "4055551004")
	if got := checkCode(t, w, p, "1234"); got != verifications.None {
		t.Errorf("before any start a code was %s", got)
	}
	v := start(t, w, verifications.Start{Phone: p})
	code := codeIn(t, sentTo(w, p.E164()))
	for _, step := range []struct {
		code string
		want verifications.Outcome
	}{{wrongOf(code), verifications.Wrong}, {"", verifications.Wrong}, {code, verifications.Right}, {code, verifications.None}} {
		if got := checkCode(t, w, p, step.code); got != step.want {
			t.Errorf("%q was %s, want %s", step.code, got, step.want)
		}
	}
	byPhone, err := verifications.New(w.Service).ByPhone(t.Context(), w.Caller, p)
	if err != nil || byPhone.State != verifications.Verified || byPhone.ID != v.ID {
		t.Errorf("afterwards it is %+v, %v", byPhone, err)
	}
	if again := start(t, w, verifications.Start{Phone: p}); again.ID == v.ID {
		t.Error("a verified number is not verified anew")
	}
}

func deadCode(t *testing.T, w *mfatest.World) {
	p := number(t, "4055551005")
	v := start(t, w, verifications.Start{Phone: p})
	code := codeIn(t, sentTo(w, p.E164()))
	w.Clock.Advance(w.Service.Limits().CodeLife)
	if got := checkCode(t, w, p, code); got != verifications.None {
		t.Errorf("an expired code was %s", got)
	}
	byID, err := verifications.New(w.Service).ByID(t.Context(), w.Caller, v.ID)
	if err != nil || byID.State != verifications.Expired {
		t.Errorf("it is %+v, %v", byID, err)
	}
}

func wrongCodes(t *testing.T, w *mfatest.World) {
	p := number(t, "4055551006")
	first := start(t, w, verifications.Start{Phone: p})
	code := codeIn(t, sentTo(w, p.E164()))
	for range w.Service.Limits().CodeAttempts {
		if got := checkCode(t, w, p, wrongOf(code)); got != verifications.Wrong {
			t.Fatalf("a wrong code was %s", got)
		}
	}
	if got := checkCode(t, w, p, code); got != verifications.Limited {
		t.Errorf("the right code after too many wrong ones was %s", got)
	}
	second := start(t, w, verifications.Start{Phone: p})
	if second.ID == first.ID {
		t.Fatal("a code that takes no more attempts was sent again")
	}
	if got := checkCode(t, w, p, codeIn(t, sentTo(w, p.E164()))); got != verifications.Right {
		t.Errorf("the new code was %s", got)
	}
}

func limitedStarts(t *testing.T, w *mfatest.World) {
	p := number(t, "4055551007")
	limit := w.Service.Limits().VerificationStarts
	for range limit.Burst {
		start(t, w, verifications.Start{Phone: p})
		w.Clock.Advance(time.Minute)
	}
	_, err := verifications.New(w.Service).Start(t.Context(), verifications.Start{Caller: w.Caller, Phone: p, Channel: mfa.ChannelSMS})
	want(t, "one more", err, mfa.Limited, "")
	if n := len(sentTo(w, p.E164())); n != limit.Burst {
		t.Errorf("%d messages went out, want %d", n, limit.Burst)
	}
	start(t, w, verifications.Start{Phone: number(t, "4055551008")})
	w.Clock.Advance(limit.Per)
	start(t, w, verifications.Start{Phone: p})
}

func customGated(t *testing.T, w *mfatest.World) {
	p := number(t, "4055551009")
	plain := with(w, func(s *mfa.ApplicationSettings) { s.CustomCodes = false })
	for what, in := range map[string]verifications.Start{
		"a custom code":    {CustomCode: "1234"},
		"a custom message": {CustomMessage: "Hi {{code}}"},
	} {
		in.Caller, in.Phone, in.Channel = plain, p, mfa.ChannelSMS
		_, err := verifications.New(w.Service).Start(t.Context(), in)
		want(t, what+" without the feature", err, mfa.Forbidden, mfa.ReasonFeatureOff)
	}
	for what, in := range map[string]verifications.Start{
		"letters":     {CustomCode: "12ab"},
		"too short":   {CustomCode: "123"},
		"too long":    {CustomCode: "12345678901"},
		"long text":   {CustomMessage: strings.Repeat("x", 501)},
		"few digits":  {Digits: 3},
		"many digits": {Digits: 11},
		"minus":       {Digits: -1},
	} {
		in.Caller, in.Phone, in.Channel = w.Caller, p, mfa.ChannelSMS
		_, err := verifications.New(w.Service).Start(t.Context(), in)
		want(t, what, err, mfa.Invalid, "")
	}
	if n := len(sentTo(w, p.E164())); n != 0 {
		t.Errorf("%d messages went out", n)
	}
	start(t, w, verifications.Start{Phone: p, CustomCode: "987654", CustomMessage: "Say {{code}},\n{{code}}\u202e!"})
	if got := sentTo(w, p.E164())[0].Text; got != "Say 987654, 987654!" {
		t.Errorf("the custom message is %q", got)
	}
	if got := checkCode(t, w, p, "987654"); got != verifications.Right {
		t.Errorf("the custom code was %s", got)
	}
}

func customReplaces(t *testing.T, w *mfatest.World) {
	p := number(t, "4055551010")
	first := start(t, w, verifications.Start{Phone: p, CustomCode: "1111"})
	if same := start(t, w, verifications.Start{Phone: p, CustomCode: "1111"}); same.ID != first.ID {
		t.Error("the same custom code was not the same verification")
	}
	w.Clock.Advance(time.Second)
	start(t, w, verifications.Start{Phone: p, CustomCode: "2222"})
	if got := checkCode(t, w, p, "1111"); got != verifications.Wrong {
		t.Errorf("the replaced code was %s", got)
	}
	if got := checkCode(t, w, p, "2222"); got != verifications.Right {
		t.Errorf("the custom code was %s", got)
	}
}

func channelsJudged(t *testing.T, w *mfatest.World) {
	landline, err := mfa.ParseE164("+442079460018") // London, where plans tell landlines
	if err != nil {
		t.Fatal(err)
	}
	mute := with(w, func(s *mfa.ApplicationSettings) { s.SMS, s.Voice = false, false })
	p := number(t, "4055551011")
	for _, c := range []struct {
		what   string
		in     verifications.Start
		reason mfa.Reason
	}{
		{"SMS that is off", verifications.Start{Caller: mute, Phone: p, Channel: mfa.ChannelSMS}, mfa.ReasonFeatureOff},
		{"calls that are off", verifications.Start{Caller: mute, Phone: p, Channel: mfa.ChannelVoice}, mfa.ReasonFeatureOff},
		{"SMS to a landline", verifications.Start{Caller: w.Caller, Phone: landline, Channel: mfa.ChannelSMS}, mfa.ReasonLandline},
	} {
		_, err := verifications.New(w.Service).Start(t.Context(), c.in)
		want(t, c.what, err, mfa.Forbidden, c.reason)
	}
	start(t, w, verifications.Start{Phone: landline, Channel: mfa.ChannelVoice})
}

func foreignVerification(t *testing.T, w *mfatest.World) {
	p := number(t, "4055551012")
	v := start(t, w, verifications.Start{Phone: p})
	foreign := *w.Caller
	foreign.Application.ID = "00000000-0000-4000-8000-000000000001"
	_, err := verifications.New(w.Service).ByID(t.Context(), &foreign, v.ID)
	want(t, "another's by id", err, mfa.NotFound, "")
	_, err = verifications.New(w.Service).ByPhone(t.Context(), &foreign, p)
	want(t, "another's by number", err, mfa.NotFound, "")
	_, err = verifications.New(w.Service).ByID(t.Context(), w.Caller, "nonsense")
	want(t, "an id that never was", err, mfa.NotFound, "")
}

func logHoldsNoNumber(t *testing.T, w *mfatest.World) {
	events, err := w.Service.EventsOf(t.Context(), w.Caller, mfa.EventFilter{Limit: 1000})
	if err != nil || len(events) == 0 {
		t.Fatal(len(events), err)
	}
	for _, e := range events {
		if strings.Contains(string(e.Data), "40555510") || strings.Contains(string(e.Data), "2079460018") {
			t.Errorf("%s holds %s", e.Type, e.Data)
		}
	}
}
