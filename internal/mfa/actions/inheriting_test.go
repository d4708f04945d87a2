package actions_test

import (
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/actions"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

// begun is a challenge of an address that began before anybody was known.
func (s *scene) begun(state mfa.PromptState, address string) mfa.PromptID {
	s.tb.Helper()
	p := mfa.Prompt{
		ID: mfa.NewID[mfa.PromptID](), ApplicationID: s.Caller.Application.ID, ActionCode: "pay", Method: mfa.MethodSMS, State: state,
		To: mfa.SecretText(address), CreatedAt: s.Clock.Now(), ExpiresAt: s.Clock.Now().Add(time.Minute),
	}
	s.must(s.Store.Write(s.Context(), func(w mfa.WriteRecords) error { return w.AddPrompt(p) }))
	return p.ID
}

func attached(id mfa.PromptID) func(*actions.Track) {
	return func(in *actions.Track) { in.Prompt = id }
}

func TestNobodyHandsInTheirOwnAddressForSomebodyElse(t *testing.T) {
	t.Parallel()
	scenes(t, func(t *testing.T, s *scene) {
		_, err := s.People.EnrolVerified(s.Context(), s.Caller, "ann", people.NewEntry{Method: mfa.MethodSMS, Address: "+64 27 000 0001"})
		s.must(err)
		for _, state := range []mfa.PromptState{mfa.PromptVerified, mfa.PromptPending} {
			if out, err := s.try(attached(s.begun(state, "+64270000666"))); !mfa.IsCode(err, mfa.NotFound) {
				t.Errorf("a stranger's number, %s: the action is %s, %v", state, out.Action.State, err)
			}
		}
		if a := s.track(attached(s.begun(mfa.PromptVerified, "+64270000001"))).Action; a.State != mfa.ActionChallengeSucceeded {
			t.Errorf("with the own number the action is %s", a.State)
		}
		if _, err := s.try(attached(s.begun(mfa.PromptVerified, "+64270000002"))); !mfa.IsCode(err, mfa.NotFound) {
			t.Errorf("a number that was told of nobody: %v", err)
		}
		_, err = s.People.Update(s.Context(), s.Caller, "ann", people.Change{Phone: new("+64270000002"), PhoneVerified: new(true)})
		s.must(err)
		if a := s.track(attached(s.begun(mfa.PromptVerified, "+64270000002"))).Action; a.State != mfa.ActionChallengeSucceeded {
			t.Errorf("with a number that the application verified the action is %s", a.State)
		}
	})
}

func TestWhatWasProvedBeforeCountsWhereTheRulesAllowItAlone(t *testing.T) {
	t.Parallel()
	scenes(t, func(t *testing.T, s *scene) {
		s.rule(0, mfa.OutcomeChallenge, `{"==":[1,1]}`, func(r *mfa.Rule) { r.Methods = []mfa.Method{mfa.MethodTOTP} })
		id := s.begun(mfa.PromptVerified, "+64270000001")
		if a := s.track(attached(id)).Action; a.State != mfa.ActionChallengeRequired {
			t.Errorf("a code by SMS leaves an action for authenticator apps %s", a.State)
		}
	})
}

func TestWhatWasProvedBeforeWaitsForTheGate(t *testing.T) {
	t.Parallel()
	scenes(t, func(t *testing.T, s *scene) {
		s.must(s.Store.Write(s.Context(), func(w mfa.WriteRecords) error {
			return w.PutActionConfiguration(mfa.ActionConfiguration{
				ApplicationID: s.Caller.Application.ID, Code: "pay", HookURL: "https://shop.example/gate", CreatedAt: s.Clock.Now(), UpdatedAt: s.Clock.Now(),
			})
		}))
		id := s.begun(mfa.PromptVerified, "+64270000001")
		a := s.track(attached(id)).Action
		s.read(func(r mfa.Records) error {
			p, err := r.Prompt(id)
			if a.State != mfa.ActionChallengeRequired || p.State != mfa.PromptVerified || p.ActionID != a.ID {
				t.Errorf("before the application was asked the action is %s, the challenge %s", a.State, p.State)
			}
			return err
		})
	})
}
