package authsignal

import (
	"context"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// masked is an authenticator as the holder of a token sees it.
func masked(e stepup.Entry, alias string) *authenticatorView {
	out := viewOf(e, alias)
	out.Email, out.PhoneNumber = maskEmail(out.Email), maskPhone(out.PhoneNumber)
	return &out
}

// listAuthenticators lists what the token's user has. Passkeys are all there, because browsers have their managers hide
// those that are missing.
func (d *Dialect) listAuthenticators(ctx context.Context, c *call) (endpoint.Response, error) {
	if c.token == nil {
		return endpoint.Response{}, errNoToken
	}
	if !c.token.may(stepup.ScopeRead) {
		return endpoint.Response{}, errScope
	}
	view, err := d.stepup.Look(ctx, c.pass())
	if err != nil {
		return endpoint.Response{}, err
	}
	out := make([]*authenticatorView, 0, len(view.Entries))
	for i := range view.Entries {
		one := masked(view.Entries[i], view.User.Alias)
		one.IsDefault = view.Entries[i].Method == view.Default
		out = append(out, one)
	}
	return ok(out)
}
