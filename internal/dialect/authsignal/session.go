package authsignal

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/grants"
)

// accessClaims are what an access token says. Whether it still counts is looked up by its id.
type accessClaims struct {
	Issuer    string `json:"iss"`
	Audience  string `json:"aud"` // the client's id
	Subject   string `json:"sub"`
	IssuedAt  int64  `json:"iat"`
	ExpiresAt int64  `json:"exp"`
	ID        string `json:"jti"`
	Tenant    string `json:"tenantId"`
}

type sessionRequest struct {
	Token        string   `json:"token"`
	ClientID     string   `json:"clientId"`
	Action       string   `json:"action"`
	AccessToken  string   `json:"accessToken"`
	ClientIDs    []string `json:"clientIds"`
	RefreshToken string   `json:"refreshToken"`
	UserID       string   `json:"userId"`
}

type sessionReply struct {
	AccessToken  string `json:"accessToken"`
	RefreshToken string `json:"refreshToken"`
}

// createSession opens a session for the token of an action that was proved.
func (d *Dialect) createSession(ctx context.Context, c *call, in *sessionRequest) (endpoint.Response, error) {
	if in.Token == "" || in.ClientID == "" {
		return endpoint.Response{}, invalid("token and clientId are needed")
	}
	token, err := d.open(ctx, in.Token)
	if err != nil {
		return endpoint.Response{}, err
	}
	if token.caller.Application.ID != c.caller.Application.ID {
		return endpoint.Response{}, badToken(errors.New("it is another tenant's"))
	}
	if in.Action != "" && in.Action != token.claims.Other.ActionCode {
		return endpoint.Response{}, invalid("the token is for another action")
	}
	issued, err := d.grants.Issue(ctx, grants.Issue{Caller: c.caller, ActionID: token.action(), ClientID: in.ClientID})
	if err != nil {
		return endpoint.Response{}, err
	}
	return d.session(ctx, c, issued)
}

func (d *Dialect) session(ctx context.Context, c *call, in grants.Issued) (endpoint.Response, error) {
	key, err := d.ring.Current(ctx)
	if err != nil {
		return endpoint.Response{}, err
	}
	access, err := sign(key, typeAccess, accessClaims{
		Issuer: d.base(), Audience: in.Grant.ClientID, Subject: in.User.Alias, IssuedAt: d.service.Now().Unix(),
		ExpiresAt: in.Grant.AccessExpiresAt.Unix(), ID: in.Grant.AccessID, Tenant: d.tenantID(c.caller),
	})
	if err != nil {
		return endpoint.Response{}, err
	}
	return ok(sessionReply{access, string(in.Refresh.Reveal())})
}

// access reads an access token that this server made. Whether its session counts is another matter.
func (d *Dialect) access(ctx context.Context, text string) (accessClaims, error) {
	token, said, err := readAccess(text)
	if err != nil {
		return said, unauthorized(err)
	}
	if err := d.signedHere(ctx, token); err != nil {
		if own, mine := errors.AsType[*refusal](err); mine {
			err = unauthorized(own)
		}
		return said, err
	}
	return said, nil
}

// readAccess takes an access token apart. It believes nothing.
func readAccess(text string) (*signed, accessClaims, error) {
	var said accessClaims
	token, err := parseSigned(text)
	if err != nil {
		return nil, said, err
	}
	if token.header.Type != typeAccess || token.header.Algorithm != algorithmRSA {
		return nil, said, errors.New("the token is of another kind")
	}
	if err := json.Unmarshal(token.payload, &said); err != nil || !plainText(said.ID) || len(said.ID) > maxTenant {
		return nil, said, errors.New("the token says nothing of a session")
	}
	return token, said, nil
}

// sessionUser is whose a session is.
type sessionUser struct {
	UserID        string          `json:"userId"`
	Email         string          `json:"email,omitempty"`
	EmailVerified bool            `json:"emailVerified"`
	Phone         string          `json:"phoneNumber,omitempty"`
	PhoneVerified bool            `json:"phoneNumberVerified"`
	Username      string          `json:"username,omitempty"`
	DisplayName   string          `json:"displayName,omitempty"`
	Custom        json.RawMessage `json:"custom,omitempty"`
}

type validSession struct {
	User               sessionUser `json:"user"`
	ExpiresAt          int64       `json:"expiresAt"`
	VerificationMethod string      `json:"verificationMethod,omitempty"`
}

// validateSession says whose an access token is, while it counts.
func (d *Dialect) validateSession(ctx context.Context, c *call, in *sessionRequest) (endpoint.Response, error) {
	said, err := d.access(ctx, in.AccessToken)
	if err != nil {
		return endpoint.Response{}, err
	}
	found, err := d.grants.Find(ctx, c.caller, said.ID)
	if err != nil {
		return endpoint.Response{}, err
	}
	if len(in.ClientIDs) > 0 && !slices.Contains(in.ClientIDs, found.Grant.ClientID) {
		return endpoint.Response{}, unauthorized(errors.New("the session is of another client"))
	}
	p := &found.Profile
	return ok(validSession{
		sessionUser{found.User.Alias, p.Email, p.EmailVerified, p.Phone, p.PhoneVerified, p.Username, p.DisplayName, object(p.Custom)},
		found.Grant.AccessExpiresAt.Unix(), safeMethod(found.Grant.Method),
	})
}

// refreshSession gives the next pair of tokens.
func (d *Dialect) refreshSession(ctx context.Context, c *call, in *sessionRequest) (endpoint.Response, error) {
	if in.RefreshToken == "" {
		return endpoint.Response{}, invalid("refreshToken is missing")
	}
	next, err := d.grants.Rotate(ctx, c.caller, mfa.SecretText(in.RefreshToken), "")
	if err != nil {
		return endpoint.Response{}, err
	}
	return d.session(ctx, c, next)
}

// revokeSession ends a session, whether its access token has expired or not.
func (d *Dialect) revokeSession(ctx context.Context, c *call, in *sessionRequest) (endpoint.Response, error) {
	said, err := d.access(ctx, in.AccessToken)
	if err != nil {
		return endpoint.Response{}, err
	}
	if err := d.grants.Revoke(ctx, c.caller, said.ID, ""); err != nil {
		return endpoint.Response{}, err
	}
	return done()
}

// revokeSessions ends all sessions of a user.
func (d *Dialect) revokeSessions(ctx context.Context, c *call, in *sessionRequest) (endpoint.Response, error) {
	if in.UserID == "" {
		return endpoint.Response{}, invalid("userId is missing")
	}
	if err := d.grants.RevokeUser(ctx, c.caller, in.UserID, ""); err != nil {
		return endpoint.Response{}, err
	}
	return done()
}
