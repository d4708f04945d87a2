package stepup

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

// NewSeed is a seed to be shown, as a picture of its URI and as text. AuthenticatorID is that of the authenticator to
// be.
type NewSeed struct {
	mfa.Seed

	AuthenticatorID mfa.AuthenticatorID
}

// BeginTOTP makes a seed, or shows again the one that waits for its first code in this action. Nobody else's action ever
// shows it, so whoever began earlier does not know what a later one enrols.
func (s *Service) BeginTOTP(ctx context.Context, p Pass) (NewSeed, error) {
	var out NewSeed
	err := s.attempt(ctx, p, func(a *attempt) error {
		if err := a.provable(); err != nil {
			return err
		}
		if err := a.enrollable(mfa.MethodTOTP); err != nil {
			return err
		}
		open, found, err := a.pending(mfa.MethodTOTP)
		if err == nil && !found {
			open, err = a.newSeed()
		}
		if err != nil {
			return err
		}
		out = NewSeed{AuthenticatorID: open.AuthenticatorID, Seed: mfa.Seed{Secret: open.Secret}}
		if k := keptOf(open); k.TOTP != nil {
			out.TOTPData = *k.TOTP
		}
		return nil
	})
	return out, err
}

// newSeed keeps a new seed in a prompt until its first code comes.
func (a *attempt) newSeed() (mfa.Prompt, error) {
	if err := people.RoomFor(a.held, mfa.KindTOTP, a.domain.Limits()); err != nil {
		return mfa.Prompt{}, err
	}
	profile, err := people.ProfileOf(a.w, a.user)
	if err != nil {
		return mfa.Prompt{}, err
	}
	settings := a.Caller.Application.StepUpSettings()
	wanted := mfa.TOTPData{
		Issuer: firstOf(settings.Method(mfa.MethodTOTP).Issuer, settings.Name, a.Caller.Application.Name),
		Label:  firstOf(a.action.Request.Username, profile.Username, a.action.Request.Email, profile.Email, a.user.Email(), a.user.Alias, string(a.UserID)),
	}
	made, err := a.factors.TOTP.Enrol(mfa.EnrolOptions{Random: a.random, Now: a.now, TOTP: wanted})
	if err != nil {
		return mfa.Prompt{}, err
	}
	if err := json.Unmarshal(made.Data, &wanted); err != nil {
		return mfa.Prompt{}, internal("a seed cannot be read", err)
	}
	open, err := a.prompt(mfa.MethodTOTP, kept{TOTP: &wanted, Scopes: a.Scopes})
	if err != nil {
		return open, err
	}
	open.AuthenticatorID, open.Enrols, open.Secret = mfa.NewID[mfa.AuthenticatorID](), true, made.Secret
	return open, a.w.AddPrompt(open)
}

// CheckTOTP burns a code of an authenticator app: of the seed that was shown, which is enrolled by it, or of any that
// the person has, whichever front door gave it.
func (s *Service) CheckTOTP(ctx context.Context, p Pass, code string) (Result, error) {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	return s.prove(ctx, p, func(a *attempt) (Result, error) {
		if refusal, err := a.domain.AnyFull(a.w, a.windows(mfa.MethodTOTP)); refusal != nil || err != nil {
			a.refusal = refusal
			return Result{}, err
		}
		open, found, err := a.pending(mfa.MethodTOTP)
		if err != nil {
			return Result{}, err
		}
		if found && open.Attempts < a.domain.Limits().PromptAttempts {
			out, right, err := a.firstCode(open, code)
			if err != nil || right {
				return out, err
			}
		}
		out, right, err := a.checkSeeds(code)
		if err != nil || right {
			return out, err
		}
		if found {
			if _, err := a.w.CountPromptAttempt(open.ID); err != nil {
				return Result{}, err
			}
		}
		return a.wrong(mfa.MethodTOTP)
	})
}

// firstCode enrols the seed that was shown if the code is one of it.
func (a *attempt) firstCode(open mfa.Prompt, code string) (Result, bool, error) {
	k := keptOf(open)
	if k.TOTP == nil {
		return Result{}, false, nil
	}
	data, err := encode(k.TOTP)
	if err != nil {
		return Result{}, false, err
	}
	finding, right, err := a.factors.TOTP.Check(mfa.Credential{Data: data, Secret: open.Secret}, mfa.Proof{Token: code}, a.now)
	if err != nil || !right {
		return Result{}, false, err
	}
	out, err := a.enrol(added{
		Authenticator: mfa.Authenticator{
			ID: open.AuthenticatorID, Kind: mfa.KindTOTP, Data: data, Secret: open.Secret, Counter: finding.Step, RegisteredBy: "qr",
		},
		method: mfa.MethodTOTP,
	}, a.consume(open))
	return out, true, err
}

// checkSeeds tries all seeds that the user has. A step that was used before does not count, and is no guess either.
func (a *attempt) checkSeeds(code string) (Result, bool, error) {
	seeds := slices.DeleteFunc(a.mine(), func(e people.Entry) bool { return e.Method != mfa.MethodTOTP })
	if len(seeds) == 0 {
		return Result{}, false, nil
	}
	if err := a.usable(mfa.MethodTOTP); err != nil {
		return Result{}, false, err
	}
	replayed := false
	for _, e := range seeds {
		finding, right, err := a.factors.TOTP.Check(mfa.Credential{Data: e.Data, Secret: e.Secret, Counter: e.Counter}, mfa.Proof{Token: code}, a.now)
		if err != nil {
			return Result{}, false, err
		}
		if replayed = replayed || right && finding.Replayed; !right || finding.Replayed {
			continue
		}
		out, err := a.succeed(mfa.MethodTOTP, e, func() (bool, error) {
			return a.w.AdvanceCounter(e.ID, e.Version, finding.Step, a.now)
		})
		return out, true, err
	}
	if !replayed {
		return Result{}, false, nil
	}
	return Result{Failure: FailureInvalid, Method: mfa.MethodTOTP}, true, a.note(mfa.EventTokenReplayed, mfa.MethodTOTP, "")
}
