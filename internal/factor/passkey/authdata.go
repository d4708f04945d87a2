package passkey

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"

	"github.com/go-webauthn/webauthn/protocol"

	"github.com/twinseal/twinseal/internal/mfa"
)

// parseAuthenticatorData reads what the authenticator signed, to its last byte. Attested credential data must be
// there exactly when a credential was made.
func parseAuthenticatorData(raw []byte, creation bool) (protocol.AuthenticatorData, error) {
	var data protocol.AuthenticatorData
	if err := data.Unmarshal(raw); err != nil {
		return data, err
	}
	switch {
	case data.Flags.HasAttestedCredentialData() != creation:
		return data, errors.New("attested credential data is missing, or out of place")
	case data.Flags.HasBackupState() && !data.Flags.HasBackupEligible():
		return data, errors.New("backed up, and may not be")
	case creation && !validCredentialID(data.AttData.CredentialID):
		return data, errors.New("the credential id has a wrong length")
	}
	return data, nil
}

func validCredentialID(id []byte) bool {
	return len(id) >= minCredentialID && len(id) <= maxCredentialID
}

// checkAuthenticatorData compares what the authenticator says with what was expected. Nobody has to be there for a
// registration that is unattended; an assertion never is.
func checkAuthenticatorData(data *protocol.AuthenticatorData, e mfa.PasskeyExpectation) error {
	rp := sha256.Sum256([]byte(e.RelyingParty.ID))
	switch {
	case subtle.ConstantTimeCompare(rp[:], data.RPIDHash) != 1:
		return refuse(mfa.ReasonPasskeyRPID, "the answer was made for another relying party", nil)
	case e.Unattended:
		return nil
	case !data.Flags.HasUserPresent():
		return refuse(mfa.ReasonPasskeyPresence, "nobody touched the authenticator", nil)
	case verified(e) && !data.Flags.HasUserVerified():
		return refuse(mfa.ReasonPasskeyVerification, "the authenticator did not verify its user", nil)
	}
	return nil
}
