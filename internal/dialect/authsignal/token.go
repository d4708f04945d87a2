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
)

// Scopes of a token. One that the server's API made has the first alone; one that a proof just earned has all.
const (
	scopeRead   = "read:authenticators"
	scopeAdd    = "add:authenticators"
	scopeUpdate = "update:authenticators"
	scopeRemove = "remove:authenticators"
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

// open believes a token that this server made, for a tenant that it still has, and that has not expired.
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
	if !d.service.Now().Before(expires) {
		return nil, errExpired
	}
	return &opened{caller, said, expires}, nil
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
