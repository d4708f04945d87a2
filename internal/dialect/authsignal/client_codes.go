package authsignal

import (
	"context"
	"encoding/base32"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// codeRequest brings a code.
type codeRequest struct {
	Code string `json:"verificationCode"`
}

// maxCode bounds a code that is looked at, in bytes: the longest have ten digits.
const maxCode = 64

func (r *codeRequest) code() (string, error) {
	if r.Code == "" || len(r.Code) > maxCode {
		return "", invalid("verificationCode is missing or longer than any code")
	}
	return r.Code, nil
}

// addressRequest brings the address that is to be the user's.
type addressRequest struct {
	Email       string `json:"email"`
	PhoneNumber string `json:"phoneNumber"`
}

// address is the one that goes with a method.
func (r *addressRequest) address(m mfa.Method) (string, error) {
	address, name := r.Email, "email"
	if m == mfa.MethodSMS || m == mfa.MethodWhatsApp {
		address, name = r.PhoneNumber, "phoneNumber"
	}
	if address == "" {
		return "", invalid(name + " is missing")
	}
	return address, nil
}

// enrolAddress begins to enrol an address; the code or link is on its way then.
func enrolAddress(m mfa.Method) method {
	return taking(func(d *Dialect, ctx context.Context, c *call, in *addressRequest) (endpoint.Response, error) {
		address, err := in.address(m)
		if err != nil {
			return endpoint.Response{}, err
		}
		sent, err := d.stepup.EnrolAddress(ctx, c.pass(), m, address)
		if err != nil {
			return endpoint.Response{}, err
		}
		return ok(enrolledAnswer{sent.AuthenticatorID, c.token.claims.Other.UserID})
	})
}

// sendCode sends a code or link, or the same again.
func sendCode(m mfa.Method) method {
	return func(d *Dialect, ctx context.Context, c *call) (endpoint.Response, error) {
		sent, err := d.stepup.SendCode(ctx, c.pass(), m)
		if err != nil {
			return endpoint.Response{}, err
		}
		return ok(challengedAnswer{ChallengeID: sent.ID})
	}
}

// checkCode burns a code that was sent.
func checkCode(m mfa.Method) method {
	return checking(func(d *Dialect, ctx context.Context, p stepup.Pass, code string) (stepup.Result, error) {
		return d.stepup.CheckCode(ctx, p, m, code)
	})
}

// checkTOTP burns a code of an authenticator app.
func checkTOTP() method {
	return checking(func(d *Dialect, ctx context.Context, p stepup.Pass, code string) (stepup.Result, error) {
		return d.stepup.CheckTOTP(ctx, p, code)
	})
}

func checking(check func(*Dialect, context.Context, stepup.Pass, string) (stepup.Result, error)) method {
	return taking(func(d *Dialect, ctx context.Context, c *call, in *codeRequest) (endpoint.Response, error) {
		code, err := in.code()
		if err != nil {
			return endpoint.Response{}, err
		}
		result, err := check(d, ctx, c.pass(), code)
		return d.proved(ctx, result, err)
	})
}

// beginTOTP shows a seed.
func (d *Dialect) beginTOTP(ctx context.Context, c *call) (endpoint.Response, error) {
	seed, err := d.stepup.BeginTOTP(ctx, c.pass())
	if err != nil {
		return endpoint.Response{}, err
	}
	return ok(struct {
		enrolledAnswer

		URI    string `json:"uri"`
		Secret string `json:"secret"`
	}{enrolledAnswer{seed.AuthenticatorID, c.token.claims.Other.UserID}, seed.URI(), textOf(seed.Secret)})
}

// textOf is a seed as people type it.
func textOf(seed mfa.Secret) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(seed.Reveal())
}

// pollLink says whether a link was followed. Browsers ask each second, and go on after any refusal.
func (d *Dialect) pollLink(ctx context.Context, c *call) (endpoint.Response, error) {
	result, err := d.stepup.PollLink(ctx, c.pass())
	return d.proved(ctx, result, err)
}
