package mfa_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/seeds"
)

func TestACodeCountsOnceAndNeverAnOlderOne(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055550101")
		phone := ann.Link()
		now, older := phone.Code(0), phone.Code(-30*time.Second)
		for _, step := range []struct {
			token string
			want  mfa.TokenOutcome
		}{{"123", mfa.TokenWrong}, {now, mfa.TokenAccepted}, {now, mfa.TokenReplayed}, {older, mfa.TokenReplayed}} {
			if got := ann.Check(step.token, "a").Outcome; got != step.want {
				t.Errorf("token was %s, want %s", got, step.want)
			}
		}
		w.Clock.Advance(30 * time.Second)
		r := ann.Check(phone.Code(0), "a")
		if r.Outcome != mfa.TokenAccepted || r.Authenticator == nil || r.Authenticator.ID != phone.Caller.Device.ID {
			t.Errorf("the next code was %+v, want it accepted as the device's", r.Outcome)
		}
		if n := len(ann.Events(mfa.EventTokenAccepted)); n != 2 {
			t.Errorf("%d events of acceptance, want 2", n)
		}
	})
}

func TestAStrangersFailuresDoNotLockTheOwnerOut(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055550102")
		phone := ann.Link()
		limit := w.Service.Limits().WrongTokens
		for i := range limit.Burst {
			if got := ann.Check(fmt.Sprintf("%06d", i), "203.0.113.9").Outcome; got != mfa.TokenWrong {
				t.Fatalf("guess %d was %s", i, got)
			}
		}
		if got := ann.Check(phone.Code(0), "203.0.113.9"); got.Outcome != mfa.TokenLimited || got.RetryAfter <= 0 {
			t.Errorf("the stranger's right guess was %s, want limited", got.Outcome)
		}
		if got := ann.Check(phone.Code(0), "198.51.100.7").Outcome; got != mfa.TokenAccepted {
			t.Errorf("the owner's code was %s, want accepted", got)
		}
		w.Clock.Advance(limit.Per + time.Second)
		if got := ann.Check(phone.Code(0), "203.0.113.9").Outcome; got != mfa.TokenAccepted {
			t.Errorf("after the window a code was %s, want accepted", got)
		}
	})
}

func TestASentCodeIsBoundToItsActionAndCountsOnce(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055550103")
		code := sentCode(t, w, ann, "transfer-991")
		check := func(token, action string) mfa.TokenOutcome {
			r, err := w.Service.CheckToken(t.Context(), mfa.TokenCheck{Caller: w.Caller, User: ann.Ref(), Token: token, Action: action, Force: true})
			if err != nil {
				t.Fatal(err)
			}
			return r.Outcome
		}
		if got := check(code, ""); got != mfa.TokenWrong {
			t.Errorf("without its action the code was %s", got)
		}
		if got := check(code, "transfer-992"); got != mfa.TokenWrong {
			t.Errorf("with another action the code was %s", got)
		}
		if got := check(code, "transfer-991"); got != mfa.TokenAccepted {
			t.Errorf("with its action the code was %s", got)
		}
		if got := check(code, "transfer-991"); got != mfa.TokenWrong {
			t.Errorf("the second time the code was %s", got)
		}
	})
}

// sentCode sends a code and reads it from the outbox.
func sentCode(t *testing.T, w *mfatest.World, p *mfatest.Person, action string) string {
	t.Helper()
	_, err := w.Service.SendCode(t.Context(), mfa.SendCode{Caller: w.Caller, User: p.Ref(), Channel: mfa.ChannelSMS, Action: action, Force: true})
	if err != nil {
		t.Fatal(err)
	}
	var code string
	err = w.Store.Read(t.Context(), func(r mfa.Records) error {
		open, err := r.OpenCodes(p.User.ID, w.Caller.Application.ID, w.Clock.Now())
		if err == nil && len(open) > 0 {
			code = string(open[0].Secret.Reveal())
		}
		return err
	})
	if err != nil || code == "" {
		t.Fatalf("no code is open: %v", err)
	}
	return code
}

func TestEqualSendsWithinSecondsAreOne(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055550104")
		first := sentCode(t, w, ann, "")
		if again := sentCode(t, w, ann, ""); again != first {
			t.Error("an equal send made another code")
		}
		if n := messages(t, w); n != 1 {
			t.Errorf("%d messages went out, want 1", n)
		}
		w.Clock.Advance(time.Minute)
		if again := sentCode(t, w, ann, ""); again != first {
			t.Error("a later send made another code while the first lives")
		}
		if n := messages(t, w); n != 2 {
			t.Errorf("%d messages went out, want 2", n)
		}
	})
}

func messages(t *testing.T, w *mfatest.World) int {
	t.Helper()
	n := 0
	err := w.Store.Read(t.Context(), func(r mfa.Records) error {
		all, err := r.DeliveriesOf(w.Caller.Application.ID, "", 100)
		n = 0
		for _, d := range all {
			if d.Channel == mfa.ChannelSMS {
				n++
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestARecoveryCodeStandsInOnce(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055550105")
		codes, err := w.Service.MakeRecoveryCodes(t.Context(), w.Caller, ann.Ref())
		if err != nil {
			t.Fatal(err)
		}
		bare := digits(codes[0])
		r := ann.Check(bare, "a")
		if r.Outcome != mfa.TokenAccepted || r.Remaining != mfa.RecoveryCodes-1 {
			t.Errorf("a recovery code was %s with %d left", r.Outcome, r.Remaining)
		}
		if got := ann.Check(bare, "a").Outcome; got != mfa.TokenWrong {
			t.Errorf("the second time it was %s", got)
		}
	})
}

func digits(text string) string {
	var out []byte
	for _, b := range []byte(text) {
		if b >= '0' && b <= '9' {
			out = append(out, b)
		}
	}
	return string(out)
}

func TestPassThroughIsOffUnlessForcedOff(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055550106")
		unforced := func(c *mfa.Caller) mfa.TokenOutcome {
			r, err := w.Service.CheckToken(t.Context(), mfa.TokenCheck{Caller: c, User: ann.Ref(), Token: "000000"})
			if err != nil {
				t.Fatal(err)
			}
			return r.Outcome
		}
		if got := unforced(w.Caller); got != mfa.TokenWrong {
			t.Errorf("by default an unforced check was %s", got)
		}
		lax := *w.Caller
		lax.Application.Settings.PassThrough = true
		if got := unforced(&lax); got != mfa.TokenWaved {
			t.Errorf("with pass-through an unforced check was %s", got)
		}
		sentAndChecked(t, w, ann)
		if got := unforced(&lax); got != mfa.TokenWrong {
			t.Errorf("once confirmed an unforced check was %s", got)
		}
	})
}

func sentAndChecked(t *testing.T, w *mfatest.World, p *mfatest.Person) {
	t.Helper()
	if got := p.Check(sentCode(t, w, p, ""), "a").Outcome; got != mfa.TokenAccepted {
		t.Fatalf("a sent code was %s", got)
	}
}

func TestANewSeedReplacesTheOldOneOnceProved(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055550107")
		show := func() mfa.Seed {
			s, err := seeds.New(w.Service).Show(t.Context(), seeds.Show{Caller: w.Caller, User: ann.Ref()})
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		first := show()
		if again := show(); !again.Secret.Equal(first.Secret) {
			t.Error("an unproved seed was not shown again")
		}
		if got := ann.Check(seedCode(t, w, first), "a").Outcome; got != mfa.TokenAccepted {
			t.Fatalf("the first code was %s", got)
		}
		if _, err := seeds.New(w.Service).Picture(t.Context(), first.Picture); !mfa.IsCode(err, mfa.NotFound) {
			t.Errorf("a proved seed's picture is still shown: %v", err)
		}
		second := show()
		if second.Secret.Equal(first.Secret) {
			t.Fatal("a proved seed was shown again")
		}
		w.Clock.Advance(time.Minute)
		if got := ann.Check(seedCode(t, w, second), "a").Outcome; got != mfa.TokenAccepted {
			t.Fatalf("the new seed's code was %s", got)
		}
		w.Clock.Advance(time.Minute)
		if got := ann.Check(seedCode(t, w, first), "a").Outcome; got != mfa.TokenWrong {
			t.Errorf("the old seed's code was %s", got)
		}
	})
}

func TestStrangersAndForeignersAreMissingAlike(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055550108")
		foreign := *w.Caller
		foreign.Application.ID, foreign.Application.DirectoryID = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
		foreign.Directory.ID = foreign.Application.DirectoryID
		for name, c := range map[string]*mfa.Caller{"foreign": &foreign, "own": w.Caller} {
			ref := ann.Ref()
			if name == "own" {
				ref.Number += 1000
			}
			_, err := w.Service.CheckToken(context.WithoutCancel(t.Context()), mfa.TokenCheck{Caller: c, User: ref, Token: "123456", Force: true})
			if !mfa.IsCode(err, mfa.NotFound) || err.Error() != mfa.Missing("user").Error() {
				t.Errorf("%s: %v, want the plain answer that there is no such user", name, err)
			}
		}
	})
}

func seedCode(t *testing.T, w *mfatest.World, s mfa.Seed) string {
	t.Helper()
	data, err := json.Marshal(s.TOTPData)
	if err != nil {
		t.Fatal(err)
	}
	return codeOf(t, s.Secret, data, w.Clock.Now())
}

func TestWhereOnlySentCodesCountNothingElseDoes(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055550150")
		check := func(token string) mfa.TokenOutcome {
			t.Helper()
			result, err := w.Service.CheckToken(t.Context(), mfa.TokenCheck{Caller: w.Caller, User: ann.Ref(), Token: token, Sent: true})
			if err != nil {
				t.Fatal(err)
			}
			return result.Outcome
		}
		codes, err := w.Service.MakeRecoveryCodes(t.Context(), w.Caller, ann.Ref())
		if err != nil {
			t.Fatal(err)
		}
		for what, token := range map[string]string{"recovery": codes[0], "a seed's": ann.Link().Code(0)} {
			if got := check(token); got != mfa.TokenWrong {
				t.Errorf("%s code is %s", what, got)
			}
		}
	})
}
