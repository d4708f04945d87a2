package stepup

import (
	"context"
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

// CheckRecovery burns a recovery code, in the place of any method.
func (s *Service) CheckRecovery(ctx context.Context, p Pass, code string) (Result, error) {
	return s.prove(ctx, p, func(a *attempt) (Result, error) {
		if err := a.usable(mfa.MethodRecovery); err != nil {
			return Result{}, err
		}
		if refusal, err := a.domain.AnyFull(a.w, a.windows(mfa.MethodRecovery)); refusal != nil || err != nil {
			a.refusal = refusal
			return Result{}, err
		}
		for i := range a.held {
			set := a.held[i]
			if set.Kind != mfa.KindRecovery || set.State != mfa.AuthenticatorActive {
				continue
			}
			finding, right, err := a.factors.Recovery.Check(mfa.Credential{Data: set.Data, Secret: set.Secret}, mfa.Proof{Token: code}, a.now)
			if err != nil {
				return Result{}, err
			}
			if right && finding.Secret != nil {
				set.Secret, set.LastUsedAt = *finding.Secret, a.now
				return a.succeed(mfa.MethodRecovery, people.Entry{Authenticator: set, Method: mfa.MethodRecovery}, a.burnRecovery(set))
			}
		}
		return a.wrong(mfa.MethodRecovery)
	})
}

func (a *attempt) burnRecovery(set mfa.Authenticator) func() (bool, error) {
	return func() (bool, error) {
		won, err := a.w.UpdateAuthenticator(set)
		if err != nil || !won {
			return won, err
		}
		return true, a.note(mfa.EventRecoveryUsed, mfa.MethodRecovery, set.ID)
	}
}

// MakeRecovery gives the user fresh recovery codes, shown once; older ones stop working. It needs [ScopeUpdate] or, of
// somebody who has none yet and has just proved the action by something of theirs, nothing.
func (s *Service) MakeRecovery(ctx context.Context, p Pass) ([]string, error) {
	if !p.Caller.Application.MethodActive(mfa.MethodRecovery) {
		return nil, errNotOffered
	}
	v, err := s.Look(ctx, p)
	if err != nil {
		return nil, err
	}
	if !p.may(ScopeUpdate) && !s.owedRecovery(p, &v) {
		return nil, errMayNotUpdate
	}
	return s.domain.MakeRecoveryCodes(ctx, p.Caller, mfa.UserRef{ID: p.UserID})
}

// owedRecovery reports whether the user has no recovery codes yet and has just proved the action by something that is
// theirs. An address that the application alone vouches for earns none: whoever has it would get in with them later.
func (s *Service) owedRecovery(p Pass, v *View) bool {
	own := func(e people.Entry) bool { return e.ID == v.Action.AuthenticatorID }
	return !v.Recovery && s.proved(p, v.Action) && slices.ContainsFunc(v.Entries, own)
}
