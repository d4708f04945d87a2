package stepup

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

// EnrolAddress sends a code or link to an address that is to become the user's; [Service.CheckCode] or
// [Service.ConfirmLink] make it so. The prompt's AuthenticatorID is that of the authenticator to be. An address that is
// the user's already is challenged as by [Service.SendCode].
func (s *Service) EnrolAddress(ctx context.Context, p Pass, m mfa.Method, address string) (mfa.Prompt, error) {
	address, err := parseAddress(p.Caller, m, address)
	if err != nil {
		return mfa.Prompt{}, err
	}
	return s.send(ctx, p, func(a *attempt) (target, error) {
		for _, e := range a.mine() {
			if serves(e, m) && people.SameAddress(e.Address, address) {
				return target{method: m, address: address, authenticator: e.ID}, a.usable(m)
			}
		}
		return a.newAddress(m, address)
	})
}

// SendCode sends a code or link to the user's address, or the same one again while it is out. Somebody who has enrolled
// nothing is sent one where the application told the address, and enrols it by answering.
func (s *Service) SendCode(ctx context.Context, p Pass, m mfa.Method) (mfa.Prompt, error) {
	if kindOf(m) == "" {
		return mfa.Prompt{}, errMethodOff
	}
	return s.send(ctx, p, func(a *attempt) (target, error) {
		// Whoever is enrolling an address asks for its code once more by this very call.
		open, found, err := a.pending(m)
		if err != nil {
			return target{}, err
		}
		if found && open.Enrols {
			replaces := keptOf(open).Replaces
			if replaces == "" {
				err = a.enrollable(m)
			}
			return target{method: m, address: string(open.To.Reveal()), authenticator: open.AuthenticatorID, enrols: true, replaces: replaces}, err
		}
		mine := a.mine()
		if e, ok := addressOf(mine, m); ok {
			return target{method: m, address: e.Address, authenticator: e.ID}, a.usable(m)
		}
		return a.toldAddress(m, len(mine) == 0)
	})
}

// CheckCode burns a code that was sent by SMS, WhatsApp or mail.
func (s *Service) CheckCode(ctx context.Context, p Pass, m mfa.Method, code string) (Result, error) {
	if kindOf(m) == "" || m == mfa.MethodMagicLink {
		return Result{}, errMethodOff
	}
	return s.prove(ctx, p, func(a *attempt) (Result, error) {
		open, found, err := a.pending(m)
		if err != nil || !found {
			return Result{Failure: FailureInvalid, Method: m}, err
		}
		if refusal, err := a.domain.AnyFull(a.w, a.windows(m)); err != nil || refusal != nil {
			a.refusal = refusal
			return Result{}, err
		}
		return a.checkCode(open, code)
	})
}

// target is where a code or link goes.
type target struct {
	method        mfa.Method
	address       string
	authenticator mfa.AuthenticatorID
	enrols        bool
	replaces      mfa.AuthenticatorID
}

// newAddress is an address that is to be enrolled, or to take the place of the one there is: whoever may change
// addresses, and may not add any, means the latter.
func (a *attempt) newAddress(m mfa.Method, address string) (target, error) {
	to := target{method: m, address: address, authenticator: mfa.NewID[mfa.AuthenticatorID](), enrols: true}
	one := a.settings(m).AllowMultiple
	for _, e := range a.mine() {
		if e.Method != m || a.may(ScopeAdd) && (one == nil || *one) {
			continue
		}
		if !a.may(ScopeUpdate) {
			return to, a.mayAddAnother()
		}
		to.authenticator, to.replaces = e.ID, e.ID
		return to, a.usable(m)
	}
	return to, a.enrollable(m)
}

// mayAddAnother says why no second address is added: for want of the right or because there is to be one.
func (a *attempt) mayAddAnother() error {
	if err := a.mayAdd(); err != nil {
		return err
	}
	return errFull
}

// toldAddress is the address that the application told, for somebody who has enrolled nothing. Others prove themselves
// by what they have: an address that was told of them must not be an easier way in.
func (a *attempt) toldAddress(m mfa.Method, nothing bool) (target, error) {
	missing := errNoAddress
	if kindOf(m) == mfa.KindEmail {
		missing = errNoMail
	}
	if !nothing && !a.may(ScopeAdd) {
		return target{}, missing
	}
	told, err := a.told(m)
	if err != nil {
		return target{}, err
	}
	if told == "" {
		return target{}, missing
	}
	address, err := parseAddress(a.Caller, m, told)
	if err != nil {
		return target{}, err
	}
	return a.newAddress(m, address)
}

// told is the address that the application told with the action or of the user, "" for none.
func (a *attempt) told(m mfa.Method) (string, error) {
	profile, err := people.ProfileOf(a.w, a.user)
	if kindOf(m) == mfa.KindEmail {
		return firstOf(a.action.Request.Email, profile.Email, a.user.Email()), err
	}
	return firstOf(a.action.Request.Phone, profile.Phone, a.user.Phone.E164()), err
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text = strings.TrimSpace(text); text != "" {
			return text
		}
	}
	return ""
}

// checkCode compares a code with the one that was sent.
func (a *attempt) checkCode(open mfa.Prompt, code string) (Result, error) {
	if open.Attempts >= a.domain.Limits().PromptAttempts {
		return Result{Failure: FailureMaxAttempts, Method: open.Method}, a.noteExhausted(open)
	}
	_, right, err := a.factors.OTP.Check(mfa.Credential{Secret: open.Secret}, mfa.Proof{Token: strings.TrimSpace(code)}, a.now)
	if err != nil {
		return Result{}, err
	}
	if !right {
		if _, err := a.w.CountPromptAttempt(open.ID); err != nil {
			return Result{}, err
		}
		return a.wrong(open.Method)
	}
	return a.answered(open)
}

// noteExhausted says in the log that a code was tried that takes no more attempts, as often as tells anybody anything.
func (a *attempt) noteExhausted(open mfa.Prompt) error {
	noted, _, err := a.w.TakeLimit(a.domain.Limits().NotedGuesses, "noted_prompts:"+string(a.UserID)+":"+mfa.AttemptsFrom(a.Caller, a.Source), a.now)
	if err != nil || !noted {
		return err
	}
	return a.tell(mfa.EventPromptRefused, Said{Method: open.Method, Prompt: open.ID, Reason: string(FailureMaxAttempts)})
}

// answered lets the right answer to a prompt count.
func (a *attempt) answered(open mfa.Prompt) (Result, error) {
	k := keptOf(open)
	if open.Enrols {
		return a.enrol(a.addressed(open, k.Replaces), a.consume(open))
	}
	by, ok := people.EntryOf(a.mine(), open.AuthenticatorID)
	if !ok {
		return Result{Failure: FailureInvalid, Method: open.Method}, nil // it was removed since
	}
	if err := a.usable(open.Method); err != nil {
		return Result{}, err
	}
	return a.succeed(open.Method, by, func() (bool, error) {
		won, err := a.consume(open)()
		if err != nil || !won {
			return won, err
		}
		return true, a.used(&by)
	})
}

// addressed is the phone or address that a prompt enrols.
func (a *attempt) addressed(open mfa.Prompt, replaces mfa.AuthenticatorID) added {
	data, err := json.Marshal(mfa.AddressData{
		Method: open.Method, Channel: channelOf(open.Method, a.settings(open.Method)), Verified: a.now, Agent: open.UserAgent, DeviceID: open.DeviceID,
	})
	if err != nil {
		data = nil // texts and times always encode
	}
	return added{
		Authenticator: mfa.Authenticator{ID: open.AuthenticatorID, Kind: kindOf(open.Method), Data: data, Secret: open.To, RegisteredBy: string(open.Method)},
		method:        open.Method, address: string(open.To.Reveal()), replaces: replaces,
	}
}

// consume burns a prompt.
func (a *attempt) consume(open mfa.Prompt) func() (bool, error) {
	return func() (bool, error) {
		won, err := a.w.AnswerPrompt(open.ID, mfa.PromptAnswer{
			From: []mfa.PromptState{mfa.PromptPending, mfa.PromptClaimed, mfa.PromptVerified}, To: mfa.PromptConsumed, AuthenticatorID: open.AuthenticatorID, At: a.now,
		})
		if err != nil || !won {
			return won, err
		}
		a.w.Announce(mfa.TopicPrompt(open.ID))
		return true, a.tell(mfa.EventPromptAccepted, Said{Method: open.Method, Authenticator: open.AuthenticatorID, Prompt: open.ID})
	}
}
