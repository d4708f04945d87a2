package stepup

import (
	"context"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/actions"
)

// succeeded moves the action that was proved, and gives it as it stands.
func (a *attempt) succeeded(m mfa.Method, by mfa.AuthenticatorID) (mfa.Action, error) {
	out, _, err := a.actions.Succeed(a.w, a.proof(m, by))
	return out, err
}

// failed ends the action whose proof was refused.
func (a *attempt) failed(m mfa.Method, by mfa.AuthenticatorID) (mfa.Action, error) {
	if a.ActionID == "" {
		return a.action, nil
	}
	out, _, err := a.actions.Fail(a.w, a.proof(m, by))
	return out, err
}

func (a *attempt) proof(m mfa.Method, by mfa.AuthenticatorID) actions.Proof {
	return actions.Proof{
		Caller: a.Caller, Action: a.action, Method: m, AuthenticatorID: by, DeviceID: a.DeviceID, UserAgent: a.UserAgent, IP: a.Source,
	}
}

// track makes the action of somebody who is there before one was tracked, of a prompt that they answered if there is
// one, and ties the two together. The application's rules are heard: what they block is not moved. An action that was
// tracked otherwise is left alone, though strangers may name its key.
func (s *Service) track(ctx context.Context, p Pass, u mfa.User, code string, open mfa.Prompt) (mfa.Action, error) {
	if u.Alias == "" {
		return mfa.Action{}, errNameless
	}
	tracked, err := s.actions.Track(ctx, actions.Track{Caller: p.Caller, User: u.Alias, Code: code, Key: open.ActionKey, Request: mfa.ActionRequest{
		DeviceID: p.DeviceID, UserAgent: p.UserAgent, IP: p.Source, Locale: p.Locale, Custom: Custom(open), BySignIn: true,
	}})
	switch {
	case err != nil || open.ID == "":
		return tracked.Action, err
	case tracked.Again:
		return mfa.Action{}, errKeyTaken
	}
	_, err = s.bind(ctx, open, tracked.Action, open.State)
	return tracked.Action, err
}

// bind ties a prompt that was nobody's to an action: of several that want it one gets it.
func (s *Service) bind(ctx context.Context, open mfa.Prompt, action mfa.Action, to mfa.PromptState) (mfa.Prompt, error) {
	var out mfa.Prompt
	err := s.store.Write(ctx, func(w mfa.WriteRecords) (err error) {
		if out, err = w.LockPrompt(open.ID); err != nil {
			return err
		}
		if out.State != open.State || out.ActionID != "" && out.ActionID != action.ID {
			return errPromptOver
		}
		won, err := w.AnswerPrompt(open.ID, mfa.PromptAnswer{
			From: []mfa.PromptState{open.State}, To: to, UserID: action.UserID, ActionID: action.ID, At: s.domain.Now(),
		})
		if err == nil && !won {
			err = errPromptOver
		}
		return err
	})
	out.State, out.UserID, out.ActionID = to, action.UserID, action.ID
	return out, err
}
