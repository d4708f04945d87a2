package loginid

import (
	"context"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
)

// v2App names the application.
type v2App struct {
	ID    string `json:"id"`
	Token string `json:"token"`
}

// v2DeviceInfo is what clients tell of themselves. All that counts is the id that they were given before; what they
// look like stands in the User-Agent too.
type v2DeviceInfo struct {
	DeviceID string `json:"deviceId"`
}

// v2User names a user.
type v2User struct {
	Username     string `json:"username"`
	UsernameType string `json:"usernameType"` // email, phone or other; clients say email of anything
	DisplayName  string `json:"displayName"`
}

// ref is the user in the domain's words.
func (u v2User) ref() mfa.UserRef { return mfa.UserRef{Name: u.Username} }

// v2SignedIn is the good end of every way in. Older clients read the last spelling.
type v2SignedIn struct {
	Token      string `json:"jwtAccess"`
	UserID     string `json:"userId"`
	PasskeyID  string `json:"passkeyId,omitempty"`
	DeviceID   string `json:"deviceId"`
	OlderNames string `json:"deviceID"`
}

// v2Descriptors name credentials to a browser, without what the older generation's decoder needs.
func v2Descriptors(list []passkeys.Descriptor) []descriptor {
	out := make([]descriptor, 0, len(list))
	for _, one := range list {
		out = append(out, descriptor{publicKeyType, encode(one.ID), one.Transports})
	}
	return out
}

// v2Assertion is what a browser signed.
type v2Assertion struct {
	CredentialID      mfa.Octets `json:"credentialId"`
	ClientData        mfa.Octets `json:"clientDataJSON"`
	AuthenticatorData mfa.Octets `json:"authenticatorData"`
	Signature         mfa.Octets `json:"signature"`
	UserHandle        mfa.Octets `json:"userHandle"`
}

func (a v2Assertion) proof() mfa.PasskeyAssertion {
	return mfa.PasskeyAssertion{
		CredentialID: a.CredentialID, ClientData: a.ClientData, AuthenticatorData: a.AuthenticatorData,
		Signature: a.Signature, UserHandle: a.UserHandle,
	}
}

// v2Ready makes sure that a token can be signed, before what it is to show is written: a client that gets an error
// for a passkey that was stored tells the authenticator to forget it.
func (d *Dialect) v2Ready(ctx context.Context) error {
	_, err := d.ring.Current(ctx)
	return err
}
