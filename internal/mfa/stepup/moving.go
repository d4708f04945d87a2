package stepup

import (
	"github.com/twinseal/twinseal/internal/mfa"
)

// succeeded moves the action that was proved.
func (a *attempt) succeeded(m mfa.Method, by mfa.AuthenticatorID) (mfa.Action, error) {
	moved, err := a.w.MoveAction(a.ActionID, mfa.ActionMove{
		From: []mfa.ActionState{mfa.ActionAllow, mfa.ActionChallengeRequired}, To: mfa.ActionChallengeSucceeded, Method: m, AuthenticatorID: by, At: a.now,
	})
	if err != nil || !moved {
		return a.action, err
	}
	out := a.action
	out.State, out.StateAt, out.Method, out.AuthenticatorID = mfa.ActionChallengeSucceeded, a.now, m, by
	return out, a.note(mfa.EventActionSucceeded, m, by)
}

// failed ends the action whose proof was refused.
func (a *attempt) failed(m mfa.Method, by mfa.AuthenticatorID) (mfa.Action, error) {
	moved, err := a.w.MoveAction(a.ActionID, mfa.ActionMove{
		From: []mfa.ActionState{mfa.ActionAllow, mfa.ActionChallengeRequired}, To: mfa.ActionChallengeFailed, Method: m, AuthenticatorID: by, At: a.now,
	})
	if err != nil || !moved {
		return a.action, err
	}
	out := a.action
	out.State, out.StateAt, out.Method, out.AuthenticatorID = mfa.ActionChallengeFailed, a.now, m, by
	return out, a.note(mfa.EventActionFailed, m, by)
}
