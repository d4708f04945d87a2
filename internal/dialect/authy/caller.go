package authy

import (
	"context"
	"net/url"

	"github.com/twinseal/twinseal/client/authy/signature"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// headerKey carries the API key; the query and the body may carry it instead, under the name api_key. When
// several are given they must agree.
const headerKey = "X-Authy-Api-Key"

// authenticate finds out who calls. Whatever is wrong — no key, two different ones, an unknown or expired
// one, a request that nobody signed — is answered alike.
func (d *Dialect) authenticate(ctx context.Context, c *call, how proof) error {
	var err error
	switch how {
	case proofNone:
		return nil
	case proofPath:
		if key, err := url.PathUnescape(c.path["key"]); err == nil {
			c.params.keys = append([]string{key}, c.params.keys...)
		}
		c.caller, err = d.callerByKey(ctx, c)
	case proofSignature:
		c.caller, err = d.callerBySignature(ctx, c)
	default:
		c.caller, err = d.callerByKey(ctx, c)
	}
	if err != nil {
		return err
	}
	endpoint.Record(ctx).Set("application", string(c.caller.Application.ID))
	d.service.CountCall(c.caller.Application.ID)
	return nil
}

func (d *Dialect) callerByKey(ctx context.Context, c *call) (*mfa.Caller, error) {
	key, ok := c.params.key()
	if !ok {
		return nil, refuse(failKey)
	}
	return d.service.Authenticate(ctx, mfa.KeyAuthyAPI, mfa.SecretText(key))
}

// failNoDashboard tells a program that it sent no credentials at all; it says nothing about any account.
var failNoDashboard = failure{400, "60046", "app_api_key and access_key are required"}

// callerBySignature reads the three secrets of the dashboard's calls: app_api_key names the application,
// access_key the caller, and the signing key, which is never sent, has signed the request.
func (d *Dialect) callerBySignature(ctx context.Context, c *call) (*mfa.Caller, error) {
	app, access := c.params.text("app_api_key"), c.params.text("access_key")
	if app == "" && access == "" {
		return nil, refuse(failNoDashboard)
	}
	caller, err := d.service.Authenticate(ctx, mfa.KeyAuthyAPI, mfa.SecretText(app))
	if err != nil {
		return nil, err
	}
	keys, err := d.service.LiveKeys(ctx, caller.Application.ID)
	if err != nil {
		return nil, err
	}
	known, signed := false, false
	for _, key := range keys {
		switch key.Kind {
		case mfa.KeyAuthyAccess:
			known = key.Secret.Equal(mfa.SecretText(access)) || known
		case mfa.KeyAuthySigning:
			signed = d.signedWith(key, c) || signed
		}
	}
	if !known || !signed {
		return nil, refuse(failKey)
	}
	return caller, nil
}

// signedWith checks the request's signature for each address under which the server is known. A nonce that
// comes again is no reason to refuse: one published client has a single one for all its requests.
func (d *Dialect) signedWith(key mfa.Key, c *call) bool {
	urls := make([]string, 0, len(d.bases))
	for _, base := range d.bases {
		urls = append(urls, base+c.request.URL.EscapedPath())
	}
	h := c.request.Header
	return signature.VerifyRequest(string(key.Secret.Reveal()), h.Get(signature.HeaderNonce), c.request.Method, urls,
		c.params.pairs, h.Get(signature.HeaderSignature))
}

// newestKey is the key that signs what goes out for an application.
func (d *Dialect) newestKey(ctx context.Context, id mfa.ApplicationID, kind mfa.KeyKind) (mfa.Key, bool, error) {
	keys, err := d.service.LiveKeys(ctx, id)
	if err != nil {
		return mfa.Key{}, false, err
	}
	for _, key := range keys {
		if key.Kind == kind {
			return key, true, nil
		}
	}
	return mfa.Key{}, false, nil
}
