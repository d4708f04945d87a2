package loginid

import (
	"encoding/base64"
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
)

// creationOptions are for navigator.credentials.create, which gets all of them but the first. Nothing in them is ever
// null: clients hand them on nearly untouched, and browsers refuse that.
type creationOptions struct {
	CredentialUUID string            `json:"credential_uuid"`
	Challenge      string            `json:"challenge"`
	RP             relyingParty      `json:"rp"`
	User           creationUser      `json:"user"`
	Parameters     []keyParameter    `json:"pubKeyCredParams"`
	Exclude        []descriptor      `json:"excludeCredentials"`
	Selection      authenticatorWish `json:"authenticatorSelection"`
	Attestation    string            `json:"attestation"`
	Timeout        int64             `json:"timeout"`
}

type relyingParty struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type creationUser struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	DisplayName string `json:"displayName"`
}

type keyParameter struct {
	Type      string `json:"type"`
	Algorithm int64  `json:"alg"`
}

type descriptor struct {
	Type       string   `json:"type"`
	ID         string   `json:"id"`
	Transports []string `json:"transports,omitempty"`
}

type authenticatorWish struct {
	Attachment       string `json:"authenticatorAttachment,omitempty"`
	ResidentKey      string `json:"residentKey,omitempty"`
	UserVerification string `json:"userVerification"`
}

// requestOptions are for navigator.credentials.get.
type requestOptions struct {
	Challenge        string       `json:"challenge"`
	RPID             string       `json:"rpId"`
	UserVerification string       `json:"userVerification"`
	Timeout          int64        `json:"timeout"`
	Allow            []descriptor `json:"allowCredentials"`
}

const publicKeyType = "public-key"

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// encodeID writes a credential id so that the browser SDK reads it: its decoder drops a zero among the last two bytes
// of a value, unless two padding characters follow that nobody needs.
func encodeID(id []byte) string {
	text := encode(id)
	if slices.Contains(id[max(0, len(id)-2):], 0) {
		text += "=="
	}
	return text
}

func newCreationOptions(r passkeys.Registration) creationOptions {
	out := creationOptions{
		CredentialUUID: string(r.ID), Challenge: encode(r.Challenge), RP: relyingParty{r.RelyingParty.ID, r.RelyingParty.Name},
		// The id's own text: every client decodes it and encodes it again.
		User:        creationUser{string(r.UserID), r.Name, r.DisplayName},
		Parameters:  make([]keyParameter, 0, len(r.Algorithms)),
		Exclude:     descriptors(r.Exclude),
		Selection:   authenticatorWish{r.Attachment, r.ResidentKey, r.UserVerification},
		Attestation: r.Attestation, Timeout: passkeys.Timeout.Milliseconds(),
	}
	for _, algorithm := range r.Algorithms {
		out.Parameters = append(out.Parameters, keyParameter{publicKeyType, algorithm})
	}
	return out
}

func newRequestOptions(in passkeys.SignIn) requestOptions {
	return requestOptions{
		Challenge: encode(in.Challenge), RPID: in.RelyingParty.ID, UserVerification: in.UserVerification,
		Timeout: passkeys.Timeout.Milliseconds(), Allow: descriptors(in.Allow),
	}
}

func descriptors(in []passkeys.Descriptor) []descriptor {
	out := make([]descriptor, 0, len(in))
	for _, one := range in {
		out = append(out, descriptor{publicKeyType, encodeID(one.ID), one.Transports})
	}
	return out
}

// creationResult is what a browser made, in the words of registrations.
type creationResult struct {
	CredentialUUID string     `json:"credential_uuid"`
	CredentialID   mfa.Octets `json:"credential_id"`
	Challenge      mfa.Octets `json:"challenge"`
	ClientData     mfa.Octets `json:"client_data"`
	Attestation    mfa.Octets `json:"attestation_data"`
	Transports     []string   `json:"transports"`
}

// complete refuses a result that lacks something.
func (r *creationResult) complete() error {
	for _, m := range []struct {
		name   string
		length int
	}{
		{"credential_uuid", len(r.CredentialUUID)},
		{"credential_id", len(r.CredentialID)},
		{"challenge", len(r.Challenge)},
		{"client_data", len(r.ClientData)},
		{"attestation_data", len(r.Attestation)},
	} {
		if m.length == 0 {
			return missingParameter("attestation_payload." + m.name)
		}
	}
	return nil
}

// assertionResult is what a browser signed, in the words of sign-ins.
type assertionResult struct {
	CredentialID      mfa.Octets `json:"credential_id"`
	Challenge         mfa.Octets `json:"challenge"`
	ClientData        mfa.Octets `json:"client_data"`
	AuthenticatorData mfa.Octets `json:"authenticator_data"`
	Signature         mfa.Octets `json:"signature"`
}

func (r *assertionResult) complete() error {
	for _, m := range []struct {
		name  string
		value []byte
	}{
		{"credential_id", r.CredentialID},
		{"client_data", r.ClientData},
		{"authenticator_data", r.AuthenticatorData},
		{"signature", r.Signature},
	} {
		if len(m.value) == 0 {
			return missingParameter("assertion_payload." + m.name)
		}
	}
	return nil
}

func (r *assertionResult) assertion() mfa.PasskeyAssertion {
	return mfa.PasskeyAssertion{
		CredentialID: r.CredentialID, ClientData: r.ClientData, AuthenticatorData: r.AuthenticatorData, Signature: r.Signature,
	}
}
