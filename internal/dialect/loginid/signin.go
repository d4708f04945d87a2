package loginid

import (
	"context"
	"net/http"
	"strings"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
)

type signInRequest struct {
	base

	Username string `json:"username"`
}

type signInAnswer struct {
	Payload requestOptions `json:"assertion_payload"`
}

// beginSignIn draws the challenge of a sign-in.
func (d *Dialect) beginSignIn(ctx context.Context, c *call, in *signInRequest) (endpoint.Response, error) {
	return d.ask(ctx, c, in.Username, signInHere)
}

// signInHere is what a challenge of a sign-in is good for.
const signInHere = ""

// ask draws a challenge for a user, which is good for that alone.
func (d *Dialect) ask(ctx context.Context, c *call, username, what string) (endpoint.Response, error) {
	if username == "" {
		return endpoint.Response{}, refuse(failNameEmpty, "the username is empty")
	}
	begun, err := d.passkeys.BeginSignIn(ctx, passkeys.BeginSignIn{Caller: c.client, User: named(username), Context: what + c.voucher()})
	if err != nil {
		return endpoint.Response{}, err
	}
	if err := c.bound(begun.User.ID, username); err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(http.StatusOK, signInAnswer{newRequestOptions(begun)})
}

// named is a user of that name. One of another dialect, who has none, is called by the id.
func named(username string) mfa.UserRef { return mfa.UserRef{Name: username} }

type proveRequest struct {
	base

	Username string          `json:"username"`
	Payload  assertionResult `json:"assertion_payload"`
	NoJWT    bool            `json:"no_jwt"`
}

// finishSignIn examines a signature.
func (d *Dialect) finishSignIn(ctx context.Context, c *call, in *proveRequest) (endpoint.Response, error) {
	by, _, err := d.prove(ctx, c, in, []string{signInHere})
	if err != nil {
		return endpoint.Response{}, err
	}
	return d.authenticated(ctx, c.view(), signedIn(by, actionLogin), in.NoJWT, nil)
}

// prove examines a signature that was asked for to be good for one thing of several, and tells for which.
func (d *Dialect) prove(ctx context.Context, c *call, in *proveRequest, what []string) (passkeys.SignedIn, string, error) {
	if in.Username == "" {
		return passkeys.SignedIn{}, "", refuse(failNameEmpty, "the username is empty")
	}
	if err := in.Payload.complete(); err != nil {
		return passkeys.SignedIn{}, "", err
	}
	vouchers, err := d.vouchers(ctx, c)
	if err != nil {
		return passkeys.SignedIn{}, "", err
	}
	var contexts []string
	for _, one := range what {
		for _, voucher := range vouchers {
			contexts = append(contexts, one+voucher)
		}
	}
	by, matched, err := d.passkeys.FinishSignIn(ctx, passkeys.FinishSignIn{
		Caller: c.client, User: named(in.Username), Contexts: contexts, Assertion: in.Payload.assertion(),
		Source: c.source(), UserAgent: c.request.UserAgent(),
	})
	return by, strings.TrimSuffix(matched, vouched), err
}
