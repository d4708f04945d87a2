package stepup_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
	"github.com/twinseal/twinseal/receipt"
)

// gate counts how often it is asked, and refuses as long as it has an error.
type gate struct {
	asked atomic.Int64
	err   error
	seen  func(a mfa.Action, m mfa.Method, by mfa.AuthenticatorID)
}

func (g *gate) MayVerify(_ context.Context, _ *mfa.Caller, a mfa.Action, m mfa.Method, by mfa.AuthenticatorID) error {
	g.asked.Add(1)
	if g.seen != nil {
		g.seen(a, m, by)
	}
	return g.err
}

func TestTheApplicationIsAskedBeforeAProofCounts(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		phone := s.enrolled("ann", mfa.MethodSMS, "+64270000001")
		p := s.track("ann", "withdraw")
		g := &gate{err: errors.New("not today")}
		g.seen = func(a mfa.Action, m mfa.Method, by mfa.AuthenticatorID) {
			if a.ID != p.ActionID || m != mfa.MethodSMS || by != phone.ID {
				s.Errorf("asked of %s by %s %s", a.ID, m, by)
			}
			s.wantState("while it is asked", p, mfa.ActionChallengeRequired)
		}
		s.stepup.UseGate(g)
		prompt, err := s.stepup.SendCode(s.Context(), p, mfa.MethodSMS)
		s.must(err)
		got, err := s.stepup.CheckCode(s.Context(), p, mfa.MethodSMS, wrongOf(s.code(prompt.ID)))
		s.must(err)
		if got.Verified || g.asked.Load() != 0 {
			s.Errorf("of a wrong code it was asked %d times", g.asked.Load())
		}
		if _, err := s.stepup.CheckCode(s.Context(), p, mfa.MethodSMS, s.code(prompt.ID)); !errors.Is(err, g.err) {
			s.Errorf("its refusal became %v", err)
		}
		s.wantState("refused", p, mfa.ActionChallengeRequired)
		g.err = nil
		got, err = s.stepup.CheckCode(s.Context(), p, mfa.MethodSMS, s.code(prompt.ID))
		s.verified("the same code, not used up", got, err)
		if g.asked.Load() != 2 {
			s.Errorf("it was asked %d times", g.asked.Load())
		}
	})
}

func TestAProofThatPassedTheGateStillCountsOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		_, seed := s.seeded("ann")
		s.stepup.UseGate(&gate{})
		p := s.track("ann", "withdraw")
		code := s.now(seed, 0)
		if n := s.winners(func() (out stepup.Result, err error) { return s.stepup.CheckTOTP(s.Context(), p, code) }); n != 1 {
			s.Errorf("it counted %d times", n)
		}
	})
}

func TestWhoeverLooksAtAnActionIsToldWhereItStandsThoughTheGateIsAgainstAnAnswer(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		person := s.Register("4055550101")
		phone := person.Link()
		s.named(person.User, "ann")
		p := s.track("ann", "withdraw")
		pushed, err := s.stepup.StartPush(s.Context(), p, "", "")
		s.must(err)
		waiting, err := s.Service.PendingFor(s.Context(), phone.Authenticate("jti-0000000000000-list"))
		s.must(err)
		_, err = s.Service.Answer(s.Context(), phone.Caller, waiting[0].ID, phone.Statement(waiting[0], receipt.Approved, nil), nil)
		s.must(err)
		g := &gate{err: &mfa.Error{Code: mfa.Forbidden, Message: "not today"}}
		s.stepup.UseGate(g)
		settled := func(want mfa.ActionState) {
			s.Helper()
			a, err := s.Actions.ByID(s.Context(), s.caller, p.ActionID)
			s.must(err)
			a, err = s.stepup.Settle(s.Context(), s.caller, a)
			s.must(err)
			if a.State != want {
				s.Errorf("the action is %s, want %s", a.State, want)
			}
		}
		settled(mfa.ActionChallengeRequired)
		_, err = s.stepup.CheckPush(s.Context(), p, pushed.Prompt.ID)
		s.want("who waits", err, mfa.Forbidden, "")
		g.err = nil
		settled(mfa.ActionChallengeSucceeded)
	})
}
