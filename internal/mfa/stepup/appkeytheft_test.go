package stepup_test

import (
	"encoding/json"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

func TestWhoeverKnowsAKeyWithoutHoldingItChangesNothingOfIt(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	_, a := s.phoned("ann", mfa.MethodPush)
	thief := s.track("ann", "withdraw") // the password is known to others
	thief.DeviceID = "another"
	out, err := s.stepup.AddAppKey(s.Context(), thief, stepup.NewAppKey{Use: mfa.MethodPush, Key: a.ref.Key, Platform: "ios", PushToken: "the thief's"})
	out = s.verified("the same key again", out, err)
	_, e, err := s.stepup.AppKey(s.Context(), s.caller, a.ref)
	s.must(err)
	var data mfa.AppKeyData
	s.must(json.Unmarshal(e.Data, &data))
	if data.PushToken != "token-1" || data.DeviceID != "browser-1" {
		t.Errorf("its pushes go to %q of %q", data.PushToken, data.DeviceID)
	}
	if out.Action.State != mfa.ActionChallengeRequired || has(out.Pass.Scopes, stepup.ScopeAdd) {
		t.Errorf("it gave %s and %v", out.Action.State, out.Pass.Scopes)
	}
}
