package actions_test

import (
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/actions"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
)

func TestAProofMovesAnActionOnce(t *testing.T) {
	t.Parallel()
	scenes(t, func(t *testing.T, s *scene) {
		a := s.track(from("192.0.2.1", "browser")).Action
		failed := mfatest.Crowd(20, func() error {
			return s.Store.Write(s.Context(), func(w mfa.WriteRecords) error {
				_, _, err := s.Actions.Succeed(w, actions.Proof{Caller: s.Caller, Action: a, Method: mfa.MethodTOTP, AuthenticatorID: "seed"})
				return err
			})
		})
		if len(failed) > 0 || len(s.events(mfa.EventActionSucceeded)) != 1 {
			t.Fatalf("%v, %d successes", failed, len(s.events(mfa.EventActionSucceeded)))
		}
		now, err := s.Actions.ByID(s.Context(), s.Caller, a.ID)
		if err != nil || now.State != mfa.ActionChallengeSucceeded || now.Method != mfa.MethodTOTP || now.AuthenticatorID != "seed" {
			t.Errorf("action %+v, %v", now, err)
		}
		devices, err := s.People.Devices(s.Context(), s.Caller, "ann")
		if err != nil || len(devices) != 1 || !devices[0].Known() || devices[0].LastMethod != mfa.MethodTOTP {
			t.Errorf("devices %+v, %v", devices, err)
		}
	})
}

func TestOnlyWhatWaitsOrIsAllowedIsMovedByAProof(t *testing.T) {
	t.Parallel()
	scenes(t, func(t *testing.T, s *scene) {
		for state, moves := range map[mfa.ActionState]bool{
			mfa.ActionAllow: true, mfa.ActionChallengeRequired: true, mfa.ActionChallengeSucceeded: false, mfa.ActionChallengeFailed: false,
			mfa.ActionBlock: false, mfa.ActionReviewRequired: false, mfa.ActionReviewSucceeded: false, mfa.ActionReviewFailed: false,
		} {
			a := s.track(nil).Action
			set, err := s.Actions.Update(s.Context(), s.Caller, "ann", "pay", a.Key, state)
			if err != nil || set.State != state {
				t.Fatalf("%s: %+v, %v", state, set, err)
			}
			now, moved := s.succeed(a)
			if moved != moves || !moves && now.State != state {
				t.Errorf("%s: moved %v to %s", state, moved, now.State)
			}
		}
	})
}

func TestAFailureMovesWhatWaitsAlone(t *testing.T) {
	t.Parallel()
	scenes(t, func(t *testing.T, s *scene) {
		a := s.track(nil).Action
		fail := func() (out mfa.Action, moved bool) {
			s.must(s.Store.Write(s.Context(), func(w mfa.WriteRecords) (err error) {
				out, moved, err = s.Actions.Fail(w, actions.Proof{Caller: s.Caller, Action: a, Method: mfa.MethodPush})
				return err
			}))
			return out, moved
		}
		if got, moved := fail(); !moved || got.State != mfa.ActionChallengeFailed {
			t.Errorf("%v %s", moved, got.State)
		}
		if _, moved := fail(); moved {
			t.Error("it failed twice")
		}
		if len(s.events(mfa.EventActionFailed)) != 1 {
			t.Error("the log does not say so once")
		}
	})
}

func TestActionsOfOthersAreNotThere(t *testing.T) {
	t.Parallel()
	scenes(t, func(t *testing.T, s *scene) {
		a := s.track(nil).Action
		foreign := *s.Caller
		foreign.Application.ID = mfa.NewID[mfa.ApplicationID]()
		if _, err := s.Actions.ByID(s.Context(), &foreign, a.ID); !mfa.IsCode(err, mfa.NotFound) {
			t.Errorf("by id: %v", err)
		}
		if _, err := s.Actions.Get(s.Context(), &foreign, "ann", "pay", a.Key); !mfa.IsCode(err, mfa.NotFound) {
			t.Errorf("by key: %v", err)
		}
		if _, err := s.Actions.Update(s.Context(), &foreign, "ann", "pay", a.Key, mfa.ActionAllow); !mfa.IsCode(err, mfa.NotFound) {
			t.Errorf("update: %v", err)
		}
		if list, err := s.Actions.Query(s.Context(), &foreign, "ann", actions.Query{}); err != nil || len(list) > 0 {
			t.Errorf("list: %v, %v", list, err)
		}
		if list, err := s.Actions.Query(s.Context(), s.Caller, "ann", actions.Query{Codes: []string{"pay"}}); err != nil || len(list) != 1 {
			t.Errorf("own: %v, %v", list, err)
		}
		if list, err := s.Actions.Query(s.Context(), s.Caller, "nobody", actions.Query{}); err != nil || len(list) > 0 {
			t.Errorf("nobody's: %v, %v", list, err)
		}
	})
}
