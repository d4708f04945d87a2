package loginid

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
)

// registrationWish is what a client may choose of a new credential.
type registrationWish struct {
	RegisterSession string `json:"register_session"`
	DisplayName     string `json:"display_name"`
	OverrideName    string `json:"override_name"`
	Roaming         bool   `json:"roaming_authenticator"`
	RoamingMisspelt bool   `json:"roaming_authentictor"` // by one of the clients
}

func (w registrationWish) attachment() string {
	if w.Roaming || w.RoamingMisspelt {
		return passkeys.CrossPlatform
	}
	return passkeys.Platform
}

type registerRequest struct {
	base

	Username string           `json:"username"`
	Options  registrationWish `json:"options"`
}

type registerAnswer struct {
	// RegisterSession is always there: clients store it, and send it with the next registration. Nothing depends on
	// it here, because no name is reserved before somebody has it.
	RegisterSession string          `json:"register_session"`
	Payload         creationOptions `json:"attestation_payload"`
}

// beginRegistration draws the challenge of a first credential.
func (d *Dialect) beginRegistration(ctx context.Context, c *call, in *registerRequest) (endpoint.Response, error) {
	if err := c.newUser(in.Username); err != nil {
		return endpoint.Response{}, err
	}
	begun, err := d.passkeys.BeginRegistration(ctx, passkeys.BeginRegistration{
		Caller: c.client, Mode: passkeys.NewUser, Username: in.Username,
		DisplayName: in.Options.DisplayName, OverrideName: in.Options.OverrideName, Attachment: in.Options.attachment(),
		Context: c.voucher(), Source: c.person(),
	})
	if err != nil {
		return endpoint.Response{}, err
	}
	session := in.Options.RegisterSession
	if uuid.Validate(session) != nil {
		session = uuid.NewString()
	}
	return endpoint.JSON(http.StatusOK, registerAnswer{session, newCreationOptions(begun)})
}

// newUser judges the name of somebody who is not there yet, before anything is looked up by it.
func (c *call) newUser(username string) error {
	if username == "" {
		return refuse(failNameEmpty, "the username is empty")
	}
	return c.bound("", username)
}

type enrollOptions struct {
	CredentialName string `json:"credential_name"`
}

type enrollRequest struct {
	base

	Username string         `json:"username"`
	Payload  creationResult `json:"attestation_payload"`
	NoJWT    bool           `json:"no_jwt"`
	Options  enrollOptions  `json:"options"`
}

// finishRegistration makes the user and the credential.
func (d *Dialect) finishRegistration(ctx context.Context, c *call, in *enrollRequest) (endpoint.Response, error) {
	return d.enroll(ctx, c, in, actionRegister)
}

// finishAdding makes one more credential of a user. Whoever began may be another application of the directory.
func (d *Dialect) finishAdding(ctx context.Context, c *call, in *enrollRequest) (endpoint.Response, error) {
	return d.enroll(ctx, c, in, actionAdd)
}

func (d *Dialect) enroll(ctx context.Context, c *call, in *enrollRequest, as action) (endpoint.Response, error) {
	if in.Username == "" {
		return endpoint.Response{}, refuse(failNameEmpty, "the username is empty")
	}
	if err := in.Payload.complete(); err != nil {
		return endpoint.Response{}, err
	}
	id, err := mfa.ParseUUID("attestation_payload.credential_uuid", in.Payload.CredentialUUID)
	if err != nil {
		return endpoint.Response{}, err
	}
	contexts, err := d.vouchers(ctx, c)
	if err != nil {
		return endpoint.Response{}, err
	}
	made, err := d.passkeys.FinishRegistration(ctx, passkeys.FinishRegistration{
		Caller: c.client, ID: mfa.CeremonyID(id), Challenge: in.Payload.Challenge, Contexts: contexts, Username: in.Username,
		Registration: mfa.PasskeyRegistration{
			CredentialID: in.Payload.CredentialID, ClientData: in.Payload.ClientData, Attestation: in.Payload.Attestation,
			Transports: in.Payload.Transports,
		},
		Name: in.Options.CredentialName, Source: c.source(), UserAgent: c.request.UserAgent(),
	})
	if err != nil {
		return endpoint.Response{}, err
	}
	return d.authenticated(ctx, c.view(), signedIn(made, as), in.NoJWT, nil)
}

func signedIn(in passkeys.SignedIn, as action) proved {
	return proved{user: in.User, session: in.SessionID, with: &in.Authenticator, action: as, at: in.At}
}
