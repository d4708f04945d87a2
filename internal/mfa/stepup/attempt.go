package stepup

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

// attempt is one try at something inside its transaction, the user locked.
type attempt struct {
	*Service
	Pass

	w      mfa.WriteRecords
	now    time.Time
	user   mfa.User
	held   []mfa.Authenticator
	action mfa.Action // zero where the pass is of none
	// cleared is what the gate has let through; all where nobody is asked.
	cleared *proof
	// refusal is given back once the transaction was committed: what was counted stays.
	refusal error
}

// proof names what is about to count.
type proof struct {
	action mfa.ActionID
	method mfa.Method
	by     mfa.AuthenticatorID
}

// ungated ends a transaction whose proof is right and of which the application was not asked yet.
type ungated struct {
	proof

	action mfa.Action
}

func (*ungated) Error() string { return "the application was not asked yet" }

// gateTries bounds how often the gate is asked for one attempt: again only where in the meantime another of the
// person's means fits.
const gateTries = 3

// gated tries something until its proof has passed the gate, which is asked between two transactions.
func (s *Service) gated(ctx context.Context, c *mfa.Caller, try func(cleared *proof) error) error {
	var cleared *proof
	for range gateTries {
		err := try(cleared)
		asks, ok := errors.AsType[*ungated](err)
		if !ok {
			return err
		}
		if err := s.gate.MayVerify(ctx, c, asks.action, asks.method, asks.by); err != nil {
			return err
		}
		cleared = &asks.proof
	}
	return errBusy
}

// attempt does something for a pass's user in one transaction. A refusal that it notes is given back after the commit.
func (s *Service) attempt(ctx context.Context, p Pass, do func(*attempt) error) error {
	var refusal error
	err := s.gated(ctx, p.Caller, func(cleared *proof) error {
		return s.store.Write(ctx, func(w mfa.WriteRecords) error {
			a := &attempt{Service: s, Pass: p, w: w, now: s.domain.Now(), cleared: cleared}
			err := a.begin()
			if err == nil {
				err = do(a)
			}
			refusal = a.refusal
			return err
		})
	})
	if err == nil {
		err = refusal
	}
	return err
}

// prove is an attempt that has a result.
func (s *Service) prove(ctx context.Context, p Pass, do func(*attempt) (Result, error)) (Result, error) {
	var out Result
	err := s.attempt(ctx, p, func(a *attempt) (err error) {
		if err := a.provable(); err != nil {
			return err
		}
		out, err = do(a)
		return err
	})
	if err != nil {
		return Result{}, err
	}
	return out, nil
}

// begin locks the pass's user and finds the action.
func (a *attempt) begin() error {
	if a.UserID == "" {
		return errNobody
	}
	var err error
	if a.user, a.held, err = a.w.LockCredentials(a.Caller.Directory.ID, mfa.UserRef{ID: a.UserID}); err != nil {
		return err
	}
	if err := mfa.UsableBy(a.user, a.Caller); err != nil {
		return err
	}
	if a.ActionID != "" {
		a.action, err = ownAction(a.w, a.Pass)
	}
	return err
}

// ownAction finds a pass's action; that of somebody else is as unknown as one that never was.
func ownAction(r mfa.Records, p Pass) (mfa.Action, error) {
	a, err := r.Action(p.ActionID)
	if err == nil && (a.UserID != p.UserID || a.ApplicationID != p.Caller.Application.ID) {
		err = mfa.Missing("action")
	}
	return a, err
}

// provable refuses actions that no proof moves.
func (a *attempt) provable() error {
	if a.ActionID != "" && !provable(a.action.State) {
		return errOver
	}
	return nil
}

func provable(s mfa.ActionState) bool {
	return s == mfa.ActionAllow || s == mfa.ActionChallengeRequired || s == mfa.ActionChallengeSucceeded
}

// lately reports whether a proof is so young that it still gives rights: as long as the token that came with it.
func (s *Service) lately(c *mfa.Caller, at time.Time) bool {
	return s.domain.Now().Before(at.Add(c.Application.StepUpSettings().TokenLife()))
}

// proved reports whether an action was proved a moment ago, or the pass comes of a proof.
func (s *Service) proved(p Pass, a mfa.Action) bool {
	return a.State == mfa.ActionChallengeSucceeded && (p.may(ScopeUpdate) || s.lately(p.Caller, a.StateAt))
}

// mine are the means that the user has here.
func (a *attempt) mine() []people.Entry { return people.Entries(a.Caller, a.held) }

// may reports whether the pass has a right.
func (p Pass) may(scope string) bool { return slices.Contains(p.Scopes, scope) }

// mayAdd refuses somebody who has something already, and no right to add to it.
func (a *attempt) mayAdd() error {
	if a.may(ScopeAdd) || len(a.mine()) == 0 {
		return nil
	}
	return errMayNotAdd
}

// usable refuses methods that are off, or that the action does not allow.
func (a *attempt) usable(m mfa.Method) error { return usable(a.Caller, a.action, m) }

func usable(c *mfa.Caller, a mfa.Action, m mfa.Method) error {
	if !c.Application.MethodActive(m) {
		return errMethodOff
	}
	if m != mfa.MethodRecovery && !allows(a, m) {
		return errMethodNotAllowed
	}
	return nil
}

func allows(a mfa.Action, m mfa.Method) bool {
	return len(a.Methods) == 0 || slices.Contains(a.Methods, m)
}

// enrollable refuses methods that may not be enrolled. What is enrolled first proves the action, so it has to be one
// that the action allows.
func (a *attempt) enrollable(m mfa.Method) error {
	if !a.Caller.Application.MethodActive(m) {
		return errMethodOff
	}
	if err := a.mayAdd(); err != nil {
		return err
	}
	if len(a.mine()) == 0 && !allows(a.action, m) {
		return errMethodNotAllowed
	}
	return nil
}

// clear sees to it that the application was asked before the action moves.
func (a *attempt) clear(m mfa.Method, by mfa.AuthenticatorID) error {
	p := proof{a.ActionID, m, by}
	if a.gate == nil || a.ActionID == "" || a.action.State == mfa.ActionChallengeSucceeded || a.cleared != nil && *a.cleared == p {
		return nil
	}
	return &ungated{proof: p, action: a.action}
}

// succeed lets a right proof by something enrolled count: burn makes it count once, and reports false where it was too
// late.
func (a *attempt) succeed(m mfa.Method, by people.Entry, burn func() (bool, error)) (Result, error) {
	if err := a.clear(m, by.ID); err != nil {
		return Result{}, err
	}
	if won, err := burn(); err != nil || !won {
		return Result{Failure: FailureInvalid}, err
	}
	return a.moved(m, by)
}

// moved moves the action, after its proof was burnt.
func (a *attempt) moved(m mfa.Method, by people.Entry) (Result, error) {
	if !a.user.Confirmed {
		a.user.Confirmed, a.user.UpdatedAt = true, a.now
		if err := a.w.UpdateUser(a.user); err != nil {
			return Result{}, err
		}
	}
	out := Result{Verified: true, Consumed: true, Method: m, Entry: &by, User: a.user, Action: a.action, Pass: a.Pass}
	out.Pass.Scopes = AllScopes()
	if a.ActionID == "" {
		return out, nil
	}
	var err error
	out.Action, err = a.succeeded(m, by.ID)
	return out, err
}

// windows are those of a user's wrong answers: of the method's own, and those that all front doors share.
func (a *attempt) windows(m mfa.Method) []mfa.Window {
	shared := a.domain.TokenWindows(a.Caller, a.UserID, a.Source)
	limit := rated(a.domain.Limits().WrongPrompts, a.settings(m).Verify)
	own := mfa.Window{Limit: limit, Key: "wrong_prompts:" + string(a.UserID) + ":" + string(a.Caller.Application.ID) + ":" + string(m) + ":" + mfa.AttemptsFrom(a.Caller, a.Source)}
	if m == mfa.MethodTOTP || m == mfa.MethodRecovery {
		return append(shared, own)
	}
	return []mfa.Window{shared[1], own} // a code that was sent has attempts of its own
}

func (a *attempt) settings(m mfa.Method) mfa.MethodSettings {
	return a.Caller.Application.StepUpSettings().Method(m)
}

// wrong counts a wrong answer. The one that fills a window is answered like any other, ends the action, and is the last
// that is looked at for a while.
func (a *attempt) wrong(m mfa.Method) (Result, error) {
	filled, err := a.domain.StrikeToken(a.w, &a.user, a.windows(m))
	if err != nil {
		return Result{}, err
	}
	if err := a.tell(mfa.EventPromptRefused, Said{Method: m, Reason: string(FailureInvalid)}); err != nil {
		return Result{}, err
	}
	out := Result{Failure: FailureInvalid, Method: m, User: a.user, Action: a.action, Pass: a.Pass}
	if !filled {
		return out, nil
	}
	if err := a.note(mfa.EventPromptLimited, m, ""); err != nil {
		return Result{}, err
	}
	out.Action, err = a.failed(m, "")
	return out, err
}
