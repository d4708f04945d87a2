package passkey

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"slices"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
	"github.com/google/uuid"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Register checks a new credential. What the browser alone knows (the user handle, whether the credential can be
// discovered, the agent) is the caller's to add.
func (f *Factor) Register(e mfa.PasskeyExpectation, r mfa.PasskeyRegistration) (mfa.PasskeyData, int64, error) {
	if err := checkClientData(r.ClientData, typeCreate, e); err != nil {
		return mfa.PasskeyData{}, 0, err
	}
	object, err := parseAttestation(r.Attestation)
	if err != nil {
		return mfa.PasskeyData{}, 0, malformed("the attestation object cannot be read", err)
	}
	if err := checkAuthenticatorData(&object.AuthData, e); err != nil {
		return mfa.PasskeyData{}, 0, err
	}
	made := object.AuthData.AttData
	if !bytes.Equal(r.CredentialID, made.CredentialID) {
		return mfa.PasskeyData{}, 0, refuse(mfa.ReasonPasskeyCredential, "the answer names another credential than the authenticator made", nil)
	}
	k, err := offeredKey(made.CredentialPublicKey, e.Algorithms)
	if err != nil {
		return mfa.PasskeyData{}, 0, err
	}
	hash := sha256.Sum256(r.ClientData)
	shown, err := f.judge(statement{object, k, hash[:]}, e.RelyingParty)
	if err != nil {
		return mfa.PasskeyData{}, 0, err
	}
	return mfa.PasskeyData{
		RPID: e.RelyingParty.ID, CredentialID: made.CredentialID, PublicKey: made.CredentialPublicKey, Algorithm: k.algorithm,
		AAGUID: model(object), Transports: transports(r.Transports), UserVerified: object.AuthData.Flags.HasUserVerified(),
		BackupEligible: object.AuthData.Flags.HasBackupEligible(), BackedUp: object.AuthData.Flags.HasBackupState(),
		Format: object.Format, Trust: shown.trust,
	}, int64(object.AuthData.Counter), nil
}

// parseAttestation reads an attestation object of exactly its three members, and the authenticator data in it.
func parseAttestation(raw []byte) (*protocol.AttestationObject, error) {
	if len(raw) > maxAttestation {
		return nil, errors.New("too long")
	}
	var members map[string]webauthncbor.RawMessage
	if err := webauthncbor.Unmarshal(raw, &members); err != nil {
		return nil, err
	}
	for _, name := range []string{"fmt", "attStmt", "authData"} {
		if _, ok := members[name]; !ok || len(members) != 3 {
			return nil, errors.New("it has not fmt, attStmt and authData alone")
		}
	}
	var object protocol.AttestationObject
	if err := webauthncbor.Unmarshal(raw, &object); err != nil {
		return nil, err
	}
	data, err := parseAuthenticatorData(object.RawAuthData, true)
	object.AuthData = data
	return &object, err
}

// offeredKey reads the key and holds its algorithm to those that were offered.
func offeredKey(raw []byte, offered []int64) (key, error) {
	k, err := parseKey(raw)
	switch {
	case errors.Is(err, errAlgorithm) || err == nil && !slices.Contains(offered, k.algorithm):
		return key{}, refuse(mfa.ReasonPasskeyAlgorithm, "the credential's algorithm was not offered", err)
	case err != nil:
		return key{}, malformed("the credential's public key cannot be used", err)
	}
	return k, nil
}

// model is the AAGUID as a UUID.
func model(object *protocol.AttestationObject) string {
	return uuid.UUID(object.AuthData.AttData.AAGUID).String()
}

// transports keeps what is known of what the browser tells, in order and once. Nobody vouches for it.
func transports(told []string) []string {
	var kept []string
	for _, t := range []string{"ble", "cable", "hybrid", "internal", "nfc", "smart-card", "usb"} {
		if slices.Contains(told[:min(len(told), maxTransports)], t) {
			kept = append(kept, t)
		}
	}
	return kept
}
