package stepup

import (
	"context"
	"encoding/json"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/actions"
)

// Picture is a prompt to be shown as a picture. DeviceCode is what shows that whoever asks for the answer is who showed
// it; a picture never holds it.
type Picture struct {
	Prompt     mfa.Prompt
	DeviceCode mfa.Secret
}

// StartQR makes a prompt for an app's key that reads it: of the pass's action or, of an anonymous pass, of the code, for
// whoever reads it. Custom is what the app shows.
func (s *Service) StartQR(ctx context.Context, p Pass, code string, custom json.RawMessage) (Picture, error) {
	var out Picture
	secret, err := s.draw(linkBytes)
	if err != nil {
		return out, err
	}
	out.DeviceCode = secret
	out.Prompt, err = s.open(ctx, p, opening{method: mfa.MethodQRCode, code: code, secret: secret, custom: custom})
	return out, err
}

// Prompt makes a prompt for whatever answers, of a passkey or of an app's key: of the pass's action or, of an anonymous
// pass, of the code and key, which may be "".
func (s *Service) Prompt(ctx context.Context, p Pass, code, key string) (mfa.Prompt, error) {
	return s.open(ctx, p, opening{code: code, key: key})
}

// opening is a prompt that waits for somebody to come.
type opening struct {
	method mfa.Method
	code   string
	key    string
	secret mfa.Secret
	custom json.RawMessage
}

// open writes a prompt of the pass's action or, where that is nobody's, one that anybody may answer. Of those strangers
// begin a bounded number.
func (s *Service) open(ctx context.Context, p Pass, in opening) (mfa.Prompt, error) {
	nonce, err := s.draw(nonceBytes)
	if err != nil {
		return mfa.Prompt{}, err
	}
	k := kept{Nonce: string(nonce.Reveal()), Custom: in.custom}
	if p.UserID == "" {
		return s.openForAnybody(ctx, p, in, k)
	}
	var out mfa.Prompt
	err = s.attempt(ctx, p, func(a *attempt) error {
		if err := a.provable(); err != nil {
			return err
		}
		if in.method != "" {
			if err := a.usable(in.method); err != nil {
				return err
			}
		}
		if in.code != "" && in.code != a.action.Code && a.ActionID != "" {
			return errOtherAction
		}
		allowed, until, err := a.w.TakeLimit(a.domain.Limits().OpenPrompts, "open_prompts:"+string(a.UserID), a.now)
		if err != nil {
			return err
		}
		if !allowed {
			return a.domain.TooMany(until)
		}
		k.Custom = a.action.Request.Custom
		if out, err = a.prompt(in.method, k); err != nil {
			return err
		}
		out.Secret = in.secret
		return a.w.AddPrompt(out)
	})
	return out, err
}

func (s *Service) openForAnybody(ctx context.Context, p Pass, in opening, k kept) (mfa.Prompt, error) {
	if err := s.openable(p.Caller, in); err != nil {
		return mfa.Prompt{}, err
	}
	out, err := newPrompt(p, in.method, k)
	if err != nil {
		return out, err
	}
	now := s.domain.Now()
	out.ActionCode, out.ActionKey, out.Secret = in.code, firstOf(in.key, string(out.ID)), in.secret
	out.CreatedAt, out.ExpiresAt = now, now.Add(life(p.Caller, in.method))
	err = s.store.Write(ctx, func(w mfa.WriteRecords) error {
		allowed, until, err := w.TakeLimit(s.domain.Limits().AnonymousPrompts, "anonymous_prompts:"+mfa.AttemptsFrom(p.Caller, p.Source), now)
		if err != nil {
			return err
		}
		if !allowed {
			return s.domain.TooMany(until)
		}
		return w.AddPrompt(out)
	})
	return out, err
}

// openable refuses what no action could be made of.
func (s *Service) openable(c *mfa.Caller, in opening) error {
	if err := c.Enabled(); err != nil {
		return err
	}
	if in.method != "" && !c.Application.MethodActive(in.method) {
		return errMethodOff
	}
	limits := s.domain.Limits()
	if len(in.key) > limits.ActionTextBytes || len(in.custom) > limits.CustomBytes {
		return &mfa.Error{Code: mfa.Invalid, Message: "the challenge says more than an action may"}
	}
	if in.code == "" && in.method == "" {
		return nil
	}
	return actions.CheckCode(in.code)
}

// CheckQR says where a picture stands. Whoever waits subscribes to [mfa.TopicPrompt] and looks again.
func (s *Service) CheckQR(ctx context.Context, p Pass, id mfa.PromptID, deviceCode mfa.Secret) (Result, error) {
	var out Result
	err := s.store.Read(ctx, func(r mfa.Records) error {
		open, err := ownPrompt(r, p.Caller, id)
		if err != nil {
			return err
		}
		foreign := p.UserID != "" && (open.UserID != p.UserID || open.ActionID != p.ActionID)
		if open.Method != mfa.MethodQRCode || foreign || deviceCode.Empty() || !open.Secret.Equal(deviceCode) {
			return errNoPrompt
		}
		out, err = s.polled(r, p, open)
		return err
	})
	return out, err
}
