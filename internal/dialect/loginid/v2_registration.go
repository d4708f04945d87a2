package loginid

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
)

// v2CeremonyLife is how long a person may take. Autofill keeps a question open for as long as its page.
const v2CeremonyLife = 15 * time.Minute

type v2RegistrationRequest struct {
	App     v2App        `json:"app"`
	Device  v2DeviceInfo `json:"deviceInfo"`
	User    v2User       `json:"user"`
	Options struct {
		SecurityKey bool `json:"securityKey"`
	} `json:"passkeyOptions"`
}

// v2CreationOptions are what a browser is asked to make. Nothing in them is null: clients iterate over whatever is
// there.
type v2CreationOptions struct {
	Challenge   string         `json:"challenge"`
	RP          relyingParty   `json:"rp"`
	User        creationUser   `json:"user"`
	Parameters  []keyParameter `json:"pubKeyCredParams"`
	Selection   v2Selection    `json:"authenticatorSelection"`
	Attestation string         `json:"attestation"`
	Exclude     []descriptor   `json:"excludeCredentials"`
	Timeout     int64          `json:"timeout"`
}

type v2Selection struct {
	authenticatorWish

	RequireResidentKey bool `json:"requireResidentKey"`
}

type v2RegistrationBegun struct {
	Action  string            `json:"action"`
	Session string            `json:"session"`
	Options v2CreationOptions `json:"registrationRequestOptions"`
}

func (d *Dialect) v2BeginRegistration(ctx context.Context, c *v2Call) (endpoint.Response, error) {
	var in v2RegistrationRequest
	if err := c.decode(&in); err != nil {
		return endpoint.Response{}, err
	}
	if err := d.v2Find(ctx, c, in.App.ID); err != nil {
		return endpoint.Response{}, err
	}
	if err := d.v2MayRegister(ctx, c, in); err != nil {
		return endpoint.Response{}, err
	}
	begun, err := d.v2Register(ctx, c, in)
	if err != nil {
		return endpoint.Response{}, err
	}
	session, err := d.v2.sealer.seal(ctx, v2Session{
		Step: v2StepRegister, Application: c.client.Application.ID, ClientID: c.clientID, User: begun.UserID,
		ID: string(begun.ID), Device: deviceID(in.Device.DeviceID),
	})
	if err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(http.StatusOK, v2RegistrationBegun{v2Proceed, session, v2Creation(begun)})
}

// v2MayRegister judges the token of a registration. None is needed for a first passkey, unless the application demands
// one or has backends that vouch for people.
func (d *Dialect) v2MayRegister(ctx context.Context, c *v2Call, in v2RegistrationRequest) error {
	text := v2Bearer(c.request.Header.Get("Authorization"))
	if text == "" {
		text = v2Bearer(in.App.Token)
	}
	if text == "" {
		keys, err := d.credentials(ctx, c.client)
		if err == nil && (c.settings.RequireToken || len(keys) > 0) {
			err = v2Refuse(http.StatusUnauthorized, v2Unauthorized, "registering takes a token with reg:write")
		}
		return err
	}
	claims, found, err := d.v2OpenToken(ctx, text)
	if err != nil {
		return err
	}
	switch {
	case found.Application.ID != c.client.Application.ID:
		return v2Refuse(http.StatusForbidden, v2Forbidden, "the token is for another application")
	case !slices.Contains(claims.Scopes, v2RegWrite):
		return v2Refuse(http.StatusForbidden, v2Forbidden, "the token does not carry the right reg:write")
	case claims.Username == "" || in.User.Username != "" && in.User.Username != claims.Username:
		return v2Refuse(http.StatusForbidden, v2Forbidden, "the token is for another username")
	}
	c.access = claims
	if claims.Credential == "" {
		return nil
	}
	holder, err := d.v2Holder(ctx, c.client, claims)
	if err != nil {
		return err
	}
	return claims.stands(holder)
}

// v2Register begins the registration: of a new user or, with a token, of the user that the token is about. A backend
// can give a token for a name that nobody has yet.
func (d *Dialect) v2Register(ctx context.Context, c *v2Call, in v2RegistrationRequest) (passkeys.Registration, error) {
	ask := passkeys.BeginRegistration{
		Caller: c.client, Mode: passkeys.NewUser, Username: in.User.Username, DisplayName: in.User.DisplayName,
		ResidentKey: passkeys.Required, Life: v2CeremonyLife, Source: c.source(),
	}
	if in.Options.SecurityKey {
		ask.Attachment = passkeys.CrossPlatform
	}
	if c.access == nil {
		return d.passkeys.BeginRegistration(ctx, ask)
	}
	add := ask
	add.Mode, add.Username, add.User = passkeys.Add, "", mfa.UserRef{Name: c.access.Username}
	if c.access.Subject != "" {
		add.User = c.subject()
	}
	begun, err := d.passkeys.BeginRegistration(ctx, add)
	if c.access.Subject != "" || !mfa.IsCode(err, mfa.NotFound) {
		return begun, err
	}
	ask.Username = c.access.Username
	return d.passkeys.BeginRegistration(ctx, ask)
}

func v2Creation(begun passkeys.Registration) v2CreationOptions {
	o := newCreationOptions(begun)
	return v2CreationOptions{
		o.Challenge, o.RP, o.User, o.Parameters,
		v2Selection{o.Selection, begun.ResidentKey == passkeys.Required},
		o.Attestation, v2Descriptors(begun.Exclude), o.Timeout,
	}
}

// v2Created is what a browser made. Clients send more, which stands in the attestation too.
type v2Created struct {
	Session string `json:"session"`
	Name    string `json:"passkeyName"`
	Result  struct {
		CredentialID mfa.Octets `json:"credentialId"`
		ClientData   mfa.Octets `json:"clientDataJSON"`
		Attestation  mfa.Octets `json:"attestationObject"`
		Transports   []string   `json:"transports"`
	} `json:"creationResult"`
}

func (d *Dialect) v2FinishRegistration(ctx context.Context, c *v2Call) (endpoint.Response, error) {
	var in v2Created
	if err := c.decode(&in); err != nil {
		return endpoint.Response{}, err
	}
	session, err := d.v2Resume(ctx, c, in.Session, v2StepRegister)
	if err != nil {
		return endpoint.Response{}, err
	}
	if err := d.v2Ready(ctx); err != nil {
		return endpoint.Response{}, err
	}
	done, err := d.passkeys.FinishRegistration(ctx, passkeys.FinishRegistration{
		Caller: c.client, ID: mfa.CeremonyID(session.ID), Name: in.Name, Source: c.source(), UserAgent: c.request.UserAgent(),
		Registration: mfa.PasskeyRegistration{
			CredentialID: in.Result.CredentialID, ClientData: in.Result.ClientData, Attestation: in.Result.Attestation, Transports: in.Result.Transports,
		},
	})
	if err != nil {
		return endpoint.Response{}, err
	}
	return d.v2Welcome(ctx, c, done, session.Device)
}

// v2Resume opens the session of a finishing call and finds its application.
func (d *Dialect) v2Resume(ctx context.Context, c *v2Call, text string, step v2Step) (v2Session, error) {
	session, err := d.v2.sealer.open(ctx, text, step)
	if err != nil {
		return session, err
	}
	found, err := d.v2Own(ctx, session.Application)
	if err != nil {
		return session, err
	}
	return session, d.v2Use(ctx, c, found, session.ClientID)
}

// v2Welcome answers to somebody who is in.
func (d *Dialect) v2Welcome(ctx context.Context, c *v2Call, done passkeys.SignedIn, device string) (endpoint.Response, error) {
	claims := d.v2ClaimsFor(c, done.User, c.accessLife())
	claims.Credential = string(done.Authenticator.ID)
	token, err := d.signToken(ctx, claims)
	if err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(http.StatusOK, v2SignedIn{token, claims.Subject, claims.Credential, device, device})
}
