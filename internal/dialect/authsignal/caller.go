package authsignal

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
)

// maxCredentials bounds what a header may hold in Basic, in bytes: keys have some fifty.
const maxCredentials = 512

// authenticate finds out who calls, by what the realm demands, and refuses everybody else. Nothing of the request but
// its headers is read.
func (d *Dialect) authenticate(ctx context.Context, c *call) error {
	if c.realm == realmClient {
		return d.authenticateClient(ctx, c)
	}
	kind := keySecret
	if c.realm == realmManagement {
		kind = keyManagement
	}
	key, err := basic(c.request.Header.Get("Authorization"))
	if err != nil {
		return unauthorized(err)
	}
	if c.caller, err = d.service.Authenticate(ctx, kind, mfa.SecretText(key)); err != nil {
		return err
	}
	c.tell(ctx)
	return nil
}

// authenticateClient takes a token of an action or the tenant's name, whichever came; what the route demands of the two
// is looked at once it is known.
func (d *Dialect) authenticateClient(ctx context.Context, c *call) error {
	if c.route != nil && c.route.demand == byNobody {
		return nil
	}
	scheme, rest, _ := strings.Cut(strings.TrimSpace(c.request.Header.Get("Authorization")), " ")
	var err error
	if strings.EqualFold(scheme, "Bearer") {
		if c.token, err = d.open(ctx, strings.TrimSpace(rest)); err != nil {
			return err
		}
		c.caller = c.token.caller
	} else if c.caller, err = d.tenant(ctx, c.request.Header.Get("Authorization")); err != nil {
		return err
	}
	c.tell(ctx)
	if c.route != nil && c.route.demand == byBearer && c.token == nil {
		return errNoToken
	}
	return nil
}

// tenant finds the application that a header names.
func (d *Dialect) tenant(ctx context.Context, header string) (*mfa.Caller, error) {
	id, err := basic(header)
	if err != nil {
		return nil, unauthorized(err)
	}
	return d.tenantNamed(ctx, id)
}

// tenantNamed finds the application of a tenant's id.
func (d *Dialect) tenantNamed(ctx context.Context, id string) (*mfa.Caller, error) {
	return d.service.Authenticate(ctx, keyTenant, mfa.SecretText(strings.ToLower(id)))
}

// basic reads the user of Basic credentials, whose password is empty. Clients differ: some leave out the colon, some use
// the other alphabet of Base64, some pad.
func basic(header string) (string, error) {
	scheme, text, _ := strings.Cut(strings.TrimSpace(header), " ")
	if !strings.EqualFold(scheme, "Basic") || len(text) > maxCredentials {
		return "", errors.New("the request brings no Basic credentials")
	}
	text = strings.TrimRight(strings.TrimSpace(text), "=")
	text = strings.NewReplacer("+", "-", "/", "_").Replace(text)
	plain, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || !plainText(string(plain)) {
		return "", errors.New("the credentials are not in Base64")
	}
	id := strings.TrimSuffix(string(plain), ":")
	if id == "" {
		return "", errors.New("the credentials are empty")
	}
	return id, nil
}
