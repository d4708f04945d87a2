package authsignal

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// creationRequest asks for creation options. An attachment of null, as one that is left out, leaves the choice to the
// person.
type creationRequest struct {
	Username    string `json:"username"`
	DisplayName string `json:"displayName"`
	Attachment  string `json:"authenticatorAttachment"`
}

// beginPasskey gives creation options, under an id.
func (d *Dialect) beginPasskey(ctx context.Context, c *call, in *creationRequest) (endpoint.Response, error) {
	if in.Attachment != "" && in.Attachment != passkeys.Platform && in.Attachment != passkeys.CrossPlatform {
		return endpoint.Response{}, invalid("authenticatorAttachment is platform, cross-platform or null")
	}
	begun, err := d.stepup.BeginPasskey(ctx, c.pass(), stepup.NewPasskey{
		Method: mfa.MethodPasskey, Username: in.Username, DisplayName: in.DisplayName, Attachment: in.Attachment,
	})
	if err != nil {
		return endpoint.Response{}, err
	}
	resp, err := ok(struct {
		ChallengeID mfa.CeremonyID  `json:"challengeId"`
		Options     creationOptions `json:"options"`
	}{begun.ID, newCreationOptions(begun)})
	d.keepChallenge(c, &resp, string(begun.ID))
	return resp, err
}

// beginSecurityKey gives creation options as they are.
func (d *Dialect) beginSecurityKey(ctx context.Context, c *call) (endpoint.Response, error) {
	begun, err := d.stepup.BeginPasskey(ctx, c.pass(), stepup.NewPasskey{Method: mfa.MethodSecurityKey, Attachment: passkeys.CrossPlatform})
	if err != nil {
		return endpoint.Response{}, err
	}
	return ok(newCreationOptions(begun))
}

type madeRequest struct {
	Credential  registrationCredential `json:"registrationCredential"`
	ChallengeID string                 `json:"challengeId"`
	Conditional bool                   `json:"conditionalCreate"`
	DeviceID    string                 `json:"deviceId"`
}

// finishPasskey registers a passkey.
func (d *Dialect) finishPasskey(ctx context.Context, c *call, in *madeRequest) (endpoint.Response, error) {
	id, err := promptID(in.ChallengeID)
	if err != nil {
		return endpoint.Response{}, err
	}
	return d.registered(ctx, c, in.DeviceID, &in.Credential, stepup.MadePasskey{
		Method: mfa.MethodPasskey, ID: mfa.CeremonyID(id), Conditional: in.Conditional,
	})
}

// finishSecurityKey registers a security key: the body is the credential.
func (d *Dialect) finishSecurityKey(ctx context.Context, c *call, in *registrationCredential) (endpoint.Response, error) {
	return d.registered(ctx, c, "", in, stepup.MadePasskey{Method: mfa.MethodSecurityKey})
}

func (d *Dialect) registered(ctx context.Context, c *call, device string, made *registrationCredential, in stepup.MadePasskey) (endpoint.Response, error) {
	p, err := c.on(device)
	if err != nil {
		return endpoint.Response{}, err
	}
	if in.Registration, err = made.registration(); err != nil {
		return endpoint.Response{}, err
	}
	in.Attachment = made.Attachment
	result, err := d.stepup.FinishPasskey(ctx, p, in)
	if err != nil {
		return endpoint.Response{}, err
	}
	return d.held(ctx, c, result)
}

// held answers with the end of a proof by a passkey, and says whose it is.
func (d *Dialect) held(ctx context.Context, c *call, result stepup.Result) (endpoint.Response, error) {
	out, err := d.verified(ctx, result)
	if err != nil {
		return endpoint.Response{}, err
	}
	if result.Verified {
		out.UserID = result.User.Alias
		if result.Entry != nil {
			out.AuthenticatorID = result.Entry.ID
		}
		if out.Username, out.DisplayName, err = d.names(ctx, result); err != nil {
			return endpoint.Response{}, err
		}
	}
	resp, err := ok(out)
	if err == nil && out.AccessToken != "" {
		d.keep(c, &resp, out.AccessToken)
	}
	return resp, err
}

// names are what pages greet somebody by who signed in without telling who they are.
func (d *Dialect) names(ctx context.Context, result stepup.Result) (username, display string, err error) {
	view, err := d.stepup.Look(ctx, result.Pass)
	return view.Profile.Username, view.Profile.DisplayName, err
}

type assertionRequest struct {
	ChallengeID string `json:"challengeId"`
}

// askPasskey gives request options, under an id.
func (d *Dialect) askPasskey(ctx context.Context, c *call, in *assertionRequest) (endpoint.Response, error) {
	id, err := promptID(cmp.Or(in.ChallengeID, c.recalled))
	if err != nil {
		return endpoint.Response{}, err
	}
	asked, err := d.stepup.BeginAssertion(ctx, c.pass(), mfa.MethodPasskey, id)
	if err != nil {
		return endpoint.Response{}, err
	}
	resp, err := ok(struct {
		ChallengeID mfa.PromptID   `json:"challengeId"`
		Options     requestOptions `json:"options"`
	}{asked.ID, newRequestOptions(asked.SignIn)})
	d.keepChallenge(c, &resp, string(asked.ID))
	return resp, err
}

// askSecurityKey gives request options as they are.
func (d *Dialect) askSecurityKey(ctx context.Context, c *call) (endpoint.Response, error) {
	asked, err := d.stepup.BeginAssertion(ctx, c.pass(), mfa.MethodSecurityKey, "")
	if err != nil {
		return endpoint.Response{}, err
	}
	return ok(newRequestOptions(asked.SignIn))
}

type signedRequest struct {
	Credential  authenticationCredential `json:"authenticationCredential"`
	ChallengeID string                   `json:"challengeId"`
	DeviceID    string                   `json:"deviceId"`
}

// checkPasskey burns a signature: for the token's action or, without a token, for one that it makes.
func (d *Dialect) checkPasskey(ctx context.Context, c *call, in *signedRequest) (endpoint.Response, error) {
	id, err := promptID(cmp.Or(in.ChallengeID, c.recalled))
	if err != nil {
		return endpoint.Response{}, err
	}
	return d.asserted(ctx, c, in.DeviceID, mfa.MethodPasskey, id, &in.Credential)
}

// checkSecurityKey burns a security key's: the body is the credential.
func (d *Dialect) checkSecurityKey(ctx context.Context, c *call, in *authenticationCredential) (endpoint.Response, error) {
	return d.asserted(ctx, c, "", mfa.MethodSecurityKey, "", in)
}

func (d *Dialect) asserted(
	ctx context.Context, c *call, device string, m mfa.Method, id mfa.PromptID, signed *authenticationCredential,
) (endpoint.Response, error) {
	p, err := c.on(device)
	if err != nil {
		return endpoint.Response{}, err
	}
	assertion, err := signed.assertion()
	if err != nil {
		return endpoint.Response{}, err
	}
	result, err := d.stepup.FinishAssertion(ctx, p, m, id, assertion)
	if err != nil {
		return endpoint.Response{}, err
	}
	return d.held(ctx, c, result)
}

// maxAsked bounds how many passkeys a page asks after at once; a person has fewer.
const maxAsked = 50

// findPasskey says whether one of the passkeys that a page or phone remembers still counts. It says the same of all that
// do not.
func (d *Dialect) findPasskey(ctx context.Context, c *call) (endpoint.Response, error) {
	query := c.request.URL.Query()
	listed := query.Get("credentialIds")
	if listed == "" {
		listed = query.Get("credentialId")
	}
	var ids [][]byte
	for text := range strings.SplitSeq(listed, ",") {
		if id, err := anyBase64(text); err == nil && len(id) > 0 && len(ids) < maxAsked {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return endpoint.Response{}, errNoPasskey
	}
	found, err := d.stepup.PasskeyAmong(ctx, c.caller, ids)
	if mfa.IsCode(err, mfa.NotFound) {
		return endpoint.Response{}, errNoPasskey
	}
	if err != nil {
		return endpoint.Response{}, err
	}
	data, err := passkeys.Data(found.Authenticator)
	if err != nil {
		return endpoint.Response{}, err
	}
	return reply(http.StatusOK, struct {
		CredentialID octets   `json:"credentialId"`
		VerifiedAt   wireTime `json:"verifiedAt"`
	}{octets(data.CredentialID), wireTime(found.CreatedAt)})
}

var errNoPasskey = refuse(failCredential, "None of these passkeys counts here.")
