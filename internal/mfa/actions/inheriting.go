package actions

import (
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

// inherit lets the action have what was proved before anybody was known. A challenge that nobody has answered yet is
// bound to it, and so is one that does not count at once: because the rules want another proof, or because the application
// is to be asked first, which it is once the challenge is claimed.
func (t *tracking) inherit() error {
	if t.Prompt == "" {
		return nil
	}
	p, err := t.w.LockPrompt(t.Prompt)
	if err != nil {
		return err
	}
	a := t.out.Action
	foreign := p.ApplicationID != a.ApplicationID || p.ActionCode != a.Code || p.UserID != "" && p.UserID != a.UserID
	if foreign || !p.Live(t.now) || p.ActionID != "" && p.ActionID != a.ID {
		return mfa.Missing("challenge")
	}
	if ours, err := t.reaches(p); err != nil || !ours {
		return orMissing(err)
	}
	answer := mfa.PromptAnswer{From: []mfa.PromptState{p.State}, To: p.State, UserID: a.UserID, ActionID: a.ID, At: t.now}
	if p.State != mfa.PromptVerified || !slices.Contains(t.out.Allowed, p.Method) || t.book.Gated(a.Code) {
		_, err := t.w.AnswerPrompt(p.ID, answer)
		return err
	}
	answer.To = mfa.PromptConsumed
	won, err := t.w.AnswerPrompt(p.ID, answer)
	if err != nil || !won {
		return err
	}
	t.out.Action, _, err = t.service.Succeed(t.w, Proof{Caller: t.Caller, Action: a, Method: p.Method, AuthenticatorID: p.AuthenticatorID})
	return err
}

// reaches reports whether the address of a challenge that began for nobody is the user's: one that they enrolled, or that
// the application says is verified. Whoever has nothing yet may bring any. Without this anybody who has an address could
// have their own code stand for somebody else.
func (t *tracking) reaches(p mfa.Prompt) (bool, error) {
	if p.UserID != "" || p.To.Empty() {
		return true, nil // the application named the user when it began, or it is for nothing but the user's own keys
	}
	held, err := t.w.AuthenticatorsOf(t.user.ID)
	if err != nil {
		return false, err
	}
	mine := people.Entries(t.Caller, held)
	if len(mine) == 0 {
		return true, nil
	}
	to := string(p.To.Reveal())
	told := t.profile.EmailVerified && people.SameAddress(t.profile.Email, to) || t.profile.PhoneVerified && people.SameAddress(t.profile.Phone, to)
	return told || slices.ContainsFunc(mine, func(e people.Entry) bool { return people.SameAddress(e.Address, to) }), nil
}

func orMissing(err error) error {
	if err != nil {
		return err
	}
	return mfa.Missing("challenge")
}
