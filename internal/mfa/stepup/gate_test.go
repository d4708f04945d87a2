package stepup_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
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
