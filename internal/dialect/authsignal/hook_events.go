package authsignal

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/people"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// authenticatorEvent is what applications call an event about an authenticator, "" for all others.
func authenticatorEvent(t mfa.EventType) string {
	switch t {
	case mfa.EventAuthenticatorAdded:
		return hookAdded
	case mfa.EventAuthenticatorUpdated, mfa.EventAuthenticatorRenamed:
		return hookUpdated
	case mfa.EventAuthenticatorRemoved, mfa.EventAuthenticatorRevoked:
		return hookRemoved
	}
	return ""
}

// authenticatorNews is what is told of an authenticator. All members are texts: clients in .NET and Java read nothing
// else.
type authenticatorNews struct {
	UserID             string              `json:"userId"`
	VerificationMethod string              `json:"verificationMethod"`
	CreatedAt          *wireTime           `json:"createdAt,omitempty"`
	UpdatedAt          *wireTime           `json:"updatedAt,omitempty"`
	DeletedAt          *wireTime           `json:"deletedAt,omitempty"`
	ID                 mfa.AuthenticatorID `json:"userAuthenticatorId"`
	Email              string              `json:"email,omitempty"`
	PhoneNumber        string              `json:"phoneNumber,omitempty"`
	CredentialID       string              `json:"credentialId,omitempty"`
	AAGUID             string              `json:"aaguid,omitempty"`
	CredentialName     string              `json:"credentialName,omitempty"`
}

// renderAuthenticator tells of an authenticator. Of one that is gone, no more is known than its event says; of a user who
// is gone nobody is told.
func (d *Dialect) renderAuthenticator(ctx context.Context, c *mfa.Caller, e mfa.Event) (*http.Request, error) {
	address, kind := c.Application.StepUpSettings().EventsURL, authenticatorEvent(e.Type)
	if address == "" || kind == "" {
		return nil, nil //nolint:nilnil // documented: nobody wants it any more
	}
	var said stepup.Said
	if err := json.Unmarshal(e.Data, &said); err != nil {
		return nil, mfa.Permanent(fmt.Errorf("read an event: %w", err))
	}
	held, err := d.service.UserStatus(ctx, c, mfa.UserRef{ID: e.UserID})
	if mfa.IsCode(err, mfa.NotFound) {
		return nil, nil //nolint:nilnil // documented: nobody wants it any more
	}
	if err != nil {
		return nil, err
	}
	news := newsOf(held.User, people.Entries(c, held.Authenticators), said)
	if news.VerificationMethod == "" || news.UserID == "" {
		return nil, nil //nolint:nilnil // the protocol has no word for it
	}
	switch kind {
	case hookUpdated:
		news.CreatedAt, news.UpdatedAt = nil, since(e.At)
	case hookRemoved:
		news.DeletedAt = since(e.At)
	default:
		news.CreatedAt = since(e.At)
	}
	out := d.envelopeFor(c, string(e.ID), kind, e.At)
	out.Data = news
	return d.hookRequest(ctx, c, address, out)
}

func newsOf(u mfa.User, entries []people.Entry, said stepup.Said) authenticatorNews {
	out := authenticatorNews{UserID: u.Alias, ID: said.Authenticator, VerificationMethod: safeMethod(methodSaid(said))}
	for _, e := range entries {
		if e.ID != said.Authenticator {
			continue
		}
		shown := viewOf(e, u.Alias)
		out.VerificationMethod, out.CreatedAt = shown.VerificationMethod, since(e.CreatedAt)
		out.Email, out.PhoneNumber = shown.Email, shown.PhoneNumber
		if shown.Credential != nil {
			out.CredentialID, out.AAGUID, out.CredentialName = shown.Credential.CredentialID, shown.Credential.AAGUID, shown.Credential.Name
		}
	}
	return out
}

// methodSaid is the method of an event. Those of other front doors say the kind alone.
func methodSaid(said stepup.Said) mfa.Method {
	if said.Method != "" {
		return said.Method
	}
	switch said.Kind {
	case mfa.KindPasskey:
		return mfa.MethodPasskey
	case mfa.KindTOTP:
		return mfa.MethodTOTP
	case mfa.KindDevice:
		return mfa.MethodPush
	}
	return ""
}
