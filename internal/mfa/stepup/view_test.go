package stepup_test

import (
	"slices"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

func TestAPageIsToldWhatMayBeDone(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	hidden := true
	s.set(func(a *mfa.ApplicationSettings) {
		a.StepUp.Methods[mfa.MethodSecurityKey] = mfa.MethodSettings{HiddenToUser: &hidden}
	})
	p := s.track("ann", "withdraw")
	v := s.look(p)
	if !v.Provable || !v.CanAdd || v.CanUpdate || v.CanRemove || len(v.Usable) != 0 || v.Default != "" || v.RecoveryDue {
		t.Errorf("somebody new: %+v", v)
	}
	want := []mfa.Method{mfa.MethodPasskey, mfa.MethodTOTP, mfa.MethodEmailOTP, mfa.MethodMagicLink, mfa.MethodSMS}
	if !slices.Equal(v.Enrollable, want) {
		t.Errorf("somebody new is offered %v", v.Enrollable)
	}
	s.enrolled("ann", mfa.MethodSMS, number)
	s.enrolled("ann", mfa.MethodEmailOTP, "ann@example.com")
	v = s.look(p)
	if v.CanAdd || len(v.Enrollable) != 0 || !slices.Equal(v.Usable, []mfa.Method{mfa.MethodEmailOTP, mfa.MethodMagicLink, mfa.MethodSMS, mfa.MethodRecovery}) {
		t.Errorf("somebody who has some: usable %v, enrollable %v", v.Usable, v.Enrollable)
	}
	p.Scopes = stepup.AllScopes()
	if v = s.look(p); !v.CanAdd || !slices.Contains(v.Enrollable, mfa.MethodTOTP) {
		t.Errorf("with every right: %v", v.Enrollable)
	}
	if _, err := s.stepup.Look(s.Context(), s.nobody()); !mfa.IsCode(err, mfa.Invalid) {
		t.Errorf("of nobody: %v", err)
	}
}

func TestAViewIsOfItsOwnAction(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	p, bob := s.track("ann", "withdraw"), s.track("bob", "withdraw")
	p.ActionID = bob.ActionID
	_, err := s.stepup.Look(s.Context(), p)
	s.want("somebody else's", err, mfa.NotFound, "")
	bob.Caller = s.neighbour()
	_, err = s.stepup.Look(s.Context(), bob)
	s.want("another application's", err, mfa.NotFound, "")
}

func TestWhoeverManagesWithoutAnActionProvesNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.enrolled("ann", mfa.MethodSMS, number)
	action := s.track("ann", "withdraw")
	p := action
	p.ActionID, p.Scopes = "", stepup.AllScopes()
	prompt, err := s.stepup.EnrolAddress(s.Context(), p, mfa.MethodEmailOTP, "ann@example.com")
	s.must(err)
	got, err := s.stepup.CheckCode(s.Context(), p, mfa.MethodEmailOTP, s.code(prompt.ID))
	s.verified("a further address", got, err)
	r, err := s.stepup.CheckCode(s.Context(), action, mfa.MethodEmailOTP, s.code(prompt.ID))
	s.failed("its code for an action", r, err, stepup.FailureInvalid)
	s.wantState("then", action, mfa.ActionChallengeRequired)
}
