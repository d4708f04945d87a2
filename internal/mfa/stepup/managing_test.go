package stepup_test

import (
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/people"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// owner is a person with a phone number and an address, who has proved an action.
func (s *scene) owner() (stepup.Pass, people.Entry, people.Entry) {
	s.Helper()
	phone, mail := s.enrolled("ann", mfa.MethodSMS, "+64270000001"), s.enrolled("ann", mfa.MethodEmailOTP, "ann@example.com")
	p := s.track("ann", "settings")
	prompt, err := s.stepup.SendCode(s.Context(), p, mfa.MethodSMS)
	s.must(err)
	got, err := s.stepup.CheckCode(s.Context(), p, mfa.MethodSMS, s.code(prompt.ID))
	return s.verified("the owner", got, err).Pass, phone, mail
}

func TestWhoeverProvedAnActionLooksAfterTheirAuthenticators(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		s.set(func(a *mfa.ApplicationSettings) { a.StepUp.AllowDeleting, a.StepUp.AllowDisabling = true, true })
		p, phone, mail := s.owner()
		s.must(s.stepup.Rename(s.Context(), p, phone.ID, "  My\u202e phone "))
		s.must(s.stepup.SetDefault(s.Context(), p, mfa.MethodEmailOTP))
		v := s.look(p)
		if v.Entries[0].Name != "My phone" || v.Default != mfa.MethodEmailOTP || !v.CanAdd || !v.CanUpdate || !v.CanRemove {
			s.Errorf("%q, first %s, may %v %v %v", v.Entries[0].Name, v.Default, v.CanAdd, v.CanUpdate, v.CanRemove)
		}
		s.must(s.stepup.Remove(s.Context(), p, phone.ID))
		if v := s.look(p); len(v.Entries) != 1 || v.Entries[0].ID != mail.ID {
			s.Errorf("there are %+v", v.Entries)
		}
		_, err := s.stepup.MakeRecovery(s.Context(), p)
		s.must(err)
		s.must(s.stepup.DisableMFA(s.Context(), p))
		if v := s.look(p); len(v.Entries) != 0 || v.Recovery {
			s.Errorf("after switching all off there are %+v, recovery %v", v.Entries, v.Recovery)
		}
	})
}

func TestATokenThatWasMerelyTrackedChangesNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.set(func(a *mfa.ApplicationSettings) { a.StepUp.AllowDeleting, a.StepUp.AllowDisabling = true, true })
	_, phone, _ := s.owner()
	p := s.track("ann", "settings")
	for what, err := range map[string]error{
		"rename": s.stepup.Rename(s.Context(), p, phone.ID, "mine"), "remove": s.stepup.Remove(s.Context(), p, phone.ID),
		"default": s.stepup.SetDefault(s.Context(), p, mfa.MethodSMS), "disable": s.stepup.DisableMFA(s.Context(), p),
	} {
		s.want(what, err, mfa.Forbidden, mfa.ReasonNotAuthorized)
	}
	if v := s.look(p); len(v.Entries) != 2 || v.CanAdd || v.CanUpdate || v.CanRemove {
		s.Errorf("%+v", v)
	}
}

func TestPeopleChangeWhatTheApplicationLetsThem(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	p, phone, _ := s.owner()
	s.want("remove", s.stepup.Remove(s.Context(), p, phone.ID), mfa.Forbidden, mfa.ReasonFeatureOff)
	s.want("disable", s.stepup.DisableMFA(s.Context(), p), mfa.Forbidden, mfa.ReasonFeatureOff)
	s.set(func(a *mfa.ApplicationSettings) {
		a.StepUp.AllowDeleting = true
		a.StepUp.Methods[mfa.MethodSMS] = mfa.MethodSettings{EditableByUser: new(false)}
	})
	p.Caller = s.caller
	s.want("remove what is not editable", s.stepup.Remove(s.Context(), p, phone.ID), mfa.Forbidden, mfa.ReasonFeatureOff)
	s.want("rename it", s.stepup.Rename(s.Context(), p, phone.ID, "mine"), mfa.Forbidden, mfa.ReasonFeatureOff)
}

func TestAuthenticatorsOfOthersAreUnknown(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.set(func(a *mfa.ApplicationSettings) { a.StepUp.AllowDeleting = true })
	p, _, _ := s.owner()
	bobs := s.enrolled("bob", mfa.MethodSMS, "+64270000002")
	s.want("rename", s.stepup.Rename(s.Context(), p, bobs.ID, "mine"), mfa.NotFound, "")
	s.want("remove", s.stepup.Remove(s.Context(), p, bobs.ID), mfa.NotFound, "")
	s.want("default", s.stepup.SetDefault(s.Context(), p, mfa.MethodTOTP), mfa.NotFound, "")
	s.want("a name of nothing", s.stepup.Rename(s.Context(), p, bobs.ID, " \u200b "), mfa.Invalid, "")
}
