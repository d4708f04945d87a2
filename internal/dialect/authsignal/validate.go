package authsignal

import (
	"context"
	"errors"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

type validateRequest struct {
	Token  string `json:"token"`
	UserID string `json:"userId"`
	Action string `json:"action"`
}

// validateReply says whether a token stands for an action that was proved. Half of the clients read the action's code
// under one name, half under the other.
type validateReply struct {
	IsValid            bool      `json:"isValid"`
	State              string    `json:"state,omitempty"`
	StateUpdatedAt     *wireTime `json:"stateUpdatedAt,omitempty"`
	UserID             string    `json:"userId,omitempty"`
	Action             string    `json:"action,omitempty"`
	ActionCode         string    `json:"actionCode,omitempty"`
	IdempotencyKey     string    `json:"idempotencyKey,omitempty"`
	VerificationMethod string    `json:"verificationMethod,omitempty"`
	Error              string    `json:"error,omitempty"`
}

// What is wrong with a token that is not valid.
const (
	wrongToken  = "Token is invalid."
	lateToken   = "Token is expired."
	wrongUser   = "User is invalid."
	wrongAction = "Action is invalid."
)

// validate says how the action of a token stands. It is repeatable until the token ends: clients try again when an
// answer is lost. A token that is no good is an answer too, and not an error, which every client would throw.
func (d *Dialect) validate(ctx context.Context, c *call, in *validateRequest) (endpoint.Response, error) {
	if in.Token == "" {
		return endpoint.Response{}, invalid("token is missing")
	}
	token, err := d.open(ctx, in.Token)
	if why, err := wrong(err); why != "" || err != nil {
		return notValid(why, err)
	}
	said := &token.claims.Other
	switch {
	case token.caller.Application.ID != c.caller.Application.ID, token.action() == "":
		return notValid(wrongToken, nil)
	case in.UserID != "" && in.UserID != said.UserID:
		return notValid(wrongUser, nil)
	case in.Action != "" && in.Action != said.ActionCode:
		return notValid(wrongAction, nil)
	}
	a, err := d.standing(ctx, c.caller, token.action())
	if mfa.IsCode(err, mfa.NotFound) || err == nil && a.UserID != token.user() {
		return notValid(wrongToken, nil)
	}
	if err != nil {
		return endpoint.Response{}, err
	}
	out := validateReply{
		IsValid: a.State == mfa.ActionChallengeSucceeded, State: stateWords[a.State], StateUpdatedAt: since(a.StateAt),
		UserID: said.UserID, Action: a.Code, ActionCode: a.Code, IdempotencyKey: a.Key,
	}
	if out.IsValid {
		out.VerificationMethod = safeMethod(a.Method)
	}
	return ok(out)
}

// standing says where an action stands. Where a device is asked, its answer is made to count first.
func (d *Dialect) standing(ctx context.Context, c *mfa.Caller, id mfa.ActionID) (mfa.Standing, error) {
	stands, err := d.actions.Standing(ctx, c, id)
	if err != nil || !stands.Asked {
		return stands, err
	}
	a, err := d.actions.ByID(ctx, c, id)
	if err == nil {
		a, err = d.stepup.Settle(ctx, c, a)
	}
	stands.State, stands.StateAt, stands.Method = a.State, a.StateAt, a.Method
	return stands, err
}

// wrong tells tokens that are no good from trouble of ours.
func wrong(err error) (string, error) {
	own, mine := errors.AsType[*refusal](err)
	switch {
	case mine && own.failure == failExpired:
		return lateToken, nil
	case mine && own.failure == failTokenInvalid:
		return wrongToken, nil
	}
	return "", err
}

func notValid(why string, err error) (endpoint.Response, error) {
	if err != nil {
		return endpoint.Response{}, err
	}
	return ok(validateReply{Error: why})
}
