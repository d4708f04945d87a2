package stepup

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

// Pushed is a question on its way to phones.
type Pushed struct {
	Prompt mfa.Prompt
	Asked  []mfa.AuthenticatorID
	Number mfa.Secret // to be shown where the person waits; empty where none is asked for
}

// StartPush asks the user's phones, linked through whatever front door, and keys of the application's own app: all of
// them, or the one named. A phone that is named is asked together with the user's others, because the question is the
// user's at every front door. The first answer counts; what the action asked before is taken back. Matching is that of
// whoever shows the person a number, "" where that is for the application's settings to say.
func (s *Service) StartPush(ctx context.Context, p Pass, only mfa.AuthenticatorID, matching mfa.Matching) (Pushed, error) {
	v, err := s.Look(ctx, p)
	if err != nil {
		return Pushed{}, err
	}
	if !v.Provable {
		return Pushed{}, errOver
	}
	if err := usable(p.Caller, v.Action, mfa.MethodPush); err != nil {
		return Pushed{}, err
	}
	asked := askable(v.Entries, only, s.domain.Now())
	if len(asked) == 0 {
		return Pushed{}, errNoDevice
	}
	out := Pushed{}
	open := mfa.Prompt{ID: mfa.NewID[mfa.PromptID](), AuthenticatorID: only}
	if slices.ContainsFunc(asked, func(e people.Entry) bool { return e.Kind == mfa.KindDevice }) {
		c, err := s.ask(ctx, p, v, open.ID, matching)
		if err != nil {
			return out, err
		}
		open.ChallengeID, out.Number = c.ID, c.Number
	}
	for _, e := range asked {
		out.Asked = append(out.Asked, e.ID)
	}
	if out.Prompt, err = s.push(ctx, p, open, asked); err != nil {
		if failed := s.retract(ctx, p, open.ChallengeID); failed != nil {
			err = errors.Join(err, failed)
		}
		return Pushed{}, err
	}
	return out, nil
}

// retract takes a question back from the phones that nobody waits for after all.
func (s *Service) retract(ctx context.Context, p Pass, id mfa.ChallengeID) error {
	if id == "" {
		return nil
	}
	return s.store.Write(ctx, func(w mfa.WriteRecords) error {
		_, err := w.CancelChallenge(id, s.domain.Now())
		w.Announce(mfa.TopicChallenge(id), mfa.TopicUserChallenges(p.UserID))
		return err
	})
}

// askable are the phones and keys that can be asked.
func askable(mine []people.Entry, only mfa.AuthenticatorID, now time.Time) []people.Entry {
	return slices.DeleteFunc(slices.Clone(mine), func(e people.Entry) bool {
		return e.Method != mfa.MethodPush || only != "" && e.ID != only || e.Kind == mfa.KindAppKey && expired(e, now)
	})
}

// fallbackQuestion is what a phone shows where there is no action that it could name.
const fallbackQuestion = "sign-in"

// ask puts the question to the devices that were linked through any front door.
func (s *Service) ask(ctx context.Context, p Pass, v View, id mfa.PromptID, matching mfa.Matching) (mfa.Challenge, error) {
	extra, err := json.Marshal(map[string]any{"prompt": id})
	if err != nil {
		return mfa.Challenge{}, internal("a question could not be written", err)
	}
	return s.domain.AskApproval(ctx, mfa.AskApproval{
		Caller: p.Caller, User: mfa.UserRef{ID: p.UserID}, Message: firstOf(v.Action.Code, fallbackQuestion), Dialect: s.dialect, Extra: extra,
		Life: life(p.Caller, mfa.MethodPush), Source: p.Source, Matching: matching,
	})
}

// push writes the prompt, in the place of older ones of the action.
func (s *Service) push(ctx context.Context, p Pass, open mfa.Prompt, asked []people.Entry) (mfa.Prompt, error) {
	var out mfa.Prompt
	var sent mfa.DeliveryID
	err := s.attempt(ctx, p, func(a *attempt) error {
		if err := a.provable(); err != nil {
			return err
		}
		if err := a.takeBack(); err != nil {
			return err
		}
		var err error
		if out, err = a.prompt(mfa.MethodPush, kept{}); err != nil {
			return err
		}
		out.ID, out.AuthenticatorID, out.ChallengeID, out.SentAt, out.Sends = open.ID, open.AuthenticatorID, open.ChallengeID, a.now, 1
		if err := a.flooded(out); err != nil || a.refusal != nil {
			return err
		}
		if err := a.w.AddPrompt(out); err != nil {
			return err
		}
		if sent, err = a.wakeApp(out, asked); err != nil {
			return err
		}
		return a.tell(mfa.EventPromptSent, Said{Method: mfa.MethodPush, Authenticator: open.AuthenticatorID, Prompt: out.ID})
	})
	if err == nil {
		err = s.await(ctx, sent)
	}
	if err != nil {
		return mfa.Prompt{}, err
	}
	return out, nil
}

// takeBack ends the pushes of the action that nobody has answered.
func (a *attempt) takeBack() error {
	all, err := a.prompts()
	if err != nil {
		return err
	}
	for _, old := range all {
		if old.Method != mfa.MethodPush || old.State != mfa.PromptPending || !a.now.Before(old.ExpiresAt) {
			continue
		}
		if old.ChallengeID != "" {
			if won, err := a.w.CancelChallenge(old.ChallengeID, a.now); err != nil || !won {
				if err != nil {
					return err
				}
				continue // a phone has answered: that is for whoever looks at it
			}
			a.w.Announce(mfa.TopicChallenge(old.ChallengeID), mfa.TopicUserChallenges(a.UserID))
		}
		if _, err := a.answer(old, mfa.PromptRejected, "", a.now); err != nil {
			return err
		}
	}
	return nil
}

// flooded bounds the questions to keys of apps; those to devices are counted where they are asked.
func (a *attempt) flooded(open mfa.Prompt) error {
	if open.ChallengeID != "" {
		return nil
	}
	allowed, until, err := a.w.TakeLimit(a.domain.Limits().Approvals, "approvals:"+string(a.UserID)+":"+string(a.Caller.Application.ID), a.now)
	if err == nil && !allowed {
		a.refusal = a.domain.TooMany(until)
		err = a.tell(mfa.EventPromptLimited, Said{Method: mfa.MethodPush})
	}
	return err
}

// wakeApp tells the application's hook, where it has one, that a key of its app is asked.
func (a *attempt) wakeApp(open mfa.Prompt, asked []people.Entry) (mfa.DeliveryID, error) {
	keys := slices.ContainsFunc(asked, func(e people.Entry) bool { return e.Kind == mfa.KindAppKey })
	if !keys || a.settings(mfa.MethodPush).HookURL == "" {
		return "", nil
	}
	return a.queue(a.w, mailing{caller: a.Caller, prompt: open, user: a.user})
}

// answer moves a prompt on, and wakes whoever waits for it.
func (a *attempt) answer(open mfa.Prompt, to mfa.PromptState, by mfa.AuthenticatorID, at time.Time) (bool, error) {
	won, err := a.w.AnswerPrompt(open.ID, mfa.PromptAnswer{
		From: []mfa.PromptState{mfa.PromptPending, mfa.PromptClaimed}, To: to, UserID: a.UserID, ActionID: a.ActionID, AuthenticatorID: by, At: at,
	})
	if err == nil && won {
		a.w.Announce(mfa.TopicPrompt(open.ID))
	}
	return won, err
}
