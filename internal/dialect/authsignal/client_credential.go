package authsignal

import (
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
)

// creationOptions are for navigator.credentials.create. All members are always there and none is null: Android's
// decoder has no defaults, and browsers refuse null.
type creationOptions struct {
	Challenge   octets            `json:"challenge"`
	RP          optionsParty      `json:"rp"`
	User        optionsUser       `json:"user"`
	Parameters  []optionsKey      `json:"pubKeyCredParams"`
	Timeout     int64             `json:"timeout"`
	Attestation string            `json:"attestation"`
	Exclude     []descriptor      `json:"excludeCredentials"`
	Selection   authenticatorWish `json:"authenticatorSelection"`
	Hints       []string          `json:"hints,omitempty"`
}

type optionsParty struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type optionsUser struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	DisplayName string `json:"displayName"`
}

type optionsKey struct {
	Algorithm int64  `json:"alg"`
	Type      string `json:"type"`
}

type descriptor struct {
	ID         octets   `json:"id"`
	Type       string   `json:"type"`
	Transports []string `json:"transports,omitempty"`
}

type authenticatorWish struct {
	ResidentKey      string `json:"residentKey"`
	RequireResident  bool   `json:"requireResidentKey"`
	UserVerification string `json:"userVerification"`
	Attachment       string `json:"authenticatorAttachment,omitempty"`
}

// requestOptions are for navigator.credentials.get.
type requestOptions struct {
	Challenge        octets       `json:"challenge"`
	Timeout          int64        `json:"timeout"`
	RPID             string       `json:"rpId"`
	Allow            []descriptor `json:"allowCredentials"`
	UserVerification string       `json:"userVerification"`
}

const publicKeyType = "public-key"

func newCreationOptions(r passkeys.Registration) creationOptions {
	out := creationOptions{
		Challenge: octets(r.Challenge), RP: optionsParty{r.RelyingParty.ID, r.RelyingParty.Name},
		User:        optionsUser{string(r.UserID), r.Name, r.DisplayName}, // see handleOf
		Parameters:  make([]optionsKey, 0, len(r.Algorithms)),
		Timeout:     passkeys.Timeout.Milliseconds(),
		Attestation: r.Attestation, Exclude: descriptors(r.Exclude),
		Selection: authenticatorWish{r.ResidentKey, r.ResidentKey == passkeys.Required, r.UserVerification, r.Attachment},
	}
	for _, algorithm := range r.Algorithms {
		out.Parameters = append(out.Parameters, optionsKey{algorithm, publicKeyType})
	}
	return out
}

func newRequestOptions(in passkeys.SignIn) requestOptions {
	return requestOptions{
		Challenge: octets(in.Challenge), Timeout: passkeys.Timeout.Milliseconds(), RPID: in.RelyingParty.ID,
		Allow: descriptors(in.Allow), UserVerification: in.UserVerification,
	}
}

func descriptors(in []passkeys.Descriptor) []descriptor {
	out := make([]descriptor, 0, len(in))
	for _, one := range in {
		out = append(out, descriptor{octets(one.ID), publicKeyType, one.Transports})
	}
	return out
}

// registrationCredential is what a browser or phone made. Other members are theirs.
type registrationCredential struct {
	ID       octets `json:"id"`
	RawID    octets `json:"rawId"`
	Response struct {
		ClientData  octets   `json:"clientDataJSON"`
		Attestation octets   `json:"attestationObject"`
		Transports  []string `json:"transports"`
	} `json:"response"`
	Attachment string `json:"authenticatorAttachment"`
}

func (c *registrationCredential) registration() (mfa.PasskeyRegistration, error) {
	id := c.RawID
	if len(id) == 0 {
		id = c.ID
	}
	if len(id) == 0 || len(c.Response.ClientData) == 0 || len(c.Response.Attestation) == 0 {
		return mfa.PasskeyRegistration{}, invalid("the credential has not all of rawId, response.clientDataJSON and response.attestationObject")
	}
	return mfa.PasskeyRegistration{
		CredentialID: id, ClientData: c.Response.ClientData, Attestation: c.Response.Attestation, Transports: c.Response.Transports,
	}, nil
}

// authenticationCredential is what a browser or phone signed.
type authenticationCredential struct {
	ID       octets `json:"id"`
	RawID    octets `json:"rawId"`
	Response struct {
		ClientData        octets `json:"clientDataJSON"`
		AuthenticatorData octets `json:"authenticatorData"`
		Signature         octets `json:"signature"`
		UserHandle        string `json:"userHandle"`
	} `json:"response"`
}

func (c *authenticationCredential) assertion() (mfa.PasskeyAssertion, error) {
	id := c.RawID
	if len(id) == 0 {
		id = c.ID
	}
	r := &c.Response
	if len(id) == 0 || len(r.ClientData) == 0 || len(r.AuthenticatorData) == 0 || len(r.Signature) == 0 {
		return mfa.PasskeyAssertion{}, invalid("the credential has not all of rawId, response.clientDataJSON, response.authenticatorData and response.signature")
	}
	return mfa.PasskeyAssertion{
		CredentialID: id, ClientData: r.ClientData, AuthenticatorData: r.AuthenticatorData, Signature: r.Signature,
		UserHandle: handleOf(r.UserHandle),
	}, nil
}
