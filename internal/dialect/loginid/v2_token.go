package loginid

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// v2Scope is a right that a token carries.
type v2Scope string

const (
	v2PasskeyRead    v2Scope = "passkey:read"
	v2PasskeyWrite   v2Scope = "passkey:write"
	v2ProfileRead    v2Scope = "profile:read"
	v2ProfileWrite   v2Scope = "profile:write"
	v2RegWrite       v2Scope = "reg:write"
	v2AuthWrite      v2Scope = "auth:write"
	v2UserRead       v2Scope = "user:read"
	v2UserWrite      v2Scope = "user:write"
	v2ExternalVerify v2Scope = "external:verify"
)

// v2OwnScopes are those of somebody who has signed in.
func v2OwnScopes() []v2Scope {
	return []v2Scope{v2PasskeyRead, v2PasskeyWrite, v2AuthWrite, v2RegWrite}
}

// v2Grantable are those that a backend may give to a page.
func v2Grantable() []v2Scope {
	return []v2Scope{
		v2PasskeyRead, v2PasskeyWrite, v2ProfileRead, v2ProfileWrite, v2RegWrite, v2AuthWrite, v2UserRead, v2UserWrite, v2ExternalVerify,
	}
}

// v2TokenType keeps apart what a sign-in proved and what a backend granted: the second is no sign-in.
type v2TokenType string

const (
	v2Access  v2TokenType = "jwtAccess"
	v2Granted v2TokenType = "grant"
)

// Lives of tokens.
const (
	v2AccessLife = 10 * time.Minute // as long as those of the service lived
	v2GrantLife  = time.Minute      // a grant is used by the page that it was asked for, at once
)

// v2Claims are what a token says. Every member is there for some client: see docs/dialects/loginid.md.
type v2Claims struct {
	Issuer     string      `json:"iss"`
	Audience   string      `json:"aud"` // the application's id as the client knows it
	Subject    string      `json:"sub,omitempty"`
	Username   string      `json:"username"`
	IssuedAt   int64       `json:"iat"`
	ExpiresAt  int64       `json:"exp"`
	Scopes     []v2Scope   `json:"scopes"`
	Credential string      `json:"credID,omitempty"`
	Type       v2TokenType `json:"tokenType"`
	Verify     string      `json:"verify,omitempty"`
	RPID       string      `json:"rpId,omitempty"`

	// of a transaction
	TxHash      string `json:"txHash,omitempty"`
	Nonce       string `json:"nonce,omitempty"`
	ServerNonce string `json:"lNonce,omitempty"`
}

// v2ClaimsFor are those of a token for a user of the call's application.
func (d *Dialect) v2ClaimsFor(c *v2Call, u mfa.User, life time.Duration) v2Claims {
	now := d.service.Now()
	claims := v2Claims{
		Issuer: c.issuerAt(d.service.Options().PublicURL), Audience: c.clientID, Subject: string(u.ID), Username: usernameOf(u),
		IssuedAt: now.Unix(), ExpiresAt: now.Add(life).Unix(), Scopes: v2OwnScopes(), Type: v2Access, Verify: v2Base + "/mgmt/token/verify",
	}
	if rp := c.client.Application.Settings.RelyingParty; rp != nil {
		claims.RPID = rp.ID
	}
	return claims
}

// v2Bearer is the token of a header: as it is, as browsers and phones send it, or after the word Bearer. Pages without
// a token send what their language makes of nothing.
func v2Bearer(header string) string {
	text := strings.TrimSpace(header)
	if scheme, rest, ok := strings.Cut(text, " "); ok && strings.EqualFold(scheme, "Bearer") {
		text = strings.TrimSpace(rest)
	}
	switch strings.ToLower(text) {
	case "undefined", "null", "bearer":
		return ""
	}
	return text
}

// v2OpenToken reads a token that this server signed and that has not expired. Its application is found; its user may
// be gone.
func (d *Dialect) v2OpenToken(ctx context.Context, text string) (*v2Claims, *mfa.Caller, error) {
	var claims v2Claims
	if err := d.openToken(ctx, text, &claims); err != nil {
		if errors.Is(err, errToken) {
			err = v2NoAuthority(err)
		}
		return nil, nil, err
	}
	switch now := d.service.Now().Unix(); {
	case claims.Type != v2Access && claims.Type != v2Granted:
		return nil, nil, v2NoAuthority(errors.New("the token is of another kind"))
	case claims.ExpiresAt <= now:
		return nil, nil, v2NoAuthority(errors.New("the token has expired"))
	}
	found, err := d.v2Named(ctx, claims.Audience)
	if errors.Is(err, errV2NoClient) {
		err = v2NoAuthority(err)
	}
	return &claims, found, err
}

// v2Authorize demands what the route needs.
func (d *Dialect) v2Authorize(ctx context.Context, c *v2Call) error {
	header := c.request.Header.Get("Authorization")
	need := c.v2Route
	switch {
	case !need.key && need.scope == "":
		return nil
	case need.key && (need.scope == "" || isBasic(header)):
		return d.v2UseKey(ctx, c, header)
	}
	text := v2Bearer(header)
	if text == "" {
		return v2NoAuthority(errors.New("there is no token"))
	}
	claims, found, err := d.v2OpenToken(ctx, text)
	if err != nil {
		return err
	}
	if claims.Subject == "" || !slices.Contains(claims.Scopes, need.scope) {
		return v2Refuse(http.StatusForbidden, v2Forbidden, "the token does not carry the right "+string(need.scope))
	}
	c.access = claims
	if err := d.v2Use(ctx, c, found, claims.Audience); err != nil {
		return err
	}
	if c.holder, err = d.v2Holder(ctx, found, claims); err != nil || need.scope == v2PasskeyRead {
		return err
	}
	return claims.stands(c.holder)
}

// stands refuses a token whose passkey was revoked since. It opens nothing but the list of what is left: whoever was
// shut out must not let themselves in again by another passkey or a code.
func (c *v2Claims) stands(holder mfa.UserStatus) error {
	if c.Credential == "" || slices.ContainsFunc(holder.Authenticators, func(a mfa.Authenticator) bool {
		return string(a.ID) == c.Credential && a.State == mfa.AuthenticatorActive
	}) {
		return nil
	}
	return v2NoAuthority(errors.New("the passkey was revoked"))
}

// v2Holder is the user whom a token is about, as they are now. Who is gone or suspended has no rights any more.
func (d *Dialect) v2Holder(ctx context.Context, found *mfa.Caller, claims *v2Claims) (mfa.UserStatus, error) {
	holder, err := d.service.UserStatus(ctx, found, mfa.UserRef{ID: mfa.UserID(claims.Subject)})
	if err == nil {
		err = mfa.UsableBy(holder.User, found)
	}
	if mfa.IsCode(err, mfa.NotFound) || mfa.IsCode(err, mfa.Forbidden) {
		err = v2NoAuthority(err)
	}
	return holder, err
}

// accessLife is how long the token of somebody who is in may be believed.
func (c *v2Call) accessLife() time.Duration {
	if c.settings.TokenLife > 0 {
		return time.Duration(c.settings.TokenLife) * time.Second
	}
	return v2AccessLife
}

// subject is the user whom the token is about.
func (c *v2Call) subject() mfa.UserRef { return mfa.UserRef{ID: mfa.UserID(c.access.Subject)} }

func isBasic(header string) bool {
	scheme, _, ok := strings.Cut(strings.TrimSpace(header), " ")
	return ok && strings.EqualFold(scheme, "Basic")
}

// v2UseKey finds the application whose management key a header holds.
func (d *Dialect) v2UseKey(ctx context.Context, c *v2Call, header string) error {
	id, ok := v2KeyOf(header)
	if !ok {
		return v2NoAuthority(errors.New("there is no management key"))
	}
	found, err := d.service.Authenticate(ctx, mfa.KeyLoginIDAPI, mfa.SecretText(id))
	if mfa.IsCode(err, mfa.Unauthenticated) {
		return v2NoAuthority(err)
	}
	if err != nil {
		return err
	}
	return d.v2Use(ctx, c, found, "")
}

// v2MaxKey bounds a management key, in bytes.
const v2MaxKey = 512

// v2KeyOf reads the user of Basic credentials, whose password is empty. Clients differ: some leave out the colon, some
// use the other alphabet of Base64, some pad.
func v2KeyOf(header string) (string, bool) {
	_, text, _ := strings.Cut(strings.TrimSpace(header), " ")
	text = strings.TrimRight(strings.TrimSpace(text), "=")
	text = strings.NewReplacer("+", "-", "/", "_").Replace(text)
	plain, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(plain) > v2MaxKey || !isBasic(header) {
		return "", false
	}
	id, password, _ := strings.Cut(string(plain), ":")
	return id, id != "" && password == ""
}

// v2Keys are the keys by which anybody checks tokens.
func (d *Dialect) v2Keys(ctx context.Context, _ *v2Call) (endpoint.Response, error) {
	set, err := d.keySet(ctx)
	if err != nil {
		return endpoint.Response{}, err
	}
	resp, err := endpoint.JSON(http.StatusOK, set)
	resp.Header = http.Header{"Cache-Control": {"public, max-age=60"}}
	return resp, err
}
