package stepup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/actions"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

// StartOTP is how an application's server asks for a code to be sent to an address, whose user it may not know yet.
type StartOTP struct {
	Caller    *mfa.Caller
	PromptID  mfa.PromptID // sends this one again; the rest may be empty then
	Method    mfa.Method   // SMS, WhatsApp or mail
	Address   string
	Code      string // of the action
	Key       string // "": a new one
	UserAlias string // whom Scopes are about
	Scopes    []string
	Locale    string
	DeviceID  string
	IP        string
	UserAgent string
	Custom    json.RawMessage
}

// Start sends the code.
func (s *Service) Start(ctx context.Context, in StartOTP) (mfa.Prompt, error) {
	var out mfa.Prompt
	var sent mfa.DeliveryID
	var refusal error
	err := in.Caller.Enabled()
	if err == nil && in.PromptID == "" {
		in.Address, err = s.checkStart(in)
	}
	if err != nil {
		return out, err
	}
	err = s.store.Write(ctx, func(w mfa.WriteRecords) (err error) {
		m := mailing{caller: in.Caller, fresh: in.PromptID == ""}
		if m.fresh {
			m.prompt, m.user, err = s.started(w, in)
		} else {
			m.prompt, err = s.startedBefore(w, in)
		}
		if err != nil {
			return err
		}
		m.address = string(m.prompt.To.Reveal())
		out = m.prompt
		refusal, sent, err = s.mail(w, m, sendWindows(s.domain, in.Caller, out.Method, m.address))
		if err != nil {
			return err
		}
		switch {
		case refusal != nil:
			return s.tellOf(w, in.Caller, out, mfa.EventPromptLimited, "")
		case sent == "":
			return nil // the same message went out a moment ago
		}
		return s.tellOf(w, in.Caller, out, mfa.EventPromptSent, "")
	})
	if err == nil {
		err = refusal
	}
	if err == nil {
		err = s.await(ctx, sent)
	}
	if err != nil {
		return mfa.Prompt{}, err
	}
	return out, nil
}

// tellOf appends an event about a prompt that may be nobody's yet.
func (s *Service) tellOf(w mfa.WriteRecords, c *mfa.Caller, p mfa.Prompt, t mfa.EventType, reason string) error {
	return s.domain.Append(w, c, mfa.Event{Type: t, UserID: p.UserID, Source: p.IP, Data: Said{
		Method: p.Method, Action: p.ActionID, Code: p.ActionCode, Key: p.ActionKey, Prompt: p.ID, Reason: reason,
	}.data()})
}

// checkStart refuses what cannot be sent, and gives the address in its one form.
func (s *Service) checkStart(in StartOTP) (string, error) {
	if in.Method != mfa.MethodSMS && in.Method != mfa.MethodWhatsApp && in.Method != mfa.MethodEmailOTP {
		return "", errNotByServer
	}
	if err := s.openable(in.Caller, opening{method: in.Method, code: in.Code, key: in.Key, custom: in.Custom}); err != nil {
		return "", err
	}
	for _, text := range []string{in.Locale, in.DeviceID, in.IP, in.UserAgent, in.UserAlias, strings.Join(in.Scopes, " ")} {
		if len(text) > s.domain.Limits().ActionTextBytes {
			return "", errTooLong
		}
	}
	return parseAddress(in.Caller, in.Method, in.Address)
}

// started is a new prompt, of the user that the application names if there is one by now.
func (s *Service) started(w mfa.WriteRecords, in StartOTP) (mfa.Prompt, mfa.User, error) {
	var u mfa.User
	p := Pass{Caller: in.Caller, Source: in.IP, UserAgent: in.UserAgent, DeviceID: in.DeviceID, Locale: in.Locale}
	out, err := newPrompt(p, in.Method, kept{Scopes: in.Scopes, Custom: in.Custom})
	if err != nil {
		return out, u, err
	}
	if in.UserAlias != "" {
		u, err = w.User(in.Caller.Directory.ID, mfa.UserRef{Alias: in.UserAlias})
		if mfa.IsCode(err, mfa.NotFound) || err == nil && !u.KnownTo(in.Caller.Application) {
			u, err = mfa.User{}, nil // whoever claims the prompt makes one
		}
		if err != nil {
			return out, u, err
		}
	}
	out.UserID, out.ActionCode, out.ActionKey, out.To = u.ID, in.Code, firstOf(in.Key, uuid.NewString()), mfa.SecretText(in.Address)
	out.CreatedAt = s.domain.Now()
	out.ExpiresAt = out.CreatedAt.Add(life(in.Caller, in.Method))
	out.Secret, _, err = s.secretFor(in.Method, in.Caller.Application.StepUpSettings().Method(in.Method).Digits())
	return out, u, err
}

// startedBefore is the prompt that is to be sent again.
func (s *Service) startedBefore(w mfa.WriteRecords, in StartOTP) (mfa.Prompt, error) {
	out, err := w.LockPrompt(in.PromptID)
	switch {
	case mfa.IsCode(err, mfa.NotFound), err == nil && !serverDriven(out, in.Caller):
		return out, errNoPrompt
	case err == nil && (out.State != mfa.PromptPending && out.State != mfa.PromptClaimed || !s.domain.Now().Before(out.ExpiresAt)):
		return out, errPromptOver
	}
	return out, err
}

// serverDriven reports whether the application's server made a prompt: those of people's own passes are none of its
// business.
func serverDriven(p mfa.Prompt, c *mfa.Caller) bool {
	return p.ApplicationID == c.Application.ID && kindOf(p.Method) != "" && p.Method != mfa.MethodMagicLink && p.AuthenticatorID == ""
}

// OTPResult is how a check of such a code ended.
type OTPResult struct {
	Verified bool
	Failure  Failure
	Prompt   mfa.Prompt
	Address  string // only where it was verified
}

// Verify checks the code of a prompt that [Service.Start] made. It counts for a user once the prompt is claimed, or at
// once where it was.
func (s *Service) Verify(ctx context.Context, c *mfa.Caller, id mfa.PromptID, code string) (OTPResult, error) {
	var out OTPResult
	var refusal error
	if err := c.Enabled(); err != nil {
		return out, err
	}
	err := s.store.Write(ctx, func(w mfa.WriteRecords) (err error) {
		open, err := w.LockPrompt(id)
		if mfa.IsCode(err, mfa.NotFound) || err == nil && !serverDriven(open, c) {
			err = errNoPrompt
		}
		if err != nil {
			return err
		}
		out, refusal, err = s.verify(w, c, open, strings.TrimSpace(code))
		return err
	})
	if err == nil {
		err = refusal
	}
	if err == nil && out.Verified && out.Prompt.ActionID != "" {
		_, err = s.countClaimed(ctx, c, out.Prompt)
	}
	if err != nil {
		return OTPResult{}, err
	}
	return out, nil
}

// otpWindows count wrong codes by address: a new prompt brings new attempts, and not more guesses. By the day all methods
// share one, since a number takes codes by more than one of them.
func (s *Service) otpWindows(c *mfa.Caller, open mfa.Prompt) []mfa.Window {
	address, limits := string(open.To.Reveal()), s.domain.Limits()
	sum := sha256.Sum256([]byte(address))
	return []mfa.Window{
		{
			Limit: rated(limits.WrongPrompts, c.Application.StepUpSettings().Method(open.Method).Verify),
			Key:   "wrong_" + sendWindows(s.domain, c, open.Method, address)[0].Key,
		},
		{Limit: limits.WrongTokensUser, Key: "wrong_prompts_address:" + string(c.Application.ID) + ":" + hex.EncodeToString(sum[:16])},
	}
}

func (s *Service) verify(w mfa.WriteRecords, c *mfa.Caller, open mfa.Prompt, code string) (out OTPResult, refusal, err error) {
	out = OTPResult{Failure: FailureInvalid, Prompt: open}
	now, windows := s.domain.Now(), s.otpWindows(c, open)
	if open.State != mfa.PromptPending && open.State != mfa.PromptClaimed || !now.Before(open.ExpiresAt) {
		return out, nil, nil
	}
	if refusal, err := s.domain.AnyFull(w, windows); refusal != nil || err != nil {
		return out, refusal, err
	}
	if open.Attempts >= s.domain.Limits().PromptAttempts {
		out.Failure = FailureMaxAttempts
		return out, nil, nil
	}
	_, right, err := s.factors.OTP.Check(mfa.Credential{Secret: open.Secret}, mfa.Proof{Token: code}, now)
	if err != nil {
		return out, nil, err
	}
	if !right {
		return out, nil, s.wrongOTP(w, c, open, windows)
	}
	won, err := w.AnswerPrompt(open.ID, mfa.PromptAnswer{From: []mfa.PromptState{open.State}, To: mfa.PromptVerified, At: now})
	if err != nil || !won {
		return out, nil, err
	}
	w.Announce(mfa.TopicPrompt(open.ID))
	out.Verified, out.Failure, out.Address = true, "", string(open.To.Reveal())
	out.Prompt.State = mfa.PromptVerified
	return out, nil, s.tellOf(w, c, open, mfa.EventPromptAccepted, "")
}

func (s *Service) wrongOTP(w mfa.WriteRecords, c *mfa.Caller, open mfa.Prompt, windows []mfa.Window) error {
	if _, err := w.CountPromptAttempt(open.ID); err != nil {
		return err
	}
	filled, _, err := s.domain.Strike(w, windows)
	if err != nil {
		return err
	}
	if err := s.tellOf(w, c, open, mfa.EventPromptRefused, string(FailureInvalid)); err != nil || !filled {
		return err
	}
	return s.tellOf(w, c, open, mfa.EventPromptLimited, "")
}

// Claimed says whose a prompt is.
type Claimed struct {
	Caller    *mfa.Caller
	PromptID  mfa.PromptID
	UserAlias string
	// Unverified takes a prompt whose code was not checked yet; the action moves once it is.
	Unverified bool
	DeviceID   string
	IP         string
	UserAgent  string
	Custom     json.RawMessage
}

// Claim gives a prompt to a user of the application's choice, whom it makes where there is none: once. The result's
// pass is what a token stands for. One that the gate refused may be claimed again for the same user. An action that the
// rules let nothing of the kind prove waits for what they do.
func (s *Service) Claim(ctx context.Context, in Claimed) (Result, error) {
	open, err := s.claimable(ctx, in)
	if err != nil {
		return Result{}, err
	}
	tracked, err := s.actions.Track(ctx, actions.Track{
		Caller: in.Caller, User: in.UserAlias, Code: open.ActionCode, Key: open.ActionKey, Request: claimRequest(in, open),
	})
	if err != nil {
		return Result{}, err
	}
	if open.UserID != "" && open.UserID != tracked.User.ID {
		return Result{}, errNoPrompt
	}
	to := open.State
	if to == mfa.PromptPending {
		to = mfa.PromptClaimed
	}
	if open, err = s.bind(ctx, open, tracked.Action, to); err != nil {
		return Result{}, err
	}
	if open.State == mfa.PromptVerified && provable(tracked.Action.State) && usable(in.Caller, tracked.Action, open.Method) == nil {
		out, err := s.countClaimed(ctx, in.Caller, open)
		if err == nil && !out.Verified {
			err = errPromptOver
		}
		return out, err
	}
	p := claimPass(in.Caller, open)
	p.Scopes = []string{ScopeRead}
	return Result{Claimed: true, Method: open.Method, User: tracked.User, Action: tracked.Action, Pass: p}, nil
}

// claimable finds a prompt that may be given to a user.
func (s *Service) claimable(ctx context.Context, in Claimed) (mfa.Prompt, error) {
	var open mfa.Prompt
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		open, err = ownPrompt(r, in.Caller, in.PromptID)
		return err
	})
	switch {
	case err != nil:
		return open, err
	case !serverDriven(open, in.Caller) || in.UserAlias == "":
		return open, errNoPrompt
	case open.State == mfa.PromptVerified && s.domain.Now().Before(open.ExpiresAt):
		return open, nil
	case open.State != mfa.PromptPending || !s.domain.Now().Before(open.ExpiresAt):
		return open, errPromptOver
	case !in.Unverified:
		return open, errUnverified
	}
	return open, nil
}

// claimRequest is what a claim tells of the action, and what was told when it began.
func claimRequest(in Claimed, open mfa.Prompt) mfa.ActionRequest {
	out := mfa.ActionRequest{
		DeviceID: firstOf(in.DeviceID, open.DeviceID), IP: firstOf(in.IP, open.IP), UserAgent: firstOf(in.UserAgent, open.UserAgent),
		Locale: open.Locale, Custom: in.Custom, Scopes: keptOf(open).Scopes,
	}
	if len(out.Custom) == 0 {
		out.Custom = Custom(open)
	}
	return out
}

func claimPass(c *mfa.Caller, open mfa.Prompt) Pass {
	return Pass{
		Caller: c, UserID: open.UserID, ActionID: open.ActionID, Scopes: keptOf(open).Scopes, Source: open.IP, UserAgent: open.UserAgent,
		DeviceID: open.DeviceID, Locale: open.Locale,
	}
}

// countClaimed lets a prompt that was verified and claimed prove the action. Its address is enrolled for whoever has
// nothing yet, and where the application's server said that it may be; the server's word that the address is the user's
// proves the action either way.
func (s *Service) countClaimed(ctx context.Context, c *mfa.Caller, open mfa.Prompt) (Result, error) {
	p, id := claimPass(c, open), mfa.NewID[mfa.AuthenticatorID]() // one for all attempts: the gate is told of it
	return s.prove(ctx, p, func(a *attempt) (Result, error) {
		if allowed := a.usable(open.Method) == nil; !allowed {
			return Result{Method: open.Method, User: a.user, Action: a.action, Pass: p}, nil // it waits for another proof
		}
		address := string(open.To.Reveal())
		mine := a.mine()
		if i := slices.IndexFunc(mine, func(e people.Entry) bool { return serves(e, open.Method) && people.SameAddress(e.Address, address) }); i >= 0 {
			return a.claimed(open, mine[i])
		}
		to, err := a.newAddress(open.Method, address)
		to.authenticator = id
		if err != nil {
			return a.claimed(open, people.Entry{})
		}
		open.AuthenticatorID, open.Enrols = to.authenticator, true
		out, err := a.enrol(a.addressed(open, to.replaces), a.consume(open))
		if err != nil || !out.Verified || len(mine) == 0 {
			return out, err
		}
		moved, err := a.moved(open.Method, *out.Entry)
		moved.Enrolled, moved.Pass.Scopes = true, p.Scopes
		return moved, err
	})
}

// claimed proves the action by an address that is enrolled, or by none. The latter earns no more rights than the
// application's server gave.
func (a *attempt) claimed(open mfa.Prompt, by people.Entry) (Result, error) {
	open.AuthenticatorID = by.ID
	out, err := a.succeed(open.Method, by, a.consume(open))
	if err == nil && by.ID == "" {
		out.Pass.Scopes, out.Entry = a.Scopes, nil
	}
	return out, err
}

// FindOTP names a prompt by its id, or by whose and what for it is.
type FindOTP struct {
	PromptID  mfa.PromptID
	UserAlias string
	Code      string
	Method    mfa.Method
}

// Find looks a prompt up that lives; NotFound where there is none.
func (s *Service) Find(ctx context.Context, c *mfa.Caller, f FindOTP) (mfa.Prompt, error) {
	var out mfa.Prompt
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		if f.PromptID != "" {
			out, err = ownPrompt(r, c, f.PromptID)
			return err
		}
		u, err := r.User(c.Directory.ID, mfa.UserRef{Alias: f.UserAlias})
		if mfa.IsCode(err, mfa.NotFound) || err == nil && !u.KnownTo(c.Application) {
			return errNoPrompt
		}
		if err != nil {
			return err
		}
		open, err := r.PendingPrompts(c.Application.ID, u.ID, s.domain.Now())
		if err != nil {
			return err
		}
		i := slices.IndexFunc(open, func(p mfa.Prompt) bool {
			return (f.Code == "" || p.ActionCode == f.Code) && (f.Method == "" || p.Method == f.Method)
		})
		if i < 0 {
			return errNoPrompt
		}
		out = open[i]
		return nil
	})
	if err == nil && !s.domain.Now().Before(out.ExpiresAt) {
		err = errNoPrompt
	}
	if err != nil {
		return mfa.Prompt{}, err
	}
	return out, nil
}
