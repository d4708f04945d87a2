package stepup_test

import (
	"errors"
	"sync/atomic"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

const number = "+64270000001"

// start asks for a code on behalf of the shop's server.
func (s *scene) start(change ...func(*stepup.StartOTP)) mfa.Prompt {
	s.Helper()
	in := stepup.StartOTP{Caller: s.caller, Method: mfa.MethodSMS, Address: number, Code: "signIn", IP: here, DeviceID: "browser-1"}
	for _, f := range change {
		f(&in)
	}
	p, err := s.stepup.Start(s.Context(), in)
	s.must(err)
	return p
}

func (s *scene) verify(p mfa.Prompt, code string) stepup.OTPResult {
	s.Helper()
	out, err := s.stepup.Verify(s.Context(), s.caller, p.ID, code)
	s.must(err)
	return out
}

func (s *scene) claim(p mfa.Prompt, alias string) (stepup.Result, error) {
	return s.stepup.Claim(s.Context(), stepup.Claimed{Caller: s.caller, PromptID: p.ID, UserAlias: alias})
}

func TestAServerVerifiesAnAddressAndThenSaysWhoseItIs(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		p := s.start()
		if p.ActionKey == "" || p.ExpiresAt.Sub(s.Clock.Now()) != mfa.DefaultPromptLife || s.sent().To != number {
			s.Errorf("started %+v", p)
		}
		if out := s.verify(p, wrongOf(s.code(p.ID))); out.Verified || out.Failure != stepup.FailureInvalid || out.Address != "" {
			s.Errorf("a wrong code gives %+v", out)
		}
		_, err := s.claim(p, "ann")
		s.want("a claim before the code", err, mfa.Invalid, "")
		if out := s.verify(p, s.code(p.ID)); !out.Verified || out.Address != number || out.Prompt.Method != mfa.MethodSMS {
			s.Errorf("the right code gives %+v", out)
		}
		if out := s.verify(p, s.code(p.ID)); out.Verified {
			s.Error("the code counts twice")
		}
		if n := s.winners(func() (stepup.Result, error) { return s.claim(p, "ann") }); n != 1 {
			s.Errorf("%d claims counted", n)
		}
		a, err := s.Actions.Get(s.Context(), s.caller, "ann", "signIn", p.ActionKey)
		s.must(err)
		if a.State != mfa.ActionChallengeSucceeded || a.Method != mfa.MethodSMS {
			s.Errorf("the action is %s by %s", a.State, a.Method)
		}
		v := s.look(stepup.Pass{Caller: s.caller, UserID: a.UserID, ActionID: a.ID})
		if len(v.Entries) != 1 || v.Entries[0].Address != number {
			s.Errorf("enrolled %+v", v.Entries)
		}
	})
}

func TestTheLogTellsOfMessagesThatWentOut(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		p := s.start()
		s.start(func(in *stepup.StartOTP) { in.PromptID = p.ID })
		if told, sent := len(s.events(stepup.Pass{}, mfa.EventPromptSent)), len(s.messages()); told != 1 || sent != 1 {
			s.Errorf("%d messages went out, the log tells of %d", sent, told)
		}
		s.Clock.Advance(s.Service.Limits().ResendWindow)
		s.start(func(in *stepup.StartOTP) { in.PromptID = p.ID })
		if told, sent := len(s.events(stepup.Pass{}, mfa.EventPromptSent)), len(s.messages()); told != 2 || sent != 2 {
			s.Errorf("%d messages went out later, the log tells of %d", sent, told)
		}
	})
}

func TestOfManyWhoVerifyOneCodeOneDoes(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		p := s.start()
		var won atomic.Int64
		mfatest.Crowd(crowd, func() error {
			out, err := s.stepup.Verify(s.Context(), s.caller, p.ID, s.code(p.ID))
			if err != nil {
				s.Errorf("a loser hears %v", err)
			}
			if out.Verified {
				won.Add(1)
			}
			return err
		})
		if won.Load() != 1 {
			s.Errorf("it counted %d times", won.Load())
		}
	})
}

func TestAClaimAheadOfTheCodeMovesTheActionOnceItComes(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		p := s.start(func(in *stepup.StartOTP) { in.Method, in.Address = mfa.MethodEmailOTP, "ann@example.com" })
		out, err := s.stepup.Claim(s.Context(), stepup.Claimed{Caller: s.caller, PromptID: p.ID, UserAlias: "ann", Unverified: true})
		s.must(err)
		if out.Verified || out.Action.State != mfa.ActionChallengeRequired || has(out.Pass.Scopes, stepup.ScopeAdd) {
			s.Errorf("claimed %+v", out)
		}
		_, err = s.claim(p, "bob")
		s.want("another claim", err, mfa.Conflict, mfa.ReasonNotPending)
		if out := s.verify(p, s.code(p.ID)); !out.Verified {
			s.Errorf("the code gives %+v", out)
		}
		s.wantState("then", out.Pass, mfa.ActionChallengeSucceeded)
	})
}

func TestAServersPromptIsItsOwn(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	p := s.start()
	other := s.neighbour()
	for what, try := range map[string]func() error{
		"verify": func() error { _, err := s.stepup.Verify(s.Context(), other, p.ID, s.code(p.ID)); return err },
		"resend": func() error {
			_, err := s.stepup.Start(s.Context(), stepup.StartOTP{Caller: other, PromptID: p.ID})
			return err
		},
		"claim": func() error {
			_, err := s.stepup.Claim(s.Context(), stepup.Claimed{Caller: other, PromptID: p.ID, UserAlias: "ann", Unverified: true})
			return err
		},
		"find": func() error {
			_, err := s.stepup.Find(s.Context(), other, stepup.FindOTP{PromptID: p.ID})
			return err
		},
	} {
		s.want(what, try(), mfa.NotFound, "")
	}
	s.enrolled("ann", mfa.MethodSMS, number)
	mine, err := s.stepup.SendCode(s.Context(), s.track("ann", "withdraw"), mfa.MethodSMS)
	s.must(err)
	_, err = s.stepup.Verify(s.Context(), s.caller, mine.ID, s.code(mine.ID))
	s.want("a prompt of a person's own token", err, mfa.NotFound, "")
}

func TestACodeOfAServerIsGuessedFiveTimesAndItsAddressAFewMore(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		p := s.start()
		for range s.Service.Limits().PromptAttempts {
			s.verify(p, wrongOf(s.code(p.ID)))
		}
		if out := s.verify(p, s.code(p.ID)); out.Verified || out.Failure != stepup.FailureMaxAttempts {
			s.Errorf("after the guesses it is %+v", out)
		}
		guesses := s.Service.Limits().PromptAttempts
		for guesses < s.Service.Limits().WrongPrompts.Burst {
			p = s.start()
			for range s.Service.Limits().PromptAttempts {
				s.verify(p, wrongOf(s.code(p.ID)))
				guesses++
			}
		}
		p = s.start()
		_, err := s.stepup.Verify(s.Context(), s.caller, p.ID, s.code(p.ID))
		s.want("a new one", err, mfa.Limited, "")
		_, err = s.stepup.Start(s.Context(), stepup.StartOTP{Caller: s.caller, Method: mfa.MethodSMS, Address: number, Code: "signIn"})
		s.want("one message more", err, mfa.Limited, "")
	})
}

func TestAServerAddsAnAddressToSomebodyByScope(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.enrolled("ann", mfa.MethodEmailOTP, "ann@example.com")
	for _, c := range []struct {
		number string
		scopes []string
		want   int
	}{{"+64270000002", nil, 1}, {"+64270000003", []string{stepup.ScopeAdd}, 2}, {"+64270000004", []string{stepup.ScopeUpdate}, 2}} {
		p := s.start(func(in *stepup.StartOTP) { in.Address, in.UserAlias, in.Scopes = c.number, "ann", c.scopes })
		s.verify(p, s.code(p.ID))
		out, err := s.claim(p, "ann")
		out = s.verified("the claim", out, err)
		if out.Action.State != mfa.ActionChallengeSucceeded || has(out.Pass.Scopes, stepup.ScopeRemove) {
			t.Errorf("with %v it gave %s and %v", c.scopes, out.Action.State, out.Pass.Scopes)
		}
		if v := s.look(out.Pass); len(v.Entries) != c.want {
			t.Errorf("with %v there are %d entries", c.scopes, len(v.Entries))
		}
	}
	p := s.start(func(in *stepup.StartOTP) { in.Address, in.UserAlias = "+64270000005", "ann" })
	s.verify(p, s.code(p.ID))
	_, err := s.claim(p, "bob")
	s.want("for somebody else than it was begun for", err, mfa.NotFound, "")
}

func TestAPromptIsFoundWhileItLives(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.enrolled("ann", mfa.MethodSMS, number)
	p := s.start(func(in *stepup.StartOTP) { in.UserAlias = "ann" })
	for _, f := range []stepup.FindOTP{{PromptID: p.ID}, {UserAlias: "ann", Code: "signIn", Method: mfa.MethodSMS}, {UserAlias: "ann"}} {
		found, err := s.stepup.Find(s.Context(), s.caller, f)
		s.must(err)
		if found.ID != p.ID {
			t.Errorf("%+v finds %s", f, found.ID)
		}
	}
	for _, f := range []stepup.FindOTP{{UserAlias: "nobody"}, {UserAlias: "ann", Code: "other"}, {UserAlias: "ann", Method: mfa.MethodEmailOTP}, {PromptID: "x"}} {
		_, err := s.stepup.Find(s.Context(), s.caller, f)
		s.want("nothing", err, mfa.NotFound, "")
	}
	s.Clock.Advance(mfa.DefaultPromptLife)
	_, err := s.stepup.Find(s.Context(), s.caller, stepup.FindOTP{PromptID: p.ID})
	s.want("late", err, mfa.NotFound, "")
}

func TestWhatAServerCannotStartIsRefused(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for what, in := range map[string]stepup.StartOTP{
		"a method that sends nothing": {Method: mfa.MethodTOTP, Address: number, Code: "signIn"},
		"no address":                  {Method: mfa.MethodSMS, Code: "signIn"},
		"no mail address":             {Method: mfa.MethodEmailOTP, Address: number, Code: "signIn"},
		"no code":                     {Method: mfa.MethodSMS, Address: number},
		"an impossible code":          {Method: mfa.MethodSMS, Address: number, Code: "sign in"},
	} {
		in.Caller = s.caller
		_, err := s.stepup.Start(s.Context(), in)
		if !mfa.IsCode(err, mfa.Invalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err := s.stepup.Start(s.Context(), stepup.StartOTP{Caller: s.caller, Method: mfa.MethodWhatsApp, Address: number, Code: "signIn"})
	s.want("WhatsApp without a hook", err, mfa.Forbidden, mfa.ReasonFeatureOff)
}

func TestTheGateIsAskedBeforeAClaimCounts(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	g := &gate{err: errors.New("not today")}
	s.stepup.UseGate(g)
	p := s.start()
	s.verify(p, s.code(p.ID))
	if _, err := s.claim(p, "ann"); !errors.Is(err, g.err) {
		t.Errorf("its refusal became %v", err)
	}
	g.err = nil
	out, err := s.claim(p, "ann")
	s.verified("once it allows", out, err)
}
