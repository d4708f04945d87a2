package passkeys

import (
	"cmp"

	"github.com/google/uuid"

	"github.com/twinseal/twinseal/internal/mfa"
)

// maxCredentialID is what WebAuthn allows a credential's id, in bytes.
const maxCredentialID = 1023

// Import adds a credential that was registered elsewhere for the same relying party to a user who is locked and has those
// authenticators. By what handle its authenticator knows the user was told to nobody, so that is not compared.
func (s *Service) Import(w mfa.WriteRecords, c *mfa.Caller, u mfa.User, held []mfa.Authenticator, in mfa.ImportedPasskey) (mfa.Authenticator, error) {
	party, err := relyingParty(c)
	if err != nil {
		return mfa.Authenticator{}, err
	}
	if len(in.CredentialID) == 0 || len(in.CredentialID) > maxCredentialID {
		return mfa.Authenticator{}, &mfa.Error{Code: mfa.Invalid, Field: "credential_id", Message: "the credential's id is missing or too long"}
	}
	if err := s.domain.RoomForOne(held); err != nil {
		return mfa.Authenticator{}, err
	}
	data := mfa.PasskeyData{
		RPID: party.ID, CredentialID: in.CredentialID, PublicKey: in.PublicKey, AAGUID: cmp.Or(in.AAGUID, uuid.Nil.String()),
		Transports: in.Transports, Discoverable: true, Format: "none", Trust: "none",
	}
	if data.Algorithm, err = s.factor.Import(in.PublicKey); err != nil {
		return mfa.Authenticator{}, err
	}
	if data.Key, err = s.jwk(data); err != nil {
		return mfa.Authenticator{}, err
	}
	return put(w, mfa.Authenticator{
		ID: mfa.NewID[mfa.AuthenticatorID](), UserID: u.ID, DirectoryID: u.DirectoryID, Kind: mfa.KindPasskey, State: mfa.AuthenticatorActive,
		Name: tidyName(in.Name), Thumbprint: mfa.PasskeyThumbprint(party.ID, in.CredentialID), RegisteredBy: "import",
		CreatedAt: s.domain.Now(),
	}, data)
}
