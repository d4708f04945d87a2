package loginid

import (
	"context"
	"net/http"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/accounts"
)

// keyRequest brings a key of a user.
type keyRequest struct {
	base
	userRef

	Algorithm string        `json:"publickey_alg"`
	PublicKey string        `json:"publickey"`
	NoJWT     bool          `json:"no_jwt"`
	Options   enrollOptions `json:"options"`
}

func (r *keyRequest) complete() error {
	if r.PublicKey == "" {
		return missingParameter("publickey")
	}
	if r.Algorithm != "" && r.Algorithm != algorithm {
		return invalidParameter("publickey_alg", "is ES256; no other serves here")
	}
	return nil
}

// addPublicKey gives a user a key on a backend's word.
func (d *Dialect) addPublicKey(ctx context.Context, c *call, in *keyRequest) (endpoint.Response, error) {
	if err := in.complete(); err != nil {
		return endpoint.Response{}, err
	}
	u, err := d.user(ctx, c, in.userRef)
	if err != nil {
		return endpoint.Response{}, err
	}
	made, err := d.accounts.AddPublicKey(ctx, accounts.AddPublicKey{
		Caller: c.client, User: mfa.UserRef{ID: u.ID}, PublicKey: in.PublicKey, Name: in.Options.CredentialName, Source: c.source(),
	})
	if err != nil {
		return endpoint.Response{}, err
	}
	return d.authenticated(ctx, c.view(), inByAccount(made, actionAdd), in.NoJWT, nil)
}

type keyChallengeAnswer struct {
	ID          string `json:"challenge_id"`
	ServerNonce string `json:"server_nonce"`
}

// beginPublicKey draws the nonce that a key's holder signs.
func (d *Dialect) beginPublicKey(ctx context.Context, c *call, in *keyRequest) (endpoint.Response, error) {
	if err := in.complete(); err != nil {
		return endpoint.Response{}, err
	}
	u, err := d.user(ctx, c, in.userRef)
	if err != nil {
		return endpoint.Response{}, err
	}
	begun, err := d.accounts.BeginPublicKey(ctx, accounts.BeginPublicKey{
		Caller: c.client, User: mfa.UserRef{ID: u.ID}, PublicKey: in.PublicKey, Context: c.voucher(), Source: c.person(),
	})
	if err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(http.StatusOK, keyChallengeAnswer{string(begun.ID), begun.ServerNonce})
}

type keyProveRequest struct {
	base
	userRef

	ID        string `json:"challenge_id"`
	Assertion string `json:"assertion"`
	NoJWT     bool   `json:"no_jwt"`
}

// finishPublicKey examines the token that the holder signed.
func (d *Dialect) finishPublicKey(ctx context.Context, c *call, in *keyProveRequest) (endpoint.Response, error) {
	switch {
	case in.ID == "":
		return endpoint.Response{}, missingParameter("challenge_id")
	case in.Assertion == "":
		return endpoint.Response{}, missingParameter("assertion")
	}
	id, err := mfa.ParseUUID("challenge_id", in.ID)
	if err != nil {
		return endpoint.Response{}, err
	}
	var ref mfa.UserRef
	if in.userRef != (userRef{}) {
		u, err := d.user(ctx, c, in.userRef)
		if err != nil {
			return endpoint.Response{}, err
		}
		ref.ID = u.ID
	}
	contexts, err := d.vouchers(ctx, c)
	if err != nil {
		return endpoint.Response{}, err
	}
	by, err := d.accounts.FinishPublicKey(ctx, accounts.FinishPublicKey{
		Caller: c.client, ID: mfa.CeremonyID(id), User: ref, Contexts: contexts, Assertion: in.Assertion, Source: c.source(),
	})
	if err != nil {
		return endpoint.Response{}, err
	}
	return d.authenticated(ctx, c.view(), inByAccount(by, actionLogin), in.NoJWT, nil)
}
