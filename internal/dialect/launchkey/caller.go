package launchkey

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// authenticate verifies a request in the order of the protocol: token, issuer and key, signature, times, the
// request that was signed, replay; all of these fail alike. Then the subject, which must be the issuer or
// something below it. What costs a durable write, the memory of the token, comes when everything else is right.
func (d *Dialect) authenticate(ctx context.Context, c *call) error {
	t, err := readToken(c.request)
	if err != nil {
		c.claims = claimed(c.request)
		return unauthorized(err)
	}
	c.claims = t.claims
	// The body is read before it is known whose it is: without its digest no token counts. It is bounded.
	body, bodyErr := c.request.Bytes()
	c.body = body
	key, err := d.verified(ctx, c, t)
	if err != nil {
		return err
	}
	if c.to, err = d.answerKey(ctx, c, key); err != nil {
		return err
	}
	if bodyErr != nil {
		return &refusal{failure: failArguments, cause: errors.New("the body is too large or could not be read")}
	}
	if err := c.claims.fits(c.request.Method, pathOf(c.request), body); err != nil {
		return unauthorized(err)
	}
	if err := d.service.SpendNonceTogether(ctx, d.gate.patience(), Name+":"+c.claims.Issuer, c.claims.ID, c.claims.spentUntil()); err != nil {
		return err
	}
	return d.findSubject(ctx, c)
}

// verified finds the key that the token names and checks signature, audience and times. An issuer that does not
// exist, a key of another, one that may not sign and a wrong signature are one answer.
func (d *Dialect) verified(ctx context.Context, c *call, t *token) (*recipient, error) {
	issuer, err := parseOwner(c.claims.Issuer)
	if err != nil {
		return nil, unauthorized(err)
	}
	c.issuer = issuer
	endpoint.Record(ctx).Set("issuer", c.claims.Issuer)
	c.signer, err = d.service.PublicKey(ctx, issuer, t.KeyID)
	if mfa.IsCode(err, mfa.NotFound) {
		return nil, unauthorized(err)
	}
	if err != nil {
		return nil, err
	}
	if !c.signer.Live(d.service.Now()) || !c.signer.Signs() {
		return nil, unauthorized(errors.New("the key may not sign now"))
	}
	key, err := d.recipients.of(c.signer.PEM)
	if err != nil {
		return nil, unauthorized(err)
	}
	if _, err := t.Verify(key.public); err != nil {
		return nil, unauthorized(err)
	}
	if c.claims.Audience != platform {
		return nil, unauthorized(errors.New("the token is for another audience"))
	}
	if err := c.claims.timely(d.service.Now()); err != nil {
		return nil, unauthorized(err)
	}
	return key, nil
}

// answerKey is the key that the answer is sealed to: the one that signed, unless it is for signatures alone;
// then the newest for encryption alone, or else the newest for both. An issuer without any cannot be answered.
func (d *Dialect) answerKey(ctx context.Context, c *call, signer *recipient) (*recipient, error) {
	if c.signer.Purpose == mfa.PurposeBoth {
		return signer, nil
	}
	keys, err := d.service.PublicKeys(ctx, c.issuer)
	if err != nil {
		return nil, err
	}
	var best *mfa.PublicKey
	for i := range keys {
		if k := &keys[i]; k.Live(d.service.Now()) && k.Encrypts() && (best == nil || better(k, best)) {
			best = k
		}
	}
	if best == nil {
		return nil, &refusal{failure: failForbidden, cause: errors.New("the issuer has no key to seal an answer to")}
	}
	return d.recipients.of(best.PEM)
}

// better prefers keys for encryption alone, then younger ones; of two of the same moment the later in the list.
func better(a, b *mfa.PublicKey) bool {
	if a.Purpose != b.Purpose {
		return a.Purpose == mfa.PurposeEncryption
	}
	return !a.CreatedAt.Before(b.CreatedAt)
}

// findSubject loads what the call acts on. Whatever is not the issuer or below it is refused alike, whether it
// exists or not.
func (d *Dialect) findSubject(ctx context.Context, c *call) error {
	subject, err := parseOwner(c.claims.Subject)
	if err != nil {
		return &refusal{failure: failForbidden, cause: err}
	}
	c.subject = subject
	endpoint.Record(ctx).Set("subject", c.claims.Subject)
	caller, err := d.service.CallerForOwner(ctx, subject)
	if mfa.IsCode(err, mfa.NotFound) {
		return &refusal{failure: failForbidden, cause: err}
	}
	if err != nil {
		return err
	}
	if !below(c.issuer, subject, caller) {
		return &refusal{failure: failForbidden, cause: errors.New("the subject is not the issuer's")}
	}
	c.caller = caller
	if subject.Kind == mfa.OwnerApplication {
		d.service.CountCall(caller.Application.ID)
	}
	return nil
}

// below reports whether the subject is the issuer itself or something of its own.
func below(issuer, subject mfa.Owner, c *mfa.Caller) bool {
	switch issuer.Kind {
	case mfa.OwnerOrganization:
		return string(c.Organization.ID) == issuer.ID
	case mfa.OwnerDirectory:
		return subject.Kind != mfa.OwnerOrganization && string(c.Directory.ID) == issuer.ID
	default:
		return subject == issuer
	}
}

// kinds are the protocol's words for who owns keys.
var kinds = map[string]mfa.OwnerKind{"org": mfa.OwnerOrganization, "dir": mfa.OwnerDirectory, "svc": mfa.OwnerApplication}

// parseOwner reads a reference such as org:6a2b….
func parseOwner(text string) (mfa.Owner, error) {
	word, id, ok := strings.Cut(text, ":")
	kind, known := kinds[word]
	if !ok || !known {
		return mfa.Owner{}, errors.New("a reference is org:, dir: or svc: and a UUID")
	}
	canonical, err := mfa.ParseUUID("id", id)
	if err != nil {
		return mfa.Owner{}, fmt.Errorf("a reference: %w", err)
	}
	return mfa.Owner{Kind: kind, ID: canonical}, nil
}
