package authsignal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// claims are what a token says. What stands in Other is where clients look for it; what this server alone reads stands
// there too, so that a token looks as it always did.
type claims struct {
	Issuer    string `json:"iss"`
	Audience  string `json:"aud"`
	Subject   string `json:"sub"`
	IssuedAt  int64  `json:"iat"`
	ExpiresAt int64  `json:"exp"`
	Scope     string `json:"scope"`
	Other     other  `json:"other"`
}

type other struct {
	Tenant         string `json:"tenantId"`
	PublishableKey string `json:"publishableKey"`
	UserID         string `json:"userId"`
	ActionCode     string `json:"actionCode,omitempty"`
	IdempotencyKey string `json:"idempotencyKey,omitempty"`
	Username       string `json:"username,omitempty"`

	User   string `json:"user,omitempty"`   // our id of the user, whose name may be given to somebody else
	Action string `json:"action,omitempty"` // our id of the action; none in a token to manage authenticators
}

// opened is a token that was believed.
type opened struct {
	caller  *mfa.Caller
	claims  claims
	expires time.Time
}

// user is whom the token is about.
func (o *opened) user() mfa.UserID { return mfa.UserID(o.claims.Other.User) }

// scopes are what the token may be used for.
func (o *opened) scopes() []string { return strings.Fields(o.claims.Scope) }

// may reports whether the token carries a scope.
func (o *opened) may(scope string) bool { return slices.Contains(o.scopes(), scope) }

// open believes a token that this server made, for a tenant that it still has, and that has not expired. One that has
// is given too, with the refusal.
func (d *Dialect) open(ctx context.Context, text string) (*opened, error) {
	token, said, err := readToken(text)
	if err != nil {
		return nil, badToken(err)
	}
	caller, err := d.tenantNamed(ctx, said.Other.Tenant)
	if mfa.IsCode(err, mfa.Unauthenticated) {
		err = badToken(err)
	}
	if err != nil {
		return nil, err
	}
	if err := d.authentic(ctx, token, caller); err != nil {
		return nil, err
	}
	expires := time.Unix(said.ExpiresAt, 0).UTC()
	out := &opened{caller, said, expires}
	if !d.service.Now().Before(expires) {
		return out, errExpired
	}
	return out, nil
}

// readToken takes a token of an action apart. It believes nothing.
func readToken(text string) (*signed, claims, error) {
	token, err := parseSigned(text)
	if err != nil {
		return nil, claims{}, err
	}
	if token.header.Type == typeAccess {
		return nil, claims{}, fmt.Errorf("%w: it is of a session", errToken)
	}
	var said claims
	if err := json.Unmarshal(token.payload, &said); err != nil {
		return nil, claims{}, fmt.Errorf("%w: %w", errToken, err)
	}
	if o := said.Other; o.Tenant == "" || len(o.Tenant) > maxTenant || !plainText(o.Tenant+o.UserID+o.User+o.Action) {
		return nil, claims{}, fmt.Errorf("%w: it names no tenant, or what no name is made of", errToken)
	}
	return token, said, nil
}

// maxTenant bounds a tenant's id, in bytes: a UUID has 36.
const maxTenant = 64

// authentic refuses a token that neither a live key of its tenant nor one of the server's made.
func (d *Dialect) authentic(ctx context.Context, token *signed, caller *mfa.Caller) error {
	if token.header.Algorithm == algorithmRSA {
		return d.signedHere(ctx, token)
	}
	now := d.service.Now()
	for i := range caller.Keys {
		if k := &caller.Keys[i]; k.Kind == keySecret && k.Live(now) && token.sealedBy(k.Secret) {
			return nil
		}
	}
	return badToken(errors.New("none of the tenant's keys made it"))
}

// maxKeyID bounds a kid that is looked up, in bytes: ours have 32.
const maxKeyID = 64

func (d *Dialect) signedHere(ctx context.Context, token *signed) error {
	if len(token.header.KeyID) > maxKeyID {
		return badToken(errors.New("its key has a name of another kind"))
	}
	key, err := d.ring.Find(ctx, token.header.KeyID)
	if err != nil {
		return err
	}
	if key == nil || !token.signedBy(key) {
		return badToken(errors.New("none of the server's keys made it"))
	}
	return nil
}

// pass is what the token stands for in the domain.
func (o *opened) pass() stepup.Pass {
	return stepup.Pass{Caller: o.caller, UserID: o.user(), ActionID: o.action(), Scopes: o.scopes()}
}

// Open reads the token of an action, as pages get it, and says until when it counts. Of one that has expired it says so
// with an error of [mfa.Expired]; every other that is no good is refused alike.
func (d *Dialect) Open(ctx context.Context, token string) (stepup.Pass, time.Time, error) {
	o, err := d.open(ctx, token)
	own, refused := errors.AsType[*refusal](err)
	switch {
	case err == nil:
		return o.pass(), o.expires, nil
	case refused && own.failure == failExpired:
		return o.pass(), o.expires, &mfa.Error{Code: mfa.Expired, Message: "the token has expired", Cause: err}
	case refused:
		err = &mfa.Error{Code: mfa.Unauthenticated, Message: "the token is not valid", Cause: err}
	}
	return stepup.Pass{}, time.Time{}, err
}

// about is what a token is made of.
type about struct {
	caller   *mfa.Caller
	user     mfa.User
	action   mfa.Action
	username string
	scopes   []string
}

// mint makes a token that counts for as long as the tenant wants, from now on.
func (d *Dialect) mint(ctx context.Context, in about) (string, error) {
	settings := in.caller.Application.StepUpSettings()
	now, tenant := d.service.Now(), d.tenantID(in.caller)
	said := claims{
		Issuer: d.base(), Audience: d.base(), Subject: in.user.Alias, IssuedAt: now.Unix(), ExpiresAt: now.Add(settings.TokenLife()).Unix(),
		Scope: strings.Join(in.scopes, " "),
		Other: other{
			Tenant: tenant, PublishableKey: tenant, UserID: in.user.Alias, ActionCode: in.action.Code, IdempotencyKey: in.action.Key,
			Username: in.username, User: string(in.user.ID), Action: string(in.action.ID),
		},
	}
	switch {
	case tenant == "":
		return "", errNoTenant
	case in.user.Alias == "":
		return "", errNoAlias
	}
	if settings.SignWithRSA {
		key, err := d.ring.Current(ctx)
		if err != nil {
			return "", err
		}
		return sign(key, typeAction, said)
	}
	keys := d.secrets(in.caller)
	if len(keys) == 0 {
		return "", errNoSecret
	}
	return seal(keys[0].Secret, said)
}

var (
	errNoTenant = &mfa.Error{Code: mfa.Forbidden, Message: "the application has no tenant id; give it one"}
	errNoAlias  = &mfa.Error{Code: mfa.Forbidden, Message: "the application knows the user by no id"}
	errNoSecret = &mfa.Error{Code: mfa.Forbidden, Message: "the application has no live secret key to make tokens with; give it one"}
)

// action is what the token is for, "" for none.
func (o *opened) action() mfa.ActionID { return mfa.ActionID(o.claims.Other.Action) }

// Mint makes a token for whom and what a pass stands for, which counts for as long as the tenant wants, from now on.
func (d *Dialect) Mint(ctx context.Context, p stepup.Pass) (string, error) {
	view, err := d.stepup.Look(ctx, p)
	if err != nil {
		return "", err
	}
	return d.mint(ctx, about{caller: p.Caller, user: view.User, action: view.Action, username: view.Profile.Username, scopes: p.Scopes})
}
