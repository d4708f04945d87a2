package launchkey

import (
	"context"
	"time"

	"github.com/twinseal/twinseal/client/launchkey/envelope"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/configuration"
)

// purposes are what the protocol's numbers of key types mean; any other is refused.
var purposes = map[whole]mfa.KeyPurpose{0: mfa.PurposeBoth, 1: mfa.PurposeEncryption, 2: mfa.PurposeSignature}

// typeOf is the protocol's number of a purpose.
func typeOf(p mfa.KeyPurpose) int {
	for number, purpose := range purposes {
		if purpose == p {
			return int(number)
		}
	}
	return 0
}

// keyRequest is what the calls about public keys send, of which each reads a part.
type keyRequest struct {
	DirectoryID member[string] `json:"directory_id"`
	ServiceID   member[string] `json:"service_id"`
	KeyID       member[string] `json:"key_id"`
	PublicKey   member[string] `json:"public_key"`
	Expires     member[string] `json:"date_expires"`
	Active      member[loose]  `json:"active"`
	Type        member[whole]  `json:"key_type"`
}

// keyView is a key as clients read it.
type keyView struct {
	ID        string    `json:"id"`
	Active    bool      `json:"active"`
	Created   wireTime  `json:"date_created"`
	Expires   *wireTime `json:"date_expires"`
	PublicKey string    `json:"public_key"`
	Type      int       `json:"key_type"`
}

type keyIDAnswer struct {
	KeyID string `json:"key_id"`
}

// keyCall is a request about the keys of one owner, which exists and is the caller's.
type keyCall struct {
	in    keyRequest
	check check
	owner mfa.Owner
}

// ofDirectory reads a request about a directory's keys.
func (d *Dialect) ofDirectory(ctx context.Context, c *call) (*keyCall, error) {
	k := &keyCall{}
	if err := c.decode(&k.in); err != nil {
		return nil, err
	}
	id := mfa.DirectoryID(k.check.id("directory_id", k.in.DirectoryID))
	if err := k.check.failed(); err != nil {
		return nil, err
	}
	k.owner = id.Owner()
	_, err := d.configuration.DirectoryIn(ctx, c.caller.Organization.ID, id)
	return k, notOurs(err)
}

// ofService reads a request about a service's keys.
func (d *Dialect) ofService(ctx context.Context, c *call) (*keyCall, error) {
	k := &keyCall{}
	if err := c.decode(&k.in); err != nil {
		return nil, err
	}
	id := mfa.ApplicationID(k.check.id("service_id", k.in.ServiceID))
	if err := k.check.failed(); err != nil {
		return nil, err
	}
	k.owner = id.Owner()
	_, err := d.configuration.ApplicationIn(ctx, c.subject, id)
	return k, notOurs(err)
}

// notOurs is the answer to things that are not there, or somebody else's, where a call names them.
func notOurs(err error) error {
	if mfa.IsCode(err, mfa.NotFound) {
		return &refusal{failure: failForbidden, cause: err}
	}
	return err
}

// onKeys does something with the keys of the owner that a request names.
func (d *Dialect) onKeys(
	ctx context.Context, c *call, owner func(*Dialect, context.Context, *call) (*keyCall, error), do func(*Dialect, context.Context, *keyCall) (answer, error),
) (answer, error) {
	k, err := owner(d, ctx, c)
	if err != nil {
		return answer{}, err
	}
	return do(d, ctx, k)
}

func (d *Dialect) addDirectoryKey(ctx context.Context, c *call) (answer, error) {
	return d.onKeys(ctx, c, (*Dialect).ofDirectory, (*Dialect).addKey)
}

func (d *Dialect) listDirectoryKeys(ctx context.Context, c *call) (answer, error) {
	return d.onKeys(ctx, c, (*Dialect).ofDirectory, (*Dialect).listKeys)
}

func (d *Dialect) updateDirectoryKey(ctx context.Context, c *call) (answer, error) {
	return d.onKeys(ctx, c, (*Dialect).ofDirectory, (*Dialect).updateKey)
}

func (d *Dialect) removeDirectoryKey(ctx context.Context, c *call) (answer, error) {
	return d.onKeys(ctx, c, (*Dialect).ofDirectory, (*Dialect).removeKey)
}

func (d *Dialect) addServiceKey(ctx context.Context, c *call) (answer, error) {
	return d.onKeys(ctx, c, (*Dialect).ofService, (*Dialect).addKey)
}

func (d *Dialect) listServiceKeys(ctx context.Context, c *call) (answer, error) {
	return d.onKeys(ctx, c, (*Dialect).ofService, (*Dialect).listKeys)
}

func (d *Dialect) updateServiceKey(ctx context.Context, c *call) (answer, error) {
	return d.onKeys(ctx, c, (*Dialect).ofService, (*Dialect).updateKey)
}

func (d *Dialect) removeServiceKey(ctx context.Context, c *call) (answer, error) {
	return d.onKeys(ctx, c, (*Dialect).ofService, (*Dialect).removeKey)
}

func (d *Dialect) addKey(ctx context.Context, k *keyCall) (answer, error) {
	text := need(&k.check, "public_key", k.in.PublicKey)
	expires := k.expiry()
	active, given := take(&k.check, "active", k.in.Active)
	number, _ := take(&k.check, "key_type", k.in.Type)
	purpose, known := purposes[number]
	if !known {
		k.check.refuse("key_type", "is 0, 1 or 2")
	}
	if err := k.check.failed(); err != nil {
		return answer{}, err
	}
	public, err := envelope.ParsePublicKey(text)
	if err != nil {
		return answer{}, &refusal{failure: failKey, cause: err}
	}
	id, err := envelope.KeyID(public)
	if err != nil {
		return answer{}, err
	}
	_, err = d.configuration.AddPublicKey(ctx, mfa.PublicKey{
		ID: id, Owner: k.owner, Purpose: purpose, PEM: text, Active: bool(active) || !given, ExpiresAt: expires,
	})
	if err != nil {
		return answer{}, err
	}
	return created(keyIDAnswer{id})
}

// expiry is the date that a request names, or never.
func (k *keyCall) expiry() time.Time {
	text, given := take(&k.check, "date_expires", k.in.Expires)
	if !given || text == "" {
		return time.Time{}
	}
	at, err := parseDate(text)
	if err != nil {
		k.check.refuse("date_expires", err.Error())
	}
	return at
}

func (d *Dialect) listKeys(ctx context.Context, k *keyCall) (answer, error) {
	held, err := d.service.PublicKeysOf(ctx, k.owner)
	if err != nil {
		return answer{}, err
	}
	out := make([]keyView, 0, len(held))
	for _, key := range held {
		out = append(out, keyView{
			ID: key.ID, Active: key.Active, Created: wireTime(key.CreatedAt), Expires: optionalTime(key.ExpiresAt), PublicKey: key.PEM, Type: typeOf(key.Purpose),
		})
	}
	return found(out)
}

// updateKey changes what a request names. A switch that is null stays as it is; a date that is null is never.
func (d *Dialect) updateKey(ctx context.Context, k *keyCall) (answer, error) {
	id := need(&k.check, "key_id", k.in.KeyID)
	expires := k.expiry()
	active, given := take(&k.check, "active", k.in.Active)
	if err := k.check.failed(); err != nil {
		return answer{}, err
	}
	var change configuration.PublicKeyChange
	if given {
		change.Active = (*bool)(&active)
	}
	if k.in.Expires.present {
		change.ExpiresAt = &expires
	}
	if err := d.configuration.UpdatePublicKey(ctx, k.owner, id, change); err != nil {
		return answer{}, err
	}
	return done()
}

func (d *Dialect) removeKey(ctx context.Context, k *keyCall) (answer, error) {
	id := need(&k.check, "key_id", k.in.KeyID)
	if err := k.check.failed(); err != nil {
		return answer{}, err
	}
	if err := d.configuration.RemovePublicKey(ctx, k.owner, id); err != nil {
		return answer{}, err
	}
	return done()
}
