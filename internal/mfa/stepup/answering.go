package stepup

import (
	"context"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/people"
	"github.com/twinseal/twinseal/policy"
)

// CheckPush says where a question stands, and lets the answer of a phone count.
func (s *Service) CheckPush(ctx context.Context, p Pass, id mfa.PromptID) (Result, error) {
	var open mfa.Prompt
	var asked mfa.Challenge
	var out Result
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		if open, err = ownPrompt(r, p.Caller, id); err != nil {
			return err
		}
		if open.Method != mfa.MethodPush || open.UserID != p.UserID || open.ActionID != p.ActionID {
			return errNoPrompt
		}
		if out, err = s.polled(r, p, open); err != nil || !asksDevices(open) {
			return err
		}
		asked, err = r.Challenge(open.ChallengeID)
		if mfa.IsCode(err, mfa.NotFound) {
			err = nil
		}
		out.Number, out.Mismatched = asked.Number, mismatched(asked)
		return err
	})
	if err != nil {
		return Result{}, err
	}
	if open.State == mfa.PromptPending && (asked.State == mfa.ChallengeApproved || asked.State == mfa.ChallengeDenied) {
		return s.settle(ctx, p, open, asked)
	}
	return out, nil
}

// asksDevices reports whether there is more to say of a prompt that devices answer: what they are shown, or how it was refused.
func asksDevices(open mfa.Prompt) bool {
	return open.ChallengeID != "" && (open.State == mfa.PromptPending || open.State == mfa.PromptRejected)
}

// mismatched reports whether a wrong number ended a question. A device that fails for reasons of its own looks the same to
// whoever waits, and is as little a denial.
func mismatched(c mfa.Challenge) bool {
	return c.State == mfa.ChallengeDenied && !c.Number.Empty() && c.Failure == policy.FailedAuthentication
}

// settle lets a phone's answer count for the action, as of the moment in which it was given.
func (s *Service) settle(ctx context.Context, p Pass, open mfa.Prompt, asked mfa.Challenge) (Result, error) {
	out, err := s.prove(ctx, p, func(a *attempt) (Result, error) {
		by, ok := people.EntryOf(a.mine(), asked.AuthenticatorID)
		approved := asked.State == mfa.ChallengeApproved && ok && a.usable(by.Method) == nil
		if !approved {
			out, err := a.rejected(open, asked.AuthenticatorID, asked.AnsweredAt)
			out.Mismatched = mismatched(asked)
			return out, err
		}
		return a.approved(open, by.Method, by, asked.AnsweredAt)
	})
	if err != nil || out.Consumed {
		return out, err
	}
	// Somebody else has let it count in the same moment: it is there to be read.
	err = s.store.Read(ctx, func(r mfa.Records) error {
		open, err := ownPrompt(r, p.Caller, open.ID)
		if err == nil {
			out, err = s.polled(r, p, open)
		}
		return err
	})
	return out, err
}

// approved lets the answer to a prompt prove its action.
func (a *attempt) approved(open mfa.Prompt, m mfa.Method, by people.Entry, at time.Time) (Result, error) {
	out, err := a.succeed(m, by, func() (bool, error) {
		won, err := a.answer(open, mfa.PromptConsumed, by.ID, at)
		if err != nil || !won {
			return won, err
		}
		return true, a.tell(mfa.EventPromptAccepted, Said{Method: m, Authenticator: by.ID, Prompt: open.ID})
	})
	if err != nil || !out.Verified {
		return out, err
	}
	open.AuthenticatorID = by.ID
	return out, a.keepResult(open, out)
}

// rejected ends a prompt and its action by a refusal.
func (a *attempt) rejected(open mfa.Prompt, by mfa.AuthenticatorID, at time.Time) (Result, error) {
	won, err := a.answer(open, mfa.PromptRejected, by, at)
	if err != nil || !won {
		return Result{Method: open.Method}, err
	}
	if err := a.tell(mfa.EventPromptRefused, Said{Method: open.Method, Authenticator: by, Prompt: open.ID, Reason: "rejected"}); err != nil {
		return Result{}, err
	}
	out := Result{Claimed: true, Consumed: true, Method: open.Method, User: a.user, Pass: a.Pass}
	out.Action, err = a.failed(open.Method, by)
	return out, err
}

// Settle lets the answers count that phones have given meanwhile, for whoever looks at an action without having asked
// [Service.CheckPush]. One that may not count, because the gate or a rule is against it, leaves the action as it stands:
// who looks wants to know where that is, and the person hears why where they wait.
func (s *Service) Settle(ctx context.Context, c *mfa.Caller, action mfa.Action) (mfa.Action, error) {
	if action.State != mfa.ActionChallengeRequired && action.State != mfa.ActionAllow {
		return action, nil
	}
	var open []mfa.Prompt
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		open, err = r.PromptsOf(action.ID)
		return err
	})
	if err != nil {
		return action, err
	}
	p := Pass{Caller: c, UserID: action.UserID, ActionID: action.ID, Source: action.Request.IP, DeviceID: action.Request.DeviceID, UserAgent: action.Request.UserAgent}
	for _, prompt := range open {
		if prompt.Method != mfa.MethodPush || prompt.State != mfa.PromptPending || prompt.ChallengeID == "" {
			continue
		}
		out, err := s.CheckPush(ctx, p, prompt.ID)
		if mfa.IsCode(err, mfa.Internal) || mfa.IsCode(err, mfa.Unavailable) {
			return action, err
		}
		if err != nil {
			continue
		}
		if out.Consumed {
			return out.Action, nil
		}
	}
	return action, nil
}
