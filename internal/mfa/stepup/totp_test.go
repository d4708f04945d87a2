package stepup_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/factor/totp"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/people"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// now is what an authenticator app shows of a seed.
func (s *scene) now(seed mfa.Seed, after time.Duration) string {
	s.Helper()
	code, err := totp.Code(seed.Secret, seed.TOTPData, s.Clock.Now().Add(after))
	s.must(err)
	return code
}

// seeded is a person with an authenticator app.
func (s *scene) seeded(alias string) (stepup.Pass, mfa.Seed) {
	s.Helper()
	p := s.track(alias, "join")
	seed, err := s.stepup.BeginTOTP(s.Context(), p)
	s.must(err)
	got, err := s.stepup.CheckTOTP(s.Context(), p, s.now(seed.Seed, 0))
	s.verified("its first code", got, err)
	s.Clock.Advance(time.Minute)
	return p, seed.Seed
}

func TestTheFirstCodeEnrolsAnAuthenticatorApp(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		p := s.track("ann", "join", func(r *mfa.ActionRequest) { r.Email = "ann@example.com" })
		seed, err := s.stepup.BeginTOTP(s.Context(), p)
		s.must(err)
		again, err := s.stepup.BeginTOTP(s.Context(), p)
		s.must(err)
		if !again.Secret.Equal(seed.Secret) || again.AuthenticatorID != seed.AuthenticatorID || seed.Label != "ann@example.com" || seed.Digits != 6 || seed.Period != 30 {
			s.Errorf("shown again it is %+v, first %+v", again.TOTPData, seed.TOTPData)
		}
		other, err := s.stepup.BeginTOTP(s.Context(), s.track("ann", "join"))
		s.must(err)
		if other.Secret.Equal(seed.Secret) {
			s.Error("another action shows the same seed")
		}
		if v := s.look(p); len(v.Entries) != 0 {
			s.Error("it is enrolled before its first code")
		}
		got, err := s.stepup.CheckTOTP(s.Context(), p, "000 000")
		s.failed("a wrong code", got, err, stepup.FailureInvalid)
		got, err = s.stepup.CheckTOTP(s.Context(), p, s.now(seed.Seed, 0))
		out := s.verified("its first code", got, err)
		if !out.Enrolled || out.Entry.ID != seed.AuthenticatorID || out.Action.State != mfa.ActionChallengeSucceeded {
			s.Errorf("enrolled %+v", out)
		}
		next := s.track("ann", "withdraw")
		got, err = s.stepup.CheckTOTP(s.Context(), next, s.now(seed.Seed, 0))
		s.failed("the step that enrolled it", got, err, stepup.FailureInvalid)
		got, err = s.stepup.CheckTOTP(s.Context(), next, s.now(seed.Seed, 30*time.Second))
		s.verified("the next step", got, err)
	})
}

func TestAStepCountsOnceHoweverManyPresentIt(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		_, seed := s.seeded("ann")
		first, second := s.track("ann", "withdraw"), s.track("ann", "transfer")
		code, turn := s.now(seed, 0), make(chan stepup.Pass, crowd)
		for i := range crowd {
			turn <- []stepup.Pass{first, second}[i%2]
		}
		if n := s.winners(func() (stepup.Result, error) { return s.stepup.CheckTOTP(s.Context(), <-turn, code) }); n != 1 {
			s.Errorf("it counted %d times", n)
		}
		if (s.state(first) == mfa.ActionChallengeSucceeded) == (s.state(second) == mfa.ActionChallengeSucceeded) {
			s.Errorf("the actions are %s and %s", s.state(first), s.state(second))
		}
	})
}

func TestSeedsOfOtherFrontDoorsCount(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	phone := s.Register("4055550101")
	device := phone.Link()
	u := phone.User
	s.must(s.Store.Write(s.Context(), func(w mfa.WriteRecords) error {
		known, err := w.LockUser(u.DirectoryID, mfa.UserRef{ID: u.ID})
		if err != nil {
			return err
		}
		known.Alias = "ann"
		return w.UpdateUser(known)
	}))
	p := s.track("ann", "withdraw")
	if v := s.look(p); !has(v.Usable, mfa.MethodTOTP) || !has(v.Usable, mfa.MethodPush) {
		s.Errorf("there is %v", v.Usable)
	}
	_, err := s.stepup.BeginTOTP(s.Context(), p)
	s.want("to enrol without a proof", err, mfa.Forbidden, mfa.ReasonNotAuthorized)
	code := device.Code(0)
	got, err := s.stepup.CheckTOTP(s.Context(), p, code)
	s.verified("the phone's code", got, err)
	if r := phone.Check(code, here); r.Outcome != mfa.TokenReplayed {
		s.Errorf("at the other door the same code is %s", r.Outcome)
	}
}

func TestGuessesAreSharedWithTheOtherFrontDoors(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	_, seed := s.seeded("ann")
	p := s.track("ann", "withdraw")
	for range s.Service.Limits().WrongTokens.Burst {
		got, err := s.stepup.CheckTOTP(s.Context(), p, wrongOf(s.now(seed, 0)))
		s.failed("a guess", got, err, stepup.FailureInvalid)
	}
	s.wantState("the last guess", p, mfa.ActionChallengeFailed)
	_, err := s.stepup.CheckTOTP(s.Context(), s.track("ann", "withdraw"), s.now(seed, 0))
	s.want("the right one", err, mfa.Limited, "")
	r, err := s.Service.CheckToken(s.Context(), mfa.TokenCheck{Caller: s.caller, User: mfa.UserRef{ID: p.UserID}, Token: s.now(seed, 0), Force: true, Source: here})
	s.must(err)
	if r.Outcome != mfa.TokenLimited {
		s.Errorf("at the other door it is %s", r.Outcome)
	}
}

func TestARecoveryCodeStandsInOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		p, _ := s.seeded("ann")
		codes, err := s.stepup.MakeRecovery(s.Context(), p)
		s.must(err)
		if v := s.look(p); !v.Recovery || v.RecoveryDue || !has(v.Usable, mfa.MethodRecovery) {
			s.Errorf("with codes the view says %+v", v)
		}
		_, err = s.stepup.MakeRecovery(s.Context(), p)
		s.want("others, without the right", err, mfa.Forbidden, mfa.ReasonNotAuthorized)
		next := s.track("ann", "withdraw")
		_, err = s.stepup.MakeRecovery(s.Context(), next)
		s.want("others, before a proof", err, mfa.Forbidden, mfa.ReasonNotAuthorized)
		if n := s.winners(func() (stepup.Result, error) { return s.stepup.CheckRecovery(s.Context(), next, codes[0]) }); n != 1 {
			s.Errorf("it counted %d times", n)
		}
		s.wantState("then", next, mfa.ActionChallengeSucceeded)
		s.Clock.Advance(15 * time.Minute) // the losers have guessed
		got, err := s.stepup.CheckRecovery(s.Context(), s.track("ann", "withdraw"), codes[0])
		s.failed("again", got, err, stepup.FailureInvalid)
		next.Scopes = stepup.AllScopes()
		fresh, err := s.stepup.MakeRecovery(s.Context(), next)
		s.must(err)
		got, err = s.stepup.CheckRecovery(s.Context(), s.track("ann", "withdraw"), codes[1])
		s.failed("one of those that were replaced", got, err, stepup.FailureInvalid)
		got, err = s.stepup.CheckRecovery(s.Context(), s.track("ann", "withdraw"), fresh[1])
		s.verified("a fresh one", got, err)
	})
}

func TestWithoutRecoveryNobodyRecovers(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	p, _ := s.seeded("ann")
	codes, err := s.stepup.MakeRecovery(s.Context(), p)
	s.must(err)
	s.set(func(a *mfa.ApplicationSettings) { a.StepUp.DisableRecovery = true })
	p = s.track("ann", "withdraw")
	_, err = s.stepup.CheckRecovery(s.Context(), p, codes[0])
	s.want("a code", err, mfa.Forbidden, mfa.ReasonFeatureOff)
	_, err = s.stepup.MakeRecovery(s.Context(), p)
	s.want("others", err, mfa.Forbidden, mfa.ReasonFeatureOff)
	if v := s.look(p); has(v.Usable, mfa.MethodRecovery) {
		s.Error("the page offers it")
	}
}

func TestASeedThatTheServerBroughtCounts(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	key := mfa.SecretText("12345678901234567890")
	_, err := s.People.EnrolVerified(s.Context(), s.caller, "ann", people.NewEntry{Method: mfa.MethodTOTP, Seed: key})
	s.must(err)
	p := s.track("ann", "withdraw")
	var data mfa.TOTPData
	s.must(json.Unmarshal(s.look(p).Entries[0].Data, &data))
	got, err := s.stepup.CheckTOTP(s.Context(), p, s.now(mfa.Seed{Secret: key, TOTPData: data}, 0))
	s.verified("its code", got, err)
}
