package loginid

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// identify finds the client of a call and, where the call needs one, verifies its token. What the body names
// counts before all else: clients share headers between calls, even between instances.
func (d *Dialect) identify(ctx context.Context, c *call, named string) error {
	id := named
	for _, header := range []string{"X-Client-Id", "X-Api-Key"} {
		if id == "" {
			id = c.request.Header.Get(header)
		}
	}
	if id == "" && c.route.demand != open {
		if t, err := readServiceToken(c.request.Header.Get("Authorization")); err == nil {
			id = t.claims.ClientID
		}
	}
	if id == "" {
		return missingParameter("client_id")
	}
	var err error
	if c.client, err = d.clientNamed(ctx, id); err != nil {
		return err
	}
	c.clientID = id
	endpoint.Record(ctx).Set("application", string(c.client.Application.ID))
	if c.settings, err = settingsOf(c.client.Application); err != nil {
		return err
	}
	return d.authorize(ctx, c)
}

// clientNamed finds the application of a client id.
func (d *Dialect) clientNamed(ctx context.Context, id string) (*mfa.Caller, error) {
	if !plainClientID(id) {
		return nil, errNoClient
	}
	found, err := d.service.Authenticate(ctx, mfa.KeyLoginIDClient, mfa.SecretText(id))
	if mfa.IsCode(err, mfa.Unauthenticated) {
		return nil, errNoClient
	}
	return found, err
}

var errNoClient = refuse(failNoClient, "there is no client of that id")

// credential is a public key of an application.
type credential struct {
	id   string
	key  *ecdsa.PublicKey
	live bool
}

// credentials are the keys by which an application signs its tokens. Those of other dialects are of another kind. One
// that has ended is among them: an application stays private when its last key ends.
func (d *Dialect) credentials(ctx context.Context, client *mfa.Caller) ([]credential, error) {
	held, err := d.service.KeysOfCaller(ctx, client)
	if err != nil {
		return nil, err
	}
	var out []credential
	for _, k := range held {
		if !k.Signs() {
			continue
		}
		if key, err := ParsePublicKey(k.PEM); err == nil {
			out = append(out, credential{k.ID, key, k.Live(d.service.Now())})
		}
	}
	return out, nil
}

// authorize demands a token where the call needs one. Where it does not, the header is not even looked at.
func (d *Dialect) authorize(ctx context.Context, c *call) error {
	if c.route.demand == open {
		return nil
	}
	keys, err := d.credentials(ctx, c.client)
	if err != nil || c.route.demand == private && len(keys) == 0 {
		return err
	}
	if c.token, err = readServiceToken(c.request.Header.Get("Authorization")); err != nil {
		return unauthorized(err)
	}
	signer, ok := c.token.signer(keys)
	if !ok {
		return unauthorized(errors.New("the signature is not one of the client's"))
	}
	if err := c.token.claims.timely(d.service.Now()); err != nil {
		return unauthorized(err)
	}
	if err := d.spend(ctx, c, signer); err != nil {
		return err
	}
	if !c.allows(c.token.claims.scope()) {
		return forbidden("the authorization token is for another scope")
	}
	return d.sameCredential(ctx, c, signer)
}

// vouched is the context of what begins on the word of a backend.
const vouched = "loginid vouched"

// voucher is the context in which a call begins something.
func (c *call) voucher() string {
	if c.token != nil {
		return vouched
	}
	return ""
}

// vouchers are the contexts in which a client may finish what was begun. Clients of one directory finish what others
// began; but by what a public one begins, without a token, whoever comes would get past the backend of a private one.
func (d *Dialect) vouchers(ctx context.Context, c *call) ([]string, error) {
	keys, err := d.credentials(ctx, c.client)
	if len(keys) > 0 {
		return []string{vouched}, err
	}
	return []string{"", vouched}, err
}

func (t *serviceToken) signer(keys []credential) (credential, bool) {
	for _, k := range keys {
		if k.live && t.signedBy(k.key) {
			return k, true
		}
	}
	return credential{}, false
}

// spend burns the token's nonce, which counts once for a credential, at whichever node.
func (d *Dialect) spend(ctx context.Context, c *call, signer credential) error {
	nonce := c.token.claims.Nonce
	if nonce == "" {
		return unauthorized(errors.New("the token has no nonce"))
	}
	scope := Name + ":" + string(c.client.Directory.ID) + ":" + signer.id
	err := d.service.SpendNonce(ctx, scope, nonce, d.service.Now().Add(nonceMemory))
	if mfa.IsCode(err, mfa.Replayed) {
		return unauthorized(err)
	}
	return err
}

// allows reports whether a scope opens the call. Where nobody knows the scope that backends use, every one serves;
// where users make codes for themselves, that of a sign-in too. One client waits for codes with a token for nothing.
func (c *call) allows(scope string) bool {
	switch {
	case scope == c.route.scope, c.route.scope == "":
		return true
	case c.route.scope == scopeTemporary:
		return scope == ""
	case c.route.path == pathOwnCode:
		return scope == scopeLogin
	}
	return false
}

// sameCredential holds the client that a token names to the one that the request names: it is the same, or one
// of the same directory that has the same key.
func (d *Dialect) sameCredential(ctx context.Context, c *call, signer credential) error {
	named := c.token.claims.ClientID
	if named == "" || named == c.clientID {
		return nil
	}
	other, err := d.clientNamed(ctx, named)
	if _, no := errors.AsType[*refusal](err); no || mfa.IsCode(err, mfa.Forbidden) {
		return errOtherClient
	}
	if err != nil {
		return err
	}
	if other.Directory.ID != c.client.Directory.ID {
		return errOtherClient
	}
	keys, err := d.credentials(ctx, other)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if k.live && k.id == signer.id {
			return nil
		}
	}
	return errOtherClient
}

var errOtherClient = forbidden("the authorization token is for another client")

// bound holds a user to whom the token is bound, where it is bound to anybody.
func (c *call) bound(id mfa.UserID, username string) error {
	if c.token == nil {
		return nil
	}
	t := &c.token.claims
	if name := t.username(); name != "" && name != username || t.UserID != "" && t.UserID != string(id) {
		return forbidden("the authorization token is for another user")
	}
	return nil
}

// boundToPayload holds a transaction's text to the token that was made for it.
func (c *call) boundToPayload(payload string) error {
	if c.token == nil {
		return nil
	}
	sum := sha256.Sum256([]byte(payload))
	want := base64.RawURLEncoding.EncodeToString(sum[:])
	if subtle.ConstantTimeCompare([]byte(want), []byte(c.token.claims.PayloadHash)) != 1 {
		return forbidden("the authorization token is for another payload")
	}
	return nil
}
