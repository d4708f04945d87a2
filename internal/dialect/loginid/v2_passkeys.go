package loginid

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"github.com/twinseal/twinseal/internal/agent"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/maker"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
)

// v2Passkey is a passkey as its owner sees it.
type v2Passkey struct {
	ID         string     `json:"id"`
	AAGUID     string     `json:"aaguid"`
	Name       string     `json:"name"`
	CreatedAt  wireTime   `json:"createdAt"`
	Credential mfa.Octets `json:"credentialId"`
	Synced     bool       `json:"credentialSynced"`
	LastUsedAt *wireTime  `json:"lastUsedAt,omitempty"`
	LastDevice *v2Device  `json:"lastUsedFromDevice,omitempty"`
	Provider   string     `json:"providerName,omitempty"`
	Device     string     `json:"device"` // of older clients
}

func v2PasskeyOf(a mfa.Authenticator, data mfa.PasskeyData) v2Passkey {
	used := agentOf(cmp.Or(data.LastAgent, data.UserAgent))
	out := v2Passkey{
		ID: string(a.ID), AAGUID: data.AAGUID, Name: a.Name, CreatedAt: wireTime(a.CreatedAt), Credential: data.CredentialID,
		Synced: data.BackedUp, Provider: maker.Of(data.AAGUID), Device: agent.TitleOf(data.UserAgent),
	}
	if !a.LastUsedAt.IsZero() {
		at := wireTime(a.LastUsedAt)
		out.LastUsedAt, used.LastUsedAt = &at, a.LastUsedAt.UTC().Format(timeLayout)
		out.LastDevice = &used
	}
	return out
}

// v2ListPasskeys lists all of a user's that count, of every relying party: browsers take the list for complete, and
// hide or delete what is not in it.
func (d *Dialect) v2ListPasskeys(_ context.Context, c *v2Call) (endpoint.Response, error) {
	out := []v2Passkey{}
	for _, a := range c.holder.Authenticators {
		if a.Kind != mfa.KindPasskey || a.State != mfa.AuthenticatorActive {
			continue
		}
		data, err := passkeys.Data(a)
		if err != nil {
			return endpoint.Response{}, err
		}
		out = append(out, v2PasskeyOf(a, data))
	}
	return endpoint.JSON(http.StatusOK, out)
}

func (d *Dialect) v2RenamePasskey(ctx context.Context, c *v2Call) (endpoint.Response, error) {
	var in struct {
		Name string `json:"name"`
	}
	if err := c.decode(&in); err != nil {
		return endpoint.Response{}, err
	}
	id, err := c.passkeyID()
	if err != nil {
		return endpoint.Response{}, err
	}
	if in.Name == "" {
		return endpoint.Response{}, v2Bad("the name is missing")
	}
	_, _, err = d.accounts.Rename(ctx, c.client, c.subject(), id, in.Name, c.source())
	return v2Done(), err
}

func (d *Dialect) v2RemovePasskey(ctx context.Context, c *v2Call) (endpoint.Response, error) {
	id, err := c.passkeyID()
	if err != nil {
		return endpoint.Response{}, err
	}
	_, _, err = d.accounts.Revoke(ctx, c.client, c.subject(), id, c.source())
	return v2Done(), err
}

// passkeyID is that of the path, of one of the user's own passkeys: a token opens nothing else.
func (c *v2Call) passkeyID() (mfa.AuthenticatorID, error) {
	named := strings.ToLower(c.param())
	for _, a := range c.holder.Authenticators {
		if string(a.ID) == named && a.Kind == mfa.KindPasskey && a.State == mfa.AuthenticatorActive {
			return a.ID, nil
		}
	}
	return "", mfa.Missing("passkey")
}

// v2Done is the answer of what has no result.
func v2Done() endpoint.Response { return endpoint.Response{Status: http.StatusNoContent} }
