package authsignal

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/actions"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

// Codes of the actions that calls of old clients make, which name none.
const (
	codeManage     = "manageAuthenticators"
	codeEmailLogin = "emailLogin"
)

type tokenRequest struct {
	UserID string `json:"userId"`
	Scope  string `json:"scope"`
}

// manage gives a token by which a user looks after their authenticators.
func (d *Dialect) manage(ctx context.Context, c *call, in *tokenRequest) (endpoint.Response, error) {
	if in.UserID == "" {
		return endpoint.Response{}, invalid("userId is missing")
	}
	_, token, err := d.tracked(ctx, actions.Track{
		Caller: c.caller, User: in.UserID, Code: codeManage, Request: mfa.ActionRequest{ToSettings: true, Scopes: strings.Fields(in.Scope)},
	})
	if err != nil {
		return endpoint.Response{}, err
	}
	return ok(struct {
		AccessToken string `json:"accessToken"`
	}{token})
}

type emailLoginRequest struct {
	Email       string `json:"email"`
	RedirectURL string `json:"redirectUrl"`
}

// emailLogin begins a login of whoever has an address: the one user of whom it was told, or a new one.
func (d *Dialect) emailLogin(ctx context.Context, c *call, in *emailLoginRequest) (endpoint.Response, error) {
	email := c.values[0]
	if in.Email != "" && in.Email != email {
		return endpoint.Response{}, invalid("email is not the one of the path")
	}
	if _, err := mfa.ParseEmail(email); err != nil {
		return endpoint.Response{}, err
	}
	alias := uuid.NewString()
	found, _, err := d.people.Query(ctx, c.caller, people.Query{Field: mfa.ProfileEmail, Value: email, Limit: 1})
	if err != nil {
		return endpoint.Response{}, err
	}
	if len(found) > 0 {
		alias = found[0].User.Alias
	}
	done, token, err := d.tracked(ctx, actions.Track{
		Caller: c.caller, User: alias, Code: codeEmailLogin, Request: mfa.ActionRequest{Email: email, RedirectURL: in.RedirectURL},
	})
	if err != nil {
		return endpoint.Response{}, err
	}
	return ok(struct {
		URL string `json:"url"`
	}{d.pageOf(c.caller, done.Action, token)})
}

// callConnect answers for the product that verifies callers, which this server does not have.
func (d *Dialect) callConnect(context.Context, *call) (endpoint.Response, error) {
	return endpoint.Response{}, refuse(failConfiguration, "Call Connect is not configured: this server does not have it.")
}
