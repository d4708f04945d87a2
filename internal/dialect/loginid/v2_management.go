package loginid

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

type v2TokenView struct {
	Token string `json:"token"`
}

// v2Grant gives a backend a token for a page of its own, with the rights that it names.
func (d *Dialect) v2Grant(ctx context.Context, c *v2Call) (endpoint.Response, error) {
	var in struct {
		Grants   []v2Scope `json:"grants"`
		Username string    `json:"username"`
	}
	if err := c.decode(&in); err != nil {
		return endpoint.Response{}, err
	}
	known := v2Grantable()
	if len(in.Grants) == 0 || len(in.Grants) > len(known) {
		return endpoint.Response{}, v2Bad("grants names the rights that are wanted")
	}
	for _, scope := range in.Grants {
		if !slices.Contains(known, scope) {
			return endpoint.Response{}, v2Bad("grants names a right that there is not")
		}
	}
	return d.v2GiveGrant(ctx, c, in.Username, in.Grants)
}

// v2GrantExternal says that the application itself has signed somebody in.
func (d *Dialect) v2GrantExternal(ctx context.Context, c *v2Call) (endpoint.Response, error) {
	var in struct {
		Username string `json:"username"`
	}
	if err := c.decode(&in); err != nil {
		return endpoint.Response{}, err
	}
	if in.Username == "" {
		return endpoint.Response{}, v2Bad("the username is missing")
	}
	return d.v2GiveGrant(ctx, c, in.Username, []v2Scope{v2ExternalVerify})
}

// v2GiveGrant signs a grant. The name may be nobody's yet: such a grant is good for registering under it.
func (d *Dialect) v2GiveGrant(ctx context.Context, c *v2Call, username string, scopes []v2Scope) (endpoint.Response, error) {
	u := mfa.User{Alias: username}
	if username != "" {
		if err := mfa.CheckUsername(username); err != nil {
			return endpoint.Response{}, err
		}
		found, err := d.service.UserStatus(ctx, c.client, mfa.UserRef{Name: username})
		if err == nil {
			u, err = found.User, mfa.UsableBy(found.User, c.client)
		}
		if err != nil && !mfa.IsCode(err, mfa.NotFound) {
			return endpoint.Response{}, err
		}
	}
	claims := d.v2ClaimsFor(c, u, v2GrantLife)
	claims.Type, claims.Scopes, claims.Verify = v2Granted, scopes, ""
	token, err := d.signToken(ctx, claims)
	if err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(http.StatusOK, v2TokenView{token})
}

// v2VerifyToken tells a backend whether a token counts now: it was signed here, for this application, has not
// expired, and its user and passkey are still there.
func (d *Dialect) v2VerifyToken(ctx context.Context, c *v2Call) (endpoint.Response, error) {
	var in struct {
		Token string `json:"jwtAccess"`
	}
	if err := c.decode(&in); err != nil {
		return endpoint.Response{}, err
	}
	claims, found, err := d.v2OpenToken(ctx, v2Bearer(in.Token))
	if err != nil {
		return endpoint.Response{}, err
	}
	if claims.Type != v2Access || found.Application.ID != c.client.Application.ID {
		return endpoint.Response{}, v2NoAuthority(errors.New("the token is another application's, or a grant"))
	}
	holder, err := d.v2Holder(ctx, c.client, claims)
	if err != nil {
		return endpoint.Response{}, err
	}
	return v2Done(), claims.stands(holder)
}
