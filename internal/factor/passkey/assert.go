package passkey

import (
	"bytes"
	"crypto/sha256"
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/receipt"
)

// Assert checks an assertion of a credential. A counter that went back is told and is no error, so that the caller
// can keep what it saw.
func (f *Factor) Assert(e mfa.PasskeyExpectation, d mfa.PasskeyData, counter int64, a mfa.PasskeyAssertion) (mfa.PasskeyUse, error) {
	e.Unattended = false
	if err := belongs(e, d, a); err != nil {
		return mfa.PasskeyUse{}, err
	}
	if err := stillAdmitted(e.RelyingParty, d); err != nil {
		return mfa.PasskeyUse{}, err
	}
	if err := checkClientData(a.ClientData, typeGet, e); err != nil {
		return mfa.PasskeyUse{}, err
	}
	if len(a.AuthenticatorData) > receipt.MaxAuthenticatorData || len(a.Signature) > receipt.MaxPasskeySignature {
		return mfa.PasskeyUse{}, malformed("the answer is too long", nil)
	}
	data, err := parseAuthenticatorData(a.AuthenticatorData, false)
	if err != nil {
		return mfa.PasskeyUse{}, malformed("the authenticator data cannot be read", err)
	}
	if err := checkAuthenticatorData(&data, e); err != nil {
		return mfa.PasskeyUse{}, err
	}
	if data.Flags.HasBackupEligible() != d.BackupEligible {
		return mfa.PasskeyUse{}, refuse(mfa.ReasonPasskeyCredential, "the passkey says otherwise than at its registration whether it can be backed up", nil)
	}
	if err := checkSignature(d, a); err != nil {
		return mfa.PasskeyUse{}, err
	}
	now := int64(data.Counter)
	return mfa.PasskeyUse{
		Counter: now, UserVerified: data.Flags.HasUserVerified(), BackedUp: data.Flags.HasBackupState(),
		CounterWentBack: (now != 0 || counter != 0) && now <= counter,
	}, nil
}

// belongs compares whose answer it claims to be with whose passkey is at hand.
func belongs(e mfa.PasskeyExpectation, d mfa.PasskeyData, a mfa.PasskeyAssertion) error {
	switch {
	case !bytes.Equal(a.CredentialID, d.CredentialID) || len(d.CredentialID) == 0:
		return refuse(mfa.ReasonPasskeyCredential, "the answer is another credential's", nil)
	case a.UserHandle != nil && len(d.UserHandle) > 0 && !bytes.Equal(a.UserHandle, d.UserHandle):
		return refuse(mfa.ReasonPasskeyCredential, "the answer is another user's", nil)
	case d.RPID != e.RelyingParty.ID:
		return refuse(mfa.ReasonPasskeyRPID, "the passkey belongs to another relying party", nil)
	}
	return nil
}

// stillAdmitted holds a registered passkey to the relying party's rules of today. Of a model that had to be proven it
// is remembered whether a maker's certificate stood for it.
func stillAdmitted(rp mfa.RelyingParty, d mfa.PasskeyData) error {
	if err := admits(rp, d.AAGUID, d.BackupEligible); err != nil {
		return err
	}
	if len(rp.AllowAAGUIDs) > 0 && !slices.Contains([]string{trustBasic, trustAttCA, trustAnonCA}, d.Trust) {
		return errUnproven()
	}
	return nil
}

func checkSignature(d mfa.PasskeyData, a mfa.PasskeyAssertion) error {
	k, err := parseKey(d.PublicKey)
	if err != nil || k.algorithm != d.Algorithm {
		return &mfa.Error{Code: mfa.Internal, Message: "a stored passkey cannot be read", Cause: err}
	}
	hash := sha256.Sum256(a.ClientData)
	if !k.verify(slices.Concat(a.AuthenticatorData, hash[:]), a.Signature) {
		return refuse(mfa.ReasonPasskeySignature, "the signature is not the passkey's", nil)
	}
	return nil
}
