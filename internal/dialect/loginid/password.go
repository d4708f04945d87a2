package loginid

import (
	"context"
	"crypto/subtle"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/accounts"
)

type passwordRequest struct {
	base

	Username     string        `json:"username"`
	Password     string        `json:"password"`
	Confirmation string        `json:"password_confirmation"`
	NoJWT        bool          `json:"no_jwt"`
	Options      enrollOptions `json:"options"`
}

// registerPassword makes a user who signs in with a password. It comes twice, as people type it.
func (d *Dialect) registerPassword(ctx context.Context, c *call, in *passwordRequest) (endpoint.Response, error) {
	if err := c.newUser(in.Username); err != nil {
		return endpoint.Response{}, err
	}
	if in.Password == "" {
		return endpoint.Response{}, missingParameter("password")
	}
	if subtle.ConstantTimeCompare([]byte(in.Password), []byte(in.Confirmation)) != 1 {
		return endpoint.Response{}, invalidParameter("password_confirmation", "is another text than the password")
	}
	made, err := d.accounts.RegisterPassword(ctx, accounts.RegisterPassword{
		Caller: c.client, Username: in.Username, Password: mfa.SecretText(in.Password), Name: in.Options.CredentialName, Source: c.person(),
	})
	if err != nil {
		return endpoint.Response{}, err
	}
	return d.authenticated(ctx, c.view(), inByAccount(made, actionRegister), in.NoJWT, nil)
}

// checkPassword signs a user in. Names that nobody has are answered as wrong passwords are; only to a backend whose
// token is for one user it is told that there is none.
func (d *Dialect) checkPassword(ctx context.Context, c *call, in *passwordRequest) (endpoint.Response, error) {
	switch {
	case in.Username == "":
		return endpoint.Response{}, refuse(failNameEmpty, "the username is empty")
	case in.Password == "":
		return endpoint.Response{}, missingParameter("password")
	}
	if c.token != nil && c.token.claims.binds() {
		if _, err := d.user(ctx, c, userRef{Username: in.Username}); err != nil {
			return endpoint.Response{}, err
		}
	}
	by, err := d.accounts.CheckPassword(ctx, accounts.CheckPassword{
		Caller: c.client, User: named(in.Username), Password: mfa.SecretText(in.Password), Source: c.person(),
	})
	if err != nil {
		return endpoint.Response{}, err
	}
	return d.authenticated(ctx, c.view(), inByAccount(by, actionLogin), in.NoJWT, nil)
}

func inByAccount(in accounts.SignedIn, as action) proved {
	return proved{user: in.User, session: in.SessionID, with: &in.Authenticator, action: as, at: in.At}
}
