package stepup

import (
	"context"
	"encoding/base64"
	"errors"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

// SignInCode is the code of the action that a sign-in makes which named none.
const SignInCode = "signInWithPasskey"

// Asked are request options and the id under which the answer comes.
type Asked struct {
	passkeys.SignIn

	ID mfa.PromptID
}

// Contexts of challenges that are drawn for whoever answers: for a prompt, or for no more than signing in.
func promptContext(id mfa.PromptID) string { return "stepup:prompt:" + string(id) }

const freeContext = "stepup:sign-in"

// BeginAssertion asks for request options: of the pass's user for the pass's action or, of an anonymous pass, of whoever
// answers for the prompt, which may be "". It writes nothing.
func (s *Service) BeginAssertion(ctx context.Context, p Pass, m mfa.Method, prompt mfa.PromptID) (Asked, error) {
	out := Asked{ID: prompt}
	if prompt == "" {
		out.ID = mfa.NewID[mfa.PromptID]()
	}
	begin := passkeys.BeginSignIn{Caller: p.Caller, Context: freeContext, Life: life(p.Caller, m)}
	prepare := s.asksWhoever
	if p.UserID != "" {
		prepare = s.asksUser
	}
	err := prepare(ctx, p, m, prompt, &begin)
	if err == nil {
		out.SignIn, err = s.passkeys.BeginSignIn(ctx, begin)
	}
	return out, err
}

// asksUser asks the pass's user, for the pass's action.
func (s *Service) asksUser(ctx context.Context, p Pass, m mfa.Method, _ mfa.PromptID, begin *passkeys.BeginSignIn) error {
	v, err := s.Look(ctx, p)
	if err != nil {
		return err
	}
	if !v.Provable {
		return errOver
	}
	begin.User, begin.Context = mfa.UserRef{ID: p.UserID}, passContext(p, m)
	begin.Only = func(d mfa.PasskeyData) bool { return d.SecurityKey == (m == mfa.MethodSecurityKey) }
	return usable(p.Caller, v.Action, m)
}

// asksWhoever asks whoever answers, for the prompt if there is one.
func (s *Service) asksWhoever(ctx context.Context, p Pass, _ mfa.Method, prompt mfa.PromptID, begin *passkeys.BeginSignIn) error {
	open, found, err := s.anonymous(ctx, p, prompt)
	if found {
		begin.Context = promptContext(open.ID)
	}
	return err
}

// anonymous finds a prompt that waits for whoever answers. An id of none is that of options that were asked for without.
func (s *Service) anonymous(ctx context.Context, p Pass, id mfa.PromptID) (open mfa.Prompt, found bool, err error) {
	if id == "" {
		return open, false, nil
	}
	err = s.store.Read(ctx, func(r mfa.Records) (err error) {
		open, err = ownPrompt(r, p.Caller, id)
		return err
	})
	if mfa.IsCode(err, mfa.NotFound) {
		return mfa.Prompt{}, false, nil
	}
	if err == nil && (open.Method != "" || open.State != mfa.PromptPending || !s.domain.Now().Before(open.ExpiresAt)) {
		err = errPromptOver
	}
	return open, err == nil, err
}

// handleOf is a user handle in the one spelling in which it is kept, or nil for none of ours, which says nothing of whose
// credential it is: its id does. Some phones take the text of a user's id for the handle, whose Base64 it is.
func handleOf(told []byte) []byte {
	id, err := mfa.ParseUUID("user", string(told))
	if err != nil {
		id, err = mfa.ParseUUID("user", base64.RawURLEncoding.EncodeToString(told))
	}
	if err != nil {
		return nil
	}
	handle, _ := base64.RawURLEncoding.DecodeString(id) // the characters of a UUID are all in the alphabet
	return handle
}

// FinishAssertion burns a signature. An anonymous one makes an action of the credential's owner, of the prompt's code
// or [SignInCode]. A credential that nobody has is NotFound with [mfa.ReasonPasskeyCredential]; one that is somebody
// else's, or does not count any more, Invalid or Forbidden.
func (s *Service) FinishAssertion(ctx context.Context, p Pass, m mfa.Method, prompt mfa.PromptID, in mfa.PasskeyAssertion) (Result, error) {
	err := s.store.Read(ctx, func(r mfa.Records) error {
		_, err := credential(r, p.Caller, in.CredentialID)
		return err
	})
	if err != nil {
		return Result{}, err
	}
	in.UserHandle = handleOf(in.UserHandle)
	finish := passkeys.FinishSignIn{Caller: p.Caller, Contexts: []string{passContext(p, m)}, Assertion: in, Source: p.Source, UserAgent: p.UserAgent}
	if p.UserID != "" {
		finish.User = mfa.UserRef{ID: p.UserID}
		return s.finishAssertion(ctx, p, finish, nil)
	}
	open, found, err := s.anonymous(ctx, p, prompt)
	if err != nil {
		return Result{}, err
	}
	finish.Contexts = []string{freeContext}
	if found {
		finish.Contexts = []string{promptContext(open.ID)}
		if open.UserID != "" {
			finish.User = mfa.UserRef{ID: open.UserID}
		}
	}
	return s.signIn(ctx, p, finish, open)
}

// finishAssertion burns a signature for the pass's action, with the prompt that was answered by it if there is one.
func (s *Service) finishAssertion(ctx context.Context, p Pass, finish passkeys.FinishSignIn, open *mfa.Prompt) (Result, error) {
	var out Result
	err := s.gated(ctx, p.Caller, func(cleared *proof) error {
		finish.Also = func(w mfa.WriteRecords, in passkeys.SignedIn) (err error) {
			out, err = s.countAssertion(w, p, cleared, in, open)
			return err
		}
		_, _, err := s.passkeys.FinishSignIn(ctx, finish)
		return err
	})
	if err != nil {
		return Result{}, err
	}
	return out, nil
}

func (s *Service) countAssertion(w mfa.WriteRecords, p Pass, cleared *proof, in passkeys.SignedIn, open *mfa.Prompt) (Result, error) {
	a, err := s.beside(w, p, cleared)
	if err != nil {
		return Result{}, err
	}
	by, ok := people.EntryOf(a.mine(), in.Authenticator.ID)
	if !ok {
		return Result{}, errUnknownPasskey
	}
	if err := a.usable(by.Method); err != nil {
		return Result{}, err
	}
	out, err := a.succeed(by.Method, by, func() (bool, error) {
		if open == nil {
			return true, nil
		}
		open.AuthenticatorID, open.Method = by.ID, by.Method // what began for whatever answers was answered by this
		return a.consume(*open)()
	})
	if err == nil && !out.Verified {
		err = errPromptOver
	}
	return out, err
}

// untracked ends a transaction whose signature is right, and whose owner has no action yet.
type untracked struct{ user mfa.User }

func (*untracked) Error() string { return "there is no action yet" }

// signIn learns from the signature who is there, tracks an action of theirs, so that its rules are heard, and lets the
// signature count for that.
func (s *Service) signIn(ctx context.Context, p Pass, finish passkeys.FinishSignIn, open mfa.Prompt) (Result, error) {
	first := finish
	first.Also = func(_ mfa.WriteRecords, in passkeys.SignedIn) error { return &untracked{in.User} }
	_, _, err := s.passkeys.FinishSignIn(ctx, first)
	who, ok := errors.AsType[*untracked](err)
	if !ok {
		return Result{}, err
	}
	p.UserID, p.ActionID = who.user.ID, open.ActionID
	if p.ActionID == "" {
		action, err := s.track(ctx, p, who.user, firstOf(open.ActionCode, SignInCode), open)
		if err != nil {
			return Result{}, err
		}
		p.ActionID = action.ID
	}
	answered := &open
	if open.ID == "" {
		answered = nil
	}
	finish.User = mfa.UserRef{ID: who.user.ID}
	return s.finishAssertion(ctx, p, finish, answered)
}
