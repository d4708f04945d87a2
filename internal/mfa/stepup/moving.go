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
		DeviceID: p.DeviceID, UserAgent: p.UserAgent, IP: p.Source, Locale: p.Locale, Custom: Custom(open),
	}})
	switch {
	case err != nil || open.ID == "":
		return tracked.Action, err
	case tracked.Again:
		return mfa.Action{}, errKeyTaken
	}
	return tracked.Action, s.store.Write(ctx, func(w mfa.WriteRecords) error {
		won, err := w.AnswerPrompt(open.ID, mfa.PromptAnswer{
			From: []mfa.PromptState{open.State}, To: open.State, UserID: u.ID, ActionID: tracked.Action.ID, At: s.domain.Now(),
		})
		if err == nil && !won {
			err = errPromptOver
		}
		return err
	})
}
