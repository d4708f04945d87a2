package authsignal

import (
	"context"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// No success of the client's API has a member called error: browsers take any answer with one for a refusal, whatever
// its status.

// enrolledAnswer says what will be the user's once a code comes back.
type enrolledAnswer struct {
	AuthenticatorID mfa.AuthenticatorID `json:"userAuthenticatorId"`
	UserID          string              `json:"userId"`
}

// challengedAnswer says under which id an answer will come. Nonce is what apps have attested.
type challengedAnswer struct {
	ChallengeID mfa.PromptID `json:"challengeId"`
	Nonce       string       `json:"nonce,omitempty"`
}

// verifiedAnswer is the end of a proof, good or bad: a wrong code is no error.
type verifiedAnswer struct {
	IsVerified    bool   `json:"isVerified"`
	AccessToken   string `json:"accessToken,omitempty"`
	FailureReason string `json:"failureReason,omitempty"`
	// Of passkeys and security keys.
	UserID          string              `json:"userId,omitempty"`
	AuthenticatorID mfa.AuthenticatorID `json:"userAuthenticatorId,omitempty"`
	Username        string              `json:"username,omitempty"`
	DisplayName     string              `json:"userDisplayName,omitempty"`
	// Authenticator is what the proof enrolled.
	Authenticator *authenticatorView `json:"userAuthenticator,omitempty"`
}

// Reasons why a proof did not count.
const (
	failedCode     = "CODE_INVALID_OR_EXPIRED"
	failedAttempts = "MAX_ATTEMPTS_EXCEEDED"
)

func failureWord(f stepup.Failure) string {
	switch f {
	case stepup.FailureMaxAttempts:
		return failedAttempts
	case stepup.FailureInvalid:
		return failedCode
	}
	return ""
}

// verified words the end of a proof. A good one comes with a new token, which may do what the proof allows.
func (d *Dialect) verified(ctx context.Context, r stepup.Result) (verifiedAnswer, error) {
	if !r.Verified {
		return verifiedAnswer{FailureReason: failureWord(r.Failure)}, nil
	}
	token, err := d.earned(ctx, r)
	if err != nil {
		return verifiedAnswer{}, err
	}
	out := verifiedAnswer{IsVerified: true, AccessToken: token}
	if r.Enrolled && r.Entry != nil {
		out.Authenticator = masked(*r.Entry, r.User.Alias)
	}
	return out, nil
}

// earned makes the token that a proof earned.
func (d *Dialect) earned(ctx context.Context, r stepup.Result) (string, error) {
	return d.mint(ctx, about{caller: r.Pass.Caller, user: r.User, action: r.Action, scopes: r.Pass.Scopes})
}

// proved answers with the end of a proof.
func (d *Dialect) proved(ctx context.Context, r stepup.Result, err error) (endpoint.Response, error) {
	if err != nil {
		return endpoint.Response{}, err
	}
	out, err := d.verified(ctx, r)
	if err != nil {
		return endpoint.Response{}, err
	}
	return ok(out)
}

// pass says who is proving what: the holder of the token or, without one, anybody.
func (c *call) pass() stepup.Pass {
	p := stepup.Pass{Caller: c.caller}
	if c.token != nil {
		p = c.token.pass()
	}
	p.Source, p.UserAgent = c.source(), c.request.UserAgent()
	return p
}

// on is the pass of a browser or phone that names itself.
func (c *call) on(device string) (stepup.Pass, error) {
	p := c.pass()
	if len(device) > maxDeviceID || !plainText(device) {
		return p, invalid("deviceId is longer than 255 characters")
	}
	p.DeviceID = device
	return p, nil
}

// maxDeviceID bounds the id of a device, in bytes: those of the SDKs are UUIDs.
const maxDeviceID = 255

// sameAction refuses another action than the token's, where the page names one.
func (c *call) sameAction(code string) error {
	if c.token != nil && code != "" && code != c.token.claims.Other.ActionCode {
		return invalid("action is not the one that the token is for")
	}
	return nil
}

// promptID reads the id under which an answer comes; "" is none.
func promptID(text string) (mfa.PromptID, error) {
	if text == "" {
		return "", nil
	}
	id, err := mfa.ParseUUID("challengeId", text)
	if err != nil {
		return "", errNoPrompt
	}
	return mfa.PromptID(id), nil
}

// needPrompt reads an id that must be there.
func needPrompt(text string) (mfa.PromptID, error) {
	if text == "" {
		return "", invalid("challengeId is missing")
	}
	return promptID(text)
}

var errNoPrompt = refuse(failMissing, "There is no such challenge.")
