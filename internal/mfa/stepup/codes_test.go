package stepup_test

import (
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

var addresses = map[mfa.Method]string{mfa.MethodSMS: "+64270000001", mfa.MethodEmailOTP: "ann@example.com"}

func TestACodeEnrolsAnAddressAndProvesTheActionByIt(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		for m, address := range addresses {
			p := s.track("ann-"+string(m), "withdraw")
			prompt, err := s.stepup.EnrolAddress(s.Context(), p, m, address)
			s.must(err)
			if said := s.sent(); said.To != address || !strings.Contains(said.Text, s.code(prompt.ID)) {
				s.Errorf("sent %+v", said)
			}
			if v := s.look(p); len(v.Entries) != 0 || len(v.Open) != 1 {
				s.Errorf("before the code there are %d entries, %d prompts", len(v.Entries), len(v.Open))
			}
			got, err := s.stepup.CheckCode(s.Context(), p, m, " "+s.code(prompt.ID))
			out := s.verified(string(m), got, err)
			if !out.Enrolled || out.Entry == nil || out.Entry.ID != prompt.AuthenticatorID || out.Entry.Address != address || out.Method != m {
				s.Errorf("enrolled %+v", out.Entry)
			}
			if out.Action.State != mfa.ActionChallengeSucceeded || out.Action.Method != m || !has(out.Pass.Scopes, stepup.ScopeRemove) {
				s.Errorf("the action is %s by %s, with %v", out.Action.State, out.Action.Method, out.Pass.Scopes)
			}
			s.wantState(string(m), p, mfa.ActionChallengeSucceeded)
			r, err := s.stepup.CheckCode(s.Context(), p, m, s.code(prompt.ID))
			s.failed("the same code again", r, err, stepup.FailureInvalid)
			if v := s.look(p); len(v.Entries) != 1 || v.Entries[0].Method != m || !v.RecoveryDue {
				s.Errorf("afterwards %+v", v)
			}
		}
	})
}

func TestMessagesAreFromWhomTheMethodSays(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		s.set(func(a *mfa.ApplicationSettings) {
			a.StepUp.Name = "The Shop"
			a.StepUp.Methods[mfa.MethodEmailOTP] = mfa.MethodSettings{Sender: "Shop Security"}
		})
		for m, want := range map[mfa.Method]string{mfa.MethodEmailOTP: "Shop Security", mfa.MethodMagicLink: "The Shop"} {
			_, err := s.stepup.EnrolAddress(s.Context(), s.track("ann-"+string(m), "withdraw"), m, "ann@shop.example")
			s.must(err)
			if got := s.sent().From; got != want {
				s.Errorf("%s is from %q, want %q", m, got, want)
			}
		}
	})
}

func TestACodeCountsOnceHoweverManyPresentIt(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		s.enrolled("ann", mfa.MethodSMS, addresses[mfa.MethodSMS])
		p := s.track("ann", "withdraw")
		prompt, err := s.stepup.SendCode(s.Context(), p, mfa.MethodSMS)
		s.must(err)
		code := s.code(prompt.ID)
		if n := s.winners(func() (stepup.Result, error) { return s.stepup.CheckCode(s.Context(), p, mfa.MethodSMS, code) }); n != 1 {
			s.Errorf("it counted %d times", n)
		}
		if got := s.events(p, mfa.EventActionSucceeded); len(got) != 1 {
			s.Errorf("the action succeeded %d times", len(got))
		}
	})
}

func TestACodeCountsForItsActionAlone(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.enrolled("ann", mfa.MethodSMS, addresses[mfa.MethodSMS])
	s.enrolled("bob", mfa.MethodSMS, "+64270000002")
	p, other, bob := s.track("ann", "withdraw"), s.track("ann", "withdraw"), s.track("bob", "withdraw")
	prompt, err := s.stepup.SendCode(s.Context(), p, mfa.MethodSMS)
	s.must(err)
	for what, wrong := range map[string]stepup.Pass{"another action": other, "somebody else": bob} {
		r, err := s.stepup.CheckCode(s.Context(), wrong, mfa.MethodSMS, s.code(prompt.ID))
		s.failed(what, r, err, stepup.FailureInvalid)
		s.wantState(what, wrong, mfa.ActionChallengeRequired)
	}
	r, err := s.stepup.CheckCode(s.Context(), p, mfa.MethodEmailOTP, s.code(prompt.ID))
	s.failed("another method", r, err, stepup.FailureInvalid)
	mixed := p
	mixed.UserID = bob.UserID
	_, err = s.stepup.CheckCode(s.Context(), mixed, mfa.MethodSMS, s.code(prompt.ID))
	s.want("somebody else's action", err, mfa.NotFound, "")
	foreign := p
	foreign.Caller = s.neighbour()
	_, err = s.stepup.CheckCode(s.Context(), foreign, mfa.MethodSMS, s.code(prompt.ID))
	s.want("another application", err, mfa.NotFound, "")
	s.wantState("after all that", p, mfa.ActionChallengeRequired)
}

func TestACodeDies(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.enrolled("ann", mfa.MethodSMS, addresses[mfa.MethodSMS])
	p := s.track("ann", "withdraw")
	prompt, err := s.stepup.SendCode(s.Context(), p, mfa.MethodSMS)
	s.must(err)
	s.Clock.Advance(mfa.DefaultPromptLife)
	r, err := s.stepup.CheckCode(s.Context(), p, mfa.MethodSMS, s.code(prompt.ID))
	s.failed("too late", r, err, stepup.FailureInvalid)
}

func TestACodeIsGuessedFiveTimes(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		s.enrolled("ann", mfa.MethodSMS, addresses[mfa.MethodSMS])
		p := s.track("ann", "withdraw")
		prompt, err := s.stepup.SendCode(s.Context(), p, mfa.MethodSMS)
		s.must(err)
		for range s.Service.Limits().PromptAttempts {
			r, err := s.stepup.CheckCode(s.Context(), p, mfa.MethodSMS, wrongOf(s.code(prompt.ID)))
			s.failed("a guess", r, err, stepup.FailureInvalid)
		}
		r, err := s.stepup.CheckCode(s.Context(), p, mfa.MethodSMS, s.code(prompt.ID))
		s.failed("the right one after that", r, err, stepup.FailureMaxAttempts)
		s.wantState("after guessing", p, mfa.ActionChallengeRequired)
		next, err := s.stepup.SendCode(s.Context(), p, mfa.MethodSMS)
		s.must(err)
		if next.ID == prompt.ID {
			s.Error("the same code went out again")
		}
		got, err := s.stepup.CheckCode(s.Context(), p, mfa.MethodSMS, s.code(next.ID))
		s.verified("a new one", got, err)
	})
}

func TestGuessingOneCodeAfterTheOtherEndsTheAction(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.enrolled("ann", mfa.MethodSMS, addresses[mfa.MethodSMS])
	p := s.track("ann", "withdraw")
	var code string
	for range s.Service.Limits().WrongPrompts.Burst {
		prompt, err := s.stepup.SendCode(s.Context(), p, mfa.MethodSMS)
		s.must(err)
		code = s.code(prompt.ID)
		r, err := s.stepup.CheckCode(s.Context(), p, mfa.MethodSMS, wrongOf(code))
		s.failed("a guess", r, err, stepup.FailureInvalid)
	}
	s.wantState("the last guess", p, mfa.ActionChallengeFailed)
	_, err := s.stepup.CheckCode(s.Context(), p, mfa.MethodSMS, code)
	s.want("the right one", err, mfa.Conflict, mfa.ReasonNotPending)
	again := s.track("ann", "withdraw")
	prompt, err := s.stepup.SendCode(s.Context(), again, mfa.MethodSMS)
	s.must(err)
	_, err = s.stepup.CheckCode(s.Context(), again, mfa.MethodSMS, s.code(prompt.ID))
	s.want("in another action", err, mfa.Limited, "")
	again.Source = "198.51.100.7"
	got, err := s.stepup.CheckCode(s.Context(), again, mfa.MethodSMS, s.code(prompt.ID))
	s.verified("the owner from elsewhere", got, err)
	if got := s.events(p, mfa.EventPromptLimited); len(got) != 1 {
		s.Errorf("the log says %d times that the window is full", len(got))
	}
}

func TestGuessesOfManySourcesAreCountedTogether(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.enrolled("ann", mfa.MethodSMS, addresses[mfa.MethodSMS])
	p := s.track("ann", "withdraw")
	prompt, err := s.stepup.SendCode(s.Context(), p, mfa.MethodSMS)
	s.must(err)
	limit := s.Service.Limits().WrongTokensUser
	s.must(s.Store.Write(s.Context(), func(w mfa.WriteRecords) error {
		for range limit.Burst {
			if _, _, err := w.TakeLimit(limit, "wrong_tokens_user:"+string(p.UserID), s.Clock.Now()); err != nil {
				return err
			}
		}
		return nil
	}))
	_, err = s.stepup.CheckCode(s.Context(), p, mfa.MethodSMS, s.code(prompt.ID))
	s.want("from anywhere", err, mfa.Limited, "")
}

func TestTheSameCodeGoesOutAgainAFewTimes(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		s.enrolled("ann", mfa.MethodSMS, addresses[mfa.MethodSMS])
		p := s.track("ann", "withdraw")
		first, err := s.stepup.SendCode(s.Context(), p, mfa.MethodSMS)
		s.must(err)
		_, err = s.stepup.SendCode(s.Context(), p, mfa.MethodSMS)
		s.must(err)
		if n := len(s.messages()); n != 1 {
			s.Errorf("within seconds %d messages went out", n)
		}
		burst := s.Service.Limits().PromptSends.Burst
		for range burst - 1 {
			s.Clock.Advance(11 * time.Second)
			again, err := s.stepup.SendCode(s.Context(), p, mfa.MethodSMS)
			s.must(err)
			if again.ID != first.ID {
				s.Error("another code went out")
			}
		}
		s.Clock.Advance(11 * time.Second)
		_, err = s.stepup.SendCode(s.Context(), p, mfa.MethodSMS)
		s.want("once more", err, mfa.Limited, "")
		if n := len(s.messages()); n != burst {
			s.Errorf("%d messages went out, want %d", n, burst)
		}
		other := s.track("ann", "transfer")
		_, err = s.stepup.SendCode(s.Context(), other, mfa.MethodSMS)
		s.want("for another action", err, mfa.Limited, "")
	})
}

func TestOneNumberIsNotFloodedForManyPeople(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for i := range s.Service.Limits().PromptSends.Burst {
		_, err := s.stepup.EnrolAddress(s.Context(), s.track("user-"+string(rune('a'+i)), "join"), mfa.MethodSMS, addresses[mfa.MethodSMS])
		s.must(err)
	}
	_, err := s.stepup.EnrolAddress(s.Context(), s.track("one-more", "join"), mfa.MethodSMS, addresses[mfa.MethodSMS])
	s.want("for one more", err, mfa.Limited, "")
}

func TestWhoeverHasSomethingAddsMoreWithTheRightAlone(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.enrolled("ann", mfa.MethodEmailOTP, addresses[mfa.MethodEmailOTP])
	p := s.track("ann", "withdraw", func(r *mfa.ActionRequest) { r.Phone = "+64270000001" })
	_, err := s.stepup.EnrolAddress(s.Context(), p, mfa.MethodSMS, "+64270000009")
	s.want("without the right", err, mfa.Forbidden, mfa.ReasonNotAuthorized)
	_, err = s.stepup.SendCode(s.Context(), p, mfa.MethodSMS)
	s.want("to an address that was merely told", err, mfa.Invalid, mfa.ReasonNoPhone)

	p.Scopes = append(p.Scopes, stepup.ScopeAdd)
	prompt, err := s.stepup.EnrolAddress(s.Context(), p, mfa.MethodSMS, "+64270000009")
	s.must(err)
	got, err := s.stepup.CheckCode(s.Context(), p, mfa.MethodSMS, s.code(prompt.ID))
	out := s.verified("with it", got, err)
	s.wantState("what was added beside others", p, mfa.ActionChallengeRequired)
	if !out.Enrolled || has(out.Pass.Scopes, stepup.ScopeRemove) {
		s.Errorf("it gave the rights %v", out.Pass.Scopes)
	}
}

func TestWhatWasBegunWithNothingEnrolledIsNotFinishedBesideTheFirst(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	thief, ann := s.track("ann", "join"), s.track("ann", "join")
	his, err := s.stepup.EnrolAddress(s.Context(), thief, mfa.MethodSMS, "+64270000666")
	s.must(err)
	hers, err := s.stepup.EnrolAddress(s.Context(), ann, mfa.MethodSMS, "+64270000001")
	s.must(err)
	got, err := s.stepup.CheckCode(s.Context(), ann, mfa.MethodSMS, s.code(hers.ID))
	s.verified("hers", got, err)
	_, err = s.stepup.CheckCode(s.Context(), thief, mfa.MethodSMS, s.code(his.ID))
	s.want("his", err, mfa.Forbidden, mfa.ReasonNotAuthorized)
	s.wantState("his", thief, mfa.ActionChallengeRequired)
}

func TestSomebodyNewIsSentACodeWhereTheApplicationToldTheAddress(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	p := s.track("ann", "join", func(r *mfa.ActionRequest) { r.Email, r.Phone = "ann@example.com", "+64 27 000 0001" })
	for m, want := range map[mfa.Method]string{mfa.MethodEmailOTP: "ann@example.com", mfa.MethodSMS: "+64270000001"} {
		prompt, err := s.stepup.SendCode(s.Context(), p, m)
		s.must(err)
		if got := s.sent().To; got != want || !prompt.Enrols {
			s.Errorf("%s goes to %s", m, got)
		}
	}
	bare := s.track("bob", "join")
	_, err := s.stepup.SendCode(s.Context(), bare, mfa.MethodEmailOTP)
	s.want("without a mail address", err, mfa.Invalid, mfa.ReasonNoEmail)
	_, err = s.stepup.SendCode(s.Context(), bare, mfa.MethodSMS)
	s.want("without a number", err, mfa.Invalid, mfa.ReasonNoPhone)
}

func TestAnAddressIsChangedByWhoeverMayUpdate(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	old := s.enrolled("ann", mfa.MethodSMS, "+64270000001")
	p := s.track("ann", "settings")
	p.Scopes = append(p.Scopes, stepup.ScopeUpdate)
	prompt, err := s.stepup.EnrolAddress(s.Context(), p, mfa.MethodSMS, "+64270000002")
	s.must(err)
	got, err := s.stepup.CheckCode(s.Context(), p, mfa.MethodSMS, s.code(prompt.ID))
	s.verified("the new number", got, err)
	v := s.look(p)
	if len(v.Entries) != 1 || v.Entries[0].ID != old.ID || v.Entries[0].Address != "+64270000002" {
		s.Errorf("there are %+v", v.Entries)
	}
	s.wantState("after the change", p, mfa.ActionChallengeRequired)
}

func TestActionsThatAreDecidedAreMovedByNoProof(t *testing.T) {
	t.Parallel()
	for _, state := range []mfa.ActionState{
		mfa.ActionBlock, mfa.ActionReviewRequired, mfa.ActionReviewFailed, mfa.ActionReviewSucceeded, mfa.ActionChallengeFailed,
	} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			s.enrolled("ann", mfa.MethodSMS, addresses[mfa.MethodSMS])
			p := s.track("ann", "withdraw")
			prompt, err := s.stepup.SendCode(s.Context(), p, mfa.MethodSMS)
			s.must(err)
			a, err := s.Actions.ByID(s.Context(), s.caller, p.ActionID)
			s.must(err)
			_, err = s.Actions.Update(s.Context(), s.caller, "ann", a.Code, a.Key, state)
			s.must(err)
			_, err = s.stepup.CheckCode(s.Context(), p, mfa.MethodSMS, s.code(prompt.ID))
			s.want("the right code", err, mfa.Conflict, mfa.ReasonNotPending)
			_, err = s.stepup.SendCode(s.Context(), p, mfa.MethodSMS)
			s.want("another", err, mfa.Conflict, mfa.ReasonNotPending)
			s.wantState("then", p, state)
			if v := s.look(p); v.Provable {
				s.Error("the page is told that it could be proved")
			}
		})
	}
}

func TestMethodsThatAreOffOrNotAllowedProveNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.enrolled("ann", mfa.MethodSMS, addresses[mfa.MethodSMS])
	p := s.track("ann", "withdraw")
	prompt, err := s.stepup.SendCode(s.Context(), p, mfa.MethodSMS)
	s.must(err)
	s.set(func(a *mfa.ApplicationSettings) { a.SMS = false })
	p.Caller = s.caller
	_, err = s.stepup.CheckCode(s.Context(), p, mfa.MethodSMS, s.code(prompt.ID))
	s.want("its code", err, mfa.Forbidden, mfa.ReasonFeatureOff)
	_, err = s.stepup.SendCode(s.Context(), p, mfa.MethodSMS)
	s.want("another", err, mfa.Forbidden, mfa.ReasonFeatureOff)
	if v := s.look(p); has(v.Usable, mfa.MethodSMS) || has(v.Enrollable, mfa.MethodSMS) {
		s.Error("the page offers it")
	}
}

func TestNumbersThatGetNoMessagesAreRefused(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.set(func(a *mfa.ApplicationSettings) {
		a.StepUp.Methods[mfa.MethodSMS] = mfa.MethodSettings{Countries: []string{"NZ", "61"}}
	})
	for number, reason := range map[string]mfa.Reason{
		"+64270000001": "", "+61412345678": "", "+14155552671": mfa.ReasonCountryInvalid, "0270000001": mfa.ReasonPhoneInvalid, "+6493600000": mfa.ReasonLandline,
	} {
		_, err := s.stepup.EnrolAddress(s.Context(), s.track("ann"+number, "join"), mfa.MethodSMS, number)
		if reason == "" {
			s.must(err)
			continue
		}
		s.want(number, err, mfa.Invalid, reason)
	}
}

func TestSuspendedPeopleProveNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	p := s.track("ann", "withdraw")
	s.must(s.Store.Write(s.Context(), func(w mfa.WriteRecords) error {
		u, err := w.LockUser(s.caller.Directory.ID, mfa.UserRef{ID: p.UserID})
		if err != nil {
			return err
		}
		u.State = mfa.UserSuspended
		return w.UpdateUser(u)
	}))
	_, err := s.stepup.EnrolAddress(s.Context(), p, mfa.MethodSMS, addresses[mfa.MethodSMS])
	s.want("to enrol", err, mfa.Forbidden, mfa.ReasonUserSuspended)
	_, err = s.stepup.Look(s.Context(), p)
	s.want("to look", err, mfa.Forbidden, mfa.ReasonUserSuspended)
}

func TestWhatHasBeenRemovedProvesNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	e := s.enrolled("ann", mfa.MethodSMS, addresses[mfa.MethodSMS])
	s.enrolled("ann", mfa.MethodEmailOTP, addresses[mfa.MethodEmailOTP])
	p := s.track("ann", "withdraw")
	prompt, err := s.stepup.SendCode(s.Context(), p, mfa.MethodSMS)
	s.must(err)
	_, err = s.People.Remove(s.Context(), s.caller, "ann", e.ID, "")
	s.must(err)
	r, err := s.stepup.CheckCode(s.Context(), p, mfa.MethodSMS, s.code(prompt.ID))
	s.failed("a code to a number that is gone", r, err, stepup.FailureInvalid)
}
