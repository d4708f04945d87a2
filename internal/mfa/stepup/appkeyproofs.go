package stepup

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

// Waiting is what an app shows before it is answered. Prompt.ID is "" where nothing waits.
type Waiting struct {
	Entry   people.Entry
	User    mfa.User
	Profile mfa.Profile
	Prompt  mfa.Prompt
	Custom  json.RawMessage // of the action or, of one that was not tracked yet, as whoever began told
}

// WaitingFor finds the newest prompt that waits for a key's answer. Without a signature it is refused where the
// application demands one.
func (s *Service) WaitingFor(ctx context.Context, p Pass, k Signed) (Waiting, error) {
	u, e, err := s.reader(ctx, p, k)
	if err != nil {
		return Waiting{}, err
	}
	out := Waiting{Entry: e, User: u}
	err = s.store.Read(ctx, func(r mfa.Records) error {
		all, err := r.PendingPrompts(p.Caller.Application.ID, u.ID, s.domain.Now())
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(open mfa.Prompt) bool { return asks(open, e) })
		if i < 0 {
			return nil
		}
		out.Prompt = all[i]
		return s.about(r, &out)
	})
	return out, err
}

// reader finds a key that may see what waits for it.
func (s *Service) reader(ctx context.Context, p Pass, k Signed) (mfa.User, people.Entry, error) {
	if !p.Caller.Application.StepUpSettings().RequireSignedPush {
		return s.AppKey(ctx, p.Caller, k.KeyRef)
	}
	messages, err := s.readMessages(ctx, p.Caller, k.KeyRef)
	if err != nil {
		return mfa.User{}, people.Entry{}, err
	}
	return s.signedBy(ctx, p, k, messages...)
}

// asks reports whether a prompt waits for a key.
func asks(open mfa.Prompt, e people.Entry) bool {
	switch {
	case open.State == mfa.PromptClaimed:
		return open.AuthenticatorID == e.ID
	case open.State != mfa.PromptPending:
		return false
	case open.Method == mfa.MethodPush:
		return (e.Method == mfa.MethodPush || e.Method == mfa.MethodDevice) && (open.AuthenticatorID == "" || open.AuthenticatorID == e.ID)
	}
	return false
}

// about reads what a prompt is about.
func (s *Service) about(r mfa.Records, out *Waiting) error {
	var err error
	if out.Profile, err = people.ProfileOf(r, out.User); err != nil {
		return err
	}
	out.Custom = Custom(out.Prompt)
	if out.Prompt.ActionID == "" {
		return nil
	}
	action, err := r.Action(out.Prompt.ActionID)
	if err == nil {
		out.Custom = action.Request.Custom
	}
	return err
}

// AnswerByKey approves or rejects a prompt that is asked of the key, or was claimed by it. What was signed is the
// prompt's id.
func (s *Service) AnswerByKey(ctx context.Context, p Pass, id mfa.PromptID, k Signed, approve bool) (Result, error) {
	u, e, err := s.signedBy(ctx, p, k, string(id))
	if err != nil {
		return Result{}, err
	}
	open, err := s.promptFor(ctx, p, u, id)
	if err != nil {
		return Result{}, err
	}
	if !asks(open, e) {
		return Result{}, errPromptOver
	}
	mine := of(open, p, u)
	if mine.ActionID == "" && approve {
		action, err := s.track(ctx, mine, u, open.ActionCode, open)
		if err != nil {
			return Result{}, err
		}
		mine.ActionID = action.ID
	}
	return s.answerByKey(ctx, mine, open, e, approve)
}

// of is the pass of a prompt's action, at the place of whoever began it.
func of(open mfa.Prompt, p Pass, u mfa.User) Pass {
	return Pass{
		Caller: p.Caller, UserID: u.ID, ActionID: open.ActionID, Source: open.IP, UserAgent: open.UserAgent, DeviceID: open.DeviceID, Locale: open.Locale,
	}
}

func (s *Service) answerByKey(ctx context.Context, p Pass, open mfa.Prompt, e people.Entry, approve bool) (Result, error) {
	out, err := s.prove(ctx, p, func(a *attempt) (Result, error) {
		by, ok := people.EntryOf(a.mine(), e.ID)
		if !ok {
			return Result{}, errNoKey
		}
		if approve {
			if err := a.usable(open.Method); err != nil {
				return Result{}, err
			}
			if err := a.clear(open.Method, by.ID); err != nil {
				return Result{}, err
			}
		}
		if err := a.withdraw(open); err != nil {
			return Result{}, err
		}
		if !approve {
			return a.rejected(open, by.ID, a.now)
		}
		if err := a.used(&by); err != nil {
			return Result{}, err
		}
		return a.approved(open, open.Method, by, a.now)
	})
	if err == nil && !out.Consumed {
		err = errPromptOver
	}
	return out, err
}

// withdraw takes the question back from the user's devices, so that their answer does not count beside the key's. Where
// one of them was first, that is the answer.
func (a *attempt) withdraw(open mfa.Prompt) error {
	if open.ChallengeID == "" {
		return nil
	}
	won, err := a.w.CancelChallenge(open.ChallengeID, a.now)
	if err == nil && !won {
		err = errPromptOver
	}
	if err == nil {
		a.w.Announce(mfa.TopicChallenge(open.ChallengeID), mfa.TopicUserChallenges(a.UserID))
	}
	return err
}

// promptFor finds a prompt that a user's key may answer. One that is another user's is as unknown as one that never was.
func (s *Service) promptFor(ctx context.Context, p Pass, u mfa.User, id mfa.PromptID) (mfa.Prompt, error) {
	var open mfa.Prompt
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		open, err = ownPrompt(r, p.Caller, id)
		if err == nil && open.UserID != "" && open.UserID != u.ID {
			err = errNoPrompt
		}
		return err
	})
	if err == nil && !s.domain.Now().Before(open.ExpiresAt) {
		err = errPromptOver
	}
	return open, err
}

// ClaimByKey binds a prompt that was shown as a picture to the key that read it, and says what it is about.
func (s *Service) ClaimByKey(ctx context.Context, p Pass, id mfa.PromptID, k Signed) (Waiting, error) {
	u, e, err := s.signedBy(ctx, p, k, string(id))
	if err != nil {
		return Waiting{}, err
	}
	if e.Method != mfa.MethodQRCode && e.Method != mfa.MethodDevice {
		return Waiting{}, errNoKey
	}
	open, err := s.promptFor(ctx, p, u, id)
	if err != nil {
		return Waiting{}, err
	}
	if open.Method != mfa.MethodQRCode {
		return Waiting{}, errNoPrompt
	}
	out := Waiting{Entry: e, User: u}
	err = s.store.Write(ctx, func(w mfa.WriteRecords) error {
		won, err := w.AnswerPrompt(id, mfa.PromptAnswer{
			From: []mfa.PromptState{mfa.PromptPending}, To: mfa.PromptClaimed, UserID: u.ID, AuthenticatorID: e.ID, At: s.domain.Now(),
		})
		if err != nil {
			return err
		}
		if !won {
			return errPromptOver
		}
		w.Announce(mfa.TopicPrompt(id))
		if out.Prompt, err = w.Prompt(id); err != nil {
			return err
		}
		return s.about(w, &out)
	})
	return out, err
}

// VerifyInApp burns an anonymous prompt, or one of the pass's action, by a key of the app that runs.
func (s *Service) VerifyInApp(ctx context.Context, p Pass, id mfa.PromptID, k Signed) (Result, error) {
	u, e, err := s.signedBy(ctx, p, k, string(id))
	if err != nil {
		return Result{}, err
	}
	if e.Method != mfa.MethodInApp && e.Method != mfa.MethodDevice {
		return Result{}, errNoKey
	}
	open, err := s.promptFor(ctx, p, u, id)
	if err != nil {
		return Result{}, err
	}
	if open.Method != "" || p.UserID != "" && (p.UserID != u.ID || open.ActionID != p.ActionID) {
		return Result{}, errNoPrompt
	}
	if open.State != mfa.PromptPending {
		return Result{}, errPromptOver
	}
	mine := of(open, p, u)
	if mine.ActionID == "" {
		action, err := s.track(ctx, mine, u, firstOf(open.ActionCode, InAppCode), open)
		if err != nil {
			return Result{}, err
		}
		mine.ActionID = action.ID
	}
	out, err := s.prove(ctx, mine, func(a *attempt) (Result, error) {
		by, ok := people.EntryOf(a.mine(), e.ID)
		if !ok {
			return Result{}, errNoKey
		}
		if err := a.usable(mfa.MethodInApp); err != nil {
			return Result{}, err
		}
		if err := a.used(&by); err != nil {
			return Result{}, err
		}
		return a.approved(open, mfa.MethodInApp, by, a.now)
	})
	if err == nil && !out.Verified {
		err = errPromptOver
	}
	return out, err
}

// InAppCode is the code of the action that an app's own prompt makes which named none.
const InAppCode = "signInWithApp"
