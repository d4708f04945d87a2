package stepup_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/actions"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// rule adds a rule that decides all actions of a code.
func (s *scene) rule(code, conditions string, outcome mfa.ActionOutcome, methods ...mfa.Method) {
	s.Helper()
	s.must(s.Store.Write(s.Context(), func(w mfa.WriteRecords) error {
		return w.PutRule(mfa.Rule{
			ID: mfa.NewID[mfa.RuleID](), ApplicationID: s.caller.Application.ID, ActionCode: code, Name: code, Active: true, Outcome: outcome,
			Conditions: json.RawMessage(conditions), Methods: methods, CreatedAt: s.Clock.Now(),
		})
	}))
}

func TestAClaimProvesNothingThatTheRulesWantProvedOtherwise(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		s.enrolled("ann", mfa.MethodSMS, number)
		s.rule("withdraw", `{"==":[1,1]}`, mfa.OutcomeChallenge, mfa.MethodPasskey)
		withdraw := func(in *stepup.StartOTP) { in.Code = "withdraw" }
		p := s.start(withdraw)
		s.verify(p, s.code(p.ID))
		out, err := s.claim(p, "ann")
		s.must(err)
		if out.Verified || out.Action.State != mfa.ActionChallengeRequired || has(out.Pass.Scopes, stepup.ScopeAdd) {
			s.Errorf("the claim of a code that was verified gives %s and %v", out.Action.State, out.Pass.Scopes)
		}
		s.wantState("then", out.Pass, mfa.ActionChallengeRequired)

		p = s.start(withdraw)
		out, err = s.stepup.Claim(s.Context(), stepup.Claimed{Caller: s.caller, PromptID: p.ID, UserAlias: "ann", Unverified: true})
		s.must(err)
		if out := s.verify(p, s.code(p.ID)); !out.Verified {
			s.Errorf("the code gives %+v", out)
		}
		s.wantState("after the code of what was claimed ahead", out.Pass, mfa.ActionChallengeRequired)
	})
}

func TestAnAddressThatIsNotTheUsersEarnsNoRecoveryCodes(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		s.set(func(a *mfa.ApplicationSettings) { a.StepUp.SkipRecoveryOnProgrammatic = true })
		s.enrolled("ann", mfa.MethodEmailOTP, "ann@example.test")
		p := s.start(func(*stepup.StartOTP) {})
		s.verify(p, s.code(p.ID))
		out, err := s.claim(p, "ann")
		s.must(err)
		if !out.Verified || out.Action.State != mfa.ActionChallengeSucceeded {
			s.Fatalf("the application's word for an address gives %+v", out)
		}
		view, err := s.stepup.Look(s.Context(), out.Pass)
		s.must(err)
		if view.RecoveryDue {
			s.Errorf("recovery codes are due to whoever has a foreign address")
		}
		if _, err := s.stepup.MakeRecovery(s.Context(), out.Pass); !mfa.IsCode(err, mfa.Forbidden) {
			s.Errorf("making them: %v", err)
		}
	})
}

func TestASignInUnderAKeyIsNoActionThatTheApplicationTellsOf(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		mine := passkeytest.New(passkeytest.Options{})
		s.keyed(s.track("mallory", "join"), mfa.MethodPasskey, mine)
		prompt, err := s.stepup.Prompt(s.Context(), s.nobody(), "withdraw", "order-7")
		s.must(err)
		asked, err := s.stepup.BeginAssertion(s.Context(), s.nobody(), mfa.MethodPasskey, prompt.ID)
		s.must(err)
		got, err := s.stepup.FinishAssertion(s.Context(), s.nobody(), mfa.MethodPasskey, prompt.ID, s.signed(mine, asked))
		s.verified("signing in under a key that was guessed", got, err)
		out, err := s.Actions.Track(s.Context(), actions.Track{
			Caller: s.caller, User: "mallory", Code: "withdraw", Key: "order-7", Request: mfa.ActionRequest{Custom: json.RawMessage(`{"amount":1000000}`)},
		})
		if !mfa.IsCode(err, mfa.Invalid) {
			s.Errorf("the withdrawal of that key is %s, %v: no rule has heard of its amount", out.Action.State, err)
		}
	})
}

func TestNobodyRenewsATokenByAskingForAnOldAnswer(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.enrolled("ann", mfa.MethodMagicLink, "ann@example.com")
	p := s.track("ann", "withdraw")
	_, err := s.stepup.SendCode(s.Context(), p, mfa.MethodMagicLink)
	s.must(err)
	got, err := s.stepup.ConfirmLink(s.Context(), s.link(), here, "")
	s.verified("the link", got, err)
	life := s.caller.Application.StepUpSettings().TokenLife()
	for _, c := range []struct {
		after time.Duration
		want  bool
	}{{mfa.DefaultPromptLife, true}, {life - time.Second, true}, {time.Second, false}, {life, false}} {
		s.Clock.Advance(c.after)
		got, err = s.stepup.PollLink(s.Context(), p)
		s.must(err)
		if got.Verified != c.want {
			t.Errorf("after %s more the answer counts: %v", c.after, got.Verified)
		}
		p = got.Pass
	}
}

func TestAnAddressIsGuessedAtABoundedNumberOfTimesADayByAllMethodsTogether(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	on := mfa.MethodSettings{Active: new(true), HookURL: "https://shop.example/hook"}
	limits, guesses := s.Service.Limits(), 0
	s.set(func(a *mfa.ApplicationSettings) {
		a.StepUp.Methods[mfa.MethodWhatsApp] = on
	})
	prompt := func(m mfa.Method) mfa.Prompt {
		p := mfa.Prompt{
			ID: mfa.NewID[mfa.PromptID](), OrganizationID: s.caller.Organization.ID, DirectoryID: s.caller.Directory.ID,
			ApplicationID: s.caller.Application.ID, ActionCode: "signIn", ActionKey: "k", Method: m, State: mfa.PromptPending,
			To: mfa.SecretText(number), Secret: mfa.SecretText("123456"), Data: json.RawMessage(`{}`), CreatedAt: s.Clock.Now(),
			ExpiresAt: s.Clock.Now().Add(mfa.DefaultPromptLife),
		}
		s.must(s.Store.Write(s.Context(), func(w mfa.WriteRecords) error { return w.AddPrompt(p) }))
		return p
	}
	guess := func(m mfa.Method) bool {
		p := prompt(m)
		for range limits.PromptAttempts {
			if _, err := s.stepup.Verify(s.Context(), s.caller, p.ID, "000000"); err != nil {
				s.want("a guess too many", err, mfa.Limited, "")
				return false
			}
			guesses++
		}
		return true
	}
	for range 40 { // of the shorter windows, each of which begins empty
		for _, m := range []mfa.Method{mfa.MethodSMS, mfa.MethodWhatsApp} {
			for guess(m) {
			}
		}
		s.Clock.Advance(limits.WrongPrompts.Per)
	}
	if most := limits.WrongTokensUser.Burst * 3 / 2; guesses > most { // what ran out fills up again little by little
		t.Errorf("%d guesses were looked at within half a day, want %d at most", guesses, most)
	}
}
